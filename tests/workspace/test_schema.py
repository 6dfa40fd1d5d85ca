"""The schema by which editors check a workspace's file, held against what reads the file."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, cast

import pytest
from jsonschema import Draft202012Validator

import socialkit as sk
from tests.support import ROOT

EXAMPLES: Final = sorted((ROOT / "examples").glob("agency*.toml"))
ABSENT: Final = object()
INSTEAD: Final[tuple[Any, ...]] = ("?", [], {"unknown": 1}, ABSENT)
"""What is put in the place of each value in turn."""
BEYOND: Final = (
    "is no brand of the file",
    "nobody in the team has",
    "is not in the team",
    "nothing to look for",
)
"""What no schema can tell: whether one thing fits another, and what is a word."""

Steps = tuple[str | int, ...]
Wrong = Callable[[Any], bool]


@pytest.fixture(scope="module")
def wrong() -> Wrong:
    """Return what tells whether something is wrong by the schema."""
    made = json.loads(json.dumps(sk.Workspace.schema()))
    kind: Any = Draft202012Validator
    kind.check_schema(made)
    validator = kind(made, format_checker=kind.FORMAT_CHECKER)
    return lambda tree: not validator.is_valid(tree)


def plain(file: Path) -> Any:
    """Return what a file says, its dates as text."""
    return json.loads(json.dumps(tomllib.loads(file.read_text("utf-8")), default=str))


def full() -> Any:
    """Return a file that says all that one can say."""
    tree = plain(ROOT / "examples" / "agency_team.toml")
    acme, authority = tree["brands"]["acme"], tree["authority"]
    acme["hours"]["week"] = {"MO": ["09:00-12:30"], "FR": ["09:00-12:30", "14:00-18:00"]}
    acme["hours"]["zone"] = "Europe/Paris"
    acme["hours"]["public_holidays"] = [{"country": "DE", "subdivision": "BY", "years": [2026]}]
    acme["accounts"][0] |= {"name": "fr", "id": "7", "timeout": 2.5}
    authority["team"] = [{"actor": "sam", "roles": ["intern"], "brands": ["acme"]}]
    authority["default"] = "no"
    authority["lines"] = [
        {
            "permission": "ask",
            "roles": ["intern"],
            "actors": ["sam"],
            "actions": ["publish"],
            "brands": ["acme"],
            "platforms": ["mastodon"],
            "max_risk": "low",
            "own": True,
        }
    ]
    acme["accounts"] += [
        {
            "platform": "instagram",
            "login": "facebook",
            "deletes": True,
            "api_version": "v26.0",
            "limits": {"media": 20},
        },
        {"platform": "x", "tier": "enterprise", "premium": True, "vocabulary": "post", "client_id": "7"},
    ]
    host = {"kind": "folder", "path": "served", "url": "https://media.shop.example", "lifetime_days": 3}
    retention = [{"longest": "P30D", "because": "contract", "kinds": ["raw"], "platforms": ["mastodon"]}]
    return {"$schema": "agency.schema.json", **tree, "media_host": host, "retention": retention}


def places(tree: object, steps: Steps = ()) -> Iterator[Steps]:
    """Yield where something stands."""
    inner: list[tuple[str | int, object]] = []
    if isinstance(tree, dict):
        inner = [*cast("dict[str | int, object]", tree).items()]
    elif isinstance(tree, list):
        inner = [*enumerate(cast("list[object]", tree))]
    for step, below in inner:
        yield (*steps, step)
        yield from places(below, (*steps, step))


def changed(tree: Any, steps: Steps, value: object) -> Any:
    """Return a tree with another value in one place."""
    whole = inner = copy.deepcopy(tree)
    for step in steps[:-1]:
        inner = inner[step]
    if value is ABSENT:
        del inner[steps[-1]]
    else:
        inner[steps[-1]] = value
    return whole


def refused(tree: Any, file: Path) -> bool:
    """Tell whether a file is refused for what a schema can tell."""
    file.write_text(json.dumps(tree), "utf-8")
    try:
        sk.Workspace.load(file)
    except sk.InvalidDraftError as error:
        return any(all(part not in one.message for part in BEYOND) for one in error.problems)
    return False


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_right_by_the_schema_and_load(wrong: Wrong, example: Path) -> None:
    assert not wrong(plain(example))
    assert len(sk.Workspace.load(example).brands) == 2


def test_the_schema_refuses_what_the_loader_refuses_and_nothing_else(wrong: Wrong, tmp_path: Path) -> None:
    tree, file = full(), tmp_path / "agency.json"
    assert not refused(tree, file)
    assert not wrong(tree)

    apart: list[tuple[Steps, object]] = []
    seen = [0, 0]
    for steps in places(tree):
        for value in INSTEAD:
            other = changed(tree, steps, value)
            expected = refused(other, file)
            seen[expected] += 1
            if wrong(other) != expected:
                apart.append((steps, value))
    assert apart == []
    assert min(seen) > 50  # there were enough of both kinds


@pytest.mark.parametrize(
    ("steps", "value"),
    [
        (("brands", "acme", "zone"), "Europe/Pariss"),
        (("brands", "acme", "languages"), ["english please"]),
        (("brands", "acme", "departments"), ["service", "service"]),
        (("brands", "acme", "departments"), [" service"]),
        (("brands", "acme", "hours", "week"), {"MO": ["9-12"]}),
        (("brands", "acme", "hours", "week"), {"Monday": ["09:00-12:00"]}),
        (("brands", "acme", "hours", "holidays"), ["Christmas"]),
        (("brands", "acme", "hours", "public_holidays", 0, "country"), "Germany"),
        (("brands", "acme", "accounts", 0, "acces_token"), "env:X"),
        (("brands", "acme", "accounts", 0, "access_token"), "a-secret-in-clear"),
        (("brands", "acme", "accounts", 0, "access_token"), "vault:X"),
        (("brands", "acme", "accounts", 0, "password"), "env:X"),
        (("brands", "acme", "accounts", 0, "platform"), "mastodn"),
        (("brands", "acme", "accounts", 0, "name"), "a/b"),
        (("brands", "acme", "accounts", 0, "id"), ""),
        (("brands", "acme", "accounts", 0, "id"), " 12 "),
        (("brands", "acme", "accounts", 0, "id"), "12\n"),
        (("brands", "acme", "accounts", 0, "base_url"), "https://user:pw@mastodon.example"),
        (("brands", "acme", "accounts", 0, "base_url"), "https://mastodon.example/?key=pw"),
        (("brands", "acme", "accounts", 0, "base_url"), "https://mastodon.example:65536"),
        (("brands", "acme", "accounts", 0, "base_url"), "https://mastodon.example\n"),
        (("brands", "acme", "accounts", 0, "base_url"), "mastodon.example"),
        (("brands", "acme", "accounts", 0, "timeout"), -1),
        (("brands", "acme", "accounts", 0, "timeout"), 0),
        (("brands", "acme", "accounts", 0, "timeout"), True),
        (("brands", "acme", "accounts", 0, "timeout"), 1e300),
        (("brands", "other", "accounts", 0, "jetstream"), "wss://user:pw@jetstream.example"),
        (("brands", "a/b"), {"zone": "UTC"}),
        (("brands", "acme", "accounts", 1, "login"), "tiktok"),
        (("brands", "acme", "accounts", 1, "limits"), {"txet": 7}),
        (("brands", "acme", "accounts", 1, "limits"), {"text": "7"}),
        (("brands", "acme", "accounts", 1, "limits"), {"text": -5}),
        (("brands", "acme", "accounts", 1, "limits"), {"image": {"bytes": -1}}),
        (("brands", "acme", "accounts", 1, "limits"), {"kinds": {"reel": {"smallest": [0, 1]}}}),
        (("brands", "acme", "accounts", 1, "limits"), {"image": {"bytes": "7"}}),
        (("brands", "acme", "accounts", 2, "tier"), "free"),
        (("brands", "acme", "accounts", 2, "limits"), {"text": 7}),
        (("media_host", "kind"), "ftp"),
        (("media_host", "url"), "http://media.shop.example"),
        (("media_host", "url"), "https://user:pw@media.shop.example"),
        (("media_host", "lifetime_days"), 0),
        (("media_host", "bucket"), "acme"),
        (("tokens", "key"), "a-secret-in-clear"),
        (("authority", "lines", 0, "actions"), ["publsh"]),
        (("authority", "lines", 0, "permission"), "maybe"),
        (("authority", "team", 0, "actor"), " "),
        (("retention", 0, "longest"), 30),
        (("retention", 0, "longest"), "P0D"),
        (("retention", 0, "longest"), "P30D\n"),
        (("retention", 0, "kinds"), ["wors"]),
        (("colour",), "red"),
    ],
    ids=str,
)
def test_the_commonest_mistakes_are_told_by_both(
    wrong: Wrong, tmp_path: Path, steps: Steps, value: object
) -> None:
    other = changed(full(), steps, value)

    assert refused(other, tmp_path / "agency.json")
    assert wrong(other)


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:3000",
        "https://mastodon.example/",
        "https://mastodon.example/api/v2/~shop",
        "https://127.0.0.1:65535",
    ],
)
def test_addresses_of_servers_are_taken_by_both(wrong: Wrong, tmp_path: Path, address: str) -> None:
    other = changed(full(), ("brands", "acme", "accounts", 0, "base_url"), address)

    assert not refused(other, tmp_path / "agency.json")
    assert not wrong(other)


def test_the_schema_says_what_fields_mean_and_which_arguments_a_platform_takes() -> None:
    made: Any = sk.Workspace.schema()
    text, accounts = json.dumps(made), made["$defs"]["AccountTable"]["oneOf"]

    assert ">>>" not in text
    assert "In which it writes, the first one first." in text
    assert {one["properties"]["platform"]["const"]: one["required"] for one in accounts} == {
        "bluesky": ["platform"],
        "facebook": ["platform"],
        "instagram": ["platform"],
        "mastodon": ["platform", "base_url"],
        "threads": ["platform"],
        "x": ["platform"],
    }
