"""`socialkit sandbox`: the simulators on this machine's loopback, for trying things out."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Final

import typer

from socialkit.cli._answers import Answer, Item, show
from socialkit.cli._command import command
from socialkit.cli._exits import Exit
from socialkit.cli._options import Platforms
from socialkit.cli._session import Session
from socialkit.errors import ConfigurationError

if TYPE_CHECKING:
    from socialkit.platforms._registry import Registration
    from socialkit.sandbox import Simulator

__all__ = ["add_sandbox"]

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
    from socialkit.platforms._registry import each, find
    from socialkit.sandbox import Clock, serve

    clock, chance = Clock(datetime.now(UTC)), random.Random()
    kinds = {name: find(name).load_simulator() for name in platform or filter(None, each(_simulated))}
    simulators: dict[str, Simulator] = {name: kind(clock, chance) for name, kind in kinds.items()}
    try:
        server = serve(simulators, port=port)
    except OSError as error:
        message = f"nobody can listen on port {port}: {error.strerror}"
        raise ConfigurationError(message) from error
    with server, _told() as stop:
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
        said = ["listening until Ctrl-C; the logins are made up, and work only here"]
        show(
            session.command,
            Answer(items=items, entry=_entry, said=said),
            as_json=session.as_json,
            dry_run=False,
        )
        while not stop.wait(TICK):
            clock.advance(TICK)
    return Answer(exit=Exit.DONE, shown=True)


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
