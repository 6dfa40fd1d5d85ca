"""Every answer of the simulated Bluesky against the network's lexicons."""

from __future__ import annotations

import json

import pytest

from socialkit.sandbox.bluesky._gate import ROUTES, find_route
from tests.sandbox.bluesky.walk import walk
from tests.sandbox.support import Answer
from tests.support import corpus
from tests.truth.lexicon import FORMATS, document, has_format, input_problems, output_problems

BARE = {"app.bsky.video.uploadVideo"}
"""Methods whose real answers are not what their lexicon says."""


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    return walk()


def nsid(answer: Answer) -> str | None:
    """The method that an answer belongs to; None for what is no method."""
    head, _, name = answer.request.path.rpartition("/xrpc/")
    return name if not head and document(name) is not None else None


def called(answers: list[Answer], *, good: bool) -> list[tuple[str, Answer]]:
    pairs = [(nsid(one), one) for one in answers if (one.status < 400) == good]
    return [(name, one) for name, one in pairs if name is not None]


def body_of(name: str, answer: Answer) -> object:
    if name in BARE:
        return {"jobStatus": answer.json}
    return json.loads(answer.response.body) if answer.response.body else None


def test_every_answer_is_what_the_lexicons_promise(answers: list[Answer]) -> None:
    found = {
        f"{name}: {problem}"
        for name, answer in called(answers, good=True)
        if "json" in answer.headers.get("content-type", "json")
        for problem in output_problems(name, body_of(name, answer))
    }

    assert found == set()


def test_every_body_that_the_walk_sends_is_what_the_lexicons_ask_for(answers: list[Answer]) -> None:
    found = {
        f"{name}: {problem}"
        for name, answer in called(answers, good=True)
        if answer.request.headers.get("content-type") == "application/json"
        for problem in input_problems(name, json.loads(answer.request.body))
    }

    assert found == set()


def test_every_refusal_has_a_name_and_a_message(answers: list[Answer]) -> None:
    refusals = [one for one in answers if one.status >= 400 and one.request.path.startswith("/xrpc/")]

    assert {one.json["error"] for one in refusals} >= {"AuthMissing", "InvalidToken", "InvalidSwap"}
    assert all(
        isinstance(one.json["error"], str) and isinstance(one.json["message"], str) for one in refusals
    )


def test_the_walk_reaches_every_route_with_success(answers: list[Answer]) -> None:
    found = [find_route(one.request.path) for one in answers if one.status < 400]
    reached = {route.nsid for route, _ in filter(None, found)}

    assert {route.nsid for route in ROUTES} - reached == set()


def test_every_method_has_a_lexicon_and_its_parameters() -> None:
    for route in ROUTES:
        if route.path:
            continue
        defs = document(route.nsid)
        assert defs is not None, route.nsid
        known = defs["main"].get("parameters", {}).get("properties", {})
        sent_on = {"did", "name"} if route.nsid in BARE else set[str]()
        assert set(route.params) - sent_on <= set(known), route.nsid
        assert (route.method == "GET") == (defs["main"]["type"] == "query"), route.nsid


def test_the_checker_finds_wrong_answers(answers: list[Answer]) -> None:
    name = "app.bsky.feed.getPosts"
    bodies = [answer.json for one, answer in called(answers, good=True) if one == name]
    body, post = next((one, post) for one in bodies for post in one["posts"] if "embed" in post)
    del post["cid"]
    post["likeCount"], post["indexedAt"], post["colour"] = "many", "yesterday", "blue"
    post["embed"]["$type"] = "app.bsky.embed.nothing#view"
    post["record"]["text"] = "x" * 301

    found = " ".join(output_problems(name, body))

    assert "cid is missing" in found
    assert "expected an integer" in found
    assert "'yesterday' is no datetime" in found
    assert "colour is in no lexicon" in found
    assert "app.bsky.embed.nothing#view is not among" in found
    assert "301 is not between" in found


CASES = {
    "did": "did_syntax",
    "handle": "handle_syntax",
    "nsid": "nsid_syntax",
    "tid": "tid_syntax",
    "record-key": "recordkey_syntax",
    "at-identifier": "atidentifier_syntax",
    "datetime": "datetime_syntax",
    "at-uri": "aturi_syntax",
}


def lines(name: str) -> list[str]:
    path = corpus("bluesky", "interop-syntax", f"{name}.txt")
    if not path.is_file():
        pytest.skip(f"no vectors at {path}")
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("form", CASES)
def test_formats_of_the_simulator_hold_the_networks_vectors(form: str) -> None:
    from socialkit.sandbox.bluesky._syntax import FORMATS as SIMULATED

    right, wrong = lines(f"{CASES[form]}_valid"), lines(f"{CASES[form]}_invalid")

    assert [text for text in right if not SIMULATED[form][1](text)] == []
    assert [text for text in wrong if SIMULATED[form][1](text)] == []


@pytest.mark.parametrize("form", ["did", "handle", "nsid", "tid", "record-key"])
def test_formats_of_the_checker_hold_them_too(form: str) -> None:
    assert form in FORMATS
    assert [text for text in lines(f"{CASES[form]}_valid") if not has_format(text, form)] == []
