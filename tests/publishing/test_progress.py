"""How far a long run is, on a terminal and where nobody looks."""

from __future__ import annotations

import io

import pytest

import socialkit as sk
from socialkit.publishing import TerminalProgress

ACCOUNT = sk.AccountRef(platform="mastodon", brand="acme")
State = sk.DeliveryState


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def carried(sandbox: sk.Sandbox, state: State) -> sk.Delivery:
    now = sandbox.clock.now()
    return sk.Delivery(id="one", account=ACCOUNT, state=state, at=now, not_after=now)


def show(progress: TerminalProgress, *states: State) -> None:
    with sk.Sandbox() as world, progress:
        for state in states:
            progress(carried(world, state))


def shown(terminal: Terminal) -> str:
    """Return what stands on the line at the end, as a terminal shows it."""
    line = ""
    for part in terminal.getvalue().rstrip("\n").split("\r"):
        line = part + line[len(part) :]
    return line


def test_the_line_shows_how_many_of_how_many_and_how_they_stand() -> None:
    terminal = Terminal()
    show(TerminalProgress(4, stream=terminal), State.CONFIRMED, State.REFUSED, State.CONFIRMED)

    assert shown(terminal) == f"[{'#' * 22}{'.' * 8}]  3 of 4  confirmed 2  refused 1"
    assert terminal.getvalue().count("\n") == 1


def test_without_a_total_the_line_counts() -> None:
    terminal = Terminal()
    show(TerminalProgress(stream=terminal), *[State.CONFIRMED] * 1200)

    assert shown(terminal) == "1,200  confirmed 1,200"


def test_more_than_were_expected_fill_the_bar_and_no_more() -> None:
    terminal = Terminal()
    show(TerminalProgress(1, stream=terminal), State.CONFIRMED, State.CONFIRMED)

    assert shown(terminal) == f"[{'#' * 30}]  2 of 1  confirmed 2"


@pytest.mark.parametrize("columns", [80, 40, 20])
def test_the_line_never_fills_the_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    terminal = Terminal()
    show(TerminalProgress(9, stream=terminal), State.CONFIRMED, State.NEEDS_DECISION, State.MISSED)

    assert {len(part) < columns for part in terminal.getvalue().rstrip("\n").split("\r")} == {True}


def test_a_shorter_line_leaves_nothing_of_a_longer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    with sk.Sandbox() as world, TerminalProgress(9, stream=terminal) as progress:
        progress(carried(world, State.CONFIRMED))
        monkeypatch.setenv("COLUMNS", "20")
        progress(carried(world, State.CONFIRMED))

    assert shown(terminal).rstrip() == "2 of 9  confirmed 2"


def test_nothing_is_written_where_nobody_looks() -> None:
    pipe = io.StringIO()
    progress = TerminalProgress(1, stream=pipe)
    show(progress, State.CONFIRMED)

    assert pipe.getvalue() == ""
    assert progress.states == {State.CONFIRMED: 1}


def test_a_run_without_deliveries_leaves_no_line() -> None:
    terminal = Terminal()
    show(TerminalProgress(0, stream=terminal))

    assert terminal.getvalue() == ""


def test_a_process_without_standard_error_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    progress = TerminalProgress(1)
    show(progress, State.CONFIRMED)

    assert progress.states.total() == 1
