"""Messages of one conversation are one case, and the gravest of them says what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import socialkit as sk
from socialkit.authority import Action, AuthorityLine
from socialkit.routing import CaseSeverity
from socialkit.testing import settle
from tests.desk.conftest import Office

State = sk.CaseState
HOUR = timedelta(hours=1)

ROUTER = sk.Router(
    rules=[
        sk.RoutingRule(
            key="crisis",
            any_of=["glass"],
            department="management",
            first_response=HOUR,
            severity=CaseSeverity.CRITICAL,
            escalate=True,
            freeze=True,
        ),
        sk.RoutingRule(
            key="complaint",
            any_of=["broken"],
            department="customer service",
            severity=CaseSeverity.HIGH,
            first_response=4 * HOUR,
            suggested_reply="We are sorry.",
        ),
        sk.RoutingRule(
            key="prices",
            any_of=["price"],
            department="sales",
            first_response=24 * HOUR,
            suggested_reply="See our shop.",
        ),
        sk.RoutingRule(
            key="thanks",
            any_of=["love"],
            department="community",
            first_response=HOUR / 2,
            suggested_reply="That makes our day.",
        ),
    ],
    default=sk.RoutingRule(key="rest", department="community"),
)


async def told(office: Office, desk: Any, *texts: str) -> sk.Case:
    """Have one person write in private, with a sweep after each message, and return the case."""
    swept: list[sk.Case] = []
    for text in texts:
        office.world.receive("mastodon", text=text, private=True)
        office.world.clock.advance(timedelta(minutes=1))
        (case,) = await settle(desk.sweep())
        swept.append(case)
    return swept[-1]


async def test_a_friendly_word_does_not_cover_a_crisis(office: Office) -> None:
    desk = office.desk(router=ROUTER)

    crisis = await told(office, desk, "There is glass in my bag")
    case = await told(office, desk, "I would love an answer")

    assert (case.id, case.decision.because.rule) == (crisis.id, "crisis")
    assert (case.assignee, case.escalated, case.suggested_reply) == ("management", True, None)
    assert case.first_response_due == case.messages[1].created_at + HOUR / 2


async def test_a_crisis_takes_over_the_case_that_was_begun_by_a_question(office: Office) -> None:
    desk = office.desk(router=ROUTER)

    question = await told(office, desk, "What is the price?")
    case = await told(office, desk, "There is glass in my bag")
    last = (await settle(desk.history(case)))[-1]

    assert (question.assignee, question.suggested_reply) == ("sales", "See our shop.")
    assert (case.id, case.assignee, case.escalated) == (question.id, "management", True)
    assert case.suggested_reply is None
    assert case.first_response_due == case.message.created_at + HOUR
    assert (last.what, last.detail["rule"], last.detail["department"]) == (
        "message added",
        "crisis",
        "management",
    )


async def test_the_earlier_promise_stands_whoever_answers(office: Office) -> None:
    desk = office.desk(router=ROUTER)

    case = await told(office, desk, "My cup is broken", "What is the price of a new one?")

    assert (case.decision.because.rule, case.assignee) == ("complaint", "customer service")
    assert case.first_response_due == case.messages[0].created_at + 4 * HOUR
    assert case.suggested_reply == "We are sorry."


async def test_a_message_that_promises_nothing_takes_no_promise_back(office: Office) -> None:
    desk = office.desk(router=ROUTER)

    case = await told(office, desk, "What is the price?", "Hello?")

    assert (case.decision.because.rule, case.assignee) == ("rest", "community")
    assert case.first_response_due == case.messages[0].created_at + 24 * HOUR


async def test_of_equally_grave_messages_the_newest_says_who_answers(office: Office) -> None:
    case = await told(office, office.desk(router=ROUTER), "What is the price?", "I love it")

    assert (case.assignee, case.suggested_reply) == ("community", "That makes our day.")


async def test_what_was_answered_no_longer_counts(office: Office) -> None:
    desk = office.desk(router=ROUTER)
    complaint = await told(office, desk, "My cup is broken")
    await settle(desk.reply(complaint, "We are sorry."))

    case = await told(office, desk, "I love the new one")

    assert (case.id, case.state) == (complaint.id, State.OPEN)
    assert (case.decision.because.rule, case.assignee) == ("thanks", "community")
    assert case.first_response_due == case.message.created_at + HOUR / 2


async def test_an_answered_crisis_stays_where_it_is(office: Office) -> None:
    desk = office.desk(router=ROUTER)
    crisis = await told(office, desk, "There is glass in my bag")
    await settle(desk.reply(crisis, "Please do not eat it."))

    case = await told(office, desk, "I love you for that")

    assert (case.state, case.assignee, case.escalated) == (State.OPEN, "management", True)
    assert case.suggested_reply is None


async def test_no_rule_takes_back_what_a_person_handed_up(office: Office) -> None:
    desk = office.desk(router=ROUTER)
    question = await told(office, desk, "What is the price?")
    await settle(desk.escalate(question, to="direction", note="the minister"))

    case = await told(office, desk, "And the cup is broken")

    assert (case.assignee, case.escalated, case.suggested_reply) == ("direction", True, None)


@pytest.mark.parametrize(("text", "assignee"), [("I love it", "anna"), ("It is broken", "customer service")])
async def test_who_was_asked_by_name_keeps_the_case_unless_it_becomes_graver(
    office: Office, text: str, assignee: str
) -> None:
    desk = office.desk(router=ROUTER)
    question = await told(office, desk, "What is the price?")
    await settle(desk.assign(question, to="anna"))

    case = await told(office, desk, text)

    assert case.assignee == assignee


MAY_NOT_FREEZE = sk.Authority(
    lines=[
        AuthorityLine(
            actors=["kim"], actions=[Action.REPLY, Action.CLOSE, Action.ASSIGN], permission=sk.Permission.YES
        )
    ]
)


async def test_who_may_not_freeze_still_gets_the_case_and_is_told(office: Office) -> None:
    desk = office.desk(router=ROUTER, actor="kim", authority=MAY_NOT_FREEZE)
    office.world.receive("mastodon", text="What is the price?", author="ada")
    office.world.receive("mastodon", text="There is glass in my bag", author="ben")

    sweep = await settle(desk.sweep())
    crisis = next(case for case in sweep if case.decision.freeze)
    (opened,) = await settle(desk.history(crisis))

    assert len(sweep) == 2
    assert sweep.failed() == {}
    assert list(sweep.unfrozen()) == ["acme/mastodon/main"]
    assert "kim may not freeze" in str(sweep.unfrozen()["acme/mastodon/main"])
    assert (crisis.assignee, crisis.escalated) == ("management", True)
    assert "kim may not freeze" in str(opened.detail["freeze refused"])
    assert await settle(office.stage.publisher(office.stage.machine().workspace).freezes()) == ()
    assert list(await settle(desk.sweep())) == []


async def test_a_freeze_that_is_refused_escalates_a_case_that_was_there(office: Office) -> None:
    rules = [one.model_copy(update={"escalate": False}) for one in ROUTER.rules]
    router = sk.Router(rules=rules, default=ROUTER.default)
    desk = office.desk(router=router, actor="kim", authority=MAY_NOT_FREEZE)

    case = await told(office, desk, "What is the price?", "There is glass in my bag")
    other = office.desk(router=router, actor="kim", authority=MAY_NOT_FREEZE)
    office.world.receive("mastodon", text="Glass!", author="ben")
    (new,) = await settle(other.sweep())

    assert (case.escalated, case.assignee) == (True, "management")
    assert (new.escalated, new.suggested_reply) == (True, None)


async def test_a_freeze_that_was_made_is_not_told_as_refused(office: Office) -> None:
    desk = office.desk(router=ROUTER)
    office.world.receive("mastodon", text="There is glass in my bag")

    sweep = await settle(desk.sweep())

    assert sweep.unfrozen() == {}
    assert len(await settle(office.stage.publisher(office.stage.machine().workspace).freezes())) == 1
