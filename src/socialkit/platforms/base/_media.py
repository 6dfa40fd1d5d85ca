"""`client.media`: files by themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, Generic, TypeVar, final
from urllib.parse import urlsplit

from socialkit.errors import (
    APIError,
    InvalidDraftError,
    MediaProcessingError,
    TransportError,
    UnexpectedResponseError,
)
from socialkit.models import Capability, HostedMedia, Media, PostMedia, Severity
from socialkit.operations import ModeT, Run, operation
from socialkit.platforms.base._core import Core
from socialkit.platforms.base._media_rules import file_problems, limit_of
from socialkit.platforms.base._namespace import Namespace
from socialkit.platforms.base._place import Place

__all__ = ["MediaFiles", "fetched", "fitting", "hosted", "processed"]

T = TypeVar("T")

FIRST_WAIT, LONGEST_WAIT = 1.0, 15.0
"""Seconds between two looks at a file that is processed."""
SLOWER: Final = 1.5
"""How much longer each wait is than the one before."""

LEFT: Final = timedelta(hours=1)
"""How much longer an address that an earlier run got must hold: platforms fetch when they find the time."""


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
        await self._core.require(Capability.MEDIA)
        return self._ours(await self._upload(media))

    @final
    @operation
    async def get(self, media: PostMedia | str) -> PostMedia:
        """Return an uploaded file as it is now; `ready` says whether it can be attached.

        Raises:
            NotFoundError: There is no such file.
            MediaProcessingError: The platform could not process it.
            WrongAccountError: It was uploaded by another account.
        """
        if isinstance(media, PostMedia):
            await self._core.mine(media.account)
            media = media.id
        return self._ours(await self._get(media))

    def _ours(self, media: PostMedia) -> PostMedia:
        return media.model_copy(update={"account": self._core.ref})

    async def _upload(self, media: Media) -> PostMedia:
        raise NotImplementedError

    async def _get(self, media: str) -> PostMedia:
        raise NotImplementedError


async def fetched(core: Core, media: Media, *, limit: int) -> Media:
    """Return a file with its content, which is got first if it lies behind an address.

    Raises:
        MediaProcessingError: It could not be got, or is longer than `limit` bytes.
        InvalidDraftError: It is of no kind that platforms take, or does not lie on the public internet.
    """
    if media.url is None:
        return media
    try:
        response = await core.pipeline.fetch(media.url, limit=limit, internal=media.internal)
    except (APIError, TransportError, UnexpectedResponseError) as error:
        message = f"{media.filename} could not be fetched; nothing was published with it: {error.message}"
        raise MediaProcessingError(message, platform=core.facts.name) from error
    whole = Media.from_bytes(
        response.content, filename=media.filename, alt_text=media.alt_text, focus=media.focus
    )
    return whole.model_copy(update={"fetched_from": urlsplit(media.url).hostname})


async def fitting(core: Core, media: Media, *, limit: int) -> Media:
    """Return a file with its content; one that was behind an address is judged as `check` judges others.

    Raises:
        MediaProcessingError: It could not be got, or is longer than `limit` bytes.
        InvalidDraftError: The platform would refuse it, or it does not lie on the public internet.
    """
    whole = await fetched(core, media, limit=limit)
    if media.url is None:
        return whole  # it was judged with its draft
    place = Place("", core.limits, core.facts.name)
    found = file_problems(whole, limit_of(whole.kind.value, whole, place), "media", place)
    problems = [one for one in found if one.severity is Severity.ERROR]
    if problems:
        message = f"{media.filename} would be refused, and nothing was published with it"
        raise InvalidDraftError(message, problems=problems, platform=core.facts.name)
    return whole


async def hosted(core: Core, media: Media, run: Run, step: str) -> str:
    """Return an address from which a platform can fetch a file: its own, or one of the client's media host.

    A file that was planned has none of its own any more: what lies there may be another one by now.

    Args:
        core: The client's.
        media: The file.
        run: What carries the write.
        step: The name of the step, which is unique in the run and follows from the draft alone.

    Raises:
        MediaProcessingError: The file could not be put there; nothing was published with it.
    """
    if media.url is not None:
        return media.url
    fresh = False

    async def put() -> HostedMedia:
        nonlocal fresh
        fresh = True
        return await _put(core, media)

    place = await run.step(step, put, returns=HostedMedia)
    # What an earlier run wrote down may not hold any more; the same file is put there again.
    if not fresh and place.until is not None and place.until - run.now() < LEFT:
        place = await put()
    return place.url


async def _put(core: Core, media: Media) -> HostedMedia:
    assert core.media_host is not None, "a draft that needs one is refused before"
    try:
        return await core.media_host.put(media, core.transport)
    except (APIError, TransportError, OSError) as error:
        why = error.message if isinstance(error, APIError | TransportError) else str(error)
        message = f"{media.filename} could not be put where the platform fetches it: {why}"
        raise MediaProcessingError(message, platform=core.facts.name) from error


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
