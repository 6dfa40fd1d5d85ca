"""What becomes of a delivery after its run: pure, so that every case can be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from socialkit.errors import (
    AuthenticationError,
    ConfigurationError,
    FrozenError,
    IncompleteError,
    MediaProcessingError,
    OutcomeUnknownError,
    RateLimitedError,
    ServerError,
    SocialKitError,
    TransportError,
    UnexpectedResponseError,
)
from socialkit.models import Found, FoundState, Incomplete, Post
from socialkit.models import Outcome as Ending
from socialkit.publishing._late import twice
from socialkit.publishing._models import DeliveryState
from socialkit.publishing._rows import Outcome, Step, is_another, place_of

__all__ = ["Verdict", "beside", "judge", "pause", "pause_since"]

FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=15)
MOST_TRIES: Final = 8
"""How often something is tried that may pass by itself but need not."""

NOT_SET_UP: Final = (AuthenticationError, ConfigurationError)
"""What waits for a person."""
PASSING: Final = (RateLimitedError, TransportError, ServerError, *NOT_SET_UP)
"""What somebody or time will mend: nothing was sent, so it is tried again until it is too late."""
DOUBTFUL: Final = (MediaProcessingError, UnexpectedResponseError, OutcomeUnknownError)
"""What may mend itself, and is tried a few times; unknown is here what a step did that publishes nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The next state, why, and from when on a worker takes it up again."""

    state: DeliveryState
    outcome: Outcome
    ready_at: datetime | None = None


def pause(tries: int, asked: timedelta | None = None) -> timedelta:
    """Return how long to wait before another try: longer each time, at least as long as was asked for."""
    own = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(tries - 1, 10)))
    return own if asked is None else max(asked, min(own, FIRST_PAUSE))


def pause_since(since: datetime, now: datetime) -> timedelta:
    """Return how long to wait before another look for what nobody could tell since a time."""
    return min(LONGEST_PAUSE, max(FIRST_PAUSE, (now - since) / 2))


def beside(known: Outcome, step: Step, found: Found) -> Outcome:
    """Return what is known of a post after a look for what was to stand beside it."""
    if known.post is None:
        return known
    ours = [place_of(post) for post in (known.post, *known.post.thread)]
    awaited = any(_is_of(flaw, step) for flaw in known.post.incomplete)
    if found.post is not None and not awaited and is_another(place_of(found.post), ours):
        # What was sent again while its first answer was on its way: both are out.
        return known.model_copy(update={"because": twice([place_of(found.post)])})
    told = (_told(flaw, found) if _is_of(flaw, step) else flaw for flaw in known.post.incomplete)
    flaws = tuple(flaw for flaw in told if flaw is not None)
    return known.model_copy(update={"post": known.post.model_copy(update={"incomplete": flaws})})


def _is_of(flaw: Incomplete, step: Step) -> bool:
    return flaw.attempt is not None and flaw.attempt.step == step.name


def _told(flaw: Incomplete, found: Found) -> Incomplete | None:
    if found.state is FoundState.PUBLISHED:
        return None
    if found.state is FoundState.UNDECIDED:
        return flaw.model_copy(update={"because": found.because})
    return Incomplete(step=flaw.step, outcome=Ending.NOT_SENT, because=found.because)


def judge(error: SocialKitError, *, now: datetime, tries: int, published: tuple[Post, ...]) -> Verdict:
    """Return what becomes of a delivery whose run ended with an error.

    Args:
        error: How it ended.
        now: The time.
        tries: How often it was taken, this time included.
        published: What was known to be out before.
    """
    because = str(error)
    match error:
        case OutcomeUnknownError() if hasattr(error, "attempt"):
            out = error.published or published
            outcome = Outcome(published=out, failed_step=error.attempt.step, because=because)
            return Verdict(DeliveryState.UNKNOWN, outcome, now)
        case IncompleteError():
            cause = error.__cause__
            outcome = Outcome(published=error.published, failed_step=error.failed_step, because=because)
            again = _again(cause, now, tries) if isinstance(cause, SocialKitError) else None
            return Verdict(DeliveryState.INCOMPLETE, outcome, again)
        case _:
            return _unsent(error, now, tries, published)


def _unsent(error: SocialKitError, now: datetime, tries: int, published: tuple[Post, ...]) -> Verdict:
    needs_setup = isinstance(error, NOT_SET_UP)
    outcome = Outcome(published=published, because=str(error), needs_setup=needs_setup)
    if isinstance(error, FrozenError) and not published:
        return Verdict(DeliveryState.HELD, outcome)
    again = _again(error, now, tries)
    if published:
        return Verdict(DeliveryState.INCOMPLETE, outcome, again)
    if again is None:
        return Verdict(DeliveryState.REFUSED, outcome)
    return Verdict(DeliveryState.PLANNED, outcome, again)


def _again(error: SocialKitError, now: datetime, tries: int) -> datetime | None:
    """Return from when on it is worth another try; None if it is not."""
    if isinstance(error, FrozenError):
        return now  # whoever takes it next finds the freeze, and holds it back
    if isinstance(error, PASSING) or (isinstance(error, DOUBTFUL) and tries < MOST_TRIES):
        return now + pause(tries, error.retry_after)
    return None
