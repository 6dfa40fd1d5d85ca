"""Accounts, observations, attempts and what was found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialkit.errors import ConfigurationError
from socialkit.models import (
    AccountRef,
    Attempt,
    Basis,
    Draft,
    Found,
    FoundState,
    Limits,
    Measure,
    Missing,
    Observation,
    Post,
    Problem,
    Severity,
    SubjectKind,
    Variant,
)
from socialkit.platforms import MastodonOptions
from socialkit.testing import message, picture, post

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
some = st.sampled_from(["a", "b"])
refs = st.builds(
    AccountRef,
    platform=st.sampled_from(["x", "mastodon"]),
    host=st.none() | some,
    id=st.none() | some,
    handle=st.none() | some,
    brand=st.none() | some,
    name=st.none() | some,
)


def row(**changes: Any) -> Observation:
    fields: dict[str, Any] = {
        "metric": "likes",
        "subject_kind": SubjectKind.POST,
        "subject": "1",
        "platform": "mastodon",
        "unit": "count",
        "observed_at": NOON,
        "native": "favourites_count",
    }
    return Observation(**(fields | changes))


@given(refs, refs)
def test_a_conflict_is_mutual_and_only_between_known_things(one: AccountRef, other: AccountRef) -> None:
    known = [
        name
        for name in ("platform", "host", "id", "brand", "name")
        if getattr(one, name) is not None and getattr(other, name) is not None
    ]

    assert (one.conflict(other) is None) == (other.conflict(one) is None)
    assert (one.conflict(other) is None) == all(getattr(one, n) == getattr(other, n) for n in known)
    assert one.conflict(one) is None


def test_a_conflict_names_what_differs() -> None:
    mine, other = AccountRef(platform="x", id="1", handle="a"), AccountRef(platform="x", id="2", handle="a")

    assert mine.conflict(other) == "id '2', not '1'"
    assert mine.conflict(AccountRef(platform="x", handle="renamed")) is None


@pytest.mark.parametrize(
    ("ref", "key"),
    [
        (AccountRef(platform="x", brand="acme"), "acme/x/main"),
        (AccountRef(platform="x", brand="acme", name="fr", id="7"), "acme/x/fr"),
        (AccountRef(platform="mastodon", host="mastodon.example", id="7"), "mastodon://mastodon.example/7"),
        (AccountRef(platform="mastodon", host="mastodon.example"), "mastodon://mastodon.example"),
        (AccountRef(platform="x", id="7"), "x:///7"),
        (AccountRef(platform="x"), "x"),
    ],
)
def test_an_account_has_a_key(ref: AccountRef, key: str) -> None:
    assert ref.key == key


@given(refs)
def test_a_key_is_read_as_the_account_that_it_names_or_refused(ref: AccountRef) -> None:
    names = ["x", "mastodon", "a", "b"]
    draft = Draft(text="", variants={name: Variant(text=f"For {name}") for name in names})
    if ref.brand is None and ref.key != ref.platform:
        with pytest.raises(ConfigurationError, match="neither a platform, such as 'x', nor an account"):
            draft.for_(ref.key)
        return

    assert draft.for_(ref.key).text == f"For {ref.platform}"


@given(refs, refs)
def test_accounts_that_differ_have_keys_that_differ(one: AccountRef, other: AccountRef) -> None:
    if one.key == other.key:
        assert (one.platform, one.brand) == (other.platform, other.brand)
        if one.brand is None:
            assert (one.host, one.id) == (other.host, other.id)
        else:
            assert (one.name or "main") == (other.name or "main")


@pytest.mark.parametrize("name", ["platform", "host", "brand", "name"])
@pytest.mark.parametrize("wrong", ["", " ", "a/x", "/"])
def test_a_part_of_a_key_holds_no_slash(name: str, wrong: str) -> None:
    with pytest.raises(ValidationError, match="cannot be part of an account's key"):
        AccountRef.model_validate({"platform": "x", name: wrong})


@given(
    value=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    missing=st.none() | st.sampled_from(Missing),
)
def test_an_observation_has_a_value_or_a_reason(value: float | None, missing: Missing | None) -> None:
    if (value is None) == (missing is None):
        with pytest.raises(ValidationError, match="exactly one of the two"):
            row(value=value, missing=missing)
        return
    observation = row(value=value, missing=missing)

    assert (observation.value is None) == (observation.missing is not None)
    assert Observation.model_validate_json(observation.model_dump_json()) == observation


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_no_value(value: float) -> None:
    with pytest.raises(ValidationError, match="finite"):
        row(value=value)


def test_zero_is_a_value() -> None:
    assert row(value=0).missing is None


def test_an_observation_of_a_naive_time_is_refused() -> None:
    with pytest.raises(ValidationError, match="no time zone"):
        row(value=1, observed_at=NOON.replace(tzinfo=None))


@pytest.mark.parametrize(
    "about",
    [
        {"kind": "publish", "draft": Draft(text="One 🍂", media=[picture()], thread=[Draft(text="Two")])},
        {"kind": "publish", "draft": Draft(text="One", options=[MastodonOptions(content_warning="Bees")])},
        {"kind": "reply", "message": message(private=True), "private": True, "draft": Draft(text="Hello")},
        {"kind": "delete", "target": "17"},
        {"kind": "like", "target": "17", "results": {"anchor": "", "post": {"id": "1", "raw": {}}}},
    ],
)
def test_an_attempt_survives_json(about: dict[str, Any]) -> None:
    attempt = Attempt(
        platform="mastodon",
        account=AccountRef(platform="mastodon", id="7"),
        step="post",
        key="made-up-key",
        started_at=NOON,
        deadline=NOON + timedelta(seconds=90),
        **about,
    )

    assert Attempt.model_validate_json(attempt.model_dump_json()) == attempt


@pytest.mark.parametrize(
    "found",
    [
        Found.published(post()),
        Found.published(None, "the post is gone"),
        Found.absent(),
        Found.undecided("the server may still work", ask_again=NOON),
        Found.undecided("nobody can say"),
    ],
)
def test_what_was_found_survives_json(found: Found) -> None:
    assert Found.model_validate_json(found.model_dump_json()) == found


def test_the_three_answers_of_find() -> None:
    assert (Found.published(post()).state, Found.published(post()).post) == (FoundState.PUBLISHED, post())
    assert (Found.absent().state, Found.absent().post) == (FoundState.ABSENT, None)
    assert Found.undecided("no", ask_again=NOON).ask_again == NOON
    with pytest.raises(ValueError, match="no time zone"):
        Found.undecided("no", ask_again=NOON.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(field="text", message="is empty"), "text is empty"),
        (
            Problem(field="text", message="is too long", limit=5, actual=6, unit="graphemes"),
            "text is too long: 6, at most 5 graphemes",
        ),
        (
            Problem(field="media[0]", message="is missing", severity=Severity.WARNING),
            "media[0] is missing (warning)",
        ),
        (Problem(field="poll", message="is short", actual="1 h"), "poll is short: 1 h"),
    ],
)
def test_a_problem_reads_as_a_sentence(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_limits_say_where_they_come_from() -> None:
    assert Limits(text=500).basis is Basis.DEFAULT
    with pytest.raises(ValidationError, match="no time zone"):
        Limits(text=500, read_at=NOON.replace(tzinfo=None))


@given(length=st.integers(0, 10), limit=st.none() | st.integers(0, 10))
def test_a_text_fits_up_to_its_limit(length: int, limit: int | None) -> None:
    assert Measure(length=length, limit=limit, unit="graphemes").fits == (limit is None or length <= limit)


def test_counts_that_nobody_gave_are_none() -> None:
    bare = Post(id="1")

    assert (bare.like_count, bare.share_count, bare.reply_count, bare.quote_count) == (None,) * 4
