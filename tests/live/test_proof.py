"""A run against the servers fails when they no longer prove what the evidence says of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal, cast

import pytest

from tests.live.proof import MODULES, Judge

Outcome = Literal["passed", "failed", "skipped"]


class Session:
    """What a judge changes of a session."""

    exitstatus = pytest.ExitCode.OK


def ran(judge: Judge, module: str, *proven: tuple[str, str], outcome: Outcome = "passed") -> None:
    place = (f"tests/live/{module}.py", 1, "test")
    report = pytest.TestReport(module, place, {}, outcome, None, "call", user_properties=proven)
    judge.pytest_runtest_logreport(report)


def ended(judge: Judge, *without: str) -> pytest.ExitCode:
    for module in MODULES.difference(without):
        ran(judge, module)
    session = Session()
    judge.pytest_sessionfinish(cast("pytest.Session", session))
    return session.exitstatus


def test_a_run_that_proves_what_is_written_down_passes() -> None:
    judge = Judge({"kepi": ["posts.get"]})
    ran(judge, "test_kepi", ("kepi", "posts.get"))
    assert ended(judge) is pytest.ExitCode.OK
    assert judge.verdict is None


def test_a_run_that_proves_less_or_more_fails_and_says_what() -> None:
    judge = Judge({"kepi": ["posts.get", "posts.list"]})
    ran(judge, "test_kepi", ("kepi", "posts.get"))
    ran(judge, "test_prism", ("prism", "posts.list"))
    assert ended(judge) is pytest.ExitCode.TESTS_FAILED
    assert judge.verdict == "kepi: no longer posts.list\nprism: newly posts.list"


def test_one_failure_takes_an_operation_back_whatever_the_order() -> None:
    judge = Judge({"kepi": ["posts.get"]})
    ran(judge, "test_kepi", ("kepi", "posts.get"), outcome="failed")
    ran(judge, "test_kepi", ("kepi", "posts.get"))
    assert ended(judge) is pytest.ExitCode.TESTS_FAILED


def test_nothing_is_judged_where_a_server_was_not_asked() -> None:
    judge = Judge({"kepi": ["posts.get"]})
    assert ended(judge, "test_kepi") is pytest.ExitCode.OK


def test_what_was_proven_is_written_down_anew_when_asked(tmp_path: Path) -> None:
    judge = Judge({"kepi": []}, tmp_path / "proven.json")
    ran(judge, "test_kepi", ("kepi", "posts.get"))
    assert ended(judge) is pytest.ExitCode.OK
    assert json.loads((tmp_path / "proven.json").read_text()) == {"kepi": ["posts.get"]}
