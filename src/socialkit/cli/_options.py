"""Arguments that several commands take, and how they are read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from socialkit.cli._completing import accounts, brands, platforms

if TYPE_CHECKING:
    from socialkit.models import AccountRef, Draft, PostingSchedule, WallTime
    from socialkit.models._slots import Weekday
    from socialkit.workspace import Workspace

__all__ = [
    "At",
    "BrandName",
    "Platforms",
    "To",
    "Wish",
    "Words",
    "chosen",
    "read_since",
    "read_slots",
    "read_time",
    "require_place",
    "zone_of",
]

T = TypeVar("T")

UNITS: Final = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
STDIN: Final = "-"
AT: Final = "--at"
SINCE: Final = "--since"

Text = Annotated[str, typer.Argument(metavar="TEXT", help="The words; '-' reads them from standard input.")]
To = Annotated[
    list[str],
    typer.Option(
        "--to",
        metavar="ACCOUNT",
        autocompletion=accounts,
        help="An account, such as acme/mastodon/main; may be repeated.",
    ),
]
BrandName = Annotated[
    str | None, typer.Option("--brand", metavar="BRAND", autocompletion=brands, help="Only this brand.")
]
Platforms = Annotated[
    list[str] | None,
    typer.Option(
        "--platform", metavar="PLATFORM", autocompletion=platforms, help="A platform; may be repeated."
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="NAME",
        help="Names the post, so that the same command, given again, is the same post and no second one.",
    ),
]
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME",
        help="When: 2026-12-01T09:00+01:00, or '2026-12-01 09:00' by the brand's clock. Now if not given.",
    ),
]
Language = Annotated[
    str | None, typer.Option("--language", metavar="TAG", help="The language of the words, such as fr.")
]
MediaFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--media",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        readable=True,
        help="A file to attach; may be repeated.",
    ),
]
Alt = Annotated[
    list[str] | None,
    typer.Option(
        "--alt", metavar="TEXT", help="What a file shows, in the order of the files; may be repeated."
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The options that make a draft."""

    text: Text
    media: MediaFiles = None
    alt: Alt = None
    language: Language = None

    def draft(self) -> Draft:
        """Return what is to be published.

        Raises:
            BadParameter: There are more descriptions than files, or something is no language.
            InvalidDraftError: A file is broken.
        """
        from socialkit.models import Draft, Media

        files, words = list(self.media or ()), list(self.alt or ())
        if len(words) > len(files):
            message = f"{len(words)} descriptions for {len(files)} files"
            raise typer.BadParameter(message, param_hint="--alt")
        told = [*words, *[None] * (len(files) - len(words))]
        body = sys.stdin.read().strip("\n") if self.text == STDIN else self.text
        opened = [Media.open(path, alt_text=alt) for path, alt in zip(files, told, strict=True)]
        return _read(lambda: Draft(text=body, media=opened, language=self.language), "TEXT or --language")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish(Words):
    """The options that make a post of some accounts."""

    to: To
    key: Key = None


def read_time(text: str, zone: str, hint: str = AT) -> datetime | WallTime:
    """Return a time: one with an offset as it is, one without by the clock of a zone.

    Raises:
        BadParameter: It is none, or a clock never shows it, or twice.
    """
    from socialkit.models import WallTime

    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        message = f"{text[:40]!r} is no time: write 2026-12-01T09:00+01:00 or '2026-12-01 09:00'"
        raise typer.BadParameter(message, param_hint=hint) from None
    if when.tzinfo is not None:
        return _read(lambda: when.astimezone(UTC), hint)

    def wall() -> WallTime:
        at = WallTime(when, zone=zone)
        at.instant()
        return at

    return _read(wall, hint)


def read_since(text: str, workspace: Workspace, refs: Sequence[AccountRef]) -> datetime:
    """Return the start of a look back: `24h`, `7d`, or a time.

    Raises:
        BadParameter: It is neither.
    """
    number, unit = text[:-1], text[-1:]
    if unit in UNITS and number.isascii() and number.isdigit():
        return _read(lambda: workspace.now() - int(number) * UNITS[unit], SINCE)
    at = read_time(text, zone_of(workspace, refs, SINCE), SINCE)
    return at if isinstance(at, datetime) else at.instant()


def read_slots(texts: Sequence[str], account: AccountRef, zone: str) -> PostingSchedule:
    """Return the hours of a week that `MO,TH 09:00,17:30` or `daily 09:00` say.

    Raises:
        BadParameter: One says no days, or no time.
    """
    from socialkit.models import PostingSchedule
    from socialkit.models._slots import WEEK

    week: dict[Weekday, list[str]] = {}
    for text in texts:
        days, _, times = text.strip().partition(" ")
        for day in WEEK if days.lower() == "daily" else days.upper().split(","):
            if day not in WEEK:
                message = f"{day[:20]!r} is no day: write 'MO,TH 09:00,17:30' or 'daily 09:00'"
                raise typer.BadParameter(message, param_hint="--slot")
            week.setdefault(day, []).extend(one.strip() for one in times.split(","))
    return _read(lambda: PostingSchedule(account=account, zone=zone, week=week), "--slot")


def zone_of(workspace: Workspace, refs: Sequence[AccountRef], hint: str = AT) -> str:
    """Return the zone of the brands of some accounts.

    Raises:
        BadParameter: They have several: no clock is meant.
    """
    zones = {workspace.brand(ref.brand or "").zone for ref in refs}
    if len(zones) > 1:
        message = (
            f"the brands live in several zones ({', '.join(sorted(zones))}): give an offset, such as +01:00"
        )
        raise typer.BadParameter(message, param_hint=hint)
    return next(iter(zones), "UTC")


def chosen(workspace: Workspace, to: Sequence[str] | None, brand: str | None) -> tuple[AccountRef, ...]:
    """Return the accounts that are meant; all if nothing is said.

    Raises:
        ConfigurationError: There is no such account or brand.
    """
    if to:
        return tuple({ref.key: ref for one in to for ref in workspace.accounts_for(one)}.values())
    return workspace.accounts() if brand is None else workspace.brand(brand).accounts()


def _read(make: Callable[[], T], hint: str) -> T:
    """Make something of what was typed.

    Raises:
        BadParameter: It cannot be; the value itself is not repeated.
    """
    from pydantic import ValidationError

    try:
        return make()
    except OverflowError:
        message = "no calendar reaches that far"
    except ValidationError as error:
        message = "; ".join(one["msg"] for one in error.errors(include_url=False, include_input=False))
    except ValueError as error:
        message = str(error)
    raise typer.BadParameter(message, param_hint=hint)


def require_place(file: Path) -> None:
    """Raise unless a file can lie where it is to be written: before anything is done, and in a dry run too.

    Raises:
        ConfigurationError: Its folder is not there, or nobody may write there.
    """
    from socialkit.errors import ConfigurationError

    folder = file.parent
    if not folder.is_dir():
        message = f"{file} cannot be written: there is no folder {folder}"
        raise ConfigurationError(message)
    if not os.access(folder, os.W_OK | os.X_OK) or (file.exists() and not os.access(file, os.W_OK)):
        message = f"{file} cannot be written: it is not allowed"
        raise ConfigurationError(message)
