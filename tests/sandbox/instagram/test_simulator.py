"""The simulated Instagram by itself: fields, containers, limits, tokens, what each login lacks."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from socialkit.sandbox import Clock, SimRequest, SimResponse
from socialkit.sandbox.instagram import InstagramSimulator


class Caller:
    """Calls a simulator as an account."""

    def __init__(self, login: str = "facebook") -> None:
        self.clock = Clock()
        self.meta = InstagramSimulator(self.clock, random.Random(7))
        self.meta.login = login
        self.token = self.meta.connection()["access_token"]
        self.id = next(iter(self.meta._state.users))

    def call(self, method: str, path: str, **form: Any) -> tuple[SimResponse, Any]:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "content-type": "application/x-www-form-urlencoded",
        }
        place, body = path.replace("ACCOUNT", self.id), urlencode(form).encode()
        answer = self.meta.handle(SimRequest.of(method, f"/v26.0/{place}", headers=headers, body=body))
        return answer, json.loads(answer.body)

    def container(self, **form: Any) -> str:
        return str(self.call("POST", "ACCOUNT/media", **form)[1]["id"])


@pytest.fixture
def caller() -> Caller:
    return Caller()


def code(body: Any) -> tuple[int, int | None]:
    return body["error"]["code"], body["error"].get("error_subcode")


PICTURE = {"image_url": "https://shop.example/a.jpg"}


@pytest.mark.parametrize(
    ("method", "path", "form", "expected"),
    [
        ("GET", "ACCOUNT?fields=id,colour", {}, (100, None)),
        ("GET", "404?fields=id", {}, (100, 33)),
        ("GET", "ACCOUNT/walls", {}, (100, 33)),
        ("GET", "404/media", {}, (100, 33)),
        ("POST", "ACCOUNT/media", {}, (100, None)),
        ("POST", "ACCOUNT/media", {"image_url": "https://shop.example/a.png"}, (36001, 2207005)),
        ("POST", "ACCOUNT/media", {"image_url": "file:///a.jpg"}, (9004, 2207052)),
        ("POST", "ACCOUNT/media", {**PICTURE, "caption": "a" * 2201}, (36004, 2207010)),
        ("POST", "ACCOUNT/media", {"video_url": "https://shop.example/a.mp4"}, (100, 2207023)),
        ("POST", "ACCOUNT/media", {"media_type": "CAROUSEL", "children": "9"}, (100, 2207028)),
        ("POST", "ACCOUNT/media_publish", {"creation_id": "9"}, (24, 2207006)),
        ("POST", "me/messages", {"recipient": '{"id":"9"}', "message": '{"text":"Hi"}'}, (100, 2018001)),
        ("GET", "ig_hashtag_search?user_id=ACCOUNT&q=nobody", {}, (100, 33)),
        ("GET", "ACCOUNT/insights?metric=impressions&period=day&metric_type=total_value", {}, (100, None)),
    ],
)
def test_it_refuses_as_the_reference_says(
    caller: Caller, method: str, path: str, form: dict[str, Any], expected: tuple[int, int | None]
) -> None:
    _, body = caller.call(method, path, **form)

    assert code(body) == expected


def test_a_container_goes_through_its_states_and_is_published_once(caller: Caller) -> None:
    film = caller.container(media_type="REELS", video_url="https://shop.example/a.mp4")

    def state() -> str:
        return str(caller.call("GET", f"{film}?fields=status_code")[1]["status_code"])

    assert state() == "IN_PROGRESS"
    assert code(caller.call("POST", "ACCOUNT/media_publish", creation_id=film)[1]) == (9007, 2207027)
    caller.clock.advance(timedelta(seconds=10))
    assert state() == "FINISHED"
    assert caller.call("POST", "ACCOUNT/media_publish", creation_id=film)[0].status == 200
    assert state() == "PUBLISHED"
    assert caller.call("POST", "ACCOUNT/media_publish", creation_id=film)[0].status == 400
    assert len(caller.meta.posts()) == 1


def test_a_container_is_over_after_a_day(caller: Caller) -> None:
    one = caller.container(**PICTURE)
    caller.clock.advance(timedelta(days=1))

    assert caller.call("GET", f"{one}?fields=status_code")[1]["status_code"] == "EXPIRED"
    assert code(caller.call("POST", "ACCOUNT/media_publish", creation_id=one)[1]) == (24, 2207008)


def test_bytes_must_be_as_many_as_they_were_said_to_be(caller: Caller) -> None:
    one = caller.container(media_type="REELS", upload_type="resumable")
    headers = {"Authorization": f"OAuth {caller.token}", "offset": "0", "file_size": "5"}

    def send(body: bytes) -> int:
        request = SimRequest.of("POST", f"/ig-api-upload/v26.0/{one}", headers=headers, body=body)
        return caller.meta.handle(request).status

    assert (send(b"four"), send(b"fives")) == (400, 200)


def test_instagram_s_own_login_has_no_hashtags_and_tells_its_id_as_a_number() -> None:
    caller = Caller("instagram")

    assert caller.call("GET", "me?fields=user_id")[1]["user_id"] == int(caller.id)
    answer, _ = caller.call("GET", "ig_hashtag_search?user_id=ACCOUNT&q=autumn")
    assert answer.status == 400


def test_a_young_token_is_not_made_longer() -> None:
    caller = Caller("instagram")
    path = f"/refresh_access_token?grant_type=ig_refresh_token&access_token={caller.token}"

    def refreshed() -> int:
        return caller.meta.handle(SimRequest.of("GET", path)).status

    assert refreshed() == 400
    caller.clock.advance(timedelta(days=1, seconds=1))
    assert refreshed() == 200


def test_an_account_sees_and_answers_nothing_of_another(caller: Caller) -> None:
    container = caller.container(**PICTURE)
    post = str(caller.call("POST", "ACCOUNT/media_publish", creation_id=container)[1]["id"])
    comment = caller.meta.receive(text="How much?", reply_to=post)
    waiting = caller.container(**PICTURE)
    calls: list[tuple[str, str, dict[str, str]]] = [
        ("GET", f"{comment}?fields=id,text", {}),
        ("GET", f"{comment}/replies", {}),
        ("POST", f"{comment}/replies", {"message": "Ten"}),
        ("GET", f"{waiting}?fields=status_code", {}),
    ]
    assert [caller.call(method, path, **form)[0].status for method, path, form in calls] == [200] * 4

    caller.token = caller.meta.connection("other")["access_token"]
    found = [caller.call(method, path, **form)[1] for method, path, form in calls]
    assert [code(one) for one in found] == [(100, 33)] * 4
    assert len(caller.meta.answers(comment)) == 1
