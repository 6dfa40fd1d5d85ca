"""Days on which something has to be done, as iCalendar (RFC 5545)."""

from __future__ import annotations

import importlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from socialkit.errors import ConfigurationError

__all__ = ["Reminder", "to_ical"]

PROGRAM: Final = "-//socialkit//health//EN"
NAMES: Final = uuid.UUID("f5d3c3f2-6f0b-4f0e-9d55-0d8c6a1c7b9e")
"""Under which an account's entry has its lasting name: an account's key says whose client it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One entry: a whole day, wherever its reader is."""

    key: str
    """What it is about; one entry each."""
    day: date
    summary: str
    description: str
    link: str | None
    made_at: datetime


def to_ical(reminders: Iterable[Reminder]) -> str:
    """Return a calendar.

    Raises:
        ConfigurationError: The library is missing.
    """
    try:
        library: Any = importlib.import_module("icalendar")
    except ImportError:
        message = "calendars need another library: pip install 'socialkit[calendar]'"
        raise ConfigurationError(message) from None
    calendar = library.Calendar()
    calendar.add("prodid", PROGRAM)
    calendar.add("version", "2.0")
    for one in reminders:
        calendar.add_component(_event(library, one))
    written: bytes = calendar.to_ical()
    return written.decode()


def _event(library: Any, one: Reminder) -> Any:
    event = library.Event()
    event.add("uid", str(uuid.uuid5(NAMES, one.key)))
    event.add("dtstamp", one.made_at.astimezone(UTC))
    event.add("dtstart", one.day)
    event.add("dtend", one.day + timedelta(days=1))
    event.add("summary", one.summary)
    event.add("description", one.description)
    event.add("transp", "TRANSPARENT")  # nobody is busy all day
    if one.link is not None:
        event.add("url", one.link)
    return event
