"""A shop's command line: run in a folder with a workspace, in a simulated world."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import socialkit as sk
from socialkit.cli._app import app
from socialkit.cli._exits import Exit

MAIN = "acme/mastodon/main"
TOKENS = """
[tokens]
store = "file"
path = "tokens.sealed"
key = "env:SOCIALKIT_KEY"
[brands.acme]
zone = "UTC"
[[brands.acme.accounts]]
platform = "mastodon"
base_url = "https://mastodon.example"
"""
"""A workspace whose account logs in: its token is kept in a file."""
AGENCY = """
[brands.acme]
zone = "Europe/Paris"
[[brands.acme.accounts]]
platform = "mastodon"
base_url = "https://mastodon.example"
access_token = "env:SOCIALKIT_ACME"
[[brands.acme.accounts]]
platform = "bluesky"
identifier = "acme.example"
password = "env:SOCIALKIT_ACME_BLUESKY"
[brands.other]
zone = "America/New_York"
[[brands.other.accounts]]
platform = "mastodon"
base_url = "https://mastodon.example"
access_token = "env:SOCIALKIT_OTHER"
"""


@dataclass
class Said:
    exit: Exit
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def items(self) -> Any:
        return self.document["items"]


@dataclass
class Shop:
    world: sk.Sandbox
    folder: Path

    def run(self, *words: str, given: str | None = None) -> Said:
        result = CliRunner().invoke(app, list(words), input=given, prog_name="socialkit")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(Exit(result.exit_code), result.stdout, result.stderr)

    def texts(self) -> list[str]:
        return [one.text for one in self.world.posts("mastodon")]

    def files(self) -> dict[str, bytes]:
        return {one.name: one.read_bytes() for one in sorted(self.folder.iterdir()) if one.is_file()}


@contextmanager
def publishing(journal: str = "sqlite:///journal.db") -> Generator[sk.Publisher]:
    """Return a publisher of the folder's workspace, as another process has one."""
    with sk.Workspace.load("agency.toml") as workspace, sk.Journal.open(journal) as opened:
        yield sk.Publisher(workspace, opened)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.chdir(tmp_path)
    for name in ("WORKSPACE", "JOURNAL", "ACTOR", "AUTHORITY"):
        monkeypatch.delenv(f"SOCIALKIT_{name}", raising=False)
    (tmp_path / "agency.toml").write_text(AGENCY, "utf-8")
    with sk.Sandbox(seed=7) as world, world.install():
        yield Shop(world, tmp_path)
