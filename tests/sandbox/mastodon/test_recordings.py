"""The simulated Mastodon shows every key that recorded answers of current servers have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, cast

import pytest

from tests.sandbox.mastodon.walk import walk
from tests.sandbox.support import Answer
from tests.support import corpus

HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    return walk()


def recorded(cassette: str, method: str, path: str) -> list[dict[str, Any]]:
    """Return the successful interactions of a cassette with a route, or skip."""
    file = corpus("mastodon", "mastodon-py-cassettes", f"{cassette}.json")
    if not file.is_file():
        pytest.skip(f"no recording at {file}")
    found = [
        one
        for one in json.loads(file.read_text())["interactions"]
        if one["request"]["method"] == method
        and one["response"]["status"]["code"] == 200
        and re.search(f"{path}/?(\\?|$)", one["request"]["uri"])
    ]
    assert found
    return found


def shape(value: object, path: str = "$") -> Iterator[str]:
    """Yield the paths of all keys."""
    if isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            yield f"{path}.{key}"
            yield from shape(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from shape(inner, f"{path}[]")


EMPTY = re.compile(r"partial_accounts|\.(roles|fields)\[\]")
"""What accounts of the sandbox do not have, or what is there only when asked for."""

CASES = [
    ("test_instance", "GET", "/api/v2/instance"),
    ("test_instance_v1", "GET", "/api/v1/instance"),
    ("test_instance_activity", "GET", "/api/v1/instance/activity"),
    ("test_verify_credentials", "GET", "/api/v1/accounts/verify_credentials"),
    ("test_app_verify_credentials", "GET", "/api/v1/apps/verify_credentials"),
    ("test_account", "GET", r"/api/v1/accounts/\d+"),
    ("test_status_reply", "POST", "/api/v1/statuses"),
    ("test_status_post_with_quote", "POST", "/api/v1/statuses"),
    ("test_status_post_with_quote", "DELETE", r"/api/v1/statuses/\d+"),
    ("test_scheduled_status", "GET", r"/api/v1/scheduled_statuses"),
    ("test_status_edit", "GET", r"/api/v1/statuses/\d+/history"),
    ("test_status_edit", "GET", r"/api/v1/statuses/\d+/source"),
    ("test_media_post_file", "POST", "/api/v2/media"),
    ("test_polls", "GET", r"/api/v1/polls/\d+"),
    ("test_notifications", "GET", "/api/v1/notifications"),
    ("test_grouped_notifications", "GET", r"/api/v2/notifications"),
    ("test_account_mute_unmute", "POST", r"/api/v1/accounts/\d+/mute"),
    ("test_report", "POST", "/api/v1/reports"),
    ("test_hashtag_tl", "GET", "/api/v1/timelines/tag/\\w+"),
]


@pytest.mark.parametrize(("cassette", "method", "path"), CASES)
def test_no_recorded_key_is_missing(answers: list[Answer], cassette: str, method: str, path: str) -> None:
    theirs = [one["response"] for one in recorded(cassette, method, path)]
    ours = [
        one
        for one in answers
        if one.status == 200 and one.request.method == method and re.fullmatch(f"{path}/?", one.request.path)
    ]

    bodies = [set(shape(json.loads(one["body"]))) for one in theirs]
    wanted = bodies[0].intersection(*bodies[1:])
    shown = {key for one in ours for key in shape(one.json)}

    assert {one for one in wanted - shown if not EMPTY.search(one)} == set()
    assert {header for header in HEADERS if any(header not in one.headers for one in ours)} == set()
