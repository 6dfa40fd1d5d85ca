"""The checker of Meta's node specifications finds what is wrong, and passes what is right."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from socialkit.sandbox._http import SimRequest, SimResponse
from tests.support import corpus
from tests.truth.graph import Specification, answer_problems, enums, nodes, parsed_fields, request_problems

FOLDERS = ("facebook", "instagram")


def _kind(node: str) -> str | None:
    kinds = {"1": "Page", "1_2": "PagePost", "17": "IGUser"}
    return kinds.get(node)


@pytest.fixture(params=FOLDERS)
def spec(request: pytest.FixtureRequest) -> Specification:
    folder = corpus(request.param, "spec")
    if not folder.is_dir():
        pytest.skip(f"there are no node specifications at {folder}")
    return Specification(nodes(folder), enums(corpus("facebook", "spec")), _kind)


@pytest.fixture
def facebook() -> Specification:
    folder = corpus("facebook", "spec")
    if not folder.is_dir():
        pytest.skip(f"there are no node specifications at {folder}")
    return Specification(nodes(folder), enums(folder), _kind)


def request(method: str, path: str, query: str = "", form: dict[str, str] | None = None) -> SimRequest:
    headers = {} if form is None else {"content-type": "application/x-www-form-urlencoded"}
    body = b"" if form is None else urlencode(form).encode()
    return SimRequest.of(method, f"/v26.0/{path}?{query}", headers=headers, body=body)


def test_every_file_of_the_specification_is_read(spec: Specification) -> None:
    assert len(spec.nodes) > 20
    assert all(one.fields or one.apis for one in spec.nodes.values())


@pytest.mark.parametrize(
    "one",
    [
        request("GET", "1", "fields=id,name,picture{url},posts.limit(1){id,message}"),
        request("GET", "1/published_posts", "limit=3&after=x&fields=id,from,comments.summary(true).limit(0)"),
        request("POST", "1/feed", form={"message": "One", "published": "false", "attached_media": "[]"}),
        request("POST", "1/subscribed_apps", form={"subscribed_fields": "feed,messages"}),
        request("DELETE", "1_2"),
    ],
)
def test_good_requests_pass(facebook: Specification, one: SimRequest) -> None:
    assert request_problems(facebook, one) == []


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (request("GET", "9"), "there is no such call"),
        (request("GET", "1/likes/2"), "there is no such call"),
        (request("PUT", "1/feed"), "Page has no such call"),
        (request("GET", "1/walls"), "Page has no such call"),
        (request("GET", "1/feed", "depth=2"), "the parameter 'depth' is unknown"),
        (request("POST", "1/feed", form={"mood": "good"}), "the parameter 'mood' is unknown"),
        (request("POST", "1/feed", form={"published": "maybe"}), "not of type bool"),
        (request("POST", "1/video_reels", form={"upload_phase": "begin"}), "none of ["),
        (request("POST", "1/subscribed_apps", form={"subscribed_fields": "feed,comments"}), "is 'comments',"),
        (request("POST", "1/subscribed_apps", form={"subscribed_fields": '["wings"]'}), "is 'wings', and"),
        (request("POST", "1/video_reels", form={"title": "x"}), "the parameter 'upload_phase' is missing"),
        (request("GET", "1", "fields=id,wall"), "Page has no field 'wall'"),
        (request("GET", "1/feed", "fields=id,comments{wings}"), "has no field 'wings'"),
    ],
)
def test_wrong_requests_are_found(facebook: Specification, one: SimRequest, found: str) -> None:
    assert found in " ".join(request_problems(facebook, one))


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (200, {"data": [{"id": "1_2", "mood": 1}]}, "PagePost has no field 'mood'"),
        (200, {"data": [{"id": 12}]}, "PagePost.id is '12'"),
        (200, {"data": [{"created_time": "2026-03-02T09:00:00Z"}]}, "not of type datetime"),
        (200, {"data": [], "paging": {"more": 1}}, "a page has no 'more'"),
        (400, {"message": "no"}, "a refusal has no error"),
        (400, {"error": {"message": "no", "type": "x", "code": 1}}, "a refusal has no fbtrace_id"),
    ],
)
def test_wrong_answers_are_found(facebook: Specification, status: int, body: object, found: str) -> None:
    good: dict[str, Any] = {
        "data": [{"id": "1_2", "created_time": "2026-03-02T09:00:00+0000"}],
        "paging": {"cursors": {}},
    }
    asked = request("GET", "1/feed")

    assert answer_problems(facebook, asked, SimResponse.json(good)) == []
    assert found in " ".join(answer_problems(facebook, asked, SimResponse.json(body, status)))


def test_fields_are_taken_apart_with_what_stands_in_them() -> None:
    text = "id,from{id,name},reactions.summary(true).limit(0),comments.limit(1){id,from{id}}"

    assert list(parsed_fields(text)) == [
        ("id", ""),
        ("from", "id,name"),
        ("reactions", ""),
        ("comments", "id,from{id}"),
    ]
