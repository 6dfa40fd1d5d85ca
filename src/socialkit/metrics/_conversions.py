"""Orders and the visits that came before them, from a file of a shop."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, Self, overload
from urllib.parse import quote, unquote

from pydantic import ValidationError

from socialkit.errors import SocialKitError
from socialkit.models import (
    AwareTime,
    Model,
    Money,
    Observation,
    Problem,
    SubjectKind,
    require_aware,
)
from socialkit.models._document import problem_at, refused, text_of
from socialkit.models._shared import Several
from socialkit.models._sheet import Cells, Sheet, place_in, problems_in

__all__ = ["Conversion", "Conversions", "Touch", "parts_of"]

UTM_KEYS: Final = ("utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term")
ORDER: Final = ("order", "time", "amount", "currency")
COLUMNS: Final = (*ORDER, "touch_time", *UTM_KEYS)
SHEET: Final = Sheet(needed=ORDER, columns=COLUMNS, tidy=COLUMNS)


class Touch(Model):
    """A visit that came before an order, and what its link said.

    Example:
        >>> from datetime import UTC
        >>> Touch(at=datetime(2026, 11, 2, 12, tzinfo=UTC), utm={"utm_source": "mastodon"}).utm["utm_source"]
        'mastodon'
    """

    at: AwareTime
    utm: Mapping[str, str] = {}
    """By their names in a link, such as `utm_source`; empty for a visit by no tagged link."""


class Conversion(Model):
    """An order and the visits before it.

    Example:
        >>> from datetime import UTC
        >>> noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
        >>> visit = Touch(at=noon, utm={"utm_source": "mastodon"})
        >>> len(Conversion(order="17", at=noon, amount=Money(40, "EUR"), touches=[visit]).touches)
        1
    """

    order: str
    """The shop's number of it."""
    at: AwareTime
    amount: Money
    touches: Several[Touch] = ()
    """In any order of time; none after the order."""


class Conversions(Sequence[Conversion]):
    """Orders with the visits before them; as observations they go into a table, where `roi()` finds them.

    Example:
        >>> from datetime import UTC, datetime
        >>> noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
        >>> visit = Touch(at=noon, utm={"utm_source": "mastodon", "utm_campaign": "autumn"})
        >>> order = Conversion(order="17", at=noon, amount=Money(40, "EUR"), touches=[visit])
        >>> [row.metric for row in Conversions([order]).observations(now=noon)]
        ['orders', 'revenue', 'touches']
    """

    def __init__(self, conversions: Iterable[Conversion]) -> None:
        self._all = tuple(conversions)
        seen: set[str] = set()
        for one in self._all:
            if one.order in seen:
                message = f"order {one.order!r} is there twice"
                raise ValueError(message)
            if _late(one):
                message = f"order {one.order!r} has a visit after it"
                raise ValueError(message)
            seen.add(one.order)

    @classmethod
    def read(cls, path: str | os.PathLike[str], /) -> Self:
        """Return the orders in a CSV file, one line for each visit.

        Columns: `order`, `time`, `amount`, `currency`, repeated on each line of the order; `touch_time` and
        `utm_source`, `utm_medium`, `utm_campaign`, `utm_term`, `utm_content` of the visit. An order without
        visits has one line without `touch_time`. Times are ISO 8601 with a zone. Cells are parted by commas
        or semicolons, and an amount is written with a point.

        Raises:
            InvalidDraftError: The file has other columns, or lines hold what they may not; `problems` has
                every wrong cell with its line and column. Whether a line goes with the others of its order
                is told where its own cells are right.
            ConfigurationError: The file cannot be read.
        """
        read = _read(Path(path))
        if isinstance(read, SocialKitError):
            raise read
        return cls(read)

    def observations(
        self, *, now: datetime, source: str = "shop", brand: str | None = None
    ) -> tuple[Observation, ...]:
        """Return rows for a table: `orders` and `revenue` of each order, `touches` of each visit.

        Args:
            now: When they were read (aware).
            source: What stands as their platform: the system that told of the orders.
            brand: Whose orders they are.
        """
        seen = require_aware(now, "now")
        return tuple(row for one in self._all for row in _rows(one, seen, source, brand))

    @overload
    def __getitem__(self, place: int) -> Conversion: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Conversion, ...]: ...
    def __getitem__(self, place: int | slice) -> Conversion | tuple[Conversion, ...]:
        return self._all[place]

    def __len__(self) -> int:
        return len(self._all)

    def __repr__(self) -> str:
        return f"Conversions({len(self._all)} orders)"


def _late(one: Conversion) -> bool:
    return any(touch.at > one.at for touch in one.touches)


def _rows(one: Conversion, seen: datetime, source: str, brand: str | None) -> Iterator[Observation]:
    row = partial(
        Observation,
        subject_kind=SubjectKind.ORDER,
        subject=one.order,
        brand=brand,
        platform=source,
        observed_at=seen,
    )
    yield row(metric="orders", value=1, unit="count", native="order", start=one.at, end=one.at)
    yield row(
        metric="revenue",
        value=float(one.amount.amount),
        unit="money",
        currency=one.amount.currency,
        money=one.amount.minor,
        native="amount",
        start=one.at,
        end=one.at,
    )
    counted = partial(row, metric="touches", value=1, unit="count", native="touch")
    for number, touch in enumerate(sorted(one.touches, key=lambda touch: touch.at), 1):
        breakdown = breakdown_of({**touch.utm, "touch": str(number)})
        yield counted(start=touch.at, end=touch.at, breakdown=breakdown)


def breakdown_of(parts: Mapping[str, str]) -> str:
    """Return a breakdown; what its own signs would be in a value is written as in an address.

    Example:
        >>> breakdown_of({"utm_source": "x", "utm_campaign": "50%|off"})
        'utm_campaign=50%25%7Coff|utm_source=x'
    """
    return "|".join(f"{quote(key, safe=' ')}={_quoted(parts[key])}" for key in sorted(parts))


def _quoted(value: str) -> str:
    return value.replace("%", "%25").replace("|", "%7C").replace("=", "%3D")


def parts_of(breakdown: str) -> dict[str, str]:
    """Return the parts of a breakdown.

    Example:
        >>> parts_of("utm_campaign=50%25%7Coff|utm_source=x")
        {'utm_campaign': '50%|off', 'utm_source': 'x'}
    """
    pairs = (part.partition("=") for part in breakdown.split("|") if part)
    return {unquote(key): unquote(value) for key, _, value in pairs}


def _read(file: Path) -> list[Conversion] | SocialKitError:
    """Return the orders, or what to raise where nothing is at hand that the file holds: see `Document`."""
    found: dict[str, _Order] = {}
    try:
        problems = list(SHEET.problems(text_of(file), partial(_taken, found)))
    except SocialKitError as error:
        return error.with_traceback(None)
    if problems:
        return refused(file, problems)
    return [
        Conversion(order=key, at=order.first.time, amount=order.first.amount, touches=order.touches)
        for key, order in found.items()
    ]


class _Line(Model):
    """What a line says of its order and its visit."""

    order: str
    time: AwareTime
    amount: Money
    touch_time: AwareTime | None = None


@dataclass(frozen=True)
class _Order:
    first: _Line
    touches: list[Touch] = field(default_factory=list[Touch])


def _taken(found: dict[str, _Order], number: int, cells: Cells) -> Iterator[Problem]:
    """Take a line in, and yield what is wrong with it."""
    given = {name: text for name, text in cells.items() if text}
    utm: dict[str, str] = {name: given.pop(name) for name in UTM_KEYS if name in given}
    money = {name: given.pop(name) for name in ("amount", "currency") if name in given}
    if utm and "touch_time" not in given:
        message = "is missing, and the line has parameters of a link"
        yield problem_at(place_in(number, "touch_time"), message)
    try:
        line = _Line.model_validate({**given, "amount": money})
    except ValidationError as error:
        yield from problems_in(error, number, COLUMNS)
        return
    order = found.setdefault(line.order, _Order(line))
    if (line.time, line.amount) != (order.first.time, order.first.amount):
        message = "is that of an earlier line, which has another time or amount"
        yield problem_at(place_in(number, "order"), message)
    if line.touch_time is not None:
        order.touches.append(Touch(at=line.touch_time, utm=utm))
        if line.touch_time > line.time:
            yield problem_at(place_in(number, "touch_time"), "is after the order")
