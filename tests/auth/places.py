"""Token stores of every lasting kind, which processes open by the name of the kind and a place."""

from __future__ import annotations

import secrets
from pathlib import Path

from socialkit.auth import FileTokenStore, KeyringTokenStore, TokenStore
from socialkit.publishing import Journal, JournalTokenStore

__all__ = ["TOKEN_KEY", "opened"]

TOKEN_KEY = secrets.token_urlsafe(32)


def opened(kind: str, place: str, key: str = TOKEN_KEY) -> TokenStore:
    """Open a store once more, as every process does; `place` is a folder, or a journal's address."""
    if kind == "file":
        return FileTokenStore(Path(place, "tokens"), key=key)
    if kind == "keyring":
        return KeyringTokenStore()
    return JournalTokenStore(Journal.open(place), key=key)
