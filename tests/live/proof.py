"""What live servers prove: an operation counts when every test that names it passed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

import pytest

from tests.truth.specification import document

PROVEN = Path(__file__).with_name("proven.json")
"""What the servers proved when the evidence was last written: operations by server."""


class Proof:
    """Gathers, from the tests' reports, which server proved which operation."""

    def __init__(self) -> None:
        self._passed: set[tuple[str, str]] = set()
        self._failed: set[tuple[str, str]] = set()

    def note(self, report: pytest.TestReport) -> None:
        """Take in what one test said by `record_property(server, operation)`."""
        named = {(server, str(operation)) for server, operation in report.user_properties}
        if report.when == "call":
            (self._passed if report.passed else self._failed).update(named)

    def proven(self) -> dict[str, list[str]]:
        """Return the operations by server, sorted."""
        good = self._passed - self._failed
        servers = sorted({server for server, _ in good})
        return {server: sorted(one for name, one in good if name == server) for server in servers}


MODULES: Final = frozenset(
    {"test_bluesky", "test_bluesky_login", "test_bluesky_suite", "test_kepi", "test_prism"}
)
"""What must have run to the end before anybody can say what the servers prove."""


class Judge:
    """Compares what a whole run proved with what is written down, and fails the run where they differ.

    It listens where the reports of all processes come together, so that tests may run beside each other.

    Args:
        expected: Operations by server, as written down.
        target: Where to write down anew what was proven, instead of comparing.
    """

    def __init__(self, expected: dict[str, list[str]], target: Path | None = None) -> None:
        self.verdict: str | None = None
        self._expected = expected
        self._target = target
        self._proof = Proof()
        self._modules: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in what each test proved."""
        self._modules.add(Path(report.location[0]).stem)
        self._proof.note(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Judge, once everybody was asked."""
        self.verdict = self._judged()
        if self.verdict is not None and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what differs."""
        if self.verdict is not None:
            terminalreporter.section("what the servers prove")
            terminalreporter.line(self.verdict)

    def _judged(self) -> str | None:
        if not self._modules >= MODULES:
            return None
        proven = self._proof.proven()
        if self._target is not None:
            write(proven, self._target)
            return None
        differing = [
            f"{server}: {sign} {operation}"
            for server in sorted(proven.keys() | self._expected.keys())
            for sign, ours, theirs in (
                ("no longer", self._expected, proven),
                ("newly", proven, self._expected),
            )
            for operation in ours.get(server, ())
            if operation not in theirs.get(server, ())
        ]
        return "\n".join(differing) or None


def judge() -> Judge:
    """Return the judge of a run; the environment may ask to write down anew."""
    asked = os.environ.get("SOCIALKIT_PROVEN")
    return Judge(expected(), Path(asked) if asked else None)


def expected() -> dict[str, list[str]]:
    """Return what is written down; Prism has nothing to check by where the OpenAPI document is missing."""
    known = read()
    try:
        document()
    except pytest.skip.Exception:
        known.pop("prism", None)
    return known


def write(proven: dict[str, list[str]], path: Path) -> None:
    """Write what was proven."""
    path.write_text(json.dumps(proven, indent=2) + "\n")


def read(path: Path = PROVEN) -> dict[str, list[str]]:
    """Return what is written down."""
    proven: dict[str, list[str]] = json.loads(path.read_text())
    return proven
