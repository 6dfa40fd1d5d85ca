"""Whose a push is: what was signed decides, or the address; never what nobody signed."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import socialkit as sk
from socialkit.sandbox import SimRequest
from socialkit.testing import settle
from socialkit.webhooks import Received, Webhook
from socialkit.webhooks._receiving import MOST_HINTS
from tests.webhooks.conftest import Install
from tests.webhooks.support import SECRET, TOKEN, Stage, signed

NOBODY = "id-nobody"


def keys(got: Received) -> list[str]:
    refs = [*(one.account for one in got.messages), *(one.account for one in got.events)]
    return [ref.key for ref in refs if ref is not None]


def happening(wall: str, number: str = "1") -> dict[str, Any]:
    told = {"id": number, "what": "board.painted", "at": "2026-03-01T12:00:00Z"}
    return {"wall": wall, "happened": [told]}


def push(stage: Stage, body: object, *, secret: str = SECRET) -> SimRequest:
    return signed(body, stage.world.clock.now().timestamp(), secret=secret)


async def test_each_push_goes_to_the_account_that_was_signed(stage: Stage) -> None:
    hook = stage.hook()
    stage.remark("To acme", "main")
    stage.remark("To the other one", "other")
    mine, others = await stage.give(hook), await stage.give(hook, stage.due("other"))

    assert (keys(mine), [one.text for one in mine.messages]) == (["acme/pixelwall/main"], ["To acme"])
    assert (keys(others), [one.text for one in others.messages]) == (
        ["other/pixelwall/main"],
        ["To the other one"],
    )


async def test_a_push_for_nobody_is_refused(stage: Stage) -> None:
    with pytest.raises(sk.WebhookAccountError) as caught:
        await stage.give(stage.hook(), push(stage, happening(NOBODY)))
    assert caught.value.status == 404
    assert isinstance(caught.value, sk.WrongAccountError)


@pytest.mark.parametrize("by", ["brand", "account"])
async def test_one_tenants_address_takes_nothing_of_anothers(stage: Stage, by: str) -> None:
    stage.remark("To the other one", "other")
    acme = stage.workspace.brand("acme")
    hook = stage.hook(acme) if by == "brand" else stage.hook(account="acme/pixelwall/main")

    with pytest.raises(sk.WebhookAccountError):
        await stage.give(hook, stage.due("other"))


async def test_one_tenants_secret_signs_nothing_for_another(stage: Stage) -> None:
    hook = stage.hook(stage.workspace.brand("acme"), secret="the secret of acme")

    with pytest.raises(sk.WebhookSignatureError):
        await stage.give(hook, push(stage, happening("id-main"), secret="the secret of other"))
    got = await stage.give(hook, push(stage, happening("id-main"), secret="the secret of acme"))
    assert keys(got) == ["acme/pixelwall/main"]


async def test_what_one_tenant_has_done_is_not_done_for_another(stage: Stage) -> None:
    hook = stage.hook()
    first = await stage.give(hook, push(stage, happening("id-main", "7")))
    second = await stage.give(hook, push(stage, happening("id-other", "7")))

    assert (keys(first), keys(second)) == (["acme/pixelwall/main"], ["other/pixelwall/main"])


async def test_a_login_that_fails_stops_no_other_account(stage: Stage) -> None:
    del stage.wall.tokens["made-up-token-main"]  # acme was not asked for its id yet
    got = await stage.give(stage.hook(), push(stage, happening("id-other")))

    assert keys(got) == ["other/pixelwall/main"]
    assert list(got.failed) == ["acme/pixelwall/main"]


async def test_what_may_be_an_accounts_that_cannot_be_asked_is_sent_again(stage: Stage) -> None:
    stage.wall.tokens.pop("made-up-token-main")
    hook = stage.hook()
    with pytest.raises(sk.WebhookError) as caught:
        await stage.give(hook, push(stage, happening("id-main")))
    stage.wall.tokens["made-up-token-main"] = "main"

    assert (caught.value.status, type(caught.value.__cause__)) == (503, sk.AuthenticationError)
    assert keys(await stage.give(hook, push(stage, happening("id-main")))) == ["acme/pixelwall/main"]


async def test_no_login_is_needed_where_the_id_is_known(stage: Stage) -> None:
    login = {"base_url": stage.world.address("pixelwall"), "access_token": "gone"}
    opened: Any = sk.Account
    account = opened("pixelwall", id="id-main", **login)
    clock = stage.world.clock.now

    with sk.Workspace(sk.Brand("acme", account), clock=clock) as workspace:
        got = await stage.give(stage.hook(workspace), push(stage, happening("id-main")))

    assert keys(got) == ["acme/pixelwall/main"]


def unsigned(body: object, **headers: str) -> SimRequest:
    return SimRequest("POST", "/", (), headers, json.dumps(body).encode())


def remarked(wall: str, remark: dict[str, Any], number: str = "1") -> dict[str, Any]:
    told = {"id": number, "what": "remark.made", "at": "2026-03-01T12:00:00Z", "remark": remark}
    return {"wall": wall, "happened": [told]}


async def test_what_nobody_signed_is_read_again(stage: Stage, install: Install) -> None:
    install("tests.webhooks.walls:UNSIGNED")
    hook = stage.hook(account="acme/pixelwall/main", secret=(), verify_token=None)
    remark = stage.wall.remarks[stage.remark("What somebody said")]
    forged = {**remark.shown(), "words": "What somebody made up", "by": "the chancellor"}
    got = await stage.give(hook, unsigned(remarked("id-main", forged)))

    assert [(one.text, one.author.handle) for one in got.messages] == [("What somebody said", "customer")]


async def test_what_nobody_signed_decides_for_nobody(stage: Stage, install: Install) -> None:
    install("tests.webhooks.walls:UNSIGNED")
    hook = stage.hook(account="acme/pixelwall/main", secret=(), verify_token=None)
    others = stage.wall.remarks[stage.remark("To the other one", "other")].shown()
    made_up = {**others, "id": "404"}
    for number, told in enumerate((others, made_up)):
        for wall in ("id-main", "id-other"):
            got = await stage.give(hook, unsigned(remarked(wall, told, f"{wall} {number}")))
            assert (got.messages, got.events) == ((), ())
    # And an event, which nobody can read again.
    assert (await stage.give(hook, unsigned(happening("id-main")))).events == ()


async def test_a_hint_that_came_too_early_hides_nothing(stage: Stage, install: Install) -> None:
    install("tests.webhooks.walls:UNSIGNED")
    hook = stage.hook(account="acme/pixelwall/main", secret=(), verify_token=None)
    told = {"id": "1003", "pin_id": "x", "by": "x", "words": "x", "made_at": "2026-03-01T12:00:00Z"}
    early = await stage.give(hook, unsigned(remarked("id-main", told)))
    remark = stage.remark("Said later")
    got = await stage.give(hook, unsigned(remarked("id-main", {**told, "id": remark})))

    assert (early.messages, [one.text for one in got.messages]) == ((), ["Said later"])


async def test_a_key_that_nobody_signed_hides_nothing(stage: Stage, install: Install) -> None:
    install("tests.webhooks.walls:UNSIGNED")
    hook = stage.hook(account="acme/pixelwall/main", secret=(), verify_token=None)
    old = stage.wall.remarks[stage.remark("Said before")].shown()
    texts: list[list[str]] = []

    async def told(remark: dict[str, Any], number: str) -> None:
        got = await stage.give(hook, unsigned(remarked("id-main", remark, number)))
        await settle(hook.done(got))
        texts.append([one.text for one in got.messages])

    await told(old, "the next number")  # somebody guessed what will be pushed next
    new = stage.wall.remarks[stage.remark("Said now")].shown()
    await told(new, "the next number")
    stage.wall.change(str(old["id"]), "Said otherwise")
    for number in ("the next number", "another", "a third"):
        await told(old, number)

    assert texts == [["Said before"], ["Said now"], ["Said otherwise"], [], []]


async def test_what_nobody_signed_makes_few_reads(stage: Stage, install: Install) -> None:
    install("tests.webhooks.walls:UNSIGNED")
    hook = stage.hook(account="acme/pixelwall/main", secret=(), verify_token=None)
    remark = stage.wall.remarks[stage.remark("Said once")].shown()
    told = [{**remarked("", remark)["happened"][0], "id": str(number)} for number in range(MOST_HINTS + 1)]
    stage.world.fail("pixelwall", "list_remarks", sk.Fault.SERVER_ERROR, after=1, times=200)
    with pytest.raises(sk.WebhookError) as caught:
        await stage.give(hook, unsigned({"wall": "id-main", "happened": told}))
    got = await stage.give(hook, unsigned({"wall": "id-main", "happened": told[1:]}))

    assert caught.value.status == 413
    assert [one.text for one in got.messages] == ["Said once"]  # by the one read that goes well


async def test_a_token_proves_who_pushes_and_the_address_for_whom(stage: Stage, install: Install) -> None:
    install("tests.webhooks.walls:TOKEN")
    hook = stage.hook(account="other/pixelwall/main", verify_token=None)
    got = await stage.give(hook, unsigned(happening("id-main"), **{"x-token": SECRET}))

    assert keys(got) == ["other/pixelwall/main"]
    with pytest.raises(sk.WebhookSignatureError):
        await stage.give(hook, unsigned(happening("id-other"), **{"x-token": "x"}))


async def test_our_own_words_are_told_though_the_push_names_nobody(stage: Stage, install: Install) -> None:
    install("tests.webhooks.walls:TOKEN")
    hook = stage.hook(account="acme/pixelwall/main", verify_token=None)
    told = {"id": "1", "pin_id": "x", "by": "main", "words": "x", "made_at": "2026-03-01T12:00:00Z"}
    got = await stage.give(hook, unsigned(remarked("id-main", told), **{"x-token": SECRET}))

    assert got.messages == ()


@pytest.mark.parametrize("registration", ["UNSIGNED", "TOKEN"])
def test_unsigned_pushes_for_several_accounts_need_an_address_for_each(
    install: Install, registration: str
) -> None:
    install(f"tests.webhooks.walls:{registration}")
    with sk.Sandbox() as world:
        workspace = world.workspace(acme=["pixelwall"], other=["pixelwall"])
        with pytest.raises(sk.ConfigurationError, match="account="):
            Webhook("pixelwall", workspace, secret=SECRET)
        Webhook("pixelwall", workspace.brand("acme"), secret=SECRET)


def test_a_platform_without_pushes_says_so(install: Install) -> None:
    install("tests.webhooks.walls:SILENT")
    with sk.Sandbox() as world, pytest.raises(sk.NotSupportedError):
        Webhook("pixelwall", world.workspace(acme=["pixelwall"]), secret=SECRET, verify_token=TOKEN)


async def test_of_many_that_are_pushed_to_at_once_one_takes_it_and_the_others_ask_for_it_again(
    stage: Stage,
) -> None:
    with sk.Journal.open("sqlite://") as journal:
        hooks = [stage.hook(store=sk.JournalPushStore(journal)) for _ in range(4)]
        sent = push(stage, happening("id-main"))

        def taken(hook: Any) -> Any:
            return hook.receive(method="POST", headers=sent.headers, body=sent.body)

        if stage.awaited:
            got = await asyncio.gather(*map(taken, hooks), return_exceptions=True)
        else:
            with ThreadPoolExecutor(len(hooks)) as pool:
                calls = [pool.submit(taken, hook) for hook in hooks]
            got = [call.exception() or call.result() for call in calls]

    received = [one for one in got if isinstance(one, Received)]
    refused = [one for one in got if isinstance(one, sk.WebhookError)]
    assert [key for one in received for key in keys(one)] == ["acme/pixelwall/main"]
    assert [one.status for one in refused] == [503] * 3
