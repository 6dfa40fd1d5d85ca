"""Changing a status. Mastodon empties what an edit does not repeat: what a draft leaves out is read first."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.errors import InvalidDraftError, NotFoundError
from socialkit.models import Attempt, AwareTime, Basis, Draft, Found, Model, Post, Problem
from socialkit.operations import Run
from socialkit.platforms.base import Core
from socialkit.platforms.mastodon._map import to_post
from socialkit.platforms.mastodon._options import MastodonOptions
from socialkit.platforms.mastodon._statuses import Statuses, status_body
from socialkit.platforms.mastodon._wire import WireIdentified, WirePoll, WireSource, WireStatus
from socialkit.transport import Request, Safety, segment

__all__ = ["Edits"]

KEPT: Final = "kept"
FIXED: Final = frozenset({"visibility", "scheduled_at", "quoted_status_id"})
"""What no edit changes."""


class KeptPoll(Model):
    """A poll as it is to stay."""

    options: list[str]
    expires_at: AwareTime | None
    multiple: bool
    hide_totals: bool


class Kept(Model):
    """A status before its edit."""

    media: list[str]
    content_warning: str
    sensitive: bool
    poll: KeptPoll | None
    read_at: AwareTime


class Edits:
    """Changes statuses for one client, and finds out what became of a change."""

    def __init__(self, core: Core, statuses: Statuses) -> None:
        self._core = core
        self._statuses = statuses

    async def edit(self, post: str, draft: Draft, run: Run) -> Post:
        """Replace a status; media, content warning and poll that the draft does not mention stay."""
        kept = await run.step(KEPT, partial(self._read, post), returns=Kept)
        new = [
            await run.step(f"media {number}", partial(self._statuses.upload_ready, one), returns=str)
            for number, one in enumerate(draft.media, 1)
        ]
        if not draft.text.strip() and not new and not kept.media:
            message = "is empty, and there are no media to keep"
            problem = Problem(field="text", message=message, basis=Basis.DRAFT, platform="mastodon")
            raise InvalidDraftError("the edit would leave nothing", problems=[problem], platform="mastodon")
        body = self._body(draft, new, kept)
        request = Request(
            method="PUT", url=f"api/v1/statuses/{segment(post)}", json=body, safety=Safety.WRITE
        )
        return await run.commit("edit", partial(self._statuses.sent, request, scheduled=False), returns=Post)

    async def find(self, attempt: Attempt) -> Found:
        """Compare a status as it is with what it was to become."""
        assert attempt.draft is not None  # `posts.find` looked
        names = [f"media {number}" for number, _ in enumerate(attempt.draft.media, 1)]
        if not {KEPT, *names} <= attempt.results.keys():
            return Found.undecided("the attempt does not hold what the post was to keep")
        path = f"api/v1/statuses/{segment(attempt.target or '')}"
        status = await self._core.pipeline.call(Request(method="GET", url=path), WireStatus)
        source = await self._core.pipeline.call(Request(method="GET", url=f"{path}/source"), WireSource)
        new = [str(attempt.results[name]) for name in names]
        wanted = self._body(attempt.draft, new, Kept.model_validate(attempt.results[KEPT]))
        if _shown(status.value, source.value) == _meant(wanted):
            post = to_post(status.value, status.raw, self._core.ref)
            return Found.published(post, "the post reads as it was to read")
        return Found.absent("the post does not read as it was to read")

    async def exists(self, path: str) -> bool:
        """Return whether there is something at a path."""
        try:
            await self._core.pipeline.call(Request(method="GET", url=path), WireIdentified)
        except NotFoundError:
            return False
        return True

    async def _read(self, post: str) -> Kept:
        answer = await self._core.pipeline.call(
            Request(method="GET", url=f"api/v1/statuses/{segment(post)}"), WireStatus
        )
        status = answer.value
        return Kept(
            media=[one.id for one in status.media_attachments or ()],
            content_warning=status.spoiler_text or "",
            sensitive=bool(status.sensitive),
            poll=None if status.poll is None else _kept_poll(status.poll),
            read_at=self._core.now(),
        )

    def _body(self, draft: Draft, new: list[str], kept: Kept) -> dict[str, JsonValue]:
        options = draft.option(MastodonOptions)
        given = frozenset[str]() if options is None else options.model_fields_set
        media = new if "media" in draft.model_fields_set else kept.media
        body = status_body(draft, media, None)
        if "content_warning" not in given and kept.content_warning:
            body["spoiler_text"] = kept.content_warning
        if "sensitive" not in given and kept.sensitive:
            body["sensitive"] = True
        if "poll" not in given and kept.poll is not None:
            body["poll"] = self._poll(kept.poll, kept.read_at, beside_media=bool(media))
        return {name: value for name, value in body.items() if name not in FIXED}

    def _poll(self, poll: KeptPoll, now: datetime, *, beside_media: bool) -> JsonValue:
        left = timedelta() if poll.expires_at is None else poll.expires_at - now
        shortest = self._core.limits.poll_shortest or timedelta()
        if beside_media or left <= timedelta() or left < shortest:
            why = "cannot stand beside media" if beside_media else "is over, or ends too soon to be kept"
            message = f"{why}: give poll=None to remove it, or another one"
            problem = Problem(field="options.poll", message=message, basis=Basis.DRAFT, platform="mastodon")
            raise InvalidDraftError("the edit would lose the poll", problems=[problem], platform="mastodon")
        return {
            "options": [*poll.options],
            "expires_in": int(left.total_seconds()),
            "multiple": poll.multiple,
            "hide_totals": poll.hide_totals,
        }


def _kept_poll(wire: WirePoll) -> KeptPoll:
    # Nothing says whether the totals are hidden but that they are.
    hidden = not wire.expired and any(one.votes_count is None for one in wire.options)
    titles = [one.title for one in wire.options]
    return KeptPoll(options=titles, expires_at=wire.expires_at, multiple=wire.multiple, hide_totals=hidden)


def _shown(status: WireStatus, source: WireSource) -> tuple[object, ...]:
    media = [one.id for one in status.media_attachments or ()]
    choices = None if status.poll is None else [one.title for one in status.poll.options]
    return source.text.strip(), (source.spoiler_text or "").strip(), media, choices


def _meant(body: dict[str, JsonValue]) -> tuple[object, ...]:
    poll = body.get("poll")
    choices = poll["options"] if isinstance(poll, dict) else None
    warning = str(body.get("spoiler_text") or "")
    return str(body["status"]).strip(), warning.strip(), body["media_ids"], choices
