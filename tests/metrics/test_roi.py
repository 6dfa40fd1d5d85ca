"""Return on investment agrees with the ledger and the orders, to the cent and by every rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import socialkit as sk
from socialkit.metrics import AttributionRule, Conversion, Conversions, Return, Table, Touch, roi
from tests.metrics.support import HOUR, NOON, require, revenue

RULES: tuple[AttributionRule, ...] = ("first", "last", "linear")


@dataclass(frozen=True)
class Spent:
    """An entry of some ledger."""

    campaign: str | None
    platform: str | None
    amount: sk.Money
    brand: str | None = None
    day: date = date(2026, 11, 1)


def euros(amount: str | int) -> sk.Money:
    return sk.Money(amount, "EUR")


def touch(hour: int, source: str | None, campaign: str | None = "autumn") -> Touch:
    utm = {"utm_source": source, "utm_campaign": campaign}
    return Touch(at=NOON + hour * HOUR, utm={name: value for name, value in utm.items() if value is not None})


def order(number: str, amount: sk.Money, *touches: Touch) -> Conversion:
    return Conversion(order=number, at=NOON + 9 * HOUR, amount=amount, touches=touches)


def table_of(*orders: Conversion) -> Table:
    return Table(Conversions(orders).observations(now=NOON + 10 * HOUR))


def lines(table: Table, *spent: Spent, rule: AttributionRule) -> dict[tuple[str | None, str | None], Return]:
    return {(one.campaign, one.platform): one for one in roi(table, spent, rules=[rule])}


def test_the_rules_tell_side_by_side_where_an_order_counts() -> None:
    table = table_of(order("1", euros("10.00"), touch(1, "mastodon"), touch(3, "x"), touch(2, "bluesky")))

    found = {
        (one.rule, one.platform): (str(one.revenue), one.orders)
        for one in roi(table, [], rules=RULES)
        if one.orders
    }

    assert found == {
        ("first", "mastodon"): ("10.00 EUR", 1),
        ("last", "x"): ("10.00 EUR", 1),
        ("linear", "mastodon"): ("3.34 EUR", Fraction(1, 3)),
        ("linear", "bluesky"): ("3.33 EUR", Fraction(1, 3)),
        ("linear", "x"): ("3.33 EUR", Fraction(1, 3)),
    }


def test_return_on_investment_is_profit_over_cost() -> None:
    table = table_of(order("1", euros(150), touch(1, "mastodon")))
    found = lines(
        table, Spent("autumn", "mastodon", euros(60)), Spent("autumn", "mastodon", euros(40)), rule="last"
    )

    one = found["autumn", "mastodon"]

    assert (one.cost, one.revenue, one.profit) == (euros(100), euros(150), euros(50))
    assert one.roi == Decimal("0.5")


def test_without_costs_or_with_none_spent_there_is_no_return() -> None:
    table = table_of(order("1", euros(150), touch(1, "mastodon"), touch(2, "x")))
    found = lines(table, Spent("autumn", "x", euros(0)), rule="linear")

    assert found["autumn", "mastodon"].cost is None
    assert found["autumn", "mastodon"].roi is None
    assert found["autumn", "x"].cost == euros(0)
    assert found["autumn", "x"].roi is None


def test_costs_that_brought_nothing_are_a_loss_and_stay_in_the_rows() -> None:
    table = table_of(order("1", euros(150), touch(1, "mastodon")))

    one = lines(table, Spent("winter", "x", euros(40)), rule="last")["winter", "x"]

    assert (one.revenue, one.orders, one.roi) == (euros(0), Fraction(0), Decimal(-1))


@pytest.mark.parametrize("place", [("autumn", None), (None, "mastodon"), (None, None)])
def test_overhead_has_no_return_of_its_own(place: tuple[str | None, str | None]) -> None:
    table = table_of(order("1", euros(150), touch(1, "mastodon")))

    found = lines(table, Spent(*place, euros(40)), rule="last")

    assert (found[place].overhead, found[place].cost) == (True, euros(40))
    assert (found[place].profit, found[place].roi) == (None, None)
    assert not found["autumn", "mastodon"].overhead


def test_where_more_came_back_than_was_spent_there_is_no_return() -> None:
    table = table_of(order("1", euros(100), touch(1, "mastodon")))

    one = lines(table, Spent("autumn", "mastodon", euros(-10)), rule="last")["autumn", "mastodon"]

    assert (one.profit, one.roi) == (euros(110), None)


def test_orders_that_nothing_led_to_have_a_row_of_their_own() -> None:
    found = lines(table_of(order("1", euros(7)), order("2", euros(5), touch(1, "x", None))), rule="first")

    assert found[None, None].revenue == euros(7)
    assert found[None, "x"].revenue == euros(5)


def test_without_any_order_revenue_is_missing_and_no_zero() -> None:
    (one,) = roi(Table([]), [Spent("autumn", "x", euros(40))], rules=["last"])

    assert (one.revenue, one.profit, one.roi) == (None, None, None)


def test_an_order_whose_amount_is_missing_is_counted_where_its_visits_came_from() -> None:
    known = Conversions([order("1", euros(7), touch(1, "x"))]).observations(now=NOON + 10 * HOUR)
    unknown = [
        row.model_copy(update={"value": None, "money": None, "missing": sk.Missing.WITHHELD, "subject": "2"})
        if row.metric == "revenue"
        else row.model_copy(update={"subject": "2"})
        for row in known
    ]

    one = lines(Table([*known, *unknown]), rule="last")["autumn", "x"]

    assert (one.revenue, one.orders, one.missing) == (euros(7), Fraction(1), Fraction(1))
    assert one.reasons == {"withheld": Fraction(1)}


def unpriced(*orders: Conversion) -> list[sk.Observation]:
    """Return rows of orders whose amounts nobody may see."""
    hidden = {"value": None, "money": None, "currency": None, "missing": sk.Missing.NOT_PERMITTED}
    return [
        row.model_copy(update=hidden) if row.metric == "revenue" else row
        for row in Conversions(orders).observations(now=NOON + 10 * HOUR)
    ]


def test_a_line_whose_orders_are_all_unknown_has_no_revenue_and_no_zero() -> None:
    known = Conversions([order("1", euros(100), touch(1, "mastodon"))]).observations(now=NOON + 10 * HOUR)
    table = Table([*known, *unpriced(order("2", euros(100), touch(1, "bluesky")))])

    one = lines(table, Spent("autumn", "bluesky", euros(10)), rule="first")["autumn", "bluesky"]

    assert (one.revenue, one.profit, one.roi) == (None, None, None)
    assert (one.orders, one.missing) == (Fraction(0), Fraction(1))
    assert one.reasons == {"not permitted": Fraction(1)}


def test_an_unknown_order_is_missing_where_its_rule_puts_it_and_counts_once_in_all() -> None:
    known = Conversions([order("1", euros(9), touch(1, "x"))]).observations(now=NOON + 10 * HOUR)
    table = Table([*known, *unpriced(order("2", euros(9), touch(1, "mastodon"), touch(2, "bluesky")))])

    found = {(one.rule, one.platform): one.missing for one in roi(table, [], rules=RULES) if one.missing}

    assert found == {
        ("first", "mastodon"): 1,
        ("last", "bluesky"): 1,
        ("linear", "mastodon"): Fraction(1, 2),
        ("linear", "bluesky"): Fraction(1, 2),
    }


def of_brand(brand: str | None, amount: int) -> tuple[sk.Observation, ...]:
    sold = Conversions([order("1", euros(amount), touch(1, "mastodon", "spring"))])
    return sold.observations(now=NOON + 10 * HOUR, brand=brand)


def test_campaigns_of_two_brands_are_two_whatever_they_are_called() -> None:
    table = Table([*of_brand("kettle", 100), *of_brand("loom", 50)])
    spent = [Spent("spring", "mastodon", euros(10), "kettle"), Spent("spring", "mastodon", euros(25), "loom")]

    found = {one.brand: (one.cost, one.revenue, one.roi) for one in roi(table, spent, rules=["first"])}

    assert found == {
        "kettle": (euros(10), euros(100), Decimal(9)),
        "loom": (euros(25), euros(50), Decimal(1)),
    }


def test_of_several_brands_each_cost_and_order_has_to_say_whose_it_is() -> None:
    nobodys = Spent("spring", "mastodon", euros(10))
    with pytest.raises(ValueError, match=r"a cost does not say whose .*: kettle, loom"):
        roi(Table([*of_brand("kettle", 1), *of_brand("loom", 5)]), [nobodys], rules=["first"])
    with pytest.raises(ValueError, match="a cost does not say whose"):
        roi(Table(of_brand("kettle", 1)), [nobodys, replace(nobodys, brand="loom")], rules=["first"])
    theirs = [replace(nobodys, brand=brand) for brand in ("kettle", "loom")]
    with pytest.raises(ValueError, match="an order does not say whose"):
        roi(Table(of_brand(None, 1)), theirs, rules=["first"])


@pytest.mark.parametrize(("sold", "spent"), [("kettle", None), (None, "kettle"), ("kettle", "kettle")])
def test_where_all_is_one_brands_nothing_else_has_to_say_so(sold: str | None, spent: str | None) -> None:
    entry = Spent("spring", "mastodon", euros(10), spent)

    (one,) = roi(Table(of_brand(sold, 20)), [entry], rules=["first"])

    assert (one.brand, one.cost, one.revenue) == ("kettle", euros(10), euros(20))


def test_the_order_of_visits_is_that_of_their_times_whatever_that_of_the_rows() -> None:
    visits = [touch(hour, f"at {hour}") for hour in range(9)]
    rows = Conversions([order("1", euros(1), *visits)]).observations(now=NOON + 10 * HOUR)

    for shuffled in (rows, rows[::-1], sorted(rows, key=lambda row: row.breakdown[::-1])):
        found = {one.rule: one.platform for one in roi(Table(shuffled), [], rules=["first", "last"])}
        assert found == {"first": "at 0", "last": "at 8"}


def test_visits_of_one_moment_are_in_the_order_in_which_they_were_given() -> None:
    visits = [touch(1, f"number {number}") for number in range(12)]
    rows = Conversions([order("1", euros(1), *visits)]).observations(now=NOON + 10 * HOUR)

    found = {one.rule: one.platform for one in roi(Table(rows[::-1]), [], rules=["first", "last"])}

    assert found == {"first": "number 0", "last": "number 11"}


def test_amounts_in_two_currencies_are_refused() -> None:
    francs = sk.Money(5, "CHF")
    with pytest.raises(ValueError, match="several currencies"):
        roi(table_of(order("1", euros(7)), order("2", francs)), [], rules=["last"])
    with pytest.raises(ValueError, match="EUR and CHF do not add up"):
        roi(table_of(order("1", euros(7))), [Spent("autumn", "x", francs)], rules=["last"])
    with pytest.raises(ValueError, match="CHF and EUR do not add up"):
        roi(Table([]), [Spent("autumn", "x", francs), Spent(None, None, euros(1))], rules=["last"])


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="no rule 'magic'"):
        roi(Table([]), [], rules=["magic"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]


def test_an_order_that_is_there_twice_is_refused() -> None:
    rows = [revenue("1", euros(1)), revenue("1", euros(2), observed_at=NOON + HOUR)]

    with pytest.raises(ValueError, match=r"latest\(\)"):
        roi(Table(rows), [], rules=["last"])


def test_visits_of_an_order_that_nobody_knows_are_refused() -> None:
    rows = [
        row
        for row in Conversions([order("1", euros(1), touch(1, "x"))]).observations(now=NOON + 10 * HOUR)
        if row.metric == "touches"
    ]

    with pytest.raises(ValueError, match="no row of revenue"):
        roi(Table(rows), [], rules=["last"])


def test_the_answer_has_the_form_of_the_table() -> None:
    plain = table_of(order("1", euros(150), touch(1, "mastodon")))
    spent = [Spent("autumn", "mastodon", euros(100))]
    expected = {
        "rule": "last",
        "brand": None,
        "campaign": "autumn",
        "platform": "mastodon",
        "cost": 10_000,
        "revenue": 15_000,
        "currency": "EUR",
        "orders": 1.0,
        "roi": 0.5,
        "missing": 0,
    }

    assert roi(plain, spent, rules=["last"]).to_native() == [expected]
    require("polars")
    import polars

    frame = roi(plain.on("polars"), spent, rules=["last"]).to_native()
    assert isinstance(frame, polars.DataFrame)
    assert frame.to_dicts() == [expected]


SOURCES = st.sampled_from([None, "mastodon", "bluesky"])
CAMPAIGNS = st.sampled_from([None, "autumn", "50%|off=1"])
AMOUNTS = st.integers(-10_000, 10_000_000).map(lambda cents: sk.Money.of_minor(cents, "EUR"))
TOUCHES = st.lists(st.builds(touch, st.integers(0, 9), SOURCES, CAMPAIGNS), max_size=4)


@given(
    orders=st.lists(st.tuples(AMOUNTS, TOUCHES), max_size=6),
    spent=st.lists(st.builds(Spent, CAMPAIGNS, SOURCES, AMOUNTS), max_size=6),
)
def test_by_every_rule_the_rows_add_up_to_the_ledger_and_the_orders(
    orders: list[tuple[sk.Money, list[Touch]]], spent: list[Spent]
) -> None:
    table = table_of(*(order(str(n), amount, *touches) for n, (amount, touches) in enumerate(orders)))
    found = roi(table, spent, rules=RULES)

    for rule in RULES:
        rows = [one for one in found if one.rule == rule]
        assert sum(one.cost.minor for one in rows if one.cost) == sum(one.amount.minor for one in spent)
        assert sum(one.revenue.minor for one in rows if one.revenue) == sum(one.minor for one, _ in orders)
        assert sum(one.orders for one in rows) == len(orders)
        assert len({(one.campaign, one.platform) for one in rows}) == len(rows)
