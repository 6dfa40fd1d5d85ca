"""Installing servers in a place of their own, and running them on loopback as long as tests need them."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

__all__ = ["free_port", "install", "listens", "run", "running", "wait_for"]

PATIENCE: Final = 60.0
"""Seconds until a server must answer, and for it to end when asked."""
STAMP: Final = "installed"


def home() -> Path:
    """Return where servers are installed."""
    given = os.environ.get("SOCIALKIT_SERVERS_HOME")
    return Path(given) if given else Path.home() / ".cache" / "socialkit-servers"


def install(name: str, wanted: str, how: Callable[[Path], None]) -> Path:
    """Return the folder of a server, installed first where it is not there just as it is wanted.

    Args:
        name: The folder's name.
        wanted: What is to be there, versions included.
        how: Installs it into the folder, which is empty.
    """
    folder = home() / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run may be installing the same
        stamp = folder / STAMP
        if not stamp.is_file() or stamp.read_text() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            how(folder)
            stamp.write_text(wanted)
    return folder


def run(
    *command: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
) -> None:
    """Run a command to its end, as another user if one is named.

    Raises:
        RuntimeError: It failed; the message ends with what it said last.
    """
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        user=user,
        group=user,
        extra_groups=None if user is None else (),
    )
    if done.returncode:
        message = (
            f"{Path(command[0]).name} ended with {done.returncode}: {(done.stdout + done.stderr)[-2_000:]}"
        )
        raise RuntimeError(message)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str | Path],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
    program: str | None = None,
) -> Generator[subprocess.Popen[bytes]]:
    """Start a server and stop it at the end, with whatever it started itself.

    Args:
        command: Its name and arguments.
        log: Where everything goes that it says.
        env: What is set for it beside our own environment.
        cwd: Where it runs.
        user: Whose process it is, if not ours.
        program: The file that is run, where it has another name.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            executable=program,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=None if user is None else (),
        )
        try:
            yield process
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    for order in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, order)  # its own session: its children, and nobody else
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE / 6)
            return


def wait_for(process: subprocess.Popen[bytes], log: Path, ready: Callable[[], bool]) -> None:
    """Wait until a server is ready.

    Raises:
        RuntimeError: It ended, or was not ready in time; the message ends with its log.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            message = f"the server ended with {process.returncode}: {log.read_text()[-2_000:]}"
            raise RuntimeError(message)
        if ready():
            return
        time.sleep(0.05)
    message = f"the server was not ready in {PATIENCE} s: {log.read_text()[-2_000:]}"
    raise RuntimeError(message)


def listens(port: int) -> bool:
    """Tell whether somebody listens on a port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
