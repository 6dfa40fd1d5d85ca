"""kepi, a server of 2020 that speaks a part of Mastodon's API, with two people on it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.live.servers.process import install, run, running, wait_for

__all__ = ["Kepi", "Person", "install_kepi", "kepi"]

HERE: Final = Path(__file__).resolve().parent
REQUIREMENTS: Final = HERE / "requirements-kepi.txt"
SITE: Final = HERE / "kepi_site.py"
LOCAL_ONLY: Final = {"NO_PROXY": "*", "http_proxy": "", "https_proxy": ""}


@dataclass(frozen=True)
class Person:
    """Somebody with an account on the server."""

    id: str
    name: str
    password: str
    token: str


@dataclass(frozen=True)
class Kepi:
    """A running server."""

    url: str
    alice: Person
    bob: Person


def _install(folder: Path) -> None:
    run(sys.executable, "-m", "venv", folder / "venv")
    pip = ("-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--requirement", REQUIREMENTS)
    run(folder / "venv" / "bin" / "python", *pip)


def install_kepi() -> Path:
    """Return where the server lies, installed first where it is not."""
    return install("kepi", REQUIREMENTS.read_text(), _install)


@contextmanager
def kepi(data: Path) -> Generator[Kepi]:
    """Run a server with its data in a folder."""
    folder = install_kepi()
    log, told = data / "kepi.log", data / "told.json"
    python = folder / "venv" / "bin" / "python"
    command = (python, "-P", SITE, data)  # safe path: this folder has a module named as the server is
    with running(command, log, env={**LOCAL_ONLY, "PATH": os.environ["PATH"]}) as process:
        wait_for(process, log, told.is_file)
        facts = json.loads(told.read_text())
        alice, bob = (Person(**one) for one in facts["people"])
        yield Kepi(facts["url"], alice, bob)
