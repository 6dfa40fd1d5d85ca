"""How the story is told in a terminal."""

from __future__ import annotations

import textwrap
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

__all__ = ["PARIS", "clock", "part", "say"]

PARIS = ZoneInfo("Europe/Paris")


def say(text: str, indent: int = 0) -> None:
    """Print a line of the story, folded where it is too long."""
    rest = " " * (indent + 2)
    fill = partial(textwrap.fill, width=80, break_long_words=False, break_on_hyphens=False)
    print(fill(text, initial_indent=" " * indent, subsequent_indent=rest))


def part(title: str) -> None:
    """Print the title of a part."""
    print(f"\n{title}\n{'-' * len(title)}")


def clock(moment: datetime) -> str:
    """Return a time as the agency's clock shows it."""
    return f"{moment.astimezone(PARIS):%a %d %b %H:%M}"
