"""The simulated Bluesky shows every key that recorded answers of the reference servers have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

from tests.sandbox.bluesky.walk import walk
from tests.sandbox.support import Answer
from tests.support import corpus


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    return walk()


def recorded(folder: str, start: str) -> list[Any]:
    """Return the recorded answers whose files begin with a number, or skip."""
    place = corpus("bluesky", "server-snapshots", folder)
    found = sorted(place.glob(f"{start}-*.json"))
    if not found:
        pytest.skip(f"no recordings at {place}")
    return [json.loads(path.read_text()) for path in found]


def keys(value: object, path: str = "$") -> Iterator[str]:
    """Yield the paths of all keys; what stands in lists counts as one."""
    if isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            yield f"{path}.{key}"
            yield from keys(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from keys(inner, f"{path}[]")


ABSENT = ("knownFollowers", "mutedByList", "associated.chat", "associated.labeler")
"""What the sandbox has none of: followers in common, lists that mute, chat settings, labellers."""

OWN = ("record.", ".value.", ".embed", ".labels[]")
"""What depends on what the recorded people wrote."""

CASES = [
    ("pds-proxied-views", "10", "app.bsky.feed.getPosts", ""),
    ("pds-proxied-views", "11", "app.bsky.feed.getRepostedBy", ""),
    ("bsky-views-likes", "00", "app.bsky.feed.getLikes", ""),
    ("bsky-views-quotes", "02", "app.bsky.feed.getQuotes", ""),
    ("bsky-views-profile", "00", "app.bsky.actor.getProfiles", "profiles"),
    ("bsky-views-profile", "03", "app.bsky.actor.getProfile", ""),
    ("pds-proxied-views", "14", "app.bsky.graph.getFollowers", ""),
    ("pds-proxied-views", "03", "app.bsky.actor.searchActors", "actors"),
    ("bsky-views-notifications", "09", "app.bsky.notification.listNotifications", "notifications"),
    ("bsky-views-notifications", "12", "app.bsky.notification.listNotifications", "notifications"),
    ("bsky-views-author-feed", "02", "app.bsky.feed.getAuthorFeed", "feed"),
    ("bsky-views-thread", "00", "app.bsky.feed.getPostThread", "thread"),
    ("bsky-views-thread", "06", "app.bsky.feed.getPostThread", "thread"),
]


@pytest.mark.parametrize(("folder", "start", "nsid", "part"), CASES)
def test_no_recorded_key_is_missing(
    answers: list[Answer], folder: str, start: str, nsid: str, part: str
) -> None:
    ours = [one.json for one in answers if one.status == 200 and one.request.path.endswith(f"/{nsid}")]
    shown = {key for body in ours for key in keys(body[part] if part else body)}

    for theirs in recorded(folder, start):
        parts = cast("list[object]", theirs) if isinstance(theirs, list) else [theirs]
        # Only what every recorded item has: the sandbox need not post what the recorded people posted.
        wanted = set[str].intersection(*(set(keys(one)) for one in parts))
        prefix = "$[]" if isinstance(theirs, list) else "$"
        missing = {f"{prefix}{key[1:]}" for key in wanted} - shown
        assert {key for key in missing if not any(one in key for one in (*ABSENT, *OWN))} == set()
