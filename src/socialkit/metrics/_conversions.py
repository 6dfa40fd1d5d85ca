"""Orders and the visits that came before them, from a file of a shop."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, Self, overload
from urllib.parse import quote, unquote

from pydantic import ValidationError

from socialkit.errors import ConfigurationError, InvalidDraftError, SocialKitError
from socialkit.models import (
    AwareTime,
    Model,
    Money,
    Observation,
    Problem,
    SubjectKind,
    require_aware,
)
from socialkit.models._document import problem_at
from socialkit.models._shared import Several

__all__ = ["Conversion", "Conversions", "Touch", "parts_of"]

UTM_KEYS: Final = ("utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term")
ORDER: Final = ("order", "time", "amount", "currency")
TOUCH: Final = ("touch_time", *UTM_KEYS)


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
        visits has one line without `touch_time`. Times are ISO 8601 with a zone.

        Raises:
            InvalidDraftError: Lines hold what they may not; `problems` has every one with its place.
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
    at_order = partial(row, start=one.at, end=one.at)
    yield at_order(metric="orders", value=1, unit="count", native="order")
    yield at_order(
        metric="revenue",
        value=float(one.amount.amount),
        unit="money",
        currency=one.amount.currency,
        money=one.amount.minor,
        native="amount",
    )
    for number, touch in enumerate(sorted(one.touches, key=lambda touch: touch.at), 1):
        yield row(
            metric="touches",
            value=1,
            unit="count",
            native="touch",
            start=touch.at,
            end=touch.at,
            breakdown=breakdown_of({**touch.utm, "touch": str(number)}),
        )


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
    problems: list[Problem] = []
    found: dict[str, Conversion] = {}
    try:
        for number, line in _lines(file):
            problems += [problem_at(f"line {number}", message) for message in _taken(line, found)]
    except ConfigurationError as error:
        return error.with_traceback(None)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return ConfigurationError(f"{file.name} cannot be read: {error}")
    if problems:
        message = f"{file.name} has {len(problems)} line{'s' * (len(problems) > 1)} that cannot be used"
        return InvalidDraftError(message, problems=problems)
    return list(found.values())


def _lines(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened, restval="", restkey="", strict=True)
        if lacking := [name for name in ORDER if name not in (reader.fieldnames or ())]:
            message = f"{file.name} has no column {lacking[0]!r}"
            raise ConfigurationError(message)
        for line in reader:
            yield reader.line_num, {name: value.strip() for name, value in line.items() if name}


def _taken(line: Mapping[str, str], found: dict[str, Conversion]) -> Iterator[str]:
    """Take a line in, and yield what is wrong with it."""
    try:
        _take(line, found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        yield f"{first['loc'][0] if first['loc'] else ''}: {first['msg']}"
    except ValueError as error:
        yield str(error)


def _take(line: Mapping[str, str], found: dict[str, Conversion]) -> None:
    order = line["order"]
    if not order:
        message = "order: is empty"
        raise ValueError(message)
    touches: tuple[Touch, ...] = ()
    if line.get("touch_time"):
        utm = {name: line[name] for name in UTM_KEYS if line.get(name)}
        touches = (Touch.model_validate({"at": line["touch_time"], "utm": utm}),)
    elif any(line.get(name) for name in UTM_KEYS):
        message = "touch_time: is empty, but the line has parameters of a link"
        raise ValueError(message)
    money = Money.model_validate({"amount": line["amount"], "currency": line["currency"]})
    given = Conversion.model_validate(
        {"order": order, "at": line["time"], "amount": money, "touches": touches}
    )
    before = found.get(order, given)
    if (before.at, before.amount) != (given.at, given.amount):
        message = f"order: {order!r} has another time or amount on an earlier line"
        raise ValueError(message)
    if _late(given):
        message = "touch_time: is after the order"
        raise ValueError(message)
    known = tuple(before.touches) if order in found else ()
    found[order] = given.model_copy(update={"touches": (*known, *touches)})
