"""What Threads pushes, in a shape that only it has."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

import socialkit as sk
from socialkit.auth import Pushed
from socialkit.models import AccountRef, MessageKind, WebhookEventKind
from socialkit.platforms.threads import PUSHES
from socialkit.sandbox import Sandbox, SimRequest
from socialkit.sandbox.threads import ThreadsSimulator

SECRET = "sandbox-threads-secret"


def test_the_simulator_pushes_what_the_inbox_has_until_it_is_taken(
    world: Sandbox, network: ThreadsSimulator
) -> None:
    workspace = world.workspace(acme=["threads"])
    shop = workspace.brand("acme").client("threads")
    post = shop.posts.publish("Autumn")
    hook = sk.webhooks.Webhook("threads", workspace, secret=["another", SECRET], verify_token="chosen")

    def receive(request: SimRequest) -> Any:
        query = urlencode(request.query)
        return hook.receive(method=request.method, query=query, headers=request.headers, body=request.body)

    assert receive(network.subscribe_webhook("chosen")).body == b"1158201445"
    world.receive("threads", text="How much? Grüße", reply_to=post.id)
    world.receive("threads", text="The best shop")
    first, _ = network.due_pushes()
    network.push_answered(503)
    taken: list[sk.Message] = []
    while network.due_pushes():
        request = network.due_pushes()[0]
        got = receive(request)
        taken += got.messages
        hook.done(got)
        network.push_answered(got.status)
    assert receive(first).messages == ()

    def shown(one: sk.Message) -> tuple[object, ...]:
        return one.id, one.kind, one.text, one.author.handle, one.post_id, one.reply_to, one.created_at

    assert sorted(map(shown, taken), key=str) == sorted(map(shown, shop.inbox.iterate()), key=str)
    broken = network._state.pushes._signed(b"{}")
    with pytest.raises(sk.WebhookSignatureError):
        hook.receive(method="POST", query="", headers=broken.headers, body=first.body)


def test_what_the_account_publishes_and_deletes_is_pushed_as_events(
    world: Sandbox, network: ThreadsSimulator
) -> None:
    workspace = world.workspace(acme=["threads"])
    shop = workspace.brand("acme").client("threads")
    hook = sk.webhooks.Webhook("threads", workspace, secret=SECRET, verify_token="chosen")
    network.subscribe_webhook("chosen")
    post = shop.posts.publish("Autumn")
    shop.posts.delete(post)
    events: list[sk.WebhookEvent] = []
    for one in network.due_pushes():
        got = hook.receive(method=one.method, query="", headers=one.headers, body=one.body)
        events += got.events

    assert [(one.kind, one.subject_id, one.at) for one in events] == [
        (WebhookEventKind.POST_PUBLISHED, post.id, post.published_at),
        (WebhookEventKind.POST_DELETED, post.id, world.clock.now().replace(microsecond=0)),
    ]


def push(field: str, **value: Any) -> Pushed:
    told = {"topic": "x", "target_id": 1, "time": 1742667607, "values": {"field": field, "value": value}}
    return Pushed.read("POST", "", {}, json.dumps(told).encode())


@pytest.mark.parametrize(
    ("field", "value", "kind", "accounts"),
    [
        (
            "replies",
            {"replied_to": {"id": "9"}, "root_post": {"id": "9", "owner_id": "2", "username": "shop"}},
            MessageKind.COMMENT,
            ("2",),
        ),
        (
            "replies",
            {"replied_to": {"id": "10"}, "root_post": {"id": "9", "owner_id": "2"}},
            MessageKind.REPLY,
            ("2",),
        ),
        ("mentions", {}, MessageKind.MENTION, ("1",)),
        (
            "delete",
            {"owner": {"owner_id": "2"}, "deleted_at": "2026-03-01T10:00:00+0000"},
            WebhookEventKind.POST_DELETED,
            ("2",),
        ),
        (
            "publish",
            {"username": "shop", "timestamp": "2026-03-01T10:00:00+0000"},
            WebhookEventKind.POST_PUBLISHED,
            ("1",),
        ),
    ],
)
def test_pushes_become_messages_and_events_for_their_accounts(
    field: str, value: dict[str, Any], kind: object, accounts: tuple[str, ...]
) -> None:
    account = AccountRef(platform="threads", id="2", handle="shop")
    words = {"username": "ada", "text": "Hi", "media_type": "TEXT_POST"}
    for told in (words, dict.fromkeys(words)):
        (thing,) = PUSHES.read(push(field, **{"id": "7", **told, **value}))
        made: Any = thing.make(account)

        assert (made.kind, thing.accounts) == (kind, accounts)
        assert made.raw["id"] == "7"


def test_a_reply_goes_to_the_brand_whose_post_it_answers_and_to_no_other(
    world: Sandbox, network: ThreadsSimulator
) -> None:
    workspace = world.workspace(acme=["threads"], other=["threads"])
    acme, other = (workspace.brand(name).client("threads") for name in ("acme", "other"))
    post = acme.posts.publish("Autumn")
    network.subscribe_webhook("chosen")
    world.receive(
        "threads", text="How much?", reply_to=post.id, account=workspace.brand("acme").account("threads")
    )
    (request,) = network.due_pushes()
    strange = {**json.loads(request.body), "target_id": other.account.me().id}
    signed = network._state.pushes._signed(json.dumps(strange).encode())
    hook = sk.webhooks.Webhook("threads", workspace, secret=SECRET, verify_token="chosen")
    got = hook.receive(method="POST", query="", headers=signed.headers, body=signed.body)

    assert [one.account and one.account.brand for one in got.messages] == ["acme"]


def test_a_push_of_a_kind_that_is_not_known_and_the_accounts_own_words_tell_nothing() -> None:
    own = {"id": "7", "username": "shop", "text": "Mine", "root_post": {"id": "9"}}
    (thing,) = PUSHES.read(push("replies", **own))

    document = {"values": {"field": "rename", "value": "shop"}}
    bare = Pushed.read("POST", "", {}, json.dumps(document).encode())

    assert list(PUSHES.read(push("rename", id="7"))) == []
    assert list(PUSHES.read(bare)) == []
    assert thing.make(AccountRef(platform="threads", id="2", handle="shop")) is None
