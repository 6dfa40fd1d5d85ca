"""posthole, somebody else's stand-in for Instagram: its own login, and posts of one picture."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.live.servers.process import free_port, install, listens, run, running, wait_for

__all__ = ["ACCOUNT", "install_posthole", "posthole"]

REQUIREMENTS: Final = Path(__file__).resolve().with_name("requirements-posthole.txt")
ACCOUNT: Final = "178414000000001"
"""The first of the accounts that it has from the beginning."""
LOCAL_ONLY: Final = {"NO_PROXY": "*", "http_proxy": "", "https_proxy": ""}


def _install(folder: Path) -> None:
    run(sys.executable, "-m", "venv", folder / "venv")
    # It asks for Python 3.12, and runs on 3.11.
    pip = ("-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--ignore-requires-python")
    run(folder / "venv" / "bin" / "python", *pip, "--requirement", REQUIREMENTS)


def install_posthole() -> Path:
    """Return where the server lies, installed first where it is not."""
    return install("posthole", REQUIREMENTS.read_text(), _install)


@contextmanager
def posthole(data: Path) -> Generator[str]:
    """Run a server with its data in a folder, and give its address."""
    folder, log, port = install_posthole(), data / "posthole.log", free_port()
    settings = {
        "POSTHOLE_PORT": str(port),
        "POSTHOLE_DATABASE_URL": str(data / "posthole.db"),
        "POSTHOLE_LOG_LEVEL": "WARNING",
    }
    command = (folder / "venv" / "bin" / "python", "-m", "posthole")
    env = {**LOCAL_ONLY, **settings, "PATH": os.environ["PATH"]}
    with running(command, log, env=env, cwd=data) as process:
        wait_for(process, log, lambda: listens(port))
        yield f"http://127.0.0.1:{port}"
