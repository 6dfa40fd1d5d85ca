"""`Table`: observations together, labelled, picked and added up."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, Self, cast, get_args

from socialkit.errors import ConfigurationError
from socialkit.metrics._answers import Answers, Rate, Row, Total, flat_rate, flat_total
from socialkit.metrics._catalogue import CATALOGUE, Metric, MetricKind
from socialkit.metrics._columns import COLUMNS, Columns, Labels, NativeFrame, Store, TextColumn, Values
from socialkit.metrics._facts import Facts, refuse_overlaps, require_addable
from socialkit.metrics._files import read_rows, write_rows
from socialkit.metrics._rates import rates
from socialkit.models import Kept, Money, Observation, Retention, require_aware

__all__ = ["Library", "Table", "form_of", "lines_of", "picked", "rates_of"]

Library = Literal["pandas", "polars", "pyarrow"]
"""A library into whose frames a table can be moved."""
PARQUET: Final = ".parquet"


_POST: Final[tuple[TextColumn, ...]] = ("brand", "platform", "account", "subject")
"""What tells one post from all others."""


class Table:
    """Observations in rows: any number of platforms, accounts and times.

    Without more it keeps them in plain Python. Given a frame, or with `on()`, it keeps them there and lets
    that library do the work (`socialkit[frames]`); the answers are the same. A table never changes: each
    method returns another one.

    Args:
        data: Observations, or a frame with their columns.
        definitions: Of metrics that the catalogue does not have, or has otherwise.

    Raises:
        ValueError: The frame lacks a column, or a row has neither a value nor a reason, or both.
        ConfigurationError: It is a frame, and narwhals is not installed.

    Example:
        >>> from socialkit import Purpose, Sandbox
        >>> with Sandbox() as world:
        ...     client = world.connect("mastodon")
        ...     post = client.posts.publish("Autumn is here")
        ...     table = Table(client.insights.posts([post]))
        >>> account = table.rows()[0].account or ""
        >>> labelled = table.label({(account, post.id): Purpose(pillar="craft")})
        >>> [(one.group, one.value) for one in labelled.total("engagement", by=["pillar"])]
        [({'pillar': 'craft'}, 0.0)]
    """

    def __init__(
        self, data: Iterable[Observation] | NativeFrame, *, definitions: Iterable[Metric] = ()
    ) -> None:
        self._definitions = dict(CATALOGUE) | {one.key: one for one in definitions}
        self._store = _stored(data)

    def _with(self, store: Store) -> Self:
        table = object.__new__(type(self))
        table._definitions, table._store = self._definitions, store
        return table

    @classmethod
    def read(cls, path: str | os.PathLike[str], /, *, definitions: Iterable[Metric] = ()) -> Self:
        """Return the table in a file.

        A damaged `.parquet` can end the whole process in the library that reads it: read only your own.

        Args:
            path: Ends in `.csv`, `.jsonl` (both into plain Python) or `.parquet` (into a frame of polars
                or pyarrow, the first that is installed).
            definitions: Of metrics that the catalogue does not have.

        Raises:
            ConfigurationError: There is no such file, its ending is unknown, a line is no observation, or a
                library is missing.
        """
        file = Path(path)
        if file.suffix.lower() == PARQUET:
            return cls(_parquet_read(file), definitions=definitions)
        return cls(read_rows(file), definitions=definitions)

    def save(self, path: str | os.PathLike[str], /) -> None:
        """Write the table to a file that `read()` reads.

        In a `.csv` a text that a spreadsheet would take for a formula has an apostrophe before it, which
        `read()` takes away.

        Raises:
            ConfigurationError: The ending is unknown, the file cannot be written, or a library is missing.
        """
        file = Path(path)
        if file.suffix.lower() == PARQUET:
            _parquet_write(self._store.columns(), file)
        else:
            write_rows(self._store.columns(), file)

    def on(self, library: Library) -> Self:
        """Return the same table, kept by a library of frames.

        Raises:
            ConfigurationError: The library or narwhals is not installed.
        """
        if library not in get_args(Library):
            message = f"library={library!r} is none of {', '.join(get_args(Library))}"
            raise ConfigurationError(message)
        return self._with(_frames_of(self._store.columns(), library))

    def to_native(self) -> object:
        """Return what keeps the rows: the frame, or a dictionary for each row."""
        return self._store.native()

    @property
    def definitions(self) -> Mapping[str, Metric]:
        """What each metric means: those of the catalogue, and those that were given."""
        return MappingProxyType(self._definitions)

    def rows(self) -> tuple[Row, ...]:
        """Return the rows as models."""
        return tuple(self)

    def __iter__(self) -> Iterator[Row]:
        columns = self._store.columns()
        for values in zip(*(columns[name] for name in COLUMNS), strict=True):
            yield Row.of_columns(dict(zip(COLUMNS, values, strict=True)))

    def __len__(self) -> int:
        return len(self._store)

    def where(self, column: TextColumn, /, *values: str | None) -> Self:
        """Return the rows whose column has one of some values; None means those that have none.

        Example:
            >>> Table([]).where("platform", "mastodon", "bluesky").where("pillar", None).rows()
            ()
        """
        _require_columns([column])
        return self._with(self._store.where(column, values))

    def observed(self, *, since: datetime | None = None, until: datetime | None = None) -> Self:
        """Return the rows that were observed from one time on, and before another."""
        start, end = (
            None if one is None else require_aware(one, name)
            for one, name in ((since, "since"), (until, "until"))
        )
        return self._with(self._store.observed(start, end))

    def within(self, retention: Retention, /, *, now: datetime) -> Self:
        """Return the rows that may still be kept, in plain Python: save them in the table's place.

        Args:
            retention: How long observations are kept; `Retention.documented(socialkit.catalogue())` has what
                platforms ask for.
            now: The time to go by (aware).

        Example:
            >>> from datetime import UTC
            >>> Table([]).within(Retention(), now=datetime(2026, 11, 2, tzinfo=UTC)).rows()
            ()
        """
        moment = require_aware(now, "now")
        kept = [
            retention.is_over(Kept.OBSERVATIONS, platform=platform, brand=brand, since=at, now=moment) is None
            for platform, brand, at in lines_of(self, "platform", "brand", "observed_at")
        ]
        return self._with(self._plain().keep([n for n, stays in enumerate(kept) if stays]))

    def latest(self) -> Self:
        """Return the newest row of each subject, metric, window and breakdown."""
        return self._with(self._store.latest())

    def label(self, purposes: Labels, /) -> Self:
        """Return the table with what posts are for: campaign, objective, pillar and tags.

        Rows of posts that are not named, and rows of accounts, stay as they are.

        Args:
            purposes: By the account's key and the post's id, as `journal.purposes()` gives them. The id
                alone would not do: two servers may give two posts the same one.
        """
        return self._with(self._store.label(purposes))

    def total(self, metric: str, *, by: Sequence[TextColumn] = ()) -> Answers[Total]:
        """Return the sum of a metric, for each group.

        Args:
            metric: Its key, such as `likes`; or `engagement`, the sum of what people did with posts.
            by: The columns to group by, such as `pillar` and `platform`.

        Raises:
            ValueError: The metric has no definition, or its values do not add up: over posts, times or
                accounts for which it is not defined; of several units, currencies or versions; or of one
                thing that was read more than once, of which `latest()` keeps the newest.
        """
        definition = self._defined(metric)
        if definition.kind is MetricKind.RATE:
            message = f"{metric} does not add up: it is a rate; take table.rate({metric!r})"
            raise ValueError(message)
        known = self._checked(definition, definition.parts or (metric,), by)
        rows = [_total(one, definition, by) for one in sorted(known, key=_order)]
        return Answers(rows, flat_total, self._store.answer)

    def rate(self, metric: str, *, by: Sequence[TextColumn] = ()) -> Answers[Rate]:
        """Return engagement over something, for each group: a ratio of sums, not a mean of ratios.

        Posts of which one of the two is missing are in neither sum; they are counted, with the reason.

        Args:
            metric: `engagement_rate_by_impressions`, `engagement_rate_by_reach` or
                `engagement_rate_by_followers`.
            by: The columns to group by.

        Raises:
            ValueError: It is no such rate, or something was read more than once.
        """
        return next(self._rates([metric], by))

    def _rates(self, metrics: Iterable[str], by: Sequence[TextColumn]) -> Iterator[Answers[Rate]]:
        above: dict[tuple[str, ...], list[Facts]] = {}
        columns: tuple[TextColumn, ...] = (*by, *_POST)
        for metric in metrics:
            definition = self._defined(metric)
            if definition.kind is not MetricKind.RATE or definition.over is None:
                message = f"{metric} is no rate: take table.total({metric!r})"
                raise ValueError(message)
            if definition.parts not in above:
                above[definition.parts] = self._checked(definition, definition.parts, columns)
            of_kind = self._with(self._store.where("subject_kind", [str(definition.over_kind)]))
            below = of_kind._checked(self._defined(definition.over), (definition.over,), _POST)
            found = rates(definition, above[definition.parts], below, by)
            yield Answers(found, flat_rate, self._store.answer)

    def _checked(self, metric: Metric, parts: Sequence[str], by: Sequence[str]) -> list[Facts]:
        _require_columns(by)
        store = self._store.where("subject_kind", ["post"]) if metric.parts else self._store
        known = store.facts(parts, by)
        for facts in known:
            require_addable(facts, metric, by)
        if any(one.cells > one.series for one in known):
            refuse_overlaps(store.windows(parts, by), metric)
        return known

    def _defined(self, metric: str) -> Metric:
        if metric not in self._definitions:
            message = (
                f"there is no definition of {metric!r}, so nobody knows whether it adds up: "
                "give one, with Table(…, definitions=[Metric(…)])"
            )
            raise ValueError(message)
        return self._definitions[metric]

    def _plain(self) -> Columns:
        store = self._store
        return store if isinstance(store, Columns) else Columns(store.columns())

    def __repr__(self) -> str:
        return f"Table({type(self._store).__name__.lower()})"


def form_of(table: Table) -> Callable[[Values], object]:
    """Return what puts a small result into the form of a table."""
    return table._store.answer  # pyright: ignore[reportPrivateUsage] - not for users


def lines_of(table: Table, *names: str) -> Iterator[tuple[Any, ...]]:
    """Yield some columns of each row, without the cost of a model for each."""
    return table._plain().zipped(names)  # pyright: ignore[reportPrivateUsage]


def rates_of(table: Table, metrics: Sequence[str], *, by: Sequence[TextColumn]) -> dict[str, Answers[Rate]]:
    """Return several rates, as `rate()` does, but go through the posts once."""
    found = table._rates(metrics, by)  # pyright: ignore[reportPrivateUsage]
    return dict(zip(metrics, found, strict=True))


def picked(table: Table, kept: Iterable[bool]) -> Table:
    """Return some rows of a table, in plain Python.

    Args:
        table: The table.
        kept: Of each row, whether it is kept.
    """
    rows = table._plain().keep([n for n, wanted in enumerate(kept) if wanted])  # pyright: ignore[reportPrivateUsage]
    return table._with(rows)  # pyright: ignore[reportPrivateUsage]


def _frames_read(native: object) -> Store:
    with _extra():
        from socialkit.metrics._frames import Frames  # noqa: PLC0415 - of an extra
    return Frames.read(native)


def _frames_of(values: Values, library: Library) -> Store:
    with _extra(library):
        from socialkit.metrics._frames import Frames  # noqa: PLC0415 - of an extra

        return Frames.of(values, library)


def _parquet_read(file: Path) -> NativeFrame:
    with _extra("polars"):
        from socialkit.metrics._frames import read_parquet  # noqa: PLC0415 - of an extra

        return read_parquet(file)


def _parquet_write(values: Values, file: Path) -> None:
    with _extra("polars"):
        from socialkit.metrics._frames import write_parquet  # noqa: PLC0415 - of an extra

        write_parquet(values, file)


@contextmanager
def _extra(library: str = "polars") -> Generator[None]:
    try:
        yield
    except ImportError as error:
        message = f"tables in frames need other libraries: pip install 'socialkit[frames]' {library}"
        raise ConfigurationError(message) from error


def _total(facts: Facts, metric: Metric, by: Sequence[str]) -> Total:
    currency = facts.only("currency")
    money = None
    if metric.kind is MetricKind.AMOUNT and currency is not None:
        money = Money.of_minor(facts.money, currency)
    value = float(money.amount) if money is not None else facts.value if facts.known else None
    reasons = facts.reasons(len(metric.parts) or 1)
    return Total(
        metric=metric.key,
        group=dict(zip(by, facts.group, strict=True)),
        value=value,
        money=money,
        unit=facts.only("unit"),
        known=facts.known,
        missing=sum(reasons.values()),
        reasons=reasons,
    )


def _order(facts: Facts) -> list[tuple[bool, str]]:
    return [(value is None, value or "") for value in facts.group]


def _require_columns(names: Sequence[str]) -> None:
    if isinstance(names, str):
        message = f"by={names!r} is one text: give a sequence, such as [{names!r}]"
        raise TypeError(message)
    for name in names:
        if name not in get_args(TextColumn):
            message = f"there is no column {name!r} of texts: {', '.join(get_args(TextColumn))}"
            raise ValueError(message)


def _stored(data: Iterable[Observation] | NativeFrame) -> Store:
    # Asked of the class: a lazy frame works its columns out when it is asked for them.
    if hasattr(type(data), "columns"):
        return _frames_read(data)
    return Columns.of([_observation(one) for one in cast("Iterable[object]", data)])


def _observation(one: object) -> Observation:
    if not isinstance(one, Observation):
        message = f"a table holds observations, not {type(one).__name__}"
        raise TypeError(message)
    return one
