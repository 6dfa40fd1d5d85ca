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


def written(folder: Path, url: str) -> list[str]:
    """Write a file with one account, and return what the worker is called with."""
    path = folder / "agency.toml"
    path.write_text(
        '[brands.acme]\nzone = "UTC"\n[[brands.acme.accounts]]\nplatform = "mastodon"\n'
        f'base_url = "{url}"\naccess_token = "env:{TOKEN}"\n',
        "utf-8",
    )
    return [str(path), "--journal", f"sqlite:///{folder / 'journal.db'}"]


def planned(called: list[str], *texts: str) -> None:
    file, _, url = called
    with sk.Workspace.load(file) as workspace, sk.Journal.open(url) as journal:
        publisher = sk.Publisher(workspace, journal)
        for text in texts:
            publisher.plan(text, to="acme/mastodon/main")


def states(called: list[str]) -> list[str]:
    with sk.Journal.open(called[-1]) as journal:
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
        called = written(tmp_path, server.url("mastodon"))
        planned(called, "first", "second")
        assert worker.main(["--once", *called]) == 0

    assert [post.text for post in simulator.posts("main")] == ["first", "second"]
    assert capsys.readouterr().out == "acme/mastodon/main confirmed\n" * 2
    assert states(called) == ["confirmed"] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to catch")
def test_a_worker_that_is_told_to_stop_ends_after_the_delivery_in_hand(
    worker: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = Interrupting(Clock(), random.Random(7))
    monkeypatch.setenv(TOKEN, simulator.connection("main")["access_token"])
    with serve({"mastodon": simulator}) as server:
        called = written(tmp_path, server.url("mastodon"))
        planned(called, "in hand", "not begun")
        command = [sys.executable, str(WORKER), *called]
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
    assert states(called) == ["confirmed", "planned"]


def test_a_secret_that_is_not_set_is_named(
    worker: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(TOKEN, "not-a-real-token")
    called = written(tmp_path, "https://mastodon.example")
    planned(called, "not sent")
    monkeypatch.delenv(TOKEN)

    assert worker.main(["--once", *called]) == 0
    assert f"the environment variable {TOKEN} is not set" in capsys.readouterr().out
    assert states(called) == ["planned"]


def test_a_file_with_mistakes_is_refused_in_one_line(worker: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "agency.toml").write_text("[brands.acme]\ncolour = 1\n", "utf-8")

    with pytest.raises(SystemExit, match=r"brands\.acme\.zone is missing, brands\.acme\.colour is not known"):
        worker.main([str(tmp_path / "agency.toml")])
