"""Finding what became of a post whose answer was lost: no key tells, so what is there is compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.errors import NotFoundError
from socialkit.models import (
    AccountRef,
    Attempt,
    Draft,
    Found,
    FoundState,
    MediaKind,
    Post,
    PostMedia,
    Raw,
)
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
from socialkit.platforms.facebook._fitting import (
    MARGIN,
    SEARCHED_COMMENTS,
    SEARCHED_POSTS,
    Seen,
    Then,
    Wanted,
    app_of,
    chosen,
)
from socialkit.platforms.facebook._map import to_post
from socialkit.platforms.facebook._options import FacebookOptions
from socialkit.platforms.facebook._stories import Stories
from socialkit.platforms.facebook._uploads import LOOK_AGAIN, OWN, Uploads
from socialkit.platforms.facebook._videos import Videos
from socialkit.platforms.facebook._wire import WireComment, WirePost, WireVideoStatus

__all__ = ["COMMENT", "POST", "Search", "listing_of"]

POST: Final = "post"
COMMENT: Final = "comment"
PART: Final = "part 1 "
"""What the steps of the one part of a post begin with."""
MOST: Final = 100
WORKING: Final = "processing"
IN_PROGRESS: Final = "in_progress"
TOO_MANY: Final = "*"
"""What is noted where more posts wait than are looked through."""
WAITED: Final = "one that says the same waited before, and may be the one that is out"
"""Whether what waited keeps its id when it goes out is documented nowhere."""


def listing_of(*, scheduled: bool) -> str:
    """Return the edge of the posts that are out, or wait."""
    return "scheduled_posts" if scheduled else "published_posts"


@dataclass(frozen=True, slots=True)
class Before:
    """What was there before a post was made.

    Example:
        >>> str(Before.read(str(Before(Anchor("7"), frozenset({"9"})))).newest)
        '7'
    """

    newest: Anchor = field(default_factory=Anchor)
    """The newest post that was out."""
    waiting: frozenset[str] = frozenset()
    """The ids of those that waited for their time and said the same."""

    def __str__(self) -> str:
        return f"{self.newest}\n{' '.join(sorted(self.waiting))}"

    @classmethod
    def read(cls, text: str) -> Before:
        """Return what was written down."""
        newest, _, waiting = text.partition("\n")
        return cls(Anchor.read(newest), frozenset(waiting.split()))

    @property
    def is_whole(self) -> bool:
        """Return whether all that waited was looked through."""
        return TOO_MANY not in self.waiting


class Search:
    """Looks for lost posts and comments of one client."""

    def __init__(self, core: Core, calls: GraphCalls, uploads: Uploads, *, app: str | None) -> None:
        self._core = core
        self._calls = calls
        self._uploads = uploads
        self._videos = Videos(core, calls)
        self._stories = Stories(core, calls)
        self._app = app

    async def find(self, attempt: Attempt) -> Found:
        """Look once for what a publish was to make."""
        draft = attempt.draft
        if draft is None:
            return Found.undecided("what was to be published is not known")
        if attempt.step.startswith(FIRST_COMMENT):
            return await self._first_comment(attempt, draft)
        kind = kind_of(draft)
        if kind == "story":
            return await self._story(attempt, draft)
        if kind in {"video", "reel"}:
            return await self._video(attempt)
        return await self._post(attempt, draft)

    async def _post(self, attempt: Attempt, draft: Draft) -> Found:
        before = attempt.results.get(f"{PART}{ANCHOR}")
        files = [attempt.results.get(f"{PART}media {number}") for number in range(1, len(draft.media) + 1)]
        if not isinstance(before, str) or not all(isinstance(one, str) for one in files):
            return Found.undecided("what was there before is not known: the token may not read posts")
        wanted = self.wanted(draft, map(str, files))
        taken = frozenset(attempt.taken)
        return await self.since(replace(wanted, taken=taken, then=Then.of(attempt)), before)

    def wanted(self, draft: Draft, files: Iterable[str]) -> Wanted:
        """Return what a draft makes with files that are uploaded."""
        return Wanted.of(draft, files, self._app)

    async def before(self, draft: Draft) -> str:
        """Return what is there before a post is made: the newest one, and those alike that wait.

        What waits is listed by its time, so that no newest one tells what was there before; and what waits
        may go out at the very time of one that is to be out at once. Files tell posts apart by themselves.
        """
        options = draft.option(FacebookOptions)
        later = options is not None and options.scheduled_at is not None
        newest = Anchor() if later else await self._newest()
        return str(Before(newest, frozenset() if draft.media else await self._alike(in_one_line(draft.text))))

    async def _newest(self) -> Anchor:
        edge = listing_of(scheduled=False)
        request = self._calls.get(OWN, edge, fields=("id", "created_time"), params=(("limit", "1"),))
        found = (await self._core.pipeline.call(request, WireList[WirePost])).value.data
        return Anchor(found[0].id, found[0].created_time) if found else Anchor()

    async def _alike(self, text: str) -> frozenset[str]:
        waiting = await newer_than(Anchor(), partial(self._page, "scheduled_posts", ("id", "message")))
        if waiting is None:
            return frozenset({TOO_MANY})
        return frozenset(post.id for _, post in waiting if in_one_line(post.text) == text)

    async def since(self, wanted: Wanted, noted: str) -> Found:
        """Look for a post among those that were not there before, as `before` told it."""
        before = Before.read(noted)
        wanted = replace(wanted, taken=wanted.taken | before.waiting)
        if wanted.at is not None:
            return await self._for_later(wanted, before, wanted.at)
        found = await self._among(wanted, before.newest, scheduled=False)
        if found.post is None or not before.waiting or wanted.files:
            return found
        waits = await self._alike(wanted.text)
        return found if before.is_whole and before.waiting <= waits else Found.undecided(WAITED)

    async def _for_later(self, wanted: Wanted, before: Before, at: datetime) -> Found:
        """Look for a post where it waits, and where it is out: somebody may have let it out already."""
        if not before.is_whole and not wanted.files:
            return Found.undecided("too many posts waited before to tell it from them")
        waits = await self._among(wanted, Anchor(), scheduled=True)
        if waits.post is not None:
            return waits
        earliest = at - MARGIN if wanted.then is None else wanted.then.earliest - wanted.then.slack
        out = await self._among(wanted, Anchor("", earliest), scheduled=False)
        if out.post is not None:
            return Found.undecided(WAITED) if before.waiting and not wanted.files else out
        if at - MARGIN <= self._core.now() < at + SETTLES_AFTER:
            return Found.undecided("it is about to go out, or was", ask_again=at + SETTLES_AFTER)
        return waits if waits.state is FoundState.UNDECIDED else out

    async def _among(self, wanted: Wanted, anchor: Anchor, *, scheduled: bool) -> Found:
        """Look through the posts that are newer than the anchor."""
        edge = listing_of(scheduled=scheduled)
        newer = await newer_than(anchor, partial(self._page, edge, SEARCHED_POSTS))
        if newer is None:
            return Found.undecided("the Page published too much since to look through it all")
        return chosen([Seen.of(wire, post) for wire, post in newer], wanted)

    async def _page(
        self, edge: str, fields: tuple[str, ...], cursor: str | None
    ) -> Page[tuple[WirePost, Post]]:
        params = page_params(cursor, None, MOST)
        request = self._calls.get(OWN, edge, fields=fields, params=params)
        answer = await self._core.pipeline.call(request, WireList[WirePost])
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
            return await self._released(wire.post_id or video, video)
        if _is_at_work(wire.status):
            again = self._core.now() + LOOK_AGAIN
            return Found.undecided("Facebook still works on the video, and may publish it", ask_again=again)
        if wire.published is None and state is None:
            return Found.undecided("the video does not say whether it is published")
        return Found.absent("the video is not published")

    async def _released(self, post: str, video: str) -> Found:
        """Return the post of a video that is out, or was: somebody may have deleted it since."""
        because = "the video says that it is published"
        try:
            return Found.published(await self._videos.get(post), because)
        except NotFoundError:
            file = PostMedia(id=video, kind=MediaKind.VIDEO)
            gone = Post(id=post, account=self._core.ref, media=(file,))
            return Found.published(gone, f"{because}, and its post is gone")

    async def _story(self, attempt: Attempt, draft: Draft) -> Found:
        file = attempt.results.get(f"{PART}media 1")
        if not isinstance(file, str):
            return Found.undecided("which file it shows is not known")
        return await self._stories.find(attempt, draft, file)

    async def _first_comment(self, attempt: Attempt, draft: Draft) -> Found:
        above = _id_in(attempt.results.get(f"{PART}{POST}"))
        if above is None:
            return Found.undecided("under which post it was to stand is not known")
        ref, text = await self._core.known(), in_one_line(draft.first_comment or "")
        params = (("filter", "toplevel"), ("limit", str(MOST)))
        request = self._calls.get(above, "comments", fields=SEARCHED_COMMENTS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireComment])
        then, taken = Then.of(attempt), attempt.taken
        since = [
            (wire, answer.raw.at("data", number))
            for number, wire in enumerate(answer.value.data)
            if wire.id not in taken
            and then.may_hold(wire.created_time)
            and (self._app is None or app_of(wire) in {None, self._app})
        ]
        own = [one for one in since if one[0].sender is not None and one[0].sender.id == ref.id]
        alike = [one for one in since if in_one_line(one[0].message) == text]
        sure = [one for one in own if one in alike and then.holds(one[0].created_time)]
        if sure:
            return Found.published(_comment_of(*sure[0], above, ref))
        if any(one in own or one[0].sender is None for one in alike):
            return Found.undecided(
                "a comment says the same, and nobody knows whose it is, or whether of then"
            )
        changed = [wire.id for wire, _ in own if then.holds(wire.created_time)]
        if changed:
            return Found.undecided(f"{changed[0]} may be it: it is the Page's, and may have been changed")
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


def _id_in(result: JsonValue) -> str | None:
    return str(result["id"]) if isinstance(result, dict) and "id" in result else None
