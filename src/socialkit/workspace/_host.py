"""Worlds in which accounts live in place of the real platforms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from socialkit.transport._innermost import Innermost

if TYPE_CHECKING:
    from socialkit.models import AccountRef
    from socialkit.operations import Mode
    from socialkit.platforms.base import MediaHost
    from socialkit.transport import Transport

__all__ = ["Host", "current_host", "hosting", "utc_now"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Host:
    """A world that takes in the accounts of workspaces."""

    now: Callable[[], datetime]
    """Tells the world's time, aware UTC."""
    admit: Callable[[AccountRef], object]
    """Gives an account its place, if it has none yet."""
    login: Callable[[AccountRef], Mapping[str, object]]
    """Returns what an account's client is opened with, in place of its own login."""
    media_host: MediaHost
    """Where files are put that simulated platforms fetch."""
    transport: Callable[[type[Mode], str], Transport]
    """Makes what carries a client's requests to the world, by its mode and platform."""


_hosts: Innermost[Host] = Innermost()


def utc_now() -> datetime:
    """Return the time, aware UTC."""
    return datetime.now(UTC)


def current_host() -> Host | None:
    """Return the innermost world that takes in accounts; None where they live on the real platforms."""
    return _hosts.get()


def hosting(host: Host) -> AbstractContextManager[None]:
    """Let a world take in the accounts of the workspaces of this process."""
    return _hosts.inside(host)
