"""From a platform that pushes to messages and events: Pixelwall's simulator pushes, a webhook takes it."""

from __future__ import annotations

import logging
import pickle
import traceback
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

import socialkit as sk
from socialkit.models import MessageKind, WebhookEventKind
from socialkit.platforms import find
from socialkit.testing import settle
from socialkit.webhooks import Webhook
from tests.webhooks.conftest import Install
from tests.webhooks.support import SECRET, TOKEN, Stage, signed


async def refused(stage: Stage, hook: Any, push: Any = None) -> sk.WebhookError:
    with pytest.raises(sk.WebhookError) as caught:
        await stage.give(hook, push)
    error = caught.value
    assert (error.platform, error.operation) == ("pixelwall", "webhooks.receive")
    return error


async def test_a_remark_is_pushed_and_answered(stage: Stage) -> None:
    hook = stage.hook()
    remark = stage.remark("Is it in stock?")
    got = await stage.give(hook)

    (message,) = got.messages
    assert (got.status, got.body, got.events, got.strangers) == (200, b"", (), ())
    assert (message.id, message.text, message.kind) == (remark, "Is it in stock?", MessageKind.COMMENT)
    assert message.account is not None
    assert message.account.key == "acme/pixelwall/main"
    assert message.raw["words"] == "Is it in stock?"
    client: Any = stage.workspace.client_for(message.account)
    client.inbox.reply(message, "Yes")
    assert [one.text for one in stage.wall.answers(remark)] == ["Yes"]


async def test_what_was_pushed_becomes_cases_once(stage: Stage) -> None:
    router = sk.Router(default=sk.RoutingRule(key="common", department="manager"))
    hook = stage.hook()
    stage.remark("Is it in stock?")
    with sk.Journal.open("sqlite://") as journal:
        desk = sk.Desk(stage.workspace, journal, router=router)
        taken = desk.receive((await stage.give(hook)).messages)
        again = desk.sweep()

    assert [case.messages[0].text for case in taken] == ["Is it in stock?"]
    assert list(again) == []


async def test_the_address_says_that_it_is_ours(stage: Stage) -> None:
    asked = stage.wall.pushes.subscribe("main", SECRET, TOKEN)
    got = await settle(stage.hook().receive(method="GET", query=urlencode(asked.query), headers={}))

    assert (got.status, got.body) == (200, b"made-up-challenge")
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    assert got.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "query", "status"),
    [("GET", "challenge=1&verify_token=x", 403), ("GET", "", 400), ("PUT", "", 405), ("HEAD", "", 405)],
)
async def test_other_questions_are_refused(stage: Stage, method: str, query: str, status: int) -> None:
    with pytest.raises(sk.WebhookError) as caught:
        await settle(stage.hook().receive(method=method, query=query, headers={}))
    assert caught.value.status == status


async def test_what_changed_is_read_again(stage: Stage) -> None:
    hook = stage.hook()
    remark = stage.remark("Is it in stock?")
    stage.wall.pushes.answered("main", 200)
    stage.wall.change(remark, "Is it in stock in blue?")
    got = await stage.give(hook)

    assert [message.text for message in got.messages] == ["Is it in stock in blue?"]
    assert [message.account and message.account.key for message in got.messages] == ["acme/pixelwall/main"]


async def test_what_is_no_message_is_an_event(stage: Stage) -> None:
    client: Any = stage.world.connect("pixelwall")
    client.posts.delete(stage.pins["main"])
    stage.wall.pushes.happened("main", "board.painted", colour="red")
    got = await stage.give(stage.hook())

    deleted, painted = got.events
    assert (deleted.kind, deleted.subject_id) == (WebhookEventKind.POST_DELETED, stage.pins["main"])
    assert (painted.kind.known, painted.native, painted.raw["colour"]) == (False, "board.painted", "red")
    assert painted.account is not None
    assert painted.account.key == "acme/pixelwall/main"


async def test_our_own_words_are_no_message(stage: Stage) -> None:
    stage.wall.receive(text="We are open", author="main", reply_to=stage.pins["main"])

    assert (await stage.give(stage.hook())).messages == ()


async def test_a_repetition_of_what_is_done_brings_nothing(stage: Stage) -> None:
    hook = stage.hook()
    stage.remark("Once")
    first = await stage.give(hook)
    await settle(hook.done(first))
    stage.remark("More")
    second = await stage.give(hook)  # both, since nobody told the wall that it was taken
    stage.world.clock.advance(timedelta(days=3))
    third = await stage.give(hook)

    assert [one.text for one in first.messages] == ["Once"]
    assert [one.text for one in second.messages] == ["More"]
    assert [one.text for one in third.messages] == ["More"]  # nobody said that it was done


async def test_what_nobody_finished_is_asked_for_again_until_it_is_new_after_a_minute(stage: Stage) -> None:
    hook = stage.hook()
    stage.remark("Once")
    first = await stage.give(hook)
    stage.world.clock.advance(timedelta(seconds=59))
    with pytest.raises(sk.WebhookError, match="send it again") as caught:
        await stage.give(hook)
    stage.world.clock.advance(timedelta(seconds=2))
    again = await stage.give(hook)

    assert caught.value.status == 503
    assert [[one.text for one in got.messages] for got in (first, again)] == [["Once"], ["Once"]]


async def test_what_came_beside_something_unfinished_is_not_taken_from_the_next_repetition(
    stage: Stage,
) -> None:
    hook = stage.hook()
    stage.remark("Once")
    first = await stage.give(hook)
    stage.remark("More")
    with pytest.raises(sk.WebhookError):
        await stage.give(hook)
    await settle(hook.done(first))

    assert [one.text for one in (await stage.give(hook)).messages] == ["More"]


async def test_what_is_given_back_comes_again_at_once(stage: Stage) -> None:
    hook = stage.hook()
    stage.remark("Once")
    await settle(hook.give_back(await stage.give(hook)))

    assert [one.text for one in (await stage.give(hook)).messages] == ["Once"]


async def test_the_same_thing_twice_in_one_push_is_one(stage: Stage) -> None:
    stage.remark("Once")
    told = stage.wall.pushes._subscriptions["main"].waiting
    told.append(told[0])

    assert [one.text for one in (await stage.give(stage.hook())).messages] == ["Once"]


async def test_a_push_of_another_time_is_refused(stage: Stage) -> None:
    hook = stage.hook()
    stage.remark("Old")
    push = stage.due()
    stage.world.clock.advance(timedelta(minutes=6))
    late = await refused(stage, hook, push)
    ahead = await refused(stage, hook, signed({}, stage.world.clock.now().timestamp() + 301))

    assert isinstance(late, sk.WebhookSignatureError)
    assert "ago" in late.message
    assert "ahead" in ahead.message
    assert [one.text for one in (await stage.give(hook)).messages] == ["Old"]  # signed anew


async def test_a_secret_may_take_the_place_of_another(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALKIT_OLD", SECRET)
    stage.remark("Hello")
    hook = stage.hook(secret=["the-new-one", sk.SecretRef("env:SOCIALKIT_OLD")])

    assert len((await stage.give(hook)).messages) == 1
    error = await refused(stage, stage.hook(secret="the-new-one"))
    assert isinstance(error, sk.WebhookSignatureError)
    monkeypatch.delenv("SOCIALKIT_OLD")
    assert (await refused(stage, hook)).status == 500


async def test_what_cannot_be_read_now_is_sent_again(stage: Stage) -> None:
    hook = stage.hook()
    remark = stage.remark("Is it in stock?")
    stage.wall.pushes.answered("main", 200)
    stage.wall.change(remark, "In blue?")
    stage.world.fail("pixelwall", "list_remarks", sk.Fault.SERVER_ERROR, times=20)
    error = await refused(stage, hook)
    stage.world.forget_faults()
    got = await stage.give(hook)

    assert (error.status, type(error.__cause__)) == (503, sk.ServerError)
    assert [one.text for one in got.messages] == ["In blue?"]


async def test_what_is_gone_when_it_is_read_is_left_out(stage: Stage) -> None:
    hook = stage.hook()
    remark = stage.remark("Is it in stock?")
    stage.wall.pushes.answered("main", 200)
    stage.wall.change(remark, "Never mind")
    del stage.wall.remarks[remark]
    got = await stage.give(hook)

    assert (got.status, got.messages, got.events) == (200, (), ())


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"wall": "id-main"},
        {"wall": 7, "happened": {}},
        {"wall": "id-main", "happened": [{"id": "1"}]},
        {"wall": "id-main", "happened": [{"id": "1", "what": "remark.made", "at": "yesterday"}]},
    ],
)
async def test_a_signed_push_of_another_shape_is_refused(stage: Stage, body: object) -> None:
    error = await refused(stage, stage.hook(), signed(body, stage.world.clock.now().timestamp()))

    assert error.status == 422
    assert error.__cause__ is None


async def test_no_error_shows_a_secret(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    hook = stage.hook()
    stage.remark("Hello")
    shown = [repr(hook)]
    for push in (signed({}, stage.world.clock.now().timestamp()), signed({}, 0, secret="x")):
        error = await refused(stage, hook, push)
        report = traceback.TracebackException.from_exception(error, capture_locals=True)
        shown += [*report.format(), str(error), repr(error)]
    with pytest.raises(sk.WebhookError) as caught:
        await settle(hook.receive(method="GET", query="challenge=1&verify_token=x", headers={}))
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)

    assert not any("PLANTED" in line for line in [*shown, *report.format(), caplog.text])
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(hook)


def told(error: BaseException) -> list[traceback.FrameSummary]:
    """Return what stands in the report of an error, with all variables."""
    report: traceback.TracebackException | None
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    calls: list[traceback.FrameSummary] = []
    while report is not None:
        calls += report.stack
        report = report.__cause__ or (None if report.__suppress_context__ else report.__context__)
    return calls


GOOD: dict[str, Any] = {"x-token": SECRET}


@pytest.mark.parametrize(
    ("registration", "request_"),
    [
        ("TOKEN", {"headers": GOOD, "body": b"{}"}),
        ("TOKEN", {"headers": GOOD, "body": b"{"}),
        ("TOKEN", {"headers": GOOD, "body": {"parsed": True}}),
        ("TOKEN", {"headers": {**GOOD, "content-encoding": "gzip"}, "body": b"{}"}),
        ("TOKEN", {"headers": [*GOOD.items(), *GOOD.items()], "body": b"{}"}),
        ("TOKEN", {"headers": [*GOOD.items(), ("x", 7)], "body": b"{}"}),
        (
            "TOKEN",
            {"headers": GOOD, "body": b'{"wall": "", "happened": [{"id": "1", "at": 0, "what": "x"}]}'},
        ),
        ("REGISTRATION", {"method": "GET", "query": f"verify_token={TOKEN}&challenge=<x>", "headers": {}}),
        (
            "REGISTRATION",
            {"method": "GET", "query": f"verify_token={TOKEN}&" * 2 + "challenge=1", "headers": {}},
        ),
        ("REGISTRATION", {"method": "GET", "query": f"verify_token={TOKEN}" + "&a=1" * 60, "headers": {}}),
    ],
)
async def test_no_error_shows_what_a_platform_sends_to_prove_itself(
    stage: Stage, install: Install, registration: str, request_: dict[str, Any]
) -> None:
    """As it would stand with whoever keeps the variables of every call beside an error."""
    if registration == "TOKEN":
        install("tests.webhooks.walls:TOKEN")
    hook = stage.hook(account="acme/pixelwall/main")
    stage.wall.tokens.clear()  # nobody can be asked who we are
    with pytest.raises(sk.WebhookError) as caught:
        await settle(hook.receive(**{"method": "POST"} | request_))
    calls = [call for call in told(caught.value) if "socialkit" in call.filename]

    assert "receive" in {call.name for call in calls}
    assert [call for call in calls if "PLANTED" in str(call.locals)] == []


def test_what_is_missing_is_told_when_the_webhook_is_made(install: Any) -> None:
    del install
    with sk.Sandbox() as world:
        walls = world.workspace(acme=["pixelwall"])
        cases: list[tuple[dict[str, Any], str]] = [
            ({"verify_token": TOKEN}, "secret= is missing"),
            ({"secret": SECRET}, "verify_token= is missing"),
            ({"secret": "", "verify_token": TOKEN}, "secret is empty"),
            ({"secret": [SECRET, ""], "verify_token": TOKEN}, "secret is empty"),
            ({"secret": SECRET, "verify_token": TOKEN, "account": "acme/mastodon/main"}, "no account"),
        ]
        for given, match in cases:
            with pytest.raises(sk.ConfigurationError, match=match):
                Webhook("pixelwall", walls, **given)
        with pytest.raises(sk.ConfigurationError, match="no account on pixelwall"):
            Webhook("pixelwall", world.workspace(acme=["mastodon"]), secret=SECRET, verify_token=TOKEN)
        with pytest.raises(sk.ConfigurationError, match="no platform 'pixelwal'"):
            Webhook("pixelwal", walls, secret=SECRET)


def test_a_platform_that_pushes_nothing_says_what_it_has_instead() -> None:
    with sk.Sandbox() as world, pytest.raises(sk.NotSupportedError) as caught:
        Webhook("bluesky", world.workspace(acme=["bluesky"]), secret=SECRET)

    assert caught.value.platform == "bluesky"
    assert caught.value.instead is not None
    assert "inbox.iterate" in caught.value.instead
    assert sk.Capability.WEBHOOKS not in find("bluesky").load_facts().capabilities
