"""Stories of a Page. See https://developers.facebook.com/docs/page-stories-api."""

from __future__ import annotations

from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.errors import APIError
from socialkit.models import Attempt, Draft, Found, MediaKind, Post, PostMedia
from socialkit.operations import Run
from socialkit.platforms._graph import GraphCalls, WireList, cursor_of, page_params
from socialkit.platforms.base import Core, refused_for_good
from socialkit.platforms.facebook._fitting import Then
from socialkit.platforms.facebook._uploads import LOOK_AGAIN, OWN, Uploads
from socialkit.platforms.facebook._wire import WireMade, WireStory
from socialkit.transport import Request

__all__ = ["Stories"]

MOST: Final = 100
PAGES: Final = 5
"""Of stories that are looked through."""
FIELDS: Final = ("post_id", "media_id", "creation_time")
UNSEEN: Final = "no story that Facebook lists shows its file, and not all that were out are listed"


class Stories:
    """Stories of one client."""

    def __init__(self, core: Core, calls: GraphCalls) -> None:
        self._core = core
        self._calls = calls
        self._uploads = Uploads(core, calls)

    async def publish(self, draft: Draft, run: Run, step: str) -> Post:
        """Publish a story."""
        media = draft.media[0]
        if media.kind is MediaKind.VIDEO:
            upload = partial(self._uploads.clip, media, "video_stories")
            file = await run.step("media 1", upload, returns=str)
            values: dict[str, JsonValue] = {"upload_phase": "finish", "video_id": file}
            request = self._calls.post(OWN, "video_stories", values={**values})
        else:
            file = await run.step("media 1", partial(self._uploads.photo, media), returns=str)
            request = self._calls.post(OWN, "photo_stories", values={"photo_id": file})
        sent = PostMedia(id=file, kind=media.kind)
        return await run.commit(step, partial(self._told, request, sent), returns=Post)

    async def _told(self, request: Request, file: PostMedia) -> Post:
        answer = await self._core.pipeline.call(request, WireMade)
        told = answer.value.post_id or answer.value.id or file.id
        return Post(id=told, account=self._core.ref, media=(file,), raw=answer.raw)

    async def find(self, attempt: Attempt, draft: Draft, file: str) -> Found:
        """Look for the story that shows a file, which was uploaded for it alone.

        That it is not listed proves nothing: those that are over are listed only while the Page keeps them
        in its archive.
        """
        then = Then.of(attempt)
        since = str(int((then.earliest - then.slack).timestamp()))
        sent, cursor = PostMedia(id=file, kind=draft.media[0].kind), None
        for _ in range(PAGES):
            params = (("since", since), *page_params(cursor, None, MOST))
            request = self._calls.get(OWN, "stories", fields=FIELDS, params=params)
            try:
                answer = await self._core.pipeline.call(request, WireList[WireStory])
            except APIError as error:
                if not refused_for_good(error):
                    raise
                return Found.undecided(f"the Page's stories may not be read: {error.message}")
            for number, wire in enumerate(answer.value.data):
                if wire.media_id == file and wire.post_id not in attempt.taken:
                    raw = answer.raw.at("data", number)
                    ref, at = self._core.ref, wire.creation_time
                    post = Post(id=wire.post_id, account=ref, media=(sent,), published_at=at, raw=raw)
                    return Found.published(post)
            cursor = cursor_of(answer.value.paging)
            if cursor is None:
                break
        again = self._core.now() + LOOK_AGAIN
        return Found.undecided(UNSEEN, ask_again=again if again <= then.latest + LOOK_AGAIN else None)
