"""Where the answer cannot be shown: what was done is done, and the status says so."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

import pytest

from socialkit.cli import main
from socialkit.cli._answers import Answer
from socialkit.cli._command import perform
from socialkit.cli._exits import Exit
from socialkit.cli._session import Session
from tests.cli.conftest import MAIN, Shop


def full() -> TextIO:
    if not Path("/dev/full").exists():
        pytest.skip("only some systems have a file that is always full")
    return Path("/dev/full").open("w", encoding="utf-8")


def unread() -> TextIO:
    reads, writes = os.pipe()
    os.close(reads)
    return os.fdopen(writes, "w", encoding="utf-8")


def closed() -> TextIO:
    stream = io.StringIO()
    stream.close()
    return stream


def narrow() -> TextIO:
    return io.TextIOWrapper(io.BytesIO(), "ascii", write_through=True)


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["people", "programs"])
@pytest.mark.parametrize("stream", [full, unread, closed, None], ids=["full", "unread", "closed", "none"])
def test_a_post_that_is_out_ends_well_whoever_can_see_it(
    shop: Shop, stream: Callable[[], TextIO] | None, form: list[str]
) -> None:
    said = io.StringIO()
    opened = None if stream is None else stream()
    with redirect_stdout(opened), redirect_stderr(said):
        ended = main(["post", "Roasted today", "--to", MAIN, "--yes", *form])
    if opened is not None:
        opened.close()  # what it could not write was let go of: it would fail once more here

    assert ended == Exit.DONE
    assert ("the answer could not be written" in said.getvalue()) is (opened is not None)
    assert shop.texts() == ["Roasted today"]


def test_what_is_said_beside_an_answer_does_not_need_it_nor_change_how_it_ends(shop: Shop) -> None:
    said, words = io.StringIO(), Answer(text="Café", said=["beside"], exit=Exit.UNKNOWN)
    with redirect_stdout(narrow()), redirect_stderr(said):
        first = perform(Session(command="report"), lambda: words)
    ends = [first]
    for stream in (closed(), None):
        with redirect_stdout(io.StringIO()), redirect_stderr(stream):
            ends.append(perform(Session(command="report"), lambda: words))

    assert ends == [Exit.UNKNOWN] * 3
    assert said.getvalue().startswith("beside\nthe answer could not be written: ")


def test_what_nobody_expected_is_one_document_too_and_says_where_it_happened(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken() -> Answer:
        raise LookupError("no such day")

    assert perform(Session(command="inbox", as_json=True), broken) is Exit.FAILED
    told = capsys.readouterr()
    error = {"kind": "LookupError", "message": "no such day", "problems": list[str]()}
    assert (json.loads(told.out)["exit"], json.loads(told.out)["error"]) == (1, error)
    assert "Traceback" in told.err
    assert "in broken" in told.err


def test_an_interruption_before_a_command_began_has_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("socialkit.cli._app.run", interrupted)

    assert main(["accounts"]) == Exit.INTERRUPTED


def test_an_interruption_while_an_answer_is_shown_leaves_the_status_of_what_was_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Interrupted(io.StringIO):
        def write(self, text: str, /) -> int:
            raise KeyboardInterrupt

    with redirect_stdout(Interrupted()):
        assert perform(Session(command="accounts"), lambda: Answer(text="all")) is Exit.DONE
    assert "interrupted while the answer was shown" in capsys.readouterr().err
