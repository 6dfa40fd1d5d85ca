"""Drafts, their variants and purposes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialkit.errors import ConfigurationError
from socialkit.models import Draft, PlatformOptions, Purpose, Variant, Visibility
from socialkit.platforms import MastodonOptions
from socialkit.testing import picture

FIELDS: Mapping[str, tuple[Any, Any]] = {
    "text": ("One", ""),
    "media": ((picture(),), ()),
    "thread": ((Draft(text="Two"),), ()),
    "first_comment": ("Shop: https://shop.example", None),
    "language": ("en", None),
    "visibility": (Visibility.UNLISTED, None),
    "reply_to": ("17", None),
    "quotes": ("18", None),
    "overflow": ("thread", "refuse"),
}
"""Every field that a variant can change: a value, and what it is when it is empty."""

values = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(pair) for name, pair in FIELDS.items()}
).map(dict[str, Any])


def test_every_field_of_a_variant_is_one_of_the_draft() -> None:
    assert set(Variant.model_fields) == set(FIELDS)
    assert set(FIELDS) < set(Draft.model_fields)


@given(base=values, changed=values)
def test_a_variant_inherits_what_it_does_not_give(base: dict[str, Any], changed: dict[str, Any]) -> None:
    draft = Draft(**base, variants={"x": Variant(**changed)})
    got = draft.for_("x")
    wanted = Draft(**{**base, **changed})

    assert {name: getattr(got, name) for name in FIELDS} == {name: getattr(wanted, name) for name in FIELDS}
    assert got.variants == {}


@pytest.mark.parametrize("name", FIELDS)
def test_what_a_variant_gives_empty_is_removed(name: str) -> None:
    value, empty = FIELDS[name]
    draft = Draft(**{name: value}, variants={"x": Variant(**{name: empty})})

    assert getattr(draft, name) == value
    assert getattr(draft.for_("x"), name) == empty


@given(base=values, changed=values)
def test_a_draft_without_a_variant_for_a_platform_stays_as_it_is(
    base: dict[str, Any], changed: dict[str, Any]
) -> None:
    draft = Draft(**base, variants={"x": Variant(**changed)})

    assert draft.for_("mastodon") == Draft(**base)
    assert draft.for_("mastodon").for_("mastodon") == draft.for_("mastodon")


def test_an_accounts_variant_lies_over_its_platforms() -> None:
    draft = Draft(
        text="One",
        language="en",
        variants={
            "x": Variant(text="For x", first_comment="Both"),
            "acme/x/fr": Variant(text="Pour x", language="fr"),
            "acme/mastodon/fr": Variant(text="Elsewhere"),
        },
    )
    french, other = draft.for_("acme/x/fr"), draft.for_("acme/x/main")

    assert (french.text, french.language, french.first_comment) == ("Pour x", "fr", "Both")
    assert (other.text, other.language, other.first_comment) == ("For x", "en", "Both")


def test_parts_of_a_thread_have_variants_of_their_own() -> None:
    draft = Draft(text="One", thread=[Draft(text="Two", variants={"x": Variant(text="2")})])

    assert [part.text for part in draft.for_("x").parts] == ["One", "2"]
    assert [part.text for part in draft.for_("mastodon").parts] == ["One", "Two"]


def test_options_of_other_platforms_go() -> None:
    class OtherOptions(PlatformOptions):
        platform = "otherwall"

    quiet, loud = MastodonOptions(content_warning="Spiders"), MastodonOptions(content_warning="Bees")
    draft = Draft(text="One", options=[quiet, OtherOptions(), loud])

    assert draft.for_("mastodon").options == (quiet, loud)
    assert draft.for_("acme/otherwall/main").options == (OtherOptions(),)
    assert draft.option(MastodonOptions) is loud
    assert draft.for_("x").option(MastodonOptions) is None


@given(base=values, changed=values)
def test_a_draft_survives_json(base: dict[str, Any], changed: dict[str, Any]) -> None:
    draft = Draft(
        **base,
        purpose=Purpose(objective="traffic", tags=["jacket"]),
        variants={"x": Variant(**changed)},
        options=[MastodonOptions(content_warning="Spiders")],
    )
    restored = Draft.model_validate_json(draft.model_dump_json())

    assert restored == draft
    assert restored.variants["x"].model_fields_set == set(Variant.model_fields)


def test_a_draft_is_frozen_and_keeps_no_list_of_the_callers() -> None:
    later = [Draft(text="Two")]
    draft = Draft(text="One", thread=later)
    later.append(Draft(text="Three"))

    assert [part.text for part in draft.parts] == ["One", "Two"]
    with pytest.raises(ValidationError, match="frozen"):
        draft.text = "Two"  # pyright: ignore[reportAttributeAccessIssue]  # what is to be refused


@pytest.mark.parametrize("wrong", [{"txt": "One"}, {"overflow": "burst"}, {"media": ["jacket.jpg"]}])
def test_wrong_names_and_values_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Draft(**wrong)


def test_options_of_a_platform_that_nobody_has_are_refused_when_read() -> None:
    with pytest.raises(ConfigurationError, match="no platform 'nowhere'"):
        Draft.model_validate({"text": "One", "options": [{"platform": "nowhere", "board": "x"}]})


def test_a_purpose_is_empty_until_it_is_given() -> None:
    purpose = Purpose(tags=["a", "b"])

    assert (purpose.objective, purpose.campaign, purpose.pillar) == (None, None, None)
    assert purpose.tags == ("a", "b")
    assert Draft(text="One").purpose is None
