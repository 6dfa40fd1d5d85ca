"""A database server on loopback: PostgreSQL from the system's package."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.live.servers.process import free_port, run, running, wait_for

__all__ = ["NEEDED", "postgres", "postgres_programs"]

SERVERS_USER: Final = "postgres"
"""Whose processes PostgreSQL's are where we are root: it refuses to be root's."""
NEEDED: Final = "PostgreSQL is needed: apt-get install postgresql"


def postgres_programs() -> Path | None:
    """Return where PostgreSQL's programs lie, if they do: Debian keeps them out of the path."""
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: one.parts[-3].zfill(4))
    found = shutil.which("initdb") or (known[-1] if known else None)
    return None if found is None else Path(found).parent


@contextmanager
def postgres(log: Path) -> Generator[str]:
    """Run a server that starts empty, and give its address: `postgresql://live@127.0.0.1:PORT`.

    Args:
        log: Where everything goes that it says.

    Raises:
        RuntimeError: PostgreSQL is not installed.
    """
    folder, port = postgres_programs(), free_port()
    if folder is None:
        raise RuntimeError(NEEDED)
    user = SERVERS_USER if os.geteuid() == 0 else None
    # In a folder of its own, for that user cannot look into ours.
    with TemporaryDirectory(prefix="socialkit-postgres-") as place:
        if user is not None:
            shutil.chown(place, user)
        files = f"{place}/data"
        options = ("--username", "live", "--auth", "trust", "--encoding", "UTF8", "--no-sync")
        run(folder / "initdb", "--pgdata", files, *options, cwd=Path(place), user=user)
        settings = ("-c", "fsync=off", "-c", "max_connections=200", "-k", place)
        command = (folder / "postgres", "-D", files, "-h", "127.0.0.1", "-p", str(port), *settings)
        with running(command, log, cwd=Path(place), user=user) as process:
            wait_for(process, log, lambda: _is_ready(Path(files, "postmaster.pid")))
            yield f"postgresql://live@127.0.0.1:{port}"


def _is_ready(told: Path) -> bool:
    """Tell whether a server lets people in: it listens before it does, and writes down both."""
    return told.is_file() and told.read_text().rstrip().endswith("ready")
