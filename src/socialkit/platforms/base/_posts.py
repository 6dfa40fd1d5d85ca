"""`client.posts`: publishing and reading posts, and finding out what became of a write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Generic, TypeVar, final

from socialkit.errors import ConfigurationError, InvalidDraftError, NotFoundError, NotSupportedError
from socialkit.models import (
    Attempt,
    Basis,
    Capability,
    Draft,
    Found,
    FoundState,
    OwnWriteKind,
    Post,
    Problem,
    WriteKind,
    require_aware,
)
from socialkit.operations import ModeT, Page, Run, operation, paginated
from socialkit.platforms.base._core import Core, Finder
from socialkit.platforms.base._differences import Reading, differences, in_one_line
from socialkit.platforms.base._namespace import Namespace
from socialkit.platforms.base._rules import DraftRules
from socialkit.platforms.base._steps import joined
from socialkit.platforms.base._things import of_type, post_id, ref_of

__all__ = ["PLANNED", "Posts"]

T = TypeVar("T")

BETWEEN_READS: Final = timedelta(seconds=2)
"""Between the two reads that must both miss a post before it counts as absent."""

NEEDED: Final[Mapping[WriteKind | OwnWriteKind, tuple[str, ...]]] = {
    "publish": ("draft",),
    "reply": ("draft", "message"),
    "edit": ("draft", "target"),
    "reschedule": ("target",),
    "delete": ("target",),
    "repost": ("target",),
    "approve reply": ("message",),
    "ignore reply": ("message",),
    "delete comment": ("target",),
    "hide": ("target",),
    "unhide": ("target",),
    "like": ("target",),
}
"""What an attempt must hold to be looked for."""

PLANNED: Final = "scheduled post"
"""The step that keeps a scheduled post as it was before it was deleted."""


class Posts(Namespace[ModeT], Generic[ModeT]):
    """Posts of one account."""

    namespace = "posts"

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        core.finders |= {"publish": self._find, "edit": self._find_edit, "delete": self._find_delete}

    def check(self, draft: Draft | str) -> tuple[Problem, ...]:
        """Return everything that the platform would refuse or that may not be meant; empty is good.

        Judged offline, by documented limits or, after `account.refresh_limits()`, by the server's own.
        """
        return self._judged(draft)[1]

    def _judged(self, draft: Draft | str) -> tuple[Draft, tuple[Problem, ...]]:
        """Return a draft as the account gets it, with every problem of it."""
        core = self._core
        return core.facts.rules.judged(
            _as_draft(draft),
            _target(core),
            core.limits,
            now=core.now(),
            unhosted=core.unhosted,
            lacking=core.lacks_for(Capability.REPLY),
        )

    def adapt(self, draft: Draft | str) -> Draft:
        """Return a draft as the account gets it: variants laid over, a long text cut or split as it says.

        Whether the platform takes it so, `check` tells.
        """
        core = self._core
        return core.facts.rules.prepare(_as_draft(draft), _target(core), core.limits)

    @final
    def differences(self, post: Post, draft: Draft | str) -> tuple[str, ...]:
        """Return a sentence for all in which a post differs from the draft that made it; empty is good.

        Texts (but for white space), the number of files and their alt texts are compared, part by part for a
        thread: `get` reads one post, so put the others into its `thread`. What the platform does not tell is
        no difference.

        Args:
            post: The post as it was read back.
            draft: What it was made from; as the caller wrote it, or as it was sent.

        Example:
            >>> from socialkit import Sandbox
            >>> with Sandbox() as world, world.connect("mastodon") as client:
            ...     post = client.posts.get(client.posts.publish("Open on Sunday"))
            ...     client.posts.differences(post, "Open on Monday")
            ("the text reads 'Open on Sunday' instead of 'Open on Monday'",)
        """
        core = self._core
        parts = core.facts.rules.prepare(_as_draft(draft), _target(core), core.limits).parts
        readings = [self._reading(one) for one in (post, *post.thread)]
        return differences(readings, parts, [self._meant_text(part) for part in parts])

    @final
    @operation
    async def publish(self, draft: Draft | str) -> Post:
        """Publish a draft and return its post; the other parts of a thread stand in `post.thread`.

        A secondary step that failed (a first comment) stands in `post.incomplete`.

        Args:
            draft: What to publish; a plain text is a draft with that text.

        Raises:
            InvalidDraftError: The draft breaks a known rule; nothing was sent.
            APIError: The platform refused; nothing is public.
            MediaProcessingError: The platform could not make anything of a file; nothing is public.
            TransportError: A read before the write got no answer; nothing was sent.
            OutcomeUnknownError: It may be out or not: hand `error.attempt` to `find()`.
            IncompleteError: The first parts of a thread are out, a later one was refused.
        """
        core = self._core
        await core.require(Capability.PUBLISH)
        whole, now = _as_draft(draft), core.now()
        if _answers(whole):
            await core.may(Capability.REPLY)  # reads anew what a login since may have brought
        ready = core.facts.rules.ready(
            whole,
            _target(core),
            core.limits,
            "posts.publish",
            now=now,
            unhosted=core.unhosted,
            lacking=core.lacks_for(Capability.REPLY),
        )
        if any(part.media for part in ready.parts):
            await core.require(Capability.MEDIA)
        await core.identify()
        return await core.write("publish", lambda run: self._publish(ready, run), draft=ready)

    @final
    @operation
    async def get(self, post: Post | str) -> Post:
        """Return a post as it is now; one that is only scheduled is read where it waits.

        Raises:
            NotFoundError: It does not exist (any more), or not for this account.
            WrongAccountError: It was written or read through another account: give its id alone.
        """
        target = post_id(post)
        await self._core.mine(ref_of(post))
        return await (self._get_scheduled(target) if _waits(post) else self._get(target))

    @final
    @paginated
    async def iterate(
        self, *, since: datetime | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Page[Post]:
        """Iterate over the account's own posts, newest first.

        Args:
            since: Only those published after this time (aware).
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        start = None if since is None else require_aware(since, "since")
        page = await self._page(limit, cursor)
        if start is None:
            return page
        return cut(page, [post.published_at for post in page.items], start)

    @final
    @operation
    async def edit(self, post: Post | str, draft: Draft | str) -> Post:
        """Replace a post's text, and return the post as it is then.

        Media and options that the draft does not mention stay; those that it gives empty are removed.

        Raises:
            NotSupportedError: The platform has no edits, or the post is not out yet.
            InvalidDraftError: The draft breaks a known rule; nothing was sent.
            OutcomeUnknownError: It may be changed or not.
        """
        core = self._core
        await core.require(Capability.EDIT)
        whole, now = _as_draft(draft), core.now()
        target = post_id(post)
        if _waits(post):
            raise NotSupportedError(
                "a post that is only scheduled cannot be edited",
                platform=core.facts.name,
                instead="move it to another time, or delete it and publish it anew",
            )
        keeps = "media" not in whole.model_fields_set and (isinstance(post, str) or bool(post.media))
        ready = core.facts.rules.ready(
            whole,
            _target(core),
            core.limits,
            "posts.edit",
            now=now,
            keeps_media=keeps,
            unhosted=core.unhosted,
        )
        _require_editable(ready, core.facts.rules)
        await core.mine(ref_of(post))
        return await core.write(
            "edit", lambda run: self._edit(target, ready, run), draft=ready, target=target
        )

    @final
    @operation
    async def delete(self, post: Post | str) -> None:
        """Delete a post, or a natively scheduled one before it is out.

        Raises:
            NotFoundError: It does not exist (any more).
            OutcomeUnknownError: It may be gone or not.
        """
        core = self._core
        await core.require(Capability.DELETE)
        target = post_id(post)
        await core.mine(ref_of(post))

        async def remove(run: Run) -> None:
            if isinstance(post, Post) and _waits(post):
                # What is gone cannot be read any more, and may have gone out instead.
                await run.step(PLANNED, partial(_as_it_was, post), returns=Post)
            await self._delete(target, _waits(post), run)

        await core.write("delete", remove, target=target)

    @final
    @operation
    async def find(self, attempt: Attempt) -> Found:
        """Find out what became of a write whose outcome was unknown.

        A found part of a thread is returned as the whole thread so far: `post` is its first part, with the
        others in `post.thread`, and `post.incomplete` names what never went out.

        It only reads. ABSENT is said when the write cannot land any more: on platforms where a late write is
        possible, after a declared time and on two reads. The time is the platform's own, as its answers tell
        it: a clock of this machine that is set, or that is another's, decides nothing. Where answers tell
        none, it is counted in this process, from its client's first look on.

        Args:
            attempt: From `OutcomeUnknownError.attempt`, `Incomplete.attempt` or `unsettled()`.

        Raises:
            ConfigurationError: The attempt is not whole.
            WrongAccountError: The attempt was another account's.
        """
        core = self._core
        finder = self._finder(of_type(attempt, Attempt, "attempt"))
        await core.mine(attempt.account)
        found = await self._looked_up(attempt, finder)
        if found.state is not FoundState.UNDECIDED:
            core.settle(attempt)
        if found.post is None:
            return found
        return found.model_copy(update={"post": joined(found.post, attempt)})

    def unsettled(self) -> tuple[Attempt, ...]:
        """Return the writes of this client that were broken off from outside, the newest last.

        A cancelled task, a time-out around a call or an interrupt leaves no error to carry the attempt, and
        the write may have happened. Hand each to `find()`, which takes it from the list once it has decided.
        At most 100 are kept, and none beyond the client's life.
        """
        return self._core.unsettled()

    def _finder(self, attempt: Attempt) -> Finder:
        missing = [name for name in NEEDED.get(attempt.kind, ()) if getattr(attempt, name) is None]
        finder = self._core.finders.get(attempt.kind)
        if finder is None or missing:
            lacking = f"lacks {' and '.join(missing)}"
            what = lacking if missing else "is of a kind that this client never writes"
            message = f"the attempt {what}: hand over what the error held, unchanged"
            raise ConfigurationError(message, platform=self._core.facts.name)
        return finder

    async def _looked_up(self, attempt: Attempt, finder: Finder) -> Found:
        core = self._core
        late = timedelta() if core.facts.authoritative else core.facts.settles_after
        asked = core.settling.moment()
        found = await finder(attempt)
        if found.state is not FoundState.ABSENT:
            return found
        if late is None:
            return Found.undecided(f"{found.because}; the platform never says that a write was dropped")
        # Until its deadline a request may still be on its way, whatever the best of reads says.
        wait = core.settling.wait(attempt, late, asked)
        shown = core.settling.shown(asked)
        seen = {"platform_time": None if shown is None else shown[1]}
        if wait > BETWEEN_READS:
            again = core.now() + wait
            found = Found.undecided(f"{found.because}, but it may still land", ask_again=again)
        elif wait > timedelta() or not core.facts.authoritative:
            await core.transport.sleep(BETWEEN_READS.total_seconds())
            found = await finder(attempt)
        return found.model_copy(update=seen)

    async def _publish(self, draft: Draft, run: Run) -> Post:
        raise NotImplementedError

    async def _get(self, post: str) -> Post:
        raise NotImplementedError

    async def _get_scheduled(self, post: str) -> Post:
        return await self._get(post)

    async def _page(self, limit: int | None, cursor: str | None) -> Page[Post]:
        raise NotImplementedError

    async def _edit(self, post: str, draft: Draft, run: Run) -> Post:
        raise NotImplementedError

    async def _delete(self, post: str, scheduled: bool, run: Run) -> None:  # noqa: FBT001 - private
        raise NotImplementedError

    async def _find(self, attempt: Attempt) -> Found:
        raise NotImplementedError

    async def _find_edit(self, attempt: Attempt) -> Found:
        """Compare the post as it is with what it was to become."""
        assert attempt.draft is not None  # `find` looked
        post = await self._get(attempt.target or "")
        if self._reading(post).text == self._meant_text(attempt.draft):
            return Found.published(post, "the post reads as it was to read")
        return Found.absent("the post does not read as it was to read")

    async def _find_delete(self, attempt: Attempt) -> Found:
        try:
            await self._get(attempt.target or "")
        except NotFoundError:
            return Found.published(None, "the post is gone")
        return Found.absent("the post is still there")

    def _reading(self, post: Post) -> Reading:
        """Return what the platform tells of one post that can be compared."""
        return Reading(in_one_line(post.text), tuple(one.alt_text for one in post.media))

    def _meant_text(self, draft: Draft) -> str:
        """Return the text of one part as `_reading` gives it when all is well."""
        return in_one_line(draft.text)


def cut(page: Page[T], times: list[datetime | None], since: datetime) -> Page[T]:
    """Return the part of a newest-first page after a time; the listing ends where it begins."""
    kept = tuple(item for item, time in zip(page.items, times, strict=True) if time is None or time > since)
    return Page(kept, page.next_cursor if len(kept) == len(page.items) else None)


def _require_editable(draft: Draft, rules: DraftRules) -> None:
    """Raise if a draft says something that an edit of one post cannot change."""
    fields = sorted({"thread", "first_comment", *rules.fixed_in_edits} & draft.model_fields_set)
    given = [field for field in fields if getattr(draft, field)] + list(rules.fixed_options(draft))
    message = "cannot be changed by an edit"
    problems = [
        Problem(field=field, message=message, basis=Basis.DRAFT, platform=rules.platform) for field in given
    ]
    if problems:
        raise InvalidDraftError("an edit changes less than that", problems=problems, platform=rules.platform)


def _answers(draft: Draft) -> bool:
    """Return whether a draft answers a post, or what it makes answers each other."""
    return bool(draft.thread) or draft.reply_to is not None or draft.first_comment is not None


def _as_draft(draft: Draft | str) -> Draft:
    return Draft(text=draft) if isinstance(draft, str) else of_type(draft, Draft, "draft")


def _waits(post: Post | str) -> bool:
    """Return whether a post is only scheduled."""
    return isinstance(post, Post) and post.published_at is None and post.scheduled_at is not None


async def _as_it_was(post: Post) -> Post:
    return post


def _target(core: Core) -> str:
    return core.ref.key if core.ref.brand is not None else core.facts.name
