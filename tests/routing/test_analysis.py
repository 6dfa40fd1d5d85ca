"""What the analysis finds, and that what it shows is so."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings

from socialkit.models import MessageKind
from socialkit.routing import CaseSeverity, Finding, FindingKind, Router, RoutingRule
from tests.routing.rules import NOON, SHOP, message, router, rule
from tests.routing.test_route import WORDS, rule_lists


def told(*rules: RoutingRule) -> list[tuple[str, tuple[str, ...], str | None]]:
    return [
        (found.kind.value, found.rules, found.phrase)
        for found in router(*rules).analyse()
        if found.kind is not FindingKind.UNCOVERED
    ]


def test_rules_in_good_order_give_nothing_to_say() -> None:
    assert SHOP.analyse() == ()


def test_a_rule_whose_words_earlier_ones_take_is_unreachable() -> None:
    found = told(
        rule("flights", any_of=["late", "flight"]),
        rule("delays", any_of=["late flight", "late"]),
    )

    assert found == [("unreachable", ("delays", "flights"), None)]


def test_a_rule_behind_one_without_conditions_is_unreachable() -> None:
    assert told(rule("all"), rule("prices", any_of=["price"])) == [("unreachable", ("prices", "all"), None)]


def test_several_rules_together_may_leave_nothing() -> None:
    found = told(
        rule("x", platforms=["x"], any_of=["price"]),
        rule("others", none_of=["hello"], any_of=["price"]),
        rule("greeted", all_of=["hello"]),
        rule("prices", any_of=["price"]),
    )

    assert ("unreachable", ("prices", "x"), None) in found


@pytest.mark.parametrize(
    "earlier",
    [
        rule("earlier", any_of=["price"], platforms=["x"]),
        rule("earlier", any_of=["price"], kinds=["review"]),
        rule("earlier", any_of=["price"], languages=["de"]),
        rule("earlier", any_of=["price"], brands=["acme"]),
        rule("earlier", any_of=["price"], accounts=["acme/x/main"]),
        rule("earlier", any_of=["price"], none_of=["low price"]),
        rule("earlier", all_of=["price", "low"]),
        rule("earlier", any_of=["price low"]),
    ],
)
def test_a_rule_that_an_earlier_one_leaves_something_is_reachable(earlier: RoutingRule) -> None:
    found = told(earlier, rule("later", any_of=["price"]))

    assert [kind for kind, _, _ in found if kind in {"unreachable", "shadowed"}] == []


def test_a_phrase_that_never_decides_is_told() -> None:
    found = told(
        rule("sales", any_of=["price"]),
        rule("sizes", any_of=["size", "price of a size"]),
    )

    assert ("shadowed", ("sizes", "sales"), "price of a size") in found


def test_rules_that_catch_the_same_words_and_disagree_are_told() -> None:
    found = told(
        rule("sizes", any_of=["price of a size"]),
        rule("sales", any_of=["price"]),
    )

    assert found == [("disagreeing", ("sales", "sizes"), None)]
    assert told(rule("sizes", "shop", any_of=["size"]), rule("sales", "shop", any_of=["size", "price"])) == [
        ("shadowed", ("sales", "sizes"), "size")
    ]


def test_a_grave_rule_behind_a_milder_one_is_told() -> None:
    crisis = rule("crisis", any_of=["recall"], severity=CaseSeverity.CRITICAL)
    prices = rule("prices", any_of=["price"])

    assert told(prices, crisis) == [("graver later", ("crisis", "prices"), None)]
    assert told(crisis, prices) == []


def test_kinds_that_no_rule_catches_are_told() -> None:
    reviews = rule("reviews", kinds=["review", "comment", "mention", "reply", "quote"])
    (found,) = router(reviews).analyse()

    assert (found.kind, found.witness.kind) == (FindingKind.UNCOVERED, MessageKind.DIRECT_MESSAGE)
    assert str(found) == "no rule catches a direct message: all go to 'common'"


def shows(one: Router, found: Finding) -> bool:
    """Tell whether routing the witness shows what the finding says."""
    by_key = {rule.key: rule for rule in (*one.rules, one.default)}
    decides = one.route(found.witness, now=NOON).because.rule
    questioned = by_key[found.rules[0]]
    if decides != found.rules[-1]:
        return False
    if found.kind is FindingKind.UNCOVERED:
        return decides == one.default.key
    if found.kind in {FindingKind.UNREACHABLE, FindingKind.SHADOWED}:
        return decides != questioned.key
    return decides != questioned.key and questioned.matches(found.witness)


@settings(deadline=None)
@given(rule_lists())
def test_a_witness_shows_what_its_finding_says(rules: list[RoutingRule]) -> None:
    one = router(*rules)

    assert [found for found in one.analyse() if not shows(one, found)] == []


@settings(deadline=None, max_examples=40)
@given(rule_lists())
def test_no_message_reaches_what_is_said_to_be_unreachable(rules: list[RoutingRule]) -> None:
    one = router(*rules)
    lost = {found.rules[0] for found in one.analyse() if found.kind is FindingKind.UNREACHABLE}
    texts = [
        ". ".join(words)
        for size in range(4)
        for words in itertools.combinations([*WORDS, "but", "not"], size)
    ]

    reached = {
        one.route(message(text, platform=platform, kind=kind), now=NOON).because.rule
        for text in texts
        for platform in ("x", "mastodon")
        for kind in (MessageKind.REVIEW, MessageKind.COMMENT)
    }
    assert reached & lost == set()
