"""`login` where people register an app by themselves: its id and secret may stand beside the account."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import socialkit as sk
from socialkit.cli._exits import Exit
from socialkit.sandbox import SimRequest
from socialkit.sandbox.facebook._state import APP_ID, APP_SECRET
from socialkit.sandbox.threads._state import APP_ID as THREADS_ID
from socialkit.sandbox.threads._state import APP_SECRET as THREADS_SECRET
from tests.auth.places import TOKEN_KEY
from tests.cli.conftest import Shop

FILE = """
[tokens]
store = "file"
path = "tokens.sealed"
key = "env:SOCIALKIT_KEY"
[brands.acme]
zone = "UTC"
[[brands.acme.accounts]]
platform = "{platform}"
"""
OF_META = f'client_id = "{APP_ID}"\napp_secret = "env:APP_SECRET"\n'


@pytest.mark.parametrize(
    ("platform", "app", "more"),
    [
        ("facebook", OF_META, ()),
        ("instagram", OF_META, ()),
        ("instagram", f'login = "instagram"\n{OF_META}', ()),
        ("x", 'client_id = "{client_id}"\nclient_secret = "env:APP_SECRET"\n', ()),
        ("threads", "", ("--client-id", THREADS_ID)),
    ],
)
def test_an_app_s_own_id_and_secret_stand_in_the_file_and_the_token_does_not(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, platform: str, app: str, more: tuple[str, ...]
) -> None:
    simulator: Any = shop.world.simulator(platform)
    own_login = 'login = "instagram"' in app
    if own_login:
        simulator.login = "instagram"
    simulator.connection("main")
    known: dict[str, str] = simulator.app() if platform == "x" else {}
    monkeypatch.setenv("APP_SECRET", known.get("client_secret", APP_SECRET))
    monkeypatch.setenv("SOCIALKIT_KEY", TOKEN_KEY)
    if more:  # the class takes no app: it renews without one
        monkeypatch.setenv("SOCIALKIT_CLIENT_SECRET", THREADS_SECRET)
    said: list[str] = []

    def pasted(_question: str, **_how: bool) -> str:
        parts = urlsplit(next(line for line in said if line.startswith("https://")))
        asked = SimRequest.of("GET", f"{parts.path}?{parts.query}")
        return str(simulator.handle(asked).headers["location"])

    monkeypatch.setattr("socialkit.cli._login.at_terminal", lambda: True)
    monkeypatch.setattr("socialkit.cli._login.say", said.append)
    monkeypatch.setattr("typer.prompt", pasted)
    Path("agency.toml").write_text(FILE.format(platform=platform) + app.format(**known), "utf-8")
    key = f"acme/{platform}/main"
    back = ("--redirect-uri", "https://shop.example/back")
    told = shop.run("login", key, "--json", *back, *more)
    kept = sk.FileTokenStore("tokens.sealed", key=TOKEN_KEY).load(key)

    assert told.exit is Exit.DONE, told.err
    assert told.items[0]["handle"] == "main"
    assert kept is not None
    assert kept.scopes
    assert any(scope.startswith("instagram_business_") for scope in kept.scopes) == own_login
    of_a_page = platform in {"facebook", "instagram"} and not own_login  # such a token has no end
    assert (kept.expires_at is None) == of_a_page
    assert kept.access_token is not None
    assert kept.access_token.reveal() not in told.out + told.err
