"""`posts` and `media` of Facebook. See https://developers.facebook.com/docs/pages-api/posts."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final, Generic

from pydantic import JsonValue

from socialkit.errors import (
    ConflictError,
    InvalidDraftError,
    NotFoundError,
    OutcomeUnknownError,
    SocialKitError,
)
from socialkit.models import (
    Attempt,
    Basis,
    Draft,
    Found,
    FoundState,
    Media,
    MediaKind,
    Post,
    PostMedia,
    Problem,
    require_aware,
)
from socialkit.operations import ModeT, Page, Run, operation, paginated
from socialkit.platforms._graph import GraphCalls, WireList, page_of, page_params, remembered
from socialkit.platforms.base import (
    Core,
    MediaFiles,
    Place,
    Posts,
    Reading,
    acted,
    in_one_line,
    publish_draft,
)
from socialkit.platforms.facebook._facts import kind_of, window_problems
from socialkit.platforms.facebook._fitting import Wanted
from socialkit.platforms.facebook._map import COMMENT_FIELDS, POST_FIELDS, WRITTEN_FIELDS, to_post
from socialkit.platforms.facebook._options import FacebookOptions
from socialkit.platforms.facebook._search import COMMENT, POST, Search, listing_of
from socialkit.platforms.facebook._stories import Stories
from socialkit.platforms.facebook._uploads import OWN, Uploads
from socialkit.platforms.facebook._videos import Videos, is_post
from socialkit.platforms.facebook._wire import WireComment, WireMade, WirePost

__all__ = ["FacebookMedia", "FacebookPosts"]

MOST: Final = 100
TIME: Final = "time"


class FacebookPosts(Posts[ModeT], Generic[ModeT]):
    """Posts of a Page."""

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls, *, app: str | None = None) -> None:
        super().__init__(mode, core)
        self._calls = calls
        self._uploads = Uploads(core, calls)
        self._videos = Videos(core, calls)
        self._stories = Stories(core, calls)
        self._search = Search(core, calls, self._uploads, app=app)
        core.finders["reschedule"] = self._find_reschedule

    @paginated
    async def iterate_scheduled(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Post]:
        """Iterate over the posts that Facebook will publish by itself.

        `GET /{page}/scheduled_posts`
        ([reference](https://developers.facebook.com/docs/graph-api/reference/page/scheduled_posts)).

        Args:
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        return await self._listed(limit, cursor, scheduled=True)

    @operation
    async def reschedule(self, post: Post | str, at: datetime) -> Post:
        """Move a scheduled post to another time, and return it.

        `POST /{post}` ([reference](https://developers.facebook.com/docs/graph-api/reference/page-post)).

        Args:
            post: The scheduled post, or its id.
            at: When it is to be published (aware), ten minutes to 29 days ahead.

        Raises:
            InvalidDraftError: The time lies outside that; nothing was sent.
            NotFoundError: It is not scheduled (any more).
            OutcomeUnknownError: It may have been moved or not: hand `error.attempt` to `find()`.
        """
        if isinstance(post, Post):
            await self._core.mine(post.account)
        target, time = post if isinstance(post, str) else post.id, require_aware(at, "at")
        self._require_window(time)
        return await self._core.write(
            "reschedule", lambda run: self._reschedule(target, time, run), target=target
        )

    def _require_window(self, at: datetime) -> None:
        limits, now = self._core.limits, self._core.now()
        place = Place("", limits, "facebook", now)
        problems = tuple(window_problems(place, "at", at, now, limits.schedule_ahead or timedelta()))
        if problems:
            message = "Facebook does not take this time"
            raise InvalidDraftError(message, problems=problems, platform="facebook")

    async def _reschedule(self, target: str, at: datetime, run: Run) -> Post:
        async def chosen() -> str:
            return at.isoformat()

        await run.step(TIME, chosen, returns=str)
        node = await self._videos.changed(target, run)
        request = self._calls.post(node, values={"scheduled_publish_time": at})
        if not is_post(node):
            moved = partial(self._videos.write, request, node, lambda one: _is_due(one, at))
            return await run.commit("reschedule", moved, returns=Post)
        await run.commit("reschedule", partial(acted, self._core, request, WireMade), returns=bool)
        return await self._after(node, Post(id=node, account=self._core.ref, scheduled_at=at))

    async def _find_reschedule(self, attempt: Attempt) -> Found:
        wanted = attempt.results.get(TIME)
        try:
            post = await self._get(attempt.target or "")
        except NotFoundError:
            return Found.undecided("it is not there any more, so its time cannot be read")
        if post.scheduled_at is None:
            return Found.undecided("it is out, so its time cannot be read")
        if isinstance(wanted, str) and _is_due(post, datetime.fromisoformat(wanted)):
            return Found.published(post, "it is scheduled for the new time")
        return Found.absent("it is scheduled for another time")

    # Publishing --------------------------------------------------------------------------

    async def _publish(self, draft: Draft, run: Run) -> Post:
        return await publish_draft(draft, run, self._publish_part)

    async def _publish_part(self, draft: Draft, run: Run, above: Post | None) -> Post:
        if above is not None:
            return await run.commit(COMMENT, partial(self._comment, above.id, draft.text), returns=Post)
        options = draft.option(FacebookOptions) or FacebookOptions()
        kind = kind_of(draft)
        if kind == "story":
            return await self._stories.publish(draft, run, POST)
        if kind == "reel":
            return await self._videos.reel(draft, options, run, POST)
        if kind == "video":
            return await self._videos.video(draft, options, run, POST)
        before = await remembered(run, partial(self._search.before, draft))
        later = options.scheduled_at is not None
        photos = [
            await run.step(f"media {number}", partial(self._uploads.photo, one, temporary=later), returns=str)
            for number, one in enumerate(draft.media, 1)
        ]
        return await run.commit(POST, partial(self._create, draft, photos, before), returns=Post)

    async def _create(self, draft: Draft, photos: list[str], before: str | None) -> Post:
        options = draft.option(FacebookOptions) or FacebookOptions()
        values = feed_values(draft, options, photos)
        request = self._calls.post(OWN, "feed", values=values, fields=WRITTEN_FIELDS)
        try:
            answer = await self._core.pipeline.call(request, WirePost)
        except ConflictError as error:
            if before is None:
                raise
            return await self._duplicated(self._search.wanted(draft, photos), before, error)
        return _as_sent(to_post(answer.value, answer.raw, self._core.ref), answer.value, draft, photos)

    async def _duplicated(self, wanted: Wanted, before: str, refusal: ConflictError) -> Post:
        """Return the post that Facebook says is there already, where it is this one.

        It came since this write began, so it is what an earlier try of it left behind. One from before is
        another's, and the refusal stands. Where nobody can tell, neither is said.
        """
        try:
            found = await self._search.since(wanted, before)
        except SocialKitError as error:
            found = Found.undecided(f"the Page's posts could not be read: {error.message}")
        if found.post is not None:
            return found.post
        if found.state is FoundState.UNDECIDED:
            message = f"Facebook says that it is there already, and {found.because}"
            raise OutcomeUnknownError(message, platform="facebook") from refusal
        raise refusal

    async def _comment(self, above: str, text: str) -> Post:
        request = self._calls.post(above, "comments", values={"message": text}, fields=COMMENT_FIELDS)
        answer = await self._core.pipeline.call(request, WireComment)
        wire = answer.value
        return Post(
            id=wire.id,
            account=self._core.ref,
            text=wire.message or text,
            url=wire.permalink_url,
            published_at=wire.created_time,
            reply_to=above,
            raw=answer.raw,
        )

    async def _after(self, post: str, known: Post) -> Post:
        """Return a post as it is after a write; where it cannot be read, what is known of it."""
        try:
            return await self._get(post)
        except SocialKitError:
            return known

    # Reading -----------------------------------------------------------------------------

    async def _get(self, post: str) -> Post:
        return await self._videos.get(post)

    async def _page(self, limit: int | None, cursor: str | None) -> Page[Post]:
        await self._core.known()
        return await self._listed(limit, cursor, scheduled=False)

    async def _listed(self, limit: int | None, cursor: str | None, *, scheduled: bool) -> Page[Post]:
        params = page_params(cursor, limit, MOST)
        edge = listing_of(scheduled=scheduled)
        request = self._calls.get(OWN, edge, fields=POST_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WirePost])
        ref = self._core.ref
        return page_of(answer, lambda wire, raw: to_post(wire, raw, ref))

    # Changing ----------------------------------------------------------------------------

    async def _edit(self, post: str, draft: Draft, run: Run) -> Post:
        if any(one.kind is MediaKind.VIDEO for one in draft.media):
            problem = Problem(field="media", message="must be pictures in an edit", basis=Basis.DRAFT)
            message = "a video cannot be put into a post that is out"
            raise InvalidDraftError(message, problems=[problem], platform="facebook")
        node = await self._videos.changed(post, run)
        if not is_post(node):
            return await self._describe(node, draft, run)
        values: dict[str, JsonValue] = {"message": draft.text}
        if "media" in draft.model_fields_set:
            photos = [
                await run.step(f"media {number}", partial(self._uploads.photo, one), returns=str)
                for number, one in enumerate(draft.media, 1)
            ]
            values["attached_media"] = _attached(photos)
        request = self._calls.post(node, values=values)
        await run.commit("edit", partial(acted, self._core, request, WireMade), returns=bool)
        return await self._after(node, Post(id=node, account=self._core.ref, text=draft.text))

    async def _describe(self, video: str, draft: Draft, run: Run) -> Post:
        """Edit a post whose id is not told yet by what describes its video."""
        if "media" in draft.model_fields_set:
            problem = Problem(field="media", message="cannot be changed yet", basis=Basis.DRAFT)
            message = "Facebook does not tell the post of this video yet, and a video's files stay"
            raise InvalidDraftError(message, problems=[problem], platform="facebook")
        request = self._calls.post(video, values={"description": draft.text})
        described = partial(
            self._videos.write, request, video, lambda one: in_one_line(one.text) == in_one_line(draft.text)
        )
        return await run.commit("edit", described, returns=Post)

    async def _find_edit(self, attempt: Attempt) -> Found:
        found, draft = await super()._find_edit(attempt), attempt.draft
        if found.post is None or draft is None or "media" not in draft.model_fields_set:
            return found
        sent = {str(attempt.results.get(f"media {number}")) for number in range(1, len(draft.media) + 1)}
        if sent == {one.id for one in found.post.media}:
            return found
        return Found.absent("the post does not hold the files that it was to hold")

    async def _delete(self, post: str, scheduled: bool, run: Run) -> None:  # noqa: FBT001 - private
        del scheduled
        request = self._calls.delete(await self._videos.changed(post, run))
        await run.commit("delete", partial(acted, self._core, request, WireMade), returns=bool)

    async def _find(self, attempt: Attempt) -> Found:
        return await self._search.find(attempt)

    def _reading(self, post: Post) -> Reading:
        # What describes a picture stands at the picture alone.
        return Reading(in_one_line(post.text), (None,) * len(post.media))


def _as_sent(post: Post, wire: WirePost, draft: Draft, photos: list[str]) -> Post:
    """Return a new post with what Facebook does not tell of it."""
    files = tuple(
        PostMedia(id=one, kind=MediaKind.IMAGE, alt_text=media.alt_text)
        for one, media in zip(photos, draft.media, strict=True)
    )
    if wire.created_time is None:
        # The answer was the id alone: what is known of the post is what was sent.
        options = draft.option(FacebookOptions) or FacebookOptions()
        told = {"text": draft.text, "media": files, "scheduled_at": options.scheduled_at}
        return post.model_copy(update=told)
    described = {one.id: one.alt_text for one in files}
    media = [one.model_copy(update={"alt_text": described.get(one.id)}) for one in post.media]
    return post.model_copy(update={"media": tuple(media)})


def _is_due(post: Post, at: datetime) -> bool:
    """Return whether a post is scheduled for a time, which Facebook knows in whole seconds."""
    return post.scheduled_at == at.replace(microsecond=0)


def feed_values(draft: Draft, options: FacebookOptions, photos: list[str]) -> dict[str, JsonValue | datetime]:
    """Return the fields that make a post."""
    at = options.scheduled_at
    return {
        "message": draft.text or None,
        "link": options.link,
        "attached_media": _attached(photos) if photos else None,
        "published": None if at is None else False,
        "scheduled_publish_time": at,
        "place": options.place,
        "tags": [*options.tags] if options.tags else None,
    }


def _attached(photos: list[str]) -> JsonValue:
    return [{"media_fbid": one} for one in photos]


class FacebookMedia(MediaFiles[ModeT], Generic[ModeT]):
    """Pictures and videos that nobody sees yet."""

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls) -> None:
        super().__init__(mode, core)
        self._uploads = Uploads(core, calls)

    async def _upload(self, media: Media) -> PostMedia:
        if media.kind is MediaKind.VIDEO:
            video = await self._uploads.video(media, title=None, text="")
            return PostMedia(id=video, kind=MediaKind.VIDEO)
        photo = await self._uploads.photo(media)
        return PostMedia(id=photo, kind=MediaKind.IMAGE, alt_text=media.alt_text)

    async def _get(self, media: str) -> PostMedia:
        return await self._uploads.find(media)
