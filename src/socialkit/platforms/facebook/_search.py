"""Finding what became of a post whose answer was lost: no key tells, so what is there is compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.models import AccountRef, Attempt, Draft, Found, Post, Raw
from socialkit.operations import Page
from socialkit.platforms._graph import (
    ANCHOR,
    Anchor,
    GraphCalls,
    WireList,
    newer_than,
    page_of,
    page_params,
)
from socialkit.platforms.base import FIRST_COMMENT, Core, in_one_line
from socialkit.platforms.facebook._facts import SETTLES_AFTER, kind_of
from socialkit.platforms.facebook._map import COMMENT_FIELDS, POST_FIELDS, link_named, links_of, to_post
from socialkit.platforms.facebook._options import FacebookOptions
from socialkit.platforms.facebook._uploads import OWN, Uploads
from socialkit.platforms.facebook._wire import WireComment, WirePost, WireVideoStatus

__all__ = ["COMMENT", "POST", "Search", "Wanted", "listing_of"]

POST: Final = "post"
COMMENT: Final = "comment"
PART: Final = "part 1 "
"""What the steps of the one part of a post begin with."""
MOST: Final = 100
MARGIN: Final = timedelta(minutes=5)
"""How late Facebook may publish what was scheduled."""
LOOK_AGAIN: Final = timedelta(minutes=2)
"""After how long a video that is worked on is looked at again."""
WORKING: Final = "processing"
IN_PROGRESS: Final = "in_progress"
SAME_TIME: Final = timedelta(minutes=1)
TOO_MANY: Final = "*"
"""What is noted where more posts wait than are looked through."""


def listing_of(*, scheduled: bool) -> str:
    """Return the edge of the posts that are out, or wait."""
    return "scheduled_posts" if scheduled else "published_posts"


@dataclass(frozen=True, slots=True)
class Seen:
    """A post that was found, and where its cards lead."""

    post: Post
    links: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a lost post must look like."""

    text: str
    """In one line: of white space nobody knows what Facebook keeps."""
    files: tuple[str, ...]
    link: str | None
    at: datetime | None
    taken: frozenset[str] = frozenset()

    @classmethod
    def of(cls, draft: Draft, files: Iterable[str], taken: frozenset[str] = frozenset()) -> Wanted:
        """Return what a draft makes with files that are uploaded."""
        options = draft.option(FacebookOptions) or FacebookOptions()
        return cls(in_one_line(draft.text), tuple(files), options.link, options.scheduled_at, taken)

    def fits(self, seen: Seen) -> bool | str:
        """Return whether a post is the one that is wanted, or why nobody can tell."""
        post = seen.post
        if post.id in self.taken:
            return False
        files = tuple(one.id for one in post.media)
        if self.files:
            return self._fits_files(post)
        if in_one_line(post.text) == self.text:
            return self._fits_link(seen) if self.link is not None else not files
        edited = not files and post.edited_at is not None and (post.reply_count or 0) == 0
        return f"{post.url} may be it: it was changed since" if edited else False

    def _fits_files(self, post: Post) -> bool | str:
        """Return whether a post holds the files, which were uploaded for this one alone."""
        told, wanted = {one.id for one in post.media}, set(self.files)
        if told == wanted:
            return True
        if in_one_line(post.text) == self.text and (told < wanted or len(told) < len(wanted)):
            return f"{post.url} may be it: it says the same, and not all its files are told"
        return False

    def _fits_link(self, seen: Seen) -> bool | str:
        """Return whether the card leads where it was to lead; Facebook may show another address for it."""
        if self.link is None or link_named(self.link) in seen.links:
            return True
        shown = ", ".join(sorted(seen.links)) or "nowhere that Facebook tells"
        return f"{seen.post.url} may be it: it says the same, and its card leads {shown}"


class Search:
    """Looks for lost posts and comments of one client."""

    def __init__(self, core: Core, calls: GraphCalls, uploads: Uploads) -> None:
        self._core = core
        self._calls = calls
        self._uploads = uploads

    async def find(self, attempt: Attempt) -> Found:
        """Look once for what a publish was to make."""
        draft = attempt.draft
        if draft is None:
            return Found.undecided("what was to be published is not known")
        if attempt.step.startswith(FIRST_COMMENT):
            return await self._first_comment(attempt, draft)
        kind = kind_of(draft)
        if kind == "story":
            return Found.undecided("Facebook does not tell which stories are out")
        if kind in {"video", "reel"}:
            return await self._video(attempt)
        return await self._post(attempt, draft)

    async def _post(self, attempt: Attempt, draft: Draft) -> Found:
        before = attempt.results.get(f"{PART}{ANCHOR}")
        files = [attempt.results.get(f"{PART}media {number}") for number in range(1, len(draft.media) + 1)]
        if not isinstance(before, str) or not all(isinstance(one, str) for one in files):
            return Found.undecided("what was there before is not known: the token may not read posts")
        return await self.since(Wanted.of(draft, map(str, files), frozenset(attempt.taken)), before)

    async def before(self, draft: Draft) -> str:
        """Return what is there before a post is made: the newest one, or those alike that wait.

        What waits is listed by its time, so that no newest one tells what was there before.
        """
        options = draft.option(FacebookOptions)
        if options is None or options.scheduled_at is None:
            return await self._newest()
        waiting = await newer_than(Anchor(), partial(self._page, scheduled=True))
        if waiting is None:
            return TOO_MANY
        text = in_one_line(draft.text)
        return " ".join(post.id for _, post in waiting if in_one_line(post.text) == text)

    async def _newest(self) -> str:
        edge = listing_of(scheduled=False)
        request = self._calls.get(OWN, edge, fields=("id", "created_time"), params=(("limit", "1"),))
        found = (await self._core.pipeline.call(request, WireList[WirePost])).value.data
        return str(Anchor(found[0].id, found[0].created_time)) if found else ""

    async def since(self, wanted: Wanted, before: str) -> Found:
        """Look for a post among those that were not there before, as `before` told it."""
        at = wanted.at
        if at is None:
            return await self._among(wanted, Anchor.read(before), scheduled=False)
        if before == TOO_MANY and not wanted.files:
            return Found.undecided("too many posts waited before to tell it from them")
        alike = frozenset(before.split())
        wanted = replace(wanted, taken=wanted.taken | alike)
        found = await self._among(wanted, Anchor(), scheduled=True)
        if found.post is not None or self._core.now() < at - MARGIN:
            return found
        gone = await self._gone_out(wanted, at, found)
        if gone.post is not None and alike and not wanted.files:
            # Whether what waited keeps its id when it goes out is documented nowhere.
            return Found.undecided("one that says the same waited before, and may be the one that is out")
        return gone

    async def _gone_out(self, wanted: Wanted, at: datetime, absent: Found) -> Found:
        found = await self._among(wanted, Anchor("", at - MARGIN), scheduled=False)
        if found.post is None and self._core.now() < at + SETTLES_AFTER:
            return Found.undecided("it is about to go out, or was", ask_again=at + SETTLES_AFTER)
        return found if found.post is not None else absent

    async def _among(self, wanted: Wanted, anchor: Anchor, *, scheduled: bool) -> Found:
        """Look through the posts that are newer than the anchor."""
        newer = await newer_than(anchor, partial(self._page, scheduled=scheduled))
        if newer is None:
            return Found.undecided("the Page published too much since to look through it all")
        return _chosen([Seen(post, links_of(wire)) for wire, post in newer], wanted)

    async def _page(self, cursor: str | None, *, scheduled: bool) -> Page[tuple[WirePost, Post]]:
        params = page_params(cursor, None, MOST)
        edge = listing_of(scheduled=scheduled)
        answer = await self._core.pipeline.call(
            self._calls.get(OWN, edge, fields=POST_FIELDS, params=params), WireList[WirePost]
        )
        ref = self._core.ref
        return page_of(answer, lambda wire, raw: (wire, to_post(wire, raw, ref)))

    async def _video(self, attempt: Attempt) -> Found:
        """Look at the video itself: its id was known before it was published."""
        video = attempt.results.get(f"{PART}media 1")
        if not isinstance(video, str):
            return Found.undecided("which video it is is not known")
        wire = await self._uploads.look(video)
        phase = wire.status.publishing_phase if wire.status is not None else None
        state = phase.publish_status if phase is not None else None
        if wire.published or state in {"published", "scheduled"}:
            because = "the video says that it is published"
            if wire.post_id is None:
                return Found.published(Post(id=video, account=self._core.ref), because)
            request = self._calls.get(wire.post_id, fields=POST_FIELDS)
            answer = await self._core.pipeline.call(request, WirePost)
            return Found.published(to_post(answer.value, answer.raw, self._core.ref), because)
        if _is_at_work(wire.status):
            again = self._core.now() + LOOK_AGAIN
            return Found.undecided("Facebook still works on the video, and may publish it", ask_again=again)
        if wire.published is None and state is None:
            return Found.undecided("the video does not say whether it is published")
        return Found.absent("the video is not published")

    async def _first_comment(self, attempt: Attempt, draft: Draft) -> Found:
        above = _id_in(attempt.results.get(f"{PART}{POST}"))
        if above is None:
            return Found.undecided("under which post it was to stand is not known")
        ref, text = await self._core.known(), in_one_line(draft.first_comment or "")
        params = (("filter", "toplevel"), ("limit", str(MOST)))
        request = self._calls.get(above, "comments", fields=COMMENT_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireComment])
        alike = [
            (wire, answer.raw.at("data", number))
            for number, wire in enumerate(answer.value.data)
            if in_one_line(wire.message) == text and wire.id not in attempt.taken
        ]
        own = [one for one in alike if one[0].sender is not None and one[0].sender.id == ref.id]
        if own:
            return Found.published(_comment_of(*own[0], above, ref))
        if any(wire.sender is None for wire, _ in alike):
            return Found.undecided("a comment says the same, and Facebook does not tell whose it is")
        if answer.value.paging is not None and answer.value.paging.next:
            return Found.undecided("there are too many comments to look through them all")
        return Found.absent("it is not under the post")


def _comment_of(wire: WireComment, raw: Raw, above: str, me: AccountRef) -> Post:
    """Map a comment of the Page."""
    return Post(
        id=wire.id,
        account=me,
        text=wire.message,
        reply_to=above,
        published_at=wire.created_time,
        raw=raw,
    )


def _is_at_work(status: WireVideoStatus | None) -> bool:
    """Return whether a video may still go out by itself: some are processed only once they are released."""
    if status is None:
        return False
    phases = (status.processing_phase, status.publishing_phase)
    return status.video_status == WORKING or any(one and one.status == IN_PROGRESS for one in phases)


def _chosen(newer: Iterable[Seen], wanted: Wanted) -> Found:
    """Return the oldest post that fits: the later of two equal ones may be of a later draft."""
    doubt: str | None = None
    for seen in reversed(list(newer)):
        fits = wanted.fits(seen)
        if fits is True and _on_time(seen.post, wanted):
            return Found.published(seen.post)
        doubt = doubt or (fits if isinstance(fits, str) else None)
    if doubt is not None:
        return Found.undecided(doubt)
    return Found.absent("it is not among the Page's posts since")


def _on_time(post: Post, wanted: Wanted) -> bool:
    """Return whether a scheduled post is there for its time; files are sign enough."""
    if wanted.at is None or wanted.files:
        return True
    time = post.scheduled_at or post.published_at
    return time is not None and -SAME_TIME <= time - wanted.at <= MARGIN


def _id_in(result: JsonValue) -> str | None:
    return str(result["id"]) if isinstance(result, dict) and "id" in result else None
