"""Drafts, their variants and purposes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from socialkit.errors import ConfigurationError
from socialkit.models import UTM, AccountRef, Attempt, Draft, PlatformOptions, Purpose, Variant, Visibility
from socialkit.platforms import MastodonOptions, Poll
from socialkit.platforms.mastodon import FACTS
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
    "utm": (UTM(content="{pillar}", hosts=["shop.example"]), None),
}
"""Every field that a variant can change: a value, and what it is when it is empty."""

OPTIONS: Mapping[str, tuple[Any, Any]] = {
    "content_warning": ("Spiders", None),
    "sensitive": (True, None),
    "poll": (Poll(choices=["a", "b"], duration=timedelta(hours=1)), None),
    "scheduled_at": (datetime(2030, 5, 1, tzinfo=UTC), None),
    "quote_policy": ("nobody", None),
}

values = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(pair) for name, pair in FIELDS.items()}
).map(dict[str, Any])


def without_thread(given: dict[str, Any]) -> dict[str, Any]:
    return {name: () if name == "thread" else value for name, value in given.items()}


of_parts = values.map(without_thread)
"""What a part of a thread can have: all but a thread."""

options = (
    st.fixed_dictionaries({}, optional={name: st.sampled_from(pair) for name, pair in OPTIONS.items()})
    .map(dict[str, Any])
    .map(lambda given: MastodonOptions(**given))
)


@st.composite
def drafts(draw: st.DrawFn, *, whole: bool = True) -> Draft:
    own = values if whole else of_parts
    fields = draw(own)
    if draw(st.booleans()):
        fields["options"] = draw(st.lists(options, max_size=2))
    if draw(st.booleans()):
        kinds = st.sampled_from(["x", "mastodon", "acme/mastodon/main"])
        fields["variants"] = draw(st.dictionaries(kinds, own.map(lambda given: Variant(**given))))
    if whole and draw(st.booleans()):
        fields["thread"] = draw(st.lists(drafts(whole=False), max_size=2))
    return Draft(**fields)


def given_in(value: Any) -> Any:
    """Return which fields were given, in a draft and all that it holds."""
    if isinstance(value, Draft | Variant | PlatformOptions):
        return {name: given_in(getattr(value, name)) for name in value.model_fields_set}
    if isinstance(value, Mapping):
        return {name: given_in(one) for name, one in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return [given_in(one) for one in value] if isinstance(value, tuple) else None  # pyright: ignore[reportUnknownVariableType]


def restorations(draft: Draft) -> list[Draft]:
    """Return the draft read back from all that it can be written as."""
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    attempt = Attempt(
        platform="mastodon",
        account=AccountRef(platform="mastodon"),
        kind="edit",
        step="edit",
        key="1",
        started_at=now,
        deadline=now,
        draft=draft,
    )
    several: TypeAdapter[list[Draft]] = TypeAdapter(list[Draft])
    found = [
        Draft.model_validate_json(draft.model_dump_json()),
        Draft.model_validate(draft.model_dump()),
        Draft.model_validate_json(draft.model_dump_json(exclude_unset=True)),
        *several.validate_json(several.dump_json([draft])),
        *several.validate_python(several.dump_python([draft])),
        Attempt.model_validate_json(attempt.model_dump_json()).draft,
        Attempt.model_validate(attempt.model_dump()).draft,
    ]
    return [one for one in found if one is not None]


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


NESTED: Mapping[str, Callable[[Draft], dict[str, Any]]] = {
    "a part with a thread": lambda part: {"thread": [Draft(thread=[part])]},
    "a part whose variant has a thread": lambda part: {
        "thread": [Draft(variants={"x": Variant(thread=[part])})]
    },
    "a variant's part with a thread": lambda part: {
        "variants": {"x": Variant(thread=[Draft(thread=[part])])}
    },
    "a part that was read": lambda part: {"thread": [{"thread": [part.model_dump()]}]},
}


@pytest.mark.parametrize("nest", NESTED.values(), ids=list(NESTED))
def test_a_part_of_a_thread_has_no_thread_of_its_own(nest: Callable[[Draft], dict[str, Any]]) -> None:
    with pytest.raises(ValidationError, match="a part of a thread has a thread of its own"):
        Draft(text="One", **nest(Draft(text="Three")))


@pytest.mark.parametrize("step", ["thread", "variant"])
def test_drafts_nested_beyond_all_depth_are_refused_when_read(step: str) -> None:
    document: dict[str, Any] = {"text": "x"}
    for _ in range(5_000):
        inner = {"thread": [document]}
        document = inner if step == "thread" else {"variants": {"x": inner}}

    with pytest.raises(ValidationError):
        Draft.model_validate(document)


def test_a_draft_that_was_copied_into_itself_is_refused_with_its_problems() -> None:
    draft = Draft(text="One")
    for _ in range(5_000):
        draft = draft.model_copy(update={"thread": (draft,)})  # which checks nothing

    problems = FACTS.rules.check(draft, "mastodon", FACTS.limits)

    assert [(one.field, one.message) for one in problems] == [
        ("thread[0].thread", "stands inside a thread: give the parts in one list")
    ]


def test_options_that_stand_twice_are_told_since_the_last_alone_would_count() -> None:
    quiet, loud = MastodonOptions(content_warning="Spiders"), MastodonOptions(sensitive=True)

    def found(*options: PlatformOptions) -> list[str]:
        draft = Draft(text="One", options=options, thread=[Draft(text="Two", options=options)])
        return [str(one) for one in FACTS.rules.check(draft, "mastodon", FACTS.limits)]

    twice = "hold MastodonOptions more than once, and only the last would count: put all into one"
    assert found(quiet) == []
    assert found(quiet, loud) == [f"options {twice}", f"thread[0].options {twice}"]


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


@given(drafts())
def test_what_was_given_is_all_that_is_given_when_a_draft_is_read_back(draft: Draft) -> None:
    for restored in restorations(draft):
        assert restored == draft
        assert given_in(restored) == given_in(draft)
        assert restored.for_("mastodon") == draft.for_("mastodon")
        assert restored.for_("acme/mastodon/main") == draft.for_("acme/mastodon/main")


@given(drafts(), st.sampled_from(["mastodon", "acme/mastodon/main", "x"]))
def test_a_draft_as_a_platform_gets_it_survives_like_any_other(draft: Draft, target: str) -> None:
    rules, limits = FACTS.rules, FACTS.limits.model_copy(update={"text": 40})
    long = draft.model_copy(update={"text": "word " * 30})

    for ready in (
        draft.for_(target),
        rules.prepare(draft, target, limits),
        rules.prepare(long, target, limits),
    ):
        for restored in restorations(ready):
            assert restored == ready
            assert given_in(restored) == given_in(ready)
            assert restored.for_(target) == ready.for_(target)


def test_a_draft_is_written_as_it_was_given() -> None:
    draft = Draft(
        text="One", media=[], variants={"x": Variant(text="1")}, options=[MastodonOptions(poll=None)]
    )

    assert draft.model_dump() == {
        "text": "One",
        "media": (),
        "variants": {"x": {"text": "1"}},
        "options": ({"platform": "mastodon", "poll": None},),
    }
    assert Draft().model_dump_json() == "{}"


def test_a_draft_is_frozen_and_keeps_no_list_of_the_callers() -> None:
    later = [Draft(text="Two")]
    draft = Draft(text="One", thread=later)
    later.append(Draft(text="Three"))

    assert [part.text for part in draft.parts] == ["One", "Two"]
    with pytest.raises(ValidationError, match="frozen"):
        draft.text = "Two"  # pyright: ignore[reportAttributeAccessIssue]  # what is to be refused


@pytest.mark.parametrize("language", ["en", "pt-BR", "zh-Hant-TW", "sl-rozaj-biske-1994", "EN"])
def test_a_language_tag_is_kept(language: str) -> None:
    assert (Draft(language=language).language, Variant(language=language).language) == (language, language)


@pytest.mark.parametrize(
    "language", ["", "e", "English!", "en_US", "en-", "-en", "en--US", " en", "en\n", "日本語"]
)
@pytest.mark.parametrize("kind", [Draft, Variant])
def test_what_is_no_language_tag_is_refused(kind: type[Draft | Variant], language: str) -> None:
    with pytest.raises(ValidationError, match="is no language: give a BCP 47 tag"):
        kind(language=language)


@pytest.mark.parametrize("key", ["x", "google_analytics", "acme/x/main", "Acme Shoes/x/Main shop"])
def test_a_variant_is_for_a_platform_or_an_account(key: str) -> None:
    draft = Draft(text="One", variants={key: Variant(text="1")})

    assert draft.for_(key).text == "1"


@pytest.mark.parametrize(
    "key",
    [
        "",
        " ",
        "x ",
        "acme/x",
        "acme/x/",
        "/x/main",
        "acme//main",
        "acme/ /main",
        "a/b/c/d",
        " /x/main",
        "x\n",
    ],
)
def test_a_variant_for_nobody_is_refused(key: str) -> None:
    with pytest.raises(ValidationError, match="is neither a platform, such as 'x', nor an account"):
        Draft(text="One", variants={key: Variant(text="1")})


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
