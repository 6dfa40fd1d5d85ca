"""The simulated Facebook by itself: fields, pages, limits, tokens, versions, files."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

import socialkit as sk
from socialkit.platforms.facebook import FacebookOptions
from socialkit.sandbox import Clock, SimRequest, SimResponse
from socialkit.sandbox.facebook import FacebookSimulator
from socialkit.testing import video


class Caller:
    """Calls a simulator as a Page."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.meta = FacebookSimulator(self.clock, random.Random(7))
        self.token = self.meta.connection()["access_token"]

    def call(self, method: str, path: str, **form: Any) -> tuple[SimResponse, Any]:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "content-type": "application/x-www-form-urlencoded",
        }
        body = urlencode(form).encode()
        answer = self.meta.handle(SimRequest.of(method, f"/{path}", headers=headers, body=body))
        return answer, json.loads(answer.body)


@pytest.fixture
def caller() -> Caller:
    return Caller()


def code(body: Any) -> tuple[int, int | None]:
    return body["error"]["code"], body["error"].get("error_subcode")


@pytest.mark.parametrize(
    ("method", "path", "form", "expected"),
    [
        ("GET", "v26.0/me?fields=id,colour", {}, (100, None)),
        ("GET", "v26.0/404?fields=id", {}, (100, 33)),
        ("GET", "v26.0/me/walls", {}, (100, 33)),
        ("POST", "v26.0/me/feed", {}, (100, None)),
        ("POST", "v26.0/me/feed", {"attached_media": "["}, (100, None)),
        ("POST", "v26.0/me/feed", {"attached_media": '[{"media_fbid":"9"}]'}, (100, 2069019)),
        ("POST", "v26.0/me/feed", {"message": "x", "scheduled_publish_time": 1}, (100, None)),
        ("POST", "v26.0/me/photos", {}, (100, 1366046)),
        ("POST", "v26.0/me/videos", {"upload_phase": "transfer", "upload_session_id": "9"}, (100, 1363019)),
        (
            "POST",
            "v26.0/me/messages",
            {"recipient": '{"id":"9"}', "message": '{"text":"Hi"}'},
            (100, 2018001),
        ),
        ("GET", "v26.0/me/insights?metric=page_fans&period=day", {}, (100, None)),
        ("DELETE", "v26.0/404", {}, (100, 33)),
    ],
)
def test_what_is_wrong_is_refused_by_code(
    caller: Caller, method: str, path: str, form: dict[str, Any], expected: tuple[int, int | None]
) -> None:
    answer, body = caller.call(method, path, **form)

    assert (answer.status, code(body)) == (400, expected)
    assert body["error"]["fbtrace_id"]


def test_a_page_of_posts_leads_to_the_next_and_shows_what_is_asked_alone(caller: Caller) -> None:
    for number in range(3):
        caller.clock.advance(60)
        caller.call("POST", "v26.0/me/feed", message=f"Post {number}")
    _, first = caller.call("GET", "v26.0/me/published_posts?fields=message&limit=2")
    _, second = caller.call("GET", "v26.0" + first["paging"]["next"].partition("/v26.0")[2])

    assert [one["message"] for one in first["data"] + second["data"]] == ["Post 2", "Post 1", "Post 0"]
    assert set(first["data"][0]) == {"id", "message"}
    assert "next" not in second["paging"]
    assert f"access_token={caller.token}" in first["paging"]["next"]


def test_a_spent_budget_is_refused_and_tells_when_it_is_over(caller: Caller) -> None:
    caller.meta._state.usage.account_calls = 1
    good, _ = caller.call("GET", "v26.0/me?fields=id")
    spent, body = caller.call("GET", "v26.0/me?fields=id")

    assert (good.status, code(body)) == (200, (80001, None))
    told = json.loads(spent.headers["x-business-use-case-usage"])
    assert next(iter(told.values()))[0]["estimated_time_to_regain_access"] == 24 * 60
    caller.clock.advance(timedelta(days=1))
    assert caller.call("GET", "v26.0/me?fields=id")[0].status == 200


@pytest.mark.parametrize(("end", "subcode"), [("expire_token", 463), ("revoke_token", 460)])
def test_a_token_that_is_over_says_why(caller: Caller, end: str, subcode: int) -> None:
    getattr(caller.meta, end)()

    assert code(caller.call("GET", "v26.0/me?fields=id")[1]) == (190, subcode)


def test_a_dead_version_is_answered_by_the_oldest_that_lives(caller: Caller) -> None:
    answer, _ = caller.call("GET", "v19.0/me?fields=id")

    assert answer.status == 200
    assert answer.headers["facebook-api-version"] == "v21.0"
    assert "x-ad-api-version-warning" in answer.headers


def test_bytes_at_the_wrong_place_are_refused(caller: Caller) -> None:
    _, started = caller.call("POST", "v26.0/me/video_reels", upload_phase="start")
    headers = {"Authorization": f"OAuth {caller.token}", "offset": "5", "file_size": "10"}
    path = started["upload_url"].partition(".example")[2]
    answer = caller.meta.handle(SimRequest.of("POST", path, headers=headers, body=b"0123456789"))

    assert json.loads(answer.body)["debug_info"]["type"] == "OffsetInvalidError"


def test_a_page_takes_thirty_reels_in_a_day(socialkit_world: sk.Sandbox) -> None:
    client: Any = socialkit_world.connect("facebook")
    film, options = video(alt_text=None), [FacebookOptions(kind="reel")]
    drafts = [sk.Draft(text=f"Reel {number}", media=[film], options=options) for number in range(32)]
    for draft in drafts[:30]:
        client.posts.publish(draft)
    with pytest.raises(sk.RateLimitedError, match="limit of 30 reels"):
        client.posts.publish(drafts[30])
    socialkit_world.clock.advance(timedelta(hours=24))

    assert client.posts.publish(drafts[31]).id
    assert len(socialkit_world.posts("facebook")) == 31
