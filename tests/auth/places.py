"""Token stores of every lasting kind, which processes open by the name of the kind and a place."""

from __future__ import annotations

import secrets
from pathlib import Path

from socialkit.auth import FileTokenStore, KeyringTokenStore, TokenStore
from socialkit.publishing import Journal, JournalTokenStore

__all__ = ["KINDS", "TOKEN_KEY", "opened"]

TOKEN_KEY = secrets.token_urlsafe(32)
KINDS = ("file", "keyring", "journal")


def opened(kind: str, place: Path | str, key: str = TOKEN_KEY) -> TokenStore:
    """Open a store once more, as every process does; a journal in a database is named by its address."""
    if kind == "file":
        return FileTokenStore(Path(place, "tokens"), key=key)
    if kind == "keyring":
        return KeyringTokenStore()
    url = place if isinstance(place, str) and "://" in place else f"sqlite:///{place}/journal.db"
    return JournalTokenStore(Journal.open(url), key=key)
