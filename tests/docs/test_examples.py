"""The examples run as they stand, offline and against a server."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import random
import subprocess
import sys
import tomllib
from collections.abc import Callable, Generator
from pathlib import Path
from types import ModuleType

import pytest

from socialkit.sandbox import Clock, MastodonSimulator, SandboxServer, SimRequest, SimResponse, serve
from tests.support import ROOT

EXAMPLES = ROOT / "examples"


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


@contextlib.contextmanager
def served(simulator: MastodonSimulator) -> Generator[tuple[SandboxServer, str]]:
    with serve({"mastodon": simulator}) as server:
        yield server, simulator.connection("main")["access_token"]


def test_the_day_in_the_simulator_has_every_part(printed: Callable[..., str]) -> None:
    text = " ".join(printed().split())

    for part in (
        "text is too long",
        "alt_text is missing",
        "Published with 1 picture",
        "posts.find says: published",
        "holds 2 posts, none of them twice",
        "in private, to @sam",
        "in public, to @robin",
        "likes 3 0",
        "does not count: clicks, impressions, reach",
        "2 posts out, 2 answers, nothing undecided",
    ):
        assert part in text


@pytest.mark.parametrize("columns", [80, 60, 40])
def test_the_day_fits_the_terminal(printed: Callable[..., str], columns: int) -> None:
    wide = [
        line
        for line in printed(columns=columns).splitlines()
        if len(line) > columns and "https://" not in line
    ]

    assert wide == []


def test_the_day_says_the_same_every_time(printed: Callable[..., str]) -> None:
    assert printed() == printed()


def test_the_day_on_a_server_deletes_its_posts_and_answers_nobody(
    printed: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = MastodonSimulator(Clock(), random.Random(7))
    simulator.receive(text="My jar arrived broken", author="sam")

    with served(simulator) as (server, token):
        monkeypatch.setenv("SOCIALKIT_TOKEN", token)
        text = printed("--base-url", server.url("mastodon"))

    assert "2 posts deleted" in text
    assert "Nobody was answered" in text
    assert simulator.posts("main") == []


def test_the_day_on_a_server_answers_and_keeps_when_asked_to(printed: Callable[..., str]) -> None:
    simulator = MastodonSimulator(Clock(), random.Random(7))
    simulator.receive(text="My jar arrived broken", author="sam")

    with served(simulator) as (server, token):
        printed("--base-url", server.url("mastodon"), "--token", token, "--answer", "--keep")

    answers = [post for post in simulator.posts("main") if post.text.startswith("@sam")]
    assert [post.visibility for post in answers] == ["direct"]
    assert len(simulator.posts("main")) == 3


def test_the_day_names_what_a_server_lacks(printed: Callable[..., str]) -> None:
    with served(Poorer(Clock(), random.Random(7))) as (server, token):
        text = printed("--base-url", server.url("mastodon"), "--token", token)

    assert "Not offered by this server: pictures, an inbox." in text
    assert "2 posts out" in text


def test_the_day_names_what_a_token_may_not_do(printed: Callable[..., str]) -> None:
    simulator = MastodonSimulator(Clock(), random.Random(7))
    token = simulator.issue_token(scopes=("read", "write:statuses"))

    with serve({"mastodon": simulator}) as server:
        text = printed("--base-url", server.url("mastodon"), "--token", token)

    assert "pictures (not with this token)" in text


def test_the_day_stops_with_a_sentence_where_nothing_works(printed: Callable[..., str]) -> None:
    with served(MastodonSimulator(Clock(), random.Random(7))) as (server, _token):
        text = printed("--base-url", server.url("mastodon"), "--token", "not-a-real-token", code=1)

    assert "STOPPED" in text
    assert "Traceback" not in text


def test_a_server_without_a_token_is_a_mistake_in_the_call(
    day: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SOCIALKIT_TOKEN", raising=False)

    with pytest.raises(SystemExit):
        day.main(["--base-url", "https://mastodon.example"])

    assert "SOCIALKIT_TOKEN" in capsys.readouterr().err


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
