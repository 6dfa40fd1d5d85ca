"""Tokens in the journal's database, for workers on any number of machines."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from socialkit.auth import Stored
from socialkit.auth._cipher import TokenCipher
from socialkit.auth._stores import require_tokens
from socialkit.publishing._accounts import acting
from socialkit.publishing._database import Session
from socialkit.publishing._history import Author, remark
from socialkit.publishing._journal import Journal
from socialkit.publishing._rows import to_micros
from socialkit.transport import Secret

__all__ = ["JournalTokenStore"]

FIND: Final = "SELECT sealed FROM tokens WHERE name = ?"
KEPT: Final = "token kept"
RENEWED: Final = "token renewed"
"""What the history calls it when an account gets its first token, and each other one."""
DISCARDED: Final = "token discarded"
DISCARD: Final = "DELETE FROM tokens WHERE name = ? RETURNING name"
REMEDY: Final = "discard() it and log in again"
PARTS: Final = 3
"""An account's key is `brand/platform/name`, without another slash; a platform may add the login's name."""
ADD: Final = "INSERT INTO tokens (name, sealed) VALUES (?, ?) ON CONFLICT (name) DO NOTHING RETURNING name"
CHANGE: Final = "UPDATE tokens SET sealed = ? WHERE name = ? AND sealed = ? RETURNING name"


class JournalTokenStore:
    """Keep tokens in a journal's database, encrypted: whoever reads the database does not read them.

    Each is encrypted for its account: one that is moved to another account's row opens no more. The history
    tells when an account got one or another one, and by whom; `journal.audit()` shows it.

    Args:
        journal: The journal, in SQLite or PostgreSQL; it stays the caller's to close.
        key: 32 random bytes in URL-safe Base64, such as `secrets.token_urlsafe(32)` returns; best a
            `SecretRef`, which is looked up at each use. Never keep it in the same database.
        actor: Who logs in or renews, for the history; the name of a person or of a program.
        clock: Tells the time that the history shows, aware; this machine's if not given.

    Example:
        >>> import secrets
        >>> with Journal.open("sqlite://") as journal:
        ...     store = JournalTokenStore(journal, key=secrets.token_urlsafe(32))
        ...     store.swap("acme/mastodon/main", None, Stored(access_token=Secret("not-a-real-token")))
        True

    Raises:
        ConfigurationError: The extra `auth` is missing, or the actor is nobody.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        key: str | Secret,
        actor: str | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._database = journal.database
        self._cipher = TokenCipher(key)
        self._actor = acting(actor)
        self._clock = clock if clock is not None else _now

    def load(self, key: str, /) -> Stored | None:
        """Return what is kept under a key.

        Raises:
            TokenStoreError: It was encrypted with another key or for another account, cut or altered.
            JournalError: The database cannot be read.
        """
        with self._database.reading() as session:
            sealed = _sealed(session, key)
        return None if sealed is None else self._opened(key, sealed)

    def swap(self, key: str, old: Stored | None, new: Stored, /) -> bool:
        """Put `new` in the place of `old` and return True, or change nothing and return False.

        Raises:
            TokenStoreError: As `load`; or tokens would be lost.
            JournalError: The database cannot be written.
        """
        require_tokens(old, new)
        fresh = b64encode(self._cipher.sealed(Secret(new.dumps()), key)).decode()
        with self._database.alone() as session:  # no row stands for an account's history of tokens
            sealed = _sealed(session, key)
            if not self._swapped(session, key, sealed, old, fresh):
                return False
            if (what := _told(old, new)) is not None:
                by = Author(to_micros(self._clock()), self._actor)
                remark(session, f"account {_account(key)}", by, what, {})
            return True

    def discard(self, key: str, /) -> bool:
        """Remove what is kept under a key, also without the key that opens it; return whether it was there.

        Whoever renews it at that moment puts it back: end the workers of that account before.

        Raises:
            JournalError: The database cannot be written.
        """
        with self._database.alone() as session:
            if not session.run(DISCARD, key):
                return False
            by = Author(to_micros(self._clock()), self._actor)
            remark(session, f"account {_account(key)}", by, DISCARDED, {})
            return True

    def _swapped(
        self, session: Session, key: str, sealed: str | None, old: Stored | None, fresh: str
    ) -> bool:
        if sealed is None:
            return old is None and bool(session.run(ADD, key, fresh))
        return self._opened(key, sealed) == old and bool(session.run(CHANGE, fresh, key, sealed))

    def _opened(self, key: str, sealed: str) -> Stored:
        where = f"the token of {key} in the journal"
        return Stored.loads(self._cipher.opened(_bytes(sealed), key, where, REMEDY).reveal())

    def __repr__(self) -> str:
        return "JournalTokenStore()"


def _told(old: Stored | None, new: Stored) -> str | None:
    """Return what became of the tokens; None where they stay, as when somebody begins to renew them."""
    before, after = (
        (None, None) if one is None else (one.access_token, one.refresh_token) for one in (old, new)
    )
    if before == after:
        return None
    return RENEWED if any(before) else KEPT


def _account(key: str) -> str:
    """Return the key of the account that something is kept for."""
    parts = key.split("/")[:PARTS]
    # One in no brand has nothing between two slashes, and may have any number of them.
    return "/".join(parts) if len(parts) == PARTS and all(parts) else key


def _now() -> datetime:
    return datetime.now(UTC)


def _sealed(session: Session, key: str) -> str | None:
    rows = session.run(FIND, key)
    return str(rows[0][0]) if rows else None


def _bytes(sealed: str) -> bytes:
    try:
        return b64decode(sealed, validate=True)
    except ValueError:
        return b""  # which opens with no key
