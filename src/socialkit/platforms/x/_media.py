"""`media` of X: files in pieces. See https://docs.x.com/x-api/media/quickstart/media-upload-chunked."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import BinaryIO, Final, Generic

from pydantic import JsonValue

from socialkit.errors import MediaProcessingError
from socialkit.models import AwareTime, Media, MediaKind, Model, PostMedia
from socialkit.operations import ModeT, Run
from socialkit.platforms.base import Core, MediaFiles, fitting, last_made, made_again
from socialkit.platforms.x._facts import PROCESSING_LIMIT
from socialkit.platforms.x._map import uploaded
from socialkit.platforms.x._rules import LIMITS
from socialkit.platforms.x._wire import WireProcessing, WireUpload, WireUploaded
from socialkit.transport import Request, Response, Safety, Upload, segment

__all__ = ["Files", "XMedia", "file_step", "kept_file"]

UPLOADS: Final = "2/media/upload"
PIECE: Final = 2**20
"""Bytes of a piece. X documents none: five times as much was answered with 431, and this is in use."""
FETCH_LIMIT: Final = LIMITS.video.bytes or 0
FIRST_WAIT, LONGEST_WAIT, SLOWER = 1.0, 15.0, 1.5
"""Seconds until the next look where X does not say, at first and at most, and how they grow: looks have a
budget."""

CATEGORIES: Final[Mapping[MediaKind, str]] = {
    MediaKind.IMAGE: "tweet_image",
    MediaKind.ANIMATION: "tweet_gif",
    MediaKind.VIDEO: "tweet_video",
}


LIFE: Final = timedelta(days=1)
"""How long a file can be attached where X does not say: about as long as its guide says of pictures."""
SPARE: Final = timedelta(minutes=15)
"""A file that can be attached for no longer than this goes up again: a post is not sent in no time."""


class Kept(Model):
    """An uploaded file, as it is written down."""

    id: str
    until: AwareTime
    """Until when it can be attached."""


def file_step(number: int) -> str:
    """Return the name of the step that uploads one of a post's files."""
    return f"media {number}"


def kept_file(results: Mapping[str, JsonValue], step: str) -> str | None:
    """Return the id of the file that a step uploaded at last; None where an attempt holds none."""
    found = last_made(results, step)
    identity = found.get("id") if isinstance(found, dict) else None
    return identity if isinstance(identity, str) else None


class Files:
    """Uploads files for one client."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def prepared(self, run: Run, number: int, media: Media) -> str:
        """Return the id of a file that can be attached: uploaded in a step, and again once that is over."""

        async def is_over(kept: Kept) -> bool:
            return kept.until <= run.now() + SPARE

        upload = partial(self._kept, media)
        return (await made_again(run, file_step(number), upload, is_over, returns=Kept)).id

    async def _kept(self, media: Media) -> Kept:
        begun = self._core.now()
        found, life = await self._uploaded(media)
        return Kept(id=found.id, until=begun + life)

    async def upload(self, media: Media) -> PostMedia:
        """Upload a file and return it once it can be attached."""
        return (await self._uploaded(media))[0]

    async def _uploaded(self, media: Media) -> tuple[PostMedia, timedelta]:
        """Upload a file, and return it with how long from now on it can be attached."""
        whole = await fitting(self._core, media, limit=FETCH_LIMIT)
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
        told = begun.expires_after_secs
        life = LIFE if told is None else timedelta(seconds=told)
        return found.model_copy(update={"id": begun.id, "ready": True}), life

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
        waited, pause = timedelta(), FIRST_WAIT
        while (work := wire.processing_info) is not None and work.state != "succeeded":
            if work.state == "failed":
                raise _failed(wire.id, work)
            if waited >= PROCESSING_LIMIT:
                message = (
                    f"the file {wire.id} was not processed within {PROCESSING_LIMIT}; nothing was published"
                )
                raise MediaProcessingError(message, platform="x")
            left = (PROCESSING_LIMIT - waited).total_seconds()
            wait = min(max(work.check_after_secs or pause, FIRST_WAIT), left)
            pause = min(pause * SLOWER, LONGEST_WAIT)
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
