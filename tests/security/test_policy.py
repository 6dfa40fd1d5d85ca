"""What `SECURITY.md` says is shown by tests that are there."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.support import ROOT

POLICY = (ROOT / "SECURITY.md").read_text("utf-8")
REFERENCE = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ROW = re.compile(r"^\| (?!---|.* \| shown by \|)(.*) \|$", re.MULTILINE)
LATER = "webhooks"
"""What another copy of the repository may not have yet."""


@cache
def names(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_every_test_that_is_named_is_there() -> None:
    here = [found for found in REFERENCE.findall(POLICY) if (ROOT / found[0]).parent.exists()]

    assert [f"{path}::{name}" for path, name in here if name not in names(path)] == []


def test_only_what_comes_later_is_named_and_not_there() -> None:
    missing = {path for path, _ in REFERENCE.findall(POLICY) if not (ROOT / path).parent.exists()}

    assert {path.split("/")[1] for path in missing} <= {LATER}


def test_every_row_names_a_test() -> None:
    rows = ROW.findall(POLICY)

    assert len(rows) > 30
    assert [row for row in rows if not REFERENCE.search(row)] == []


def test_every_reference_is_one_that_is_looked_up() -> None:
    written = re.findall(r"tests/[\w/]+\.py::\w+", POLICY)

    assert len(written) == len(REFERENCE.findall(POLICY))


@pytest.mark.parametrize(
    "who", ["platform's answers", "feed", "webhook", "media file", "configuration file", "Another tenant"]
)
def test_each_attacker_has_a_part(who: str) -> None:
    assert [line for line in POLICY.splitlines() if line.startswith("### ") and who in line]


def test_no_address_is_made_up() -> None:
    assert not re.search(r"[\w.]+@[\w.]+|mailto:|https?://", POLICY)
