"""Drafts as a journal keeps them: whole, with their files in a media store."""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeVar

from pydantic_core import PydanticSerializationError

from socialkit.errors import MediaStoreError
from socialkit.models import Media, Model
from socialkit.models._media import keeping
from socialkit.publishing._media_store import MediaStore, require_digest

__all__ = ["pack", "peek", "unpack"]

ModelT = TypeVar("ModelT", bound=Model)


class Packing:
    """Hands the files of one model to a store, each once."""

    def __init__(self, store: MediaStore) -> None:
        self._store = store
        self._kept: dict[int, str] = {}
        self._placed: dict[str, Path] = {}
        self.failure: Exception | None = None
        """Why a file could not be kept; pydantic puts a text in its place."""

    def keep(self, media: Media, /) -> str:
        """Keep a file's bytes, and return their digest."""
        try:
            if id(media) not in self._kept:
                self._kept[id(media)] = self._keep(media)
        except Exception as error:
            self.failure = error
            raise
        return self._kept[id(media)]

    def _keep(self, media: Media) -> str:
        if media.path is not None or media.content is not None:
            return self._store.keep(media)
        # One that was only looked at: its bytes must be there still, and stay for this post as well.
        return self._store.keep(media.model_copy(update={"path": self._store.open(media.sha256())}))

    def place(self, digest: str, filename: str, /) -> Path:
        """Return where the bytes of a kept file lie, every one of them looked at."""
        try:
            if digest not in self._placed:
                self._placed[digest] = self._store.open(digest)
        except MediaStoreError as error:
            error.filename = filename
            raise
        return self._placed[digest]


class Peeking:
    """Touches no file."""

    def keep(self, media: Media, /) -> str:
        """Return the digest that a file is known by."""
        return media.sha256()

    def place(self, digest: str, filename: str, /) -> None:
        """Say that the bytes of a kept file are not to be read."""
        require_digest(digest)


PEEKING: Final = Peeking()


def pack(model: Model, store: MediaStore) -> str:
    """Return a draft, or what holds one, as JSON that any worker can read; its local files go to the store.

    Raises:
        InvalidDraftError: A file changed since it was opened.
        OSError: A file cannot be read, or there is no room for it.
        MediaStoreError: A file that was read with `peek` is not in the store any more.
        PydanticSerializationError: It holds options that could not be read back.
    """
    packing = Packing(store)
    try:
        return model.model_dump_json(context=keeping(packing), round_trip=True)
    except PydanticSerializationError:
        if packing.failure is not None:
            raise packing.failure from None
        raise


def unpack(kind: type[ModelT], text: str, store: MediaStore) -> ModelT:
    """Return what `pack` packed, to be sent: each file was looked at, and is the one that was kept.

    Raises:
        MediaStoreError: A file is not in the store any more, or is another one now.
        ConfigurationError: It holds options of a platform that is not installed.
        ValidationError: The text was not written by `pack`.
    """
    return kind.model_validate_json(text, context=keeping(Packing(store)), by_alias=True, by_name=True)


def peek(kind: type[ModelT], text: str) -> ModelT:
    """Return what `pack` packed, to be shown or to be looked for: no file is touched, and none can be sent.

    Raises:
        MediaStoreError: What names a file is no digest.
        ConfigurationError: It holds options of a platform that is not installed.
        ValidationError: The text was not written by `pack`.
    """
    return kind.model_validate_json(text, context=keeping(PEEKING), by_alias=True, by_name=True)
