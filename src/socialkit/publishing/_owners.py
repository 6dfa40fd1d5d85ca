"""Whose an account was by the journal, where nobody else says it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from pydantic import ConfigDict, ValidationError

from socialkit.models import AccountRef, Model
from socialkit.platforms.base import AsyncClient, Client, is_named, require_known
from socialkit.publishing._database import Database
from socialkit.publishing._io import Io
from socialkit.publishing._rows import Outcome

__all__ = ["Owners"]

POSTS: Final = """
SELECT deliveries.outcome FROM posts JOIN deliveries ON deliveries.id = posts.delivery
WHERE posts.account = ? ORDER BY posts.claimed_at DESC LIMIT 10
"""
"""The last ones: of a delivery that is not settled yet, the outcome does not tell the account."""
CASE: Final = "SELECT body FROM cases WHERE account = ? ORDER BY id DESC LIMIT 1"


class _Case(Model):
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    account: AccountRef


class Owners:
    """Compares whose the login of an account is with whose it was when the journal last saw it.

    An account that was given an id is compared with that one by its own client.

    Args:
        database: The journal's.
        io: How it is called.
    """

    def __init__(self, database: Database, io: Io) -> None:
        self._database = database
        self._io = io
        self._compared: dict[str, str | None] = {}

    async def require(self, client: Client | AsyncClient) -> None:
        """Raise if the login of a client is another one's than the journal knows its account by.

        Raises:
            WrongAccountError: It is.
        """
        key, own = client.ref.key, client.ref.id
        # An account without a brand has its id in its key.
        if client.ref.brand is None or is_named(client):
            return
        if own is not None and self._compared.get(key) == own:
            return
        last = await self._io(self._last, key)
        if last is not None:
            await require_known(client, last)
        self._compared[key] = client.ref.id

    def _last(self, account: str) -> AccountRef | None:
        """Return an account as the journal last saw it, if it ever did; what was posted counts first."""
        with self._database.reading() as session:
            posted = _with_id(_posted(*row) for row in session.run(POSTS, account))
            return posted or _with_id(_read(*row) for row in session.run(CASE, account))


def _with_id(found: Iterable[AccountRef | None]) -> AccountRef | None:
    return next((one for one in found if one is not None and one.id is not None), None)


def _posted(outcome: str) -> AccountRef | None:
    try:
        known = Outcome.model_validate_json(outcome)
    except ValidationError:  # it was altered, which its own delivery tells
        return None
    posts = known.published if known.post is None else (known.post,)
    return next((post.account for post in posts), None)


def _read(case: str) -> AccountRef | None:
    try:
        return _Case.model_validate_json(case).account
    except ValidationError:
        return None
