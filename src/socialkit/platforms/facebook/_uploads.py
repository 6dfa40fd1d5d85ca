"""Files on their way to Facebook: pictures at once, videos in pieces, reels and stories elsewhere."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import BinaryIO, Final, Literal

from socialkit.errors import BadRequestError, MediaProcessingError, SocialKitError
from socialkit.models import Media, MediaKind, PostMedia
from socialkit.platforms._graph import GraphCalls, form_of
from socialkit.platforms.base import Core, fetched, processed
from socialkit.platforms.facebook._wire import (
    WireId,
    WireMade,
    WirePhoto,
    WireSession,
    WireUpload,
    WireVideo,
    WireVideoStatus,
)
from socialkit.transport import Answer, FileBody, Request, Safety, Upload

__all__ = ["LOOK_AGAIN", "OWN", "Uploads"]

OWN: Final = "me"
"""The node of whoever's token it is: a Page's, here."""
FETCH_LIMIT: Final = 1_750_000_000
"""Bytes of a file behind a URL: what a resumable upload takes."""
PROCESSING_LIMIT: Final = timedelta(minutes=30)
"""How long a video may be processed before it counts as failed; not documented."""
LOOK_AGAIN: Final = timedelta(minutes=2)
"""After how long what a file became is looked at again."""
BROKEN: Final = frozenset({"error", "expired", "upload_failed"})
FAILED: Final = "error"
DONE: Final = frozenset({"ready", "upload_complete"})
MOST_PIECES: Final = 10_000
LOST: Final = (MediaProcessingError, BadRequestError)
"""What a piece ends in whose answer was lost, or that is not the one that is waited for."""
RESUMED: Final = 3
"""How often one place of an upload is tried again."""
PAUSE: Final = 2.0
"""Seconds before that."""
READ: Final = 1 << 18
"""Bytes that are read at once."""


class _Piece(io.RawIOBase):
    """A part of a file, read where it lies: no piece is held in memory."""

    def __init__(self, whole: BinaryIO, start: int, length: int) -> None:
        self._whole = whole
        self._start = start
        self._length = length
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what RawIOBase hands over
        left = max(0, self._length - self._at)
        self._whole.seek(self._start + self._at)
        found = self._whole.read(min(len(buffer), left))
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def close(self) -> None:
        if not self.closed:
            self._whole.close()
        super().close()


def _piece(media: Media, start: int, length: int) -> BinaryIO:
    return io.BufferedReader(_Piece(media.stream(), start, length), READ)


class Uploads:
    """Uploads of one client. Nobody sees what they make until it is published."""

    def __init__(self, core: Core, calls: GraphCalls) -> None:
        self._core = core
        self._calls = calls

    async def photo(self, media: Media, *, temporary: bool = False) -> str:
        """Upload a picture that nobody sees yet, and return its id.

        Args:
            media: The picture.
            temporary: Whether it is for a post that goes out later.
        """
        whole = await fetched(self._core, media, limit=FETCH_LIMIT)
        values = {"published": False, "alt_text_custom": whole.alt_text, "temporary": temporary or None}
        request = Request(
            method="POST",
            url=self._calls.url(OWN, "photos"),
            form=form_of(values),
            files=(Upload("source", whole.filename, _type(whole), whole.stream),),
            safety=Safety.PREPARE,
        )
        return (await self._core.pipeline.call(request, WireId)).value.id

    async def video(self, media: Media, *, title: str | None, text: str) -> str:
        """Upload a video in pieces, unpublished, wait until it is processed, and return its id."""
        whole = await fetched(self._core, media, limit=FETCH_LIMIT)
        started = await self._phase({"upload_phase": "start", "file_size": whole.size or 0})
        if started.video_id is None:
            message = "the answer names no video to upload to"
            raise MediaProcessingError(message, platform=self._core.facts.name)
        await self._pieces(whole, started.video_id, started)
        finish: dict[str, str | bool | None] = {
            "upload_phase": "finish",
            "upload_session_id": started.upload_session_id,
            "published": False,
            "title": title,
            "description": text or None,
        }
        request = self._calls.post(OWN, "videos", values={**finish}, safety=Safety.PREPARE)
        await self._core.pipeline.call(request, WireMade)
        return await self.ready(started.video_id)

    async def _phase(self, values: dict[str, str | int | None], *files: Upload) -> WireSession:
        request = Request(
            method="POST",
            url=self._calls.url(OWN, "videos"),
            form=form_of({**values}),
            files=files,
            safety=Safety.PREPARE,
        )
        return (await self._core.pipeline.call(request, WireSession)).value

    async def _pieces(self, media: Media, video: str, session: WireSession) -> None:
        """Send the pieces that Facebook asks for, until there are none; go on where one was lost."""
        at, end, size = session.start_offset, session.end_offset, media.size
        lost = 0
        for _ in range(MOST_PIECES):
            end = end if size is None else min(end, size)
            if at >= end:
                return
            try:
                following = await self._piece(media, session, at, end)
            except LOST as error:
                lost += 1
                there = await self._arrived(video, at, error) if lost <= RESUMED else None
                if there is None:
                    raise
                at, end = there, there + end - at
                continue
            if following.start_offset <= at:
                break
            at, end, lost = following.start_offset, following.end_offset, 0
        message = f"{media.filename} could not be uploaded: the platform asks for the same piece again"
        raise MediaProcessingError(message, platform=self._core.facts.name)

    async def _piece(self, media: Media, session: WireSession, start: int, end: int) -> WireSession:
        opened: Callable[[], BinaryIO] = partial(_piece, media, start, end - start)
        values = {
            "upload_phase": "transfer",
            "upload_session_id": session.upload_session_id,
            "start_offset": start,
        }
        return await self._phase(values, Upload("video_file_chunk", media.filename, _type(media), opened))

    async def clip(self, media: Media, edge: Literal["video_reels", "video_stories"]) -> str:
        """Upload the video of a reel or story, wait until it can be published, and return its id."""
        whole = await fetched(self._core, media, limit=FETCH_LIMIT)
        request = self._calls.post(OWN, edge, values={"upload_phase": "start"}, safety=Safety.PREPARE)
        upload = (await self._core.pipeline.call(request, WireUpload)).value
        await self._bytes(whole, upload)
        return await self.ready(upload.video_id)

    async def _bytes(self, media: Media, upload: WireUpload) -> None:
        """Send a file at once; what of it did not arrive is sent again."""
        at, lost, size = 0, 0, media.size or 0
        while lost == 0 or at < size:
            try:
                await self._core.pipeline.call(_rest(media, upload.upload_url, at, size), WireMade)
            except LOST as error:
                lost += 1
                there = await self._arrived(upload.video_id, at, error) if lost <= RESUMED else None
                if there is None:
                    raise
                at = there
            else:
                return

    async def _arrived(self, video: str, at: int, error: SocialKitError) -> int | None:
        """Return how many bytes of a video are there after an answer was lost; None to go on no more."""
        await self._core.transport.sleep(PAUSE)
        try:
            status = (await self.look(video)).status
        except SocialKitError:
            return None  # what was lost before says more
        phase = status.uploading_phase if status is not None else None
        there = phase.bytes_transfered if phase is not None else None
        # Refused at the place that it waits for: it is the file that it does not want.
        return None if there == at and isinstance(error, BadRequestError) else there

    async def ready(self, video: str) -> str:
        """Wait until a video is processed, and return its id.

        Raises:
            MediaProcessingError: It could not be processed, or not in time; nothing is public.
        """
        if await self._settled(video) is not None:
            return video
        look = partial(self._settled, video)
        return await processed(self._core, look, name=f"the video {video}", limit=PROCESSING_LIMIT)

    async def _settled(self, video: str) -> str | None:
        status = (await self.look(video)).status or WireVideoStatus()
        phases = (status.uploading_phase, status.processing_phase)
        if status.video_status in BROKEN or any(one and one.status == FAILED for one in phases):
            message = f"Facebook could not process the video {video}; nothing was published"
            raise MediaProcessingError(message, platform=self._core.facts.name)
        return video if status.video_status in DONE else None

    async def look(self, video: str) -> WireVideo:
        """Return a video as it is now, with the whole id of its post."""
        return (await self._told(video, ())).value

    async def tell(self, video: str) -> Answer[WireVideo]:
        """Return a video as `look` does, with what a post of it says."""
        return await self._told(video, ("description", "scheduled_publish_time"))

    async def _told(self, video: str, more: tuple[str, ...]) -> Answer[WireVideo]:
        fields = ("id", "status", "published", "post_id", "permalink_url", *more)
        answer = await self._core.pipeline.call(self._calls.get(video, fields=fields), WireVideo)
        told, page = answer.value.post_id, self._core.ref.id
        if told is None or "_" in told or page is None:
            return answer
        # The reference does not say whether it is told with the Page's id before it; posts are read with it.
        return replace(answer, value=answer.value.model_copy(update={"post_id": f"{page}_{told}"}))

    async def find(self, media: str) -> PostMedia:
        """Return a picture or a video as it is now.

        Raises:
            NotFoundError: There is no such file.
            MediaProcessingError: It could not be processed.
        """
        try:
            fields = ("id", "alt_text_custom", "link")
            wire = (await self._core.pipeline.call(self._calls.get(media, fields=fields), WirePhoto)).value
        except BadRequestError:  # a video has none of these fields
            ready = await self._settled(media) is not None
            return PostMedia(id=media, kind=MediaKind.VIDEO, ready=ready)
        return PostMedia(id=wire.id, kind=MediaKind.IMAGE, url=wire.link, alt_text=wire.alt_text_custom)


def _rest(media: Media, url: str, at: int, size: int) -> Request:
    """Return the request that sends a file from somewhere on."""
    opened: Callable[[], BinaryIO] = partial(_piece, media, at, size - at) if at else media.stream
    headers = {"offset": str(at), "file_size": str(size), "content-type": "application/octet-stream"}
    content = FileBody(media.filename, opened)
    return Request(method="POST", url=url, headers=headers, content=content, safety=Safety.PREPARE)


def _type(media: Media) -> str:
    return media.mime_type or "application/octet-stream"
