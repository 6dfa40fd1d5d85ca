"""A language is the same wherever one is named: in drafts, rules, and what a brand writes in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import socialkit as sk

NAMED: dict[str, Callable[[str], object]] = {
    "draft": lambda tag: sk.Draft(text="Autumn", language=tag).language,
    "rule of the editorial line": lambda tag: (
        sk.EditorialRule(key="a", reason="b", languages=[tag]).languages
    ),
    "rule of routing": lambda tag: sk.RoutingRule(key="own", department="x", languages=[tag]).languages,
    "brand": lambda tag: sk.Brand("acme", languages=[tag]).languages,
}


@pytest.mark.parametrize("where", NAMED)
@pytest.mark.parametrize("tag", ["en", "pt-BR", "zh-Hant-TW"])
def test_a_tag_is_taken_wherever_a_language_is_named(where: str, tag: str) -> None:
    assert NAMED[where](tag) in (tag, (tag,))


@pytest.mark.parametrize("where", NAMED)
@pytest.mark.parametrize("text", ["", "english please", "en_US", "i-klingon"])
def test_what_is_no_tag_is_refused_wherever_a_language_is_named(where: str, text: str) -> None:
    with pytest.raises((ValueError, sk.ConfigurationError), match="is no language: give a BCP 47 tag"):
        NAMED[where](text)
