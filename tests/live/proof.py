"""What live servers prove: an operation counts when every test that names it passed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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


def write(proven: dict[str, list[str]], path: Path) -> None:
    """Write what was proven."""
    path.write_text(json.dumps(proven, indent=2) + "\n")


def read(path: Path = PROVEN) -> dict[str, list[str]]:
    """Return what is written down."""
    proven: dict[str, list[str]] = json.loads(path.read_text())
    return proven
