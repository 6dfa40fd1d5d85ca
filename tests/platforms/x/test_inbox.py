"""The inbox: two sources in one order, and what is pushed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from typing import Any, Final

import pytest

import socialkit as sk
from socialkit.errors import NotSupportedError, UnexpectedResponseError, WebhookSignatureError
from socialkit.models import MessageKind, NoticeKind, WebhookEvent
from socialkit.testing import collect, settle
from socialkit.webhooks import AsyncWebhook, Webhook
from tests.platforms.x.conftest import Place
from tests.transport.fakes import SteppedTransport, json_answer

SECRET: Final = "not-a-real-secret"


@pytest.mark.parametrize(("public", "private"), [(7, 130), (130, 7), (60, 60), (0, 3), (3, 0)])
async def test_mentions_and_private_messages_come_in_one_order_and_none_is_lost(
    place: Place, public: int, private: int
) -> None:
    kinds = [False] * public + [True] * private
    random.Random(7).shuffle(kinds)
    sent: list[str] = []
    for number, hidden in enumerate(kinds):
        place.world.clock.advance(1)
        sent.insert(0, place.x.receive(text=f"Number {number}", private=hidden))
    client = place.client()

    for limit in (None, 8):
        listing = client.inbox.iterate() if limit is None else client.inbox.iterate(limit=limit)
        assert [one.id for one in await collect(listing)] == sent[:limit]
        place.world.clock.advance(900)


async def test_an_inbox_goes_on_at_a_cursor(place: Place) -> None:
    sent = [place.x.receive(text=f"Number {number}", private=bool(number % 3)) for number in range(160)]
    client = place.client()
    first = client.inbox.iterate()
    pages = [page async for page in first.pages()] if not place.blocking else list(first.pages())
    rest = await collect(client.inbox.iterate(cursor=pages[0].next_cursor))

    assert len(pages) > 1
    assert [one.id for one in (*pages[0].items, *rest)] == sent[::-1]
    with pytest.raises(ValueError, match="not one that this listing gave"):
        await collect(client.inbox.iterate(cursor="tomorrow"))


@pytest.mark.parametrize("limit", [1, 3, 7])
async def test_an_inbox_read_in_small_pieces_gets_on_and_loses_nothing(place: Place, limit: int) -> None:
    sent: list[str] = []
    for number in range(12):
        place.world.clock.advance(1)
        sent.insert(0, place.x.receive(text=f"Number {number}", private=number % 3 == 0))
    client = place.client()
    got, cursor, ended = list[str](), None, False
    while not ended and len(got) < 2 * len(sent):
        listing = client.inbox.iterate(limit=limit, cursor=cursor)
        got += [one.id for one in await collect(listing)]
        cursor, ended = listing.cursor, listing.cursor is None
        place.world.clock.advance(900)

    assert (got, ended) == (sent, True)


async def test_private_messages_that_are_all_newer_are_read_once(place: Place) -> None:
    sent = [place.x.receive(text=f"Number {number}", private=number >= 130) for number in range(260)]

    assert [one.id for one in await collect(place.client().inbox.iterate())] == sent[::-1]


@pytest.mark.parametrize("private", [False, True])
async def test_a_page_without_anything_is_not_the_end_while_it_has_a_token(
    place: Place, private: bool
) -> None:
    me = {"data": {"id": "7", "username": "shop", "name": "Shop"}}
    empty = {"meta": {"result_count": 0, "next_token": "more"}}
    one = {"id": "1234567890123456789", "text": "Hello", "sender_id": "5", "author_id": "5"}
    full = {"data": [one], "meta": {"result_count": 1}}
    carrier = SteppedTransport(*map(json_answer, (me, empty, full)), suspends=not place.blocking)
    client = place.client(access_token="not-a-real-token", transport=carrier)
    kind = MessageKind.DIRECT_MESSAGE if private else MessageKind.MENTION
    found = await collect(client.inbox.iterate(kinds=[kind]))

    assert [one.text for one in found] == ["Hello"]
    assert ("pagination_token", "more") in carrier.sent[-1].params


async def test_what_others_repeat_is_no_message_and_hides_none(place: Place) -> None:
    client = place.client()
    asked = place.x.receive(text="Is it in stock?")
    post = await settle(client.posts.publish("Autumn is here"))
    for number in range(120):
        place.x.receive(text="", kind="share", reply_to=post.id, author=f"fan{number}")

    assert [one.id for one in await collect(client.inbox.iterate())] == [asked]


async def test_our_own_words_are_no_messages(place: Place) -> None:
    client = place.client()
    place.x.receive(text="Hello", private=True)
    (message,) = await collect(client.inbox.iterate())
    await settle(client.inbox.reply(message, "Good morning"))
    await settle(client.posts.publish("Ask @main anything"))

    assert [one.id for one in await collect(client.inbox.iterate())] == [message.id]


async def test_a_private_message_is_not_hidden(place: Place) -> None:
    client = place.client()
    place.x.receive(text="Hello", private=True)
    (message,) = await collect(client.inbox.iterate())
    with pytest.raises(NotSupportedError):
        await settle(client.inbox.hide(message))


async def test_what_is_pushed_is_what_the_inbox_has(place: Place) -> None:
    client = place.client()
    post = await settle(client.posts.publish("Autumn is here"))
    hook = await place.listen(client)
    kinds = {
        place.x.receive(text="Is it in stock?"): MessageKind.MENTION,
        place.x.receive(text="Lovely", reply_to=post.id): MessageKind.COMMENT,
        place.x.receive(text="My number is 12", private=True): MessageKind.DIRECT_MESSAGE,
        place.x.receive(text="Look at this", kind="quote"): MessageKind.QUOTE,
    }
    read = {one.id: one for one in await collect(client.inbox.iterate())}
    for identity, kind in kinds.items():
        push = place.x.due_pushes()[0]
        got = await place.give(hook)
        again = await settle(hook.receive(method=push.method, headers=push.headers, body=push.body))

        (message,) = got.messages
        assert (message.id, message.kind, again.messages) == (identity, kind, ())
        if identity in read:
            assert (message.text, message.author) == (read[identity].text, read[identity].author)

    assert place.x.due_pushes() == []


async def test_reactions_are_pushed_as_notices_with_who_reacted(place: Place) -> None:
    client = place.client()
    post = await settle(client.posts.publish("Autumn is here"))
    hook = await place.listen(client)
    for kind in ("like", "share", "follow"):
        place.x.receive(text="", kind=kind, author="ada")
    got = [(await place.give(hook)).messages[0] for _ in range(3)]

    assert [(one.notice, one.author.handle, one.post_id) for one in got] == [
        (NoticeKind.LIKE, "ada", post.id),
        (NoticeKind.SHARE, "ada", post.id),
        (NoticeKind.FOLLOW, "ada", None),
    ]
    assert {one.created_at for one in got} == {place.world.clock.now()}


async def test_an_address_gets_what_is_subscribed_to_once_it_has_proved_itself(place: Place) -> None:
    client = place.client(**place.x.issue_keys())
    address = await settle(client.account.register_webhook("https://shop.example/x"))
    await settle(client.account.subscribe(address, ["post.mention.create"]))
    place.x.receive(text="Is it in stock?")
    place.x.receive(text="In private", private=True)
    (asked,) = place.x.due_pushes()
    place.x.push_answered(200, b'{"response_token": "sha256=wrong"}')
    refused = await settle(client.account.webhooks())

    assert (asked.method, asked.path, refused[0].valid, place.x.due_pushes()) == ("GET", "/x", False, [])
    await settle(client.account.remove_webhook(address))
    hook = await place.listen(client, "post.mention.create")
    assert [one.valid for one in await settle(client.account.webhooks())] == [True]
    place.x.receive(text="Is it in stock?", author="ada")
    place.x.push_answered(503)
    got = await place.give(hook)
    assert ([one.text for one in got.messages], place.x.due_pushes()) == (["@main Is it in stock?"], [])


async def test_a_push_that_somebody_else_signed_is_refused(place: Place) -> None:
    await place.listen(place.client())
    hook: Any = (Webhook if place.blocking else AsyncWebhook)("x", place.client(), secret="another-one")
    place.x.receive(text="Hello")
    (push,) = place.x.due_pushes()
    for headers in (push.headers, {"content-type": "application/json"}):
        with pytest.raises(WebhookSignatureError):
            await settle(hook.receive(method=push.method, headers=headers, body=push.body))


async def test_x_is_told_that_the_address_is_ours(place: Place) -> None:
    hook: Any = (Webhook if place.blocking else AsyncWebhook)("x", place.client(), secret=SECRET)
    got = await settle(hook.receive(method="GET", query="crc_token=challenge", headers={}))

    digest = hmac.new(SECRET.encode(), b"challenge", hashlib.sha256).digest()
    assert json.loads(got.body) == {"response_token": f"sha256={base64.b64encode(digest).decode()}"}


async def test_the_deletion_of_an_own_post_is_an_event(place: Place) -> None:
    client = place.client()
    me = await settle(client.account.me())
    document = {
        "data": {
            "event_uuid": "7",
            "event_type": "post.delete",
            "filter": {"user_id": me.id},
            "payload": {"id": "9", "author_id": me.id},
        }
    }
    body = json.dumps(document).encode()
    code = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    hook: Any = (Webhook if place.blocking else AsyncWebhook)("x", client, secret=SECRET)
    got = await settle(
        hook.receive(method="POST", headers={"x-twitter-webhooks-signature": f"sha256={code}"}, body=body)
    )

    (event,) = got.events
    assert isinstance(event, WebhookEvent)
    assert (event.kind, event.subject_id) == (sk.WebhookEventKind.POST_DELETED, "9")


async def test_comments_under_every_part_of_a_thread_are_found(place: Place) -> None:
    client = place.client()
    first = await settle(client.posts.publish(sk.Draft(text="One", thread=[sk.Draft(text="Two")])))
    second = first.thread[0]
    place.x.receive(text="Under the first", reply_to=first.id)
    asked = place.x.receive(text="Under the second", reply_to=second.id)
    await settle(client.inbox.reply((await collect(client.inbox.comments(second)))[0], "Yes"))
    (ours,) = [one for one in place.x.posts() if one.reply_to == asked]
    place.x.receive(text="Thank you", reply_to=ours.id)

    found = await collect(client.inbox.comments(second))
    assert [(one.text, one.kind, one.post_id) for one in found] == [
        ("@main Under the second", MessageKind.COMMENT, second.id),
        ("@main Thank you", MessageKind.REPLY, second.id),
    ]
    assert len(await collect(client.inbox.comments(first))) == 3


@pytest.mark.parametrize("call", ["comments", "volume"])
async def test_a_read_that_would_never_end_ends(place: Place, call: str) -> None:
    nothing = {"result_count": 0, "total_tweet_count": 0}
    page: dict[str, Any] = {"data": [], "meta": {**nothing, "next_token": "again"}}
    me = {"data": {"id": "7", "username": "shop", "name": "Shop"}}
    answers = [json_answer(me)] * (call == "comments") + [json_answer(page)] * 2
    carrier = SteppedTransport(*answers, suspends=not place.blocking)
    client = place.client(access_token="not-a-real-token", transport=carrier)
    ask: Any = client.inbox.comments("9") if call == "comments" else None
    with pytest.raises(UnexpectedResponseError, match="never end"):
        await (collect(ask) if ask is not None else settle(client.listening.volume("tea")))


async def test_a_private_answer_is_judged_as_one_and_not_as_a_post(place: Place) -> None:
    client = place.client()
    place.x.receive(text="Which shares do you hold?", private=True)
    (message,) = await collect(client.inbox.iterate())
    for text in ("$ABC and $XYZ", "漢" * 10_000):
        await settle(client.inbox.reply(message, text))
    with pytest.raises(sk.InvalidDraftError, match="10001, at most 10000 code points"):
        await settle(client.inbox.reply(message, "漢" * 10_001))

    assert [len(one.text) for one in place.x.messages()] == [13, 10_000]
