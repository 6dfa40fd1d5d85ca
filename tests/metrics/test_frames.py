"""Tables in other libraries' frames."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

import socialkit as sk
from socialkit.metrics import Library, Table
from tests.metrics.support import ACME, DUCKDB, HOUR, LIBRARIES, NOON, observation, require, revenue, table_on

ROWS = [observation(value=3), observation("replies", None), observation("likes", 0.1, subject="2")]


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_table_goes_into_a_library_and_back(library: Library) -> None:
    require(library)
    rows = [*ROWS, revenue("17", sk.Money("0.10", "EUR"), start=NOON, end=NOON + HOUR)]

    framed = Table(rows).on(library)

    assert type(framed.to_native()).__module__.split(".")[0] == library
    assert framed.rows() == Table(rows).rows()
    assert len(framed) == 4


def test_minor_units_beyond_what_a_float_holds_stay_exact() -> None:
    large = sk.Money("399999999999999.99", "EUR")
    rows = [revenue(str(n), large) for n in range(2)]
    for library in LIBRARIES:
        require(library)

        assert Table(rows).on(library).rows()[0].money == 39_999_999_999_999_999
        assert Table(rows).on(library).total("revenue")[0] == Table(rows).total("revenue")[0]


def test_a_frame_of_a_user_needs_the_columns_that_have_no_default() -> None:
    require("polars")
    import polars

    frame = polars.DataFrame(
        {
            "metric": ["likes", "likes"],
            "subject_kind": "post",
            "subject": ["1", "2"],
            "platform": "x",
            "value": [3, None],
            "missing": [None, "withheld"],
            "unit": "count",
            "observed_at": [NOON.astimezone(timezone(timedelta(hours=2)))] * 2,
            "weather": "rain",
        }
    )

    first, second = Table(frame).rows()
    assert (first.value, first.observed_at, first.definition, first.breakdown) == (3.0, NOON, 1, "")
    assert (second.value, second.missing) == (None, sk.Missing.WITHHELD)
    with pytest.raises(ValueError, match="no column 'unit'"):
        Table(frame.drop("unit"))


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("observed_at", datetime(2026, 11, 2, 12), "no time zone"),  # noqa: DTZ001 - what is refused
        ("observed_at", "yesterday", "holds no times"),
        ("value", None, "neither a value nor a reason"),
        ("value", float("nan"), "neither a value nor a reason"),
        ("value", float("inf"), "neither a value nor a reason"),
        ("missing", "withheld", "or both"),
    ],
)
@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_a_frame_that_contradicts_itself_is_refused(library: str, column: str, value: Any, why: str) -> None:
    require(library)
    module: Any = __import__(library)
    columns: dict[str, Any] = {
        "metric": ["likes"],
        "subject_kind": ["post"],
        "subject": ["1"],
        "platform": ["x"],
        "value": [3.0],
        "unit": ["count"],
        "observed_at": [datetime(2026, 11, 2, 12, tzinfo=UTC)],
    }

    with pytest.raises(ValueError, match=why):
        Table(module.DataFrame(columns | {column: [value]}))


@pytest.mark.parametrize("library", [*LIBRARIES, DUCKDB])
def test_a_frame_answers_and_picks_as_plain_python_does(library: str) -> None:
    times = [observation(value=n, subject=str(n), observed_at=NOON + n * HOUR) for n in range(4)]
    table = table_on(library, times).label({(ACME, "1"): sk.Purpose(pillar="craft", tags=["b", "a"])})

    picked = table.observed(since=NOON + HOUR, until=NOON + 3 * HOUR)

    assert sorted(row.subject for row in picked) == ["1", "2"]
    assert [row.tags for row in table.where("pillar", "craft")] == [("a", "b")]
    assert len(table.where("pillar", None)) == 3
    assert [one.value for one in picked.total("likes", by=["pillar"])] == [1, 2]


@pytest.mark.parametrize("library", [*LIBRARIES, DUCKDB])
def test_windows_that_overlap_are_found_in_a_frame_too(library: str) -> None:
    rows = [observation("impressions", 5, start=NOON + n * HOUR, end=NOON + (n + 2) * HOUR) for n in range(2)]
    apart = [
        observation("impressions", 5, start=NOON + n * HOUR, end=NOON + (n + 1) * HOUR) for n in range(2)
    ]

    assert table_on(library, apart).total("impressions")[0].value == 10
    with pytest.raises(ValueError, match="overlap"):
        table_on(library, rows).total("impressions")


def test_an_answer_is_a_frame_of_the_tables_library() -> None:
    require("polars", "pandas")
    import pandas
    import polars

    in_polars = Table(ROWS).on("polars").total("likes", by=["platform"]).to_native()
    in_pandas = Table(ROWS).on("pandas").total("likes", by=["platform"]).to_native()

    assert isinstance(in_polars, polars.DataFrame)
    assert isinstance(in_pandas, pandas.DataFrame)
    assert in_polars.to_dicts() == Table(ROWS).total("likes", by=["platform"]).to_native()
    assert in_pandas["value"].tolist() == [3.1]


def test_a_lazy_frame_stays_lazy() -> None:
    require("polars")
    import polars

    lazy = Table(ROWS).on("polars").to_native()
    assert isinstance(lazy, polars.DataFrame)
    table = Table(lazy.lazy()).latest().label({(ACME, "1"): sk.Purpose(pillar="craft")})

    assert isinstance(table.to_native(), polars.LazyFrame)
    assert table.total("likes", by=["pillar"]) == Table(ROWS).label(
        {(ACME, "1"): sk.Purpose(pillar="craft")}
    ).total("likes", by=["pillar"])


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let a library be as if it were not installed."""

    def forget(library: str) -> None:
        real = builtins.__import__

        def guarded(name: str, *args: Any, **kwargs: Any) -> Any:
            if name.partition(".")[0] == library:
                message = f"No module named {library!r}"
                raise ModuleNotFoundError(message)
            return real(name, *args, **kwargs)

        monkeypatch.delitem(sys.modules, "socialkit.metrics._frames", raising=False)
        monkeypatch.setattr(builtins, "__import__", guarded)

    return forget


def test_without_narwhals_a_frame_names_what_to_install(without: Callable[[str], None]) -> None:
    without("narwhals")

    with pytest.raises(sk.ConfigurationError, match=r"pip install 'socialkit\[frames\]' polars"):
        Table(ROWS).on("polars")


def test_without_narwhals_everything_else_works(without: Callable[[str], None]) -> None:
    without("narwhals")

    assert Table(ROWS).latest().total("likes")[0].value == 3.1
    assert Table(ROWS).to_native() == [row.model_dump(mode="python") | {"tags": None} for row in Table(ROWS)]


def test_what_is_no_observation_is_refused() -> None:
    with pytest.raises(TypeError, match="not int"):
        Table([1])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    with pytest.raises(sk.ConfigurationError, match="none of pandas, polars, pyarrow"):
        Table([]).on("excel")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
