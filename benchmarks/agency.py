"""An agency's workspace of 100 brands with 1,000 accounts: opened, asked how it is, and every inbox read."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from string import digits
from typing import Final

import socialkit as sk
from benchmarks.figures import Figure
from benchmarks.timing import memory_used, race
from socialkit.platforms import Mastodon
from socialkit.sandbox import Clock, MastodonSimulator, Simulator, serve
from socialkit.sandbox.bluesky import BlueskySimulator

__all__ = ["measure"]

BRANDS: Final = 100
EACH: Final = 5
"""A brand's accounts on each of the two platforms, each on a server of its own."""
AT_ONCE: Final = 50
ROUNDS: Final = 3
KINDS: Final[dict[str, Callable[[Clock, random.Random], Simulator]]] = {
    "mastodon": MastodonSimulator,
    "bluesky": BlueskySimulator,
}
OPEN: Final = frozenset({"identifier"})
"""What of a login is no secret."""
ROUTER: Final = sk.Router(default=sk.RoutingRule(key="common", department="manager"))


def measure() -> list[Figure]:
    """Return what the workspace costs in time and memory, and how much of a sweep is the processor's."""
    with tempfile.TemporaryDirectory() as folder, _simulated(Path(folder)) as secrets:
        runs = [_aside("costs", folder, secrets) for _ in range(ROUNDS)]
        bound = _aside("isolation", folder, secrets)

    def middle(name: str) -> float:
        return median(run[name] for run in runs)

    accounts = BRANDS * EACH * 2
    return [
        Figure("load 100 brands with 1,000 accounts", middle("load"), "s", most=1),
        Figure("100 brands with 1,000 accounts, loaded", middle("loaded"), "MiB", most=150),
        Figure("health of 1,000 accounts, 50 at once: processor", middle("health"), "s"),
        Figure("health of 1,000 accounts, 50 at once: by the clock", middle("health, clock"), "s"),
        Figure("sweep of 1,000 inboxes, 50 at once: processor", middle("sweep"), "s"),
        Figure("sweep of 1,000 inboxes, 50 at once: by the clock", middle("sweep, clock"), "s"),
        Figure("sweep of 1,000 inboxes again: processor, an inbox", middle("again") / accounts * 1e3, "ms"),
        Figure("1,000 accounts after two sweeps, peak of the process", middle("used"), "MiB", most=150),
        Figure("get a post by a brand's client, to one of nobody's", bound["ratio"], "times", most=1.05),
    ]


# Simulators in a process of their own ---------------------------------------------------------------


class _Now(Clock):
    """The machine's time, by which clients judge how long a session holds."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@contextmanager
def _simulated(folder: Path) -> Generator[dict[str, str]]:
    """Run the platforms, write the workspace's file, and give the secrets that it names."""
    command = [sys.executable, "-m", "benchmarks.agency", "serve", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
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
        (folder / "agency.toml").write_text("\n".join(lines), "utf-8")
        print(json.dumps(secrets), flush=True)
        sys.stdin.read()  # until the parent closes it


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


def _aside(what: str, folder: str, secrets: dict[str, str]) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.agency", what, folder]
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
    wrong = [str(one) for one in workspace.health(concurrency=AT_ONCE) if one.state.value != "valid"]
    assert not wrong, wrong[:3]


def _require_whole(desk: sk.Desk, cases: int) -> None:
    swept = desk.sweep(concurrency=AT_ONCE)
    assert not swept.failed(), list(swept.failed().items())[:3]
    assert len(swept.cases) == cases, len(swept.cases)


def _isolation(folder: Path) -> dict[str, float]:
    """Compare a client that is bound to a brand's account with one that is nobody's."""
    with sk.Workspace.load(folder / "agency.toml") as workspace:
        client = workspace.brand("brand0").client("mastodon", "mastodon0")
        assert isinstance(client, Mastodon)
        post = client.posts.publish("Autumn is here")
        token = os.environ["SOCIALKIT_BRAND0_MASTODON0_ACCESS_TOKEN"]
        with sk.connect(
            "mastodon", base_url=f"http://{client.ref.host}/mastodon0", access_token=token
        ) as free:
            course = race(
                {
                    "free": lambda: free.posts.get(post.id),
                    "bound": lambda: client.posts.get(post.id),
                },
                rounds=9,
                calls=3,
            )
    return {"ratio": course.ratio("bound", "free")}


def main() -> None:
    """Do a part of it, as `measure` asks."""
    what, folder = sys.argv[1], Path(sys.argv[2])
    if what == "serve":
        _serve(folder)
    else:
        print(json.dumps({"costs": _costs, "isolation": _isolation}[what](folder)))


if __name__ == "__main__":
    main()
