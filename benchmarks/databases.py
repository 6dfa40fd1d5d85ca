"""The databases that a journal may lie in, as benchmarks use them: made for one, and gone after it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["POSTGRES", "SQLITE", "each_database", "postgres", "sqlite"]

SQLITE: Final = "SQLite"
POSTGRES: Final = "PostgreSQL"
NOT_HERE: Final = (
    "PostgreSQL is not installed (apt-get install postgresql), so nothing is measured with it.\n"
)
SERVERS_USER: Final = "postgres"
"""Whose the server is where we are root: it refuses to be root's."""


def each_database() -> Iterator[tuple[str, str]]:
    """Iterate over the databases that are here: a name, and the address of an empty one."""
    with sqlite() as url:
        yield SQLITE, url
    with postgres() as server:
        if server is not None:
            yield POSTGRES, server


@contextmanager
def sqlite() -> Generator[str]:
    """Make room for a file, and give the journal's address in it."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/journal.db"


@contextmanager
def postgres() -> Generator[str | None]:
    """Run a server of our own as it is set up, and give the address of a database; None if there is none."""
    programs = _programs()
    if programs is None:
        print(NOT_HERE)
        yield None
        return
    user = SERVERS_USER if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="socialkit-benchmark-") as place:
        if user is not None:
            shutil.chown(place, user)
        data, port = f"{place}/data", _free_port()
        options = ("--username", "bench", "--auth", "trust", "--encoding", "UTF8", "--no-locale")
        _run(user, programs / "initdb", "--pgdata", data, *options)
        settings = f"-h 127.0.0.1 -p {port} -k {place}"
        control = (programs / "pg_ctl", "--pgdata", data, "--wait")
        _run(user, *control, "--log", f"{place}/log", "--options", settings, "start")
        try:
            yield f"postgresql://bench@127.0.0.1:{port}/postgres"
        finally:
            _run(user, *control, "--mode", "fast", "stop")


def _programs() -> Path | None:
    """Return where PostgreSQL's programs lie, if they do: Debian keeps them out of the path."""
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: one.parts[-3].zfill(4))
    found = known[-1] if known else shutil.which("initdb")
    return None if found is None else Path(found).parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(user: str | None, *command: str | Path) -> None:
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        user=user,
        group=user,
        extra_groups=None if user is None else (),
        cwd="/",
    )
