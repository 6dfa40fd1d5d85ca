"""What a table answers: typed rows, and the same in the form of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar, overload
from urllib.parse import unquote

from pydantic import FiniteFloat

from socialkit.metrics._columns import Values
from socialkit.models import Model, Money, Observation, Purpose

__all__ = ["Answers", "Rate", "Row", "Total"]

RowT = TypeVar("RowT", bound=Model)


class Row(Observation):
    """An observation with the labels of its post.

    Example:
        >>> from datetime import UTC, datetime
        >>> noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
        >>> given = {"metric": "likes", "subject_kind": "post", "subject": "1", "platform": "mastodon"}
        >>> Row(
        ...     **given, value=3, unit="count", observed_at=noon, native="likes", pillar="craft"
        ... ).purpose.pillar
        'craft'
    """

    campaign: str | None = None
    objective: str | None = None
    pillar: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def purpose(self) -> Purpose:
        """The labels, as the journal has them."""
        return Purpose(campaign=self.campaign, objective=self.objective, pillar=self.pillar, tags=self.tags)

    @classmethod
    def of_columns(cls, values: Mapping[str, Any]) -> Row:
        """Return a row of a table as a model."""
        tags = tuple(unquote(one) for one in (values["tags"] or "").split("|") if one)
        return cls.model_validate({**values, "tags": tags})


class Total(Model):
    """The sum of a metric over a group; what is missing is told, and never counts as zero.

    Example:
        >>> total = Total(metric="likes", value=7, known=2, missing=1, reasons={"not permitted": 1})
        >>> f"{total.value:g} at least: {total.missing} of {total.known + total.missing} is missing"
        '7 at least: 1 of 3 is missing'
    """

    metric: str
    group: Mapping[str, str | None] = {}
    """What it is the sum of, by the columns that were asked for."""
    value: FiniteFloat | None = None
    """None when nothing of it is known."""
    money: Money | None = None
    """The exact sum, of amounts."""
    unit: str | None = None
    """None when nothing of it is known."""
    known: int
    """How many values are in the sum."""
    missing: int
    """How many are not, since they are missing."""
    reasons: Mapping[str, int] = {}
    """Why, and how many each; `no row` where the platform was not asked."""


class Rate(Model):
    """Engagement over something: a ratio of two sums over the same posts.

    Example:
        >>> key = "engagement_rate_by_reach"
        >>> rate = Rate(metric=key, value=0.05, engagement=10, over=200, known=4, missing=1)
        >>> f"{rate.value:.1%} of those who were reached by {rate.known} posts"
        '5.0% of those who were reached by 4 posts'
    """

    metric: str
    group: Mapping[str, str | None] = {}
    value: FiniteFloat | None = None
    """None when there is no post of which both are known, or nothing to divide by."""
    engagement: FiniteFloat | None = None
    """The sum above the line, of posts of which both are known."""
    over: FiniteFloat | None = None
    """The sum below the line. Over several posts, that of reach or of followers is a weight and no number of
    people."""
    known: int
    """How many posts are in it."""
    missing: int
    """How many are not."""
    reasons: Mapping[str, int] = {}
    """Why, and how many posts each."""
    counts_known: int = 0
    """How many counts are in the sum above the line, such as the likes of one post."""
    counts_missing: int = 0
    """How many counts of the posts in it are not, since they are missing: the true rate is higher."""
    counts_reasons: Mapping[str, int] = {}
    """Why, and how many counts each; `no row` where the platform was not asked."""


class Answers(Sequence[RowT], Generic[RowT]):
    """Typed rows, in the order of their groups.

    Example:
        >>> from socialkit.metrics import Table
        >>> from socialkit import Observation
        >>> said = {"metric": "likes", "subject_kind": "post", "platform": "mastodon", "unit": "count"}
        >>> said |= {"account": "acme/mastodon/main", "observed_at": "2026-03-02T12:00Z", "native": "likes"}
        >>> rows = [Observation(subject=str(number), value=number, **said) for number in (1, 2)]
        >>> totals = Table(rows).total("likes")
        >>> len(totals), totals[0].value
        (1, 3.0)
    """

    def __init__(
        self,
        rows: Sequence[RowT],
        flat: Callable[[RowT], dict[str, object]],
        form: Callable[[Values], object],
    ) -> None:
        self._rows = tuple(rows)
        self._flat = flat
        self._form = form

    def to_native(self) -> object:
        """Return them as a frame of the table's library; of a table without one, a dictionary for each."""
        flat = [self._flat(row) for row in self._rows]
        names = list(flat[0]) if flat else []
        return self._form({name: [row[name] for row in flat] for name in names})

    @overload
    def __getitem__(self, place: int) -> RowT: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[RowT, ...]: ...
    def __getitem__(self, place: int | slice) -> RowT | tuple[RowT, ...]:
        return self._rows[place]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[RowT]:
        return iter(self._rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answers) and self._rows == other._rows  # pyright: ignore[reportUnknownMemberType]

    def __hash__(self) -> int:
        return hash(len(self._rows))

    def __repr__(self) -> str:
        return f"Answers({list(self._rows)!r})"


def flat_total(row: Total) -> dict[str, object]:
    """Return a total as one line of a table."""
    return {
        **row.group,
        "metric": row.metric,
        "value": row.value,
        "money": None if row.money is None else row.money.minor,
        "currency": None if row.money is None else row.money.currency,
        "unit": row.unit,
        "known": row.known,
        "missing": row.missing,
    }


_RATE_COLUMNS: Final = ("metric", "value", "engagement", "over", "known", "missing", "counts_missing")


def flat_rate(row: Rate) -> dict[str, object]:
    """Return a rate as one line of a table."""
    return {
        **row.group,
        **row.model_dump(include=set(_RATE_COLUMNS)),
    }
