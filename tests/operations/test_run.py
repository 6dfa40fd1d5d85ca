"""Runs: the steps of a write, named once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from socialkit.models import Post
from socialkit.operations import PassingRun, finish

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def run() -> PassingRun:
    return PassingRun(lambda: NOON, patience=timedelta(seconds=90), steady=lambda: 0.0)


async def give(value: str) -> str:
    return value


async def fail() -> str:
    raise LookupError


def test_a_step_gives_its_result_and_is_remembered() -> None:
    one = run()
    result = finish(one.step("media 1", partial(give, "m1"), returns=str))

    assert result == "m1"
    assert one.results() == {"media 1": "m1"}
    assert one.current is None


def test_results_are_json_by_their_declared_type() -> None:
    async def post() -> Post:
        return Post(id="1", published_at=NOON)

    one = run()
    finish(one.commit("post", post, returns=Post))
    shown = one.results()["post"]

    assert isinstance(shown, dict)
    assert (shown["id"], shown["published_at"]) == ("1", "2026-03-02T12:00:00Z")
    assert Post.model_validate(shown).published_at == NOON


def test_a_name_that_ran_already_is_refused_before_it_runs_again() -> None:
    ran: list[str] = []

    async def note() -> str:
        ran.append("x")
        return "x"

    one = run()
    finish(one.step("media 1", note, returns=str))

    for again in (one.step, one.commit):
        with pytest.raises(RuntimeError, match="'media 1' ran already"):
            finish(again("media 1", note, returns=str))
    assert ran == ["x"]


def test_a_step_that_failed_says_which_it_was() -> None:
    one = run()
    with pytest.raises(LookupError):
        finish(one.within("part 2").step("media 1", fail, returns=str))

    assert one.current == "part 2 media 1"
    assert one.results() == {}


def test_a_commit_is_open_until_it_ends() -> None:
    one = run()
    finish(one.commit("post", partial(give, "1"), returns=str))
    closed = one.open
    with pytest.raises(LookupError):
        finish(one.within("part 2").commit("post", fail, returns=str))

    assert closed is None
    assert one.open is not None
    assert (one.open.name, one.open.key) == ("part 2 post", one.key("part 2 post"))
    assert (one.open.started_at, one.open.deadline) == (NOON, NOON + timedelta(seconds=90))


def test_keys_are_the_same_in_a_run_and_differ_between_names_and_runs() -> None:
    one, other = run(), run()

    assert one.key("post") == one.key("post")
    assert one.within("part 2").key("post") == one.key("part 2 post")
    assert len({one.key("post"), one.key("part 2 post"), other.key("post")}) == 3


def test_parts_stand_within_parts() -> None:
    one = run()
    inner = one.within("part 2").within("first comment")
    finish(inner.step("media 1", partial(give, "m"), returns=str))

    assert list(one.results()) == ["part 2 first comment media 1"]
    assert inner.now() == NOON
    assert inner.current is None
