"""Writing a status: its body and its media."""

from __future__ import annotations

from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.errors import (
    APIError,
    MediaProcessingError,
    NotFoundError,
)
from socialkit.models import Attempt, Draft, Found, Media, Post, PostMedia
from socialkit.operations import Run
from socialkit.platforms.base import Core, fitting, processed, refused_for_good
from socialkit.platforms.mastodon._facts import PROCESSING_LIMIT
from socialkit.platforms.mastodon._map import to_media, to_post, to_scheduled_post
from socialkit.platforms.mastodon._options import MastodonOptions, Poll
from socialkit.platforms.mastodon._search import (
    ANCHOR,
    POST,
    SCHEDULED,
    Search,
    age,
    own_statuses,
    visibility_of,
)
from socialkit.platforms.mastodon._wire import (
    WireAttachment,
    WireIdentified,
    WireScheduled,
    WireStatus,
)
from socialkit.transport import Request, Safety, Upload, segment

__all__ = ["Statuses", "status_body"]

FETCH_LIMIT: Final = 100 * 2**20
"""Bytes of a file behind a URL: above what the default configuration takes."""


def status_body(draft: Draft, media: list[str], reply_to: str | None) -> dict[str, JsonValue]:
    """Return the body that publishes one part."""
    body: dict[str, JsonValue] = {"status": draft.text, "media_ids": [*media]}
    options = draft.option(MastodonOptions)
    optional: dict[str, JsonValue] = {
        "in_reply_to_id": reply_to,
        "visibility": visibility_of(draft.visibility),
        "language": draft.language,
        "quoted_status_id": draft.quotes,
    }
    if options is not None:
        optional |= {
            "spoiler_text": options.content_warning,
            "sensitive": options.sensitive,
            "poll": _poll(options.poll),
            "scheduled_at": options.scheduled_at.isoformat() if options.scheduled_at else None,
            "quote_approval_policy": options.quote_policy,
        }
    return body | {name: value for name, value in optional.items() if value is not None}


def _poll(poll: Poll | None) -> JsonValue:
    if poll is None:
        return None
    return {
        "options": [*poll.choices],
        "expires_in": int(poll.duration.total_seconds()),
        "multiple": poll.multiple,
        "hide_totals": poll.hide_totals,
    }


class Statuses:
    """Writes statuses for one client; used by its posts and its inbox."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._search = Search(core)

    async def publish_part(self, draft: Draft, run: Run, previous: Post | None) -> Post:
        """Publish one part: remember what was there, upload, post."""
        options = draft.option(MastodonOptions)
        scheduled = options is not None and options.scheduled_at is not None
        if previous is None:
            await self._remember(run, scheduled=scheduled)
        media = [
            await run.step(f"media {number}", partial(self.upload_ready, one), returns=str)
            for number, one in enumerate(draft.media, 1)
        ]
        reply_to = previous.id if previous is not None else draft.reply_to
        body = status_body(draft, media, reply_to)
        return await run.commit(POST, partial(self._create, body, run.key(POST), scheduled), returns=Post)

    async def _remember(self, run: Run, *, scheduled: bool) -> None:
        """Note the newest own post, so that a lost one is looked for after it and never mistaken."""
        if self._core.ref.id is None:
            return
        try:
            await run.step(ANCHOR, partial(self._newest, scheduled), returns=str)
        except APIError as error:
            if not refused_for_good(error):
                raise  # nothing is written yet, and without this nobody could look for it later

    async def find(self, attempt: Attempt) -> Found:
        """Look once for a status whose answer was lost."""
        return await self._search.find(attempt)

    async def _newest(self, scheduled: bool) -> str:  # noqa: FBT001 - private
        url = SCHEDULED if scheduled else own_statuses(self._core)
        request = Request(method="GET", url=url, params=(("limit", "1"),))
        answer = await self._core.pipeline.call(request, list[WireIdentified])
        return max((one.id for one in answer.value), key=age, default="")

    async def _create(self, body: dict[str, JsonValue], key: str, scheduled: bool) -> Post:  # noqa: FBT001
        request = Request(
            method="POST",
            url="api/v1/statuses",
            json=body,
            headers={"Idempotency-Key": key},
            safety=Safety.WRITE,
        )
        return await self.sent(request, scheduled=scheduled)

    async def sent(self, request: Request, *, scheduled: bool) -> Post:
        """Send a write, and return the status that it made."""
        ref = self._core.ref
        if scheduled:
            planned = await self._core.pipeline.call(request, WireScheduled)
            return to_scheduled_post(planned.value, planned.raw, ref)
        answer = await self._core.pipeline.call(request, WireStatus)
        return to_post(answer.value, answer.raw, ref)

    # Media -------------------------------------------------------------------------------

    async def upload(self, media: Media) -> PostMedia:
        """Upload a file and return it once it can be attached."""
        whole = await fitting(self._core, media, limit=FETCH_LIMIT)
        fields = [("description", media.alt_text)] if media.alt_text else []
        if media.focus is not None:
            fields.append(("focus", "{:.3f},{:.3f}".format(*media.focus)))
        file = Upload("file", whole.filename, whole.mime_type or "application/octet-stream", whole.stream)
        request = Request(
            method="POST", url="api/v2/media", form=tuple(fields), files=(file,), safety=Safety.PREPARE
        )
        answer = await self._core.pipeline.call(request, WireAttachment)
        if answer.response.status == 200 and answer.value.url is not None:
            return to_media(answer.value)
        media_id = answer.value.id
        look = partial(self._ready, media_id)
        return await processed(self._core, look, name=f"the file {media_id}", limit=PROCESSING_LIMIT)

    async def upload_ready(self, media: Media) -> str:
        """Upload a file, wait until it can be attached, and return its id."""
        return (await self.upload(media)).id

    async def _ready(self, media: str) -> PostMedia | None:
        found = await self.media(media)
        return found if found.ready else None

    async def media(self, media: str) -> PostMedia:
        """Return an uploaded file as it is now."""
        try:
            answer = await self._core.pipeline.call(
                Request(method="GET", url=f"api/v1/media/{segment(media)}"), WireAttachment
            )
        except NotFoundError:
            raise
        except APIError as error:
            if error.status != 422:
                raise
            message = f"the server could not process the file {media}; nothing was published"
            raise MediaProcessingError(message, platform=self._core.facts.name) from error
        found = to_media(answer.value)
        return found.model_copy(update={"ready": answer.response.status == 200 and found.ready})
