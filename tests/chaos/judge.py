"""What the journal says beside what the simulators hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from socialkit.models import Draft, Outcome
from socialkit.publishing import Delivery, DeliveryState
from socialkit.sandbox import SimPost

__all__ = ["Truth", "judged", "over"]

LAST = frozenset(
    {
        DeliveryState.CONFIRMED,
        DeliveryState.REFUSED,
        DeliveryState.NEEDS_DECISION,
        DeliveryState.CANCELLED,
        DeliveryState.MISSED,
    }
)


def over(delivery: Delivery) -> bool:
    """Return whether nothing more happens by itself."""
    resting = delivery.state is DeliveryState.INCOMPLETE and delivery.next_look is None
    return delivery.state in LAST or resting


@dataclass(frozen=True)
class Truth:
    """What the simulator holds of a delivery."""

    posts: Sequence[SimPost] = ()
    """Those with one of its texts, in order."""
    done: int = 0
    """How often an act has happened."""


def judged(delivery: Delivery, truth: Truth, draft: Draft | None) -> Iterator[str]:
    """Find what the journal says of a delivery and the platform does not."""
    if draft is None:
        yield from _judged_act(delivery, truth.done)
        return
    match delivery.state:
        case DeliveryState.CONFIRMED:
            yield from _confirmed(delivery, truth.posts, draft)
        case DeliveryState.INCOMPLETE:
            yield from _incomplete(delivery, truth.posts)
        case DeliveryState.REFUSED | DeliveryState.MISSED | DeliveryState.CANCELLED | DeliveryState.HELD:
            if truth.posts:
                yield f"{delivery.state.value}, but out is {_texts(truth.posts)}: {delivery.because}"
        case _:
            pass


def _judged_act(delivery: Delivery, done: int) -> Iterator[str]:
    wanted = {
        DeliveryState.CONFIRMED: 1,
        DeliveryState.REFUSED: 0,
        DeliveryState.MISSED: 0,
        DeliveryState.CANCELLED: 0,
        DeliveryState.HELD: 0,
    }.get(delivery.state)
    if wanted is not None and done != wanted:
        yield f"{delivery.state.value}, but it happened {done} times: {delivery.because}"


def _confirmed(delivery: Delivery, posts: Sequence[SimPost], draft: Draft) -> Iterator[str]:
    assert delivery.post is not None
    parts = list(draft.parts)
    there, flaws = _texts(posts), {one.step: one.outcome for one in delivery.post.incomplete}
    comment = flaws.pop("first comment", None)
    if flaws:
        yield f"confirmed, and yet it says to lack {list(flaws)}"
    wanted = [part.text for part in parts]
    # A comment is beside the post: what became of it stands in `incomplete`, and "unknown" leaves it open.
    if draft.first_comment is not None and (comment is None or _may_be_out(comment, draft, there)):
        wanted.append(draft.first_comment)
    if there != wanted:
        yield f"confirmed, but out is {there}"
        return
    if delivery.differences:
        yield f"confirmed, and read back it differs: {delivery.differences}"
    yield from _misplaced(posts, parts)
    ids = [delivery.post.id, *(one.id for one in delivery.post.thread)]
    waited = delivery.post.scheduled_at is not None  # it gets another id when it goes out
    if not waited and ids != [one.id for one in posts[: len(parts)]]:
        yield f"confirmed as {ids}, but out is {[one.id for one in posts]}"


def _may_be_out(comment: Outcome, draft: Draft, there: list[str]) -> bool:
    return comment is Outcome.UNKNOWN and draft.first_comment in there


def _misplaced(posts: Sequence[SimPost], parts: list[Draft]) -> Iterator[str]:
    for above, below in pairwise(posts):
        if below.reply_to != above.id:
            yield f"{below.text!r} does not stand below {above.text!r}"
    for post, part in zip(posts, parts, strict=False):
        if [one.alt_text for one in post.media] != [one.alt_text for one in part.media]:
            yield f"{post.text!r} has other files: {post.media}"


def _incomplete(delivery: Delivery, posts: Sequence[SimPost]) -> Iterator[str]:
    named = [one.id for one in delivery.published]
    if named != [one.id for one in posts]:
        yield f"incomplete with {named}, but out is {[(one.id, one.text) for one in posts]}"


def _texts(posts: Sequence[SimPost]) -> list[str]:
    return [one.text for one in posts]
