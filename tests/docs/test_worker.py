"""The worker among the examples: in its simulator, in one round, and told to stop in the middle."""

from __future__ import annotations

import importlib.util
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import socialkit as sk
from socialkit.sandbox import Clock, MastodonSimulator, SimRequest, SimResponse, serve
from tests.support import ROOT

WORKER = ROOT / "examples" / "worker.py"
TOKEN = "SOCIALKIT_MASTODON_TOKEN"
PATIENCE = 60


@pytest.fixture(scope="module")
def worker() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("worker", WORKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


class Interrupting(MastodonSimulator):
    """Has its caller told to stop in the middle of its first post, and answers once the caller knows."""

    caller: subprocess.Popen[str] | None = None
    told = ""

    def handle(self, request: SimRequest) -> SimResponse:
        posts = (request.method, request.path) == ("POST", "/api/v1/statuses")
        if posts and not self.told and self.caller is not None and self.caller.stdout is not None:
            self.caller.send_signal(signal.SIGTERM)
            self.told = self.caller.stdout.readline()
        return super().handle(request)


def written(folder: Path, url: str) -> Path:
    """Write a file with one account."""
    path = folder / "worker.toml"
    path.write_text(
        f'journal = "sqlite:///{folder / "journal.db"}"\n'
        f'[brands.acme.mastodon]\nbase_url = "{url}"\naccess_token = "${TOKEN}"\n',
        "utf-8",
    )
    return path


def planned(worker: ModuleType, file: Path, *texts: str) -> None:
    setup = worker.load(file)
    with setup.workspace as workspace, sk.Journal.open(setup.journal) as journal:
        publisher = sk.Publisher(workspace, journal)
        for text in texts:
            publisher.plan(text, to="acme/mastodon/main")


def states(worker: ModuleType, file: Path) -> list[str]:
    with sk.Journal.open(worker.load(file).journal) as journal:
        assert list(journal.verify()) == []
        return [one.state.value for one in journal.deliveries()]


def test_the_worker_in_the_simulator_posts_each_once(
    worker: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert worker.main([]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert [line.split()[1].rstrip(":") for line in lines[:-1]] == [
        "confirmed",
        "unknown",
        "confirmed",
        "confirmed",
    ]
    assert lines[-1] == "The platform has 3 posts."


def test_one_round_sends_what_is_due(
    worker: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    simulator = MastodonSimulator(Clock(), random.Random(7))
    monkeypatch.setenv(TOKEN, simulator.connection("main")["access_token"])
    with serve({"mastodon": simulator}) as server:
        file = written(tmp_path, server.url("mastodon"))
        planned(worker, file, "first", "second")
        assert worker.main(["--once", str(file)]) == 0

    assert [post.text for post in simulator.posts("main")] == ["first", "second"]
    assert capsys.readouterr().out == "acme/mastodon/main confirmed\n" * 2
    assert states(worker, file) == ["confirmed"] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to catch")
def test_a_worker_that_is_told_to_stop_ends_after_the_delivery_in_hand(
    worker: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = Interrupting(Clock(), random.Random(7))
    monkeypatch.setenv(TOKEN, simulator.connection("main")["access_token"])
    with serve({"mastodon": simulator}) as server:
        file = written(tmp_path, server.url("mastodon"))
        planned(worker, file, "in hand", "not begun")
        command = [sys.executable, str(WORKER), str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
            simulator.caller = process
            try:
                status = process.wait(PATIENCE)
            finally:
                process.kill()
            assert process.stdout is not None
            rest = process.stdout.read()

    assert status == 0
    assert simulator.told == "stopping after the delivery in hand\n"
    assert rest == "acme/mastodon/main confirmed\n"
    assert [post.text for post in simulator.posts("main")] == ["in hand"]
    assert states(worker, file) == ["confirmed", "planned"]


def test_a_secret_that_is_not_set_is_named(
    worker: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN, raising=False)

    with pytest.raises(SystemExit, match=TOKEN):
        worker.main([str(written(tmp_path, "https://mastodon.example"))])
