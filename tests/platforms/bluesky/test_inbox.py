"""The inbox: notifications, private messages, and the rules of our own threads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from socialkit.errors import (
    AuthenticationError,
    InvalidDraftError,
    NoSuchCallError,
    NotSupportedError,
    OutcomeUnknownError,
    PermissionDeniedError,
    ServerError,
    SocialKitError,
    TransportError,
)
from socialkit.models import Attempt, Capability, FoundState, Message, MessageKind
from socialkit.platforms import Bluesky
from socialkit.sandbox import Fault
from tests.platforms.bluesky.conftest import Network
from tests.platforms.bluesky.test_sessions import Hosts, session, token
from tests.support import collect, settle
from tests.transport.fakes import SteppedTransport, json_answer

CHAT = "did:web:api.bsky.chat#bsky_chat"
DIRECT = [MessageKind.DIRECT_MESSAGE]


async def inbox(client: Any, **arguments: Any) -> list[Message]:
    return await collect(client.inbox.iterate(**arguments))


async def test_private_messages_stand_between_the_notifications_by_time(network: Network) -> None:
    client = network.connect()
    wanted: list[str] = []
    for number in range(6):
        network.world.clock.advance(60)
        wanted.insert(0, network.world.receive("bluesky", text=f"Hello {number}", private=bool(number % 2)))

    assert [one.id for one in await inbox(client)] == wanted
    since = network.world.clock.now() - timedelta(seconds=150)
    assert [one.id for one in await inbox(client, since=since)] == wanted[:3]
    assert [one.id for one in await inbox(client, limit=2)] == wanted[:2]


async def test_pages_of_notifications_bring_the_messages_of_their_time(network: Network) -> None:
    wanted: list[str] = []
    for number in range(120):
        network.world.clock.advance(60)
        private = number in {3, 60, 118}
        wanted.insert(0, network.world.receive("bluesky", text=f"Hello {number}", private=private))
    client = network.connect()

    assert [one.id for one in await inbox(client)] == wanted
    assert len(network.calls("app.bsky.notification.listNotifications")) == 2


async def test_calls_for_messages_name_their_service(network: Network) -> None:
    client = network.connect()
    network.world.receive("bluesky", text="Hello", private=True)
    (message,) = await inbox(client, kinds=DIRECT)
    await settle(client.inbox.reply(message, "See https://shop.example"))

    (sent,) = network.calls("chat.bsky.convo.sendMessage")
    body = cast("Any", sent.json)
    assert sent.headers["atproto-proxy"] == CHAT
    assert body["convoId"] == message.conversation_id
    assert body["message"]["facets"][0]["features"][0]["uri"] == "https://shop.example"
    assert network.calls("app.bsky.notification.listNotifications") == []


async def test_a_token_without_access_to_messages_gives_the_rest_and_is_not_renewed(network: Network) -> None:
    client = network.connect(password=network.simulator.app_password())
    network.world.receive("bluesky", text="Hello", private=True)
    mention = network.world.receive("bluesky", text="Hello")
    (message,) = await inbox(client)

    assert message.id == mention
    assert not client.can(Capability.DIRECT_MESSAGES)
    assert network.calls("chat.bsky.convo.listConvos") == []
    assert network.calls("com.atproto.server.refreshSession") == []
    with pytest.raises(NotSupportedError):
        await settle(client.inbox.reply(message, "In private", private=True))


@pytest.mark.parametrize("call", ["list_convos", "get_messages"])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [(Fault.SERVER_ERROR, ServerError), (Fault.DROP_BEFORE_COMMIT, TransportError)],
)
@pytest.mark.parametrize("kinds", [None, DIRECT])
async def test_messages_that_cannot_be_read_are_not_passed_over(
    network: Network, call: str, fault: Fault, kind: type[SocialKitError], kinds: Any
) -> None:
    client = network.connect()
    network.world.receive("bluesky", text="Hello", private=True)
    mention = network.world.receive("bluesky", text="Hello")
    network.world.fail("bluesky", call, fault, times=99)

    with pytest.raises(kind, match="private messages could not be read") as caught:
        await inbox(client, kinds=kinds)
    assert "kinds= without direct messages" in str(caught.value)
    assert caught.value.repeatable
    asked = len(network.calls("chat.bsky.convo.listConvos"))
    assert [one.id for one in await inbox(client, kinds=[MessageKind.MENTION])] == [mention]
    assert len(network.calls("chat.bsky.convo.listConvos")) == asked


async def test_messages_that_could_not_be_read_come_with_the_next_try(network: Network) -> None:
    client = network.connect()
    wanted = network.world.receive("bluesky", text="Hello", private=True)
    network.refuse("chat.bsky.convo.listConvos", 502, "UpstreamFailure")
    with pytest.raises(ServerError):
        await inbox(client)
    network.answers.clear()

    assert [one.id for one in await inbox(client)] == [wanted]


async def test_who_names_messages_that_the_token_cannot_read_is_told(network: Network) -> None:
    client = network.connect(password=network.simulator.app_password())
    network.world.receive("bluesky", text="Hello", private=True)

    for kinds in (DIRECT, [*DIRECT, MessageKind.MENTION]):
        with pytest.raises(NotSupportedError, match="lacks the scope"):
            await inbox(client, kinds=kinds)
    assert network.calls("chat.bsky.convo.listConvos") == []


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "InvalidToken", AuthenticationError),
        (403, "Forbidden", PermissionDeniedError),
        (501, "MethodNotImplemented", NoSuchCallError),
    ],
)
async def test_a_token_that_says_nothing_of_itself_is_told_by_the_refusal(
    network: Network, status: int, code: str, kind: type[SocialKitError]
) -> None:
    client = network.connect()
    mention = network.world.receive("bluesky", text="Hello")
    network.refuse("chat.bsky.convo.listConvos", status, code)

    for _ in range(2):
        assert [one.id for one in await inbox(client)] == [mention]
    closed = len(network.calls("chat.bsky.convo.listConvos"))
    with pytest.raises(kind):
        await inbox(client, kinds=DIRECT)
    assert len(network.calls("chat.bsky.convo.listConvos")) > closed


async def test_a_comment_that_names_the_account_is_a_comment(network: Network) -> None:
    client = network.connect()
    post = await settle(client.posts.publish("Ask us anything"))
    text = f"Lovely, @{network.simulator.connection()['identifier']}!"
    network.world.receive("bluesky", text=text, reply_to=post.id)
    (message,) = await inbox(client)

    assert message.raw["reason"] == "mention"
    assert (message.kind, message.post_id, message.text) == (MessageKind.COMMENT, post.id, text)


async def test_a_private_answer_may_be_longer_than_a_post(network: Network) -> None:
    client = network.connect()
    network.world.receive("bluesky", text="Hello", private=True)
    (message,) = await inbox(client, kinds=DIRECT)
    answer = await settle(client.inbox.reply(message, "a" * 1_000))

    assert len(answer.text) == 1_000
    with pytest.raises(InvalidDraftError):
        await settle(client.inbox.reply(message, "a" * 1_001))


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_COMMIT, Fault.DROP_BEFORE_COMMIT])
async def test_a_lost_private_answer_is_never_sent_again_but_looked_for(
    network: Network, fault: Fault
) -> None:
    client = network.connect()
    network.world.receive("bluesky", text="Hello", private=True)
    (message,) = await inbox(client, kinds=DIRECT)
    await settle(client.inbox.reply(message, "Thank you"))
    network.world.fail("bluesky", "send_message", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.inbox.reply(message, "Thank you"))
    assert caught.value.attempt is not None
    attempt = Attempt.model_validate_json(caught.value.attempt.model_dump_json())
    found = await settle(client.posts.find(attempt))
    if found.state is FoundState.UNDECIDED:
        network.world.clock.advance(found.ask_again - network.world.clock.now())
        found = await settle(client.posts.find(attempt))

    assert found.state is (FoundState.PUBLISHED if fault.commits else FoundState.ABSENT)
    assert len(network.calls("chat.bsky.convo.sendMessage")) == 2


@pytest.mark.parametrize(
    ("fault", "wait", "state"),
    [
        (Fault.DROP_AFTER_COMMIT, 60, FoundState.PUBLISHED),
        (Fault.DROP_BEFORE_COMMIT, 60, FoundState.ABSENT),
        (Fault.DROP_BEFORE_COMMIT, 0, FoundState.UNDECIDED),
    ],
)
async def test_an_older_message_of_the_same_words_is_not_taken_for_a_lost_answer(
    network: Network, fault: Fault, wait: float, state: FoundState
) -> None:
    client = network.connect()
    network.world.receive("bluesky", text="Hello", private=True)
    (message,) = await inbox(client, kinds=DIRECT)
    before = await settle(client.inbox.reply(message, "Thank you"))
    network.world.clock.advance(wait)
    latest = network.world.receive("bluesky", text="And now?", private=True)
    network.world.clock.advance(wait)
    network.world.fail("bluesky", "send_message", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.inbox.reply(message, "Thank you"))
    (convo,) = network.simulator._state.convos.values()
    convo.messages[:] = [one for one in convo.messages if one.id not in latest]
    network.world.clock.advance(3_600)
    found = await settle(client.posts.find(caught.value.attempt))

    assert found.state is state
    assert found.post is None or found.post.id != before.id
    assert len(convo.messages) == 2 + fault.commits


# Notifications --------------------------------------------------------------------------------


def notification(reason: str, **more: object) -> dict[str, object]:
    author = {"did": "did:plc:customer", "handle": "customer.example"}
    return {
        "uri": f"at://did:plc:customer/app.bsky.x/{reason}",
        "cid": "c",
        "author": author,
        "reason": reason,
        "record": {"$type": "app.bsky.feed.post", "text": "Words", "createdAt": "2026-03-01T11:00:00Z"},
        "isRead": False,
        "indexedAt": "2026-03-01T11:00:00.000Z",
        **more,
    }


def told(*notifications: dict[str, object]) -> list[Message]:
    scoped = session() | {"accessJwt": token(exp=4_000_000_000, scope="com.atproto.appPass")}

    def answer(request: Any) -> Any:
        known = hosts(request)
        return json_answer({"notifications": [*notifications]}) if "list" in request.url else known

    hosts = Hosts(scoped)
    client = Bluesky(identifier="a", password="not-a-real-password", transport=SteppedTransport(answer))
    return list(client.inbox.iterate(notices=True))


def test_reasons_that_nobody_knows_are_notices_of_that_name() -> None:
    reasons = ["starterpack-joined", "verified", "unverified", "like-via-repost", "a-new-reason"]
    messages = told(*(notification(reason, record=None) for reason in reasons))

    assert [(one.kind, one.notice and one.notice.value) for one in messages] == [
        (MessageKind.NOTICE, reason) for reason in reasons
    ]


def test_an_answer_is_a_comment_under_our_post_and_a_reply_elsewhere() -> None:
    def below(uri: str) -> dict[str, object]:
        ours = {"uri": "at://did:plc:shop/app.bsky.feed.post/root", "cid": "c"}
        return {
            "text": "Words",
            "createdAt": "x",
            "reply": {"root": ours, "parent": {"uri": uri, "cid": "c"}},
        }

    ours, theirs = (f"at://did:plc:{name}/app.bsky.feed.post/a" for name in ("shop", "other"))
    comment, reply, quote = told(
        notification("reply", record=below(ours)),
        notification("reply", record=below(theirs)),
        notification("quote", reasonSubject=ours),
    )

    assert (comment.kind, comment.post_id, comment.reply_to) == (MessageKind.COMMENT, ours, ours)
    assert (reply.kind, reply.reply_to) == (MessageKind.REPLY, theirs)
    assert reply.post_id == "at://did:plc:shop/app.bsky.feed.post/root"
    assert (quote.kind, quote.post_id) == (MessageKind.QUOTE, ours)


# Threads --------------------------------------------------------------------------------------


async def test_answers_are_hidden_by_the_rules_of_our_own_thread(network: Network) -> None:
    client = network.connect()
    post = await settle(client.posts.publish("Ours"))
    one = network.world.receive("bluesky", text="Bad", reply_to=post.id)
    network.world.clock.advance(60)
    two = network.world.receive("bluesky", text="Worse", reply_to=post.id)
    first, second = await collect(client.inbox.comments(post))
    await settle(client.inbox.hide(first))
    await settle(client.inbox.hide(second))
    await settle(client.inbox.hide(second))
    await settle(client.inbox.unhide(first))

    gates = [cast("Any", call.json) for call in network.calls("com.atproto.repo.putRecord")[1:]]
    assert [gate["record"]["hiddenReplies"] for gate in gates] == [[one], [one, two], [two]]
    assert [gate["swapRecord"] is None for gate in gates] == [True, False, False]
    assert {gate["rkey"] for gate in gates} == {post.id.rpartition("/")[2]}
    assert {gate["record"]["post"] for gate in gates} == {post.id}


async def test_nobody_hides_answers_in_somebody_elses_thread(network: Network) -> None:
    client = network.connect()
    network.world.receive("bluesky", text="Hello")
    (message,) = await inbox(client)

    with pytest.raises(NotSupportedError) as caught:
        await settle(client.inbox.hide(message))
    assert caught.value.instead == "mute or block the author"
    assert network.records() == []


async def test_rules_that_somebody_changes_at_the_same_time_are_not_overwritten(network: Network) -> None:
    client, elsewhere = network.connect(), network.connect()
    post = await settle(client.posts.publish("Ours"))
    for text in ("Bad", "Worse"):
        network.world.receive("bluesky", text=text, reply_to=post.id)
    first, second = await collect(client.inbox.comments(post))
    network.world.fail("bluesky", "hide", Fault.DROP_AFTER_COMMIT)
    await settle(client.inbox.hide(first))
    await settle(elsewhere.inbox.hide(second))

    (truth,) = network.world.posts("bluesky")
    assert truth.raw["threadgate"]["record"]["hiddenReplies"] == [first.id, second.id]


async def test_a_like_of_another_app_is_not_doubled(network: Network) -> None:
    client = network.connect()
    network.world.receive("bluesky", text="Hello")
    (message,) = await inbox(client)
    for _ in range(2):
        await settle(client.inbox.like(message))

    assert len(network.calls("com.atproto.repo.putRecord")) == 1


async def test_a_thread_as_deep_as_is_asked_for_is_read(network: Network) -> None:
    client = network.connect()
    post = await settle(client.posts.publish("Ours"))
    above = post.id
    for number in range(55):
        above = network.world.receive("bluesky", text=f"Answer {number}", reply_to=above)
    comments = await collect(client.inbox.comments(post))

    assert len(comments) == 50
    assert [one.kind for one in comments[:2]] == [MessageKind.COMMENT, MessageKind.REPLY]
