"""Faults that are ordered, and what a caller sees of them."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest

from socialkit.sandbox import Fault, FaultPlan, LineDropped, MastodonSimulator, SimRequest, TimedOut, dispatch
from tests.sandbox.support import Caller


def request(main: Caller, text: str = "Hello", **more: str) -> SimRequest:
    headers = {"authorization": f"Bearer {main.token}", "content-type": "application/json"}
    return SimRequest.of(
        "POST", "/api/v1/statuses", headers=headers, body=json.dumps({"status": text, **more}).encode()
    )


def plan_for(fault: Fault, name: str = "publish", *, times: int = 1, after: int = 0) -> FaultPlan:
    plan = FaultPlan()
    plan.order("mastodon", name, fault, times=times, after=after)
    return plan


def texts(server: MastodonSimulator) -> list[str]:
    return [post.text for post in server.posts()]


def test_faults_wait_for_as_many_calls_as_ordered_and_strike_as_often() -> None:
    plan = plan_for(Fault.SLOW, times=2, after=1)

    assert [plan.take("mastodon", {"publish"}) for _ in range(4)] == [None, Fault.SLOW, Fault.SLOW, None]


def test_faults_strike_only_their_platform_and_name() -> None:
    plan = plan_for(Fault.SLOW)

    assert plan.take("elsewhere", {"publish"}) is None
    assert plan.take("mastodon", {"delete"}) is None
    assert plan.take("mastodon", {"post_status", "publish"}) is Fault.SLOW


def test_orders_that_can_never_strike_are_refused() -> None:
    with pytest.raises(ValueError, match="at least once"):
        plan_for(Fault.SLOW, times=0)


def test_cleared_plans_let_everything_pass() -> None:
    plan = plan_for(Fault.SLOW)
    plan.clear()

    assert plan.take("mastodon", {"publish"}) is None


@pytest.mark.parametrize(
    ("fault", "written"),
    [(Fault.DROP_BEFORE_COMMIT, []), (Fault.DROP_AFTER_COMMIT, ["Hello"]), (Fault.LATE, [])],
)
def test_dropped_lines_tell_a_caller_nothing_of_what_was_written(
    server: MastodonSimulator, main: Caller, fault: Fault, written: list[str]
) -> None:
    with pytest.raises(LineDropped) as dropped:
        dispatch(server, plan_for(fault), request(main))

    assert dropped.value.sent
    assert texts(server) == written


@pytest.mark.parametrize(
    ("fault", "status", "written"),
    [
        (Fault.RATE_LIMITED, 429, []),
        (Fault.SERVER_ERROR, 500, []),
        (Fault.ERROR_AFTER_COMMIT, 500, ["Hello"]),
        (Fault.GARBAGE, 200, ["Hello"]),
        (Fault.TRUNCATED, 200, ["Hello"]),
    ],
)
def test_answers_lie_as_ordered(
    server: MastodonSimulator, main: Caller, fault: Fault, status: int, written: list[str]
) -> None:
    answer = dispatch(server, plan_for(fault), request(main))

    assert (answer.status, texts(server)) == (status, written)
    assert fault.commits == bool(written)
    if status == 200:
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.body)


def test_slow_answers_come_after_the_time_out_though_everything_was_written(
    server: MastodonSimulator, main: Caller
) -> None:
    with pytest.raises(TimedOut) as late:
        dispatch(server, plan_for(Fault.SLOW), request(main))

    assert json.loads(late.value.response.body)["id"] == server.posts()[0].id


def test_late_writes_land_when_the_clock_has_moved(server: MastodonSimulator, main: Caller) -> None:
    plan = FaultPlan()
    plan.order("mastodon", "publish", Fault.LATE, delay=timedelta(minutes=2))
    with pytest.raises(LineDropped):
        dispatch(server, plan, request(main))
    server.clock.advance(119)
    before = texts(server)
    server.clock.advance(timedelta(hours=1))

    assert (before, texts(server)) == ([], ["Hello"])
    assert server.posts()[0].published_at == server.clock.now() - timedelta(hours=1) + timedelta(seconds=1)


def test_answers_to_others_are_replies_and_own_threads_are_not(
    server: MastodonSimulator, main: Caller
) -> None:
    theirs = server.receive(text="Where is my order?")
    own = main.publish("One")["id"]

    assert server.names(request(main, in_reply_to_id=theirs)) == {"post_status", "reply"}
    assert server.names(request(main, in_reply_to_id=own)) == {"post_status", "publish"}


def test_calls_of_the_platform_can_be_named_too(server: MastodonSimulator, main: Caller) -> None:
    assert dispatch(server, plan_for(Fault.SERVER_ERROR, "post_status"), request(main)).status == 500


def test_unknown_routes_take_no_fault(server: MastodonSimulator) -> None:
    plan = plan_for(Fault.SERVER_ERROR)

    assert dispatch(server, plan, SimRequest.of("GET", "/nowhere")).status == 404
    assert server.call_name(SimRequest.of("GET", "/nowhere")) is None


def test_every_operation_names_calls_that_exist(server: MastodonSimulator) -> None:
    from socialkit.sandbox.mastodon._gate import ROUTES

    names = {route.name for route in ROUTES}

    assert set().union(*server.operations.values()) <= names
    assert len(names) == len(ROUTES)


def test_threads_share_one_server_and_each_fault_strikes_once(
    server: MastodonSimulator, main: Caller
) -> None:
    plan = plan_for(Fault.DROP_AFTER_COMMIT, times=5)
    dropped: list[bool] = []

    def work(number: int) -> None:
        for turn in range(10):
            try:
                dispatch(server, plan, request(main, f"{number}-{turn}"))
            except LineDropped as error:
                dropped.append(error.sent)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(dropped) == 5
    assert len({post.text for post in server.posts()}) == len({post.id for post in server.posts()}) == 40
