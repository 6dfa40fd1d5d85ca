"""What a report says, and what it does not: of one brand and period, and nothing that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, get_args

import pytest

import socialkit as sk
from socialkit.desk import CaseState
from socialkit.errors import ConfigurationError, WrongAccountError
from socialkit.metrics import Conversion, Conversions, Table, Touch
from socialkit.models import AccountRef
from socialkit.publishing import DeliveryState, Freeze, Scope
from socialkit.reports import Reader
from socialkit.routing import Because, CaseSeverity, Decision, Stance
from tests.reports.support import (
    ACME,
    END,
    START,
    delivery,
    journal,
    objective,
    observation,
    report,
    strategy,
)

HOUR = timedelta(hours=1)
WIDE = 400
CRAFT = sk.Purpose(pillar="craft", objective="liked")


def lines(report: sk.Report) -> list[str]:
    return report.to_text(WIDE).splitlines()


def line(report: sk.Report, start: str, after: str = "") -> str:
    """Return the first line that begins so, after one that begins otherwise; blanks are one."""
    rest = iter(lines(report))
    while after and not next(rest).startswith(after):
        pass
    return " ".join(next(one for one in rest if one.startswith(start)).split())


def case(number: int, assignee: str = "sales", *, brand: str = "acme", **given: Any) -> sk.Case:
    account = AccountRef(platform="mastodon", brand=brand, name="main")
    message = sk.Message(
        id=str(number),
        account=account,
        author=sk.Author(id="7", handle="customer"),
        text="Where is it?",
        created_at=START,
        kind=sk.MessageKind.MENTION,
    )
    due = given.pop("due", START + 2 * HOUR)
    waiting = given.get("answered_at") is None
    decision = Decision(
        department=assignee,
        stance=Stance.PUBLIC,
        first_response_due=due,
        because=Because(rule="common"),
        suggested_reply=None,
        severity=CaseSeverity.NORMAL,
        escalate=False,
        freeze=False,
    )
    defaults: dict[str, Any] = {
        "messages": (message,) * given.pop("messages", 1),
        "state": CaseState.OPEN if waiting else CaseState.ANSWERED,
        "opened_at": START,
        "first_response_due": due if waiting else None,
        "answers": () if waiting else ("d",),
    }
    return sk.Case(id=str(number), account=account, decision=decision, assignee=assignee, **defaults | given)


def test_the_progress_of_a_kpi_counts_the_posts_of_its_objective_alone() -> None:
    entries = [delivery("1", purpose=CRAFT), delivery("2", purpose=sk.Purpose(objective="traffic"))]
    table = Table([observation("likes", 25, "1"), observation("likes", 100, "2")])
    made = report(table=table, journal=journal(*entries), strategy=strategy(objective("liked")))

    assert line(made, "goal of liked (liked)") == (
        "goal of liked (liked) Likes 25 40 (or more, by 31 Mar 2026) 10"
    )
    assert line(made, "goal of liked", after="The way").endswith(" 50.0 %")
    assert line(made, "Targets reached") == "Targets reached 0 of 1"


def test_a_value_that_is_not_known_is_no_zero_in_table_picture_and_figure() -> None:
    rows = [observation("likes", None), observation("impressions", None)]
    made = report(
        table=Table(rows),
        journal=journal(delivery("1", purpose=CRAFT)),
        strategy=strategy(objective("liked")),
    )

    assert line(made, "goal of liked", after="The way").endswith("not known (its value is not known)")
    assert "not known (not offered)" in line(made, "goal of liked (liked)")
    assert line(made, "craft", after="Engagement by pillar").startswith("craft x . .")
    assert line(made, "Engagement").startswith("Engagement not known (")
    assert "by impressions" in line(made, "Engagement rate, not known")
    assert line(made, "Likes", after="Values that") == "Likes mastodon not offered 1"
    assert "░" not in "".join(one for one in lines(made) if one.startswith("goal of liked"))


def test_zero_is_a_value() -> None:
    rows = [observation("likes", 0)]
    made = report(
        table=Table(rows),
        journal=journal(delivery("1", purpose=CRAFT)),
        strategy=strategy(objective("liked")),
    )

    assert line(made, "goal of liked", after="The way").endswith("-33.3 %")
    assert line(made, "craft", after="Engagement by pillar").split()[1].strip("░") == ""


def test_what_has_no_sum_says_why() -> None:
    def followers(account: str) -> sk.Observation:
        kind = sk.SubjectKind.ACCOUNT
        return observation("followers", 50, account, account=account, subject_kind=kind)

    aims = strategy(objective("known", "followers"), objective("sun", "sunshine"))
    one = report(table=Table([followers(ACME)]), strategy=aims)
    two = report(table=Table([followers(ACME), followers("acme/mastodon/fr")]), strategy=aims)

    assert line(one, "goal of known (known)").startswith("goal of known (known) Followers 50")
    assert line(one, "goal of known", after="The way").endswith(" 133.3 % (reached)")
    assert "<bdi>followers does not add up over accounts</bdi>" in two._repr_html_()
    assert "there is no definition of &#x27;sunshine&#x27;" in two._repr_html_()
    assert line(two, "goal of known", after="The way").endswith("not known (its value is not known)")
    assert line(two, "goal of sun", after="The way").endswith("not known (its value is not known)")


def test_shares_stand_beside_what_was_planned() -> None:
    entries = [
        *(delivery(str(number), purpose=CRAFT) for number in range(3)),
        delivery("8", purpose=sk.Purpose(pillar="weather")),
        delivery("9"),
    ]
    made = report(journal=journal(*entries), strategy=strategy())

    assert [
        line(made, name, after="Posts by pillar") for name in ("craft", "team", "weather", "no pillar")
    ] == [
        "craft 3 60.0 % (3 of 5) 60.0 %",
        "team 0 0.0 % (0 of 5) 40.0 %",
        "weather 1 20.0 % (1 of 5) not planned (not in the strategy)",
        "no pillar 1 20.0 % (1 of 5) not planned (not in the strategy)",
    ]


def test_a_thread_is_one_post_and_its_parts_all_count() -> None:
    sent = delivery("1", purpose=CRAFT)
    assert sent.post is not None
    part = sent.post.model_copy(update={"id": "2"})
    whole = sent.model_copy(update={"post": sent.post.model_copy(update={"thread": (part,)})})
    table = Table([observation("likes", 3, "1"), observation("likes", 4, "2")])
    made = report(journal=journal(whole), table=table)

    assert line(made, "Posts out") == "Posts out 1"
    assert line(made, "Engagement").startswith("Engagement 7 ")


def test_posts_count_for_the_period_that_they_were_planned_for() -> None:
    april = START + timedelta(days=31)
    entries = [delivery("1", purpose=CRAFT), delivery("2", purpose=CRAFT, at=april)]
    table = Table(
        [observation("likes", 3, "1", observed_at=april), observation("likes", 4, "2", observed_at=april)]
    )
    made = report(journal=journal(*entries), table=table)

    assert line(made, "Posts out") == "Posts out 1"
    assert line(made, "Engagement").startswith("Engagement 3 ")


def test_the_newest_reading_counts_once() -> None:
    later = observation("likes", 5, observed_at=START + 3 * HOUR)
    table = Table([later, observation("likes", 2, observed_at=START + HOUR)])

    assert line(report(journal=journal(delivery("1")), table=table), "Engagement").startswith("Engagement 5 ")


def test_an_adopted_post_counts_for_when_it_was_published() -> None:
    adopted = delivery("1").model_copy(update={"at": START + timedelta(days=40), "target": "1"})

    assert line(report(journal=journal(adopted)), "Posts out") == "Posts out 1"


def test_other_brands_are_not_seen() -> None:
    own = delivery("1", purpose=CRAFT)
    foreign = [
        delivery("2", brand="rival", text="Secret plan", purpose=CRAFT),
        delivery("3", brand=None, text="Nobody's", purpose=CRAFT),
    ]
    rows = [observation("likes", 3)]
    strange = [
        observation("likes", 500, "2", brand="rival", account="rival/mastodon/main"),
        observation("likes", 70, "3", brand=None, account="mastodon://m.example"),
    ]
    cost = sk.Cost(day=END, amount=sk.Money(7, "EUR"), kind=sk.CostKind.ADS, account=ACME)
    theirs = sk.Cost(day=END, amount=sk.Money(9, "EUR"), kind=sk.CostKind.ADS, account="rival/mastodon/main")

    def made(
        *more: Any, values: list[sk.Observation], costs: list[sk.Cost], cases: list[sk.Case]
    ) -> sk.Report:
        return report(
            journal=journal(own, *more),
            table=Table(values),
            ledger=sk.CostLedger(entries=costs),
            cases=cases,
            strategy=strategy(),
            now=START + HOUR,
        )

    alone = made(values=rows, costs=[cost], cases=[case(1)])
    among = made(
        *foreign,
        values=[*rows, *strange],
        costs=[cost, theirs],
        cases=[case(1), case(2, "spies", brand="rival")],
    )
    remark = "1 row of the table without a brand: left out here."

    assert remark in str(among)
    assert str(among).replace(remark, "No value is missing.") == str(alone)


def test_a_part_without_its_input_is_named_and_not_drawn_empty() -> None:
    made = report(table=Table([]))

    rest = lines(made)[lines(made).index("Not in this report") + 2 :]
    assert rest == [
        "Objectives and KPIs: needs a strategy",
        "Cost and return on investment: needs a ledger of costs",
        "Content mix: needs a journal",
        "Inbox: needs cases",
        "Publishing: needs a journal",
    ]
    assert "Spent" not in str(made)
    assert "Posts out" not in str(made)


def test_a_report_of_nothing_says_what_it_needs() -> None:
    assert str(report()).count(": needs ") == 8


@pytest.mark.parametrize("reader", get_args(Reader))
def test_every_reader_gets_a_page_in_an_order_of_their_own(reader: Reader) -> None:
    given: dict[str, Any] = {
        "journal": journal(delivery("1", purpose=CRAFT)),
        "table": Table([observation("likes", 3)]),
        "strategy": strategy(),
        "ledger": sk.CostLedger(),
        "cases": [case(1)],
    }
    pages = {one: report(reader=one, **given) for one in get_args(Reader)}
    heads = {
        one: [two for two, rule in zip(lines(page), lines(page)[1:], strict=False) if set(rule) == {"-"}]
        for one, page in pages.items()
    }

    assert "Not in this report" not in str(pages[reader])
    assert all(heads[reader] != found for one, found in heads.items() if one != reader)
    assert f"for {reader}" in lines(pages[reader])[1]


def test_promises_are_kept_late_or_not_known() -> None:
    now = START + 5 * HOUR
    cases = [
        case(1, answered_at=START + HOUR),
        case(2, answered_at=START + 3 * HOUR),
        case(3),
        case(4, due=now + HOUR),
        case(5, due=None),
        case(6, answered_at=START + HOUR, messages=2),
        case(7, state=CaseState.CLOSED),
        case(8, "press", due=None, answered_at=START + HOUR),
    ]
    made = report(cases=cases, now=now)

    assert line(made, "sales") == "sales 7 3 33.3 % (1 of 3; 1 not known) 3 1"
    assert line(made, "press") == "press 1 1 not known (no promise to keep) 0 0"
    assert line(made, "All") == "All 8 4 33.3 % (1 of 3; 1 not known) 3 1"


def test_it_is_told_why_no_promise_can_be_judged() -> None:
    now = START + 5 * HOUR
    cases = [
        case(1, "closed", state=CaseState.CLOSED),
        case(2, "waiting", due=now + HOUR),
        case(3, "several", answered_at=START + HOUR, messages=2),
    ]
    made = report(cases=cases, now=now)

    assert line(made, "closed") == "closed 1 0 not known (no promise to keep) 0 0"
    assert line(made, "waiting") == "waiting 1 0 not known (no promise is due yet) 1 0"
    assert "not known (several messages or answers each)" in line(made, "several")


def test_what_is_not_out_is_told_with_its_reason() -> None:
    states = [DeliveryState.NEEDS_DECISION, DeliveryState.REFUSED, DeliveryState.HELD, DeliveryState.PLANNED]
    entries = [
        delivery(
            None, state=state, because=f"because {state}", at=START + number * HOUR, text=f"Text {number}"
        )
        for number, state in enumerate(states)
    ]
    made = report(journal=journal(delivery("1"), *entries))

    assert line(made, "To look at") == "To look at 3"
    assert line(made, "Not known whether out") == "Not known whether out 1 0"
    assert line(made, "Still to come") == "Still to come 1 0"
    assert line(made, "Text 0") == f"Text 0 ({ACME}) Not known whether out (because needs decision)"
    assert "Text 3" not in str(made)


def test_costs_and_revenue_stand_side_by_side_by_each_rule() -> None:
    visits = [
        Touch(at=START, utm={"utm_source": "mastodon", "utm_campaign": "autumn"}),
        Touch(at=START + HOUR, utm={"utm_source": "bluesky", "utm_campaign": "autumn"}),
    ]
    order = Conversion(order="1", at=START + 2 * HOUR, amount=sk.Money(90, "EUR"), touches=visits)
    spent = sk.Money("60.00", "EUR")
    cost = sk.Cost(day=END, amount=spent, kind=sk.CostKind.ADS, campaign="autumn", platform="mastodon")
    past = cost.model_copy(update={"day": END - timedelta(days=40)})
    table = Table(Conversions([order]).observations(now=START + HOUR, brand="acme"))
    made = report(ledger=sk.CostLedger(entries=[cost, past]), table=table)

    assert line(made, "autumn (mastodon)") == (
        "autumn (mastodon) 60.00 EUR 90.00 EUR (ROI 50.0 %) 0.00 EUR (ROI -100.0 %) 45.00 EUR (ROI -25.0 %)"
    )
    assert line(made, "autumn (bluesky)").startswith("autumn (bluesky) not known (not in the ledger) none")
    assert line(made, "All").startswith(
        "All (revenue of campaigns alone) 60.00 EUR 90.00 EUR (ROI 50.0 %) 90.00"
    )
    assert line(made, "Spent") == "Spent 60.00 EUR"


def test_orders_that_no_campaign_brought_make_no_campaign_look_good() -> None:
    order = Conversion(order="1", at=START, amount=sk.Money(9000, "EUR"), touches=[])
    cost = sk.Cost(day=END, amount=sk.Money(60, "EUR"), kind=sk.CostKind.TOOLS, brand="acme")
    table = Table(Conversions([order]).observations(now=START, brand="acme"))
    made = report(ledger=sk.CostLedger(entries=[cost]), table=table)

    assert line(made, "no campaign").endswith("60.00 EUR 9,000.00 EUR 9,000.00 EUR 9,000.00 EUR")
    assert line(made, "All").endswith(" 60.00 EUR" + 3 * " 0.00 EUR (ROI -100.0 %)")


def test_two_currencies_are_not_added() -> None:
    costs = [
        sk.Cost(day=END, amount=sk.Money(5, currency), kind=sk.CostKind.ADS, brand="acme")
        for currency in ("USD", "EUR")
    ]
    order = Conversion(order="1", at=START, amount=sk.Money(90, "EUR"), touches=[])
    table = Table(Conversions([order]).observations(now=START, brand="acme"))
    made = report(ledger=sk.CostLedger(entries=costs), table=table)

    assert line(made, "Spent") == "Spent 5.00 EUR + 5.00 USD"
    assert line(made, "Costs and revenue are not put side by side")


def unpriced(rows: Iterable[sk.Observation], *orders: str) -> list[sk.Observation]:
    """Return rows of which nobody may see what some orders brought in."""
    hidden = {"value": None, "money": None, "currency": None, "missing": sk.Missing.NOT_PERMITTED}
    return [
        row.model_copy(update=hidden) if row.metric == "revenue" and row.subject in orders else row
        for row in rows
    ]


def visit(source: str, hour: int = 0, campaign: str = "autumn") -> Touch:
    return Touch(at=START + hour * HOUR, utm={"utm_source": source, "utm_campaign": campaign})


def sold(number: str, *touches: Touch) -> Conversion:
    return Conversion(order=number, at=START + 9 * HOUR, amount=sk.Money(100, "EUR"), touches=touches)


def orders_of(*orders: Conversion, brand: str = "acme") -> tuple[sk.Observation, ...]:
    return Conversions(orders).observations(now=START + 9 * HOUR, brand=brand)


def cost(number: int, campaign: str | None = "autumn", **given: Any) -> sk.Cost:
    given.setdefault("kind", sk.CostKind.ADS)
    return sk.Cost(day=END, amount=sk.Money(number, "EUR"), campaign=campaign, **given)


def test_an_order_of_unknown_amount_is_told_on_its_line_and_in_the_sum_and_is_no_zero() -> None:
    rows = unpriced(orders_of(sold("1", visit("bluesky")), sold("2", visit("mastodon"))), "1")
    ledger = sk.CostLedger(entries=[cost(10, platform="bluesky")])
    made = report(ledger=ledger, table=Table(rows))

    assert line(made, "autumn (bluesky)") == "autumn (bluesky) 10.00 EUR" + 3 * " not known (not permitted)"
    assert line(made, "All") == "All (revenue of campaigns alone) 10.00 EUR" + 3 * (
        " 100.00 EUR (ROI 900.0 %; 1 of 2 orders not known: not permitted)"
    )
    assert "ROI 900.0 %; 1 of 2 orders not known: not permitted" in made._repr_html_()
    assert "0.00 EUR (ROI -100.0 %)" not in str(made)


def test_where_no_order_of_a_campaign_is_known_the_sum_is_not_known() -> None:
    rows = unpriced(orders_of(sold("1", visit("bluesky")), sold("2")), "1")
    made = report(ledger=sk.CostLedger(entries=[cost(10, platform="bluesky")]), table=Table(rows))

    assert line(made, "All").endswith(" 10.00 EUR" + 3 * " not known (not permitted)")


def test_an_order_with_visits_from_two_platforms_is_one_order_without_an_amount() -> None:
    rows = unpriced(orders_of(sold("1", visit("a"), visit("b", 1)), sold("2", visit("a"))), "1")
    made = report(ledger=sk.CostLedger(entries=[cost(10, platform="a")]), table=Table(rows))

    assert line(made, "1 order without") == (
        "1 order without a known amount (not permitted): not in the revenue."
    )
    assert line(made, "autumn (a)").endswith(
        "100.00 EUR (ROI 900.0 %; 0.50 of 1.50 orders not known: not permitted)"
    )


def test_overhead_is_called_so_and_is_no_loss() -> None:
    table = Table(orders_of(sold("1", visit("bluesky"))))
    ledger = sk.CostLedger(entries=[cost(30), cost(20, platform="bluesky")])
    made = report(ledger=ledger, table=table)

    assert line(made, "autumn (overhead") == (
        "autumn (overhead of all platforms) 30.00 EUR" + 3 * " none (overhead)"
    )
    assert line(made, "All").endswith(" 50.00 EUR" + 3 * " 100.00 EUR (ROI 100.0 %)")


def test_of_several_campaigns_each_has_its_sum() -> None:
    table = Table(orders_of(sold("1", visit("bluesky")), sold("2", visit("bluesky", campaign="winter"))))
    ledger = sk.CostLedger(entries=[cost(30), cost(20, platform="bluesky"), cost(10, "winter")])
    made = report(ledger=ledger, table=table)

    assert line(made, "autumn (all of it)").endswith(" 50.00 EUR" + 3 * " 100.00 EUR (ROI 100.0 %)")
    assert line(made, "winter (all of it)").endswith(" 10.00 EUR" + 3 * " 100.00 EUR (ROI 900.0 %)")


def test_costs_of_a_shared_ledger_are_whose_they_say_or_whose_campaign_it_is() -> None:
    entries = [
        cost(1, "other", account=ACME),
        cost(2, "other", brand="acme"),
        cost(4, "ours"),
        cost(8, "theirs"),
        cost(16, "both"),
        cost(32, "nobodys"),
        cost(64, None),
        cost(128, "ours", brand="rival"),
    ]
    sent = [
        delivery("1", purpose=sk.Purpose(campaign="ours")),
        delivery("2", purpose=sk.Purpose(campaign="both")),
        delivery("3", brand="rival", purpose=sk.Purpose(campaign="both")),
        delivery("4", brand="rival", purpose=sk.Purpose(campaign="theirs")),
    ]
    made = report(ledger=sk.CostLedger(entries=entries), journal=journal(*sent))

    assert line(made, "Spent") == "Spent 7.00 EUR"
    assert line(made, "3 costs") == "3 costs of the ledger without a brand: left out here."
    alone = report(ledger=sk.CostLedger(entries=[cost(32, "nobodys")]))
    assert line(alone, "Spent") == "Spent not known (1 cost without a brand)"


def test_what_is_left_of_a_budget_is_told_whenever_it_was_spent() -> None:
    aims = strategy()
    given: dict[str, Any] = {
        "strategy": aims,
        "objective": "liked",
        "period": sk.Period.month(2026, 3, zone="UTC"),
    }
    autumn = sk.Campaign(key="autumn", budget=sk.Money(100, "EUR"), **given)
    winter = sk.Campaign(key="winter", budget=sk.Money(20, "EUR"), **given)
    before = cost(30).model_copy(update={"day": END - timedelta(days=90)})
    ledger = sk.CostLedger(entries=[cost(10), before, cost(25, "winter")])
    made = report(ledger=ledger, campaigns=[autumn, winter])

    assert line(made, "autumn") == "autumn 100.00 EUR 40.00 EUR 60.00 EUR (60.0 %)"
    assert line(made, "winter") == "winter 20.00 EUR 25.00 EUR -5.00 EUR (overspent)"
    assert line(made, "Spent") == "Spent 35.00 EUR"


def test_a_campaign_of_another_brand_is_refused() -> None:
    aims = strategy(brand="rival")
    theirs = sk.Campaign(
        key="autumn",
        strategy=aims,
        objective="liked",
        period=sk.Period.month(2026, 3, zone="UTC"),
        budget=sk.Money(1, "EUR"),
    )

    with pytest.raises(WrongAccountError, match="campaign autumn is of rival"):
        report(campaigns=[theirs])


def test_what_was_escalated_and_held_back_is_on_the_page() -> None:
    def freeze(brand: str, days: int, **given: Any) -> Freeze:
        at = START + timedelta(days=days)
        return Freeze(id=f"{brand} {days}", scope=Scope(brand=brand), reason="glass in a bag", at=at, **given)

    frozen = [
        freeze("acme", 0, ended_at=START + timedelta(days=2)),
        freeze("acme", 5),
        freeze("acme", -40),
        freeze("rival", 3),
    ]
    cases = [case(1, escalated=True), case(2, escalated=True, state=CaseState.CLOSED), case(3)]
    made = report(cases=cases, journal=journal(frozen=frozen))

    found = [" ".join(one.split()) for one in lines(made)]
    said = f"Where is it? ({ACME}, 2 Mar 2026)"
    assert [one for one in found if one.startswith(said)] == [f"{said} open", f"{said} closed"]
    assert [one for one in found if "held back" in one] == [
        "Posts were held back from 2 Mar 2026 to 4 Mar 2026.",
        "Posts were held back from 7 Mar 2026 on.",
    ]


def test_rates_say_over_what_and_how_many_posts() -> None:
    rows = [
        observation("likes", 5, "1"),
        observation("impressions", 100, "1"),
        observation("likes", 7, "2"),
    ]
    entries = [delivery("1", purpose=CRAFT), delivery("2", purpose=CRAFT)]
    made = report(journal=journal(*entries), table=Table(rows))

    assert line(made, "Pillar", after="Engagement rate by pillar") == "Pillar By impressions"
    assert line(made, "craft", after="Engagement rate by pillar") == (
        "craft 5.0 % (1 post, 1 not known; 4 of 5 counts missing: never asked for)"
    )


def test_posts_that_the_journal_does_not_know_are_counted_as_left_out() -> None:
    table = Table([observation("likes", 3), observation("likes", 9, "77")])
    made = report(journal=journal(delivery("1")), table=table)

    assert line(made, "1 post with values").startswith(
        "1 post with values, unknown to the journal: left out here"
    )
    assert line(made, "Engagement").startswith("Engagement 3 ")


def test_a_report_needs_a_known_reader_the_brands_own_strategy_and_an_aware_time() -> None:
    with pytest.raises(ConfigurationError, match="no reader 'general manager': did you mean"):
        report(reader="general manager")
    with pytest.raises(WrongAccountError, match="the strategy is of rival"):
        report(strategy=strategy(brand="rival"))
    with pytest.raises(ValueError, match="now"):
        report(now=START.replace(tzinfo=None))


def test_a_report_is_read_once() -> None:
    entries = [delivery("1")]
    stored = journal(*entries)
    made = report(journal=stored)
    before = str(made)
    stored.entries.append(delivery("2"))  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

    assert str(made) == before
    assert str(report(journal=stored)) != before
