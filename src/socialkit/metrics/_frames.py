"""The rows of a table in a frame of polars, pandas, pyarrow, duckdb …, through narwhals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import narwhals as nw

from socialkit.errors import ConfigurationError
from socialkit.metrics._columns import COLUMNS, LABELS, POST, Labels, Values, added, keys_of, label_values
from socialkit.metrics._facts import Facts, Group, Tally, Window

if TYPE_CHECKING:
    from socialkit.metrics._columns import NativeFrame

__all__ = ["Frames", "read_parquet", "write_parquet"]

TIMES: Final = ("start", "end", "observed_at")
TYPES: Final[Mapping[str, Any]] = {
    **dict.fromkeys(COLUMNS, nw.String()),
    **dict.fromkeys(TIMES, nw.Datetime("us", "UTC")),
    "value": nw.Float64(),
    "money": nw.Int64(),
    "final": nw.Boolean(),
    "definition": nw.Int64(),
}
PANDAS: Final[Mapping[Any, str]] = {
    nw.String(): "string",
    nw.Int64(): "Int64",
    nw.Float64(): "Float64",
    nw.Boolean(): "boolean",
    nw.Datetime("us", "UTC"): "datetime64[us, UTC]",
}
"""Its types that have a null."""
DEFAULTS: Final[Mapping[str, Any]] = {"native": "", "breakdown": "", "final": False, "definition": 1}
REQUIRED: Final = ("metric", "subject_kind", "subject", "platform", "value", "unit", "observed_at")

EXACT: Final = 2.0**53
"""Whole numbers add up exactly in floating point, in any order, while their sum stays below."""
LARGEST: Final = 2**62
_NUL: Final = "\x1f"

Frame = nw.LazyFrame[Any]


class Frames:
    """Rows in somebody else's frame; what is asked runs on its engine."""

    def __init__(self, frame: nw.DataFrame[Any] | Frame) -> None:
        self._frame = frame

    @classmethod
    def read(cls, native: object) -> Frames:
        """Return the rows of a frame, with the columns and types that they ought to have.

        Raises:
            ValueError: A column is missing, or the rows contradict themselves.
            TypeError: It is no frame.
        """
        frame = cast("nw.DataFrame[Any] | Frame", nw.from_native(cast("Any", native)))
        if lacking := [name for name in REQUIRED if name not in frame.collect_schema()]:
            message = f"the frame has no column {lacking[0]!r}; a table needs {', '.join(REQUIRED)}"
            raise ValueError(message)
        if frame.implementation.is_pandas():
            frame = _with_nulls(native)
        schema = frame.collect_schema()
        for name in TIMES:
            _require_aware(name, schema.get(name))
        # Times stay in their own zone and unit: not every engine has others.
        types = {**TYPES, **dict.fromkeys(TIMES, schema["observed_at"])}
        shaped = frame.select(*(_column(name, name in schema, types[name]) for name in COLUMNS))
        number = nw.col("value")
        shaped = shaped.with_columns(nw.when(number.is_finite()).then(number).alias("value"))
        _require_sound(shaped)
        return cls(shaped)

    @classmethod
    def of(cls, values: Values, library: str) -> Frames:
        """Return values as a frame of a library."""
        return cls(_built(values, {name: TYPES[name] for name in COLUMNS}, library))

    def native(self) -> object:
        """Return the frame."""
        return self._frame.to_native()

    def answer(self, values: Values, /) -> object:
        """Return a small result as a frame of the same library, or of pyarrow where it has none in memory."""
        return _built(values, {}, _eager_of(self._frame)).to_native()

    def __len__(self) -> int:
        """Return the number of rows."""
        ((number,),) = _rows(self._frame.lazy().select(nw.len().alias("n")), ("n",))
        return int(number)

    def columns(self) -> Values:
        """Return everything as Python values."""
        return _values(self._frame, COLUMNS)

    def where(self, column: str, values: Sequence[str | None], /) -> Frames:
        """Return the rows whose column has one of the values."""
        texts = [one for one in values if one is not None]
        # An empty list has no type, which not every engine takes.
        wanted = nw.col(column).is_in(texts) if texts else nw.lit(value=False)
        if None in values:
            wanted = nw.col(column).is_null() | wanted if texts else nw.col(column).is_null()
        return Frames(self._frame.filter(wanted))

    def observed(self, since: datetime | None, until: datetime | None, /) -> Frames:
        """Return the rows that were observed in a span."""
        frame = self._frame
        if since is not None:
            frame = frame.filter(nw.col("observed_at") >= since)
        if until is not None:
            frame = frame.filter(nw.col("observed_at") < until)
        return Frames(frame)

    def latest(self) -> Frames:
        """Return the newest row of each cell; of two at one time the one that knows more, then the larger."""
        at, rank = nw.col("observed_at"), nw.col("_rank")
        frame = self._frame.with_columns(
            _joined(*_SERIES, "start", "end").alias("_cell"),
            nw.col("value").fill_null(float("-inf")).alias("_rank"),
        )
        frame = frame.filter(at == at.max().over("_cell"))
        frame = frame.filter(rank == rank.max().over("_cell"))
        return Frames(frame.unique("_cell", keep="any").select(*COLUMNS))

    def label(self, labels: Labels, /) -> Frames:
        """Return the rows with labels on those of posts; the others keep theirs."""
        values: Values = {"account": [], "subject": [], **{f"_{name}": [] for name in LABELS}, "_known": []}
        for (account, subject), purpose in labels.items():
            row = (account, subject, *label_values(purpose), True)
            for column, value in zip(values.values(), row, strict=True):
                column.append(value)
        types = {name: nw.Boolean() if name == "_known" else nw.String() for name in values}
        frame = self._frame
        if _eager_of(frame) != frame.implementation.value:
            frame = cast("Frame", frame).collect()
        names = _built(values, types, _eager_of(frame)).with_columns(subject_kind=nw.lit(POST))
        on = ["subject_kind", "account", "subject"]
        joined = _join(frame, names, on)
        known = nw.col("_known").fill_null(value=False)
        return Frames(
            joined.with_columns(
                nw.when(known).then(nw.col(f"_{name}")).otherwise(nw.col(name)).alias(name) for name in LABELS
            ).select(*COLUMNS)
        )

    def facts(self, metrics: Sequence[str], by: Sequence[str], /) -> list[Facts]:
        """Return what is known of each group: added up by the engine, one row for each."""
        chosen, groups = self._prepared(metrics, by), _groups(by)
        found: dict[Group, Facts] = {}
        exact = True
        for row in _rows(chosen.group_by(*groups).agg(*_AGGREGATES), (*groups, *_NAMES)):
            group, known = row[: len(by)], dict[str, Any](zip(_NAMES, row[len(groups) :], strict=True))
            odd, size, most = (known.pop(name) or 0 for name in ("odd", "size", "minor_most"))
            exact = exact and not odd and size < EXACT and most * known["rows"] < LARGEST
            found[group] = Facts(group, **_numbers(known))
        if not exact:
            self._add_exactly(found, chosen, by)
        tallied = chosen.group_by(*groups, *_TALLIED).agg(nw.len().alias("n"))
        for row in _rows(tallied, (*groups, *_TALLIED, "n")):
            metric, kind, unit, currency, definition, keys, missing, number = row[len(groups) :]
            found[row[: len(by)]].tallies.append(
                Tally(metric, kind, unit, currency, int(definition), keys_of(keys), missing, int(number))
            )
        return list(found.values())

    def _add_exactly(self, found: Mapping[Group, Facts], chosen: Frame, by: Sequence[str]) -> None:
        """Add in Python what the engine would round, each in its own order."""
        values: dict[Group, tuple[list[float], list[int]]] = {group: ([], []) for group in found}
        for *where, value, money in _rows(chosen, (*_groups(by)[: len(by)], "value", "money")):
            numbers, amounts = values[tuple(where)]
            if value is not None:
                numbers.append(value)
            if money is not None:
                amounts.append(int(money))
        for group, facts in found.items():
            facts.value, facts.money = added(values[group][0]), sum(values[group][1])

    def windows(self, metrics: Sequence[str], by: Sequence[str], /) -> Iterable[Window]:
        """Return all windows of some metrics."""
        for *group, series, start, end in _rows(
            self._prepared(metrics, by), (*_groups(by)[: len(by)], "_series", "start", "end")
        ):
            yield Window(tuple(group), series, start, end)

    def _prepared(self, metrics: Sequence[str], by: Sequence[str]) -> Frame:
        value, money = nw.col("value"), nw.col("money")
        frame = self._frame.lazy().filter(nw.col("metric").is_in(list(metrics)))
        # Under names of their own: one may be asked for twice, or be among those that are tallied.
        groups = (nw.col(name).alias(group) for name, group in zip(by, _groups(by), strict=False))
        return frame.with_columns(
            *groups,
            _joined(*_SERIES[:3]).alias("_account"),
            _joined(*_SERIES[:5]).alias("_subject"),
            _joined(*_SERIES[:6]).alias("_pair"),
            _joined(*_SERIES).alias("_series"),
            _joined(*_SERIES, "start", "end").alias("_cell"),
            (value % 1 != 0).fill_null(value=False).cast(nw.Int64).alias("_odd"),
            value.abs().alias("_size"),
            money.abs().alias("_minor"),
            *(() if by else (nw.lit("").alias("_by"),)),
        )


_SERIES: Final = ("brand", "platform", "account", "subject_kind", "subject", "metric", "breakdown")
_TALLIED: Final = ("metric", "subject_kind", "unit", "currency", "definition", "breakdown", "missing")
_AGGREGATES: Final = (
    nw.len().alias("rows"),
    nw.col("value").count().alias("known"),
    nw.col("value").sum().alias("value_sum"),
    nw.col("money").count().alias("priced"),
    nw.col("money").sum().alias("money_sum"),
    nw.col("_account").n_unique().alias("accounts"),
    nw.col("_subject").n_unique().alias("subjects"),
    nw.col("_pair").n_unique().alias("pairs"),
    nw.col("_series").n_unique().alias("series"),
    nw.col("_cell").n_unique().alias("cells"),
    nw.col("_odd").sum().alias("odd"),
    nw.col("_size").sum().alias("size"),
    nw.col("_minor").max().alias("minor_most"),
)
_NAMES: Final = (
    "rows",
    "known",
    "value_sum",
    "priced",
    "money_sum",
    "accounts",
    "subjects",
    "pairs",
    "series",
    "cells",
    "odd",
    "size",
    "minor_most",
)


def read_parquet(path: Path) -> NativeFrame:
    """Return the frame in a file, by the first library that is installed.

    Raises:
        ImportError: None is.
        ConfigurationError: The file cannot be read.
    """
    try:
        return cast("NativeFrame", nw.read_parquet(str(path), backend=_installed()).to_native())
    except ImportError:
        raise
    except Exception as error:
        message = f"{path.name} cannot be read: {getattr(error, 'strerror', None) or 'it is no Parquet file'}"
        raise ConfigurationError(message) from error


def write_parquet(values: Values, path: Path) -> None:
    """Write columns to a file.

    Raises:
        ImportError: No library can.
        ConfigurationError: The file cannot be written.
    """
    try:
        _built(values, {name: TYPES[name] for name in COLUMNS}, _installed()).write_parquet(str(path))
    except OSError as error:
        message = f"{path.name} cannot be written: {error.strerror}"
        raise ConfigurationError(message) from error


def _installed() -> Any:
    for library in ("polars", "pyarrow"):
        if find_spec(library) is not None:
            return library
    message = "neither polars nor pyarrow is installed"
    raise ImportError(message)


def _numbers(known: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {name: int(value or 0) for name, value in known.items() if not name.endswith("_sum")}
    return numbers | {"value": float(known["value_sum"] or 0) + 0.0, "money": int(known["money_sum"] or 0)}


def _groups(by: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"_by{number}" for number in range(len(by))) or ("_by",)


def _joined(*names: str) -> nw.Expr:
    # Nothing compares with null, so that what has none gets a text that no value can be.
    texts = [
        nw.when(nw.col(name).is_null()).then(nw.lit("\x00")).otherwise(nw.col(name).cast(nw.String))
        for name in names
    ]
    return nw.concat_str(*texts, separator=_NUL)


def _column(name: str, given: bool, kind: Any) -> nw.Expr:  # noqa: FBT001 - private
    column = nw.col(name) if given else nw.lit(DEFAULTS.get(name))
    column = column.cast(kind)
    return (column.fill_null(DEFAULTS[name]) if given and name in DEFAULTS else column).alias(name)


def _require_aware(name: str, kind: object) -> None:
    if isinstance(kind, nw.Datetime) and kind.time_zone is None:
        message = f"column {name!r} has no time zone: give its times one, such as UTC"
        raise ValueError(message)
    if name == "observed_at" and not isinstance(kind, nw.Datetime):
        message = f"column {name!r} holds no times, but {kind}: parse it first"
        raise ValueError(message)


def _with_nulls(native: object) -> nw.DataFrame[Any]:
    """Return a frame of pandas in types that have nulls: in others a whole number becomes a fraction."""
    frame = cast("Any", native).convert_dtypes()
    pandas = cast("Any", nw.Implementation.PANDAS.to_native_namespace())
    empty = {
        name: pandas.Series([DEFAULTS.get(name)] * len(frame), index=frame.index, dtype=PANDAS[TYPES[name]])
        for name in COLUMNS
        if name not in frame or (name != "observed_at" and frame[name].isna().all())
    }
    return cast("nw.DataFrame[Any]", nw.from_native(frame.assign(**empty), eager_only=True))


def _require_sound(frame: nw.DataFrame[Any] | Frame) -> None:
    for name in REQUIRED:
        if name != "value" and list(_rows(frame.lazy().filter(nw.col(name).is_null()).head(1), (name,))):
            message = f"a row has no {name!r}"
            raise ValueError(message)
    unsound = frame.lazy().filter(nw.col("value").is_null() == nw.col("missing").is_null())
    for (metric,) in _rows(unsound.select("metric").head(1), ("metric",)):
        message = f"a row of {metric!r} has neither a value nor a reason why it is missing, or both"
        raise ValueError(message)


def _eager_of(frame: nw.DataFrame[Any] | Frame) -> str:
    kind = frame.implementation
    return kind.value if kind in {nw.Implementation.POLARS, nw.Implementation.PANDAS} else "pyarrow"


def _join(
    frame: nw.DataFrame[Any] | Frame, names: nw.DataFrame[Any], on: list[str]
) -> nw.DataFrame[Any] | Frame:
    if isinstance(frame, nw.DataFrame):
        return frame.join(names, on=on, how="left")
    return frame.join(names.lazy(), on=on, how="left")


def _built(values: Values, types: Mapping[str, Any], library: str) -> nw.DataFrame[Any]:
    if library != "pandas":
        return nw.from_dict(values, types or None, backend=cast("Any", library))
    pandas = cast("Any", nw.Implementation.PANDAS.to_native_namespace())
    columns = {
        name: pandas.Series(column, dtype=PANDAS.get(types.get(name))) for name, column in values.items()
    }
    return cast("nw.DataFrame[Any]", nw.from_native(pandas.DataFrame(columns), eager_only=True))


def _values(frame: nw.DataFrame[Any] | Frame, names: Sequence[str]) -> Values:
    collected = frame.lazy().select(*names).collect()
    found: Values = collected.to_dict(as_series=False)
    return {name: [_plain(value) for value in found[name]] for name in names}


def _rows(frame: Frame, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*_values(frame, names).values(), strict=True)


def _plain(value: Any) -> Any:
    """Return a value as Python has it: libraries have nulls and times of their own."""
    if isinstance(value, datetime):
        if value != value:  # noqa: PLR0124 - pandas has a null that is a time, and differs from itself
            return None
        if hasattr(value, "to_pydatetime"):
            value = cast("Any", value).to_pydatetime()
        return cast("datetime", value).astimezone(UTC)
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if value == value else None  # noqa: PLR0124
    return value.item() if hasattr(value, "item") else None
