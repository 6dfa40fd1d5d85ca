from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta, timezone

import pytest

from socialkit.auth import PKCE, Credentials, LoginState, Stored
from socialkit.errors import ConfigurationError
from socialkit.transport import Secret
from tests.auth.support import NOON, shown

PLANTED = "planted-secret"
NAIVE = datetime(2026, 3, 1)  # noqa: DTZ001 - the point of it


def full() -> Credentials:
    return Credentials(
        access_token=PLANTED + "-1",
        refresh_token=PLANTED + "-2",
        client_secret=PLANTED + "-3",
        extra={"password": Secret(PLANTED + "-4")},
        expires_at=NOON,
        scopes=["read", "write"],
        client_id="shop",
        app_id="12",
        account_id="7",
    )


def test_texts_are_wrapped() -> None:
    credentials = full()

    assert credentials.access_token == Secret(PLANTED + "-1")
    assert {secret.reveal() for secret in credentials.secrets()} == {f"{PLANTED}-{n}" for n in range(1, 5)}


def test_line_break_after_a_token_is_cut_off() -> None:
    assert Credentials(access_token="not-a-real-token\n").access_token == Secret("not-a-real-token")


@pytest.mark.parametrize("name", ["access_token", "refresh_token", "client_secret"])
def test_empty_token_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Credentials(**{name: " "})  # type: ignore[arg-type]  # one of the three


def test_scopes_may_be_one_text() -> None:
    assert Credentials(scopes="read write").scopes == ("read", "write")


def test_times_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Credentials(expires_at=NAIVE)


def test_times_are_kept_as_utc() -> None:
    paris = timezone(timedelta(hours=1))

    expires_at = Credentials(expires_at=datetime(2026, 3, 1, 13, tzinfo=paris)).expires_at

    assert expires_at == NOON
    assert expires_at is not None
    assert expires_at.tzinfo is UTC


def test_expiry_counts_the_skew() -> None:
    credentials = Credentials(expires_at=NOON)

    assert credentials.expired(NOON - timedelta(seconds=60))
    assert not credentials.expired(NOON - timedelta(seconds=61))
    assert not credentials.expired(NOON - timedelta(seconds=1), skew=timedelta())
    assert not Credentials().expired(NOON)


def test_credentials_cannot_be_changed() -> None:
    credentials = full()

    with pytest.raises(AttributeError):
        credentials.access_token = None  # type: ignore[misc]  # the point of it
    with pytest.raises(TypeError):
        credentials.extra["password"] = "another"  # type: ignore[index]  # the point of it


def test_store_gets_the_account_and_not_the_app() -> None:
    stored = full().to_stored()

    assert (stored.access_token, stored.account_id) == (Secret(PLANTED + "-1"), "7")
    assert PLANTED + "-3" not in stored.dumps()


def state() -> LoginState:
    return LoginState(
        platform="pixelwall",
        client_id="shop",
        redirect_uri="https://shop.example/back",
        nonce=Secret(PLANTED),
        code_verifier=Secret(PLANTED),
        client_secret=Secret(PLANTED),
        created_at=NOON,
    )


HOLDERS = [full(), full().to_stored(), state(), PKCE(Secret(PLANTED * 4))]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_holders_show_no_secret(holder: object) -> None:
    assert PLANTED not in f"{holder!r} {holder}"


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_holders_cannot_be_pickled(holder: object) -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(holder)


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_copies_are_the_same_object(holder: object) -> None:
    assert copy.copy(holder) is holder
    assert copy.deepcopy([holder])[0] is holder


def plant_in_credentials() -> object:
    return Credentials(access_token=PLANTED, refresh_token=PLANTED, client_secret=PLANTED, expires_at=NAIVE)


def plant_beside_an_empty_one() -> object:
    return Credentials(access_token="", refresh_token=PLANTED, client_secret=PLANTED)


def plant_in_stored() -> object:
    return Stored(access_token=Secret(PLANTED), expires_at=NAIVE)


def plant_in_a_text_of_the_store() -> object:
    return Stored.loads('{"access_token": "' + PLANTED)


def plant_in_a_text_of_a_login() -> object:
    return LoginState.loads('{"nonce": "' + PLANTED + '"}')


def plant_in_a_verifier() -> object:
    return PKCE(Secret(PLANTED))


@pytest.mark.parametrize(
    "plant",
    [
        plant_in_credentials,
        plant_beside_an_empty_one,
        plant_in_stored,
        plant_in_a_text_of_the_store,
        plant_in_a_text_of_a_login,
        plant_in_a_verifier,
    ],
)
def test_no_secret_stands_in_a_traceback_with_locals(plant: object) -> None:
    with pytest.raises((ValueError, ConfigurationError)) as caught:
        plant()  # type: ignore[operator]  # one of the functions above

    assert PLANTED not in shown(caught.value)
