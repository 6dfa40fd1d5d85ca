"""Whose an account was by the journal, where nobody else says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from pydantic import ConfigDict, ValidationError

from socialkit.errors import WrongAccountError
from socialkit.models import AccountRef, Model
from socialkit.platforms.base import AsyncClient, Client, account_of, is_named, require_known
from socialkit.publishing._database import Database, Session
from socialkit.publishing._io import Io
from socialkit.publishing._rows import Outcome

__all__ = ["Owners"]

POSTS: Final = """
SELECT deliveries.outcome FROM posts JOIN deliveries ON deliveries.id = posts.delivery
WHERE posts.account = ? ORDER BY posts.claimed_at DESC LIMIT 10
"""
"""The last ones: of a delivery that is not settled yet, the outcome does not tell the account."""
NEXT: Final = (
    "SELECT min(account) FROM posts WHERE account > ?",
    "SELECT min(account) FROM inboxes WHERE account > ?",
)
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
        else:
            await self._require_nobody_elses(client)
        self._compared[key] = client.ref.id

    async def _require_nobody_elses(self, client: Client | AsyncClient) -> None:
        """Raise if the journal knows the login of a new account as another account's."""
        own = await account_of(client)
        if own.id is None or not await self._io(self._is_anothers, own):
            return
        message = (
            f"the credentials are those of {own.id!r} ({own.handle}), and by the journal that is another "
            f"account than {own.key}: look where they were read from, or give the account this id"
        )
        raise WrongAccountError(message, platform=client.platform)

    def _is_anothers(self, own: AccountRef) -> bool:
        with self._database.reading() as session:
            known = (_last(session, one) for one in _accounts(session) if one != own.key)
            return any(one is not None and _same(one, own) for one in known)

    def _last(self, account: str) -> AccountRef | None:
        """Return an account as the journal last saw it, if it ever did."""
        with self._database.reading() as session:
            return _last(session, account)


def _accounts(session: Session) -> Iterator[str]:
    """Yield the accounts that the journal has seen, by the index: most of it is about few of them."""
    for sql in NEXT:
        last = ""
        while (found := session.run(sql, last)[0][0]) is not None:
            last = str(found)
            yield last


def _last(session: Session, account: str) -> AccountRef | None:
    """Return an account as it was last seen; what was posted counts first."""
    posted = _with_id(_posted(*row) for row in session.run(POSTS, account))
    return posted or _with_id(_read(*row) for row in session.run(CASE, account))


def _same(one: AccountRef, other: AccountRef) -> bool:
    return (one.platform, one.host, one.id) == (other.platform, other.host, other.id)


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
