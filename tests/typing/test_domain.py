"""What a type checker sees of strategies, campaigns, routing, desks and metrics; pytest runs it too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, assert_type

import pytest

import socialkit as sk
from socialkit.authority import Affair, Ruling
from socialkit.collect import Collected, Part
from socialkit.desk import CaseEvent, Sweep
from socialkit.metrics import Answers, Conversions, Rate, Return, Row, Table, Total
from socialkit.models import Document
from socialkit.publishing import Authorises
from socialkit.routing import Finding, Replay
from socialkit.testing import message, picture

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SHOP = sk.AccountRef(platform="mastodon", brand="acme", name="main")
RULE = sk.RoutingRule(key="prices", any_of=["price"], department="sales")
ROUTER = sk.Router(rules=[RULE], default=sk.RoutingRule(key="common", department="manager"))


def strategy() -> sk.Strategy:
    clicks = sk.KPI(metric="clicks", target=5000, baseline=3100, by=date(2026, 12, 31))
    return sk.Strategy(
        brand="acme",
        objectives=[sk.Objective(key="traffic", goal="visits", kpi=clicks)],
        pillars=[sk.Pillar(key="craft")],
        segments=[sk.Segment(key="hikers", platforms={"mastodon": 0.6})],
        rules=[sk.EditorialRule(key="calm", reason="we do not shout", never=["best ever"])],
    )


def campaign() -> sk.Campaign:
    return sk.Campaign(
        key="autumn",
        strategy=strategy(),
        objective="traffic",
        period=sk.Period.month(2026, 10, zone="Europe/Paris"),
        budget=sk.Money(4000, "EUR"),
        posts=2,
    )


def mix() -> sk.Mix:
    return sk.Mix(parts=[sk.MixPart(target="mastodon", share=1, reason="our readers are there")])


def test_a_strategy_and_its_mix_have_types() -> None:
    kpi = strategy().objective("traffic").kpi

    assert_type(kpi.progress(3500), float | None)
    assert_type(kpi.reached(None), bool | None)
    assert_type(strategy().lint(sk.Draft(text="Autumn")), tuple[sk.Problem, ...])
    assert_type(mix().shares, dict[str, float])
    assert_type(mix().reasons, dict[str, str])


def test_a_campaign_becomes_a_calendar() -> None:
    calendar = assert_type(campaign().calendar(mix(), accounts=[SHOP]), sk.Calendar)
    filled = assert_type(calendar.fill(calendar.slots[0], sk.Draft(text="Autumn")), sk.Calendar)

    assert_type(filled.check(), tuple[sk.Problem, ...])
    assert_type(filled.slots[0].draft, sk.Draft | None)
    assert_type(campaign().remaining(sk.CostLedger()), sk.Money)
    assert_type(campaign().purpose("craft"), sk.Purpose)


def test_costs_are_sums_by_currency() -> None:
    spent = sk.Cost(day=date(2026, 10, 1), amount=sk.Money(3, "EUR"), kind=sk.CostKind.ADS)
    ledger = sk.CostLedger(entries=[spent])

    assert_type(ledger.total(), dict[str, sk.Money])
    assert_type(ledger.by_campaign(), dict[tuple[str | None, str | None], dict[str, sk.Money]])
    assert_type(ledger.by_post(), dict[tuple[str | None, str], dict[str, sk.Money]])
    assert_type(ledger.allocate({"a": 1, "b": 2}), dict[str, dict[str, sk.Money]])
    assert_type([entry for entry in ledger], list[sk.Cost])  # noqa: C416 - what iterating gives
    assert [entry.amount for entry in ledger] == [sk.Money(3, "EUR")]


def test_documents_are_loaded_as_their_own_class(tmp_path: Path) -> None:
    plan, calendar = campaign(), campaign().calendar(mix(), accounts=[SHOP])
    everything: dict[str, Document] = {"strategy": strategy(), "campaign": plan, "calendar": calendar}
    everything |= {"router": ROUTER, "authority": sk.Authority(), "costs": sk.CostLedger(), "mix": mix()}
    for name, document in everything.items():
        document.save(tmp_path / f"{name}.json")
    (tmp_path / "agency.json").write_text('{"brands": {"acme": {"zone": "Europe/Paris"}}}')

    assert_type(sk.Strategy.load(tmp_path / "strategy.json"), sk.Strategy)
    assert_type(sk.Mix.load(tmp_path / "mix.json"), sk.Mix)
    assert_type(sk.Campaign.load(tmp_path / "campaign.json", strategy=strategy()), sk.Campaign)
    assert_type(sk.Calendar.load(tmp_path / "calendar.json", campaign=plan), sk.Calendar)
    assert_type(sk.CostLedger.load(tmp_path / "costs.json"), sk.CostLedger)
    assert_type(sk.Router.load(tmp_path / "router.json"), sk.Router)
    assert_type(sk.Authority.load(str(tmp_path / "authority.json")), sk.Authority)
    workspace = assert_type(sk.Workspace.load(tmp_path / "agency.json"), sk.Workspace)
    assert_type(workspace.accounts(), tuple[sk.AccountRef, ...])
    assert workspace.accounts() == ()


def test_a_router_decides() -> None:
    asked = message(text="What is the price?")
    decision = assert_type(ROUTER.route(asked, now=NOON), sk.Decision)

    assert_type(decision.first_response_due, datetime | None)
    assert_type(decision.stance, sk.Stance)
    assert_type(decision.suggested_reply, str | None)
    assert_type(ROUTER.route_many([asked], now=NOON), Iterator[sk.Decision])
    assert_type(ROUTER.replay([asked]), Replay)
    assert_type(ROUTER.analyse(), tuple[Finding, ...])
    assert_type(RULE.matches(asked), bool)
    assert decision.because.rule == "prices"


def test_opening_hours_have_types() -> None:
    hours = sk.BusinessHours(zone="Europe/Paris", week={"MO": ["09:00-18:00"]})

    assert_type(hours.due(NOON, timedelta(hours=1)), datetime)
    assert_type(hours.between(NOON, NOON), timedelta)
    assert_type(hours.is_open(NOON), bool)
    assert_type(hours.next_opening(NOON), datetime)
    assert_type(sk.BusinessHours.always(), sk.BusinessHours)


def asked_of(affair: Affair) -> sk.Permission:
    authority = sk.Authority(default=sk.Permission.YES)
    assert_type(authority.permission("maria", sk.Action.REPLY, affair), sk.Permission)
    assert_type(authority.explain("maria", "reply", affair), Ruling)
    assert_type(authority.risk(affair), sk.Risk)
    return authority.permission(None, "reply", affair)


def test_a_desk_gives_cases(socialkit_world: sk.Sandbox) -> None:
    workspace = socialkit_world.workspace(acme=["mastodon"])
    socialkit_world.receive("mastodon", text="What is the price?")
    with sk.Journal.open("sqlite://") as journal:
        desk = sk.Desk(workspace, journal, router=ROUTER, actor="maria", authority=None)
        sweep = assert_type(desk.sweep(first=timedelta(days=1)), Sweep)
        (case,) = sweep
        assert_type(case, sk.Case)
        assert_type(sweep.failed(), dict[str, Exception])
        assert_type(desk.receive([case.message]), tuple[sk.Case, ...])
        assert_type(desk.cases(state=sk.CaseState.OPEN), sk.Listing[sk.Case])
        assert_type(desk.case(case.id), sk.Case)
        assert_type(desk.assign(case, to="anna"), sk.Case)
        assert_type(desk.escalate(case, to="direction"), sk.Case)
        delivery = assert_type(desk.reply(case, "From 90 €."), sk.Delivery)
        assert_type(desk.history(case), tuple[CaseEvent, ...])
        assert_type(desk.close(case, note="done"), sk.Case)
        assert_type(case.overdue(NOON), bool)
        assert asked_of(delivery) is asked_of(case) is sk.Permission.YES


async def test_an_async_desk_is_awaited(socialkit_world: sk.Sandbox) -> None:
    workspace = socialkit_world.workspace(acme=["mastodon"])
    socialkit_world.receive("mastodon", text="What is the price?")
    with sk.Journal.open("sqlite://") as journal:
        desk = sk.AsyncDesk(workspace, journal, router=ROUTER, actor="maria")
        sweep = assert_type(await desk.sweep(), Sweep)
        (case,) = sweep.cases
        assert_type(await desk.receive([case.message]), tuple[sk.Case, ...])
        listing = assert_type(desk.cases(limit=1), sk.AsyncListing[sk.Case])
        assert_type(await listing, list[sk.Case])
        assert_type(await desk.assign(case, to="anna"), sk.Case)
        assert_type(await desk.reply(case, "From 90 €."), sk.Delivery)
        assert_type(await desk.close(case.id), sk.Case)


def test_numbers_are_collected_and_added_up(socialkit_world: sk.Sandbox) -> None:
    workspace = socialkit_world.workspace(acme=["mastodon"])
    client = socialkit_world.connect("mastodon")
    client.posts.publish("Autumn")
    with sk.Journal.open("sqlite://") as journal:
        collected = assert_type(sk.collect.observations(workspace, journal), Collected)
        labelled = Table(collected.observations).label(journal.purposes())
    table = assert_type(labelled.where("platform", "mastodon").latest(), Table)
    totals = assert_type(table.total("followers", by=["account"]), Answers[Total])

    assert_type(sk.collect.observations(client), Collected)
    assert_type(collected.observations, tuple[sk.Observation, ...])
    assert_type(collected.failed(), dict[tuple[str, Part], Exception])
    assert_type(table.rows(), tuple[Row, ...])
    assert_type(table.on("pandas") if len(table) > 10_000 else table, Table)
    assert_type(table.to_native(), object)
    assert_type(table.rate("engagement_rate_by_followers", by=["pillar"]), Answers[Rate])
    assert_type(totals[:1], tuple[Total, ...])
    assert_type([(one.value, one.money) for one in totals], list[tuple[float | None, sk.Money | None]])
    assert [one.value for one in totals] == [0.0]


async def test_numbers_are_collected_with_async_clients(socialkit_world: sk.Sandbox) -> None:
    client = socialkit_world.connect_async("mastodon")

    assert_type(await sk.collect.observations_async(client, concurrency=2), Collected)


def test_returns_have_types() -> None:
    orders = Conversions([])
    table = Table(orders.observations(now=NOON))
    spent = sk.Cost(day=date(2026, 10, 1), amount=sk.Money(3, "EUR"), kind=sk.CostKind.ADS)
    returns = assert_type(
        sk.metrics.roi(table, sk.CostLedger(entries=[spent]), rules=["first", "linear"]), Answers[Return]
    )

    assert_type([one.profit for one in returns], list[sk.Money | None])
    assert_type([one.orders for one in returns], list[Fraction])
    assert_type(orders[:1], tuple[sk.metrics.Conversion, ...])
    assert [one.cost for one in returns] == [sk.Money(3, "EUR")] * 2


class Shelf:
    """A media host of an application's own."""

    def put(self, media: sk.Media, /) -> sk.HostedMedia:
        return sk.HostedMedia(url=f"https://media.shop.example/{media.filename}")

    def remove(self, media: sk.Media, /) -> None:
        """Keep it."""


class AsyncShelf:
    """The same, awaited."""

    async def put(self, media: sk.Media, /) -> sk.HostedMedia:
        return Shelf().put(media)

    async def remove(self, media: sk.Media, /) -> None:
        """Keep it."""


async def test_media_hosts_are_anything_that_puts_and_removes(tmp_path: Path) -> None:
    hosts: list[sk.MediaHost] = [Shelf(), sk.FolderMediaHost(tmp_path, "https://media.shop.example")]
    awaited: sk.AsyncMediaHost = AsyncShelf()

    for host in hosts:
        assert_type(host.put(picture()), sk.HostedMedia)
    assert_type(await awaited.put(picture()), sk.HostedMedia)


class OfDeliveries:
    """An application's own authority, which was written for a publisher."""

    def permission(self, actor: str | None, action: str, thing: sk.Delivery | sk.Scope, /) -> sk.Permission:
        return sk.Permission.YES if actor is not None else sk.Permission.NO


def test_whoever_rules_on_cases_rules_on_deliveries_too(socialkit_world: sk.Sandbox) -> None:
    workspace = socialkit_world.workspace(acme=["mastodon"])
    of_cases: Authorises[sk.Delivery | sk.Scope | sk.Case] = sk.Authority()
    of_deliveries: Authorises[sk.Delivery | sk.Scope] = of_cases
    with sk.Journal.open("sqlite://") as journal:
        sk.Publisher(workspace, journal, authority=OfDeliveries())
        sk.Publisher(workspace, journal, authority=of_deliveries)
        sk.AsyncDesk(workspace, journal, router=ROUTER, authority=of_cases)
        sk.Desk(workspace, journal, router=ROUTER, authority=OfDeliveries())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def misuse(desk: sk.Desk, awaited: sk.AsyncDesk, case: sk.Case, journal: sk.Journal) -> Iterator[object]:
    """Each line is a mistake that a checker tells: an ignore that is not needed any more is an error."""
    yield sk.Strategy(brand="acme", pilars=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield sk.Strategy(objectives=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield sk.KPI(metric="clicks", target="many", by=date(2026, 1, 1))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield campaign().calendar(mix(), [SHOP])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield campaign().calendar(mix(), accounts=["acme/mastodon/main"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    yield sk.RoutingRule(key="prices", any=["price"], department="sales")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield sk.Router(rules=[RULE])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield ROUTER.route("What is the price?", now=NOON)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield ROUTER.route(case.message)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield sk.AuthorityLine(permission="maybe")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield sk.BusinessHours(zone="UTC", week={"MON": ["09:00-18:00"]})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    yield sk.Desk(sk.Workspace(), journal)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield desk.reply(case)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield desk.assign(case, "anna")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield desk.cases(state="open")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield awaited.sweep().cases  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    yield Table([]).where("colour", "red")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield Table([]).total("likes", by="pillar")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield Table([]).on("excel")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield sk.metrics.roi(Table([]), [], rules=["middle"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    yield sk.collect.observations("acme")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield sk.Workspace.load()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def test_misuse_fails_when_it_runs_too() -> None:
    rule: Any = sk.RoutingRule

    with pytest.raises(ValueError, match="any"):
        rule(key="prices", any=["price"], department="sales")
