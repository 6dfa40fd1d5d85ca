"""`client.media`: files by themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, Generic, TypeVar, final

from socialkit.errors import APIError, MediaProcessingError, TransportError, UnexpectedResponseError
from socialkit.models import Capability, Media, PostMedia
from socialkit.operations import ModeT, operation
from socialkit.platforms.base._core import Core
from socialkit.platforms.base._namespace import Namespace

__all__ = ["MediaFiles", "fetched", "processed"]

T = TypeVar("T")

FIRST_WAIT, LONGEST_WAIT = 1.0, 15.0
"""Seconds between two looks at a file that is processed."""
SLOWER: Final = 1.5
"""How much longer each wait is than the one before."""


class MediaFiles(Namespace[ModeT], Generic[ModeT]):
    """Files on the platform. `posts.publish` uploads by itself; this is for those who need the parts."""

    namespace = "media"

    @final
    @operation
    async def upload(self, media: Media) -> PostMedia:
        """Upload a file, wait until the platform has processed it, and return it.

        Raises:
            MediaProcessingError: It could not be uploaded or processed in time; nothing is public.
            NotSupportedError: The platform takes no such file from this account; the error says what it has.
        """
        self._core.require(Capability.MEDIA)
        return await self._upload(media)

    @final
    @operation
    async def get(self, media: PostMedia | str) -> PostMedia:
        """Return an uploaded file as it is now; `ready` says whether it can be attached.

        Raises:
            NotFoundError: There is no such file.
            MediaProcessingError: The platform could not process it.
        """
        return await self._get(media if isinstance(media, str) else media.id)

    async def _upload(self, media: Media) -> PostMedia:
        raise NotImplementedError

    async def _get(self, media: str) -> PostMedia:
        raise NotImplementedError


async def fetched(core: Core, media: Media, *, limit: int) -> Media:
    """Return a file with its content, which is got first if it lies behind an address.

    Raises:
        MediaProcessingError: It could not be got, or is longer than `limit` bytes.
    """
    if media.url is None:
        return media
    try:
        response = await core.pipeline.fetch(media.url, limit=limit)
    except (APIError, TransportError, UnexpectedResponseError) as error:
        message = f"{media.filename} could not be fetched; nothing was published with it: {error.message}"
        raise MediaProcessingError(message, platform=core.facts.name) from error
    return Media.from_bytes(
        response.content, filename=media.filename, alt_text=media.alt_text, focus=media.focus
    )


async def processed(core: Core, look: Callable[[], Awaitable[T | None]], *, name: str, limit: timedelta) -> T:
    """Look at a file, ever more seldom, until the platform has processed it; return what it became.

    Args:
        core: The client's.
        look: Returns what it became, or None while it is processed.
        name: What to call it in the error.
        limit: How long it may take.

    Raises:
        MediaProcessingError: It took longer.
    """
    wait, waited = FIRST_WAIT, timedelta()
    while waited < limit:
        await core.transport.sleep(wait)
        waited, wait = waited + timedelta(seconds=wait), min(wait * SLOWER, LONGEST_WAIT)
        found = await look()
        if found is not None:
            return found
    message = f"{name} was not processed within {limit}; nothing was published"
    raise MediaProcessingError(message, platform=core.facts.name)
