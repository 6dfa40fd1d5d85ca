"""Writing a status: its body, its media, and the search for one whose answer was lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.errors import (
    APIError,
    MediaProcessingError,
    NotFoundError,
    TransportError,
    UnexpectedResponseError,
)
from socialkit.models import Attempt, Draft, Found, Media, Post, PostMedia, Visibility
from socialkit.operations import Run
from socialkit.platforms.base import Core
from socialkit.platforms.mastodon._facts import PROCESSING_LIMIT
from socialkit.platforms.mastodon._map import VISIBILITY_TO_WIRE, to_media, to_post, to_scheduled_post
from socialkit.platforms.mastodon._options import MastodonOptions, Poll
from socialkit.platforms.mastodon._paging import cursor_of
from socialkit.platforms.mastodon._wire import (
    WireAttachment,
    WireIdentified,
    WireScheduled,
    WireSource,
    WireStatus,
)
from socialkit.text import html_to_text
from socialkit.transport import Request, Safety, Upload, segment

__all__ = ["Statuses", "status_body"]

ANCHOR: Final = "anchor"
POST: Final = "post"
FETCH_LIMIT: Final = 100 * 2**20
"""Bytes of a file behind a URL: above what the default configuration takes."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 15.0
"""Seconds between two looks at a file that is processed."""
SEARCHED_PAGES: Final = 5
"""Pages of own posts that a search looks through."""


def status_body(draft: Draft, media: list[str], reply_to: str | None) -> dict[str, JsonValue]:
    """Return the body that publishes one part."""
    body: dict[str, JsonValue] = {"status": draft.text, "media_ids": [*media]}
    options = draft.option(MastodonOptions)
    optional: dict[str, JsonValue] = {
        "in_reply_to_id": reply_to,
        "visibility": _visibility(draft.visibility),
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


def _visibility(value: Visibility | None) -> str | None:
    return None if value is None else VISIBILITY_TO_WIRE[value]


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
        except (APIError, UnexpectedResponseError):
            return  # a token that may not read: `find` says what it cannot know

    async def _newest(self, scheduled: bool) -> str:  # noqa: FBT001 - private
        request = Request(method="GET", url=self._own_path(scheduled), params=(("limit", "1"),))
        answer = await self._core.pipeline.call(request, list[WireIdentified])
        return max((one.id for one in answer.value), key=_age, default="")

    def _own_path(self, scheduled: bool) -> str:  # noqa: FBT001 - private
        if scheduled:
            return "api/v1/scheduled_statuses"
        return f"api/v1/accounts/{segment(self._core.ref.id or '')}/statuses"

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
        whole = await self._fetched(media)
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
        return await self._processed(answer.value.id)

    async def upload_ready(self, media: Media) -> str:
        """Upload a file, wait until it can be attached, and return its id."""
        return (await self.upload(media)).id

    async def _fetched(self, media: Media) -> Media:
        if media.url is None:
            return media
        try:
            response = await self._core.pipeline.fetch(media.url, limit=FETCH_LIMIT)
        except (APIError, TransportError, UnexpectedResponseError) as error:
            message = f"{media.filename} could not be fetched; nothing was published with it: {error.message}"
            raise MediaProcessingError(message, platform=self._core.facts.name) from error
        return Media.from_bytes(
            response.content, filename=media.filename, alt_text=media.alt_text, focus=media.focus
        )

    async def _processed(self, media: str) -> PostMedia:
        transport, wait, waited = self._core.transport, FIRST_WAIT, timedelta()
        while waited < PROCESSING_LIMIT:
            await transport.sleep(wait)
            waited, wait = waited + timedelta(seconds=wait), min(wait * 1.5, LONGEST_WAIT)
            found = await self.media(media)
            if found.ready:
                return found
        message = f"the file {media} was not processed within {PROCESSING_LIMIT}; nothing was published"
        raise MediaProcessingError(message, platform=self._core.facts.name)

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

    # Finding -----------------------------------------------------------------------------

    async def find(self, attempt: Attempt) -> Found:
        """Look once for a status whose answer was lost, among those newer than the remembered one."""
        assert attempt.draft is not None
        part, names = _part_of(attempt)
        before = names.before_id(attempt.results)
        anchor = attempt.results.get(names.anchor) if before is None else before
        if not isinstance(anchor, str):
            return Found.undecided("what was there before is not known: the token may not read own posts")
        draft = attempt.draft.parts[part]
        media = [str(attempt.results[name]) for name in names.media if name in attempt.results]
        options = draft.option(MastodonOptions)
        if options is not None and options.scheduled_at is not None:
            return await self._find_scheduled(draft, media, anchor)
        return await self._find_status(draft, media, anchor, before or draft.reply_to)

    async def _find_status(self, draft: Draft, media: list[str], anchor: str, reply_to: str | None) -> Found:
        params: tuple[tuple[str, str], ...] = (("min_id", anchor or "0"), ("limit", "40"))
        unread = False
        for _ in range(SEARCHED_PAGES):
            answer = await self._core.pipeline.call(
                Request(method="GET", url=self._own_path(False), params=params), list[WireStatus]
            )
            for number, wire in enumerate(answer.value):
                if _age(wire.id) <= _age(anchor):
                    continue  # some servers do not know `min_id`
                is_it = await self._is_it(wire, draft, media, reply_to)
                if is_it:
                    return Found.published(to_post(wire, answer.raw.at(number), self._core.ref))
                unread = unread or is_it is None
            if not answer.value or cursor_of(answer.response, rel="prev") is None:
                break
            newest = max((wire.id for wire in answer.value), key=_age)
            params = (("min_id", newest), ("limit", "40"))
        else:
            return Found.undecided("the account published too much since to look through it all")
        if unread:
            return Found.undecided(
                "there are posts since, and the server does not tell how they were written"
            )
        return Found.absent("it is not among the account's posts since")

    async def _is_it(
        self, wire: WireStatus, draft: Draft, media: list[str], reply_to: str | None
    ) -> bool | None:
        """Return whether a status is what a draft became; None when the server does not tell."""
        if wire.reblog is not None or (wire.in_reply_to_id or None) != reply_to:
            return False
        if [one.id for one in wire.media_attachments or ()] != media:
            return False
        if draft.visibility is not None and wire.visibility != VISIBILITY_TO_WIRE[draft.visibility]:
            return False
        if media:
            return True  # the files were uploaded for this post alone
        options = draft.option(MastodonOptions)
        warning = (options.content_warning or "") if options is not None else ""
        wanted = draft.text.strip(), warning.strip()
        try:
            source = await self._core.pipeline.call(
                Request(method="GET", url=f"api/v1/statuses/{segment(wire.id)}/source"), WireSource
            )
        except NotFoundError:  # before 3.5, and some forks: what people see may be the same, or marked up
            seen = html_to_text(wire.content or "").strip(), (wire.spoiler_text or "").strip()
            return True if seen == wanted else None
        return (source.value.text.strip(), (source.value.spoiler_text or "").strip()) == wanted

    async def _find_scheduled(self, draft: Draft, media: list[str], anchor: str) -> Found:
        params = (("min_id", anchor or "0"), ("limit", "40"))
        answer = await self._core.pipeline.call(
            Request(method="GET", url=self._own_path(True), params=params), list[WireScheduled]
        )
        for number, wire in enumerate(answer.value):
            ids = [one.id for one in wire.media_attachments or ()] or (wire.params.media_ids or [])
            if (wire.params.text or "").strip() == draft.text.strip() and ids == media:
                return Found.published(to_scheduled_post(wire, answer.raw.at(number), self._core.ref))
        return Found.absent("it is not among the scheduled posts since")


def _age(status: str) -> tuple[int, str]:
    """Return what orders ids by time."""
    return len(status), status


class _Names:
    """What the steps of one part are called."""

    def __init__(self, prefix: str, before: str | None, media: int) -> None:
        self.media = [f"{prefix}media {number}" for number in range(1, media + 1)]
        self.anchor = f"{prefix}{ANCHOR}"
        self.before = before

    def before_id(self, results: Mapping[str, JsonValue]) -> str | None:
        """Return the id of the part before, which this one answers; None for the first."""
        before = results.get(self.before) if self.before is not None else None
        return str(before["id"]) if isinstance(before, dict) else None


def _part_of(attempt: Attempt) -> tuple[int, _Names]:
    """Return which part a step belongs to, and the names of its steps."""
    assert attempt.draft is not None
    number = int(attempt.step.split()[1]) if attempt.step.startswith("part ") else 1
    prefix = f"part {number} " if attempt.step.startswith("part ") else ""
    before = f"part {number - 1} {POST}" if number > 1 else None
    return number - 1, _Names(prefix, before, len(attempt.draft.parts[number - 1].media))
