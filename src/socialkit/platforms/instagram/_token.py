"""What a token of Facebook's login is worth: people may decline some of what they are asked for.

See https://developers.facebook.com/docs/graph-api/reference/debug_token.
"""

from __future__ import annotations

from typing import Final

from socialkit.models import AwareTime, Model
from socialkit.platforms._graph import Inspected

__all__ = ["InstagramToken", "granted_for"]

CHOSEN: Final = ("instagram_", "pages_")
"""What the scopes begin with that are given for some accounts, or the Pages that they are linked to."""


class InstagramToken(Model):
    """What Facebook says of a token.

    Example:
        >>> InstagramToken(valid=True, kind="PAGE", scopes=("instagram_basic",)).kind
        'PAGE'
    """

    valid: bool
    kind: str
    """`PAGE`, `USER` or `SYSTEM_USER`."""
    scopes: tuple[str, ...] = ()
    """What it may do, without what was allowed for other accounts alone."""
    ends_at: AwareTime | None = None
    """When it ends; None when it does not by itself."""
    data_access_ends_at: AwareTime | None = None
    """Until when data may be read, 90 days after somebody's last consent."""


def granted_for(told: Inspected | None, *ids: str | None) -> tuple[str, ...] | None:
    """Return the scopes, without those that were given for other accounts alone; None if none are told.

    Args:
        told: The answer.
        ids: Those of the account and of its Page; none for whatever the token opens.

    Example:
        >>> chosen = [{"scope": "instagram_basic", "target_ids": ["17"]}]
        >>> told = {"data": {"scopes": ["instagram_basic"], "granular_scopes": chosen}}
        >>> granted_for(Inspected.model_validate(told), "17", "4")
        ('instagram_basic',)
        >>> granted_for(Inspected.model_validate(told), "18", "5")
        ()
    """
    if told is None or told.data.scopes is None:
        return None
    closed = {
        one.scope
        for one in told.data.granular_scopes or ()
        if one.scope.startswith(CHOSEN) and one.target_ids and not {*ids} & {*one.target_ids}
    }
    known = any(one is not None for one in ids)
    return tuple(one for one in told.data.scopes if not known or one not in closed)
