"""`login`: whoever agrees is asked who they are, and only then is their token kept."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

import socialkit as sk
from socialkit.cli._exits import Exit
from socialkit.sandbox import SimRequest
from tests.auth.places import TOKEN_KEY
from tests.cli.conftest import MAIN, TOKENS, Said, Shop

ADDRESS = re.compile(r"https://mastodon\.example/oauth/authorize\S+")
OUT_OF_BAND = ("--redirect-uri", "urn:ietf:wg:oauth:2.0:oob")


@pytest.fixture
def person(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have somebody at the terminal who opens the address that is printed, agrees, and types the code."""
    said: list[str] = []
    monkeypatch.setattr("socialkit.cli._login.at_terminal", lambda: True)
    monkeypatch.setattr("socialkit.cli._login.say", said.append)
    monkeypatch.setenv("SOCIALKIT_KEY", TOKEN_KEY)

    def typed(question: str, **how: bool) -> str:
        assert how == {"hide_input": True, "err": True}, question
        parts = urlsplit(next(line for line in said if ADDRESS.fullmatch(line)))
        page = shop.world.simulator("mastodon").handle(SimRequest.of("GET", f"{parts.path}?{parts.query}"))
        shown = re.search(r"<code>([^<]+)</code>", page.body.decode())
        assert shown is not None, page.body
        said.append(shown[1])
        return shown[1]

    monkeypatch.setattr("typer.prompt", typed)
    return said


@pytest.fixture
def browser(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have somebody at the terminal whose browser opens what is printed, agrees, and is sent back."""
    pages: list[str] = []
    monkeypatch.setattr("socialkit.cli._login.at_terminal", lambda: True)
    monkeypatch.setenv("SOCIALKIT_KEY", TOKEN_KEY)

    def told(line: str) -> None:
        if ADDRESS.fullmatch(line):
            parts = urlsplit(line)
            request = SimRequest.of("GET", f"{parts.path}?{parts.query}")
            back = shop.world.simulator("mastodon").handle(request).headers["location"]
            pages.append(httpx.get(back).text)

    monkeypatch.setattr("socialkit.cli._login.say", told)
    return pages


def log_in(file: str, *more: str, shop: Shop) -> Said:
    Path("agency.toml").write_text(file, "utf-8")
    return shop.run("login", MAIN, "--json", *more)


def kept() -> sk.Stored | None:
    return sk.FileTokenStore("tokens.sealed", key=sk.SecretRef("env:SOCIALKIT_KEY")).load(MAIN)


def test_a_login_is_kept_where_the_file_says(shop: Shop, person: list[str]) -> None:
    said = log_in(TOKENS, *OUT_OF_BAND, shop=shop)
    stored = kept()

    assert said.exit is Exit.DONE
    assert said.items[0]["handle"] == "main"
    assert stored is not None
    assert stored.access_token is not None
    assert [
        secret for secret in (person[-1], stored.access_token.reveal()) if secret in said.out + said.err
    ] == []


def test_a_browser_on_this_machine_comes_back_to_a_page_that_waits(shop: Shop, browser: list[str]) -> None:
    said = log_in(TOKENS, shop=shop)

    assert said.exit is Exit.DONE
    assert said.items[0]["handle"] == "main"
    assert kept() is not None
    assert ["Back to the terminal" in page for page in browser] == [True]


@pytest.mark.parametrize(
    ("file", "status", "words"),
    [
        (TOKENS + 'id = "1789"\n', Exit.CONFIGURATION, "1789"),
        (TOKENS.replace("[tokens]", "[other]"), Exit.CONFIGURATION, "other"),
        ("[brands" + TOKENS.partition("[brands")[2], Exit.CONFIGURATION, "no place for tokens"),
        (TOKENS + 'access_token = "env:SOCIALKIT_ACME"\n', Exit.CONFIGURATION, "comes before a kept token"),
    ],
)
def test_nothing_is_kept_that_would_be_another_account_s_or_never_be_used(
    shop: Shop, person: list[str], file: str, status: Exit, words: str
) -> None:
    said = log_in(file, *OUT_OF_BAND, shop=shop)

    assert said.exit is status
    assert words in said.err
    assert not Path("tokens.sealed").exists()


def test_a_dry_run_asks_nobody_and_a_process_without_a_terminal_has_nobody_to_ask(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIALKIT_KEY", TOKEN_KEY)
    dry, nobody = log_in(TOKENS, "--dry-run", shop=shop), log_in(TOKENS, shop=shop)

    assert (dry.exit, nobody.exit) == (Exit.DONE, Exit.REFUSED)
    assert "run it in a terminal" in nobody.err
    assert not Path("tokens.sealed").exists()


def test_nobody_is_sent_to_log_in_before_it_is_known_that_their_token_can_be_kept(
    shop: Shop, person: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOCIALKIT_KEY")
    keyless = log_in(TOKENS, *OUT_OF_BAND, shop=shop)
    monkeypatch.setenv("SOCIALKIT_KEY", TOKEN_KEY)
    Path("tokens.sealed").write_text("these are words", "utf-8")
    spoilt = log_in(TOKENS, *OUT_OF_BAND, shop=shop)

    assert [one.exit for one in (keyless, spoilt)] == [Exit.CONFIGURATION] * 2
    assert person == []


def test_an_account_is_logged_in_by_the_login_that_the_file_names(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("socialkit.cli._login.at_terminal", lambda: True)
    monkeypatch.setattr("socialkit.cli._login.say", said.append)

    def typed(_question: str, **_how: bool) -> str:
        return "no code"

    monkeypatch.setattr("typer.prompt", typed)
    monkeypatch.setenv("SOCIALKIT_KEY", TOKEN_KEY)
    monkeypatch.setenv("SOCIALKIT_CLIENT_SECRET", "not-a-real-secret")
    account = '\nplatform = "instagram"\nclient_id = "17"\n'
    file = TOKENS.partition("\nplatform")[0] + account
    for text in (file, file + 'login = "instagram"\n'):
        Path("agency.toml").write_text(text, "utf-8")
        shop.run("login", "acme/instagram/main", "--json", *OUT_OF_BAND)

    facebook, instagram = [line for line in said if line.startswith("https://")]
    assert "scope=instagram_basic" in facebook
    assert instagram.startswith("https://www.instagram.com/oauth/authorize")
    assert "scope=instagram_business_basic" in instagram


def test_an_application_that_was_made_on_the_way_is_named_and_its_secret_is_not(
    shop: Shop, person: list[str]
) -> None:
    said = log_in(TOKENS, *OUT_OF_BAND, shop=shop)
    (app,) = {item["client_id"] for item in said.items}

    assert f"the application {app} was registered for this login alone" in said.err
    assert person != []


@pytest.mark.usefixtures("person")
def test_an_address_that_only_begins_like_this_machine_s_waits_for_no_browser_here(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def typed(question: str, **_how: bool) -> str:
        asked.append(question)
        return "no code"

    monkeypatch.setattr("typer.prompt", typed)
    log_in(TOKENS, "--redirect-uri", "http://localhost.evil.example/", shop=shop)

    assert asked == ["Code or address"]
