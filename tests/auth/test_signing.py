from __future__ import annotations

import pytest

from socialkit.auth import Anonymous, BearerToken, Credentials, basic, bearer, query_token
from socialkit.errors import ConfigurationError
from socialkit.operations import Mode
from socialkit.transport import Authenticator, Secret, reveal
from tests.auth.support import REQUEST, FakeTransport, given, run, shown, token_of

TOKEN = Secret("planted-secret")


def test_bearer_puts_a_hidden_header() -> None:
    signed = bearer(REQUEST, TOKEN)

    assert reveal(signed.headers["Authorization"]) == "Bearer planted-secret"
    assert isinstance(signed.headers["Authorization"], Secret)
    assert REQUEST.headers == {}


def test_bearer_takes_the_place_of_another_header() -> None:
    request = REQUEST.replace(headers={"authorization": "Bearer old", "Accept": "text/plain"})

    assert set(bearer(request, TOKEN).headers) == {"Accept", "Authorization"}


def test_signing_twice_changes_nothing() -> None:
    for once in (bearer(REQUEST, TOKEN), query_token(REQUEST, "token", TOKEN), basic(REQUEST, "shop", TOKEN)):
        again = (bearer(once, TOKEN), query_token(once, "token", TOKEN), basic(once, "shop", TOKEN))
        assert once in again


@pytest.mark.parametrize("bad", ["planted\nX-Other: 1", "planted\u2026", "planted\x00"])
def test_token_that_no_header_can_carry_is_refused_unseen(bad: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        bearer(REQUEST, Secret(bad))

    assert "planted" not in shown(caught.value)


def test_basic_encodes_name_and_password() -> None:
    signed = basic(REQUEST, "Aladdin", "open sesame")  # the example of RFC 7617

    assert reveal(signed.headers["Authorization"]) == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert "QWxh" not in repr(signed.headers)


def test_basic_refuses_a_name_with_a_colon() -> None:
    with pytest.raises(ConfigurationError, match="colon"):
        basic(REQUEST, "a:b", TOKEN)


def test_query_token_takes_the_place_of_another() -> None:
    request = REQUEST.replace(params=(("access_token", "old"), ("fields", "id")))

    signed = query_token(request, "access_token", TOKEN)

    assert signed.target() == "https://pixelwall.example/me?fields=id&access_token=planted-secret"
    assert "planted" not in repr(signed)


async def test_anonymous_sends_requests_as_they_are(mode: type[Mode], transport: FakeTransport) -> None:
    auth: Authenticator = Anonymous()

    assert await run(mode, Anonymous().sign(REQUEST, transport)) is REQUEST
    assert not await run(mode, Anonymous().renew(REQUEST, transport))
    assert auth.secrets() == ()


async def test_bearer_token_signs_and_never_renews(mode: type[Mode], transport: FakeTransport) -> None:
    auth = BearerToken(given())
    signed = await run(mode, auth.sign(REQUEST, transport))

    assert token_of(signed) == "access-0"
    assert not await run(mode, auth.renew(signed, transport))
    assert Secret("refresh-0") in auth.secrets()


async def test_bearer_token_may_be_put_elsewhere(mode: type[Mode], transport: FakeTransport) -> None:
    auth = BearerToken(given(), put=lambda request, token: query_token(request, "access_token", token))

    signed = await run(mode, auth.sign(REQUEST, transport))

    assert signed.params == (("access_token", Secret("access-0")),)


def test_bearer_token_needs_a_token() -> None:
    with pytest.raises(ConfigurationError, match="no access token"):
        BearerToken(Credentials(client_id="shop"))
