"""A secret that stands in a file, in its place or in a wrong one, is shown by no error."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from socialkit.metrics import Conversions, Table
from tests.security.support import ACCESS, leaks, logged, raised

STRATEGY = sk.Strategy(
    brand="acme",
    objectives=[
        sk.Objective(
            key="traffic", goal="visits", kpi=sk.KPI(metric="clicks", target=2, by=date(2026, 12, 31))
        )
    ],
)
CAMPAIGN = sk.Campaign(
    key="autumn",
    strategy=STRATEGY,
    objective="traffic",
    period=sk.Period.month(2026, 10, zone="UTC"),
    budget=sk.Money(1, "EUR"),
)
LOADERS: dict[str, Callable[[Path], object]] = {
    "workspace": sk.Workspace.load,
    "router": sk.Router.load,
    "authority": sk.Authority.load,
    "strategy": sk.Strategy.load,
    "mix": sk.Mix.load,
    "campaign": lambda path: sk.Campaign.load(path, strategy=STRATEGY),
    "calendar": lambda path: sk.Calendar.load(path, campaign=CAMPAIGN),
    "costs": sk.CostLedger.load,
}
LISTS = {
    "router": "rules",
    "authority": "lines",
    "strategy": "objectives",
    "mix": "parts",
    "campaign": "quiet_days",
    "calendar": "slots",
    "costs": "entries",
}
"""A list that each of them has."""

ACCOUNT = {"platform": "mastodon", "base_url": "https://social.example", "access_token": "env:TOKEN"}
BRAND = {"zone": "UTC", "accounts": [ACCOUNT]}


def brands(**changes: Any) -> dict[str, Any]:
    return {"brands": {"acme": BRAND | changes}}


WORKSPACES: dict[str, Any] = {
    "in clear": brands(accounts=[ACCOUNT | {"access_token": ACCESS}]),
    "as a reference": brands(accounts=[ACCOUNT | {"access_token": f"env:{ACCESS}"}]),
    "misspelt": brands(accounts=[ACCOUNT | {"acess_token": ACCESS}]),
    "of another platform": brands(accounts=[ACCOUNT | {"password": ACCESS}]),
    "instead of an account": brands(accounts=[ACCESS]),
    "instead of all accounts": brands(accounts=ACCESS),
    "in a list": brands(accounts=[ACCOUNT | {"access_token": [ACCESS]}]),
    "in the brand": brands(access_token=ACCESS),
    "beside the brands": brands() | {"access_token": ACCESS},
    "instead of the brands": {"brands": ACCESS},
    "instead of the authority": brands() | {"authority": ACCESS},
    "in the authority": brands() | {"authority": {"access_token": ACCESS, "lines": [ACCESS]}},
    "in the departments": brands(departments=[{"access_token": ACCESS}]),
    "in the hours": brands(hours={"week": {}, "public_holidays": [{"country": ACCESS, "years": [2026]}]}),
    "as the key of the tokens": brands() | {"tokens": {"store": "file", "path": "t", "key": ACCESS}},
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[object, str], Path]:
    def written(tree: object, name: str) -> Path:
        path = tmp_path / name
        path.write_text(tree if isinstance(tree, str) else json.dumps(tree), "utf-8")
        return path

    return written


Write = Callable[[object, str], Path]


@pytest.mark.parametrize("place", WORKSPACES)
@pytest.mark.parametrize("ending", [".json", ".yaml"])
def test_a_secret_in_the_file_of_a_workspace_is_shown_by_nothing(
    write: Write, place: str, ending: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    path = write(WORKSPACES[place], f"agency{ending}")  # JSON is YAML too
    error = raised(lambda: sk.Workspace.load(path))

    assert isinstance(error, sk.InvalidDraftError)
    assert leaks(error) == logged(caplog.records) == []


MISPLACED: dict[str, Callable[[str], object]] = {
    "a field that there is not": lambda _: {"access_token": ACCESS},
    "instead of a list": lambda name: {name: ACCESS},
    "in a list": lambda name: {name: [ACCESS]},
    "in an entry": lambda name: {name: [{"access_token": ACCESS}]},
    "instead of all": lambda _: [ACCESS],
}


@pytest.mark.parametrize("what", LISTS)
@pytest.mark.parametrize("place", MISPLACED)
def test_a_secret_that_was_put_into_another_file_is_shown_by_nothing(
    write: Write, what: str, place: str
) -> None:
    path = write(MISPLACED[place](LISTS[what]), f"{what}.json")
    error = raised(lambda: LOADERS[what](path))

    assert isinstance(error, sk.InvalidDraftError)
    assert leaks(error) == []


@pytest.mark.parametrize("what", LOADERS)
@pytest.mark.parametrize("ending", [".toml", ".json", ".yaml", ".bak", ""])
def test_a_file_that_cannot_be_read_shows_nothing_of_what_it_holds(
    write: Write, what: str, ending: str
) -> None:
    path = write(f'[broken\naccess_token = "{ACCESS}"\n"{ACCESS}: [', f"file{ending}")
    error = raised(lambda: LOADERS[what](path))

    assert isinstance(error, sk.InvalidDraftError | sk.ConfigurationError)
    assert leaks(error) == []


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
@pytest.mark.parametrize(
    "text", [f"access_token\n{ACCESS}\n", f'{{"access_token": "{ACCESS}"}}', f"{ACCESS}", f'"{ACCESS}']
)
def test_a_secret_that_was_put_into_a_table_is_shown_by_nothing(write: Write, ending: str, text: str) -> None:
    path = write(text, f"table{ending}")
    readers: list[Callable[[], object]] = [
        lambda: Table.read(path),
        lambda: Conversions.read(path),
        lambda: sk.CostLedger.load(path),
    ]
    for read in readers:
        error = raised(read)

        assert isinstance(error, sk.InvalidDraftError | sk.ConfigurationError)
        assert leaks(error) == []


@pytest.mark.parametrize(
    "url", [f"https://shop:{ACCESS}@social.example", f"https://social.example?t={ACCESS}"]
)
def test_a_secret_in_an_address_of_a_file_is_refused_unseen(write: Write, url: str) -> None:
    path = write(brands(accounts=[ACCOUNT | {"base_url": url}]), "agency.json")
    error = raised(lambda: sk.Workspace.load(path))

    assert isinstance(error, sk.InvalidDraftError)
    assert leaks(error) == []


def test_what_was_loaded_shows_no_secret(
    write: Write, monkeypatch: pytest.MonkeyPatch, blocking: bool
) -> None:
    monkeypatch.setenv("TOKEN", ACCESS)
    workspace = sk.Workspace.load(write(brands(), "agency.json"))
    client = opened(workspace.brand("acme"), blocking)

    assert leaks(workspace) == leaks(workspace.brands) == leaks(workspace.accounts()) == leaks(client) == []


def opened(brand: sk.Brand, blocking: bool) -> object:
    return brand.client("mastodon") if blocking else brand.client_async("mastodon")
