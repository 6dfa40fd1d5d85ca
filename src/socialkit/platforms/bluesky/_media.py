"""Files: pictures go to the account's server, videos to a service that works on them.

See https://docs.bsky.app/docs/tutorials/video.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final, Generic
from urllib.parse import urlsplit

from pydantic import JsonValue

from socialkit.errors import (
    AuthenticationError,
    BadRequestError,
    MediaProcessingError,
    NoSuchCallError,
    NotFoundError,
    NotSupportedError,
)
from socialkit.models import Media, MediaKind, PostMedia
from socialkit.operations import ModeT
from socialkit.platforms.base import Core, MediaFiles, fitting, processed
from socialkit.platforms.bluesky._calls import Calls
from socialkit.platforms.bluesky._richtext import Uploaded
from socialkit.platforms.bluesky._session import is_loopback
from socialkit.platforms.bluesky._wire import (
    WireDid,
    WireJob,
    WireJobAnswer,
    WireToken,
    WireUploaded,
)
from socialkit.transport import FileBody, Request, Safety, Secret

__all__ = ["BlueskyMedia", "Files", "to_media"]

VIDEO_SERVICE: Final = "https://video.bsky.app"
FETCH_LIMIT: Final = 300_000_000
"""Bytes of a file behind a URL: the longest video that is taken."""
TOKEN_LIFE: Final = timedelta(minutes=30)
"""How long the video service may put a film into the account's repository."""
PROCESSING_LIMIT: Final = timedelta(minutes=20)
"""How long a video may be processed before it counts as failed; not documented."""
UPLOAD_PATIENCE: Final = 600.0
"""Seconds to wait for the answer to a video's upload."""
KNOWN: Final = 409
"""The status that says that the same film was handed in before; its job is in the answer all the same."""
INSTEAD: Final = "pictures, or a link card that leads to the film"
"""What to publish where no service takes films."""
COMPLETED, FAILED = "JOB_STATE_COMPLETED", "JOB_STATE_FAILED"
TYPES: Final = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO}


class Files:
    """Uploads files for one client."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._calls = Calls(core)
        self._known: dict[str, PostMedia] = {}

    async def upload(self, media: Media) -> Uploaded:
        """Upload a file, and return it once a post may refer to it."""
        whole = await fitting(self._core, media, limit=FETCH_LIMIT)
        video = whole.kind is MediaKind.VIDEO
        blob = await (self._video(whole) if video else self._picture(whole))
        uploaded = Uploaded(
            blob=blob,
            kind=MediaKind.VIDEO if video else MediaKind.IMAGE,
            size=whole.size or 0,
            alt_text=whole.alt_text or "",
            width=whole.width,
            height=whole.height,
        )
        file = to_media(uploaded)
        self._known[file.id] = file
        return uploaded

    async def find(self, media: str) -> PostMedia:
        """Return an uploaded file as it is now."""
        known = self._known.get(media)
        if known is not None:
            return known
        request = Request(
            method="GET",
            url="xrpc/com.atproto.sync.getBlob",
            params=(("did", await self._calls.did()), ("cid", media)),
            max_bytes=FETCH_LIMIT,
        )
        try:
            response = await self._core.pipeline.send(request)
        except BadRequestError as error:
            raise self._calls.missing(f"there is no file {media}, or no record keeps it") from error
        family = response.headers.get("content-type", "").partition("/")[0]
        return PostMedia(id=media, kind=TYPES.get(family, MediaKind.UNKNOWN))

    async def _picture(self, media: Media) -> dict[str, JsonValue]:
        request = Request(
            method="POST",
            url="xrpc/com.atproto.repo.uploadBlob",
            headers={"Content-Type": media.mime_type or "application/octet-stream"},
            content=FileBody(media.filename, media.stream),
            safety=Safety.PREPARE,
        )
        answer = await self._core.pipeline.call(request, WireUploaded)
        return answer.value.blob

    # Videos --------------------------------------------------------------------------------

    async def _video(self, media: Media) -> dict[str, JsonValue]:
        did, token = await self._calls.did(), await self._service_token()
        answer = await self._handed_in(media, did, token)
        job = answer.job
        if job is None or not job.job_id:
            raise self._failed(media, answer.message or answer.error)
        return await self._processed(media, job)

    async def _handed_in(self, media: Media, did: str, token: str) -> WireJobAnswer:
        request = Request(
            method="POST",
            url=f"{self._service()}/xrpc/app.bsky.video.uploadVideo",
            params=(("did", did), ("name", media.filename)),
            headers={"Content-Type": "video/mp4", "Authorization": Secret(f"Bearer {token}")},
            content=FileBody(media.filename, media.stream),
            safety=Safety.PREPARE,
            signed=False,
            accepts=frozenset({KNOWN}),
            timeout=UPLOAD_PATIENCE,
        )
        try:
            return (await self._core.pipeline.call(request, WireJobAnswer)).value
        except (AuthenticationError, NoSuchCallError, NotFoundError) as error:
            # The account's server made the token just now: nothing is wrong with the login.
            message = (
                f"{media.filename} was not taken; nothing was published: no video service takes films of "
                f"accounts on {self._core.ref.host}: {error.message}"
            )
            raise NotSupportedError(message, platform=self._core.facts.name, instead=INSTEAD) from error

    def _service(self) -> str:
        """Return where videos go: to the network's one service, or to a stand-in on this machine."""
        base = self._core.pipeline.base_url.rstrip("/")
        return base if is_loopback(urlsplit(base).hostname or "") else VIDEO_SERVICE

    async def _service_token(self) -> str:
        """Get a token by which the video service may put the film into the account's repository."""
        server = await self._calls.query("com.atproto.server.describeServer", WireDid)
        answer = await self._calls.query(
            "com.atproto.server.getServiceAuth",
            WireToken,
            aud=server.value.did,
            lxm="com.atproto.repo.uploadBlob",
            exp=int((self._core.now() + TOKEN_LIFE).timestamp()),
        )
        return answer.value.token

    async def _processed(self, media: Media, job: WireJob) -> dict[str, JsonValue]:
        if job.state == COMPLETED and job.blob is None:
            job = await self._job(media, job.job_id)  # of a film that was handed in before
        blob = self._blob(media, job)
        if blob is not None:
            return blob
        look = partial(self._look, media, job.job_id)
        return await processed(self._core, look, name=media.filename, limit=PROCESSING_LIMIT)

    async def _look(self, media: Media, job: str) -> dict[str, JsonValue] | None:
        return self._blob(media, await self._job(media, job))

    def _blob(self, media: Media, job: WireJob) -> dict[str, JsonValue] | None:
        if job.blob is None and job.state == FAILED:
            raise self._failed(media, job.message or job.error)
        return job.blob

    async def _job(self, media: Media, job: str) -> WireJob:
        request = Request(
            method="GET",
            url=f"{self._service()}/xrpc/app.bsky.video.getJobStatus",
            params=(("jobId", job),),
            signed=False,
        )
        found = (await self._core.pipeline.call(request, WireJobAnswer)).value.job
        if found is None:
            raise self._failed(media, "the service does not know it any more")
        return found

    def _failed(self, media: Media, why: str | None) -> MediaProcessingError:
        message = (
            f"{media.filename} could not be processed; nothing was published: {why or 'no reason given'}"
        )
        return MediaProcessingError(message, platform=self._core.facts.name)


def to_media(file: Uploaded) -> PostMedia:
    """Map an uploaded file; its id names its content."""
    ref = file.blob.get("ref")
    name = ref.get("$link") if isinstance(ref, dict) else None
    return PostMedia(id=str(name or ""), kind=file.kind, alt_text=file.alt_text or None)


class BlueskyMedia(MediaFiles[ModeT], Generic[ModeT]):
    """Files by themselves. One that no record refers to is thrown away after a while."""

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        self._files = Files(core)

    async def _upload(self, media: Media) -> PostMedia:
        return to_media(await self._files.upload(media))

    async def _get(self, media: str) -> PostMedia:
        return await self._files.find(media)
