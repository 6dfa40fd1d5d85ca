"""What somebody brings back from a login: taken from the server that was asked, in time, and no other."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import assume
from hypothesis import given as given_that
from hypothesis import strategies as st

from socialkit.auth import LOGIN_LIFE, OUT_OF_BAND, LoginState, parse_callback
from socialkit.auth._callback import belongs
from socialkit.errors import AuthenticationError, ConfigurationError
from socialkit.transport import Secret
from tests.auth.support import BACK, NOON, shown, state

ISSUER = "https://pixelwall.example"
SECOND = timedelta(seconds=1)


def back(**params: str) -> str:
    return f"{BACK}?{urlencode(params)}"


@pytest.mark.parametrize(
    "answer",
    [
        back(code="code-1", state="nonce-of-login"),
        back(code="code-1", state="nonce-of-login") + "#_=_",
        "/back?code=code-1&state=nonce-of-login",
        "?code=code-1&state=nonce-of-login",
        "code=code-1&state=nonce-of-login",
        "  state=nonce-of-login&code=code-1\n",
    ],
)
def test_code_is_read_from_an_address_or_a_query(answer: str) -> None:
    assert parse_callback(answer, state(), now=NOON) == Secret("code-1")


@given_that(st.text(max_size=40))
def test_state_of_another_login_is_refused(nonce: str) -> None:
    assume(nonce != "nonce-of-login")

    with pytest.raises(ConfigurationError, match="state"):
        parse_callback(back(code="code-1", state=nonce), state(), now=NOON)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (back(code="code-1"), "not this login's"),
        (back(state="nonce-of-login"), "no code"),
        (BACK, "neither a code nor an error"),
        ("code-1", "neither a code nor an error"),
        ("", "neither a code nor an error"),
        ("http://[broken?code=1", "neither a code nor an error"),
        (back(code="code-1", state="nonce-of-login") + "&code=code-2", "two codes"),
        (back(code="code-1", state="nonce-of-login") + "&state=another", "two codes"),
        (back(code="code-1", state="nonce-of-login", iss=ISSUER) + "&iss=another", "issuers"),
        (
            back(error="access_denied", error_description="Call now"),
            "not this login's: start the login again$",
        ),
        (back(error="access_denied", state="another"), "not this login's"),
        (back(error="access_denied", state="nonce-of-login"), "refused: access_denied"),
        (
            back(error="access_denied", error_description="You said\nno", state="nonce-of-login"),
            "refused: access_denied: You said no",
        ),
    ],
)
def test_other_answers_are_refused_with_a_reason(answer: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        parse_callback(answer, state(), now=NOON)

    assert caught.value.platform == "pixelwall"


@given_that(st.text(st.characters(), max_size=60), st.booleans())
def test_whatever_strangers_send_is_refused_with_an_error_of_ours(answer: str, oauth_1: bool) -> None:
    kept = state(token_secret=Secret("secret-of-login") if oauth_1 else None)

    assert not belongs(answer, kept)
    with pytest.raises(ConfigurationError):
        parse_callback(answer, kept, now=NOON)


def test_half_a_character_is_no_answer_and_in_a_code_it_is_refused_by_the_platform() -> None:
    with pytest.raises(ConfigurationError, match="not this login's"):
        parse_callback("?code=1&state=\ud800", state(), now=NOON)

    code = parse_callback("?code=\ud800&state=nonce-of-login", state(), now=NOON)
    assert code == Secret("?")


def test_long_words_of_a_platform_are_cut() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_callback(back(error="x", error_description="y" * 5_000), state(), now=NOON)

    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "answer", ["code-1", " code-1\n", "https://pixelwall.example/oauth/authorize/native?code=code-1"]
)
def test_copied_code_is_taken_out_of_band(answer: str) -> None:
    assert parse_callback(answer, state(redirect_uri=OUT_OF_BAND), now=NOON) == Secret("code-1")


@pytest.mark.parametrize("answer", ["", "https://pixelwall.example/", back(code="code-1", state="another")])
def test_out_of_band_refuses_what_is_no_code(answer: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_callback(answer, state(redirect_uri=OUT_OF_BAND), now=NOON)


def refuse_a_planted_code() -> None:
    parse_callback("https://shop.example/back?code=planted-code&state=x", state(), now=NOON)


def test_refused_address_shows_no_code_in_a_traceback_with_locals() -> None:
    with pytest.raises(ConfigurationError) as caught:
        refuse_a_planted_code()

    assert "planted-code" not in shown(caught.value)


@pytest.mark.parametrize("named", [ISSUER, f"{ISSUER}/"])
@pytest.mark.parametrize("promised", [True, False])
def test_answer_of_the_server_that_was_asked_is_taken(named: str, promised: bool) -> None:
    answer = back(code="code-1", state="nonce-of-login", iss=named)

    assert parse_callback(answer, state(issuer=ISSUER, names_issuer=promised), now=NOON) == Secret("code-1")


@pytest.mark.parametrize(
    "named",
    ["https://evil.example", "http://pixelwall.example", "https://pixelwall.example.evil.example", "", "x\n"],
)
@pytest.mark.parametrize("promised", [True, False])
def test_answer_of_another_server_is_refused(named: str, promised: bool) -> None:
    answer = back(code="code-1", state="nonce-of-login", iss=named)

    with pytest.raises(AuthenticationError, match=r"but https://pixelwall\.example was asked") as caught:
        parse_callback(answer, state(issuer=ISSUER, names_issuer=promised), now=NOON)
    assert caught.value.platform == "pixelwall"
    assert "code-1" not in shown(caught.value)
    assert str(caught.value).isprintable()


def test_server_that_promised_to_name_itself_has_to() -> None:
    answer = back(code="code-1", state="nonce-of-login")

    assert parse_callback(answer, state(issuer=ISSUER), now=NOON) == Secret("code-1")
    with pytest.raises(AuthenticationError, match="does not say that it comes from"):
        parse_callback(answer, state(issuer=ISSUER, names_issuer=True), now=NOON)


@pytest.mark.parametrize("address", [BACK, OUT_OF_BAND])
def test_login_is_finished_in_time_or_not_at_all(address: str) -> None:
    begun = state(redirect_uri=address)
    answer = back(code="code-1", state="nonce-of-login")

    assert parse_callback(answer, begun, now=NOON + LOGIN_LIFE) == Secret("code-1")
    with pytest.raises(AuthenticationError, match="more than 1:00:00 ago: start it again"):
        parse_callback(answer, begun, now=NOON + LOGIN_LIFE + SECOND)


def test_copied_code_is_taken_in_time_or_not_at_all() -> None:
    with pytest.raises(AuthenticationError, match="start it again"):
        parse_callback("code-1", state(redirect_uri=OUT_OF_BAND), now=NOON + LOGIN_LIFE + SECOND)


def test_login_of_the_future_is_refused_beyond_what_clocks_differ_by() -> None:
    answer = back(code="code-1", state="nonce-of-login")

    assert parse_callback(answer, state(), now=NOON - timedelta(minutes=1)) == Secret("code-1")
    with pytest.raises(ConfigurationError, match="begins in the future"):
        parse_callback(answer, state(), now=NOON - timedelta(minutes=1) - SECOND)


def test_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        parse_callback(back(code="code-1", state="nonce-of-login"), state(), now=NOON.replace(tzinfo=None))


def test_age_is_kept_when_a_state_is_written() -> None:
    old = LoginState.loads(state().dumps())

    with pytest.raises(AuthenticationError, match="start it again"):
        parse_callback(back(code="c", state="nonce-of-login"), old, now=NOON + LOGIN_LIFE + SECOND)


@pytest.mark.parametrize("time", ["2026-03-01T12:00:00", "yesterday"])
def test_state_without_an_aware_time_is_refused_when_it_is_read(time: str) -> None:
    written = state().dumps().replace(state().created_at.isoformat(), time)

    with pytest.raises(ConfigurationError, match="start the login again"):
        LoginState.loads(written)
