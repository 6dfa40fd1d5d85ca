"""The webhooks of X, Facebook, Instagram and Threads: who may push, and what of a push is for whom."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

import pytest

import socialkit as sk
from socialkit.sandbox.instagram import InstagramSimulator
from socialkit.sandbox.x import XSimulator
from socialkit.testing import settle
from socialkit.webhooks import AsyncWebhook, Received, Webhook

SECRET: Final = "PLANTED-secret"
TOKEN: Final = "PLANTED-verify-token"
TIME: Final = 1742667607
IDS: Final = {"acme": "1", "other": "2"}
STRANGER: Final = "3"

Body = dict[str, Any]


def hexadecimal(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def base64(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


@dataclass(frozen=True)
class Network:
    """What a platform pushes, and how it signs that."""

    name: str
    said: Callable[[str, str], Body]
    """A push of a question, by its account and its id."""
    odd: Callable[[str], tuple[Body, ...]]
    """Pushes of what is not known here, or has no value that is."""
    bad: Callable[[str], tuple[Body, ...]]
    """Pushes of what is known and is not as it should be."""
    header: str = "X-Hub-Signature-256"
    sign: Callable[..., str] = hexadecimal


def graph(kind: str, account: str, *changes: Body, **more: Any) -> Body:
    entry = {"id": account, "time": TIME, **({"changes": [*changes]} if changes else {}), **more}
    return {"object": kind, "entry": [entry]}


def comment(number: str) -> Body:
    value = {
        "item": "comment",
        "verb": "add",
        "post_id": "9_9",
        "comment_id": number,
        "message": "Is it open?",
    }
    return {"field": "feed", "value": {**value, "from": {"id": "7", "name": "Ada"}}}


def but(change: Body, **other: Any) -> Body:
    """Return a change whose value says something else."""
    return {**change, "value": {**change["value"], **other}}


def remark(number: str) -> Body:
    value = {
        "id": number,
        "text": "Is it open?",
        "from": {"id": "7", "username": "ada"},
        "media": {"id": "9"},
    }
    return {"field": "comments", "value": value}


def private(**message: Any) -> Body:
    return {"sender": {"id": "7"}, "timestamp": TIME * 1000, **message}


def threads(account: str, field: str, value: object) -> Body:
    return {
        "app_id": "5",
        "topic": "moderate",
        "target_id": account,
        "time": TIME,
        "values": {"field": field, "value": value},
    }


def reply(account: str, number: str, **more: Any) -> Body:
    root = {"id": "9", "owner_id": account, "username": "shop"}
    value = {"id": number, "username": "ada", "text": "Is it open?", "media_type": "TEXT_POST"}
    return {**value, "replied_to": {"id": "9"}, "root_post": root, **more}


def activity(account: str, kind: str, payload: object, **more: Any) -> Body:
    return {"data": {"event_type": kind, "filter": {"user_id": account}, "payload": payload, **more}}


def answer(number: str, reference: str = "referenced_posts") -> Body:
    made = {"id": number, "author_id": "7", "text": "Is it open?", "created_at": "2026-08-12T18:00:00.000Z"}
    return {**made, reference: [{"type": "replied_to", "id": "9"}], "in_reply_to_user_id": "1"}


def direct(sender: object) -> Body:
    created = {"sender_id": sender, "target": {"recipient_id": "1"}, "message_data": {"text": "Hello"}}
    return {
        "direct_message_events": [
            {"id": "5", "created_timestamp": "1784928224372", "message_create": created}
        ]
    }


NETWORKS: Final = (
    Network(
        "x",
        said=lambda account, number: activity(account, "post.reply.create", answer(number)),
        odd=lambda account: (
            activity(account, "post.bookmark.create", "odd"),
            {"replay_job_status": {"webhook_id": "1", "job_state": "Complete", "job_id": "2"}},
            {"for_user_id": account, "favorite_events": [1], "tweet_create_events": None},
        ),
        bad=lambda account: (
            activity(account, "post.reply.create", "odd"),
            activity(account, "post.reply.create", answer("4") | {"author_id": None}),
            activity(account, "dm.received", direct({"id": "7"})),
            {"for_user_id": account, **direct(None)},
        ),
        header="x-twitter-webhooks-signature",
        sign=base64,
    ),
    Network(
        "facebook",
        said=lambda account, number: graph("page", account, comment(number)),
        odd=lambda account: (
            graph("page", account, {"field": "name", "value": "The shop"}, {"field": "picture"}),
            graph("page", account, messaging=[{"recipient": {"id": account}, "optin": {"ref": "a"}}]),
            graph("group", account, comment("4_4")),
        ),
        bad=lambda account: (
            graph("page", account, {"field": "feed", "value": "odd"}),
            graph("page", account, changes="odd"),
            graph("page", account, messaging=[private(message={"text": "Hello"})]),
            graph("page", account, but(comment("4_4"), comment_id=None)),
            graph("page", account, comment("4_4"), time=None),
        ),
    ),
    Network(
        "instagram",
        said=lambda account, number: graph("instagram", account, remark(number)),
        odd=lambda account: (
            graph(
                "instagram", account, {"field": "story_insights", "value": None}, {"field": "new", "value": 7}
            ),
            graph("instagram", account, messaging=[{"recipient": {"id": account}, "referral": {"ref": "a"}}]),
            graph("page", account, comment("4_4")),
        ),
        bad=lambda account: (
            graph("instagram", account, {"field": "comments", "value": ["odd"]}),
            graph("instagram", account, messaging=[private(message="Hello")]),
            graph("instagram", account, messaging=[{"message": {"mid": "m_1", "text": "Hello"}}]),
            graph("instagram", account, remark("4"), time=None),
        ),
    ),
    Network(
        "threads",
        said=lambda account, number: threads(account, "replies", reply(account, number)),
        odd=lambda account: (threads(account, "other", "odd"), threads(account, "new", None)),
        bad=lambda account: (
            threads(account, "replies", "odd"),
            {**threads(account, "replies", reply(account, "4")), "time": None},
            {"topic": "moderate"},
        ),
    ),
)


def together(network: Network, *bodies: Body) -> Body:
    """Return one push of several, where the platform sends several at once."""
    if "entry" not in bodies[0]:
        changes = [one["values"] for one in bodies]
        return {**bodies[0], "values": changes}
    return {**bodies[0], "entry": [entry for one in bodies for entry in one["entry"]]}


class Door:
    """An address to which one network pushes, and whoever knocks there."""

    def __init__(self, network: Network, *, awaited: bool) -> None:
        self.network = network
        self._kind: Any = AsyncWebhook if awaited else Webhook
        name: Any = network.name
        self.workspace = sk.Workspace(
            *[
                sk.Brand(key, sk.Account(name, sk.Credentials(access_token=f"made-up-{key}"), id=one))
                for key, one in IDS.items()
            ]
        )
        self.hook = self.make()

    def make(self, brand: str | None = None, secret: Any = SECRET) -> Any:
        accounts = self.workspace if brand is None else self.workspace.brand(brand)
        return self._kind(self.network.name, accounts, secret=secret, verify_token=TOKEN)

    async def give(self, push: Body | bytes, signature: Any = None, *, hook: Any = None) -> Received:
        body = push if isinstance(push, bytes) else json.dumps(push).encode()
        headers: Any = {self.network.header: self.network.sign(body)} if signature is None else signature
        receiver = self.hook if hook is None else hook
        got: Received = await settle(receiver.receive(method="POST", headers=headers, body=body))
        return got

    async def refused(self, push: Body | bytes, signature: Any = None, *, hook: Any = None) -> int:
        """Give a push that is refused, whole and without a word of what is secret, and return the status."""
        with pytest.raises(sk.WebhookError) as caught:
            await self.give(push, signature, hook=hook)
        assert "PLANTED" not in repr(caught.value) + str(caught.value.__cause__)
        return caught.value.status

    async def ask(self, query: str) -> Received:
        got: Received = await settle(self.hook.receive(method="GET", query=query, headers={}))
        return got


@pytest.fixture(params=NETWORKS, ids=[one.name for one in NETWORKS])
def network(request: pytest.FixtureRequest) -> Network:
    chosen: Network = request.param
    return chosen


@pytest.fixture(params=[False, True], ids=["blocking", "async"])
def door(request: pytest.FixtureRequest, network: Network) -> Iterator[Door]:
    door = Door(network, awaited=bool(request.param))
    with door.workspace:
        yield door


def for_whom(got: Received) -> list[tuple[str, str]]:
    assert all(one.account is not None for one in got.messages)
    return [(one.account.key if one.account else "", one.id) for one in got.messages]


# Who may push ------------------------------------------------------------------------------------


async def test_nothing_is_taken_that_the_app_s_secret_did_not_sign(door: Door) -> None:
    network = door.network
    push = network.said("1", "4")
    body = json.dumps(push, indent=1).encode()
    good = network.sign(body)
    code = good.removeprefix("sha256=")
    unsigned: list[dict[str, str]] = [
        {},
        {network.header: ""},
        {network.header: code},
        {network.header: f"sha1={code}"},
        {network.header: good[:-2]},
        {network.header: f"{good},{good}"},
        {network.header: network.sign(body, "another app's")},
        {network.header: network.sign(json.dumps(push).encode())},
        {"X-Hub-Signature": good},
    ]
    statuses = [await door.refused(body, one) for one in unsigned]
    twice = await door.refused(body, [(network.header, good), (network.header.lower(), good)])
    written_anew = await door.refused(json.dumps(push).encode(), {network.header: good})

    assert (statuses, twice, written_anew) == ([401] * len(unsigned), 400, 401)
    assert for_whom(await door.give(body, {network.header: good})) == [(f"acme/{network.name}/main", "4")]


async def test_the_letters_of_a_hexadecimal_signature_may_be_large_and_no_others(door: Door) -> None:
    body = json.dumps(door.network.said("1", "4")).encode()
    name, _, code = door.network.sign(body).partition("=")
    large = {door.network.header: f"{name}={code.upper()}"}

    if door.network.sign is hexadecimal:
        assert len((await door.give(body, large)).messages) == 1
    else:
        assert await door.refused(body, large) == 401


async def test_while_a_secret_changes_both_count_and_no_third(door: Door) -> None:
    hook = door.make(secret=["PLANTED-new", SECRET])
    body = json.dumps(door.network.said("1", "4")).encode()
    by = {one: {door.network.header: door.network.sign(body, one)} for one in ("PLANTED-new", SECRET, "else")}
    taken: list[int] = []
    for secret in ("PLANTED-new", SECRET):
        got = await door.give(body, by[secret], hook=hook)
        taken.append(len(got.messages))
        await settle(hook.done(got))

    assert taken == [1, 0]
    assert await door.refused(body, by["else"], hook=hook) == 401


async def test_bodies_that_are_too_large_or_too_deep_are_refused(door: Door) -> None:
    deep = b'{"a":' * 50_000 + b"1" + b"}" * 50_000
    twice = b'{"object": "page", "object": "page", "entry": []}'
    statuses = [await door.refused(one) for one in (b" " * (4 * 2**20 + 1), deep, twice, b"[]", b"\xff")]

    assert statuses == [413, 400, 400, 400, 400]


async def test_the_address_answers_whoever_proves_to_be_the_platform(door: Door) -> None:
    if door.network.name == "x":
        got = await door.ask("crc_token=made-up.token&nonce=1")
        assert json.loads(got.body) == {"response_token": base64(b"made-up.token")}
        return
    asked = "hub.mode=subscribe&hub.challenge=1158201444"
    assert (await door.ask(f"{asked}&hub.verify_token={TOKEN}")).body == b"1158201444"
    wrong = ["", "&hub.verify_token=", f"&hub.verify_token={TOKEN.lower()}", f"&hub.verify_token={TOKEN}%20"]
    statuses: list[int] = []
    for one in wrong:
        with pytest.raises(sk.WebhookSignatureError) as caught:
            await door.ask(asked + one)
        statuses.append(caught.value.status)
    assert statuses == [403] * len(wrong)


# For whom it is ----------------------------------------------------------------------------------


async def test_each_tenant_gets_its_own_and_no_other_s(door: Door) -> None:
    name, said = door.network.name, door.network.said
    alone = [said(one, f"4{one}") for one in (*IDS.values(), STRANGER)]
    pushes = [together(door.network, *alone)] if "entry" in alone[0] else alone[:2]
    got = [await door.give(push) for push in pushes]
    acme = door.make("acme")
    own = [await door.give(push, hook=acme) for push in pushes if "entry" in push]

    mine, theirs = (f"acme/{name}/main", "41"), (f"other/{name}/main", "42")
    assert sorted(one for each in got for one in for_whom(each)) == [mine, theirs]
    assert [for_whom(each) for each in own] == [[mine]] * len(own)
    assert [each.strangers for each in own] == [("2", STRANGER)] * len(own)
    assert [await door.refused(one, hook=acme) for one in alone[1:]] == [404, 404]


async def test_a_repetition_brings_nothing_once_the_first_is_stored(door: Door) -> None:
    push = door.network.said("1", "4")
    first = await door.give(push)
    early = await door.refused(push)
    await settle(door.hook.done(first))

    assert (len(first.messages), early) == (1, 503)
    assert (await door.give(push)).messages == ()


async def test_what_is_not_known_is_left_out_and_what_is_known_beside_it_is_not(door: Door) -> None:
    network, said = door.network, door.network.said("1", "4")
    for odd in network.odd("1"):
        got = await door.give(odd)
        assert (got.messages, got.events, got.status) == ((), (), 200)
    if network.name != "x":  # its pushes tell one thing
        first, *_ = network.odd("1")
        beside = together(network, first, said)
        if "entry" in beside:  # what is odd and what is not, of one account at one time
            changes = [one for entry in beside["entry"] for one in entry["changes"]]
            beside["entry"] = [{**beside["entry"][0], "changes": changes}]
        said = beside
    assert for_whom(await door.give(said)) == [(f"acme/{network.name}/main", "4")]


async def test_what_is_known_and_not_as_it_should_be_is_refused_and_not_lost(door: Door) -> None:
    statuses = [await door.refused(bad) for bad in door.network.bad("1")]

    assert statuses == [422] * len(statuses)


# What only one of them has -----------------------------------------------------------------------


@pytest.mark.parametrize("network", [NETWORKS[0]], ids=["x"])
@pytest.mark.parametrize("reference", ["referenced_posts", "referenced_tweets"])
async def test_x_is_read_in_both_of_its_vocabularies(door: Door, reference: str) -> None:
    (message,) = (await door.give(activity("1", "post.reply.create", answer("4", reference)))).messages

    assert (message.kind, message.post_id) == (sk.MessageKind.COMMENT, "9")


@pytest.mark.parametrize("network", [NETWORKS[0]], ids=["x"])
async def test_each_change_of_a_profile_on_x_is_told_also_without_a_number(door: Door) -> None:
    changes = [{"before": "a", "after": "b"}, {"before": "b", "after": "c"}]
    got = [await door.give(activity("1", "profile.update.bio", one)) for one in changes]

    assert [len(one.events) for one in got] == [1, 1]


@pytest.mark.parametrize("network", [NETWORKS[3]], ids=["threads"])
async def test_the_account_s_own_replies_on_threads_are_no_messages(door: Door) -> None:
    own = threads("1", "replies", reply("1", "4", username="shop"))

    assert (await door.give(own)).messages == ()


@pytest.mark.parametrize("network", NETWORKS[1:], ids=["facebook", "instagram", "threads"])
async def test_what_is_null_is_as_good_as_left_out(door: Door) -> None:
    words = {"message": None, "text": None, "parent_id": None, "media_type": None}
    push = door.network.said("1", "4")
    changes = push["entry"][0]["changes"] if "entry" in push else [push["values"]]
    changes[0]["value"].update(words)
    (message,) = (await door.give(push)).messages

    assert (message.id, message.text) == ("4", "")


@pytest.mark.parametrize("network", NETWORKS[1:3], ids=["facebook", "instagram"])
async def test_a_private_message_of_files_alone_is_a_message(door: Door) -> None:
    files = [{"type": "image", "payload": {"url": "https://files.example/a.jpg"}}]
    kind = "page" if door.network.name == "facebook" else "instagram"
    pushed = [
        private(message={"mid": f"m_{text}", "text": text, "attachments": files}) for text in (None, "")
    ]
    got = await door.give(graph(kind, "1", messaging=pushed))

    assert [(one.id, one.text, one.private) for one in got.messages] == [
        ("m_None", "", True),
        ("m_", "", True),
    ]
    assert {one.created_at for one in got.messages} == {datetime.fromtimestamp(TIME, UTC)}


@pytest.mark.parametrize("network", NETWORKS[1:3], ids=["facebook", "instagram"])
async def test_that_a_private_message_was_taken_back_is_told_and_is_no_message(door: Door) -> None:
    kind = "page" if door.network.name == "facebook" else "instagram"
    first = await door.give(graph(kind, "1", messaging=[private(message={"mid": "m_1", "text": "Hello"})]))
    await settle(door.hook.done(first))
    got = await door.give(graph(kind, "1", messaging=[private(message={"mid": "m_1", "is_deleted": True})]))

    assert (len(first.messages), got.messages) == (1, ())
    assert [(one.kind, one.subject_id) for one in got.events] == [
        (sk.WebhookEventKind.MESSAGE_DELETED, "m_1")
    ]


@pytest.mark.parametrize("vocabulary", ["tweet", "post"])
def test_the_simulated_x_pushes_in_the_vocabulary_that_it_speaks(vocabulary: Any) -> None:
    with sk.Sandbox(seed=7) as world:
        x = world.simulator("x")
        assert isinstance(x, XSimulator)
        x.set_vocabulary(vocabulary)
        workspace = world.workspace(acme=["x"])
        client = workspace.brand("acme").client("x")
        post = client.posts.publish("Autumn")
        hook = Webhook("x", workspace, secret=x.app()["client_secret"])
        keys: Any = x.issue_keys()
        with world.install(), sk.connect("x", **keys, vocabulary=vocabulary) as keyed:
            address = keyed.account.register_webhook("https://shop.example/x")
            keyed.account.subscribe(address, ["post.reply.create"])
        (asked,) = x.due_pushes()
        x.push_answered(200, hook.receive(method="GET", query=urlencode(asked.query), headers={}).body)
        world.receive("x", text="Is it open?", reply_to=post.id)
        (push,) = x.due_pushes()
        (message,) = hook.receive(method="POST", headers=push.headers, body=push.body).messages

        assert (b"referenced_posts" in push.body) is (vocabulary == "post")
        assert (message.text, message.post_id) == ("@main Is it open?", post.id)


@pytest.mark.parametrize("kind", [Webhook, AsyncWebhook], ids=["blocking", "async"])
async def test_a_login_that_is_over_keeps_nobody_else_from_what_came(kind: Any) -> None:
    with sk.Sandbox(seed=7) as world:
        meta = world.simulator("instagram")
        assert isinstance(meta, InstagramSimulator)
        workspace = world.workspace(acme=["instagram"], other=["instagram"])
        refs = {key: workspace.brand(key).account("instagram") for key in IDS}
        meta.subscribe_webhook(TOKEN)
        app = meta.connection("main")["app_secret"]
        hook = kind("instagram", workspace, secret=app, verify_token=TOKEN)

        async def given() -> Received:
            (push,) = meta.due_pushes()
            got: Received = await settle(hook.receive(method="POST", headers=push.headers, body=push.body))
            return got

        for brand in IDS:  # whose they are is known then
            opened: Any = workspace.brand(brand)
            known = opened.client if kind is Webhook else opened.client_async
            await settle(known("instagram").account.me())
        world.receive("instagram", text="Look at them", account=refs["other"])
        world.fail("instagram", "get_user", sk.Fault.SERVER_ERROR, times=9)
        with pytest.raises(sk.WebhookError) as passing:
            await given()
        world.forget_faults()
        meta.revoke_token(world._named("instagram", refs["other"]) or "")
        with pytest.raises(sk.WebhookError) as alone:
            await given()
        world.receive("instagram", text="Is it open?", private=True, account=refs["acme"])
        got = await given()

        assert (passing.value.status, alone.value.status) == (503, 503)
        assert [one.text for one in got.messages] == ["Is it open?"]
        assert list(got.failed) == ["other/instagram/main"]
