"""What a Mastodon server's administrators have it push: statuses as the simulator renders them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

import socialkit as sk
from socialkit.models import MessageKind, WebhookEventKind
from socialkit.testing import settle
from socialkit.webhooks import AsyncWebhook, Received, Webhook
from tests.webhooks.support import SECRET

NOBODY: Final[dict[str, Any]] = {"mentions": []}


class Server:
    """A world with a brand on one Mastodon server, and what its administrators' webhook would send."""

    def __init__(self, world: sk.Sandbox, kind: type[Webhook] | type[AsyncWebhook]) -> None:
        self.world = world
        self.workspace = world.workspace(acme=["mastodon"], other=["mastodon"])
        self.acme = self.workspace.brand("acme").client("mastodon")
        self.id = self.acme.account.me().id
        self.kind: Any = kind
        self.hook: Any = self.kind(
            "mastodon", self.workspace, base_url=world.address("mastodon"), secret=SECRET
        )

    def status(self, text: str, client: Any = None, **given: Any) -> dict[str, Any]:
        """Return a status that somebody wrote to acme, or to another client, as the server renders it."""
        self.world.receive("mastodon", text=text, **given)
        (newest,) = (client or self.acme).inbox.iterate(limit=1)
        status: dict[str, Any] = json.loads(json.dumps(dict(newest.raw)))
        return status

    async def push(self, event: str, thing: object, *, secret: str = SECRET) -> Received:
        document = {"event": event, "created_at": "2026-03-01T12:00:00.000Z", "object": thing}
        body = json.dumps(document).encode()
        code = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature": f"sha256={code}"}
        got: Received = await settle(self.hook.receive(method="POST", headers=headers, body=body))
        await settle(self.hook.done(got))
        return got


@pytest.fixture(params=[Webhook, AsyncWebhook])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with sk.Sandbox(seed=7) as world:
        yield Server(world, request.param)


async def test_a_mention_is_the_message_that_the_inbox_has(server: Server) -> None:
    status = server.status("Is it in stock?")
    got = await server.push("status.created", status)
    (read,) = server.acme.inbox.iterate()

    (pushed,) = got.messages
    assert pushed.model_copy(update={"raw": read.raw}) == read
    assert pushed.account is not None
    assert pushed.account.key == "acme/mastodon/main"
    assert pushed.raw["id"] == status["id"]


async def test_a_comment_and_a_private_word_are_told_apart(server: Server) -> None:
    post = server.acme.posts.publish("Autumn")
    comment = await server.push("status.created", server.status("Lovely", reply_to=post.id))
    private = await server.push("status.created", server.status("My order?", private=True))

    assert [(one.kind, one.post_id) for one in comment.messages] == [(MessageKind.COMMENT, post.id)]
    assert [(one.kind, one.private) for one in private.messages] == [(MessageKind.DIRECT_MESSAGE, True)]


async def test_what_names_none_of_our_accounts_is_passed_over(server: Server) -> None:
    status = server.status("Hello") | NOBODY
    got = await server.push("status.created", status)

    assert (got.status, got.messages, got.events, got.strangers) == (200, (), (), ())


async def test_a_private_word_that_does_not_name_us_is_not_ours(server: Server) -> None:
    post = server.acme.posts.publish("Autumn")
    answer = server.status("Between us", reply_to=post.id) | NOBODY

    for visibility in ("direct", "private", None):
        got = await server.push("status.created", answer | {"visibility": visibility})
        assert got.messages == ()
    assert len((await server.push("status.created", answer)).messages) == 1


async def test_our_own_words_are_no_message(server: Server) -> None:
    status = server.status("Hello")
    own = status | {"account": status["account"] | {"id": server.id}}

    assert (await server.push("status.created", own)).messages == ()


async def test_a_status_for_two_brands_reaches_both(server: Server) -> None:
    other = server.workspace.brand("other").client("mastodon").account.me()
    status = server.status("Who of you?")
    both = status | {"mentions": [*status["mentions"], {"id": other.id, "username": "other"}]}
    got = await server.push("status.created", both)

    assert [one.account and one.account.key for one in got.messages] == [
        "acme/mastodon/main",
        "other/mastodon/main",
    ]


async def test_each_change_of_a_message_is_an_event(server: Server) -> None:
    status = server.status("Is it in stock?")
    await server.push("status.created", status)
    seen = [
        (await server.push("status.updated", status | {"edited_at": f"2026-03-01T12:0{minute}:00Z"})).events
        for minute in (1, 1, 2)
    ]

    assert [[one.kind for one in events] for events in seen] == [
        [WebhookEventKind.MESSAGE_EDITED],
        [],
        [WebhookEventKind.MESSAGE_EDITED],
    ]
    assert seen[0][0].subject_id == status["id"]


async def test_what_may_be_an_accounts_that_cannot_be_asked_now_is_sent_again(server: Server) -> None:
    other = server.workspace.brand("other")
    status = server.status("Is it in stock?", other.client("mastodon"), account=other.account("mastodon"))
    fresh = server.world.workspace(acme=["mastodon"], other=["mastodon"])  # nobody was asked yet
    address = server.world.address("mastodon")
    server.hook = server.kind("mastodon", fresh, base_url=address, secret=SECRET)
    server.world.fail("mastodon", "verify_credentials", sk.Fault.SERVER_ERROR, times=20)
    with pytest.raises(sk.WebhookError) as caught:
        await server.push("status.created", status)
    server.world.forget_faults()
    got = await server.push("status.created", status)

    assert (caught.value.status, type(caught.value.__cause__)) == (503, sk.ServerError)
    assert [one.account and one.account.key for one in got.messages] == ["other/mastodon/main"]


async def test_an_account_whose_id_was_given_is_not_asked_for_it(server: Server) -> None:
    given = sk.Account(
        "mastodon", base_url=server.world.address("mastodon"), access_token="over", id=server.id
    )
    workspace = sk.Workspace(sk.Brand("acme", given), clock=server.world.clock.now)
    server.hook = server.kind("mastodon", workspace, base_url=server.world.address("mastodon"), secret=SECRET)
    got = await server.push("status.created", server.status("Is it in stock?"))

    assert [one.text for one in got.messages] == ["@main Is it in stock?"]
    assert got.failed == {}


async def test_what_happens_to_our_account_is_an_event(server: Server) -> None:
    changed = await server.push("account.updated", {"id": server.id, "suspended": True})
    reported = await server.push("report.created", {"id": "5", "target_account": {"id": server.id}})
    others = await server.push("account.updated", {"id": "999", "email": "somebody@example.org"})

    assert [one.kind for one in changed.events] == [WebhookEventKind.ACCOUNT_CHANGED]
    assert changed.events[0].raw["suspended"] is True
    assert [one.kind for one in reported.events] == [WebhookEventKind.ACCOUNT_REPORTED]
    assert (others.status, others.events) == (200, ())


async def test_an_event_of_a_later_version_is_passed_over(server: Server) -> None:
    got = await server.push("garden.watered", {"id": server.id})

    assert (got.status, got.messages, got.events) == (200, (), ())


async def test_another_servers_secret_signs_nothing(server: Server) -> None:
    with pytest.raises(sk.WebhookSignatureError):
        await server.push("account.updated", {"id": server.id}, secret="another server's")


async def test_ids_of_another_server_say_nothing(server: Server) -> None:
    server.hook = server.kind(
        "mastodon", server.workspace, base_url="https://another.example", secret="another server's"
    )
    got = await server.push("status.created", server.status("Hello"), secret="another server's")

    assert (got.messages, got.events) == ((), ())


def test_a_webhook_is_of_one_server() -> None:
    with sk.Sandbox() as world:
        workspace = world.workspace(acme=["mastodon"])
        with pytest.raises(sk.ConfigurationError, match="base_url= is missing"):
            Webhook("mastodon", workspace, secret=SECRET)
        Webhook("mastodon", workspace, secret=SECRET, account="acme/mastodon/main")
        Webhook(
            "mastodon",
            workspace.brand("acme").client("mastodon"),
            secret=SECRET,
            base_url="https://a.example",
        )
