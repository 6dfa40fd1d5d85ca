"""The examples run as they stand, offline and against a server."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import random
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from socialkit.sandbox import Clock, MastodonSimulator, SimRequest, SimResponse, Simulator, serve
from socialkit.sandbox.bluesky import BlueskySimulator
from tests.support import ROOT

EXAMPLES = ROOT / "examples"
TOKEN, PASSWORD = "SOCIALKIT_MASTODON_TOKEN", "SOCIALKIT_BLUESKY_PASSWORD"
ADDRESS = re.compile(r"https://\S+")


@pytest.fixture(scope="module")
def day() -> Generator[ModuleType]:
    spec = importlib.util.spec_from_file_location("day_of_one_brand", EXAMPLES / "day_of_one_brand.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def printed(
    day: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    def call(*arguments: str, columns: int = 80, code: int = 0) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        assert day.main(list(arguments)) == code
        return capsys.readouterr().out

    return call


class Poorer(MastodonSimulator):
    """A server that speaks a part of the API."""

    lacking: tuple[str, ...] = ("/api/v2/media", "/api/v1/notifications")

    def handle(self, request: SimRequest) -> SimResponse:
        if request.path.startswith(self.lacking):
            return SimResponse.json({"error": "Not Found"}, 404)
        return super().handle(request)


@dataclass(frozen=True)
class Servers:
    """Mastodon and Bluesky on loopback, and the arguments that lead to them."""

    simulators: tuple[Simulator, Simulator]
    mastodon: tuple[str, ...]
    bluesky: tuple[str, ...]

    @property
    def both(self) -> tuple[str, ...]:
        return (*self.mastodon, *self.bluesky)


@contextlib.contextmanager
def serving(monkeypatch: pytest.MonkeyPatch, mastodon: MastodonSimulator) -> Generator[Servers]:
    bluesky = BlueskySimulator(Clock(), random.Random(7))
    monkeypatch.setenv(TOKEN, mastodon.connection("main")["access_token"])
    who = bluesky.connection("main")
    monkeypatch.setenv(PASSWORD, who["password"])
    with serve({"mastodon": mastodon, "bluesky": bluesky}) as server:
        yield Servers(
            (mastodon, bluesky),
            ("--mastodon", server.url("mastodon")),
            ("--bluesky", server.url("bluesky"), "--identifier", who["identifier"]),
        )


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Generator[Servers]:
    with serving(monkeypatch, MastodonSimulator(Clock(), random.Random(7))) as running:
        yield running


def test_the_day_in_the_simulator_has_every_part(printed: Callable[..., str]) -> None:
    text = " ".join(printed().split())

    for part in (
        "at most 500 graphemes",
        "at most 300 graphemes",
        "alt_text is missing",
        "posts.find says: published",
        "-> in private: We are sorry",
        "-> in public: Thank you!",
        "likes 3 0",
        "clicks, impressions, reach",
    ):
        assert part in text
    for part in (
        "Published with 1 picture",
        "holds 2 posts, none of them twice",
        "Posts out: 2. People answered: 2. Undecided: 0.",
    ):
        assert text.count(part) == 2, f"{part}: once on each network"
    assert text.count("no answer came") == 1, "the key of a post on Bluesky settles it"


@pytest.mark.parametrize("columns", [80, 60, 40])
def test_the_day_fits_the_terminal(printed: Callable[..., str], columns: int) -> None:
    wide = [
        line
        for line in printed(columns=columns).splitlines()
        if len(line) > columns and not (columns < 80 and "https://" in line)
    ]

    assert wide == []


def test_the_day_says_the_same_every_time_but_for_the_ids(printed: Callable[..., str]) -> None:
    first, second = (ADDRESS.sub("", printed()) for _ in range(2))

    assert first == second


def test_the_day_on_servers_deletes_its_posts_and_answers_nobody(
    printed: Callable[..., str], servers: Servers
) -> None:
    for simulator in servers.simulators:
        simulator.receive(text="My jar arrived broken", author="sam")
    text = printed(*servers.both)

    assert text.count("Posts deleted: 2.") == 2
    assert text.count("Nobody was answered") == 2
    assert [simulator.posts("main") for simulator in servers.simulators] == [[], []]


def test_the_day_on_servers_answers_and_keeps_when_asked_to(
    printed: Callable[..., str], servers: Servers
) -> None:
    for simulator in servers.simulators:
        simulator.receive(text="What a lovely shop!", author="robin")
    text = printed(*servers.both, "--answer", "--keep")

    assert text.count("-> in public: Thank you!") == 2
    assert [len(simulator.posts("main")) for simulator in servers.simulators] == [3, 3]


def test_the_day_goes_on_one_network_alone(printed: Callable[..., str], servers: Servers) -> None:
    text = printed(*servers.bluesky, "--keep")

    assert "Mastodon" not in text
    assert [len(simulator.posts("main")) for simulator in servers.simulators] == [0, 2]


def test_the_day_names_what_a_server_lacks(
    printed: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(monkeypatch, Poorer(Clock(), random.Random(7))) as servers:
        text = printed(*servers.mastodon)

    assert "Not offered by this server: pictures, an inbox." in text
    assert "Posts out: 2." in text


def test_the_day_names_what_a_token_may_not_do(
    printed: Callable[..., str], servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = servers.simulators[0]
    assert isinstance(simulator, MastodonSimulator)
    monkeypatch.setenv(TOKEN, simulator.issue_token(scopes=("read", "write:statuses")))

    assert "pictures (not with this token)" in printed(*servers.mastodon)


def test_the_day_stops_on_one_network_and_goes_on_elsewhere(
    printed: Callable[..., str], servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, "not-a-real-token")
    text = printed(*servers.both, "--keep", code=1)

    assert text.count("STOPPED") == 1
    assert "Traceback" not in text
    assert [len(simulator.posts("main")) for simulator in servers.simulators] == [0, 2]


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["--mastodon", "https://mastodon.example"], TOKEN),
        (["--bluesky", "https://bsky.social", "--identifier", "shop.example"], PASSWORD),
        (["--bluesky", "https://bsky.social"], "--identifier"),
    ],
)
def test_a_server_without_a_way_in_is_a_mistake_in_the_call(
    day: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    missing: str,
) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    monkeypatch.delenv(PASSWORD, raising=False)
    if missing == "--identifier":
        monkeypatch.setenv(PASSWORD, "not-a-real-password")

    with pytest.raises(SystemExit):
        day.main(arguments)

    assert missing in capsys.readouterr().err


@pytest.mark.parametrize(
    "example", sorted(EXAMPLES.rglob("test_*.py")), ids=lambda path: path.relative_to(EXAMPLES).as_posix()
)
def test_the_tests_among_the_examples_pass(example: Path, tmp_path: Path) -> None:
    for project in EXAMPLES.glob("*/pyproject.toml"):
        install(project, tmp_path)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "tests.conftest",
            str(example),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def install(project: Path, folder: Path) -> None:
    """Write what an installer leaves of a package: its metadata; its code is imported from where it lies."""
    declared = tomllib.loads(project.read_text("utf-8"))["project"]
    info = folder / f"{declared['name'].replace('-', '_')}-{declared['version']}.dist-info"
    info.mkdir()
    head = f"Metadata-Version: 2.1\nName: {declared['name']}\nVersion: {declared['version']}\n"
    (info / "METADATA").write_text(head)
    lines: list[str] = []
    for group, entries in declared["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in entries.items())]
    (info / "entry_points.txt").write_text("\n".join([*lines, ""]))
