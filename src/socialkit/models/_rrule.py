"""Rules of repetition as calendars write them (RFC 5545, RRULE), read strictly and run by dateutil.

dateutil looks for a next occurrence until the year 9999, which takes minutes for a rule that has none. The
calendar repeats itself every 400 years, to the day of the week, so rules run in the last centuries before
9999 and their answers are moved back: an end is in reach, and nothing else changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from dateutil import rrule

__all__ = ["Rule", "occurrences", "read"]

FREQUENCIES: Final[Mapping[str, Literal[0, 1, 2, 3, 4]]] = {
    "YEARLY": rrule.YEARLY,
    "MONTHLY": rrule.MONTHLY,
    "WEEKLY": rrule.WEEKLY,
    "DAILY": rrule.DAILY,
    "HOURLY": rrule.HOURLY,
}
"""How often at most; nothing is posted by the minute or the second."""

NUMBERS: Final = {
    "INTERVAL": ("interval", 1, 1_000),
    "COUNT": ("count", 1, 1_000_000),
    "BYMONTH": ("bymonth", 1, 12),
    "BYHOUR": ("byhour", 0, 23),
    "BYMINUTE": ("byminute", 0, 59),
    "BYMONTHDAY": ("bymonthday", -31, 31),
    "BYYEARDAY": ("byyearday", -366, 366),
    "BYWEEKNO": ("byweekno", -53, 53),
    "BYSETPOS": ("bysetpos", -366, 366),
}
"""The parts that hold numbers: dateutil's name, the least and the most; never 0 if they may be negative."""

SINGLE: Final = {"INTERVAL", "COUNT"}
DAYS: Final = {day: number for number, day in enumerate(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])}
NUMBERED_DAYS: Final = {"MONTHLY": 5, "YEARLY": 53}
"""The frequencies in which a day may have a number, as `1MO`, and the most that it may be."""

MOST_TIMES_A_DAY: Final = 96

CYCLE: Final = timedelta(days=146_097)
"""400 years: after them dates fall on the same days of the week again."""
LAST_CYCLE: Final = 9_599
"""The last year in which a rule may begin to run, with 400 years before it."""
YEARS: Final = range(1970, 3000)
"""When a recurrence may start; any other year is a slip."""

_NUMBER: Final = re.compile(r"[+-]?\d{1,7}", re.ASCII)
_DAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_UNTIL: Final = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
_STEPS: Final = {
    rrule.WEEKLY: timedelta(weeks=1),
    rrule.DAILY: timedelta(days=1),
    rrule.HOURLY: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that was read: its frequency, what dateutil calls its parts, and where it ends."""

    frequency: str
    parts: dict[str, Any] = field(default_factory=dict[str, Any])
    until: datetime | None = None
    """The last wall time that may occur."""


def read(text: str, zone: str) -> Rule:
    """Read a rule in capitals.

    Args:
        text: `FREQ=WEEKLY;BYDAY=MO`.
        zone: Whose wall time an end in UTC is compared with.
    """
    given: dict[str, str] = {}
    for part in text.split(";"):
        name, sign, value = part.partition("=")
        if not sign or not value or name in given:
            message = f"the rule has {part[:40]!r}: write each part once, as in 'FREQ=WEEKLY;BYDAY=MO,TH'"
            raise ValueError(message)
        given[name] = value
    frequency = given.pop("FREQ", "")
    if frequency not in FREQUENCIES:
        message = f"FREQ={frequency[:20]}: give one of {', '.join(FREQUENCIES)}"
        raise ValueError(message)
    rule = Rule(frequency, {"wkst": rrule.MO})
    for name, value in given.items():
        rule = _with_part(rule, name, value, zone)
    _require_sane(rule)
    return rule


def _with_part(rule: Rule, name: str, value: str, zone: str) -> Rule:
    if name in NUMBERS:
        key, least, most = NUMBERS[name]
        numbers = [_number(name, one, least, most) for one in value.split(",")]
        if name in SINGLE and len(numbers) > 1:
            raise _refused(name, value, "one number")
        return replace(rule, parts=rule.parts | {key: numbers[0] if name in SINGLE else numbers})
    if name == "BYDAY":
        return replace(rule, parts=rule.parts | {"byweekday": _days(value, rule.frequency)})
    if name == "WKST":
        if value not in DAYS:
            raise _refused(name, value, "one day, such as MO")
        return replace(rule, parts=rule.parts | {"wkst": DAYS[value]})
    if name == "UNTIL":
        return replace(rule, until=_until(value, zone))
    message = f"the rule has {name[:20]}, and only {_KNOWN} are known here; its start is start="
    raise ValueError(message)


_KNOWN: Final = ", ".join(["FREQ", *NUMBERS, "BYDAY", "WKST", "UNTIL"])


def _refused(name: str, value: str, wanted: str) -> ValueError:
    return ValueError(f"{name}={value[:40]}: give {wanted}")


def _number(name: str, text: str, least: int, most: int) -> int:
    number = int(text) if _NUMBER.fullmatch(text) else None
    if number is None or not least <= number <= most or (least < 0 and number == 0):
        span = f"1 to {most} or -1 to {least}" if least < 0 else f"{least} to {most}"
        raise _refused(name, text, f"whole numbers, {span}")
    return number


def _days(value: str, frequency: str) -> list[rrule.weekday]:
    days: list[rrule.weekday] = []
    most = NUMBERED_DAYS.get(frequency, 0)
    for one in value.split(","):
        day = _DAY.fullmatch(one)
        if day is None:
            raise _refused("BYDAY", value, "days, such as MO,TH, or 1MO in a month")
        number = int(day[1]) if day[1] else None
        if number is not None and not 1 <= abs(number) <= most:
            raise _refused("BYDAY", value, f"no such number with FREQ={frequency}")
        days.append(rrule.weekday(DAYS[day[2]], number))
    if len({not day.n for day in days}) > 1:
        raise _refused("BYDAY", value, "days that all have a number, or none; or make two recurrences")
    return days


def _until(value: str, zone: str) -> datetime:
    found = _UNTIL.fullmatch(value)
    try:
        if found is not None:
            time = datetime.fromisoformat(f"{found[1]}T{found[2] or '235959'}")
            return _local(time, zone) if found[3] else time
    except (ValueError, OverflowError):
        pass
    raise _refused(
        "UNTIL", value, "a day (20261231), a wall time (20261231T180000), or UTC (20261231T170000Z)"
    )


def _local(utc: datetime, zone: str) -> datetime:
    return utc.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def _require_sane(rule: Rule) -> None:
    parts = rule.parts
    if "count" in parts and rule.until is not None:
        message = "the rule has COUNT and UNTIL: give one of them"
        raise ValueError(message)
    if "bysetpos" in parts and rule.frequency in {"HOURLY", "DAILY"}:
        message = f"BYSETPOS chooses among the days of a week or more: not with FREQ={rule.frequency}"
        raise ValueError(message)
    hours = len(parts.get("byhour", range(24 if rule.frequency == "HOURLY" else 1)))
    if hours * len(parts.get("byminute", [0])) > MOST_TIMES_A_DAY:
        message = f"the rule is for more than {MOST_TIMES_A_DAY} times a day"
        raise ValueError(message)


def occurrences(rule: Rule, start: datetime, low: datetime | None = None) -> Iterator[datetime]:
    """Yield the wall times of a rule in their order, up to 400 years after its start.

    Args:
        rule: What was read.
        start: Its first possible occurrence.
        low: Those before it need not be yielded.
    """
    end = start + CYCLE
    if low is not None:
        start = start if "count" in rule.parts else _nearer(rule, start, low)
    shift = CYCLE * ((LAST_CYCLE - start.year) // 400)
    for one in _run(rule, start + shift, None if rule.until is None else rule.until + shift):
        if one - shift > end:
            return
        if low is None or one - shift >= low:
            yield one - shift


def _run(rule: Rule, start: datetime, until: datetime | None) -> Iterable[datetime]:
    if not _has_a_day(rule, start):
        return ()
    try:
        return rrule.rrule(FREQUENCIES[rule.frequency], start, until=until, **rule.parts)
    except ValueError:  # an interval of hours that never meets the hours asked for
        return ()


def _nearer(rule: Rule, start: datetime, low: datetime) -> datetime:
    """Return a later start from which the same times follow; periods of fixed length allow it."""
    step = _STEPS.get(FREQUENCIES[rule.frequency])
    if step is None or low <= start:
        return start
    interval: int = rule.parts.get("interval", 1)
    step *= interval
    return start + step * (min(low - start, CYCLE) // step)


def _has_a_day(rule: Rule, start: datetime) -> bool:
    """Tell whether any day has all that a rule asks of one, which is soon told year by year."""
    if FREQUENCIES[rule.frequency] not in _STEPS:
        return True
    names = ("bymonth", "bymonthday", "byyearday", "byweekno", "byweekday", "wkst")
    every: dict[str, Any] = {"byweekday": [*DAYS.values()]}
    asked = every | {name: rule.parts[name] for name in names if name in rule.parts}
    return next(iter(rrule.rrule(rrule.YEARLY, start, **asked)), None) is not None
