"""`media` of X: files in pieces. See https://docs.x.com/x-api/media/quickstart/media-upload-chunked."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import BinaryIO, Final, Generic

from socialkit.errors import MediaProcessingError
from socialkit.models import Media, MediaKind, PostMedia
from socialkit.operations import ModeT
from socialkit.platforms.base import Core, MediaFiles, fetched
from socialkit.platforms.x._facts import PROCESSING_LIMIT
from socialkit.platforms.x._map import uploaded
from socialkit.platforms.x._rules import LIMITS
from socialkit.platforms.x._wire import WireProcessing, WireUpload, WireUploaded
from socialkit.transport import Request, Response, Safety, Upload, segment

__all__ = ["Files", "XMedia"]

UPLOADS: Final = "2/media/upload"
PIECE: Final = 2**20
"""Bytes of a piece. X documents none: five times as much was answered with 431, and this is in use."""
FETCH_LIMIT: Final = LIMITS.video.bytes or 0
FIRST_WAIT: Final = 1.0
"""Seconds until the next look where X does not say."""

CATEGORIES: Final[Mapping[MediaKind, str]] = {
    MediaKind.IMAGE: "tweet_image",
    MediaKind.ANIMATION: "tweet_gif",
    MediaKind.VIDEO: "tweet_video",
}


class Files:
    """Uploads files for one client."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def upload_ready(self, media: Media) -> str:
        """Upload a file, wait until it can be attached, and return its id."""
        return (await self.upload(media)).id

    async def upload(self, media: Media) -> PostMedia:
        """Upload a file and return it once it can be attached."""
        whole = await fetched(self._core, media, limit=FETCH_LIMIT)
        begun = await self._begin(whole)
        for number, start in enumerate(range(0, whole.size or 0, PIECE)):
            await self._append(begun.id, number, whole, start)
        url = f"{UPLOADS}/{segment(begun.id)}/finalize"
        request = Request(method="POST", url=url, safety=Safety.PREPARE)
        done = (await self._core.pipeline.call(request, WireUploaded)).value.data
        await self._processed(done)
        if media.alt_text:
            await self._describe(begun.id, media.alt_text)
        found = uploaded(done, whole.kind, media.alt_text)
        return found.model_copy(update={"id": begun.id, "ready": True})

    async def _begin(self, whole: Media) -> WireUpload:
        request = Request(
            method="POST",
            url=f"{UPLOADS}/initialize",
            json={
                "media_type": whole.mime_type,
                "total_bytes": whole.size,
                "media_category": CATEGORIES.get(whole.kind, "tweet_image"),
            },
            safety=Safety.PREPARE,
        )
        return (await self._core.pipeline.call(request, WireUploaded)).value.data

    async def _append(self, upload: str, number: int, whole: Media, start: int) -> Response:
        piece = Upload("media", whole.filename, "application/octet-stream", partial(_piece, whole, start))
        request = Request(
            method="POST",
            url=f"{UPLOADS}/{segment(upload)}/append",
            form=(("segment_index", str(number)),),
            files=(piece,),
            safety=Safety.PREPARE,
        )
        return await self._core.pipeline.send(request)

    async def _describe(self, upload: str, alt_text: str) -> None:
        request = Request(
            method="POST",
            url="2/media/metadata",
            json={"id": upload, "metadata": {"alt_text": {"text": alt_text}}},
            safety=Safety.PREPARE,
        )
        await self._core.pipeline.send(request)

    async def _processed(self, wire: WireUpload) -> None:
        """Look at a file as often as X says, until it is worked on no more."""
        waited = timedelta()
        while (work := wire.processing_info) is not None and work.state != "succeeded":
            if work.state == "failed":
                raise _failed(wire.id, work)
            if waited >= PROCESSING_LIMIT:
                message = (
                    f"the file {wire.id} was not processed within {PROCESSING_LIMIT}; nothing was published"
                )
                raise MediaProcessingError(message, platform="x")
            left = (PROCESSING_LIMIT - waited).total_seconds()
            wait = min(max(work.check_after_secs or 0, FIRST_WAIT), left)
            await self._core.transport.sleep(wait)
            waited += timedelta(seconds=wait)
            wire = await self.status(wire.id)

    async def status(self, upload: str) -> WireUpload:
        """Return how far the work on a file is."""
        params = (("command", "STATUS"), ("media_id", upload))
        request = Request(method="GET", url=UPLOADS, params=params)
        return (await self._core.pipeline.call(request, WireUploaded)).value.data


def _failed(upload: str, work: WireProcessing) -> MediaProcessingError:
    told = None if work.error is None else work.error.message or work.error.name
    why = f" ({told})" if told else ""
    message = f"X could not process the file {upload}{why}; nothing was published"
    return MediaProcessingError(message, platform="x")


def _piece(whole: Media, start: int) -> BinaryIO:
    """Return one piece of a file, which alone is held in memory."""
    with whole.stream() as file:
        file.seek(start)
        return io.BytesIO(file.read(PIECE))


class XMedia(MediaFiles[ModeT], Generic[ModeT]):
    """Files on X."""

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        self._files = Files(core)

    async def _upload(self, media: Media) -> PostMedia:
        return await self._files.upload(media)

    async def _get(self, media: str) -> PostMedia:
        wire = await self._files.status(media)
        work = wire.processing_info
        if work is not None and work.state == "failed":
            raise _failed(media, work)
        return uploaded(wire)
