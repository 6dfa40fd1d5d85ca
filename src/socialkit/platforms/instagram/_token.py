"""What a token of Facebook's login is worth: people may decline some of what they are asked for.

See https://developers.facebook.com/docs/graph-api/reference/debug_token.
"""

from __future__ import annotations

from typing import Final

from socialkit.errors import ConfigurationError, SocialKitError
from socialkit.models import AwareTime, Model
from socialkit.platforms._graph import App, GraphCalls, Inspected
from socialkit.transport import Pipeline, Secret

__all__ = ["InstagramToken", "granted_for", "inspected", "worth"]

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


async def inspected(pipeline: Pipeline, calls: GraphCalls, app: App, token: Secret) -> Inspected:
    """Return what Facebook says of a token.

    Raises:
        ConfigurationError: The app's id or secret is missing.
    """
    if app.client_id is None or app.client_secret is None:
        message = "client_id= and app_secret= are missing: Facebook tells the app alone what a token is worth"
        raise ConfigurationError(message, platform="instagram")
    own = Secret(f"{app.client_id}|{app.client_secret.reveal()}")
    params = (("input_token", token), ("access_token", own))
    request = calls.get("debug_token").replace(params=params, signed=False)
    return (await pipeline.call(request, Inspected)).value


async def worth(pipeline: Pipeline, calls: GraphCalls, app: App, token: Secret) -> Inspected | None:
    """Return the same; None where nobody tells, which must not lose a login or a list of accounts."""
    if not app.is_whole:
        return None
    try:
        told = await inspected(pipeline, calls, app, token)
    except SocialKitError:  # a code that was changed already must not be lost for a look
        return None
    return told if told.data.is_valid else None


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
