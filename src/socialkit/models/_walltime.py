"""Times as a clock on the wall shows them, and what they mean on the night of a clock change."""

from __future__ import annotations

import difflib
import heapq
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator

from socialkit.models._base import Model
from socialkit.models._told import Told

__all__ = ["GapRule", "OverlapRule", "WallKind", "WallTime", "Zone", "in_order", "like_any_other"]

InitT = TypeVar("InitT", bound=Callable[..., None])

GapRule = Literal["later", "earlier", "refuse"]
"""What a time means that the clock skips: moved by the length of the gap, or an error."""

OverlapRule = Literal["first", "second", "refuse"]
"""Which one is meant of a time that the clock shows twice, or an error."""

WallKind = Literal["plain", "gap", "overlap"]
"""Whether a clock shows a time once, never, or twice."""

FORM: Final = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?", re.ASCII)
MACHINES_OWN: Final = re.compile(r"localtime|posixrules|(posix|right)/.*")
"""Entries of a machine's database that no other machine needs to have, or to mean the same by."""

REACH: Final = timedelta(days=2)
"""More than lies between a wall time read as UTC and its instant: an offset, and a gap of a day at most."""

_SECOND: Final = {"earlier", "second"}
"""The rules that take the offset from after the change (PEP 495: `fold=1`); the others that from before."""


def like_any_other(init: InitT) -> InitT:
    """Mark a constructor that is for callers alone: pydantic builds and refuses as without it."""
    vars(init)["__pydantic_base_init__"] = True
    return init


def _zone(name: str) -> str:
    try:
        if MACHINES_OWN.fullmatch(name) is None:
            ZoneInfo(name)
            return name
    except (KeyError, ValueError, OSError):  # a folder, such as "Europe", or a name too long for a file
        pass
    message = f"there is no time zone {name[:80]!r}: {_advice(name)}"
    raise ValueError(message)


def _zones() -> list[str]:
    return sorted(one for one in available_timezones() if MACHINES_OWN.fullmatch(one) is None)


def _advice(name: str) -> str:
    known = _zones()
    if not known:
        return "this machine has no time zone database: install the package tzdata"
    meant = {one.rpartition("/")[2].casefold(): one for one in known}
    meant |= {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name[:80].casefold(), meant, n=1)
    return f"perhaps {meant[near[0]]!r}" if near else "give an IANA name, such as 'Europe/Paris'"


def _wall(value: object) -> object:
    if isinstance(value, str):
        if FORM.fullmatch(value) is None:
            message = f"{value[:40]!r} is no wall time: write it as '2026-03-29 02:30', without an offset"
            raise ValueError(message)
        return datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        message = "a wall time is a text such as '2026-03-29 02:30', or a datetime without a zone"
        raise ValueError(message)
    if value.tzinfo is not None:
        message = f"{value.isoformat()} has a zone already, so it is no wall time: use it as it is"
        raise ValueError(message)
    if value.fold:
        message = f"{value.isoformat()} has fold=1: say overlap='second'"
        raise ValueError(message)
    return value


Zone = Annotated[str, AfterValidator(_zone), Told(lambda: {"enum": [*_zones()]})]
"""The IANA name of a time zone."""


class WallTime(Model):
    """A time as a clock on the wall of a place shows it: what people mean by "at nine".

    Clocks skip an hour in spring and show another twice in autumn. What a time in such an hour means is
    asked, not guessed: by default `instant()` refuses it.

    Example:
        >>> skipped = WallTime("2026-03-29 02:30", zone="Europe/Paris", gap="later")
        >>> skipped.kind, skipped.instant().isoformat()
        ('gap', '2026-03-29T01:30:00+00:00')
        >>> print(WallTime("2026-10-25 02:30", zone="Europe/Paris"))
        2026-10-25 02:30 Europe/Paris
    """

    wall: Annotated[datetime, BeforeValidator(_wall)]
    """What the clock shows, without a zone."""
    zone: Zone
    """Where the clock hangs, as an IANA name: `Europe/Paris`."""
    gap: GapRule = "refuse"
    """A skipped time is moved by the length of the gap: 02:30 to 03:30 (`later`) or 01:30 (`earlier`)."""
    overlap: OverlapRule = "refuse"
    """Which one of a time that comes twice."""

    @like_any_other
    def __init__(
        self, wall: str | datetime, *, zone: str, gap: GapRule = "refuse", overlap: OverlapRule = "refuse"
    ) -> None:
        BaseModel.__init__(self, wall=wall, zone=zone, gap=gap, overlap=overlap)

    @property
    def kind(self) -> WallKind:
        """Whether the clock shows this time once (`plain`), never (`gap`) or twice (`overlap`)."""
        zone = ZoneInfo(self.zone)
        before, after = (self.wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
        if before == after or before is None or after is None:
            return "plain"
        return "gap" if before < after else "overlap"

    def instant(self) -> datetime:
        """Return the instant in UTC, by the time zone database that this machine has now.

        Governments move their clocks at short notice: what was stored with this time is compared with
        this answer before it is used.

        Raises:
            ValueError: The clock never shows this time, or twice, and no rule says what is meant.
        """
        rule = _rule(self)
        if rule == "refuse":
            raise ValueError(self._doubt())
        return _at(self, rule)

    def _doubt(self) -> str:
        if self.kind == "gap":
            return f"{self}: the clocks skip this time; say gap='later' or gap='earlier', or take another"
        return f"{self}: the clocks show this time twice; say overlap='first' or overlap='second'"

    def __str__(self) -> str:
        whole = not (self.wall.second or self.wall.microsecond)
        return f"{self.wall.isoformat(' ', 'minutes' if whole else 'auto')} {self.zone}"


def _rule(time: WallTime) -> GapRule | OverlapRule | None:
    kind = time.kind
    return time.gap if kind == "gap" else time.overlap if kind == "overlap" else None


def _at(time: WallTime, rule: GapRule | OverlapRule | None) -> datetime:
    try:
        return time.wall.replace(tzinfo=ZoneInfo(time.zone), fold=rule in _SECOND).astimezone(UTC)
    except OverflowError:
        message = f"{time} lies outside the calendar"
        raise ValueError(message) from None


def in_order(times: Iterable[WallTime]) -> Iterator[tuple[datetime, WallTime]]:
    """Yield wall times that come in the order of the clock in the order of their instants, each instant once.

    A time that its rule refuses is yielded too, where it would stand, for whoever uses it to hear of it.
    """
    waiting: list[tuple[datetime, int, bool, WallTime]] = []
    last: datetime | None = None

    def settled(limit: datetime | None) -> Iterator[tuple[datetime, WallTime]]:
        nonlocal last
        while waiting and (limit is None or waiting[0][0] < limit):
            instant, _, refused, time = heapq.heappop(waiting)
            if refused or instant != last:
                last = last if refused else instant
                yield instant, time

    for number, time in enumerate(times):
        yield from settled(time.wall.replace(tzinfo=UTC) - REACH)
        rule = _rule(time)
        heapq.heappush(waiting, (_at(time, rule), number, rule == "refuse", time))
    yield from settled(None)
