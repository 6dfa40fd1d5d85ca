"""The shell blocks of the examples' README, run one after the other as a reader runs them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from tests.docs.blocks import Block, blocks
from tests.live.engines import environment, shell
from tests.live.servers.postgres import SERVERS_USER
from tests.live.servers.process import run, running, wait_for
from tests.live.servers.redis import SERVER, redis_program
from tests.support import ROOT

pytestmark = pytest.mark.live

BLOCKS: Final = [one for one in blocks(ROOT / "examples" / "README.md") if one.language == "bash"]
INSTALLS: Final = re.compile(r"^(?:\$\(command -v sudo\) apt-get|python -m pip) install (.*)$")
STAYS: Final = re.compile(r"^python -m \w+ --app=\S+ (?:worker|beat)\b", re.MULTILINE)
"""What works until it is told to end."""
CHECKED: Final = re.compile(r"^ *need +\S+ +(?P<packages>[^#\n]+)", re.MULTILINE)
LINKED: Final = {"redis-server": "redis-tools"}
"""A package that has no more of a program than a link, and the one with the program."""
TEXTS: Final = ["Roasted today", "Ground today", "Poured today"]


class Reader:
    """Somebody who copies blocks into one shell.

    Args:
        place: The folder for all files.
        user: Who it is, if not ourselves.
    """

    def __init__(self, place: Path, user: str | None) -> None:
        self.place = place
        self.user = user
        self.set: dict[str, str] = environment(PLACE=str(place))
        self.set["PATH"] = f"{place / 'bin'}{os.pathsep}{self.set['PATH']}"
        self._numbers = iter(range(100))
        (place / "bin").mkdir()
        if shutil.which(SERVER) is None:  # what the package of that name would add
            (place / "bin" / SERVER).symlink_to(redis_program())

    def log(self) -> Path:
        """Return a file for what a block says."""
        return self.place / f"block-{next(self._numbers)}.log"

    def run(self, code: str) -> None:
        """Run a block, and keep what it sets."""
        log, left = self.log(), self.place / "set"
        with log.open("wb") as output:  # no pipe: what stays in the background would hold it
            done = subprocess.run(
                shell(f"{code}\nenv -0 >{left}"),
                env={**os.environ, **self.set},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else (),
            )
        assert done.returncode == 0, f"{code}\n{log.read_text()}"
        found = dict(line.split("=", 1) for line in left.read_text().split("\0") if line)
        left.unlink()
        self.set |= {name: value for name, value in found.items() if os.environ.get(name) != value}

    def posted(self) -> list[str]:
        """Return what the simulator says that came, in no order."""
        lines = (self.place / "simulator.log").read_text().splitlines()
        return sorted(line.removeprefix("posted: ") for line in lines)


@pytest.fixture(params=["as root", "as an ordinary user"])
def reader(request: pytest.FixtureRequest) -> Iterator[Reader]:
    root, user = os.geteuid() == 0, None
    if request.param == "as root" and not root:
        pytest.skip("only root is root")
    if request.param == "as an ordinary user" and root:
        user = SERVERS_USER
        if not may_work_here(user):
            pytest.skip(f"{user} may not read this checkout, or its Python")
    # Sockets have short names, and the database's user cannot look into the tests' folder.
    with TemporaryDirectory(prefix="socialkit-readme-") as name:
        made = Reader(Path(name), user)
        if user is not None:
            shutil.chown(name, user)
        try:
            yield made
        finally:
            end(made)


def may_work_here(user: str) -> bool:
    """Return whether somebody else may run what is here."""
    command = (sys.executable, "-c", "import examples.celery_worker")
    try:
        run(*command, cwd=ROOT, user=user)
    except (PermissionError, RuntimeError):
        return False
    return True


def end(reader: Reader) -> None:
    """Stop what blocks have started and a failing test has left behind."""
    files = (reader.place / "postgres" / "postmaster.pid",)
    numbers = [file.read_text().split("\n")[0] for file in files if file.is_file()]
    for number in (*numbers, reader.set.get("SIMULATOR", "")):
        with suppress(ProcessLookupError, ValueError):
            os.kill(int(number), signal.SIGTERM)


def wait_until(reader: Reader, started: list[Block], done: Callable[[], bool]) -> None:
    """Run what stays, in terminals of its own, until something is so."""
    with ExitStack() as stack:

        def start(block: Block) -> tuple[subprocess.Popen[bytes], Path]:
            *before, last = block.code.strip().splitlines()
            if before:
                reader.run("\n".join(before))
            log, command = reader.log(), shell(f"exec {last}")
            return stack.enter_context(running(command, log, env=reader.set, cwd=ROOT, user=reader.user)), log

        first, *_ = [start(block) for block in started]
        wait_for(*first, done)


def test_a_reader_who_copies_every_block_has_it_posted_by_both_engines(reader: Reader) -> None:
    plan = next(block.code for block in BLOCKS if "publisher.plan(" in block.code)
    terminals: list[Block] = []
    rounds = 0

    def work() -> None:
        nonlocal rounds
        if rounds:
            reader.run(plan)
        rounds += 1
        wait_until(reader, terminals, lambda: reader.posted() == sorted(TEXTS * rounds))
        terminals.clear()

    for block in BLOCKS:
        if INSTALLS.match(block.code):
            continue
        if STAYS.search(block.code):
            terminals.append(block)
            continue
        if terminals:
            work()
        reader.run(block.code)

    assert rounds == 2
    assert reader.posted() == sorted(TEXTS * 2)
    assert not (reader.place / "postgres" / "postmaster.pid").exists()
    assert not (reader.place / "redis.sock").exists()


def installed(program: str) -> list[str]:
    """Return what the README installs with a program."""
    found = [INSTALLS.match(block.code) for block in BLOCKS if program in block.code]
    return [name.strip('"') for one in found if one is not None for name in one[1].split()]


def test_the_check_installs_the_packages_that_readers_are_told_to() -> None:
    check = (ROOT / ".ci" / "run").read_text("utf-8")
    known = {name for found in CHECKED.finditer(check) for name in found["packages"].split()}
    wanted = installed("apt-get")

    assert wanted == ["postgresql", "redis-server"]
    assert {LINKED.get(name, name) for name in wanted} <= known


def test_what_readers_install_with_pip_is_what_tests_run_with() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    pinned = {line.partition("==")[0] for line in (ROOT / "requirements-dev.txt").read_text().splitlines()}
    own, *others = installed("pip")

    assert {*own.removeprefix(".[").removesuffix("]").split(",")} <= {*extras}
    assert {*others} <= pinned
