"""`socialkit sandbox`: the simulators on this machine's loopback, for trying things out."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Final

import typer

from socialkit.cli._answers import Answer, Item
from socialkit.cli._command import command, tell
from socialkit.cli._exits import Exit
from socialkit.cli._options import Platforms
from socialkit.cli._session import Session
from socialkit.errors import ConfigurationError

if TYPE_CHECKING:
    from socialkit.platforms._registry import Registration
    from socialkit.sandbox import Clock, SandboxServer, Simulator

__all__ = ["add_sandbox"]

LISTENING: Final = "listening until Ctrl-C; the logins are made up, and work only here"
TICK: Final = 0.2
"""Seconds between two moves of the simulators' clock."""


def add_sandbox(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "sandbox")(sandbox)


def sandbox(
    session: Session,
    *,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Where to listen; 0 takes a free one.")
    ] = 0,
    platform: Platforms = None,
    account: Annotated[
        list[str] | None, typer.Option("--account", help="An account to make; may be repeated.")
    ] = None,
) -> Answer:
    """Serve the simulators on this machine alone, until Ctrl-C. Their logins are made up."""
    from socialkit.sandbox import Clock

    clock = Clock(datetime.now(UTC))
    simulators = _made(clock, platform)
    with _serving(simulators, port) as server, _told() as stop:
        items: list[Item] = [
            {
                "platform": name,
                "account": one,
                "base_url": server.url(name),
                "login": {**simulator.connection(one)},
            }
            for name, simulator in simulators.items()
            for one in account or ["main"]
        ]
        said = "nobody listens: it was a dry run" if session.dry_run else LISTENING
        tell(session, Answer(items=items, entry=_entry, said=[said]))
        while not session.dry_run and not stop.wait(TICK):
            clock.advance(TICK)
    return Answer(exit=Exit.DONE, shown=True)


def _made(clock: Clock, platforms: Sequence[str] | None) -> dict[str, Simulator]:
    from socialkit.platforms._registry import each, find

    chance = random.Random()
    kinds = {name: find(name).load_simulator() for name in platforms or filter(None, each(_simulated))}
    return {name: kind(clock, chance) for name, kind in kinds.items()}


def _serving(simulators: Mapping[str, Simulator], port: int) -> SandboxServer:
    """Serve simulators.

    Raises:
        ConfigurationError: The port is taken.
    """
    from socialkit.sandbox import serve

    try:
        return serve(simulators, port=port)
    except OSError as error:
        message = f"nobody can listen on port {port}: {error.strerror}"
        raise ConfigurationError(message) from error


def _simulated(registration: Registration) -> str | None:
    return None if registration.simulator is None else registration.name


def _entry(item: Item) -> tuple[str, Sequence[str]]:
    login = item["login"]
    told = {**login} if isinstance(login, dict) else {}
    lines = [f'{name}="{value}"' for name, value in {"base_url": item["base_url"], **told}.items()]
    return f"{item['platform']}, account {item['account']}", lines


@contextmanager
def _told() -> Generator[threading.Event]:
    """Return what is set when Ctrl-C or SIGTERM comes."""
    stop = threading.Event()

    def told(number: int, frame: FrameType | None) -> None:
        del number, frame
        threading.Thread(target=stop.set).start()  # this thread may hold the event's lock at this moment

    before = {number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
