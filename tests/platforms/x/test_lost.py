"""What became of writes, where X has no key that would tell."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from socialkit.errors import (
    ConflictError,
    MediaProcessingError,
    OutcomeUnknownError,
    UnexpectedResponseError,
)
from socialkit.models import Attempt, Author, Draft, Found, FoundState, Message, MessageKind
from socialkit.platforms import AsyncX, X
from socialkit.sandbox import Fault
from socialkit.testing import collect, picture, settle
from socialkit.transport import Request, Response
from tests.platforms.x.conftest import Place
from tests.transport.fakes import SteppedTransport, json_answer


async def lost(
    place: Place, client: Any, draft: Draft | str, fault: Fault = Fault.DROP_AFTER_COMMIT
) -> Attempt:
    place.world.fail("x", "publish", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.publish(draft))
    assert caught.value.attempt is not None
    return Attempt.model_validate_json(caught.value.attempt.model_dump_json())


class Twice:
    """A line on which something repeats each new post, and gives the second answer."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def send(self, request: Request, /) -> Response:
        if request.method == "POST" and request.url.endswith("/2/tweets"):
            await self._inner.send(request)
        answer: Response = await self._inner.send(request)
        return answer


async def test_a_duplicate_that_is_this_very_post_is_it(place: Place) -> None:
    client = place.client(transport=Twice(place.transport()))
    post = await settle(client.posts.publish("Autumn is here"))

    (truth,) = place.x.posts()
    assert (post.id, post.text) == (truth.id, "Autumn is here")


async def test_a_duplicate_of_an_older_post_is_refused_and_nothing_is_written(place: Place) -> None:
    client = place.client()
    await settle(client.posts.publish("Autumn is here"))
    with pytest.raises(ConflictError, match="duplicate content") as caught:
        await settle(client.posts.publish("Autumn is here"))

    assert (caught.value.written, caught.value.code) == (False, "duplicate")
    assert len(place.x.posts()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "See https://shop.example/a?b=c&d=e and shop.com/x",
        "Fish & chips <b>now</b> &amp; later",
        "Cafe\u0301 au lait",
        "https://shop.example/",
    ],
)
async def test_a_lost_post_is_found_whatever_x_did_to_its_text(place: Place, text: str) -> None:
    client = place.client()
    found: Found = await settle(client.posts.find(await lost(place, client, text)))

    assert found.state is FoundState.PUBLISHED
    assert found.post is not None
    assert client.posts.differences(found.post, text) == ()


async def test_of_two_equal_posts_each_attempt_finds_its_own(place: Place) -> None:
    client = place.client()
    drafts = [Draft(text="Look", media=[picture(alt_text=name)]) for name in ("One", "Two")]
    attempts = [await lost(place, client, draft) for draft in drafts]
    found = [(await settle(client.posts.find(one))).post for one in attempts]

    assert [one.media[0].alt_text for one in found] == ["One", "Two"]


async def test_a_post_that_is_anothers_is_not_taken(place: Place) -> None:
    client = place.client()
    attempt = await lost(place, client, "Autumn is here")
    (truth,) = place.x.posts()
    taken = attempt.model_copy(update={"taken": (truth.id,)})

    assert (await settle(client.posts.find(taken))).state is not FoundState.PUBLISHED


async def test_an_answer_that_is_lost_is_found_with_the_name_that_x_put_before_it(place: Place) -> None:
    client = place.client()
    place.x.receive(text="Where is my order?")
    (message,) = await collect(client.inbox.iterate())
    place.world.fail("x", "reply", Fault.DROP_AFTER_COMMIT)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.inbox.reply(message, "It is on its way"))
    found = await settle(client.posts.find(caught.value.attempt))

    (answer,) = place.x.posts()
    assert answer.text == "@customer It is on its way"
    assert (found.state, found.post.id) == (FoundState.PUBLISHED, answer.id)


async def test_a_post_to_somebody_else_is_never_taken_for_the_lost_one(place: Place) -> None:
    client = place.client()
    attempt = await lost(place, client, "@ada Thank you for coming!", Fault.DROP_BEFORE_COMMIT)
    other = await settle(client.posts.publish("@bob Thank you for coming!"))
    place.world.clock.advance(600)

    assert (await settle(client.posts.find(attempt))).state is FoundState.ABSENT
    assert client.posts.differences(other, "@ada Thank you for coming!") != ()
    assert client.posts.differences(other, "Thank you for coming!") != ()
    assert client.posts.differences(other, "@bob Thank you for coming!") == ()


@pytest.mark.parametrize(
    ("asked", "wanted", "shown", "state"),
    [
        ("Who calls?", "@ada will call you", "@bob will call you", FoundState.ABSENT),
        ("Who calls?", "will call you", "@bob will call you", FoundState.UNDECIDED),
        ("Does @bob call?", "will call you", "@bob will call you", FoundState.PUBLISHED),
        ("Who calls?", "@ada will call you", "@ada will call you", FoundState.PUBLISHED),
    ],
)
async def test_names_before_an_answer_count_where_what_it_answers_explains_none(
    place: Place, asked: str, wanted: str, shown: str, state: FoundState
) -> None:
    client = place.client()
    place.x.receive(text=asked)
    (message,) = await collect(client.inbox.iterate())
    place.world.fail("x", "reply", Fault.DROP_BEFORE_COMMIT)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.inbox.reply(message, wanted))
    await settle(client.inbox.reply(message, shown))
    place.world.clock.advance(600)

    assert (await settle(client.posts.find(caught.value.attempt))).state is state


async def test_a_private_answer_from_before_is_not_taken_for_the_lost_one(place: Place) -> None:
    client = place.client()
    place.x.receive(text="Hello", private=True)
    (message,) = await collect(client.inbox.iterate())
    await settle(client.inbox.reply(message, "Thank you"))
    for fault, state in (
        (Fault.DROP_BEFORE_COMMIT, FoundState.ABSENT),
        (Fault.DROP_AFTER_COMMIT, FoundState.PUBLISHED),
    ):
        place.world.fail("x", "reply", fault)
        with pytest.raises(OutcomeUnknownError) as caught:
            await settle(client.inbox.reply(message, "Thank you"))
        place.world.clock.advance(600)

        assert (await settle(client.posts.find(caught.value.attempt))).state is state


async def test_what_was_there_before_decides_and_without_it_nobody_does(place: Place) -> None:
    client = place.client()
    attempt = await lost(place, client, "Autumn is here")
    bare = attempt.model_copy(update={"results": {}})

    assert (await settle(client.posts.find(bare))).state is FoundState.UNDECIDED


@pytest.mark.parametrize("text", ["It is here: https://shop.example/order?a=1&b=2", "Fish & chips < 3"])
async def test_a_private_answer_with_links_is_found_though_x_made_them_its_own(
    place: Place, text: str
) -> None:
    client = place.client()
    place.x.receive(text="Where is my order?", private=True)
    (message,) = await collect(client.inbox.iterate())
    place.world.fail("x", "reply", Fault.DROP_AFTER_COMMIT)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.inbox.reply(message, text))
    found = await settle(client.posts.find(caught.value.attempt))

    assert (found.state, found.post.text) == (FoundState.PUBLISHED, text)
    assert [one.text for one in place.x.messages()] == [text]


ME = {"data": {"id": "7", "username": "shop", "name": "Shop"}}


async def looked_up(attempt: Attempt, page: Any, *, blocking: bool) -> Found:
    """Look for an attempt where the account's posts, or a conversation, read like this."""
    carrier = SteppedTransport(json_answer(ME), json_answer(page), suspends=not blocking)
    client: Any = (X if blocking else AsyncX)(access_token="not-a-real-token", transport=carrier)
    found: Found = await settle(client.posts.find(attempt))
    return found


def an_old(attempt: Attempt) -> Attempt:
    """Return an attempt of long ago, by an account that nobody named."""
    return attempt.model_copy(
        update={"account": attempt.account.model_copy(update={"id": None, "host": None})}
    )


@pytest.mark.parametrize("page", [{}, {"meta": {}}, {"data": []}, {"meta": {"result_count": 3}}])
async def test_a_page_that_says_nothing_never_tells_that_a_post_is_absent(place: Place, page: Any) -> None:
    attempt = an_old(await lost(place, place.client(), "Autumn is here", Fault.DROP_BEFORE_COMMIT))

    with pytest.raises(UnexpectedResponseError):
        await looked_up(attempt, page, blocking=place.blocking)


async def test_a_page_that_counts_more_than_it_shows_decides_nothing(place: Place) -> None:
    attempt = an_old(await lost(place, place.client(), "Autumn is here", Fault.DROP_BEFORE_COMMIT))
    other = {
        "id": "1999999999999999999",
        "text": "Another",
        "edit_history_tweet_ids": ["1999999999999999999"],
    }
    found = await looked_up(attempt, {"data": [other], "meta": {"result_count": 2}}, blocking=place.blocking)

    assert (found.state, found.because) == (
        FoundState.UNDECIDED,
        "X counts more posts since than it shows",
    )


def unshown(**more: Any) -> dict[str, Any]:
    problem = {"type": "https://api.x.com/2/problems/resource-unavailable", "title": "", "detail": ""}
    return {"errors": [problem | more]}


@pytest.mark.parametrize(
    ("told", "decided"),
    [
        (unshown(resource_type="tweet", resource_id="2999999999999999998", section="data"), False),
        (unshown(resource_type="tweet"), False),
        (unshown(), False),
        ({"errors": ["gone"]}, False),
        ({"errors": {"title": "gone"}}, False),
        ({"errors": []}, True),
        (unshown(resource_type="tweet", resource_id="1000000000000000000"), True),
        (unshown(resource_type="tweet", resource_id="2999999999999999999"), True),
        (unshown(resource_type="user", resource_id="2999999999999999998"), True),
        (
            unshown(
                resource_type="tweet", resource_id="2999999999999999998", parameter="referenced_tweets.id"
            ),
            True,
        ),
        (unshown(resource_id="2999999999999999998", field="non_public_metrics"), True),
    ],
)
@pytest.mark.parametrize("private", [False, True])
async def test_what_x_says_it_could_not_show_may_be_the_lost_one(
    place: Place, told: dict[str, Any], decided: bool, private: bool
) -> None:
    client = place.client()
    await settle(client.posts.publish("Before"))
    if private:
        place.x.receive(text="Hello", private=True)
        (message,) = await collect(client.inbox.iterate())
        place.world.fail("x", "reply", Fault.DROP_BEFORE_COMMIT)
        with pytest.raises(OutcomeUnknownError) as caught:
            await settle(client.inbox.reply(message, "Autumn is here"))
        attempt = an_old(Attempt.model_validate(caught.value.attempt))
    else:
        attempt = an_old(await lost(place, client, "Autumn is here", Fault.DROP_BEFORE_COMMIT))
    other = {"id": "2999999999999999999", "text": "Another", "sender_id": "7"}
    page = {"data": [other], "meta": {"result_count": 1}} | told
    found = await looked_up(attempt, page, blocking=place.blocking)

    assert found.state is FoundState.UNDECIDED
    assert ("could not show" in (found.because or "")) is not decided


async def test_what_was_there_before_is_not_guessed_from_an_answer_that_tells_nothing() -> None:
    carrier = SteppedTransport(json_answer(ME), json_answer({}))
    with pytest.raises(UnexpectedResponseError):
        X(access_token="not-a-real-token", transport=carrier).posts.publish("Hello")

    assert [one.method for one in carrier.sent] == ["GET", "GET"]


@pytest.mark.parametrize("call", ["delete", "remove_webhook", "unsubscribe"])
async def test_a_deletion_that_is_answered_without_a_body_is_done(place: Place, call: str) -> None:
    answers = [Response(204, {}, b"")]
    carrier = SteppedTransport(*answers, suspends=not place.blocking)
    client = place.client(access_token="not-a-real-token", transport=carrier)
    delete = client.posts.delete if call == "delete" else getattr(client.account, call)
    await settle(delete("9"))

    assert carrier.sent[-1].method == "DELETE"


@pytest.mark.parametrize("identity", ["", "abc/../", "7" * 20, "7\n"])
@pytest.mark.parametrize("what", ["post", "message", "file"])
async def test_what_is_made_without_a_whole_id_is_not_known_to_be_made(
    place: Place, what: str, identity: str
) -> None:
    made = {"id": identity, "dm_event_id": identity, "dm_conversation_id": "5-7", "text": "Hello"}
    nothing = json_answer({"meta": {"result_count": 0}})
    answers = [json_answer(ME), nothing] if what != "file" else []
    carrier = SteppedTransport(*answers, json_answer({"data": made}, 201), suspends=not place.blocking)
    client = place.client(access_token="not-a-real-token", transport=carrier)
    message = Message(
        id="9",
        kind=MessageKind.DIRECT_MESSAGE,
        author=Author(id="5", handle="ada"),
        private=True,
        created_at=place.world.clock.now(),
    )
    calls: dict[str, Any] = {
        "post": partial(client.posts.publish, "Hello"),
        "message": partial(client.inbox.reply, message, "Hello"),
        "file": partial(client.media.upload, picture()),
    }
    # A file alone is nothing that anybody sees: it may go up again.
    with pytest.raises(MediaProcessingError if what == "file" else OutcomeUnknownError):
        await settle(calls[what]())

    assert carrier.sent[-1].method == "POST"


STATUS = "https://x.com/ada/status/1700000000000000000"


@pytest.mark.parametrize("tail", ["", "?s=20", "/photo/1"])
@pytest.mark.parametrize("middle", [False, True])
async def test_a_lost_post_with_a_link_to_a_post_is_found_though_x_quotes_it(
    place: Place, tail: str, middle: bool
) -> None:
    text = f"Look {STATUS}{tail} now" if middle else f"Look {STATUS}{tail}"
    attempt = an_old(await lost(place, place.client(), text, Fault.DROP_BEFORE_COMMIT))
    wire = {
        "id": "1999999999999999999",
        "text": text.replace(f"{STATUS}{tail}", "https://t.co/abc"),
        "entities": {"urls": [{"url": "https://t.co/abc", "expanded_url": f"{STATUS}{tail}"}]},
        "referenced_tweets": [{"type": "quoted", "id": "1700000000000000000"}],
    }
    page = {"data": [wire], "meta": {"result_count": 1}}
    found = await looked_up(attempt, page, blocking=place.blocking)

    assert found.state is FoundState.PUBLISHED
    assert found.post is not None
    assert place.client().posts.differences(found.post, text) == ()
    another = text.replace("1700000000000000000", "1700000000000000001")
    assert place.client().posts.differences(found.post, another) != ()


NEWER: Any = {"id": "1999999999999999999", "edit_history_tweet_ids": ["1999999999999999999"]}
LONG = "word " * 100
NOT_THERE = "not among"
"""What is only said where nothing that was read may be it."""


@pytest.mark.parametrize(
    ("draft", "told", "state", "because"),
    [
        ("Look", {"text": "Look"}, FoundState.UNDECIDED, "files"),
        ("Look", {"text": "Look https://t.co/z"}, FoundState.UNDECIDED, "links"),
        ("Look", {"text": "Another"}, FoundState.UNDECIDED, NOT_THERE),
        ("Look", {"text": "Look", "attachments": {"media_keys": ["3_5"]}}, FoundState.UNDECIDED, NOT_THERE),
        ("Look", {"text": "Look", "attachments": {"poll_ids": ["5"]}}, FoundState.UNDECIDED, NOT_THERE),
        (LONG, {"text": "word " * 55 + "wo…"}, FoundState.UNDECIDED, "start of its text"),
        (LONG, {"text": "other " * 45 + "…"}, FoundState.UNDECIDED, NOT_THERE),
        (LONG, {"text": "word…", "note_tweet": {"text": "word " * 99}}, FoundState.UNDECIDED, NOT_THERE),
        (LONG, {"text": "word…", "note_tweet": {"text": LONG}}, FoundState.PUBLISHED, ""),
    ],
)
async def test_what_x_does_not_tell_is_never_taken_for_what_is_not_there(
    place: Place, draft: str, told: Any, state: FoundState, because: str
) -> None:
    media = [] if draft is LONG else [picture()]
    client = place.client(premium=True)
    attempt = await lost(place, client, Draft(text=draft, media=media), Fault.DROP_BEFORE_COMMIT)
    page = {"data": [NEWER | told], "meta": {"result_count": 1}}
    found = await looked_up(an_old(attempt), page, blocking=place.blocking)

    assert found.state is state
    assert because in (found.because or "")


@pytest.mark.parametrize(
    ("written", "expanded"),
    [
        ("https://shop.example/caf\u00e9", "https://shop.example/caf%C3%A9"),
        ("https://Shop.EXAMPLE/Tea", "https://shop.example/Tea"),
        ("Shop.example", "http://shop.example"),
    ],
)
async def test_a_link_is_the_same_however_its_host_and_escapes_are_written(
    place: Place, written: str, expanded: str
) -> None:
    attempt = an_old(await lost(place, place.client(), f"See {written}", Fault.DROP_BEFORE_COMMIT))

    async def look(url: str) -> Found:
        entities = {"urls": [{"url": "https://t.co/z", "expanded_url": url}]}
        wire = NEWER | {"text": "See https://t.co/z", "entities": entities}
        page = {"data": [wire], "meta": {"result_count": 1}}
        return await looked_up(attempt, page, blocking=place.blocking)

    assert (await look(expanded)).state is FoundState.PUBLISHED
    assert NOT_THERE in ((await look(f"{expanded}/2")).because or "")
