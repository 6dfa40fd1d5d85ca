"""The web applications among the examples: what a request at one tenant's address can reach, and no more."""

from __future__ import annotations

import hashlib
import hmac
import importlib
import json
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

import socialkit as sk
from examples import web_django, web_flask, web_starlette
from examples.web_starlette import Town
from socialkit.webhooks import Webhook
from tests.support import ROOT
from tests.webhooks.support import signed

KEYS = {"kettle": ("kettle-secret", "kettle-token"), "loom": ("loom-secret", "loom-token")}


@pytest.fixture
async def town(install: Callable[[str], None]) -> AsyncGenerator[Town]:
    """Two tenants that have logged in, each with a post and with pushes agreed on."""
    del install
    async with web_starlette.town(**KEYS) as town:
        for tenant, (secret, token) in KEYS.items():
            assert (await town.log_in(tenant)).text == f"logged in as {tenant}"
            asked = town.wall.pushes.subscribe(tenant, secret, token)
            assert (await town.carry(tenant, asked)).text == "made-up-challenge"
        yield town


async def published(town: Town, tenant: str) -> str:
    answer = await town.browser.post(f"/{tenant}/posts", content="Autumn is here")
    assert (answer.status_code, answer.json()["state"]) == (200, "confirmed")
    return str(answer.json()["id"])


async def asked(town: Town, tenant: str, text: str) -> httpx.Response:
    """Have somebody ask something under a new post, and push that."""
    town.wall.receive(text=text, reply_to=await published(town, tenant))
    (push,) = town.wall.pushes.due(tenant)
    return await town.carry(tenant, push)


async def waiting(town: Town, tenant: str) -> dict[str, str]:
    cases = (await town.browser.get(f"/{tenant}/cases")).json()
    return {case["text"]: case["id"] for case in cases}


async def test_the_day_of_two_tenants(install: Any, capsys: pytest.CaptureFixture[str]) -> None:
    del install
    await web_starlette.play()

    printed = capsys.readouterr().out
    for tenant in KEYS:
        assert f"{tenant}: logged in as {tenant}\n" in printed
        assert f"{tenant}: Is {tenant} open on Sunday? -> Until four (confirmed)\n" in printed


async def test_a_repeated_push_is_one_case(town: Town) -> None:
    for number in range(2):
        assert (await asked(town, "kettle", f"Question {number}")).is_success  # the first comes once more

    assert sorted(await waiting(town, "kettle")) == ["Question 0", "Question 1"]
    assert await waiting(town, "loom") == {}


async def test_one_tenants_push_is_nothing_at_anothers_address(town: Town) -> None:
    town.wall.receive(text="To the kettle", reply_to=await published(town, "kettle"))
    (push,) = town.wall.pushes.due("kettle")
    now = town.world.clock.now().timestamp()
    forged = [signed(push.body, now, secret=secret) for secret in ("somebody's", "loom-secret")]

    assert (await town.carry("loom", push)).status_code == 401  # signed for the other address
    assert [(await town.carry("loom", one)).status_code for one in forged] == [401, 404]
    assert (await town.carry("nobody", push)).status_code == 404
    assert [await waiting(town, tenant) for tenant in KEYS] == [{}, {}]


async def test_one_tenants_case_is_not_anothers_to_answer(town: Town) -> None:
    await asked(town, "loom", "To the loom")
    (case,) = (await waiting(town, "loom")).values()
    taken = await town.browser.post(f"/kettle/cases/{case}/answer", content="We answer")

    assert taken.status_code == 409
    assert "To the loom" not in taken.text
    answered = await town.browser.post(f"/loom/cases/{case}/answer", content="Until four")
    assert answered.json()["state"] == "confirmed"
    assert [one.words for one in town.wall.remarks.values() if one.by in KEYS] == ["Until four"]


async def test_a_login_is_taken_where_it_was_begun_once_and_for_the_own_wall(town: Town) -> None:
    sent = await town.browser.get("/kettle/login")
    back = town.wall.agree(sent.headers["location"], "kettle")
    elsewhere = await town.browser.get(back.replace("/kettle/", "/loom/"))
    statuses = [(await town.browser.get(back)).status_code for _ in range(2)]
    neighbour = await town.log_in("kettle", wall="loom")

    assert elsewhere.status_code == 403
    assert statuses == [200, 403]
    assert neighbour.status_code == 403
    await published(town, "kettle")
    assert [len(town.wall.posts(tenant)) for tenant in KEYS] == [1, 0]  # still on the own wall


async def test_nobody_is_told_that_a_post_is_out_before_it_is_known(town: Town) -> None:
    town.world.fail("pixelwall", "publish", sk.Fault.DROP_AFTER_COMMIT)
    unknown = await town.browser.post("/kettle/posts", content="Autumn is here")
    too_long = await town.browser.post("/kettle/posts", content="!" * 81)

    assert (unknown.status_code, unknown.json()["state"]) == (202, "unknown")
    assert too_long.status_code == 422
    assert len(town.wall.posts("kettle")) == 1


async def test_what_is_published_before_the_login_goes_out_after_it(install: Any) -> None:
    del install
    async with web_starlette.town(**KEYS) as town:
        early = await town.browser.post("/kettle/posts", content="Autumn is here")
        before = len(town.wall.posts("kettle"))
        await town.log_in("kettle")
        town.world.clock.advance(3600)
        (sent,) = await town.tenants["kettle"].publisher.run_due()

        assert (early.status_code, before) == (202, 0)
        assert "log in first" in early.json()["because"]
        assert sent.state is sk.DeliveryState.CONFIRMED
        assert [post.text for post in town.wall.posts("kettle")] == ["Autumn is here"]


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
