"""Real processes that share a token store, against a served simulator that counts renewals."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from socialkit.auth import Stored, TokenStore
from socialkit.publishing import JournalTokenStore
from socialkit.sandbox import Clock, SimRequest, SimResponse, serve
from socialkit.sandbox.bluesky import BlueskySimulator
from tests.auth.places import TOKEN_KEY, opened
from tests.auth.process import HANDLE, KEY, Hurried, Job, client_of
from tests.support import ROOT

__all__ = ["LOGIN", "RENEWAL", "Stage", "assert_both_went_on", "staged"]

PATIENCE = 60
RENEWAL = "/xrpc/com.atproto.server.refreshSession"
LOGIN = "/xrpc/com.atproto.server.createSession"


class Counting(BlueskySimulator):
    """Counts logins and renewals, and can hold renewals back until somebody waits for them."""

    def __init__(self) -> None:
        super().__init__(Clock(), random.Random(7))
        self.asked: list[str] = []
        self.let_go = threading.Event()
        self.let_go.set()

    def handle(self, request: SimRequest) -> SimResponse:
        if request.path in {RENEWAL, LOGIN}:
            self.asked.append(request.path)
        if request.path == RENEWAL:
            assert self.let_go.wait(timeout=PATIENCE)
        return super().handle(request)


class Running:
    """One of the processes; what it says is read as it comes."""

    def __init__(self, job: Job, simulator: Counting) -> None:
        path = os.pathsep.join(map(str, (ROOT, ROOT / "src")))
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.auth.process", job.dumps()],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self.ready = threading.Event()
        self._simulator = simulator
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.strip())
            if self.said[-1] == "waits":
                self._simulator.let_go.set()
            self.ready.set()
        self.ready.set()
        self._simulator.let_go.set()  # it ended: who waits for it would hide why

    def go(self) -> None:
        """Let it act."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def ended(self) -> tuple[int, str]:
        """Wait for its end, and return how it ended and what it complained of."""
        assert self.process.stderr is not None
        complaint = self.process.stderr.read()
        code = self.process.wait(timeout=PATIENCE)
        self._reader.join(timeout=PATIENCE)
        return code, complaint

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(timeout=PATIENCE)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()


class Stage:
    """A served account with a session that has just run out, kept in a store of some kind."""

    def __init__(self, kind: str, place: str, simulator: Counting, url: str) -> None:
        self.simulator = simulator
        self._stack = ExitStack()
        self.password = simulator.connection("main")["password"]
        self.job = Job(kind, place, TOKEN_KEY, url, simulator.clock.now().isoformat())
        self.store = self.opened()
        with client_of(self.job, self.store, self.password) as client:
            client.account.me()
        simulator.asked.clear()
        self.advance(timedelta(hours=3))

    def opened(self) -> TokenStore:
        store = opened(self.job.kind, self.job.place)
        if isinstance(store, JournalTokenStore):
            self._stack.callback(store._database.close)
        return store

    def client(self, password: str | None = None) -> Any:
        """Open a client with the store opened once more, as another process would; it waits for nobody."""
        hurried = Hurried(datetime.fromisoformat(self.job.now))
        return client_of(self.job, self.opened(), password, hurried)

    def advance(self, step: timedelta) -> None:
        self.job = replace(self.job, now=self.simulator.clock.advance(step).isoformat())

    def kept(self) -> Stored:
        kept = self.store.load(KEY)
        assert kept is not None
        return kept

    def run(self, *jobs: Job) -> list[Running]:
        """Start processes, let them act together, and return them."""
        started: list[Running] = []
        for job in jobs:
            started.append(running := Running(job, self.simulator))
            self._stack.callback(running.close)
        for one in started:
            assert one.ready.wait(timeout=PATIENCE)
        for one in started:
            one.go()
        return started

    def close(self) -> None:
        self.simulator.let_go.set()
        self._stack.close()


@contextmanager
def staged(kind: str, place: str) -> Generator[Stage]:
    simulator = Counting()
    # A used refresh token is void at once: whoever burns it twice is found out.
    simulator.set_refresh_grace(timedelta())
    with serve({"bluesky": simulator}) as server:
        stage = Stage(kind, place, simulator, server.url("bluesky"))
        try:
            yield stage
        finally:
            stage.close()


def assert_both_went_on(stage: Stage, *modes: bool) -> None:
    before = stage.kept()
    stage.simulator.let_go.clear()
    processes = stage.run(*(replace(stage.job, asynchronous=mode) for mode in modes))

    ends = [one.ended() for one in processes]
    assert ends == [(0, "")] * len(modes), ends
    assert stage.simulator.asked == [RENEWAL]
    assert [one.said[-1] for one in processes] == [f"done {HANDLE}"] * len(modes)
    assert sum("waits" in one.said for one in processes) == len(modes) - 1
    assert len(stage.simulator.posts()) == len(modes)
    after = stage.kept()
    assert after.refresh_token not in {None, before.refresh_token}
    assert after.claimed_by is None
