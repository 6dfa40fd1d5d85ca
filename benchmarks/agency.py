"""An agency's workspace of 100 brands with 1,000 accounts: opened, asked how it is, and every inbox read."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from string import digits
from typing import Final

import yaml

import socialkit as sk
from benchmarks.figures import Figure
from benchmarks.timing import memory_used, race
from socialkit.platforms import Mastodon
from socialkit.platforms.bluesky._facts import QUOTAS
from socialkit.sandbox import Clock, MastodonSimulator, SimRequest, SimResponse, Simulator, serve
from socialkit.sandbox.bluesky import BlueskySimulator

__all__ = ["measure"]

BRANDS: Final = 100
EACH: Final = 5
"""A brand's accounts on each of the two platforms, each on a server of its own."""
AT_ONCE: Final = 50
ROUNDS: Final = 3
FORMS: Final = ("toml", "yaml", "json")
ASKED: Final = Counter[str]()
"""How many requests came to the simulators of each platform."""
WELL: Final = frozenset({"valid", "id missing"})
"""How accounts are that work; their file names no ids."""
OPEN: Final = frozenset({"identifier"})
"""What of a login is no secret."""
SHARED: Final = next(quota for quota in QUOTAS if quota.name == "calls")
"""What Bluesky's own host allows to an address, for all accounts together."""
ROUTER: Final = sk.Router(default=sk.RoutingRule(key="common", department="manager"))


def measure() -> list[Figure]:
    """Return what the workspace costs in time and memory, and how much of a sweep is the processor's."""
    with tempfile.TemporaryDirectory() as folder, _simulated(Path(folder)) as platforms:
        runs = [_aside("costs", folder, platforms.secrets) for _ in range(ROUNDS)]
        loads = {
            form: median(_aside("cold", folder, platforms.secrets, form)["load"] for _ in range(ROUNDS))
            for form in FORMS
        }
        before = platforms.asked()
        mixed = _aside("async", folder, platforms.secrets)
        asked = platforms.asked() - before
        bound = _aside("isolation", folder, platforms.secrets)

    def middle(name: str) -> float:
        return median(run[name] for run in runs)

    accounts = BRANDS * EACH * 2
    allowed = asked["bluesky"] / SHARED.limit * SHARED.per.total_seconds()
    return [
        *(
            Figure(f"load 100 brands with 1,000 accounts from {form}, first call", loads[form], "s", most=1)
            for form in FORMS
        ),
        Figure("the same from toml, once all is imported", middle("load"), "s", most=1),
        Figure("100 brands with 1,000 accounts, loaded", middle("loaded"), "MiB", most=150),
        Figure("health of 1,000 accounts, 50 at once: processor", middle("health"), "s"),
        Figure("health of 1,000 accounts, 50 at once: by the clock", middle("health, clock"), "s"),
        Figure("sweep of 1,000 inboxes, 50 at once: processor", middle("sweep"), "s"),
        Figure("sweep of 1,000 inboxes, 50 at once: by the clock", middle("sweep, clock"), "s"),
        Figure("sweep of 1,000 inboxes again: processor, an inbox", middle("again") / accounts * 1e3, "ms"),
        Figure("1,000 accounts after two sweeps, peak of the process", middle("used"), "MiB", most=150),
        Figure("async sweep of 1,000 inboxes, 50 at once: processor", mixed["sweep"], "s"),
        Figure("the same: requests", asked.total(), ""),
        Figure("the same: what Bluesky's budget of one address takes, at least", allowed, "s"),
        Figure("the same: processor, of that", mixed["sweep"] / allowed, "times", most=1),
        Figure("get a brand's post by its client, to nobody's", bound["get"], "times", most=1.05),
        Figure("publish by a brand's client, to nobody's", bound["publish"], "times", most=1.05),
    ]


# Simulators in a process of their own ---------------------------------------------------------------


class _Now(Clock):
    """The machine's time, by which clients judge how long a session holds."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class _Mastodon(MastodonSimulator):
    def handle(self, request: SimRequest) -> SimResponse:
        ASKED["mastodon"] += 1
        return super().handle(request)


class _Bluesky(BlueskySimulator):
    def handle(self, request: SimRequest) -> SimResponse:
        ASKED["bluesky"] += 1
        return super().handle(request)


KINDS: Final[dict[str, Callable[[Clock, random.Random], Simulator]]] = {
    "mastodon": _Mastodon,
    "bluesky": _Bluesky,
}


@dataclass
class _Platforms:
    """The simulators, in a process of their own."""

    secrets: dict[str, str]
    """What the workspace's file names."""
    process: subprocess.Popen[str]

    def asked(self) -> Counter[str]:
        """Return how many requests came so far, by platform."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print("asked", file=self.process.stdin, flush=True)
        return Counter(json.loads(self.process.stdout.readline()))


@contextmanager
def _simulated(folder: Path) -> Generator[_Platforms]:
    """Run the platforms, and write the workspace's file."""
    command = [sys.executable, "-m", "benchmarks.agency", "serve", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield _Platforms(json.loads(process.stdout.readline()), process)
        finally:
            process.stdin.close()


def _serve(folder: Path) -> None:
    clock = _Now()
    # Several of each: what a server allows to an address is less than an agency of this size needs.
    simulators: dict[str, Simulator] = {
        f"{kind}{one}": made(clock, random.Random(one)) for kind, made in KINDS.items() for one in range(EACH)
    }
    with ExitStack() as stack:
        urls = {name: stack.enter_context(serve({name: one})).url(name) for name, one in simulators.items()}
        lines, secrets = list[str](), dict[str, str]()
        for number in range(BRANDS):
            lines.append(f'[brands.brand{number}]\nzone = "Europe/Paris"\nlanguages = ["fr"]')
            for name, simulator in simulators.items():
                login = simulator.connection(f"brand{number}")
                simulator.receive(text="How much is it?", account=f"brand{number}")
                lines += _account(f"brand{number}", name, urls[name], login, secrets)
        _write(folder, "\n".join(lines))
        print(json.dumps(secrets), flush=True)
        for _ in sys.stdin:  # until the parent closes it
            print(json.dumps(ASKED), flush=True)


def _write(folder: Path, text: str) -> None:
    tree = tomllib.loads(text)
    (folder / "agency.toml").write_text(text, "utf-8")
    (folder / "agency.json").write_text(json.dumps(tree), "utf-8")
    (folder / "agency.yaml").write_text(yaml.safe_dump(tree, sort_keys=False), "utf-8")


def _account(
    brand: str, name: str, url: str, login: dict[str, str], secrets: dict[str, str]
) -> Iterator[str]:
    yield f"[[brands.{brand}.accounts]]"
    yield f'platform = "{name.rstrip(digits)}"\nname = "{name}"\nbase_url = "{url}"'
    for part, value in login.items():
        variable = f"SOCIALKIT_{brand}_{name}_{part}".upper()
        secrets[variable] = value
        yield f'{part} = "{value if part in OPEN else f"env:{variable}"}"'


# What is measured, in a fresh process ---------------------------------------------------------------


@dataclass
class _Spent:
    processor: float
    clock: float


COLD: Final = """
import json, sys, time
import socialkit as sk
started = time.process_time()
sk.Workspace.load(sys.argv[1])
print(json.dumps({"load": time.process_time() - started}))
"""
"""What a script that has only just begun does."""


def _aside(what: str, folder: str, secrets: dict[str, str], form: str = "toml") -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.agency", what, folder]
    if what == "cold":
        command = [sys.executable, "-c", COLD, str(Path(folder) / f"agency.{form}")]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, **secrets})
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _timed(call: Callable[[], object]) -> _Spent:
    clock, processor = time.perf_counter(), time.process_time()
    call()
    return _Spent(time.process_time() - processor, time.perf_counter() - clock)


def _costs(folder: Path) -> dict[str, float]:
    before, started = memory_used(), time.process_time()
    workspace = sk.Workspace.load(folder / "agency.toml")
    load, loaded = time.process_time() - started, memory_used() - before
    with workspace, sk.Journal.open("sqlite://") as journal:
        health = _timed(lambda: _require_valid(workspace))
        desk = sk.Desk(workspace, journal, router=ROUTER)
        sweep = _timed(lambda: _require_whole(desk, BRANDS * EACH * 2))
        again = _timed(lambda: _require_whole(desk, 0))
        used = memory_used()
    return {
        "load": load,
        "loaded": loaded,
        "health": health.processor,
        "health, clock": health.clock,
        "sweep": sweep.processor,
        "sweep, clock": sweep.clock,
        "again": again.processor,
        "used": used,
    }


def _require_valid(workspace: sk.Workspace) -> None:
    wrong = [str(one) for one in workspace.health(concurrency=AT_ONCE) if one.state.value not in WELL]
    assert not wrong, wrong[:3]


def _require_whole(desk: sk.Desk, cases: int) -> None:
    swept = desk.sweep(concurrency=AT_ONCE)
    assert not swept.failed(), list(swept.failed().items())[:3]
    assert len(swept.cases) == cases, len(swept.cases)


def _async(folder: Path) -> dict[str, float]:
    """Sweep once with async clients."""

    async def sweep() -> float:
        with sk.Journal.open("sqlite://") as journal:
            async with sk.Workspace.load(folder / "agency.toml") as workspace:
                desk = sk.AsyncDesk(workspace, journal, router=ROUTER)
                started = time.process_time()
                swept = await desk.sweep(concurrency=AT_ONCE)
                spent = time.process_time() - started
                assert not swept.failed(), list(swept.failed().items())[:3]
                return spent

    return {"sweep": asyncio.run(sweep())}


def _isolation(folder: Path) -> dict[str, float]:
    """Compare a brand's client, found and asked for the brand's own post, with one that is nobody's."""
    texts = count()
    with sk.Workspace.load(folder / "agency.toml") as workspace:

        def bound() -> Mastodon:
            client = workspace.brand("brand0").client("mastodon", "mastodon0")
            assert isinstance(client, Mastodon)
            return client

        mine = bound().posts.publish("Autumn is here")  # whose the token is is asked before it, once
        token = os.environ["SOCIALKIT_BRAND0_MASTODON0_ACCESS_TOKEN"]
        address = f"http://{bound().ref.host}/mastodon0"
        with sk.connect("mastodon", base_url=address, access_token=token) as free:
            post = free.posts.get(mine.id)
            got = race(
                {"free": lambda: free.posts.get(post), "bound": lambda: bound().posts.get(mine)},
                rounds=9,
                calls=3,
            )
            written = race(
                {
                    "free": lambda: free.posts.publish(f"Free {next(texts)}"),
                    "bound": lambda: bound().posts.publish(f"Bound {next(texts)}"),
                },
                rounds=9,
                calls=3,
            )
    return {"get": got.ratio("bound", "free"), "publish": written.ratio("bound", "free")}


def main() -> None:
    """Do a part of it, as `measure` asks."""
    what, folder = sys.argv[1], Path(sys.argv[2])
    if what == "serve":
        _serve(folder)
    else:
        print(json.dumps({"async": _async, "costs": _costs, "isolation": _isolation}[what](folder)))


if __name__ == "__main__":
    main()
