"""Finding what became of a status whose answer was lost, and of one that was scheduled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from pydantic import JsonValue

from socialkit.errors import NotFoundError
from socialkit.models import Attempt, Draft, Found, FoundState, Post, Visibility
from socialkit.platforms.base import FIRST_COMMENT, Core, comment_of
from socialkit.platforms.mastodon._facts import SETTLES_AFTER
from socialkit.platforms.mastodon._map import VISIBILITY_TO_WIRE, to_post, to_scheduled_post
from socialkit.platforms.mastodon._options import MastodonOptions
from socialkit.platforms.mastodon._paging import cursor_of, page_params
from socialkit.platforms.mastodon._wire import WireScheduled, WireSource, WireStatus
from socialkit.text import html_to_text
from socialkit.transport import Answer, Request, segment

__all__ = ["ANCHOR", "POST", "SCHEDULED", "Search", "age", "own_statuses", "visibility_of"]

ANCHOR: Final = "anchor"
POST: Final = "post"
SCHEDULED: Final = "api/v1/scheduled_statuses"
MOST: Final = 40
SEARCHED_PAGES: Final = 5
"""Pages of own posts that a search looks through."""
SCHEDULED_PAGES: Final = 25
"""Pages of scheduled posts: a server takes 300 of an account, forks more."""
MARGIN: Final = timedelta(minutes=5)
"""How far a server's clock may be from ours, and how late it may publish what was scheduled."""
SAME_TIME: Final = timedelta(seconds=1)
"""Servers keep milliseconds, or whole seconds."""
UNREAD: Final = "there are posts since, and the server does not tell how they were written"
EDITED: Final = "may be it: it was edited since"
BEREFT: Final = "may be it: its words are the same, and what it answered may have been deleted since"
STEP: Final = re.compile(rf"(?:part ([1-9]\d{{0,3}}) |({FIRST_COMMENT}) )?{POST}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a lost status must look like."""

    text: str
    warning: str = ""
    media: list[str] = field(default_factory=list[str])
    visibility: str | None = None
    reply_to: str | None = None
    at: datetime | None = None
    """When it is to go out; None for at once."""
    taken: frozenset[str] = frozenset()
    """Ids of statuses that are known to be other drafts'."""

    @classmethod
    def of(cls, draft: Draft, media: list[str], reply_to: str | None) -> Wanted:
        """Return what a draft becomes."""
        options = draft.option(MastodonOptions) or MastodonOptions()
        return cls(
            text=draft.text.strip(),
            warning=(options.content_warning or "").strip(),
            media=media,
            visibility=visibility_of(draft.visibility),
            reply_to=reply_to,
            at=options.scheduled_at,
        )

    @classmethod
    def of_scheduled(cls, post: Post) -> Wanted:
        """Return what a scheduled post becomes."""
        params = post.raw.get("params")
        ids = params.get("media_ids") if isinstance(params, dict) else None
        listed = [str(one) for one in ids] if isinstance(ids, list) else []
        return cls(
            text=post.text.strip(),
            warning=(post.title or "").strip(),
            media=[one.id for one in post.media] or listed,
            visibility=visibility_of(post.visibility),
            reply_to=post.reply_to,
            at=post.scheduled_at,
        )


@dataclass(frozen=True, slots=True)
class Lost:
    """Which part of a draft an attempt is about, and what came before it."""

    wanted: Wanted
    anchor: str


class Search:
    """Looks for lost statuses of one client."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def find(self, attempt: Attempt) -> Found:
        """Look once for a status whose answer was lost, among those newer than the remembered one."""
        lost = lost_of(attempt)
        if lost is None:
            return Found.undecided("what was there before is not known: the token may not read own posts")
        if (await self._core.identify()).id is None:
            return Found.undecided("whose account this is is not known: the token may not read it")
        if lost.wanted.at is None:
            return await self._among_newer(lost.wanted, lost.anchor)
        found = await self._among_scheduled(lost.wanted, lost.anchor)
        if found.state is not FoundState.ABSENT:
            return found
        # Only now: in this order it cannot slip from the one list to the other between two looks.
        return await self._gone_out(lost.wanted, lost.wanted.at - MARGIN, found)

    async def find_deleted(self, post: Post, since: datetime) -> Found:
        """Find out whether a scheduled post, which waits no more, was deleted or went out instead.

        Args:
            post: The post, as it waited.
            since: When it was to be deleted, by the server's clock where that is known.
        """
        if (await self._core.identify()).id is None:
            return Found.undecided("it waits no more, but whether it went out is not known")
        gone, wanted = Found.absent("it did not go out"), Wanted.of_scheduled(post)
        # It goes out at its time; before that only if it was moved meanwhile.
        begun = since if wanted.at is None else min(since, wanted.at)
        found = await self._gone_out(wanted, begun - MARGIN, gone)
        if found.state is FoundState.ABSENT:
            return Found.published(None, "the post is gone, and did not go out")
        if found.post is not None:
            where = found.post.url or found.post.id
            return Found.absent(f"the post was not deleted: it went out, and is {where}")
        return found

    async def _gone_out(self, wanted: Wanted, since: datetime, absent: Found) -> Found:
        """Look for a scheduled post among those that are out."""
        settling, at = self._core.settling, wanted.at
        shown = settling.shown(settling.moment())
        if shown is None:
            return Found.undecided("the server does not tell its time, and so not whether it went out")
        earliest, latest = shown
        if latest < since:
            return absent
        found = await self._published_since(wanted, since)
        near = at is not None and at - MARGIN <= latest and earliest < at + SETTLES_AFTER
        if found.state is FoundState.ABSENT and at is not None and near:
            again = self._core.now() + (at + SETTLES_AFTER - earliest)
            return Found.undecided("it is about to go out, or was", ask_again=again)
        return found

    async def _among_newer(self, wanted: Wanted, anchor: str) -> Found:
        params: tuple[tuple[str, str], ...] = (("min_id", anchor or "0"), ("limit", str(MOST)))
        doubt: str | None = None
        for _ in range(SEARCHED_PAGES):
            answer = await self._statuses(params)
            # Oldest first: the later of two equal posts may be of a draft that was begun after the first.
            for number, wire in sorted(enumerate(answer.value), key=lambda one: age(one[1].id)):
                if age(wire.id) <= age(anchor):
                    continue  # some servers do not know `min_id`
                is_it = await self._is_it(wire, wanted)
                if is_it is True:
                    return Found.published(to_post(wire, answer.raw.at(number), self._core.ref))
                doubt = doubt or is_it or None
            if not answer.value or cursor_of(answer.response, rel="prev") is None:
                return _missed(doubt)
            newest = max((wire.id for wire in answer.value), key=age)
            params = (("min_id", newest), ("limit", str(MOST)))
        return Found.undecided("the account published too much since to look through it all")

    async def _published_since(self, wanted: Wanted, since: datetime) -> Found:
        params = page_params(None, None, MOST)
        equal: list[Post] = []
        doubt: str | None = None
        for _ in range(SEARCHED_PAGES):
            answer = await self._statuses(params)
            newer = [(n, wire) for n, wire in enumerate(answer.value) if wire.created_at >= since]
            for number, wire in newer:
                is_it = await self._is_it(wire, wanted)
                if is_it is True:
                    equal.append(to_post(wire, answer.raw.at(number), self._core.ref))
                else:
                    doubt = doubt or is_it or None
            older = cursor_of(answer.response)
            if len(newer) < len(answer.value) or older is None:
                return _its_own(equal, wanted) or _missed(doubt)
            params = page_params(older, None, MOST)
        return Found.undecided("the account published too much since to look through it all")

    async def _statuses(self, params: tuple[tuple[str, str], ...]) -> Answer[list[WireStatus]]:
        request = Request(method="GET", url=own_statuses(self._core), params=params)
        return await self._core.pipeline.call(request, list[WireStatus])

    async def _is_it(self, wire: WireStatus, wanted: Wanted) -> bool | str:
        """Return whether a status is the one that is wanted, or why nobody can tell."""
        answered = wire.in_reply_to_id or None
        # A server forgets what a status answers when that is deleted; the answer stays public.
        bereft = answered is None and wanted.reply_to is not None
        if wire.id in wanted.taken or wire.reblog is not None:
            return False
        if answered != wanted.reply_to and not bereft:
            return False
        if wanted.visibility is not None and wire.visibility != wanted.visibility:
            return False
        equal: bool | None = False
        if [one.id for one in wire.media_attachments or ()] == wanted.media:
            if wanted.media:
                return True  # the files were uploaded for this post alone
            equal = await self._reads(wire, wanted)
        if equal is None:
            return UNREAD
        if equal:
            return _of(wire, BEREFT) if bereft else True
        # How it was written at first no server tells: the history of a status has what people saw.
        return False if wire.edited_at is None else _of(wire, EDITED)

    async def _reads(self, wire: WireStatus, wanted: Wanted) -> bool | None:
        """Return whether a status was written as what is wanted; None when the server does not tell."""
        shown = wanted.text, wanted.warning
        try:
            source = await self._core.pipeline.call(
                Request(method="GET", url=f"api/v1/statuses/{segment(wire.id)}/source"), WireSource
            )
        except NotFoundError:  # before 3.5, and some forks: what people see may be the same, or marked up
            seen = html_to_text(wire.content or "").strip(), (wire.spoiler_text or "").strip()
            return True if seen == shown else None
        return (source.value.text.strip(), (source.value.spoiler_text or "").strip()) == shown

    async def _among_scheduled(self, wanted: Wanted, anchor: str) -> Found:
        params: tuple[tuple[str, str], ...] = (("min_id", anchor or "0"), ("limit", str(MOST)))
        moved = False
        for _ in range(SCHEDULED_PAGES):
            request = Request(method="GET", url=SCHEDULED, params=params)
            answer = await self._core.pipeline.call(request, list[WireScheduled])
            for number, wire in sorted(enumerate(answer.value), key=lambda one: age(one[1].id)):
                if age(wire.id) <= age(anchor) or not _is_planned(wire, wanted):
                    continue
                if _is_then(wire, wanted):
                    return Found.published(to_scheduled_post(wire, answer.raw.at(number), self._core.ref))
                moved = True
            if not answer.value or cursor_of(answer.response, rel="prev") is None:
                break
            newest = max((wire.id for wire in answer.value), key=age)
            params = (("min_id", newest), ("limit", str(MOST)))
        else:
            return Found.undecided("the account scheduled too much since to look through it all")
        if moved:
            return Found.undecided("an equal post is scheduled for another time: it may have been moved")
        return Found.absent("it is not among the scheduled posts since")


def _is_planned(wire: WireScheduled, wanted: Wanted) -> bool:
    """Return whether a scheduled status is the one that is wanted, but for its time."""
    params = wire.params
    if wire.id in wanted.taken:
        return False
    ids = [one.id for one in wire.media_attachments or ()] or (params.media_ids or [])
    if ids != wanted.media or (params.in_reply_to_id or None) != wanted.reply_to:
        return False
    if None not in {wanted.visibility, params.visibility} and params.visibility != wanted.visibility:
        return False
    shown = (params.text or "").strip(), (params.spoiler_text or "").strip()
    return bool(wanted.media) or shown == (wanted.text, wanted.warning)


def _is_then(wire: WireScheduled, wanted: Wanted) -> bool:
    # With files it is the one whenever it goes out: they were uploaded for this post alone.
    return bool(wanted.media) or (wanted.at is not None and abs(wire.scheduled_at - wanted.at) < SAME_TIME)


def _its_own(equal: list[Post], wanted: Wanted) -> Found | None:
    """Return which of equal posts is the one that was scheduled; None where there are none.

    It has another id once it is out, so that only its time tells it from an equal one.
    """
    if not equal:
        return None
    at = wanted.at
    on_time = [post for post in equal if at is None or bool(wanted.media) or _is_due(post.published_at, at)]
    if len(on_time) == 1:
        return Found.published(on_time[0])
    if on_time:
        return Found.undecided("several equal posts went out at its time")
    return Found.undecided("an equal post went out at another time: it may have been moved")


def _is_due(published_at: datetime | None, at: datetime) -> bool:
    return published_at is not None and at - SAME_TIME <= published_at <= at + MARGIN


def _of(wire: WireStatus, why: str) -> str:
    return f"{wire.url or f'the post {wire.id}'} {why}"


def _missed(doubt: str | None) -> Found:
    if doubt is not None:
        return Found.undecided(doubt)
    return Found.absent("it is not among the account's posts since")


def own_statuses(core: Core) -> str:
    """Return where the account's own statuses are."""
    return f"api/v1/accounts/{segment(core.ref.id or '')}/statuses"


def visibility_of(value: Visibility | None) -> str | None:
    """Return a visibility as Mastodon calls it."""
    return None if value is None else VISIBILITY_TO_WIRE.get(value, value.value)


def age(status: str) -> tuple[int, str]:
    """Return what orders ids by time."""
    return len(status), status


def lost_of(attempt: Attempt) -> Lost | None:
    """Return what an attempt is about; None when it does not hold what was there before."""
    step, draft = STEP.fullmatch(attempt.step), attempt.draft
    if step is None or draft is None:
        return None
    parts, results = draft.parts, attempt.results
    number = int(step[1] or 1) if step[2] is None else len(parts) + 1
    if number > len(parts) + (step[2] is not None):
        return None
    part = parts[number - 1] if step[2] is None else comment_of(draft)
    prefix = attempt.step.removesuffix(POST)
    before = _id_of(results.get(f"part {number - 1} {POST}")) if number > 1 else None
    anchor = before if number > 1 else results.get(f"{prefix}{ANCHOR}")
    media = list(_texts(results.get(f"{prefix}media {one}") for one in range(1, len(part.media) + 1)))
    if not isinstance(anchor, str) or len(media) < len(part.media):
        return None
    wanted = Wanted.of(part, media, before or part.reply_to)
    return Lost(replace(wanted, taken=frozenset(attempt.taken)), anchor)


def _id_of(result: JsonValue) -> str | None:
    return str(result["id"]) if isinstance(result, dict) and "id" in result else None


def _texts(values: Iterator[JsonValue]) -> Iterator[str]:
    return (value for value in values if isinstance(value, str))
