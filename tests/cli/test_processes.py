"""The command line as a shell sees it: a process with a status, its two streams, and a terminal."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from socialkit.cli import main
from socialkit.cli._answers import Answer
from socialkit.cli._app import app
from socialkit.cli._command import perform
from socialkit.cli._exits import Exit
from socialkit.cli._session import Session
from socialkit.cli._stopping import stopping
from socialkit.sandbox import Clock, Fault, FaultPlan, MastodonSimulator, serve
from tests.cli.conftest import MAIN
from tests.support import ROOT

PATIENCE = 60
GLANCE = 0.01


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Return a folder with a workspace whose account lives in a simulator, which loses an answer."""
    simulator, plan = MastodonSimulator(Clock(datetime.now(UTC)), random.Random(7)), FaultPlan()
    plan.order("mastodon", "post_status", Fault.DROP_AFTER_COMMIT)
    (tmp_path / "token").write_text(simulator.connection("main")["access_token"], "utf-8")
    with serve({"mastodon": simulator}, plan) as server:
        (tmp_path / "agency.toml").write_text(
            '[brands.acme]\nzone = "UTC"\n[[brands.acme.accounts]]\nplatform = "mastodon"\n'
            f'base_url = "{server.url("mastodon")}"\naccess_token = "env:SOCIALKIT_ACME"\n',
            "utf-8",
        )
        yield tmp_path
    assert [post.text for post in simulator.posts("main")] == ["Roasted today"]


def started(folder: Path, *words: str) -> subprocess.Popen[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("SOCIALKIT_")}
    environment = {
        **known,
        "PYTHONPATH": str(ROOT / "src"),
        "SOCIALKIT_ACME": (folder / "token").read_text("utf-8"),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "socialkit", *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_each_kind_of_end_has_a_status_of_its_own(folder: Path) -> None:
    processes = {
        Exit.DONE: started(folder, "--version"),
        Exit.USAGE: started(folder, "post", "Roasted today"),
        Exit.REFUSED: started(folder, "init"),
        Exit.CONFIGURATION: started(folder, "accounts", "--workspace", "nowhere.toml", "--json"),
        Exit.UNKNOWN: started(folder, "post", "Roasted today", "--to", MAIN, "--yes", "--json"),
    }
    said = {
        status: (*process.communicate(timeout=PATIENCE), process.returncode)
        for status, process in processes.items()
    }

    assert {status: code for status, (_, _, code) in said.items()} == {
        status: int(status) for status in processes
    }
    for status in (Exit.CONFIGURATION, Exit.UNKNOWN):
        out, err, _ = said[status]
        assert json.loads(out)["exit"] == status
        assert err
    for status in (Exit.USAGE, Exit.REFUSED):
        assert said[status][0] == ""
        assert said[status][1]
    assert "Do not send it again" in said[Exit.UNKNOWN][1]


def test_the_sandbox_serves_until_it_is_told_to_stop() -> None:
    before, ended = signal.getsignal(signal.SIGINT), threading.Event()

    def interrupt() -> None:
        while signal.getsignal(signal.SIGINT) is before and not ended.wait(GLANCE):
            pass
        if not ended.is_set():
            signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        result = CliRunner().invoke(app, ["sandbox", "--platform", "mastodon", "--json"])
    finally:
        ended.set()
        thread.join()
    (served,) = json.loads(result.stdout)["items"]

    assert result.exit_code == Exit.DONE
    assert served["base_url"].startswith("http://127.0.0.1:")
    assert {*served["login"]} == {"access_token"}
    assert signal.getsignal(signal.SIGINT) is before


def test_the_first_interruption_waits_for_the_write_in_hand_and_the_second_does_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    patience, around = threading.Event(), signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with stopping() as stop:
            assert not stop()
            signal.raise_signal(signal.SIGINT)
            while not stop():  # it is set by another thread
                patience.wait(GLANCE)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)

        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, around)
    assert capsys.readouterr().err == "stopping after the delivery in hand\n"


def test_whoever_interrupts_a_command_is_told_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> Answer:
        raise KeyboardInterrupt

    assert perform(Session(command="post", records=True, as_json=True), interrupted) is Exit.INTERRUPTED
    told = capsys.readouterr()
    assert (json.loads(told.out)["outcome"], json.loads(told.out)["exit"]) == ("interrupted", 130)
    assert "what was begun stands in the journal" in told.err

    perform(Session(command="accounts"), interrupted)
    assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.parametrize("library", ["typer", "rich"])
def test_the_extra_is_named_when_it_is_missing(
    library: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("_app", "_health", "_answers"):  # those that are on the way to it, and none that is not
        monkeypatch.delitem(sys.modules, f"socialkit.cli.{name}", raising=False)
    monkeypatch.setitem(sys.modules, library, None)

    assert main([]) == Exit.CONFIGURATION
    assert "pip install 'socialkit[cli]'" in capsys.readouterr().err


def test_the_library_needs_no_command_line_and_a_shell_s_key_no_platform() -> None:
    code = (
        "import sys, socialkit, socialkit.cli\n"
        "assert not {'typer', 'socialkit.cli._app'} & {*sys.modules}\n"
        "import socialkit.cli._app\n"
        "assert not {'pydantic', 'httpx', 'socialkit.models'} & {*sys.modules}\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT / "src", check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
