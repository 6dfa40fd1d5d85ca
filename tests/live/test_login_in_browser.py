"""Logging in from a terminal with a real browser, at servers that others wrote and at our simulators."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from socialkit import Sandbox
from socialkit.auth import Credentials
from socialkit.errors import APIError, ConfigurationError
from socialkit.platforms._login import Login
from socialkit.transport import reveal
from tests.conformance.test_pixelwall import installed, packages
from tests.live.chromium import Browser, chromium
from tests.live.line import Line
from tests.live.servers.bluesky import BlueskyNetwork
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


def test_the_server_refuses_what_belongs_to_another_login(provider: str) -> None:
    login = Login("pixelwall", base_url=provider, client_id="app", client_secret="any", redirect_uri=HERE)
    (url, state), (other, _) = login.start(), login.start()
    ours, theirs = (redirected(one) for one in (url, other))
    query = {"code": theirs["code"], "state": ours["state"]}

    with pytest.raises(APIError, match="refused: 400"):
        login.finish(f"{HERE}?{urlencode(query)}", state)
    with pytest.raises(ConfigurationError, match="not this login's"):
        login.finish(f"{HERE}?{urlencode(theirs)}", state)
    assert login.finish(f"{HERE}?{urlencode(ours)}", state).access_token
    with pytest.raises(APIError):
        login.finish(f"{HERE}?{urlencode(ours)}", state)


def redirected(url: str) -> dict[str, str]:
    """Return what an address sends a browser back with."""
    answer = httpx.get(url, trust_env=False)
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


@pytest.mark.parametrize("platform", ["mastodon", "bluesky"])
async def test_somebody_logs_in_at_a_simulator(browser: Browser, blocking: bool, platform: str) -> None:
    with Sandbox(seed=4) as world, world.serve() as served:
        login = Login(platform, base_url=served.url(platform), redirect_uri=HERE)
        credentials = await in_terminal(blocking, login, browser)
        browser.wait(ARRIVED)

    assert credentials.access_token is not None


@pytest.mark.parametrize("agrees", [True, False])
async def test_somebody_logs_in_at_the_consent_page_of_the_real_network(
    browser: Browser, network: BlueskyNetwork, line: Line, blocking: bool, agrees: bool
) -> None:
    robin = network.join("robin")
    login = Login("bluesky", base_url=line.url, redirect_uri=HERE, scopes=["atproto", "transition:generic"])

    def show(url: str) -> None:
        browser.open(url)
        browser.press("Sign in")
        browser.write("input[type=password]", robin.password)
        browser.write("input[placeholder*=sername], input:not([type=password])", robin.handle)
        browser.press("Sign in")
        browser.press("Authorize" if agrees else "Deny access")

    if agrees:
        credentials = login.in_terminal(show) if blocking else await login.in_terminal_async(show)
        assert (credentials.account_id, credentials.token_type) == (robin.did, "DPoP")
    else:
        with pytest.raises(ConfigurationError, match="refused: access_denied"):
            _ = login.in_terminal(show) if blocking else await login.in_terminal_async(show)
    browser.wait(ARRIVED)


CONSENT: Final = "<!doctype html><form method=post><button>Agree</button></form>"


class Wall:
    """A server whose page asks for consent with a form, as most do; beside it, a page of an enemy."""

    def __init__(self) -> None:
        self.back = ""

    def reply(self, request: bytes) -> bytes:
        method, target, _ = request.decode().partition("\r\n")[0].split(" ")
        query = dict(parse_qsl(urlsplit(target).query))
        if target.startswith("/token"):
            return http(b'{"access_token": "not-a-real-token"}')
        if target.startswith("/enemy"):
            return http(ENEMY.replace("HERE", self.back).encode(), 200, "Content-Type: text/html")
        if not target.startswith("/authorize"):
            return http(b"", 404)
        self.back = f"{query['redirect_uri']}?{urlencode({'code': 'made-up', 'state': query['state']})}"
        if method == "GET":
            return http(CONSENT.encode(), 200, "Content-Type: text/html")
        return http(b"", 302, f"Location: {self.back}")


ENEMY: Final = """<!doctype html><title>Enemy</title><script>
const url = "HERE".replaceAll("&amp;", "&"), done = []
const note = name => () => { done.push(name); document.title = done.sort().join(" ") }
onload = () => {
  for (const tag of ["img", "iframe", "script"]) {
    const one = document.createElement(tag)
    one.onload = one.onerror = note(tag)
    one.src = url
    document.body.append(one)
  }
  fetch(url).then(note("read"), note("fetch"))
  fetch(url, {mode: "no-cors"}).then(note("blind"), note("blind"))
  fetch(url, {method: "POST", body: "x"}).then(note("read"), note("post"))
}
</script><body></body>"""


async def test_other_pages_of_the_browser_do_not_end_a_login_and_a_form_of_consent_does(
    browser: Browser, blocking: bool
) -> None:
    wall = Wall()
    tried: list[str] = []

    def show(url: str) -> None:
        browser.open(url)
        browser.wait("document.querySelector('button')?.innerText")
        browser.open(f"{server.url}/enemy")
        tried.append(browser.wait("document.title.split(' ').length === 6 && document.title"))
        browser.open(url)
        browser.press("Agree")

    with Loopback(wall.reply) as server:
        login = Login("pixelwall", base_url=server.url, client_id="app", redirect_uri=HERE)
        if blocking:
            credentials = login.in_terminal(show)
        else:
            credentials = await login.in_terminal_async(show)
        browser.wait(ARRIVED)

    assert tried == ["blind fetch iframe img post script"]
    assert reveal(credentials.access_token or "") == "not-a-real-token"
    assert sum(b"POST /token" in one for one in server.requests) == 1
