"""Whatever a push signed by X holds, only errors of ours come out of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import socialkit as sk
from socialkit.platforms import X
from socialkit.sandbox import Sandbox
from socialkit.sandbox.x import XSimulator
from socialkit.webhooks import Webhook
from tests.bad_input.test_fuzz import places, replaced

SECRET: Final = "not-a-real-secret"
ODD: Final = st.sampled_from(
    [None, True, -1, 2**70, 1e300, "", "x", "9" * 30, "\x00", [], [None], {}, {"data": 1}]
)


class Scene:
    """One account, its webhook, and what X may push to it."""

    def __init__(self, world: Sandbox, client: X) -> None:
        x: Any = world.simulator("x")
        assert isinstance(x, XSimulator)
        me = client.account.me().id
        post = client.posts.publish("Autumn is here")
        hook = Webhook("x", client, secret=SECRET)
        keys: Any = x.issue_keys()
        with world.install(), sk.connect("x", **keys) as keyed:
            address = keyed.account.register_webhook("https://shop.example/x")
            keyed.account.subscribe(address, ["post.reply.create", "post.quote.create", "dm.received"])
        (asked,) = x.due_pushes()
        query = urlencode(asked.query)
        x.push_answered(200, hook.receive(method="GET", query=query, headers={}).body)
        x.receive(text="See https://shop.example", reply_to=post.id)
        x.receive(text="Look", kind="quote")
        x.receive(text="In private", private=True)
        user = {"id": "9", "username": "ada", "name": "Ada"}
        them = {"source": {"data": user}, "target": {"data": {**user, "id": me}}}
        like = {"id": "5", "liked_tweet_id": post.id}
        old = {"id_str": "5", "text": "Hi", "user": {"id_str": "9", "screen_name": "ada"}}
        gone = {"status": {"id": "6", "user_id": me}, "timestamp_ms": "1432228155593"}
        about = {"event_uuid": "7", "filter": {"user_id": me, "direction": "inbound"}}
        self.client = client
        self.now = world.clock.now
        self.pushes: list[Any] = [json.loads(one.body) for one in x.due_pushes()]
        self.pushes += [
            {
                "data": {
                    **about,
                    "event_type": kind,
                    "payload": payload,
                    "includes": {"users": [{"data": user}]},
                }
            }
            for kind, payload in (
                ("like.create", like),
                ("follow.follow", them),
                ("profile.update.bio", {"before": "a", "after": "b"}),
            )
        ]
        self.pushes.append({"for_user_id": me, "tweet_create_events": [old], "tweet_delete_events": [gone]})

    def give(self, document: Any) -> Any:
        body = json.dumps(document).encode()
        code = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
        hook = Webhook("x", self.client, secret=SECRET)  # a new one, which remembers nothing
        return hook.receive(
            method="POST", headers={"x-twitter-webhooks-signature": f"sha256={code}"}, body=body
        )


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with Sandbox(seed=7) as world, world.connect("x") as client:
        yield Scene(world, client)


def test_each_kind_of_push_is_taken(scene: Scene) -> None:
    taken = [len(got.messages) + len(got.events) for got in map(scene.give, scene.pushes)]

    assert taken == [1, 1, 1, 1, 1, 1, 2]


def test_what_is_pushed_without_its_time_is_of_the_time_at_which_it_came(scene: Scene) -> None:
    like, follow = (json.loads(json.dumps(one)) for one in scene.pushes[3:5])
    follow["data"]["event_uuid"] = str(2**62)  # no id of a post: there is no time in it
    when = "2026-07-24T21:12:45.000Z"
    dated = json.loads(json.dumps(like))
    dated["data"]["payload"] |= {"id": "6", "created_at": when}
    made = [scene.give(one).messages[0].created_at for one in (like, follow, dated)]

    assert [one - scene.now() for one in made[:2]] == [timedelta(), timedelta()]
    assert made[2] == datetime.fromisoformat(when)


SHORT: Final = "https://t.co/abc"
LINKS: Final = {"urls": [{"url": SHORT, "expanded_url": "https://shop.example/x"}]}
FILE: Final = {"url": "https://t.co/file", "expanded_url": "https://x.com/ada/status/5/photo/1"}
LONG: Final = {"full_text": f"The whole &amp; {SHORT}", "entities": LINKS}


@pytest.mark.parametrize(
    ("old", "text"),
    [
        ({"text": f"Fish &lt; {SHORT}", "entities": LINKS}, "Fish < https://shop.example/x"),
        ({"text": "Cut…", "entities": LINKS, "extended_tweet": LONG}, "The whole & https://shop.example/x"),
        ({"text": "Look https://t.co/file", "entities": {"urls": [], "media": [FILE]}}, "Look"),
    ],
)
def test_a_pushed_post_of_the_older_kind_reads_with_the_links_that_were_meant(
    scene: Scene, old: Any, text: str
) -> None:
    post = {"id_str": "5", "user": {"id_str": "9", "screen_name": "ada"}, **old}
    got = scene.give({"for_user_id": scene.pushes[-1]["for_user_id"], "tweet_create_events": [post]})

    assert [one.text for one in got.messages] == [text]


def test_a_pushed_private_message_reads_with_the_links_that_were_meant(scene: Scene) -> None:
    push = json.loads(json.dumps(scene.pushes[2]))
    (event,) = push["data"]["payload"]["direct_message_events"]
    event["message_create"]["message_data"] = {"text": f"See {SHORT}", "entities": LINKS}
    (message,) = scene.give(push).messages

    assert message.text == "See https://shop.example/x"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_signed_push_breaks_a_webhook(scene: Scene, data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(scene.pushes))
    for _ in range(data.draw(st.integers(1, 2))):
        document = replaced(document, data.draw(st.sampled_from(places(document))), data.draw(ODD))
    try:
        got = scene.give(document)
    except sk.WebhookError as error:
        assert 400 <= error.status < 500  # noqa: PT017 - whether there is one is drawn
    else:
        assert all(repr(one) for one in (*got.messages, *got.events))
