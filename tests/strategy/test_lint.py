"""The editorial line: what of a draft leaves it, and where."""

from __future__ import annotations

from datetime import date

import pytest

import socialkit as sk
from socialkit.platforms import BlueskyOptions, LinkCard
from socialkit.testing import picture

CALM = sk.EditorialRule(key="calm", reason="we do not shout", never=["best ever"])
PROOF = sk.EditorialRule(
    key="proof", reason="the law", where=["organic"], needs=["certified by", "see label"]
)
SEEN = sk.EditorialRule(key="seen", reason="for all", alt_text=True, severity=sk.Severity.WARNING)
TONGUE = sk.EditorialRule(key="tongue", reason="our readers", languages=["fr", "pt"])
TRAFFIC = sk.Objective(
    key="traffic", goal="visits", kpi=sk.KPI(metric="clicks", target=2, by=date(2026, 12, 31))
)


def shown(alt_text: str | None) -> sk.Media:
    return picture().model_copy(update={"alt_text": alt_text})


def found(draft: sk.Draft, *rules: sk.EditorialRule) -> list[str]:
    strategy = sk.Strategy(brand="acme", objectives=[TRAFFIC], pillars=[sk.Pillar(key="craft")], rules=rules)
    problems = strategy.lint(draft)
    assert all(problem.basis is sk.Basis.STRATEGY for problem in problems)
    return [problem.field for problem in problems]


def test_words_are_found_wherever_something_is_published() -> None:
    bare = shown("the Best\nEver jacket")
    draft = sk.Draft(
        text="The BEST  EVER!",
        media=[bare],
        first_comment="#best ever",
        thread=[sk.Draft(text="Best ever", variants={"x": sk.Variant(text="Still the best ever, on x")})],
        variants={"x": sk.Variant(text="best ever on X"), "acme/threads/fr": sk.Variant(text="Fine")},
        options=[BlueskyOptions(card=LinkCard(uri="https://shop.example", title="best ever"))],
    )

    assert found(draft, CALM) == [
        "text",
        "first_comment",
        "options.bluesky.card.title",
        "thread[0].text",
        "media[0].alt_text",
    ]


def test_a_variant_is_told_only_where_it_differs() -> None:
    draft = sk.Draft(
        text="Fine",
        first_comment="best ever",
        thread=[sk.Draft(text="Fine", variants={"x": sk.Variant(text="best ever")})],
        variants={"acme/threads/fr": sk.Variant(text="best ever")},
    )

    assert found(draft, CALM) == [
        "first_comment",
        "variants.acme/threads/fr.text",
        "variants.x.thread[0].text",
    ]


def test_a_claim_needs_its_proof_somewhere_in_the_post() -> None:
    claim = "Organic cotton"

    assert found(sk.Draft(text=claim), PROOF) == ["text"]
    assert found(sk.Draft(text=claim, thread=[sk.Draft(text="Certified by them")]), PROOF) == []
    assert found(sk.Draft(text="Cotton"), PROOF) == []
    proven = sk.Draft(text=claim, first_comment="See label", variants={"x": sk.Variant(first_comment=None)})
    assert found(proven, PROOF) == ["variants.x.text"]


def test_what_every_post_needs_is_missed_in_the_text() -> None:
    advert = sk.EditorialRule(key="ad", reason="disclosure", needs=["#ad"])

    assert found(sk.Draft(text="Buy"), advert) == ["text"]
    assert found(sk.Draft(text="Buy this, it is no ad"), advert) == ["text"]
    assert found(sk.Draft(text="Buy #Ad"), advert) == []


def test_pictures_need_descriptions() -> None:
    bare = shown(None)
    blank = shown("  ")
    told = shown("A jacket")
    draft = sk.Draft(media=[told, bare], thread=[sk.Draft(media=[blank])])

    assert found(draft, SEEN) == ["media[1].alt_text", "thread[0].media[0].alt_text"]
    assert found(sk.Draft(media=[told], variants={"x": sk.Variant(media=[bare])}), SEEN) == [
        "variants.x.media[0].alt_text"
    ]


@pytest.mark.parametrize(
    ("language", "right"), [("fr", True), ("pt-BR", True), ("FR-ca", True), ("en", False), (None, False)]
)
def test_drafts_are_in_the_languages_of_the_brand(language: str | None, right: bool) -> None:
    assert found(sk.Draft(text="…", language=language), TONGUE) == ([] if right else ["language"])


def test_purposes_name_what_the_strategy_has() -> None:
    purpose = sk.Purpose(objective="trafic", campaign="any", pillar="craft")
    draft = sk.Draft(
        text="One", purpose=purpose, thread=[sk.Draft(text="2", purpose=sk.Purpose(pillar="art"))]
    )

    assert found(draft) == ["purpose.objective", "thread[0].purpose.pillar"]
    assert found(sk.Draft(text="One")) == []


def test_a_problem_says_the_rule_its_reason_and_how_bad_it_is() -> None:
    strategy = sk.Strategy(brand="acme", rules=[CALM, SEEN])
    draft = sk.Draft(text="best ever", media=[shown(None)])
    calm, seen = strategy.lint(draft)

    assert str(calm) == "text has 'best ever', which is never used (calm: we do not shout)"
    assert (calm.severity, seen.severity) == (sk.Severity.ERROR, sk.Severity.WARNING)


@pytest.mark.parametrize(
    ("text", "phrase", "is_there"),
    [
        ("A concatenation", "cat", False),
        ("my cat, yours", "cat", True),
        ("cats", "cat", False),
        ("cat_food", "cat", False),
        ("KEINE STRASSE", "straße", True),
        ("İPTAL edin", "iptal", True),
        ("the cafe\u0301 is shut", "café", True),
        ("the cafe\u0301 is shut", "cafe", False),
        ("I don\u2019t", "don't", True),
        ("re\u200bfund", "refund", True),
        ("我要退款。", "退款", True),
        ("ขอคืนเงินครับ", "คืนเงิน", True),
        ("환불을 원해요", "환불", True),
        ("पैसा वापस", "पैस", False),
        ("family 👩\u200d👩\u200d👧", "👩", False),
        ("love ❤\ufe0f", "❤", True),
        ("concat cat", "cat", True),
        ("", "cat", False),
    ],
)
def test_phrases_are_found_in_whole_words(text: str, phrase: str, is_there: bool) -> None:
    rule = sk.EditorialRule(key="word", reason="so", never=[phrase])

    assert found(sk.Draft(text=text), rule) == (["text"] if is_there else [])
