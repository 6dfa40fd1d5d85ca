"""Vectors of the platforms themselves, where they are at hand."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from socialkit.text import (
    X_WEIGHTS,
    Dialect,
    Entity,
    EntityKind,
    Facet,
    FacetKind,
    TextRules,
    TextUnit,
    Weights,
    detect_facets,
    extract_entities,
    is_at_identifier,
    is_at_uri,
    is_atproto_datetime,
    is_did,
    is_handle,
    is_language,
    is_nsid,
    is_record_key,
    is_tid,
    is_url,
    measure,
    weigh,
)
from tests.support import corpus

Vector = dict[str, Any]

URL, MENTION, LIST = EntityKind.URL, EntityKind.MENTION, EntityKind.LIST
HASHTAG, CASHTAG = EntityKind.HASHTAG, EntityKind.CASHTAG


def vectors(name: str) -> dict[str, list[Vector]]:
    read: dict[str, dict[str, list[Vector]]]
    read = json.loads(corpus("x", "twitter-text-conformance", f"{name}.json").read_text())
    return read["tests"]


def configuration(version: int) -> Weights:
    read = json.loads(corpus("x", "twitter-text-conformance", "config", f"v{version}.json").read_text())
    return Weights(
        limit=read["maxWeightedTweetLength"],
        scale=read["scale"],
        default_weight=read["defaultWeight"],
        url_length=read["transformedURLLength"],
        ranges=tuple((given["start"], given["end"], given["weight"]) for given in read["ranges"]),
        emoji=read.get("emojiParsingEnabled", False),
    )


def entities(text: str, *kinds: EntityKind) -> list[Entity]:
    return [entity for entity in extract_entities(text, Dialect.X) if entity.kind in kinds]


def values(*kinds: EntityKind) -> Callable[[str], Any]:
    return lambda text: [entity.value for entity in entities(text, *kinds)]


def placed(name: str, kind: EntityKind) -> Callable[[str], Any]:
    return lambda text: [
        {name: entity.value, "indices": [entity.start, entity.end]} for entity in entities(text, kind)
    ]


def mentions_and_lists(text: str) -> Any:
    return [
        {
            "screen_name": entity.value.partition("/")[0],
            "list_slug": "".join(entity.value.partition("/")[1:]),
            "indices": [entity.start, entity.end],
        }
        for entity in entities(text, MENTION, LIST)
    ]


def answered(text: str) -> str | None:
    """Return whom a text answers, by the mention that it starts with."""
    return next((found.value for found in entities(text, MENTION) if not text[: found.start].strip()), None)


def is_whole(kind: EntityKind) -> Callable[[str], bool]:
    return lambda text: (
        [entity.text for entity in entities(text, *EntityKind)] == [text] and bool(entities(text, kind))
    )


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def weighed(version: int) -> Callable[[str], Any]:
    def weigh_all(text: str) -> Any:
        weight = weigh(text, configuration(version))
        return {
            "weightedLength": weight.length,
            "valid": weight.valid,
            "permillage": weight.permillage,
            "displayRangeStart": 0,
            "displayRangeEnd": utf16(text) - 1,
            "validRangeStart": 0,
            "validRangeEnd": utf16(text[: weight.fitting]) - 1,
        }

    return weigh_all


CHECKS: dict[str, dict[str, Callable[[str], Any]]] = {
    "extract": {
        "mentions": values(MENTION),
        "mentions_with_indices": placed("screen_name", MENTION),
        "mentions_or_lists_with_indices": mentions_and_lists,
        "replies": answered,
        "urls": values(URL),
        "urls_with_indices": placed("url", URL),
        "urls_with_directional_markers": placed("url", URL),
        "tco_urls_with_params": values(URL),
        "hashtags": values(HASHTAG),
        "hashtags_from_astral": values(HASHTAG),
        "hashtags_with_indices": placed("hashtag", HASHTAG),
        "cashtags": values(CASHTAG),
        "cashtags_with_indices": placed("cashtag", CASHTAG),
    },
    "validate": {
        "tweets": lambda text: weigh(text, configuration(1)).valid,
        "usernames": is_whole(MENTION),
        "lists": is_whole(LIST),
        "hashtags": is_whole(HASHTAG),
        "urls": is_url,
        "urls_without_protocol": lambda text: is_url(text, scheme_required=False),
        "WeightedTweetsCounterTest": weighed(2),
        "WeightedTweetsWithDiscountedEmojiCounterTest": weighed(3),
        "UnicodeDirectionalMarkerCounterTest": weighed(3),
    },
    "tlds": {"country": values(URL), "generic": values(URL)},
}
# The writer of X's links as HTML takes no link without a scheme; what it links we find.
LINKED: dict[str, frozenset[EntityKind]] = {
    "usernames": frozenset({MENTION, LIST}),
    "lists": frozenset({MENTION, LIST}),
    "hashtags": frozenset({HASHTAG}),
    "urls": frozenset({URL}),
    "cashtags": frozenset({CASHTAG}),
    "all": frozenset(EntityKind),
}
NOT_OURS = {
    ("autolink", "json"): "entities are given there, and HTML written",
    ("hit_highlighting", "plain_text"): "marks hits of a search in HTML",
    ("hit_highlighting", "with_links"): "marks hits of a search in HTML",
}


def failures(cases: Iterable[tuple[Vector, Any]]) -> list[tuple[str, Any, Any]]:
    return [
        (vector["text"], found, vector["expected"]) for vector, found in cases if found != vector["expected"]
    ]


@pytest.mark.parametrize(
    ("name", "section"), [(name, section) for name in CHECKS for section in CHECKS[name]]
)
def test_x_vectors_hold(name: str, section: str) -> None:
    cases = vectors(name)[section]

    assert cases
    assert failures((vector, CHECKS[name][section](vector["text"])) for vector in cases) == []


@pytest.mark.parametrize("section", LINKED)
def test_what_x_links_is_found(section: str) -> None:
    for vector in vectors("autolink")[section]:
        wanted = [html.unescape(link) for link in re.findall(r"<a [^>]*>(.*?)</a>", vector["expected"])]
        found = [
            entity.value if entity.kind in {MENTION, LIST} else entity.text
            for entity in entities(vector["text"], *LINKED[section])
            if entity.kind is not URL or "://" in entity.text
        ]
        assert found == wanted, vector["text"]


def test_no_section_of_x_vectors_is_forgotten() -> None:
    there = {
        (path.stem, section)
        for path in corpus("x", "twitter-text-conformance").glob("*.json")
        for section in vectors(path.stem)
    }

    known = {(name, section) for name, sections in CHECKS.items() for section in sections}
    assert there == known | {("autolink", section) for section in LINKED} | set(NOT_OURS)


def test_the_declared_weights_are_the_published_ones() -> None:
    assert configuration(3) == X_WEIGHTS


@pytest.mark.parametrize("section", [name for name in CHECKS["validate"] if name.endswith("CounterTest")][1:])
def test_measuring_agrees_with_x(section: str) -> None:
    rules = TextRules(unit=TextUnit.WEIGHTED, url_length=23)

    for vector in vectors("validate")[section]:
        assert measure(vector["text"], rules) == vector["expected"]["weightedLength"]


def facet_vectors() -> dict[str, list[Vector]]:
    read = json.loads(corpus("bluesky", "richtext-facets", "facet-detection.json").read_text())
    return {section: cases for section, cases in read.items() if section != "source"}


def segments(text: str, facets: Iterable[Facet]) -> list[list[str]]:
    """Cut a text at its facets, in the form of the vectors."""
    raw, position = text.encode(), 0
    cut: list[list[str]] = []
    for facet in facets:
        target = f"did:fake:{facet.value}" if facet.kind is FacetKind.MENTION else facet.value
        cut.append([raw[position : facet.byte_start].decode()])
        cut.append([raw[facet.byte_start : facet.byte_end].decode(), target])
        position = facet.byte_end
    return [segment for segment in (*cut, [raw[position:].decode()]) if segment != [""]]


def test_facets_of_mentions_and_links_are_those_of_the_reference_client() -> None:
    for vector in facet_vectors()["mentions_and_links"]:
        assert segments(vector["input"], detect_facets(vector["input"])) == vector["segments"]


@pytest.mark.parametrize("section", ["tags", "cashtags"])
def test_facets_of_tags_are_those_of_the_reference_client(section: str) -> None:
    for vector in facet_vectors()[section]:
        found = [facet for facet in detect_facets(vector["input"]) if facet.kind is FacetKind.TAG]
        assert [facet.value for facet in found] == vector["tags"]
        assert [{"byteStart": facet.byte_start, "byteEnd": facet.byte_end} for facet in found] == vector[
            "index"
        ]


def test_no_section_of_facet_vectors_is_forgotten() -> None:
    assert set(facet_vectors()) == {"mentions_and_links", "tags", "cashtags"}


SYNTAX: dict[str, Callable[[str], bool]] = {
    "atidentifier_syntax": is_at_identifier,
    "aturi_syntax": is_at_uri,
    "datetime_parse": is_atproto_datetime,
    "datetime_syntax": is_atproto_datetime,
    "did_syntax": is_did,
    "handle_syntax": is_handle,
    "language_parse": lambda text: is_language(text, strict=True),
    "language_syntax": is_language,
    "nsid_syntax": is_nsid,
    "recordkey_syntax": is_record_key,
    "tid_syntax": is_tid,
}


def test_identifiers_are_judged_as_the_protocol_does() -> None:
    paths = sorted(corpus("bluesky", "interop-syntax").glob("*.txt"))

    assert {path.stem.rpartition("_")[0] for path in paths} == set(SYNTAX)
    for path in paths:
        topic, _, verdict = path.stem.rpartition("_")
        lines = [line for line in path.read_text().split("\n") if line.strip() and not line.startswith("#")]
        assert lines
        assert [line for line in lines if SYNTAX[topic](line) is not (verdict == "valid")] == [], path.stem


def test_strict_languages_are_a_part_of_the_well_formed() -> None:
    lines = corpus("bluesky", "interop-syntax", "language_syntax_valid.txt").read_text().split("\n")
    tags = [line for line in lines if line and not line.startswith("#")]

    assert [tag for tag in tags if not is_language(tag, strict=True)] == []
