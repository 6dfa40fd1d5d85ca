"""What platforms share when they publish: threads, and steps that may fail."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final, TypeVar

from pydantic import JsonValue

from socialkit.errors import (
    FrozenError,
    IncompleteError,
    JournalError,
    OutcomeUnknownError,
    SocialKitError,
)
from socialkit.models import Attempt, Draft, Incomplete, Outcome, Post, WireModel
from socialkit.operations import Run
from socialkit.platforms.base._core import Core
from socialkit.platforms.base._rules import comment_of
from socialkit.transport import Request

__all__ = [
    "FIRST_COMMENT",
    "acted",
    "joined",
    "last_made",
    "made_again",
    "publish_draft",
    "publish_parts",
    "secondary",
]

T = TypeVar("T")

FIRST_COMMENT: Final = "first comment"
"""What the steps of a first comment begin with."""

PART: Final = re.compile(r"part (\d+) (.+)")

HELD_BACK: Final = (JournalError, FrozenError)
"""What says nothing about a post: whoever carries it on decides."""

PublishPart = Callable[[Draft, Run, Post | None], Awaitable[Post]]
"""Publishes one part; gets the part before it, to answer."""


async def publish_draft(draft: Draft, run: Run, publish_part: PublishPart) -> Post:
    """Publish a draft, the rest of its thread and, below the last part, its first comment.

    The comment is a part like any other, but when it fails the post says so and stays published.

    Raises:
        IncompleteError: A part after the first was refused.
        OutcomeUnknownError: Nobody knows whether a part is out; `published` holds those before it.
    """
    post = await publish_parts(draft, run, publish_part)
    if draft.first_comment is None:
        return post
    last = post.thread[-1] if post.thread else post
    publish = partial(publish_part, comment_of(draft), run.within(FIRST_COMMENT), last)
    return await secondary(post, FIRST_COMMENT, publish)


async def publish_parts(draft: Draft, run: Run, publish_part: PublishPart) -> Post:
    """Publish a draft and the rest of its thread one after the other, each answering the one before.

    Raises:
        IncompleteError: A part after the first was refused.
        OutcomeUnknownError: Nobody knows whether a part is out; `published` holds those before it.
    """
    posts: list[Post] = []
    for number, part in enumerate(draft.parts, 1):
        step = f"part {number}"
        try:
            posts.append(await publish_part(part, run.within(step), posts[-1] if posts else None))
        except OutcomeUnknownError as error:
            error.published = tuple(posts)
            raise
        except HELD_BACK:
            raise
        except SocialKitError as error:
            if not posts:
                raise
            failed = run.current or step
            message = f"{len(posts)} of {len(draft.parts)} parts are out; {failed} failed: {error.message}"
            raise IncompleteError(
                message, published=posts, failed_step=failed, platform=error.platform
            ) from error
    first, *rest = posts
    return first.model_copy(update={"thread": tuple(rest)}) if rest else first


async def secondary(post: Post, name: str, call: Callable[[], Awaitable[object]]) -> Post:
    """Run a step beside a published post; when it fails, the post says so and stays published."""
    try:
        await call()
    except OutcomeUnknownError as error:
        attempt = getattr(error, "attempt", None)  # an error from below the operations has none
        flaw = Incomplete(step=name, outcome=Outcome.UNKNOWN, because=str(error), attempt=attempt)
    except HELD_BACK:
        raise
    except SocialKitError as error:
        flaw = Incomplete(step=name, outcome=Outcome.REFUSED, because=str(error))
    else:
        return post
    return post.model_copy(update={"incomplete": (*post.incomplete, flaw)})


async def made_again(
    run: Run,
    step: str,
    make: Callable[[], Awaitable[T]],
    is_over: Callable[[T], Awaitable[bool]],
    *,
    returns: type[T],
) -> T:
    """Return what a step makes; made again where what an earlier run wrote down does not count any more.

    Each is written down: whoever looks for a lost answer must not look for what is over. See `last_made`.

    Args:
        run: What carries the write.
        step: The name of the step; those that make it again have names of their own.
        make: Makes it; nothing of it may be public.
        is_over: Tells whether what an earlier run made does not count any more.
        returns: The type of what is made.
    """
    fresh = False

    async def anew() -> T:
        nonlocal fresh
        fresh = True
        return await make()

    made, again = await run.step(step, anew, returns=returns), 0
    while not fresh and await is_over(made):
        again += 1
        made = await run.step(_again(step, again), anew, returns=returns)
    return made


def last_made(results: Mapping[str, JsonValue], step: str) -> JsonValue:
    """Return what a step made at last, of what an attempt holds; None where it made nothing.

    Args:
        results: What the steps of the attempt gave.
        step: The name of the step that `made_again` ran.

    Example:
        >>> last_made({"part 1 media 1": "17", "part 1 media 1 again 1": "18"}, "part 1 media 1")
        '18'
    """
    found, again = results.get(step), 1
    while (later := results.get(_again(step, again))) is not None:
        found, again = later, again + 1
    return found


def _again(step: str, number: int) -> str:
    return f"{step} again {number}"


async def acted(core: Core, request: Request, returns: type[object] = WireModel) -> bool:
    """Send a write of which nothing but the success is wanted; for `run.commit`.

    The answer is read all the same: a page of some proxy is no success.
    """
    await core.pipeline.call(request, returns)
    return True


def joined(post: Post, attempt: Attempt) -> Post:
    """Return a found part with the parts before it, saying what never went out."""
    draft = attempt.draft
    if attempt.kind != "publish" or draft is None or attempt.step.startswith(FIRST_COMMENT):
        return post
    part = PART.fullmatch(attempt.step)
    number, step = (int(part[1]), part[2]) if part is not None else (1, "")
    before = [attempt.results.get(f"part {one} {step}") for one in range(1, number)]
    first, *rest = [*(Post.model_validate(one) for one in before if one is not None), post]
    names = [f"part {one}" for one in range(number + 1, len(draft.parts) + 1)]
    names += [FIRST_COMMENT] if draft.first_comment is not None else []
    because = f"its turn never came: {attempt.step} had no answer"
    missing = [Incomplete(step=name, outcome=Outcome.NOT_SENT, because=because) for name in names]
    return first.model_copy(update={"thread": tuple(rest), "incomplete": (*first.incomplete, *missing)})
