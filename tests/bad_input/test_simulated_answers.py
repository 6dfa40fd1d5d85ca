"""What simulators answer, with anything in any place of it: data, or one of our errors."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import socialkit as sk
from socialkit.operations import Sync
from socialkit.platforms import Bluesky, Facebook, Instagram, Mastodon, Threads, X
from socialkit.testing import picture, video
from socialkit.testing._transports import _Around
from socialkit.transport import Request, Response, Retry, Transport
from tests.bad_input.test_fuzz import places, replaced
from tests.bad_input.test_outsiders import DEEP, DID
from tests.platforms.bluesky.test_login import Consent

DEEP_TOKEN: Final = "a.W1tbW1tbW1tb" + "W1tbW1tb" * 2_000 + ".c"
"""One whose claims are lists without an end."""
JUNK: Final[st.SearchStrategy[Any]] = st.sampled_from(
    [
        *(
            None,
            True,
            0,
            -1,
            10**30,
            1e308,
            10**400,
            float("nan"),
            "",
            "\x00",
            "\ud800",
            "..",
            [],
            {},
            [None],
        ),
        *(
            [[]],
            {"a": None},
            ["x"],
            "x" * 3_000,
            "<p>",
            DID,
            "did:web:[",
            "at://",
            "https://[",
            "http://a:9/",
        ),
        *("2026-13-45", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", DEEP_TOKEN, "1e5", "-0"),
        *({"$type": "app.bsky.embed.images#view"}, {"error": []}),
    ]
)
BODIES: Final = st.sampled_from(
    [b"", b"[", b"{}", b"[]", b"null", DEEP, b"\xff\xfe", b"9" * 5_000, b"<html>"]
)
STATUSES: Final = st.sampled_from([200, 204, 302, 304, 400, 401, 403, 404, 429, 500])

Calls = Mapping[str, Callable[[Any], Any]]


class Altering(_Around):
    """Alters what is answered, in half of the cases."""

    def __init__(self, inner: Transport, data: st.DataObject) -> None:
        super().__init__(inner)
        self._data = data
        self._left = 60

    async def send(self, request: Request, /) -> Response:
        self._left -= 1
        if self._left < 0:
            raise sk.ConnectionFailedError("asked too often", sent=False)
        answer = await super().send(request)
        draw = self._data.draw
        how = draw(st.sampled_from(["as it is", "as it is", "another body", *["in places"] * 3]))
        if how == "another body":
            return Response(draw(STATUSES), answer.headers, draw(BODIES), answer.url)
        if how == "in places" and answer.content.startswith((b"{", b"[")):
            document = json.loads(answer.content)
            for _ in range(draw(st.integers(1, 3))):
                document = replaced(document, draw(st.sampled_from(places(document))), copy.copy(draw(JUNK)))
            status = draw(st.sampled_from([answer.status] * 5 + [400, 401, 500]))
            return Response(status, answer.headers, json.dumps(document).encode(), answer.url)
        return answer


def calls(draft: sk.Draft, post: sk.Post, message: sk.Message, private: sk.Message) -> Calls:
    thread = sk.Draft(text="One", media=[picture()], thread=[sk.Draft(text="Two")])
    return {
        "account.me": lambda c: c.account.me(),
        "account.refresh_limits": lambda c: c.account.refresh_limits(),
        "posts.publish": lambda c: c.posts.publish(draft),
        "posts.publish thread": lambda c: c.posts.publish(thread),
        "posts.get": lambda c: c.posts.get(post),
        "posts.iterate": lambda c: c.posts.iterate(limit=5),
        "posts.edit": lambda c: c.posts.edit(post, "Other words"),
        "posts.delete": lambda c: c.posts.delete(post),
        "media.upload": lambda c: c.media.upload(picture()),
        "inbox.iterate": lambda c: c.inbox.iterate(limit=5),
        "inbox.comments": lambda c: c.inbox.comments(post, limit=5),
        "inbox.reply": lambda c: c.inbox.reply(message, "Thank you"),
        "inbox.reply privately": lambda c: c.inbox.reply(private, "Thank you", private=True),
        "inbox.like": lambda c: c.inbox.like(message),
        "inbox.hide": lambda c: c.inbox.hide(message),
        "insights.account": lambda c: c.insights.account(),
        "insights.posts": lambda c: c.insights.posts([post]),
        "listening.search": lambda c: c.listening.search("hello", limit=3),
        "listening.trends": lambda c: c.listening.trends(limit=3),
        "listening.profile": lambda c: c.listening.profile("customer"),
    }


def outcome(call: Callable[[Any], Any], client: Any) -> object:
    """Return what an operation gives, or the error of ours that it raises."""
    try:
        result = call(client)
        if hasattr(result, "__next__"):
            return list(result)
        return result
    except sk.OutcomeUnknownError as error:
        attempt = error.attempt
        return outcome(lambda c: c.posts.find(attempt), client)
    except sk.SocialKitError as error:
        return error


@pytest.mark.parametrize("platform", ["mastodon", "bluesky", "facebook", "instagram", "threads", "x"])
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_no_answer_breaks_an_operation(platform: str, data: st.DataObject) -> None:
    with sk.Sandbox(seed=7) as world:
        clean = world.connect(platform)
        assert isinstance(clean, Mastodon | Bluesky | Facebook | Instagram | Threads | X)
        draft = sk.Draft(text="Hello @shop https://shop.example #x")
        if clean.posts.check(draft):  # it publishes no text alone
            draft = draft.model_copy(update={"media": (video(),)})
        post = clean.posts.publish(draft)
        world.receive(platform, text="Where is it?")
        if clean.can(sk.Capability.DIRECT_MESSAGES):
            world.receive(platform, text="In private", private=True)
        messages = sorted(clean.inbox.iterate(), key=lambda one: one.kind.value)
        private, message = messages[0], messages[-1]
        whole = calls(draft, post, message, private)
        known = {name: call for name, call in whole.items() if hasattr(clean, name.partition(".")[0])}
        kind: Any = type(clean)
        client = kind(
            base_url=world.address(platform),
            transport=Altering(world._carry(Sync, platform), data),
            retry=Retry(attempts=2, base=timedelta(0)),
            **world.simulator(platform).connection("main"),
            **world.hosting(kind),
        )
        result = outcome(known[data.draw(st.sampled_from(sorted(known)))], client)
        client.close()

    assert result is None or repr(result)


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_no_answer_breaks_a_login(data: st.DataObject) -> None:
    with sk.Sandbox(seed=5) as world:
        consent = Consent(world)
        altering = Altering(consent.transport, data)
        try:
            if data.draw(st.booleans()):
                consent.login(transport=altering).start()
            else:
                url, state = consent.login().start()
                consent.login(transport=altering).finish(consent.consent(url), state)
        except sk.SocialKitError as error:
            assert str(error)  # noqa: PT017 - whether there is one is drawn
