"""A known vulnerability fails; a database that was not reached is said out loud and proves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ci.support import script

KNOWN = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-0000-1", "fix_versions": ["1.1"]}]}
SOUND: dict[str, Any] = {"name": "sound", "version": "2.0", "vulns": []}
UNASKED = {"name": "strange", "skip_reason": "not found"}


@pytest.fixture(scope="module")
def check() -> Any:
    return script("vulnerabilities")


def test_a_known_vulnerability_fails(check: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.judge([[SOUND, KNOWN]]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "old 1.0: PYSEC-0000-1; mended in 1.1",
        "2 packages asked about, 1 known vulnerabilities",
    ]


def test_a_vulnerability_is_not_hidden_by_what_could_not_be_asked(
    check: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.judge([[UNASKED, KNOWN]]) == 1
    assert "NOT CHECKED: strange\n" in capsys.readouterr().out


def test_another_database_is_asked_where_one_knows_nothing(check: Any) -> None:
    assert check.judge([[UNASKED], [KNOWN]]) == 1


def test_no_other_database_is_asked_where_one_answers(check: Any) -> None:
    def reports() -> Iterator[Any]:
        yield [SOUND]
        raise AssertionError("nobody needs to be asked again")

    assert check.judge(reports()) == 0


@pytest.mark.parametrize("reports", [[], [[]], [[], []], [[UNASKED], [UNASKED]]])
def test_it_is_said_out_loud_that_nobody_answered(
    check: Any, capsys: pytest.CaptureFixture[str], reports: Any
) -> None:
    assert check.judge(reports) == 0
    assert "NOT CHECKED: no database of vulnerabilities was reached" in capsys.readouterr().out
