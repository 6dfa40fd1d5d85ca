"""The web applications among the examples: what a request at one tenant's address can reach, and no more."""

from __future__ import annotations

import hashlib
import hmac
import importlib
import json
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import socialkit as sk
from examples import web_django, web_flask, web_starlette
from examples.web_starlette import Town
from socialkit.sandbox import SimRequest
from socialkit.webhooks import Webhook
from tests.support import ROOT

TENANTS = ("kettle", "loom")
TOKEN = "made-up-verify-token"


@pytest.fixture
async def town() -> AsyncGenerator[Town]:
    """Two tenants that have logged in, and the address for pushes agreed on."""
    async with web_starlette.town(*TENANTS, verify_token=TOKEN) as town:
        for tenant in TENANTS:
            assert (await town.log_in(tenant)).text == f"logged in as {tenant}"
        assert (await town.carry(town.meta.subscribe_webhook(TOKEN))).text == "1158201444"
        yield town


async def published(town: Town, tenant: str) -> str:
    answer = await town.publish(tenant, "Autumn is here")
    assert (answer.status_code, answer.json()["state"]) == (200, "confirmed")
    return str(answer.json()["id"])


async def asked(town: Town, tenant: str, text: str) -> SimRequest:
    """Have somebody ask something under a new post, and return what is to be pushed then."""
    town.meta.receive(text=text, reply_to=await published(town, tenant), account=tenant)
    (push,) = town.meta.due_pushes()
    return push


async def waiting(town: Town, tenant: str) -> dict[str, str]:
    cases = (await town.browser.get(f"/{tenant}/cases")).json()
    return {case["text"]: case["id"] for case in cases}


def resigned(push: SimRequest, secret: str) -> SimRequest:
    """Return a push as somebody sends it who has another secret."""
    code = hmac.new(secret.encode(), push.body, hashlib.sha256).hexdigest()
    return replace(push, headers={**push.headers, "x-hub-signature-256": f"sha256={code}"})


async def test_the_day_of_two_tenants(capsys: pytest.CaptureFixture[str]) -> None:
    await web_starlette.play()

    printed = capsys.readouterr().out
    for tenant in TENANTS:
        assert f"{tenant}: logged in as {tenant}\n" in printed
        assert f"{tenant}: Is {tenant} open on Sunday? -> Until four (confirmed)\n" in printed


async def test_one_push_for_both_tenants_gives_each_its_own_once(town: Town) -> None:
    pushes = [await asked(town, "kettle", "To the kettle"), await asked(town, "loom", "To the loom")]
    statuses = [(await town.carry(push)).status_code for push in (*pushes, *pushes)]

    assert (b"To the kettle" in pushes[1].body, b"To the loom" in pushes[1].body) == (True, True)
    assert statuses == [200] * 4
    assert list(await waiting(town, "kettle")) == ["To the kettle"]
    assert list(await waiting(town, "loom")) == ["To the loom"]


async def test_nothing_is_taken_that_the_app_s_secret_did_not_sign_or_that_is_nobody_s(town: Town) -> None:
    push = await asked(town, "kettle", "To the kettle")
    for other in (
        resigned(push, "somebody's"),
        replace(push, headers={}),
        replace(push, body=push.body + b" "),
    ):
        assert (await town.carry(other)).status_code == 401
    stranger = town.meta.receive(text="Hello", account="mill", private=True)
    both = town.meta.due_pushes()[0]
    alone = json.loads(both.body)
    alone["entry"] = [one for one in alone["entry"] if "messaging" in one]
    secret = town.meta.connection("kettle")["app_secret"]
    unknown = resigned(replace(both, body=json.dumps(alone).encode()), secret)

    assert stranger.encode() in unknown.body
    assert (await town.carry(unknown)).status_code == 404
    assert (await town.browser.post("/kettle/pushes", content=both.body)).status_code == 404
    assert [await waiting(town, tenant) for tenant in TENANTS] == [{}, {}]
    assert (await town.carry(both)).status_code == 200
    assert list(await waiting(town, "kettle")) == ["To the kettle"]


async def test_only_who_knows_the_chosen_token_gets_the_challenge_back(town: Town) -> None:
    wrong = [await town.carry(town.meta.subscribe_webhook(token)) for token in ("", "kettle", TOKEN.upper())]

    assert [(one.status_code, one.text) for one in wrong] == [(403, "")] * 3


async def test_a_push_that_one_tenant_could_not_store_is_lost_for_neither(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asked(town, "kettle", "To the kettle")
    push = await asked(town, "loom", "To the loom")
    with monkeypatch.context() as broken:
        broken.setattr(town.tenants["loom"], "desk", None)
        failed = await town.carry(push)
    again = await town.carry(push)

    assert (failed.status_code, again.status_code) == (500, 200)
    assert list(await waiting(town, "kettle")) == ["To the kettle"]
    assert list(await waiting(town, "loom")) == ["To the loom"]


async def test_one_tenants_case_is_not_anothers_to_answer(town: Town) -> None:
    await town.carry(await asked(town, "loom", "To the loom"))
    (case,) = (await waiting(town, "loom")).values()
    taken = await town.browser.post(f"/kettle/cases/{case}/answer", content="We answer")

    assert taken.status_code == 409
    assert "To the loom" not in taken.text
    answered = await town.browser.post(f"/loom/cases/{case}/answer", content="Until four")
    assert answered.json()["state"] == "confirmed"
    (post,) = town.meta.posts("loom")
    (comment,) = [one for one in town.meta._state.comments.values() if one.parent is None]
    assert comment.media == post.id
    assert [one.text for one in town.meta.answers(comment.id)] == ["Until four"]


async def test_a_login_is_taken_where_it_was_begun_once_and_for_the_own_account(town: Town) -> None:
    sent = await town.browser.get("/kettle/login")
    back = town.agree(sent.headers["location"], "kettle")
    elsewhere = await town.browser.get(back.replace("/kettle/", "/loom/"))
    statuses = [(await town.browser.get(back)).status_code for _ in range(2)]
    neighbour = await town.log_in("kettle", account="loom")
    sent = await town.browser.get("/kettle/login")
    forged = town.agree(sent.headers["location"], "kettle").replace("code=", "code=0")
    guessed = await town.browser.get(forged)

    assert elsewhere.status_code == 403
    assert statuses == [200, 403]
    assert (neighbour.status_code, guessed.status_code) == (403, 403)
    await published(town, "kettle")
    assert [len(town.meta.posts(tenant)) for tenant in TENANTS] == [1, 0]  # still on the own account


async def test_nobody_is_told_that_a_post_is_out_before_it_is_known(town: Town) -> None:
    town.world.fail("instagram", "publish", sk.Fault.DROP_AFTER_COMMIT)
    unknown = await town.publish("kettle", "Autumn is here")
    too_long = await town.publish("kettle", "!" * 2_201)
    without = await town.browser.post("/kettle/posts", params={"text": "Words alone"})

    assert (unknown.status_code, unknown.json()["state"]) == (202, "unknown")
    assert (too_long.status_code, without.status_code) == (422, 422)
    assert len(town.meta.posts("kettle")) == 1


async def test_an_answer_that_was_refused_has_no_id(town: Town) -> None:
    await town.carry(await asked(town, "kettle", "When do you open?"))
    (case,) = (await waiting(town, "kettle")).values()
    town.meta.revoke_token("kettle")
    refused = await town.browser.post(f"/kettle/cases/{case}/answer", content="At nine")

    assert refused.json()["state"] != "confirmed"
    assert refused.json()["id"] is None


async def test_what_is_published_before_the_login_goes_out_after_it() -> None:
    async with web_starlette.town(*TENANTS, verify_token=TOKEN) as town:
        early = await town.publish("kettle", "Autumn is here")
        before = len(town.meta.posts("kettle"))
        await town.log_in("kettle")
        town.world.clock.advance(3600)
        (sent,) = await town.tenants["kettle"].publisher.run_due()

        assert (early.status_code, before) == (202, 0)
        assert "log in first" in early.json()["because"]
        assert sent.state is sk.DeliveryState.CONFIRMED
        assert [post.text for post in town.meta.posts("kettle")] == ["Autumn is here"]


# The short ones ----------------------------------------------------------------------------


Send = Callable[[str, dict[str, str], bytes], tuple[int, bytes]]
"""Sends a method, headers and a body to the address for pushes; returns status and body."""


def flask(hook: Webhook, desk: sk.Desk) -> Send:
    client = web_flask.application(hook, desk).test_client()

    def send(method: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        answer = client.open("/pushes", method=method, headers=headers, data=body)
        return answer.status_code, answer.data

    return send


def django(hook: Webhook, desk: sk.Desk) -> Send:
    conf: Any = importlib.import_module("django.conf")
    test: Any = importlib.import_module("django.test")
    if not conf.settings.configured:
        conf.settings.configure(ALLOWED_HOSTS=["testserver"])
    urls: Any = ModuleType("urls of the test")
    urls.urlpatterns = [web_django.pushes("pushes", hook, desk)]
    # Strict, as a browser's forms have to be: the address is exempt.
    client = test.Client(enforce_csrf_checks=True)

    def send(method: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        with test.override_settings(ROOT_URLCONF=urls):
            answer = client.generic(method, "/pushes", body, "application/json", headers=headers)
        return answer.status_code, answer.content

    return send


@pytest.mark.parametrize("framework", [flask, django])
def test_a_short_application_makes_cases_of_what_is_pushed_and_signed(
    framework: Callable[[Webhook, sk.Desk], Send],
) -> None:
    with sk.Sandbox(seed=7) as world, sk.Journal.open("sqlite://") as journal:
        workspace = world.workspace(acme=["mastodon"])
        hook = Webhook("mastodon", workspace, base_url=world.address("mastodon"), secret="made-up")
        desk = sk.Desk(workspace, journal, router=web_starlette.ROUTER)
        world.receive("mastodon", text="Ist es da? ☕")
        (message,) = workspace.brand("acme").client("mastodon").inbox.iterate()
        body = json.dumps(
            {"event": "status.created", "object": dict(message.raw)}, ensure_ascii=False
        ).encode()
        code = hmac.new(b"made-up", body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature": f"sha256={code}"}
        send = framework(hook, desk)
        refused = [send("POST", {}, body), send("POST", headers, body + b" "), send("GET", headers, b"")]
        before = list(desk.cases())
        taken = [send("POST", headers, body) for _ in range(2)]

        assert refused == [(401, b""), (401, b""), (405, b"")]
        assert before == []
        assert taken == [(200, b""), (200, b"")]
        assert [case.message.text for case in desk.cases()] == ["@main Ist es da? ☕"]


def test_the_flask_application_is_made_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in {
        "WORKSPACE": str(ROOT / "examples" / "agency.toml"),
        "JOURNAL": f"sqlite:///{tmp_path / 'journal.db'}",
        "MASTODON_URL": "https://mastodon.example",
        "MASTODON_HOOK": "made-up",
    }.items():
        monkeypatch.setenv(f"SOCIALKIT_{name}", value)
    client = web_flask.from_environment().test_client()

    assert client.post("/pushes", data=b"{}").status_code == 401
