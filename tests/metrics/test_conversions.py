"""Orders from a file, with every line that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

import socialkit as sk
from socialkit.metrics import Conversion, Conversions, Table, Touch
from tests.metrics.support import HOUR, NOON
from tests.support import faults_in

HEAD = "order,time,amount,currency,touch_time,utm_source,utm_medium,utm_campaign,utm_term,utm_content\n"
LATE = "2026-11-02T14:00:00+01:00"


def file_of(folder: Path, *lines: str) -> Path:
    file = folder / "orders.csv"
    file.write_text(HEAD + "".join(f"{line}\n" for line in lines), "utf-8")
    return file


def test_a_file_gives_orders_with_their_visits(tmp_path: Path) -> None:
    conversions = Conversions.read(
        file_of(
            tmp_path,
            f"17,{LATE},19.99,EUR,2026-11-02T12:30:00Z,x,social,autumn,,",
            f"17,{LATE},19.99,EUR,2026-11-01T12:00:00Z,mastodon,social,autumn,,boots",
            f"18,{LATE},5,EUR,,,,,,",
        )
    )

    first, second = conversions
    assert (first.order, first.amount, first.at) == ("17", sk.Money("19.99", "EUR"), NOON + HOUR)
    assert [touch.utm["utm_source"] for touch in first.touches] == ["x", "mastodon"]
    assert first.touches[1].utm["utm_content"] == "boots"
    assert second.touches == ()


@pytest.mark.parametrize(
    ("line", "column", "why"),
    [
        ("17,2026-11-02T14:00:00,5,EUR,,,,,,", "time", "no time zone"),
        (f"17,{LATE},5.001,EUR,,,,,,", "amount", "decimal places"),
        (f"17,{LATE},5,euro,,,,,,", "currency", "no currency"),
        (f"17,{LATE},5,EUR,2026-11-02T15:00:00Z,x,,,,", "touch_time", "is after the order"),
        (f"17,{LATE},5,EUR,,x,,,,", "touch_time", "is missing, and the line has parameters"),
        (f",{LATE},5,EUR,,,,,,", "order", "is missing"),
        (f"16,{LATE},6,EUR,,,,,,", "order", "another time or amount"),
    ],
)
def test_a_cell_that_cannot_be_used_is_told_with_its_place(
    tmp_path: Path, line: str, column: str, why: str
) -> None:
    with pytest.raises(sk.InvalidDraftError) as caught:
        Conversions.read(file_of(tmp_path, f"16,{LATE},5,EUR,,,,,,", line))

    (problem,) = caught.value.problems
    assert problem.field == f"line 3, {column}"
    assert why in problem.message


def test_every_bad_cell_of_every_line_is_told_at_once(tmp_path: Path) -> None:
    text = HEAD + f",never,much,euro,late,x,,,,\n\n18,{LATE},5,EUR,,x,,,,\n19,{LATE},5\n"
    found = faults_in(tmp_path / "orders.csv", text, Conversions.read)

    assert [" ".join(one.split()[:3]) for one in found] == [
        "line 2, order",
        "line 2, time",
        "line 2, amount",
        "line 2, currency",
        "line 2, touch_time",
        "line 4, touch_time",
        "line 5 has",
    ]


def test_a_file_without_the_columns_or_with_others_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    with pytest.raises(sk.ConfigurationError, match="cannot be read"):
        Conversions.read(file)

    found = faults_in(file, f"order,time,amount,utm_sorce\n1,{LATE},5,x\n", Conversions.read)
    assert found[0] == "line 1 has no column 'currency'"
    assert found[1].startswith("line 1, column 4 is not known: use order, time, amount, currency, touch_time")
    file.write_bytes(b"\xff")
    with pytest.raises(sk.InvalidDraftError, match="not text in UTF-8"):
        Conversions.read(file)


def test_a_line_with_more_cells_than_columns_is_refused(tmp_path: Path) -> None:
    text = HEAD + f"1,{LATE},5,EUR,,,,,,,more\n"

    assert faults_in(tmp_path / "orders.csv", text, Conversions.read) == [
        "line 2 has 11 cells, and the first line has 10"
    ]


def test_orders_and_revenue_add_up_in_a_table_however_many_visits_there_were() -> None:
    visits = [Touch(at=NOON + n * HOUR, utm={"utm_source": "x"}) for n in range(3)]
    orders = [
        Conversion(order=number, at=NOON + 5 * HOUR, amount=sk.Money(10, "EUR"), touches=visits)
        for number in ("1", "2")
    ]
    table = Table(Conversions(orders).observations(now=NOON + 6 * HOUR, brand="acme")).latest()

    assert table.total("revenue")[0].money == sk.Money(20, "EUR")
    assert table.total("orders")[0].value == 2
    assert table.total("touches", by=["brand"])[0].value == 6


def test_an_order_twice_or_a_visit_after_it_is_refused() -> None:
    order = Conversion(order="1", at=NOON, amount=sk.Money(10, "EUR"))
    late = Conversion(order="2", at=NOON, amount=sk.Money(10, "EUR"), touches=[Touch(at=NOON + HOUR)])

    with pytest.raises(ValueError, match="'1' is there twice"):
        Conversions([order, order])
    with pytest.raises(ValueError, match="visit after it"):
        Conversions([late])
