"""Where messages go, until when they are to be answered, and why."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialkit.models import BusinessHours, Message, MessageKind
from socialkit.routing import Because, Decision, Router, RoutingRule, Stance
from tests.routing.rules import HOUR, NOON, SHOP, message, router, rule


@pytest.mark.parametrize(
    ("text", "key", "department", "stance", "part"),
    [
        ("Is there a DISCOUNT today?", "prices", "sales", "public", "DISCOUNT"),
        ("How  much is it", "prices", "sales", "public", "How  much"),
        ("My zip is broken", "complaint", "customer service", "private", "broken"),
        ("I am a journalist", "press", "PR", "public", "journalist"),
        ("Are you open on Sunday, or today", "hours", "manager", "public", "open"),
        ("The soup was poisoned!", "crisis", "management", "none", "poisoned"),
        ("Lovely", "common", "manager", "public", None),
        ("It is not broken", "common", "manager", "public", None),
    ],
)
def test_a_message_goes_where_its_words_send_it(
    text: str, key: str, department: str, stance: str, part: str | None
) -> None:
    decision = SHOP.route(message(text), now=NOON)
    span = decision.because.span

    assert (decision.because.rule, decision.department, decision.stance) == (key, department, stance)
    assert (None if span is None else text[span.start : span.end]) == part


def test_a_crisis_word_freezes_and_escalates() -> None:
    crisis, price = (SHOP.route(message(text), now=NOON) for text in ("recall", "price"))

    assert (crisis.freeze, crisis.escalate, crisis.severity) == (True, True, "critical")
    assert (price.freeze, price.escalate, price.severity) == (False, False, "normal")


def test_the_first_rule_that_catches_a_message_decides() -> None:
    both = message("What is the price of a refund?")

    assert SHOP.route(both, now=NOON).because.rule == "complaint"
    assert router(*reversed(SHOP.rules)).route(both, now=NOON).because.rule == "prices"


def test_a_common_message_brings_its_answer() -> None:
    decision = SHOP.route(message("Open today?"), now=NOON)

    assert decision.suggested_reply == "We are open until six!"
    assert [span.phrase for span in decision.because.spans] == ["open", "today"]


@pytest.mark.parametrize(
    ("condition", "caught", "passed"),
    [
        ({"kinds": ["review"]}, {"kind": MessageKind.REVIEW}, {}),
        ({"platforms": ["x"]}, {"platform": "x"}, {"account": None}),
        ({"brands": ["beta"]}, {"brand": "beta"}, {}),
        ({"accounts": ["acme/x/main"]}, {"platform": "x"}, {"platform": "x", "brand": "beta"}),
        ({"languages": ["de"]}, {"language": "de-CH"}, {"language": "den"}),
        ({"languages": ["de-CH"]}, {"language": "de-ch"}, {"language": "de"}),
        ({"languages": ["de"]}, {"language": "DE"}, {"language": None}),
        ({"any_of": ["a", "b"]}, {"text": "b"}, {"text": "c"}),
        ({"all_of": ["a", "b"]}, {"text": "b, a"}, {"text": "b"}),
        ({"none_of": ["a"]}, {"text": "b"}, {"text": "a"}),
        ({"any_of": ["a"], "all_of": ["b"], "none_of": ["c"]}, {"text": "a b"}, {"text": "a b c"}),
    ],
)
def test_every_condition_of_a_rule_has_to_hold(
    condition: dict[str, Any], caught: dict[str, Any], passed: dict[str, Any]
) -> None:
    only = rule("only", **condition)
    keys = [router(only).route(message(**one), now=NOON).because.rule for one in (caught, passed)]

    assert keys == ["only", "common"]
    assert [only.matches(message(**one)) for one in (caught, passed)] == [True, False]


def test_what_came_in_private_is_not_answered_in_public() -> None:
    stances = [
        SHOP.route(message(text, private=True), now=NOON).stance for text in ("price", "refund", "recall")
    ]

    assert stances == [Stance.PRIVATE, Stance.PRIVATE, Stance.NONE]


def test_the_promised_time_runs_from_when_a_message_was_written() -> None:
    late = NOON + timedelta(days=2)

    assert SHOP.route(message("refund"), now=late).first_response_due == NOON + HOUR
    assert SHOP.route(message("refund", created_at=late), now=NOON).first_response_due == NOON + HOUR
    assert SHOP.route(message("recall"), now=NOON).first_response_due is None


def test_the_promised_time_runs_in_opening_hours() -> None:
    friday = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)
    open_hours = BusinessHours(
        week={"MO": ["09:00-17:00"], "TU": ["09:00-17:00"], "FR": ["09:00-17:00"]},
        zone="UTC",
        holidays=[date(2026, 3, 9)],
    )
    shop = router(rule("complaint", any_of=["refund"], first_response=HOUR), hours=open_hours)
    decision = shop.route(message("refund", created_at=friday), now=friday)

    assert decision.first_response_due == datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        SHOP.route(message("price"), now=NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match="has no time zone"):
        SHOP.route_many([], now=NOON.replace(tzinfo=None))


def test_many_messages_are_routed_as_they_are_taken() -> None:
    taken: list[str] = []

    def stream() -> Iterator[Message]:
        for text in ("price", "refund", "never asked for"):
            taken.append(text)
            yield message(text)

    decisions = SHOP.route_many(stream(), now=NOON)
    first = next(decisions)

    assert (first, taken) == (SHOP.route(message("price"), now=NOON), ["price"])
    assert next(decisions).because.rule == "complaint"


def test_a_replay_counts_what_would_have_gone_where() -> None:
    texts = ["price", "discount", "refund", "hello", "bye"]
    replay = SHOP.replay(message(text) for text in texts)

    assert replay.total == 5
    assert replay.rules == {"crisis": 0, "press": 0, "complaint": 1, "prices": 2, "hours": 0, "common": 2}
    assert replay.departments == {"management": 0, "PR": 0, "customer service": 1, "sales": 2, "manager": 2}
    assert [one.text for one in replay.unmatched] == ["hello", "bye"]


def test_a_router_needs_no_rules_but_a_default() -> None:
    assert router().route(message("price"), now=NOON).department == "manager"
    with pytest.raises(ValidationError, match="default"):
        Router.model_validate({"rules": []})


def test_a_copy_with_other_rules_goes_by_them() -> None:
    assert SHOP.route(message("price"), now=NOON).because.rule == "prices"

    copied = SHOP.model_copy(update={"rules": ()})
    assert copied.route(message("price"), now=NOON).because.rule == "common"


def test_nobody_changes_a_router() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        SHOP.rules = ()


def test_a_decision_can_be_kept() -> None:
    decision = SHOP.route(message("My zip is broken"), now=NOON)

    assert Decision.model_validate_json(decision.model_dump_json()) == decision
    assert pickle.loads(pickle.dumps(decision)) == decision


WORDS = ["price", "refund", "late", "flight", "late flight", "open", "退款", "😡"]
phrases = st.none() | st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique=True)
conditions = st.fixed_dictionaries(
    {
        "any_of": phrases,
        "all_of": phrases,
        "kinds": st.none() | st.just([MessageKind.REVIEW]),
        "platforms": st.none() | st.just(["x"]),
    }
)
refusals = st.none() | st.lists(st.sampled_from(["but", "not", "price"]), min_size=1, max_size=2)


@st.composite
def rule_lists(draw: st.DrawFn) -> list[RoutingRule]:
    made: list[RoutingRule] = []
    for number in range(draw(st.integers(0, 5))):
        given: dict[str, Any] = draw(conditions)
        refused = draw(refusals)
        if refused is not None and {*(given["any_of"] or ()), *(given["all_of"] or ())} & {*refused}:
            refused = None
        made.append(rule(f"rule {number}", none_of=refused, **given))
    return made


messages = st.builds(
    message,
    st.lists(st.sampled_from([*WORDS, "but", "not", "so", "."]), max_size=5).map(" ".join),
    platform=st.sampled_from(["x", "mastodon"]),
    kind=st.sampled_from([MessageKind.REVIEW, MessageKind.COMMENT]),
)


@given(rule_lists(), messages)
def test_the_answer_is_the_first_rule_that_matches_alone(rules: list[RoutingRule], asked: Message) -> None:
    alone = [one.key for one in rules if one.matches(asked)]
    decision = router(*rules).route(asked, now=NOON)

    assert decision.because.rule == (alone or ["common"])[0]
    for span in decision.because.spans:
        assert RoutingRule(key="span", department="any", any_of=[span.phrase]).matches(
            message(asked.text[span.start : span.end])
        )


@given(rule_lists(), messages)
def test_a_router_answers_the_same_after_a_pickle(rules: list[RoutingRule], asked: Message) -> None:
    one = router(*rules, hours=BusinessHours(week={"MO": ["09:00-17:00"]}, zone="Europe/Paris"))
    before = one.route(asked, now=NOON)
    again = pickle.loads(pickle.dumps(one))

    assert again == one == router(*rules, hours=one.hours)
    assert again.route(asked, now=NOON) == one.route(asked, now=NOON) == before


def test_a_reason_without_words_has_no_span() -> None:
    assert Because(rule="any").span is None
