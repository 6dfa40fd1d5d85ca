"""What platforms share when they publish: threads, and steps that may fail."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Final

from socialkit.errors import IncompleteError, OutcomeUnknownError, SocialKitError
from socialkit.models import Attempt, Draft, Incomplete, Outcome, Post
from socialkit.operations import Run

__all__ = ["FIRST_COMMENT", "joined", "publish_parts", "secondary"]

FIRST_COMMENT: Final = "first comment"
"""What the steps of a first comment begin with."""

PART: Final = re.compile(r"part (\d+) (.+)")

PublishPart = Callable[[Draft, Run, Post | None], Awaitable[Post]]
"""Publishes one part; gets the part before it, to answer."""


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
    except SocialKitError as error:
        flaw = Incomplete(step=name, outcome=Outcome.REFUSED, because=str(error))
    else:
        return post
    return post.model_copy(update={"incomplete": (*post.incomplete, flaw)})


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
