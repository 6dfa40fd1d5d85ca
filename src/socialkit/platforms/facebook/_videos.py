"""Posts that show a video: published by the video, and known by its id until the post's own is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.errors import BadRequestError, OutcomeUnknownError, SocialKitError
from socialkit.models import Draft, MediaKind, Post, PostMedia
from socialkit.operations import Run, current_run
from socialkit.platforms._graph import GraphCalls
from socialkit.platforms.base import Core, acted
from socialkit.platforms.facebook._map import POST_FIELDS, to_post, video_post
from socialkit.platforms.facebook._options import FacebookOptions
from socialkit.platforms.facebook._uploads import OWN, Uploads
from socialkit.platforms.facebook._wire import WireMade, WirePost
from socialkit.transport import Request

__all__ = ["Videos", "is_post"]

HOME: Final = "its post"
"""The step that looks for the post of a video."""


def is_post(thing: str) -> bool:
    """Return whether an id is a post's: those hold the Page's."""
    return "_" in thing


class Videos:
    """Videos and reels of one client."""

    def __init__(self, core: Core, calls: GraphCalls) -> None:
        self._core = core
        self._calls = calls
        self._uploads = Uploads(core, calls)

    # From a video to its post ------------------------------------------------------------

    async def home(self, thing: str) -> str:
        """Return the id of the post that a video shows; its own while that is not told."""
        if is_post(thing):
            return thing
        try:
            return (await self._uploads.look(thing)).post_id or thing
        except BadRequestError:  # what has none of a video's fields is none, and known by its id alone
            return thing

    async def changed(self, thing: str, run: Run) -> str:
        """Return by what id a post is changed; asked once, before the write."""
        return thing if is_post(thing) else await run.step(HOME, partial(self.home, thing), returns=str)

    async def get(self, thing: str) -> Post:
        """Return a post as it is now; one whose id is not told yet as its video tells it."""
        if is_post(thing):
            return await self._post(thing)
        answer = await self._uploads.tell(thing)
        if answer.value.post_id is not None:
            return await self._post(answer.value.post_id)
        return video_post(answer.value, answer.raw, self._core.ref)

    async def _post(self, post: str) -> Post:
        answer = await self._core.pipeline.call(self._calls.get(post, fields=POST_FIELDS), WirePost)
        return to_post(answer.value, answer.raw, self._core.ref)

    async def write(self, request: Request, video: str, took: Callable[[Post], bool]) -> Post:
        """Change a video whose post is not told yet, and return it as it is then.

        Args:
            request: The write.
            video: The video's id.
            took: Whether what is read afterwards is what was written: only a video's node is known here, and
                that its post takes it over nobody has promised.

        Raises:
            OutcomeUnknownError: It tells something else, or cannot be read.
        """
        await acted(self._core, request, WireMade)
        try:
            post = await self.get(video)
        except SocialKitError as error:
            message = f"Facebook took it, and the video {video} could not be read: {error.message}"
            raise OutcomeUnknownError(message, platform="facebook") from error
        if not took(post):
            message = f"Facebook took it, and the video {video} tells something else"
            raise OutcomeUnknownError(message, platform="facebook")
        return post

    # Publishing --------------------------------------------------------------------------

    async def video(self, draft: Draft, options: FacebookOptions, run: Run, step: str) -> Post:
        """Publish a video of the feed."""
        upload = partial(self._uploads.video, draft.media[0], title=options.title, text=draft.text)
        video = await run.step("media 1", upload, returns=str)
        at = options.scheduled_at
        values: dict[str, JsonValue | datetime] = {"published": True}
        if at is not None:
            values = {"published": False, "scheduled_publish_time": at}
        request = self._calls.post(video, values=values)
        return await run.commit(step, partial(self._release, request, video, draft, at), returns=Post)

    async def reel(self, draft: Draft, options: FacebookOptions, run: Run, step: str) -> Post:
        """Publish a reel."""
        upload = partial(self._uploads.clip, draft.media[0], "video_reels")
        video = await run.step("media 1", upload, returns=str)
        at = options.scheduled_at
        values: dict[str, JsonValue | datetime] = {
            "upload_phase": "finish",
            "video_id": video,
            "video_state": "PUBLISHED" if at is None else "SCHEDULED",
            "scheduled_publish_time": at,
            "title": options.title,
            "description": draft.text or None,
            "place": options.place,
        }
        request = self._calls.post(OWN, "video_reels", values=values)
        return await run.commit(step, partial(self._release, request, video, draft, at), returns=Post)

    async def _release(self, request: Request, video: str, draft: Draft, at: datetime | None) -> Post:
        """Publish a video, and return its post; where that cannot be read, what is known of it.

        The video is out then whatever comes, so that no failure of the read may look like one of the write.
        A journal, which knows a post by its id, has to look for it.
        """
        await acted(self._core, request, WireMade)
        files = (PostMedia(id=video, kind=MediaKind.VIDEO),)
        known = Post(id=video, account=self._core.ref, text=draft.text, media=files, scheduled_at=at)
        try:
            wire = await self._uploads.look(video)
        except SocialKitError as error:
            if _is_journaled():
                message = f"the video {video} is out, and its post could not be read: {error.message}"
                raise OutcomeUnknownError(message, platform="facebook") from error
            return known
        if wire.post_id is None:
            return known
        try:
            return await self._post(wire.post_id)
        except SocialKitError:
            return known.model_copy(update={"id": wire.post_id})


def _is_journaled() -> bool:
    """Return whether whoever carries the write notes what became of it, and looks for it later."""
    run = current_run.get()
    return run is not None and not run.waits
