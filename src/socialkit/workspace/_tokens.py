"""The token store that a workspace's file names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, cast

from pydantic import AfterValidator, Discriminator, Field, Tag

from socialkit.auth import FileTokenStore, KeyringTokenStore, SecretRef
from socialkit.auth._references import REFERENCE_PATTERN
from socialkit.errors import ConfigurationError
from socialkit.models import Model
from socialkit.models._told import told

__all__ = ["TokensTable"]


def _reference(text: str) -> str:
    try:
        SecretRef(text)
    except ConfigurationError as error:
        problem = error.message
    else:
        return text
    raise ValueError(problem)


class FileTokens(Model):
    """An encrypted file."""

    store: Literal["file"]
    path: Annotated[str, Field(min_length=1)]
    """Where it lies: counted from the folder of the workspace's file."""
    key: Annotated[str, AfterValidator(_reference), told(pattern=REFERENCE_PATTERN)]
    """Where the key is kept."""

    def to_store(self, folder: Path) -> FileTokenStore:
        """Return the store."""
        return FileTokenStore(folder / self.path, key=SecretRef(self.key))


class KeyringTokens(Model):
    """The keyring of the user's system."""

    store: Literal["keyring"]
    service: Annotated[str, Field(min_length=1)] = "socialkit"

    def to_store(self, _folder: Path) -> KeyringTokenStore:
        """Return the store."""
        return KeyringTokenStore(self.service)


def _store(table: object) -> str | None:
    if isinstance(table, FileTokens | KeyringTokens):
        return table.store
    told = cast("dict[str, object]", table).get("store") if isinstance(table, dict) else None
    return told if isinstance(told, str) else None


TokensTable = Annotated[
    Annotated[FileTokens, Tag("file")] | Annotated[KeyringTokens, Tag("keyring")],
    Discriminator(
        _store,
        custom_error_type="store",  # pydantic's own would repeat what stands there
        custom_error_message="it names no store: write store = 'file' or store = 'keyring'",
    ),
]
