"""Texts of strangers in cells: never a formula, and read back as they were."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import socialkit as sk
from socialkit.metrics import Conversions, Table
from socialkit.models._inert import inert, restored

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1",
    "'=1",
    "''=1",
    "a;=1",
    "a;'=1",
    "a\t-1",
]
RUN = re.compile(r"(\A|[;\t])[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
texts = st.text(
    st.sampled_from(["=", "+", "-", "@", "'", ";", "\t", "\r", "\n", "\uff1d", "a", " ", ",", '"'])
)


@given(texts | st.text())
def test_no_text_is_a_formula_and_each_comes_back(text: str) -> None:
    assert RUN.search(inert(text)) is None
    assert restored(inert(text)) == text


@pytest.mark.parametrize("text", ["plain", "a=b", "1+1", "it's", "'quoted'", ""])
def test_a_text_that_is_no_formula_stays_as_it_is(text: str) -> None:
    assert inert(text) == restored(text) == text


def cost(note: str) -> sk.Cost:
    amount = sk.Money("-40", "EUR")
    return sk.Cost(day=date(2026, 10, 1), amount=amount, kind=sk.CostKind.ADS, post=note, note=note)


@settings(deadline=None)
@given(st.lists(texts.filter(bool), max_size=4))
def test_costs_come_back_from_a_table_whatever_their_notes_say(notes: list[str]) -> None:
    ledger = sk.CostLedger(entries=[cost(note) for note in notes])
    with TemporaryDirectory() as folder:
        file = Path(folder, "costs.csv")
        ledger.save(file)

        assert sk.CostLedger.load(file) == ledger


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_written_table_of_costs_has_no_formula_and_its_refunds(tmp_path: Path, formula: str) -> None:
    file = tmp_path / "costs.csv"
    sk.CostLedger(entries=[cost(formula)]).save(file)
    text = file.read_bytes().decode()

    assert ",-40.00,EUR," in text
    assert inert(formula) in text
    assert inert(formula) != formula


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_table_of_observations_has_no_formula_and_comes_back(tmp_path: Path, formula: str) -> None:
    file = tmp_path / "table.csv"
    row = sk.Observation(
        metric="likes",
        subject_kind=sk.SubjectKind.POST,
        subject=formula,
        platform="mastodon",
        value=-3,
        unit="count",
        native=formula,
        breakdown=formula,
        observed_at=NOON,
    )
    table = Table([row])
    table.save(file)

    (back,) = Table.read(file)
    assert (back.subject, back.native, back.breakdown, back.value) == (formula, formula, formula, -3)
    assert file.read_bytes().decode().count(inert(formula)) == 3


def test_an_order_from_such_a_table_has_its_own_number(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order,time,amount,currency\n'-17,2026-11-02T12:00:00Z,-5,EUR\n", "utf-8")

    (order,) = Conversions.read(file)
    assert (order.order, order.amount) == ("-17", sk.Money(-5, "EUR"))
