"""What becomes of a delivery after every error that there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from socialkit import errors
from socialkit.errors import APIError, IncompleteError, OutcomeUnknownError, SocialKitError
from socialkit.models import AccountRef, Attempt
from socialkit.publishing import DeliveryState
from socialkit.publishing._models import TRANSITIONS
from socialkit.publishing._verdict import MOST_TRIES, judge, pause
from socialkit.testing import post

State = DeliveryState
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OUT = (post("One"),)
ATTEMPT = Attempt(
    platform="mastodon",
    account=AccountRef(platform="mastodon", id="7"),
    kind="publish",
    step="part 2 post",
    key="k",
    started_at=NOW,
    deadline=NOW,
)


def every_error() -> list[type[SocialKitError]]:
    """Return every class of the tree."""
    found: list[type[SocialKitError]] = [SocialKitError]
    for kind in found:
        found += [one for one in kind.__subclasses__() if one not in found]
    return [one for one in found if one.__module__ == errors.__name__]


def raised(kind: type[SocialKitError]) -> SocialKitError:
    """Return an error of a class."""
    more: dict[str, Any] = {}
    if issubclass(kind, APIError):
        more = {"status": 400}
    elif kind is OutcomeUnknownError:
        more = {"attempt": ATTEMPT}
    elif kind is IncompleteError:
        more = {"published": OUT, "failed_step": "part 2 post"}
    elif kind is errors.MediaStoreError:
        more = {"digest": "0" * 64}
    return kind("it rains", **more)


PASSES = {
    "ConfigurationError",
    "TokenStoreError",
    "ReadOnlyStoreError",
    "TransportError",
    "ConnectionFailedError",
    "RequestTimeoutError",
    "AuthenticationError",
    "TokenExpiredError",
    "RateLimitedError",
    "ServerError",
    "UnexpectedResponseError",
    "MediaProcessingError",
}
"""After these nothing was written, and another try may do."""
ONLY_SO_OFTEN = {"UnexpectedResponseError", "MediaProcessingError"}
ELSE = {
    "OutcomeUnknownError": State.UNKNOWN,
    "IncompleteError": State.INCOMPLETE,
    "FrozenError": State.HELD,
}


def test_the_table_names_classes_that_exist() -> None:
    names = {kind.__name__ for kind in every_error()}

    assert names == set(errors.__all__) - {"SentRequest"}
    assert names >= PASSES | ELSE.keys()


@pytest.mark.parametrize("kind", every_error())
def test_an_error_before_anything_is_out_postpones_or_refuses(kind: type[SocialKitError]) -> None:
    verdict = judge(raised(kind), now=NOW, tries=1, published=())
    passes = kind.__name__ in PASSES

    assert verdict.state is ELSE.get(kind.__name__, State.PLANNED if passes else State.REFUSED)
    assert verdict.state in TRANSITIONS[State.SENDING] | {State.HELD}
    assert (verdict.ready_at is not None) == (passes or kind is OutcomeUnknownError)
    if passes:
        assert verdict.ready_at is not None
        assert verdict.ready_at > NOW
    assert verdict.outcome.because is not None
    assert "it rains" in verdict.outcome.because


@pytest.mark.parametrize("kind", every_error())
def test_an_error_after_something_is_out_never_refuses(kind: type[SocialKitError]) -> None:
    verdict = judge(raised(kind), now=NOW, tries=1, published=OUT)

    assert verdict.state is (State.UNKNOWN if kind is OutcomeUnknownError else State.INCOMPLETE)
    assert verdict.outcome.published == OUT
    passes = kind.__name__ in PASSES | {"FrozenError", "OutcomeUnknownError"}
    assert (verdict.ready_at is not None) == passes


@pytest.mark.parametrize("kind", [kind for kind in every_error() if kind.__name__ in PASSES])
def test_what_may_never_mend_itself_is_tried_a_few_times_only(kind: type[SocialKitError]) -> None:
    verdict = judge(raised(kind), now=NOW, tries=MOST_TRIES, published=())

    assert verdict.state is (State.REFUSED if kind.__name__ in ONLY_SO_OFTEN else State.PLANNED)


@pytest.mark.parametrize(
    "cause", [kind for kind in every_error() if kind not in {IncompleteError, OutcomeUnknownError}]
)
def test_a_thread_is_carried_on_by_itself_where_its_cause_passes(cause: type[SocialKitError]) -> None:
    error = raised(IncompleteError)
    error.__cause__ = raised(cause)
    verdict = judge(error, now=NOW, tries=1, published=())

    assert verdict.state is State.INCOMPLETE
    assert verdict.outcome.published == OUT
    assert verdict.outcome.failed_step == "part 2 post"
    assert (verdict.ready_at is not None) == (cause.__name__ in PASSES | {"FrozenError"})


def test_a_thread_whose_cause_is_no_error_of_ours_waits_for_a_person() -> None:
    error = raised(IncompleteError)
    error.__cause__ = KeyError("id")

    assert judge(error, now=NOW, tries=1, published=()).ready_at is None


def test_an_unknown_outcome_is_looked_for_at_once_and_keeps_what_is_out() -> None:
    error = OutcomeUnknownError("no answer", attempt=ATTEMPT, published=OUT)
    verdict = judge(error, now=NOW, tries=1, published=())

    assert verdict.ready_at == NOW
    assert verdict.outcome.failed_step == "part 2 post"
    assert verdict.outcome.published == OUT


def test_an_unknown_outcome_of_a_step_that_publishes_nothing_is_tried_again() -> None:
    verdict = judge(OutcomeUnknownError("an upload had no answer"), now=NOW, tries=1, published=())

    assert verdict.state is State.PLANNED
    assert verdict.ready_at is not None


def test_a_pause_grows_to_a_quarter_of_an_hour_and_is_never_shorter_than_asked() -> None:
    pauses = [pause(tries) for tries in range(1, 100)]

    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=30)
    assert pauses[-1] == timedelta(minutes=15)
    for tries in (1, 5, 50):
        assert pause(tries, timedelta(hours=3)) == timedelta(hours=3)
        assert pause(tries, timedelta(0)) == timedelta(seconds=30)
