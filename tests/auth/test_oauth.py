from __future__ import annotations

import dataclasses
import hashlib
import json
import string
from base64 import urlsafe_b64decode
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import assume
from hypothesis import given as given_that
from hypothesis import strategies as st

from socialkit.auth import (
    PKCE,
    LoginState,
    authorize_url,
    make_nonce,
    refresh_request,
    token_request,
)
from socialkit.errors import ConfigurationError
from socialkit.transport import Safety, Secret
from tests.auth.support import BACK, NOON, VERIFIER, state

UNRESERVED = string.ascii_letters + string.digits + "-._~"


def test_challenge_is_that_of_the_rfc() -> None:
    assert PKCE(Secret(VERIFIER)).challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@given_that(st.text(UNRESERVED, min_size=43, max_size=128))
def test_challenge_is_the_digest_of_the_verifier(verifier: str) -> None:
    challenge = PKCE(Secret(verifier)).challenge

    assert urlsafe_b64decode(challenge + "=") == hashlib.sha256(verifier.encode()).digest()
    assert set(challenge) <= set(UNRESERVED)


@given_that(st.text(UNRESERVED, max_size=42) | st.text(UNRESERVED, min_size=129, max_size=140))
def test_verifier_of_a_wrong_length_is_refused(verifier: str) -> None:
    with pytest.raises(ConfigurationError, match="43 to 128"):
        PKCE(Secret(verifier))


@given_that(st.text(UNRESERVED, min_size=42, max_size=127), st.characters(), st.integers(0, 42))
def test_verifier_with_another_character_is_refused(verifier: str, other: str, place: int) -> None:
    assume(other not in UNRESERVED)

    with pytest.raises(ConfigurationError):
        PKCE(Secret(verifier[:place] + other + verifier[place:]))


def test_generated_pairs_and_nonces_differ() -> None:
    assert len({PKCE.generate().verifier for _ in range(50)}) == 50
    assert len({make_nonce() for _ in range(50)}) == 50


def test_authorize_address_carries_what_the_platform_needs() -> None:
    url = authorize_url(
        "https://pixelwall.example/oauth/authorize?lang=fr", state(), extra={"force_login": "true"}
    )

    assert parse_qs(urlsplit(url).query) == {
        "lang": ["fr"],
        "response_type": ["code"],
        "client_id": ["shop"],
        "redirect_uri": [BACK],
        "scope": ["read write:posts"],
        "state": ["nonce-of-login"],
        "code_challenge": ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
        "code_challenge_method": ["S256"],
        "force_login": ["true"],
    }


def test_authorize_address_never_carries_the_secret_or_the_verifier() -> None:
    url = authorize_url("https://pixelwall.example/oauth/authorize", state())

    assert "secret-of-app" not in url
    assert VERIFIER not in url


def test_platforms_may_name_the_client_and_split_scopes_their_own_way() -> None:
    url = authorize_url(
        "https://pixelwall.example/auth",
        state(code_verifier=None),
        separator=",",
        client_id_name="client_key",
    )
    query = parse_qs(urlsplit(url).query)

    assert query["client_key"] == ["shop"]
    assert query["scope"] == ["read,write:posts"]
    assert "code_challenge" not in query


@given_that(
    st.builds(
        state,
        base_url=st.none() | st.text(),
        token_secret=st.none() | st.builds(Secret, st.text()),
        client_secret=st.none() | st.builds(Secret, st.text()),
        code_verifier=st.none() | st.builds(Secret, st.text()),
        scopes=st.lists(st.text()).map(tuple),
        issuer=st.none() | st.text(),
        names_issuer=st.booleans(),
        extra=st.dictionaries(st.text(), st.text(), max_size=3),
    )
)
def test_login_state_survives_being_written(value: LoginState) -> None:
    assert LoginState.loads(value.dumps()) == value


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"platform": "pixelwall"}'])
def test_foreign_login_state_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="start the login again"):
        LoginState.loads(text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nonce", ""),
        ("nonce", None),
        ("nonce", "\ud800"),
        ("redirect_uri", 5),
        ("platform", None),
        ("scopes", "read"),
        ("scopes", [1]),
        ("extra", {"token_endpoint": 5}),
        ("extra", []),
        ("names_issuer", "no"),
        ("issuer", ["a"]),
        ("created_at", "2026-03-01T12:00:00"),
        ("new", "of another version"),
    ],
)
def test_login_state_that_somebody_changed_is_refused(field: str, value: object) -> None:
    document = json.loads(state().dumps()) | {field: value}
    with pytest.raises(ConfigurationError, match="start the login again"):
        LoginState.loads(json.dumps(document))


def test_login_state_has_an_aware_time() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        state(created_at=NOON.replace(tzinfo=None))


def test_new_login_has_its_own_nonce_and_verifier() -> None:
    begin = partial(LoginState.begin, platform="pixelwall", client_id="shop", redirect_uri=BACK, now=NOON)
    one, two = begin(), begin()

    assert one.nonce != two.nonce
    assert one.code_verifier != two.code_verifier
    assert begin(pkce=False).code_verifier is None


def test_token_request_holds_the_code_and_is_never_repeated() -> None:
    request = token_request("https://pixelwall.example/oauth/token", state(), Secret("code-1"))

    form = dict(request.form)
    assert request.accepts == {400, 401}
    assert (request.method, request.safety, request.signed) == ("POST", Safety.ONCE, False)
    assert form == {
        "grant_type": "authorization_code",
        "code": Secret("code-1"),
        "redirect_uri": BACK,
        "client_id": "shop",
        "client_secret": Secret("secret-of-app"),
        "code_verifier": Secret(VERIFIER),
    }


def test_token_request_of_a_public_app_has_no_secret() -> None:
    public = dataclasses.replace(state(), client_secret=None, code_verifier=None)
    request = token_request("https://pixelwall.example/token", public, "code-1", client_id_name="client_key")

    assert dict(request.form)["client_key"] == "shop"
    assert dict(request.form)["code"] == Secret("code-1")
    assert not {"client_secret", "code_verifier"} & set(dict(request.form))


def test_refresh_request_holds_the_refresh_token_and_is_never_repeated() -> None:
    request = refresh_request(
        "https://pixelwall.example/token",
        Secret("refresh-0"),
        client_id="shop",
        client_secret=Secret("secret-of-app"),
    )

    assert (request.safety, request.signed) == (Safety.ONCE, False)
    assert dict(request.form) == {
        "grant_type": "refresh_token",
        "refresh_token": Secret("refresh-0"),
        "client_id": "shop",
        "client_secret": Secret("secret-of-app"),
    }
