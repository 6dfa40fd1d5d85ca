"""What platforms share when they publish: threads, and steps that may fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from socialkit.errors import IncompleteError, OutcomeUnknownError, SocialKitError
from socialkit.models import Draft, Incomplete, Outcome, Post
from socialkit.operations import Run

__all__ = ["publish_parts", "secondary"]

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
    except SocialKitError as error:
        outcome = Outcome.UNKNOWN if isinstance(error, OutcomeUnknownError) else Outcome.REFUSED
        flaw = Incomplete(step=name, outcome=outcome, because=str(error))
        return post.model_copy(update={"incomplete": (*post.incomplete, flaw)})
    return post
