"""OAuth 1.0a: signatures that others compute too, and a login at a server that others wrote."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oauthlib.oauth1.rfc5849 import signature

import socialkit as sk
from socialkit.auth import (
    OUT_OF_BAND,
    TOKEN_SECRET,
    Credentials,
    LoginState,
    MemoryTokenStore,
    OAuth1,
    OAuth1Keys,
    Stored,
    parse_callback,
    sign_oauth1,
)
from socialkit.auth._oauth1 import base_string, quote_oauth1
from socialkit.errors import AuthenticationError, ConfigurationError, SocialKitError, UnexpectedResponseError
from socialkit.operations import Async, Sync, finish
from socialkit.platforms import _registry
from socialkit.transport import (
    AsyncTransport,
    BlockingTransport,
    Pipeline,
    Request,
    Retry,
    Secret,
    Transport,
    reveal,
)
from tests.auth.oldwall import CONSUMER, CONSUMER_SECRET, OldWall, serve
from tests.auth.support import KEY, NOON, shown
from tests.conformance.test_pixelwall import write_package
from tests.support import corpus
from tests.transport.loopback import Loopback

KEYS = OAuth1Keys(
    client_id=CONSUMER,
    client_secret=Secret(CONSUMER_SECRET),
    token=Secret("token of main"),
    token_secret=Secret("secret/of+main"),
)
THEIRS: Any = signature
BACK = "https://shop.example/back"
OTHER_HOSTS = {"http://IGNORE.example.com", "http:///path"}
"""Vectors in which a `Host` header overrides the address: our transport makes that header of the address."""
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
PAIRS = st.lists(st.tuples(WORDS, WORDS), max_size=4)


def header(request: Request) -> dict[str, str]:
    """Read a header as a server does."""
    scheme, _, rest = reveal(request.headers["Authorization"]).partition(" ")
    assert scheme == "OAuth"
    pairs = (part.partition("=") for part in rest.split(", "))
    return {unquote(name): unquote(value.strip('"')) for name, _, value in pairs}


# Signatures -----------------------------------------------------------------------------------


def test_a_vendors_example_has_the_signature_that_the_vendor_publishes() -> None:
    vector = json.loads(corpus("x", "oauth1-vectors", "oauth1-hmac-sha1.json").read_text())
    oauth = vector["oauth"]
    request = Request(
        method=vector["method"],
        url=vector["base_url"],
        params=tuple(vector["query"].items()),
        form=tuple(vector["form"].items()),
    )
    keys = OAuth1Keys(
        client_id=oauth["oauth_consumer_key"],
        client_secret=Secret(vector["published_example_consumer_secret"]),
        token=Secret(oauth["oauth_token"]),
        token_secret=Secret(vector["published_example_token_secret"]),
    )
    now = datetime.fromtimestamp(int(oauth["oauth_timestamp"]), UTC)
    signed = header(sign_oauth1(request, keys, now=now, nonce=oauth["oauth_nonce"]))

    assert signed.pop("oauth_signature") == vector["signature"]
    assert signed == oauth
    assert base_string(request, list(oauth.items())) == vector["signature_base_string"]


def test_the_example_of_the_rfc_has_its_base_string() -> None:
    vector = json.loads(corpus("common", "oauth1-vectors", "rfc5849-example.json").read_text())
    protocol = [(name, value) for name, value in vector["params"] if name.startswith("oauth_")]
    body: str = vector["body"]
    form = tuple(parse_qsl(body, keep_blank_values=True))
    request = Request(
        method=vector["http_method"], url=f"{vector['base_string_uri']}?{vector['uri_query']}", form=form
    )

    assert base_string(request, protocol) == vector["signature_base_string"]


def base_cases() -> list[Any]:
    """Return the recorded addresses; those behind another `Host` stand apart, for no request of ours is."""
    cases = json.loads(corpus("common", "oauth1-vectors", "base-string-uri.json").read_text())["cases"]
    assert {one["uri"] for one in cases if one["host_header"] is not None} == OTHER_HOSTS
    return [one for one in cases if one["uri"] not in OTHER_HOSTS]


def test_addresses_are_signed_as_they_are_recorded() -> None:
    cases = base_cases()
    signed = [base_string(Request(method="GET", url=one["uri"]), []).split("&")[1] for one in cases]

    assert [unquote(one) for one in signed] == [one["expected"] for one in cases]
    assert len(cases) == 16


@pytest.mark.parametrize("path", ["a%2Fb", "a%20b", "a b", "é", "@me:1,2;3(4)!$'*+=~|[^]"])
def test_a_path_is_signed_as_it_is_sent(path: str) -> None:
    url = f"https://x.example/{path}"
    sent = httpx.URL(url).raw_path.decode()

    assert (
        unquote(base_string(Request(method="GET", url=url), []).split("&")[1]) == f"https://x.example{sent}"
    )


def test_texts_are_quoted_as_the_vendor_shows() -> None:
    examples = json.loads(corpus("x", "oauth1-vectors", "percent-encoding.json").read_text())["examples"]

    assert [quote_oauth1(text) for text, _ in examples] == [quoted for _, quoted in examples]
    assert len(examples) == 4


@settings(max_examples=40, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "delete"]),
    params=PAIRS,
    form=PAIRS,
    port=st.sampled_from(["", ":80", ":8080"]),
)
def test_a_signature_is_one_that_oauthlib_accepts(
    method: str, params: list[tuple[str, str]], form: list[tuple[str, str]], port: str
) -> None:
    request = Request(
        method=method, url=f"http://OldWall.example{port}/a%2Fb/é", params=tuple(params), form=tuple(form)
    )
    signed = sign_oauth1(request, KEYS, now=NOON, extra=(("oauth_callback", BACK),))
    carried = {"Authorization": reveal(signed.headers["Authorization"])}
    if form:
        carried["Content-Type"] = "application/x-www-form-urlencoded"
    collected = THEIRS.collect_parameters(
        uri_query=urlsplit(request.target()).query, body=urlencode(form), headers=carried
    )
    asked = SimpleNamespace(
        http_method=method,
        uri=str(httpx.URL(request.target())),  # as it is sent
        headers={},
        params=collected,
        signature=header(signed)["oauth_signature"],
    )

    assert THEIRS.verify_hmac_sha1(asked, CONSUMER_SECRET, reveal(KEYS.token_secret or ""))
    assert not THEIRS.verify_hmac_sha1(asked, CONSUMER_SECRET, "another")


def test_files_and_json_are_not_signed_and_nothing_is_shown() -> None:
    plain = Request(method="POST", url="https://oldwall.example/notes")
    first = sign_oauth1(plain, KEYS, now=NOON, nonce="once")
    second = sign_oauth1(plain.replace(json={"text": "Hello"}), KEYS, now=NOON, nonce="once")
    again = sign_oauth1(first, KEYS, now=NOON)

    assert first.headers == second.headers
    assert again.headers != first.headers
    assert set(again.headers) == {"Authorization"}
    assert "of main" not in repr((KEYS, first.headers))


# Logging in -----------------------------------------------------------------------------------


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def blocking(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def wall() -> OldWall:
    return OldWall()


@pytest.fixture
def server(wall: OldWall) -> Iterator[Loopback]:
    with serve(wall) as running:
        yield running


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The platform, as another package brings it."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    write_package(tmp_path, "oldwall = tests.auth.oldwall:REGISTRATION")
    _registry._all.cache_clear()
    yield
    _registry._all.cache_clear()


def login_at(server: Loopback, back: str = BACK) -> sk.Login:
    return sk.Login(
        "oldwall",
        base_url=server.url,
        client_id=CONSUMER,
        client_secret=CONSUMER_SECRET,
        redirect_uri=back,
    )


def agree(url: str) -> str:
    """Agree, and return where the browser is sent."""
    answer = httpx.get(url, trust_env=False, verify=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def visit(url: str) -> None:
    """Agree, and go where the browser is sent."""
    page = httpx.get(agree(url), trust_env=False, verify=False)
    assert page.status_code == 200


async def logged_in(blocking: bool, login: sk.Login, person: Callable[[str], str] = agree) -> Credentials:
    url, state = login.start() if blocking else await login.start_async()
    state = LoginState.loads(state.dumps())
    back = person(url)
    return login.finish(back, state) if blocking else await login.finish_async(back, state)


@pytest.mark.parametrize(
    "back",
    [
        BACK,
        "http://127.0.0.1/",
    ],
)
async def test_somebody_logs_in_and_requests_are_signed_for_them(
    blocking: bool, server: Loopback, wall: OldWall, back: str
) -> None:
    login = login_at(server, back)
    if back == BACK:
        credentials = await logged_in(blocking, login)
    else:
        credentials = login.in_terminal(visit) if blocking else await login.in_terminal_async(visit)
    caller = Caller(blocking, server, credentials)
    status = await caller.status()
    await caller.close()

    assert credentials.account_id == "7"
    assert {reveal(credentials.access_token or "")} == set(wall.granted)
    assert "Secret('***')" in repr(credentials.extra[TOKEN_SECRET])
    assert status == 200


class Caller:
    """Sends signed requests in one mode."""

    def __init__(
        self,
        blocking: bool,
        server: Loopback,
        credentials: Credentials,
        store: MemoryTokenStore | None = None,
    ) -> None:
        transport: Transport = BlockingTransport() if blocking else AsyncTransport()
        signer = OAuth1(credentials, key=KEY, mode=Sync if blocking else Async, tokens=store)
        self._blocking = blocking
        self._pipeline = Pipeline(
            transport,
            platform="oldwall",
            base_url=server.url,
            authenticator=signer,
            retry=Retry(attempts=1),
        )

    async def status(self) -> int:
        """What the server answers to a request with something in every place."""
        params, form = (("q", "a b+c~"), ("q", "")), (("text", "Grün & ~blau"),)
        call = self._pipeline.send(Request(method="POST", url="notes/a%2Fb", params=params, form=form))
        try:
            return (finish(call) if self._blocking else await call).status
        except AuthenticationError as error:
            return error.status

    async def close(self) -> None:
        closing = self._pipeline.close()
        finish(closing) if self._blocking else await closing


async def test_a_token_that_was_taken_back_is_tried_once_and_a_newer_one_of_the_store_is_used(
    blocking: bool, server: Loopback, wall: OldWall
) -> None:
    store, app = MemoryTokenStore(), Credentials(client_id=CONSUMER, client_secret=CONSUMER_SECRET)
    old = (await logged_in(blocking, login_at(server))).to_stored()
    store.swap(KEY, None, Stored.loads(old.dumps()))
    caller = Caller(blocking, server, app, store)
    first = await caller.status()
    wall.granted.clear()
    asked = len(server.requests)
    refused, asked = await caller.status(), len(server.requests) - asked
    store.swap(KEY, old, (await logged_in(blocking, login_at(server))).to_stored())
    later = await caller.status()
    await caller.close()

    assert (first, refused, asked, later) == (200, 401, 1, 200)


def test_what_is_missing_is_told_before_anything_is_sent(server: Loopback) -> None:
    lacking: list[Callable[[], object]] = [
        lambda: sk.Login("oldwall", base_url=server.url, client_id=CONSUMER, redirect_uri=BACK).start(),
        lambda: OAuth1(Credentials(access_token="x"), key="a", mode=Sync),
    ]
    for call in lacking:
        with pytest.raises(ConfigurationError, match="client_secret"):
            call()

    keyless = Credentials(access_token="x", client_id="shop", client_secret="made-up")
    with pytest.raises(ConfigurationError, match="secret of the access token"):
        finish(
            OAuth1(keyless, key="a", mode=Sync).sign(
                Request(method="GET", url="https://x.example"), BlockingTransport()
            )
        )
    assert server.requests == []


def other(server: Loopback) -> str:
    """The callback of somebody else's login."""
    url, _ = login_at(server).start()
    return agree(url)


def swapped(server: Loopback, back: str, name: str) -> str:
    """Put a parameter of another login's callback in the place of ours."""
    theirs_, ours = (dict(parse_qsl(urlsplit(one).query)) for one in (other(server), back))
    return f"{BACK}?{urlencode(ours | {name: theirs_[name]})}"


ATTACKS: dict[str, tuple[Callable[[Loopback, str], str], type[SocialKitError], int]] = {
    "another login's answer": (lambda server, _: other(server), ConfigurationError, 0),
    "another login's verifier": (
        lambda server, back: swapped(server, back, "oauth_verifier"),
        AuthenticationError,
        1,
    ),
    "another login's token": (
        lambda server, back: swapped(server, back, "oauth_token"),
        ConfigurationError,
        0,
    ),
    "no verifier": (
        lambda _, back: back.split("&oauth_verifier")[0].replace("oauth_verifier", "x"),
        ConfigurationError,
        0,
    ),
    "two tokens": (lambda _, back: f"{back}&oauth_token=other", ConfigurationError, 0),
    "a code and state": (
        lambda _, back: f"{BACK}?code=1&state={dict(parse_qsl(urlsplit(back).query))['oauth_token']}",
        ConfigurationError,
        0,
    ),
    "refused": (
        lambda _, back: f"{BACK}?denied={dict(parse_qsl(urlsplit(back).query))['oauth_token']}",
        ConfigurationError,
        0,
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_no_other_answer_ends_a_login(
    blocking: bool, server: Loopback, wall: OldWall, attack: str
) -> None:
    change, kind, exchanges = ATTACKS[attack]
    with pytest.raises(kind) as caught:
        await logged_in(blocking, login_at(server), lambda url: change(server, agree(url)))

    assert wall.granted == {}
    assert sum(b"POST /oauth/access_token" in one for one in server.requests) == exchanges
    assert not any(token in shown(caught.value) for token in wall.pending)


def test_an_answer_counts_once(server: Loopback, wall: OldWall) -> None:
    login = login_at(server)
    url, state = login.start()
    back = agree(url)
    login.finish(back, state)

    with pytest.raises(AuthenticationError):
        login.finish(back, state)
    assert len(wall.granted) == 1


def test_a_platform_that_confirms_no_address_is_refused(server: Loopback, wall: OldWall) -> None:
    wall.confirms = False
    with pytest.raises(UnexpectedResponseError, match="did not confirm"):
        login_at(server).start()


def test_a_number_that_somebody_copies_is_the_verifier(server: Loopback, wall: OldWall) -> None:
    _, state = login_at(server, OUT_OF_BAND).start()

    (pending,) = wall.pending.values()
    assert pending["back"] == "oob"
    assert parse_callback(" 1234567 ", state, now=state.created_at) == Secret("1234567")


def test_another_secret_of_the_application_is_refused(server: Loopback, wall: OldWall) -> None:
    login = sk.Login(
        "oldwall", base_url=server.url, client_id=CONSUMER, client_secret="wrong", redirect_uri=BACK
    )
    with pytest.raises(AuthenticationError):
        login.start()
    assert wall.pending == {}
