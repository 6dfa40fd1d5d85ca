"""What a workspace says of people and departments, and who goes by it."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from tests.support import ROOT, settle

TEAM = ROOT / "examples" / "agency_team.toml"
YES = sk.Authority(default=sk.Permission.YES)


@pytest.fixture
def world() -> Any:
    with sk.Sandbox(seed=7) as world, world.install():
        yield world


@pytest.fixture
def journal() -> Any:
    with sk.Journal.open("sqlite://") as journal:
        yield journal


def publisher(blocking: bool, *given: Any, **named: Any) -> Any:
    return (sk.Publisher if blocking else sk.AsyncPublisher)(*given, **named)


def desk(blocking: bool, *given: Any, **named: Any) -> Any:
    return (sk.Desk if blocking else sk.AsyncDesk)(*given, **named)


def router(to: str = "customer service", **rule: Any) -> sk.Router:
    rules = [sk.RoutingRule(key="prices", any_of=["price"], **rule)] if rule else []
    return sk.Router(rules=rules, default=sk.RoutingRule(key="rest", department=to))


def problems(tree: object, folder: Path) -> list[str]:
    path = folder / "agency.json"
    path.write_text(json.dumps(tree), "utf-8")
    with pytest.raises(sk.InvalidDraftError) as caught:
        sk.Workspace.load(path)
    return [f"{one.field} {one.message}" for one in caught.value.problems]


def test_the_file_says_who_belongs_to_a_brand_and_what_they_may() -> None:
    workspace = sk.Workspace.load(TEAM)
    acme, other = workspace.brands

    assert [[one.actor for one in brand.team] for brand in (acme, other)] == [["maria", "sam"], ["maria"]]
    assert acme.departments == ("customer service", "communication")
    assert other.departments == ()
    assert workspace.authority is not None
    assert workspace.authority is acme.authority
    assert workspace.authority.roles("SAM", "acme") == ("community manager",)
    assert sk.Workspace.load(TEAM, authority=YES).authority is YES
    assert sk.Workspace(sk.Brand("acme"), authority=YES).brand("acme").authority is YES
    assert sk.Brand("acme").authority is None


@pytest.mark.parametrize("ending", [".json", ".yaml"])
def test_every_form_says_the_same_of_people(tmp_path: Path, ending: str) -> None:
    if ending == ".yaml":
        pytest.importorskip("yaml", reason="YAML comes with the extra files")
    path = tmp_path / f"agency{ending}"
    tree = {"$schema": "agency.schema.json"} | tomllib.loads(TEAM.read_text("utf-8"))
    path.write_text(json.dumps(tree, default=str), "utf-8")  # all JSON of this kind is YAML too

    toml, other = sk.Workspace.load(TEAM), sk.Workspace.load(path)
    assert other.authority == toml.authority is not None
    assert [(one.departments, one.team, one.hours) for one in other.brands] == [
        (one.departments, one.team, one.hours) for one in toml.brands
    ]


def test_public_holidays_stay_closed_beside_the_days_of_the_file() -> None:
    pytest.importorskip("holidays", reason="public holidays come with the extra calendar")
    hours = sk.Workspace.load(TEAM).brand("acme").hours

    assert {date(2026, 12, 24), date(2026, 12, 25), date(2027, 5, 1)} <= set(hours.holidays)
    assert not hours.is_open(datetime(2027, 7, 14, 9, tzinfo=UTC))
    assert hours.is_open(datetime(2027, 7, 15, 9, tzinfo=UTC))


async def test_who_is_given_no_table_goes_by_that_of_the_workspace(
    world: sk.Sandbox, journal: sk.Journal, blocking: bool
) -> None:
    workspace = sk.Workspace.load(TEAM)
    for accounts in (workspace, workspace.brand("acme")):
        sam = publisher(blocking, accounts, journal, actor="sam")
        (harmless,) = await settle(sam.plan("Autumn is here", to="acme/mastodon/main"))
        (delicate,) = await settle(sam.plan("About the recall", to="acme/mastodon/main"))
        assert [harmless.state, delicate.state] == [sk.DeliveryState.PLANNED, sk.DeliveryState.PROPOSED]
        with pytest.raises(sk.NotAuthorisedError, match="nobody may not publish"):
            await settle(publisher(blocking, accounts, journal).plan("Hello", to="acme/mastodon/main"))

        free = publisher(blocking, accounts, journal, authority=YES)
        (planned,) = await settle(free.plan("Hello", to="acme/mastodon/main"))
        assert planned.state is sk.DeliveryState.PLANNED


async def test_a_desk_goes_by_the_table_and_the_departments_of_its_brands(
    world: sk.Sandbox, journal: sk.Journal, blocking: bool
) -> None:
    workspace = sk.Workspace.load(TEAM)
    world.receive("mastodon", text="Where is my order?", account="acme/mastodon/main")
    sam = desk(blocking, workspace, journal, router=router(), actor="sam")
    (case,) = (await settle(sam.sweep())).cases

    assert case.assignee == "customer service"
    with pytest.raises(sk.ConfigurationError, match=r"'comunication' .* did you mean 'communication'"):
        await settle(sam.assign(case, to="comunication"))
    assert (await settle(sam.assign(case, to="communication"))).assignee == "communication"
    assert (await settle(sam.assign(case, to="Maria"))).assignee == "Maria"
    with pytest.raises(sk.NotAuthorisedError):
        await settle(sam.escalate(case, to="maria"))
    maria = desk(blocking, workspace, journal, router=router(), actor="maria")
    with pytest.raises(sk.ConfigurationError, match="'kim' is neither a department of brand 'acme' nor in"):
        await settle(maria.escalate(case, to="kim"))


@pytest.mark.parametrize(
    ("rule", "lost"),
    [
        ({}, False),
        ({"department": "sam"}, False),
        ({"department": "sales"}, True),
        ({"department": "sales", "brands": ["acme"]}, True),
        ({"department": "sales", "brands": ["other"]}, False),
        ({"department": "sales", "platforms": ["bluesky"]}, False),
        ({"department": "sales", "accounts": ["acme/mastodon/main"]}, True),
        ({"department": "sales", "accounts": ["acme/mastodon/fr"]}, False),
    ],
    ids=str,
)
def test_a_desk_refuses_rules_that_lead_to_nobody(
    journal: sk.Journal, blocking: bool, rule: dict[str, Any], lost: bool
) -> None:
    workspace = sk.Workspace.load(TEAM)
    if lost:
        with pytest.raises(sk.ConfigurationError, match="rule 'prices': 'sales' is neither a department of"):
            desk(blocking, workspace, journal, router=router(**rule))
    else:
        assert desk(blocking, workspace, journal, router=router(**rule)) is not None


async def test_a_brand_that_names_no_departments_gives_its_cases_to_anybody(
    world: sk.Sandbox, journal: sk.Journal, blocking: bool
) -> None:
    workspace = world.workspace(acme=["mastodon"])
    world.receive("mastodon", text="Where is my order?")
    anybody = desk(blocking, workspace, journal, router=router("anybody"))
    (case,) = (await settle(anybody.sweep())).cases

    assert (await settle(anybody.assign(case, to="whoever"))).assignee == "whoever"


def test_what_leads_to_no_brand_or_nobody_is_told_with_its_place(tmp_path: Path) -> None:
    tree: dict[str, Any] = {
        "brands": {"acme": {"zone": "UTC", "departments": ["service", "service"]}},
        "authority": {
            "team": [{"actor": "sam", "roles": ["intern"], "brands": ["acne"]}],
            "lines": [{"permission": "no", "roles": ["intern"], "brands": ["acme", "acmee"]}],
        },
    }
    assert problems(tree, tmp_path) == [
        "brands.acme.departments there are two departments 'service': give one of them another name",
    ]
    tree["brands"]["acme"]["departments"] = []
    assert problems(tree, tmp_path) == [
        "authority.team[0].brands[0] 'acne' is no brand of the file: did you mean 'acme'?",
        "authority.lines[0].brands[1] 'acmee' is no brand of the file: did you mean 'acme'?",
    ]
    tree["authority"]["lines"][0]["roles"] = ["intren"]
    assert problems(tree, tmp_path) == [
        "authority.lines[0].roles[0] is 'intren', which nobody in the team has: did you mean 'intern'?"
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"country": "XX", "years": [2026]}, "is wrong|no holidays are known of 'XX'"),
        ({"country": "DE", "subdivision": "ZZ", "years": [2026]}, "no holidays are known of 'DE-ZZ'"),
        ({"country": "a-secret", "years": [2026]}, "should match pattern"),
        ({"country": "FR", "years": []}, "at least 1 item"),
        ({"country": "FR", "years": [26]}, "greater than or equal to 1900"),
    ],
    ids=str,
)
def test_holidays_that_nobody_knows_are_told_with_their_place(
    tmp_path: Path, given: dict[str, Any], told: str
) -> None:
    pytest.importorskip("holidays", reason="public holidays come with the extra calendar")
    hours = {"week": {"MO": ["09:00-18:00"]}, "public_holidays": [given]}
    (found,) = problems({"brands": {"acme": {"zone": "UTC", "hours": hours}}}, tmp_path)

    assert found.startswith("brands.acme.hours.public_holidays[0]")
    assert re.search(told, found)
    assert "a-secret" not in found


async def test_the_files_rules_say_how_long_words_are_kept_unless_others_are_given(
    world: Any, journal: Any, blocking: bool, tmp_path: Path
) -> None:
    path = tmp_path / "agency.json"
    tree = tomllib.loads((ROOT / "examples" / "agency.toml").read_text("utf-8"))
    rules = [{"longest": "P30D", "because": "contract, section 7", "brands": ["acme"]}]
    path.write_text(json.dumps({**tree, "retention": rules}, default=str), "utf-8")
    workspace = sk.Workspace.load(path)
    for ref in workspace.accounts():
        if ref.platform == "mastodon":
            world.receive("mastodon", text="My hat!", account=ref)
    await settle(desk(blocking, workspace, journal, router=router("shop")).sweep())
    world.clock.advance(timedelta(days=31))

    async def gone(**given: Any) -> dict[str, list[str]]:
        call: Any = workspace.let_go if blocking else workspace.let_go_async
        found = await settle(call(journal, dry_run=True, **given))
        return {key: [one.because for one in some.items] for key, some in found.succeeded().items()}

    assert await gone() == {"acme": ["contract, section 7"], "other": []}
    assert await gone(retention=sk.Retention()) == {"acme": [], "other": []}
    assert sk.Workspace.load(ROOT / "examples" / "agency.toml").retention is None
