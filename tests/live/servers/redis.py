"""A cache and broker on loopback: Redis from the system's package."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.live.servers.process import free_port, listens, running, wait_for

__all__ = ["NEEDED", "SERVER", "redis", "redis_program"]

NEEDED: Final = "Redis is needed: apt-get install redis-tools"
SERVER: Final = "redis-server"


def redis_program() -> str:
    """Return where the server lies.

    Debian's redis-tools has it under another name; it goes by the name that it is called by.

    Raises:
        RuntimeError: Redis is not installed.
    """
    found = shutil.which(SERVER) or shutil.which("redis-check-rdb")
    if found is None:
        raise RuntimeError(NEEDED)
    return found


@contextmanager
def redis(data: Path, *, port: int | None = None) -> Generator[int]:
    """Run a server that starts empty and keeps nothing, and give its port.

    Args:
        data: Where everything goes that it says.
        port: Where it listens; a free port if not given.
    """
    program, chosen, log = redis_program(), port or free_port(), data / "redis.log"
    options = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
    with running((SERVER, "--port", str(chosen), *options), log, program=program, cwd=data) as process:
        wait_for(process, log, lambda: listens(chosen))
        yield chosen
