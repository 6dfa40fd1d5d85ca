"""Logging in from a terminal with a real browser, at servers that others wrote and at our simulators."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from socialkit import Sandbox
from socialkit.auth import Credentials
from socialkit.errors import APIError, ConfigurationError
from socialkit.platforms import _registry
from socialkit.platforms._login import Login
from socialkit.transport import reveal
from tests.conformance.test_pixelwall import installed, packages
from tests.live.chromium import Browser, chromium
from tests.live.servers.oauth import oauth
from tests.transport.loopback import Loopback, http

__all__ = ["installed", "packages"]

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("installed")]

HERE: Final = "http://127.0.0.1/back"
ARRIVED: Final = "document.querySelector('h1')?.innerText === 'Back to the terminal'"


@pytest.fixture(scope="module")
def browser(folder: Path) -> Iterator[Browser]:
    with chromium(folder) as running:
        yield running


@pytest.fixture(scope="module")
def provider(folder: Path) -> Iterator[str]:
    with oauth(folder) as url:
        yield url


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def blocking(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


async def in_terminal(blocking: bool, login: Login, browser: Browser) -> Credentials:
    if blocking:
        return login.in_terminal(browser.open)
    return await login.in_terminal_async(browser.open)


async def test_somebody_logs_in_at_a_server_of_others(
    browser: Browser, provider: str, blocking: bool
) -> None:
    login = Login("pixelwall", base_url=provider, client_id="app", client_secret="any", redirect_uri=HERE)
    credentials = await in_terminal(blocking, login, browser)
    browser.wait(ARRIVED)
    code = dict(parse_qsl(urlsplit(str(browser.run("location.href"))).query))["code"]

    assert len(reveal(credentials.access_token or "").split(".")) == 3  # a signed token, by that server
    assert "You can close this page" in browser.text()
    assert code not in str(browser.run("document.documentElement.outerHTML"))
    assert browser.run("document.scripts.length") == 0
    assert browser.spoken() == [
        ("RootWebArea", "Back to the terminal"),
        ("main", ""),
        ("heading", "Back to the terminal"),
    ]
    assert browser.run("document.documentElement.lang") == "en"
