"""Whether accounts can be used, and until when: one line each, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, overload
from zoneinfo import ZoneInfo

from wcwidth import wcswidth

from socialkit.models import AccountRef, AwareTime, Capability, Model, OpenEnum
from socialkit.models._walltime import Zone
from socialkit.text import plain
from socialkit.workspace._calendar import Reminder, to_ical

__all__ = ["AccountHealth", "Expiries", "Health", "HealthState", "label_of", "said"]

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BETWEEN: Final = "  "


class HealthState(OpenEnum):
    """How an account is, the most urgent first."""

    WRONG_ACCOUNT = "wrong account"
    """It is logged in as another account."""
    REVOKED = "revoked"
    """The platform does not take the login any more: it was taken back, or is over."""
    NOT_SET_UP = "not set up"
    """The login is missing, or cannot be read from where it is kept."""
    BLOCKED = "blocked"
    """The platform takes the login, and refuses the account: suspended, say, or the token may not even
    read whose it is."""
    EXPIRING = "expiring"
    """It works, and somebody must log in again soon."""
    MISSING_SCOPE = "missing scope"
    """It works, and the token lacks something that the platform offers."""
    ID_MISSING = "id missing"
    """It works, and nobody said whose it is: another account's login in its place would not be noticed."""
    VERSION_ENDING = "version ending"
    """It works, and the platform soon switches off the version of its API."""
    UNREACHABLE = "unreachable"
    """The platform does not answer: nothing is known of the login."""
    UNKNOWN = "unknown"
    """The platform answered, and nothing follows from it."""
    VALID = "valid"


ORDER: Final = {state: number for number, state in enumerate(HealthState)}


class AccountHealth(Model):
    """How one account is.

    Example:
        >>> from socialkit import Sandbox
        >>> with Sandbox() as world:
        ...     (one,) = world.workspace(acme=["mastodon"]).health()
        >>> print(one)
        Mastodon, acme (@main): nothing to do, it holds until it is taken back
    """

    account: AccountRef
    """Which one; with its id and its handle, as the platform told them, where they are known."""
    title: str
    """The platform's name, as people write it."""
    state: HealthState
    """The most urgent of what was found."""
    because: str
    """All that was found, in words: what to do, and why."""
    until: AwareTime | None = None
    """From when on somebody must have logged in again; None when it goes on by itself, or nobody said."""
    lasts: bool | None = None
    """Whether the login goes on by itself; None when nobody knows."""
    lacking: Mapping[Capability, tuple[str, ...]] | None = None
    """What the token does not open, each with the scopes of which any one would; None when its scopes are
    not known."""
    version_ends: date | None = None
    """When the API's version is switched off; None where nothing was announced."""
    link: str | None = None
    """Where to go, where somebody has to do something."""
    zone: Zone
    """The brand's, in which days are counted."""
    checked_at: AwareTime

    @property
    def last_safe_day(self) -> date | None:
        """The last day, in the brand's zone, to the end of which the login holds; never before the check."""
        if self.until is None:
            return None
        checked = self.checked_at.astimezone(ZoneInfo(self.zone)).date()
        return max(checked, self.until.astimezone(ZoneInfo(self.zone)).date() - timedelta(days=1))

    def __str__(self) -> str:
        label, _state, what = _cells(self)
        return f"{label}: {what}"


class Health(Sequence[AccountHealth]):
    """How accounts are, the most urgent first; printed, a table.

    Example:
        >>> from socialkit import Sandbox
        >>> with Sandbox() as world:
        ...     print(world.workspace(acme=["mastodon"]).health())
        account                 state  what
        ----------------------  -----  ----------------------------------------------
        Mastodon, acme (@main)  valid  nothing to do, it holds until it is taken back
    """

    def __init__(self, lines: Iterable[AccountHealth]) -> None:
        self._lines = tuple(sorted(lines, key=_urgency))

    @overload
    def __getitem__(self, index: int) -> AccountHealth: ...
    @overload
    def __getitem__(self, index: slice) -> Health: ...
    def __getitem__(self, index: int | slice) -> AccountHealth | Health:
        return type(self)(self._lines[index]) if isinstance(index, slice) else self._lines[index]

    def __len__(self) -> int:
        return len(self._lines)

    def expiries(self) -> Expiries:
        """Return those whose login ends at a known time: the calendar of what is to be renewed."""
        return Expiries(one for one in self._lines if one.until is not None)

    def rows(self) -> list[dict[str, str | None]]:
        """Return the same as texts for programs: times in ISO 8601, UTC; None where nothing is known."""
        return [_row(one) for one in self._lines]

    def __str__(self) -> str:
        return "\n".join(_table([("account", "state", "what"), *map(_cells, self._lines)]))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._lines)} accounts)"


class Expiries(Health):
    """When logins end that somebody has to renew, the soonest first; printed, a table.

    What renews itself is not in it, nor is a login of which nobody says when it ends.

    Example:
        >>> from datetime import timedelta
        >>> import socialkit as sk
        >>> with sk.Sandbox() as world, world.install():
        ...     credentials = sk.Credentials(
        ...         access_token=world.simulator("mastodon").connection("main")["access_token"],
        ...         expires_at=world.clock.now() + timedelta(days=20),
        ...     )
        ...     own = world.connect("mastodon").account.me().id
        ...     account = sk.Account("mastodon", credentials, id=own, base_url=world.address("mastodon"))
        ...     print(sk.Workspace(sk.Brand("acme", account)).health().expiries())
        last safe day  account                 what
        -------------  ----------------------  --------------------------------------------
        Sat 21 Mar     Mastodon, acme (@main)  nothing to do yet, it holds until Sun 22 Mar
    """

    def __init__(self, lines: Iterable[AccountHealth]) -> None:
        super().__init__(lines)
        self._lines = tuple(sorted(self._lines, key=_end))

    def to_ical(self) -> str:
        """Return the days on which somebody has to log in again, as iCalendar (`.ics`).

        Each stands on the last safe day in its brand's zone. An account's entry keeps its `UID`, so that a
        calendar that reads the text again moves it.

        Raises:
            ConfigurationError: The library is missing: it comes with the extra `calendar`.
        """
        return to_ical([_reminder(one) for one in self._lines if one.until is not None])

    def __str__(self) -> str:
        return "\n".join(_table([("last safe day", "account", "what"), *map(_dated, self._lines)]))


def said(day: date, today: date) -> str:
    """Return a day as people say it: `Fri 4 Dec`, with the year where it is another one."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}{year}"


def label_of(title: str, account: AccountRef) -> str:
    """Return an account as people call it: `Mastodon, acme fr`."""
    name = None if account.name == "main" else account.name  # what one that was given no name is called
    return f"{title}, {' '.join(filter(None, (account.brand, name)))}"


def _urgency(one: AccountHealth) -> tuple[int, float]:
    return ORDER.get(one.state, len(ORDER)), _end(one)


def _end(one: AccountHealth) -> float:
    return float("inf") if one.until is None else one.until.timestamp()


def _row(one: AccountHealth) -> dict[str, str | None]:
    day = one.last_safe_day
    lacking = None if one.lacking is None else ", ".join(capability.value for capability in one.lacking)
    return {
        "account": one.account.key,
        "platform": one.account.platform,
        "brand": one.account.brand,
        "name": one.account.name,
        "id": one.account.id,
        "handle": one.account.handle,
        "state": one.state.value,
        "because": one.because,
        "until": None if one.until is None else one.until.isoformat(),
        "last_safe_day": None if day is None else day.isoformat(),
        "lacking": lacking,
        "version_ends": None if one.version_ends is None else one.version_ends.isoformat(),
        "link": one.link,
    }


def _reminder(one: AccountHealth) -> Reminder:
    assert one.until is not None
    day = one.last_safe_day
    assert day is not None
    local = one.until.astimezone(ZoneInfo(one.zone))
    ends = f"The login ends on {said(local.date(), date.min)} at {local:%H:%M} ({one.zone})."
    return Reminder(
        key=one.account.key,
        day=day,
        summary=f"Log in again: {label_of(one.title, one.account)}",
        description=ends,
        link=one.link,
        made_at=one.checked_at,
    )


def _cells(one: AccountHealth) -> tuple[str, str, str]:
    what = one.because if one.link is None else f"{one.because}, {one.link}"
    handle = one.account.handle
    who = "" if handle is None else f" (@{handle})"
    return f"{label_of(one.title, one.account)}{who}", one.state.value, what


def _dated(one: AccountHealth) -> tuple[str, str, str]:
    label, _state, what = _cells(one)
    day, today = one.last_safe_day, one.checked_at.astimezone(ZoneInfo(one.zone)).date()
    return "" if day is None else said(day, today), label, what


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table; the first row is its head, and the last column takes what room it needs."""
    told = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(_columns, column)) for column in zip(*told, strict=True)]
    told.insert(1, ["-" * width for width in widths])
    for row in told:
        padded = (cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True))
        yield BETWEEN.join(padded).rstrip()


def _columns(text: str) -> int:
    return max(0, wcswidth(text))
