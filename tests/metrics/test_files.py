"""Tables that are written and read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

import socialkit as sk
from socialkit.metrics import Table
from tests.metrics.support import ACME, NOON, PURPOSES, observation, require, revenue, tables


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@given(rows=tables(), purposes=PURPOSES)
def test_what_was_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory,
    ending: str,
    rows: list[sk.Observation],
    purposes: dict[tuple[str, str], sk.Purpose],
) -> None:
    file = tmp_path_factory.mktemp("tables") / f"table.{ending}"
    table = Table([*rows, revenue("17", sk.Money("0.10", "EUR"))]).label(purposes)
    table.save(file)

    assert Table.read(file).rows() == table.rows()


def test_a_parquet_file_goes_through_a_library_of_frames(tmp_path: Path) -> None:
    require("polars")
    table = Table([observation(), observation(value=None, subject="2")]).label(
        {(ACME, "1"): sk.Purpose(tags=["a", "b|c"])}
    )
    table.save(tmp_path / "table.parquet")

    again = Table.read(tmp_path / "table.parquet")

    assert again.rows() == table.rows()
    assert again.rows()[0].tags == ("a", "b|c")


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("table.csv", "metric,weather\nlikes,rain\n", "line 1: column 2 is none of a table's"),
        ("table.csv", "weather\n", "line 1: column 1 is none of a table's"),
        ("table.jsonl", '{"metric": "likes"}\n', "line 1: subject_kind"),
        ("table.jsonl", "[1]\n", "line 1: there is no column"),
        ("table.jsonl", "{\n", "cannot be read"),
        ("table.jsonl", "[" * 10_000, "cannot be read"),
        ("table.jsonl", '{"metric": ' + "9" * 5_000 + "}", "cannot be read"),
        ("table.txt", "", "no ending that is known"),
    ],
)
def test_a_file_that_is_no_table_is_told_with_its_line(
    tmp_path: Path, name: str, text: str, why: str
) -> None:
    (tmp_path / name).write_text(text, "utf-8")

    with pytest.raises(sk.ConfigurationError, match=why):
        Table.read(tmp_path / name)


def test_a_file_that_is_no_parquet_is_told(tmp_path: Path) -> None:
    require("polars")
    (tmp_path / "table.parquet").write_text("metric\n", "utf-8")

    with pytest.raises(sk.ConfigurationError, match="it is no Parquet file"):
        Table.read(tmp_path / "table.parquet")


def test_a_row_with_neither_value_nor_reason_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    Table([observation()]).save(file)
    file.write_text(file.read_text("utf-8").replace(",3.0,", ",,"), "utf-8")

    with pytest.raises(sk.ConfigurationError, match="says why it is missing"):
        Table.read(file)


def test_no_such_file_is_told(tmp_path: Path) -> None:
    for name in ("table.csv", "table.jsonl"):
        with pytest.raises(sk.ConfigurationError, match=f"{name} cannot be read"):
            Table.read(tmp_path / name)


def test_times_keep_their_instant(tmp_path: Path) -> None:
    Table([observation(start=NOON, end=NOON)]).save(tmp_path / "table.csv")

    assert Table.read(tmp_path / "table.csv").rows()[0].start == NOON
