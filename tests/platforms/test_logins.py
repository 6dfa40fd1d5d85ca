"""Logins of every platform at its simulator: in a terminal, and with whatever somebody may bring instead."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import socialkit as sk
from socialkit.auth import Credentials, LoginState
from socialkit.errors import AuthenticationError, ConfigurationError, RequestTimeoutError, SocialKitError
from socialkit.operations import Async, Sync
from socialkit.platforms._login import Login
from socialkit.platforms.instagram import INSTAGRAM_SCOPES
from socialkit.sandbox import Sandbox, SimRequest
from socialkit.sandbox.facebook._state import APP_ID, APP_SECRET
from socialkit.sandbox.threads._state import APP_ID as THREADS_ID
from socialkit.sandbox.threads._state import APP_SECRET as THREADS_SECRET
from socialkit.testing._transports import RecordingTransport
from socialkit.transport import Secret, default_transport, reveal

pytest.importorskip("cryptography", reason="the extra `auth` is not installed")

BACK = "https://shop.example/back"
HERE = "http://127.0.0.1/back"
CLIENT = "https://shop.example/client.json"
META = {"client_id": APP_ID, "client_secret": APP_SECRET}
APPS: dict[str, dict[str, Any]] = {
    "facebook": META,
    "instagram": META,
    "threads": {"client_id": THREADS_ID, "client_secret": THREADS_SECRET},
}
"""By platform the app for which people can log in at its simulator."""


@dataclass
class Scene:
    """Somebody, their browser, and an application that lets them log in."""

    world: Sandbox
    platform: str
    blocking: bool
    transport: Any

    def login(self, back: str = BACK, **more: Any) -> Login:
        arguments: dict[str, Any] = {
            "base_url": self.world.address(self.platform),
            "client_id": CLIENT if self.platform == "bluesky" and back == BACK else None,
            "redirect_uri": back,
            "transport": self.transport,
        }
        return Login(self.platform, **(arguments | more))

    def agree(self, url: str) -> str:
        """Agree, and return where the browser is sent."""
        parts = urlsplit(url)
        answer = self.world.simulator(self.platform).handle(
            SimRequest.of("GET", f"{parts.path}?{parts.query}")
        )
        return answer.headers["location"]

    def visit(self, url: str) -> None:
        """Agree, and go where the browser is sent."""
        self.status = go(self.agree(url))

    async def start(self, login: Login) -> tuple[str, LoginState]:
        url, state = login.start() if self.blocking else await login.start_async()
        return url, LoginState.loads(state.dumps())

    async def finish(self, login: Login, back: str, state: LoginState) -> Credentials:
        return login.finish(back, state) if self.blocking else await login.finish_async(back, state)

    async def in_terminal(self, login: Login, **more: Any) -> Credentials:
        show: Callable[[str], object] = more.pop("show", self.visit)
        if self.blocking:
            return login.in_terminal(show, **more)
        return await login.in_terminal_async(show, **more)

    def sent_a_code(self) -> bool:
        return any(one.url.endswith("/oauth/token") for one in self.transport.requests)


def go(url: str) -> int:
    """Open an address of this machine as a browser does; return the status."""
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        line.request("GET", f"{parts.path}?{parts.query}", headers={"Sec-Fetch-Dest": "document"})
        answer = line.getresponse()
        assert b"The answer of" in answer.read() or answer.status != 200
        return answer.status
    finally:
        line.close()


@pytest.fixture(params=["mastodon", "bluesky"])
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def scene(request: pytest.FixtureRequest, platform: str) -> Iterator[Scene]:
    with Sandbox(seed=9) as world, world.install():
        transport = RecordingTransport(default_transport(Sync if request.param else Async, platform))
        yield Scene(world, platform, request.param, transport)


async def test_somebody_logs_in_in_a_terminal(scene: Scene) -> None:
    credentials = await scene.in_terminal(scene.login(HERE))

    assert scene.status == 200
    address = scene.world.address(scene.platform)
    with sk.connect(scene.platform, credentials, base_url=address) as client:
        assert isinstance(client, sk.HasAccount)
        assert client.account.me().handle.partition(".")[0] == "main"


async def test_strangers_at_the_door_do_not_end_a_login_in_a_terminal(scene: Scene) -> None:
    seen: list[int] = []

    def show(url: str) -> None:
        back = scene.agree(url)
        query = dict(parse_qsl(urlsplit(back).query))
        here = back.partition("?")[0]
        strangers = ({"state": "another"}, {"code": ""})
        seen.extend(go(f"{here}?{urlencode(query | strange)}") for strange in strangers)
        seen.append(go(back.replace("/back", "/elsewhere")))
        seen.append(go(back))

    credentials = await scene.in_terminal(scene.login(HERE), show=show)

    assert seen == [400, 400, 404, 200]
    assert credentials.access_token is not None


async def test_a_terminal_does_not_wait_for_ever_and_leaves_no_door_open(scene: Scene) -> None:
    shown: list[str] = []
    login = (
        scene.login(HERE, client_id="http://localhost") if scene.platform == "bluesky" else scene.login(HERE)
    )
    with pytest.raises(RequestTimeoutError, match="nobody came back"):
        await scene.in_terminal(login, show=shown.append, patience=timedelta(0))

    back = scene.agree(shown[0])
    with pytest.raises(ConnectionRefusedError):
        go(back)
    assert not scene.sent_a_code()


async def test_a_browser_that_cannot_be_opened_leaves_no_door_open(scene: Scene) -> None:
    seen: list[str] = []

    def show(url: str) -> None:
        seen.append(url)
        raise OSError("no browser")

    with pytest.raises(OSError, match="no browser"):
        await scene.in_terminal(scene.login(HERE), show=show)
    with pytest.raises(ConnectionRefusedError):
        go(scene.agree(seen[0]))


async def test_only_this_machine_is_waited_at(scene: Scene) -> None:
    with pytest.raises(ConfigurationError, match="does not lead to this machine"):
        await scene.in_terminal(scene.login(BACK), show=pytest.fail)
    assert scene.transport.requests == []


# What somebody may bring instead ---------------------------------------------------------------


def changed(back: str, **values: str) -> str:
    query = dict(parse_qsl(urlsplit(back).query)) | values
    return f"{BACK}?{urlencode(query)}"


def code_of(back: str) -> str:
    return dict(parse_qsl(urlsplit(back).query))["code"]


Attack = Callable[[str, str, LoginState, LoginState], tuple[str, LoginState]]
ATTACKS: dict[str, tuple[Attack, type[SocialKitError], bool]] = {
    "the state of another brand": (lambda ours, _, __, other: (ours, other), ConfigurationError, False),
    "the answer of another brand": (lambda _, theirs, state, __: (theirs, state), ConfigurationError, False),
    "the code of another brand": (
        lambda ours, theirs, state, _: (changed(ours, code=code_of(theirs)), state),
        AuthenticationError,
        True,
    ),
    "another state": (
        lambda ours, _, state, __: (changed(ours, state="x"), state),
        ConfigurationError,
        False,
    ),
    "another verifier": (
        lambda ours, _, state, other: (ours, replace(state, code_verifier=other.code_verifier)),
        AuthenticationError,
        True,
    ),
    "the state of another server": (
        lambda ours, _, state, __: (ours, replace(state, base_url="https://evil.example")),
        ConfigurationError,
        False,
    ),
    "the state of another platform": (
        lambda ours, _, state, __: (ours, replace(state, platform="pixelwall")),
        ConfigurationError,
        False,
    ),
    "the state of another application": (
        lambda ours, _, state, __: (ours, replace(state, client_id="another")),
        ConfigurationError,
        False,
    ),
    "a state without a nonce": (
        lambda ours, _, state, __: (changed(ours, state=""), replace(state, nonce=Secret(""))),
        ConfigurationError,
        False,
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_no_other_answer_ends_a_login(scene: Scene, attack: str) -> None:
    change, kind, sent = ATTACKS[attack]
    app: dict[str, Any] = {}
    if scene.platform == "mastodon":  # an application that the server knows, as an agency has one for all
        _, known = scene.login().start() if scene.blocking else await scene.login().start_async()
        app = {"client_id": known.client_id, "client_secret": known.client_secret}
    login = scene.login(**app)
    (url, state), (other_url, other) = await scene.start(login), await scene.start(login)
    back, kept = change(scene.agree(url), scene.agree(other_url), state, other)

    with pytest.raises(kind):
        await scene.finish(login, back, kept)
    assert scene.sent_a_code() is sent


async def test_what_is_kept_of_a_login_holds_no_secret_of_the_application(scene: Scene) -> None:
    _, known = await scene.start(scene.login())
    secret = known.client_secret or Secret("made-up secret")
    app: dict[str, Any] = {"client_id": known.client_id, "client_secret": secret}
    login = scene.login(**app)
    url, state = await scene.start(login)
    credentials = await scene.finish(scene.login(**app), scene.agree(url), state)

    assert state.client_secret is None
    assert reveal(secret) not in state.dumps()
    assert credentials.access_token is not None


async def test_an_answer_counts_once(scene: Scene) -> None:
    login = scene.login()
    url, state = await scene.start(login)
    back = scene.agree(url)
    await scene.finish(login, back, state)

    with pytest.raises(AuthenticationError):
        await scene.finish(login, back, state)


FIELDS = [
    *("platform", "client_id", "redirect_uri", "created_at", "base_url", "scopes", "issuer", "names_issuer"),
    *("extra", "nonce", "code_verifier", "client_secret", "proof_key", "token_secret", "new"),
]
SMALL = st.dictionaries(st.text(max_size=3), st.integers(), max_size=2) | st.lists(st.integers(), max_size=2)


@settings(max_examples=25, deadline=None)
@given(
    platform=st.sampled_from(["bluesky", "mastodon"]),
    field=st.sampled_from(FIELDS),
    value=st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=6) | SMALL,
)
def test_a_saved_login_that_somebody_changed_ends_in_an_error_of_ours(
    platform: str, field: str, value: Any
) -> None:
    with Sandbox(seed=9) as world, world.install():
        app = CLIENT if platform == "bluesky" else None
        login = Login(platform, base_url=world.address(platform), client_id=app, redirect_uri=BACK)
        _, state = login.start()
        text = json.dumps(json.loads(state.dumps()) | {field: value})
        iss = state.issuer or ""
        back = f"{BACK}?{urlencode({'code': 'made-up', 'state': state.nonce.reveal(), 'iss': iss})}"
        with pytest.raises(SocialKitError) as caught:
            login.finish(back, LoginState.loads(text))

    assert state.nonce.reveal() not in str(caught.value)


async def test_a_login_that_is_cancelled_leaves_no_door_open() -> None:
    with Sandbox(seed=9) as world, world.install():
        login = Login("mastodon", base_url=world.address("mastodon"), redirect_uri=HERE)
        loop, seen = asyncio.get_running_loop(), asyncio.Queue[str]()
        waiting = asyncio.create_task(
            login.in_terminal_async(lambda url: loop.call_soon_threadsafe(seen.put_nowait, url))
        )
        asked = parse_qsl(urlsplit(await seen.get()).query)
        waiting.cancel()

        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(ConnectionRefusedError):
            go(dict(asked)["redirect_uri"])


def test_scopes_may_stand_in_one_text() -> None:
    with sk.Sandbox() as world, world.install():
        address = world.address("mastodon")
        asked = [
            sk.Login(
                "mastodon", base_url=address, redirect_uri="https://shop.example/back", scopes=given
            ).start()[0]
            for given in ("read write", ["read", "write"], ["read\twrite"])
        ]

    assert [dict(parse_qsl(urlsplit(url).query))["scope"] for url in asked] == ["read write"] * 3


def test_a_state_that_was_not_read_back_is_refused() -> None:
    with sk.Sandbox() as world, world.install():
        login = sk.Login("mastodon", base_url=world.address("mastodon"), redirect_uri=BACK)
        url, state = login.start()
        text: Any = state.dumps()
        with pytest.raises(TypeError, match="state must be of type LoginState"):
            login.finish(url, text)


@pytest.mark.parametrize(
    ("platform", "scopes"),
    [("facebook", ()), ("instagram", ()), ("instagram", INSTAGRAM_SCOPES), ("threads", ()), ("x", ())],
)
@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "async"])
async def test_a_login_ends_where_it_began_when_nobody_names_the_platform_s_own_address(
    platform: str, scopes: tuple[str, ...], blocking: bool
) -> None:
    with Sandbox() as world, world.install():
        simulator: Any = world.simulator(platform)
        simulator.connection("main")
        app: dict[str, Any] = APPS.get(platform) or simulator.app()
        login = Login(platform, redirect_uri=BACK, scopes=scopes, **app)
        url, state = login.start() if blocking else await login.start_async()
        kept = LoginState.loads(state.dumps())  # as a web application keeps it until they are back
        parts = urlsplit(url)
        back = simulator.handle(SimRequest.of("GET", f"{parts.path}?{parts.query}")).headers["location"]
        address = "https://another.example"
        elsewhere = Login(platform, redirect_uri=BACK, scopes=scopes, base_url=address, **app)
        with pytest.raises(ConfigurationError, match="another platform or server"):
            await elsewhere.finish_async(back, kept)
        again = Login(platform, redirect_uri=BACK, scopes=scopes, **app)
        guess = f"{BACK}?{urlencode({'code': 'made-up', 'state': dict(parse_qsl(parts.query))['state']})}"
        with pytest.raises(AuthenticationError) as caught:
            _ = again.finish(guess, kept) if blocking else await again.finish_async(guess, kept)
        assert "made-up" not in str(caught.value)
        found = again.finish(back, kept) if blocking else await again.finish_async(back, kept)

    assert found.access_token is not None
    assert found.scopes
