"""Files behind addresses: fetched when a post is planned, so that what was looked at is what is sent."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from shutil import rmtree
from typing import Any, Final, Self, TypeVar, cast

from pydantic import BaseModel

from socialkit.errors import InvalidDraftError, MediaProcessingError, SocialKitError
from socialkit.models import Basis, Draft, Media, Problem
from socialkit.platforms.base import fetched
from socialkit.publishing._io import Io

__all__ = ["Fetching"]

T = TypeVar("T")

LARGEST: Final = 300_000_000
"""Bytes that are fetched at most where a platform does not say what it takes: the longest film of any."""


Address = tuple[str, bool]
"""Where a file lies, and whether that may be inside."""


class Fetching:
    """Fetches what the drafts of one call have behind addresses, each once for all of them.

    Args:
        io: How what blocks is called.
        spooled: Whether files wait on the disk until it ends: a calendar has more than fit into memory.
    """

    def __init__(self, io: Io, *, spooled: bool) -> None:
        self._io = io
        self._spooled = spooled
        self._folder: Path | None = None
        self._files: dict[Address, Media] = {}
        self._failures: dict[Address, str] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._folder is not None:
            await self._io(rmtree, self._folder, True)

    async def fetch(self, wanted: Iterable[tuple[Draft | str, Any]]) -> None:
        """Fetch what clients would need for drafts; what cannot be fetched stands in `problems`."""
        needed: dict[Address, list[Any]] = {}
        for draft, client in wanted:
            if isinstance(draft, Draft) and not _is_bare(draft):
                for _, media in _behind(client.posts.adapt(draft)):
                    needed.setdefault(_address(media), []).append(client)
        for address, clients in needed.items():
            if address not in self._files and address not in self._failures:
                await self._fetch(address, clients)

    async def _fetch(self, address: Address, clients: list[Any]) -> None:
        url, internal = address
        limit = max(_most(client) for client in clients)
        try:
            media = await fetched(clients[0]._core, Media.from_url(url, internal=internal), limit=limit)
        except MediaProcessingError as error:
            cause = error.__cause__
            why = cause.message if isinstance(cause, SocialKitError) else error.message
            self._failures[address] = f"could not be fetched: {why}"
        except InvalidDraftError as error:
            self._failures[address] = "; ".join(problem.message for problem in error.problems)
        else:
            self._files[address] = await self._io(self._spool, media) if self._spooled else media

    def _spool(self, media: Media) -> Media:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="socialkit-fetched-"))
        path = self._folder / str(len(self._files))
        path.write_bytes(media.content or b"")
        return media.model_copy(update={"content": None, "path": path})

    def filled(self, draft: Draft | str) -> Draft | str:
        """Return a draft with the files in the place of their addresses, as far as they were fetched."""
        return _filled(draft, self._files) if self._files else draft

    def problems(self, draft: Draft, platform: str) -> tuple[Problem, ...]:
        """Return what could not be fetched of a draft as an account gets it."""
        if not self._failures:
            return ()
        return tuple(
            Problem(
                field=place, message=self._failures[_address(media)], basis=Basis.DRAFT, platform=platform
            )
            for place, media in _behind(draft)
        )


def _is_bare(draft: Draft) -> bool:
    """Return whether a draft can hold no file, which most do not."""
    return not (draft.media or draft.thread or draft.variants or draft.options)


def _address(media: Media) -> Address:
    return media.url or "", media.internal


def _most(client: Any) -> int:
    """Return how long a file may be that a platform takes."""
    limits = client._core.limits
    known = [limits.image.bytes, limits.video.bytes]
    return LARGEST if None in known else max(known)


def _inner(value: object) -> Iterator[tuple[object, str, object]]:
    """Return what a value holds, each with its name and with how it stands in the name of a place."""
    if isinstance(value, BaseModel):
        yield from ((name, f".{name}", one) for name, one in value)
    elif isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        yield from ((key, f"[{key!r}]", one) for key, one in items)
    elif isinstance(value, list | tuple):
        several = cast("list[object] | tuple[object, ...]", value)
        yield from ((number, f"[{number}]", one) for number, one in enumerate(several))


def _behind(value: object, place: str = "") -> Iterator[tuple[str, Media]]:
    """Iterate over the files behind addresses that a draft holds, wherever that is."""
    if isinstance(value, Media):
        if value.url is not None:
            yield place.removeprefix("."), value
        return
    for _, name, one in _inner(value):
        yield from _behind(one, place + name)


def _filled(value: T, files: Mapping[Address, Media]) -> T:
    if isinstance(value, Media):
        file = files.get(_address(value))
        own = {"filename": value.filename, "alt_text": value.alt_text, "focus": value.focus}
        return value if file is None else cast("T", file.model_copy(update=own))
    changes = {name: new for name, _, one in _inner(value) if (new := _filled(one, files)) is not one}
    if not changes:
        return value
    if isinstance(value, BaseModel):
        return value.model_copy(update=cast("dict[str, Any]", changes))
    if isinstance(value, Mapping):
        return cast("T", {**cast("Mapping[object, object]", value), **changes})
    several = cast("list[object] | tuple[object, ...]", value)
    whole = [changes.get(number, one) for number, one in enumerate(several)]
    return cast("T", whole if isinstance(value, list) else tuple(whole))
