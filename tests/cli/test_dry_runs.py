"""`--dry-run`: every command takes it, it refuses what the command refuses, and it changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import socialkit as sk
from socialkit.cli._exits import Exit
from socialkit.testing._builders import png
from tests.auth.places import TOKEN_KEY
from tests.cli.conftest import MAIN, TOKENS, Shop, publishing

TO = ("--to", MAIN)
EVERY = [
    ("init", "new.toml"),
    ("accounts",),
    ("platforms",),
    ("health",),
    ("check", "Roasted", "--platform", "mastodon"),
    ("check", "Roasted", *TO),
    ("post", "Roasted", *TO),
    ("post", "Roasted", *TO, "--at", "2026-03-10 09:00", "--key", "roast"),
    ("post", "Roasted", *TO, "--media", "picture.png"),
    ("queue", "list"),
    ("queue", "add", "Roasted", *TO, "--slot", "daily 09:00"),
    ("queue", "run"),
    ("inbox",),
    ("report", "acme", "--month", "2026-02", "--html", "acme.html"),
    ("sandbox", "--platform", "mastodon"),
]
REFUSED = [
    (("post", "Roasted", *TO, "--authority", "authority.toml", "--yes"), Exit.REFUSED),
    (("post", "Kept", *TO, "--yes"), Exit.REFUSED),
    (("post", "Other", *TO, "--key", "kept", "--yes"), Exit.REFUSED),
    (("post", "Late", *TO, "--at", "2020-01-01 09:00", "--yes"), Exit.CONFIGURATION),
    (("queue", "add", "Kept", *TO, "--slot", "daily 09:00", "--yes"), Exit.REFUSED),
    (("queue", "approve", "KEPT", "--yes"), Exit.REFUSED),
    (("queue", "reject", "KEPT"), Exit.REFUSED),
    (("queue", "cancel", "KEPT", "--authority", "authority.toml"), Exit.REFUSED),
    (("queue", "resolve", "KEPT", "--not-out", "--yes"), Exit.REFUSED),
    (("init", "agency.toml"), Exit.REFUSED),
    (("init", "nowhere/agency.toml"), Exit.CONFIGURATION),
    (("health", "--ical", "nowhere/days.ics"), Exit.CONFIGURATION),
    (("report", "acme", "--month", "2026-02", "--html", "nowhere/acme.html"), Exit.CONFIGURATION),
    (("login", MAIN, "--workspace", "keyless.toml"), Exit.CONFIGURATION),
    (("login", MAIN, "--workspace", "nowhere.toml"), Exit.CONFIGURATION),
]


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_takes_it_and_leaves_an_empty_folder_as_it_was(
    shop: Shop, words: tuple[str, ...]
) -> None:
    Path("picture.png").write_bytes(png(1, 1))
    before = shop.files()
    said = shop.run(*words, "--dry-run", "--json")

    assert said.exit is Exit.DONE
    assert said.document["dry_run"] is True
    assert shop.files() == before
    assert [one.name for one in shop.folder.iterdir() if one.is_dir()] == []
    assert shop.texts() == []


@pytest.mark.parametrize("words", [("queue", "list"), ("report", "acme", "--month", "2026-02")], ids=" ".join)
def test_a_command_that_only_reads_makes_no_journal(shop: Shop, words: tuple[str, ...]) -> None:
    assert shop.run(*words).exit is Exit.DONE
    assert {*shop.files()} == {"agency.toml"}


@pytest.mark.parametrize(("words", "status"), REFUSED, ids=[" ".join(words) for words, _ in REFUSED])
def test_it_refuses_what_the_command_refuses_and_keeps_no_line_of_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], status: Exit
) -> None:
    monkeypatch.setattr("socialkit.cli._login.at_terminal", lambda: pytest.fail("somebody would be asked"))
    monkeypatch.setenv("SOCIALKIT_KEY", TOKEN_KEY)
    Path("keyless.toml").write_text(TOKENS.replace("_KEY", "_NO_KEY"), "utf-8")
    Path("nowhere.toml").write_text(TOKENS.replace("tokens.sealed", "nowhere/tokens"), "utf-8")
    Path("authority.toml").write_text("lines = []\n", "utf-8")
    with publishing() as publisher:
        wall = sk.WallTime("2026-03-10 09:00", zone="Europe/Paris")
        (kept,) = publisher.plan("Kept", to=MAIN, at=wall, key="kept")
        history = list(publisher.events())
    real = [kept.id if word == "KEPT" else word for word in words]
    dry = shop.run(*real, "--dry-run", "--json")
    with publishing() as publisher:
        after = list(publisher.events())
    done = shop.run(*real)

    assert (dry.exit, done.exit) == (status, status)
    assert after == history


def test_it_tells_that_somebody_would_have_to_approve_or_that_it_is_out_already(shop: Shop) -> None:
    Path("authority.toml").write_text(
        '[[lines]]\nactors = ["maria"]\nactions = ["publish"]\npermission = "ask"\n', "utf-8"
    )
    words = ("post", "Roasted", *TO, "--key", "roast")
    asks = shop.run(*words, "--dry-run", "--authority", "authority.toml", "--actor", "maria")
    shop.run(*words, "--yes")
    again = shop.run(*words, "--dry-run")

    assert (asks.exit, again.exit) == (Exit.WAITING, Exit.DONE)
    assert "would be proposed" in asks.err
    assert "would be confirmed" in again.err
