"""Tokens in environment variables: read, and never burnt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from socialkit.auth import EnvironmentTokenStore, RefreshModel, SecretRef, Stored
from socialkit.errors import AuthenticationError, ConfigurationError, ReadOnlyStoreError
from socialkit.operations import Mode
from socialkit.transport import Secret
from tests.auth.support import (
    HOUR,
    KEY,
    NOON,
    REQUEST,
    FakeTransport,
    Platform,
    authenticator,
    given,
    run,
    shown,
    token_of,
)

NAME = "SOCIALKIT_TEST_ONLY"
NOTHING = {"access_token": None, "refresh_token": None, "expires_at": None}


@pytest.fixture
def store() -> EnvironmentTokenStore:
    return EnvironmentTokenStore({KEY: SecretRef(f"env:{NAME}")})


def kept(**changes: object) -> str:
    return Stored(
        access_token=Secret("PLANTED-access"),
        refresh_token=Secret("refresh-0"),
        expires_at=NOON,
        **changes,  # type: ignore[arg-type]
    ).dumps()


def test_a_bare_token_is_read(store: EnvironmentTokenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "PLANTED-access\n")

    assert store.load(KEY) == Stored(access_token=Secret("PLANTED-access"))
    assert store.load("other/pixelwall/main") is None
    assert "PLANTED" not in repr(store)


def test_what_dumps_returned_is_read_whole(
    store: EnvironmentTokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, kept(scopes=("read",)))

    assert store.load(KEY) == Stored.loads(kept(scopes=("read",)))


@pytest.mark.parametrize("given", ["PLANTED-access", Secret("PLANTED-access"), None])
def test_what_is_no_reference_is_refused_unseen(given: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"what is given for {KEY} is no SecretRef") as caught:
        EnvironmentTokenStore({"other": SecretRef(f"env:{NAME}"), KEY: given})
    assert "PLANTED" not in shown(caught.value)


def test_a_variable_that_is_not_set_is_named(
    store: EnvironmentTokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(NAME, raising=False)

    with pytest.raises(ConfigurationError, match=f"environment variable {NAME} is not set"):
        store.load(KEY)


def test_what_cannot_be_read_is_not_shown(
    store: EnvironmentTokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, kept()[:-9])

    with pytest.raises(ConfigurationError, match=NAME) as caught:
        store.load(KEY)
    assert "PLANTED" not in shown(caught.value)


async def test_a_refresh_is_refused_before_the_refresh_token_is_burnt(
    mode: type[Mode], transport: FakeTransport, store: EnvironmentTokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, kept())
    platform = Platform()
    auth = authenticator(mode, platform, store=store, credentials=given(**NOTHING))

    with pytest.raises(ReadOnlyStoreError, match="the environment cannot keep new tokens of acme") as caught:
        await run(mode, auth.sign(REQUEST, transport))
    assert platform.count == 0
    assert "PLANTED" not in shown(caught.value)


async def test_a_token_that_was_refused_is_not_renewed(
    mode: type[Mode], transport: FakeTransport, store: EnvironmentTokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, kept().replace("12:00:00", "14:00:00"))
    platform = Platform()
    auth = authenticator(mode, platform, store=store, credentials=given(**NOTHING))
    signed = await run(mode, auth.sign(REQUEST, transport))

    with pytest.raises(ReadOnlyStoreError):
        await run(mode, auth.renew(signed, transport))
    assert (token_of(signed), platform.count) == ("PLANTED-access", 0)


async def test_a_token_is_used_until_its_end(
    mode: type[Mode], transport: FakeTransport, store: EnvironmentTokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, kept())
    platform = Platform()
    auth = authenticator(
        mode, platform, store=store, credentials=given(**NOTHING), model=RefreshModel.EXTENDING
    )
    transport.time = NOON - 3 * HOUR
    signed = await run(mode, auth.sign(REQUEST, transport))
    transport.time = NOON - timedelta(seconds=1)
    again = await run(mode, auth.sign(REQUEST, transport))
    transport.time = NOON

    assert token_of(signed) == token_of(again) == "PLANTED-access"
    with pytest.raises(ReadOnlyStoreError):
        await run(mode, auth.sign(REQUEST, transport))
    assert platform.count == 0


async def test_a_variable_that_was_set_anew_is_read_before_a_token_counts_as_dead(
    mode: type[Mode], transport: FakeTransport, store: EnvironmentTokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, "first")
    auth = authenticator(mode, Platform(), store=store, credentials=given(**NOTHING), model=RefreshModel.NONE)
    signed = await run(mode, auth.sign(REQUEST, transport))
    refused = await run(mode, auth.renew(signed, transport))
    monkeypatch.setenv(NAME, "second")
    renewed = await run(mode, auth.renew(signed, transport))
    again = await run(mode, auth.sign(REQUEST, transport))

    assert (refused, renewed, token_of(again)) == (False, True, "second")


async def test_a_given_token_needs_no_variable(
    mode: type[Mode], transport: FakeTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(NAME, raising=False)
    platform = Platform()
    auth = authenticator(
        mode, platform, store=EnvironmentTokenStore({}), credentials=given(expires_at=NOON + HOUR)
    )
    signed = await run(mode, auth.sign(REQUEST, transport))

    assert token_of(signed) == "access-0"
    with pytest.raises(ReadOnlyStoreError):
        await run(mode, auth.renew(signed, transport))
    assert platform.count == 0


async def test_no_login_is_spent_that_could_not_be_kept(mode: type[Mode], transport: FakeTransport) -> None:
    platform = Platform()
    platform.failures = [AuthenticationError("a login was spent", status=401)]
    auth = authenticator(
        mode,
        platform,
        store=EnvironmentTokenStore({}),
        credentials=given(**NOTHING),
        model=RefreshModel.APP_PASSWORD,
    )

    with pytest.raises(ReadOnlyStoreError):
        await run(mode, auth.sign(REQUEST, transport))
    assert platform.count == 0
