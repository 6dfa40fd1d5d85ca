"""The table alone: one answer to every question, and the reason for it."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialkit.authority import (
    Action,
    Authority,
    AuthorityLine,
    Permission,
    Risk,
    RiskWords,
    TeamMember,
)
from socialkit.models import AccountRef, Author, Draft, Media, Message, MessageKind, Model
from socialkit.models._people import person
from socialkit.testing import png

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
YES, ASK, NO = Permission


class Thing(Model):
    """The least that a table is asked about."""

    account: AccountRef = AccountRef(platform="mastodon", brand="acme", name="main")
    actor: str | None = None
    draft: Draft | None = None
    message: Message | None = None


def on(platform: str = "mastodon", brand: str | None = "acme", **fields: Any) -> Thing:
    return Thing(account=AccountRef(platform=platform, brand=brand, name="main"), **fields)


def line(permission: Permission, **conditions: Any) -> AuthorityLine:
    return AuthorityLine(permission=permission, **conditions)


TEAM = (
    TeamMember(actor="maria", roles=["manager"]),
    TeamMember(actor="sam", roles=["writer"], brands=["acme"]),
    TeamMember(actor="sam", roles=["manager", "writer"], brands=["beta"]),
)


def test_the_first_line_that_fits_decides() -> None:
    table = Authority(
        lines=[line(NO, platforms=["x"]), line(ASK, actions=["publish"]), line(YES, actions=["publish"])]
    )

    assert table.permission("maria", "publish", on("x")) is NO
    assert table.permission("maria", "publish", on("mastodon")) is ASK


@pytest.mark.parametrize("default", [*Permission])
def test_where_no_line_fits_the_default_decides(default: Permission) -> None:
    table = Authority(lines=[line(YES, actions=["hide"])], default=default)
    ruling = table.explain("maria", "publish", on())

    assert ruling.permission is default
    assert (ruling.number, ruling.line) == (None, None)


def test_nothing_is_allowed_by_an_empty_table() -> None:
    assert {Authority().permission("maria", action, on()) for action in Action} == {NO}


def test_people_have_the_roles_of_the_brand_in_question() -> None:
    table = Authority(team=TEAM, lines=[line(YES, roles=["manager"]), line(ASK, roles=["writer"])])

    assert table.permission("sam", "publish", on(brand="acme")) is ASK
    assert table.permission("sam", "publish", on(brand="beta")) is YES
    assert table.permission("sam", "publish", on(brand="gamma")) is NO
    assert table.permission("sam", "publish", on(brand=None)) is NO
    assert table.permission("maria", "publish", on(brand=None)) is YES
    assert table.permission(None, "publish", on()) is NO


def test_somebody_may_be_meant_by_name_or_by_role() -> None:
    table = Authority(team=TEAM, lines=[line(YES, roles=["manager"], actors=["sam"])])

    assert table.permission("sam", "publish", on(brand="acme")) is YES
    assert table.permission("maria", "publish", on()) is YES


def test_a_line_without_people_holds_for_all_even_without_a_name() -> None:
    assert Authority(lines=[line(YES)]).permission(None, "publish", on()) is YES


def test_an_unknown_action_is_never_allowed() -> None:
    ruling = Authority(lines=[line(YES)], default=YES).explain("maria", "aprove", on(actor="sam"))

    assert ruling.permission is NO
    assert "did you mean 'approve'?" in ruling.because


RISKS = (
    RiskWords(risk=Risk.HIGH, phrases=["recall", "lawyer"]),
    RiskWords(risk=Risk.MEDIUM, phrases=["discount"]),
)


@pytest.mark.parametrize(
    ("thing", "risk"),
    [
        (on(), "low"),
        (on(draft=Draft(text="A new jacket")), "low"),
        (on(draft=Draft(text="A DISCOUNT!")), "medium"),
        (on(draft=Draft(text="A discount, no recall")), "high"),
        (on(draft=Draft(text="One", thread=[Draft(text="recall")])), "high"),
        (on(draft=Draft(text="One", first_comment="discount")), "medium"),
        (
            on(draft=Draft(media=[Media.from_bytes(png(8, 8), filename="a.png", alt_text="the recall")])),
            "high",
        ),
    ],
)
def test_the_highest_risk_in_what_is_sent_counts(thing: Thing, risk: str) -> None:
    assert Authority(risks=RISKS).risk(thing) == risk


def test_the_risk_of_what_is_answered_counts_too() -> None:
    message = Message(
        id="1",
        kind=MessageKind.MENTION,
        author=Author(id="2", handle="ada"),
        text="My lawyer will call",
        created_at=NOON,
    )
    table = Authority(
        risks=RISKS, lines=[line(YES, actions=["reply"], max_risk="medium"), line(ASK, actions=["reply"])]
    )

    assert table.permission("sam", "reply", on(draft=Draft(text="Sorry!"), message=message)) is ASK
    assert table.permission("sam", "reply", on(draft=Draft(text="Sorry!"))) is YES


def test_nobody_approves_their_own_plan_unless_a_line_says_so() -> None:
    table = Authority(team=TEAM, lines=[line(YES, roles=["manager"])], default=YES)
    own, others = on(actor="maria"), on(actor="sam")

    assert table.permission("maria", "approve", others) is YES
    assert table.permission("maria", "approve", own) is NO
    assert "second person" in table.explain("maria", "approve", own).because
    assert table.permission("maria", "cancel", own) is YES
    said = Authority(team=TEAM, lines=[line(YES, actors=["maria"], own=True)])
    assert said.permission("maria", "approve", own) is YES
    assert said.permission("maria", "approve", others) is NO


@pytest.mark.parametrize(("actor", "planner"), [(None, None), (None, "maria"), ("maria", None)])
def test_an_approval_counts_only_where_both_people_are_known(actor: str | None, planner: str | None) -> None:
    table = Authority(lines=[line(YES)])

    assert table.permission(actor, "approve", on(actor=planner)) is NO


SPELLINGS = [
    "Maria",
    "MARIA",
    " maria\n",
    "maria ",
    "ma\u200bria",
    "\u2060maria",
    "\uff4d\uff41\uff52\uff49\uff41",
    "maria\ufe0f",
]
BLANK = ["", " ", "\t", "\u200b", "\u3164", "\u2800"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_name_spelt_otherwise_is_no_second_person(spelling: str) -> None:
    table = Authority(lines=[line(YES)])

    assert table.permission(spelling, "approve", on(actor="maria")) is NO
    assert table.permission("maria", "approve", on(actor=spelling)) is NO
    assert table.permission(spelling, "approve", on(actor="sam")) is YES


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_name_spelt_otherwise_has_the_roles_and_the_lines_of_its_person(spelling: str) -> None:
    forbidden = Authority(lines=[line(NO, actors=["maria"]), line(YES)])

    assert forbidden.permission(spelling, "publish", on()) is NO
    assert Authority(team=TEAM).roles(spelling, "acme") == ("manager",)
    Authority(team=TEAM, lines=[line(NO, actors=[spelling])])  # she is in the team


@pytest.mark.parametrize("blank", BLANK)
def test_a_blank_name_is_nobodys(blank: str) -> None:
    table = Authority(lines=[line(YES)])

    assert table.permission(blank, "approve", on(actor="maria")) is NO
    assert table.permission("maria", "approve", on(actor=blank)) is NO
    with pytest.raises(ValidationError, match="is nobody's name"):
        TeamMember(actor=blank, roles=["manager"])
    with pytest.raises(ValidationError, match="is nobody's name"):
        line(YES, actors=["maria", blank])


@given(st.text(), st.text())
def test_every_name_is_the_person_that_its_folded_form_is(name: str, other: str) -> None:
    folded = person(name)

    assert person(folded) == folded
    assert person(f" {name.upper().lower()}\u200d ") == person(name.upper().lower())
    assert person(f"{name}\u200b{other}") == person(f"{name}{other}")


def test_a_line_may_hold_for_what_others_planned_alone() -> None:
    table = Authority(lines=[line(NO, actions=["cancel"], own=False), line(YES)])

    assert table.permission("sam", "cancel", on(actor="sam")) is YES
    assert table.permission("sam", "cancel", on(actor="maria")) is NO


def test_a_line_that_refuses_approvals_refuses_those_of_own_plans() -> None:
    ruling = Authority(lines=[line(NO, actions=["approve"])]).explain("sam", "approve", on(actor="sam"))

    assert (ruling.permission, ruling.number) == (NO, 0)


def test_a_ruling_says_why() -> None:
    table = Authority(
        team=TEAM, risks=RISKS, lines=[line(YES, roles=["manager"]), line(ASK, roles=["writer"])]
    )
    ruling = table.explain("sam", "publish", on(draft=Draft(text="recall")))

    assert (ruling.number, ruling.roles, ruling.risk) == (1, ("writer",), Risk.HIGH)
    assert ruling.line is table.lines[1]
    assert ruling.because == "sam (writer), publish on acme/mastodon/main, high risk: ask, lines[1] decides"


names = st.sampled_from(["maria", "sam", "kim"])
brands = st.sampled_from(["acme", "beta"])
platforms = st.sampled_from(["x", "mastodon"])


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.lists(values, min_size=1, max_size=2)


lines = st.builds(
    AuthorityLine,
    permission=st.sampled_from(Permission),
    roles=some(st.sampled_from(["manager", "writer"])),
    actors=some(st.sampled_from(["maria", "sam"])),
    actions=some(st.sampled_from(Action)),
    brands=some(brands),
    platforms=some(platforms),
    max_risk=st.none() | st.sampled_from(Risk),
    own=st.none() | st.booleans(),
)
tables = st.builds(
    Authority,
    team=st.just(TEAM),
    risks=st.just(RISKS),
    lines=st.lists(lines, max_size=6),
    default=st.sampled_from(Permission),
)
things = st.builds(
    on,
    platforms,
    st.none() | brands,
    actor=st.none() | names,
    draft=st.sampled_from([None, *(Draft(text=text) for text in ("a jacket", "a discount", "a recall"))]),
)


@given(tables, st.none() | names, st.sampled_from(Action) | st.text(max_size=5), things)
def test_every_question_has_exactly_one_answer_and_its_reason(
    table: Authority, actor: str | None, action: str, thing: Thing
) -> None:
    ruling = table.explain(actor, action, thing)

    assert ruling.permission in Permission
    assert table.permission(actor, action, thing) is ruling.permission
    if ruling.line is not None:
        assert ruling.number is not None
        assert ruling.permission is ruling.line.permission
        earlier = Authority(team=TEAM, risks=RISKS, lines=table.lines[: ruling.number])
        assert earlier.explain(actor, action, thing).line is None


@given(tables, names, things)
def test_no_table_lets_people_approve_what_is_theirs_without_saying_so(
    table: Authority, actor: str, thing: Thing
) -> None:
    own = thing.model_copy(update={"actor": actor})
    ruling = table.explain(actor, "approve", own)

    assert ruling.permission is NO or (ruling.line is not None and ruling.line.own is True)


@given(tables, names, st.sampled_from(Action), things)
def test_a_table_survives_a_pickle(table: Authority, actor: str, action: Action, thing: Thing) -> None:
    before = table.explain(actor, action, thing)
    again = pickle.loads(pickle.dumps(table))

    assert again == table
    assert again.explain(actor, action, thing) == before


def test_a_copy_with_other_words_goes_by_them() -> None:
    table = Authority(risks=RISKS)
    thing = on(draft=Draft(text="discount"))
    assert table.risk(thing) is Risk.MEDIUM

    assert table.model_copy(update={"risks": ()}).risk(thing) is Risk.LOW


def test_nobody_changes_a_table() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Authority().default = YES
