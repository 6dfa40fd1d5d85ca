"""Tokens are renewed when they must be, and what is dead says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from socialkit.auth import MemoryTokenStore, RefreshModel, Stored
from socialkit.auth._refreshing import REST
from socialkit.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    TokenExpiredError,
    UnexpectedResponseError,
)
from socialkit.operations import Mode
from socialkit.transport import Secret, Transport
from tests.auth.support import (
    HOUR,
    KEY,
    NOON,
    REQUEST,
    WINNER,
    FakeTransport,
    Platform,
    authenticator,
    given,
    run,
    token_of,
)


async def test_good_token_is_used_as_it_is(mode: type[Mode], transport: FakeTransport) -> None:
    platform = Platform()
    auth = authenticator(mode, platform, credentials=given(expires_at=NOON + HOUR))

    signed = await run(mode, auth.sign(REQUEST, transport))

    assert token_of(signed) == "access-0"
    assert platform.count == 0


async def test_token_about_to_expire_is_renewed_first(mode: type[Mode], transport: FakeTransport) -> None:
    platform = Platform()
    auth = authenticator(mode, platform, credentials=given(expires_at=NOON + timedelta(seconds=59)))

    signed = await run(mode, auth.sign(REQUEST, transport))
    again = await run(mode, auth.sign(REQUEST, transport))

    assert token_of(signed) == token_of(again) == "access-1"
    assert platform.count == 1


async def test_token_store_is_read_once_for_many_requests(mode: type[Mode], transport: FakeTransport) -> None:
    auth = authenticator(mode, Platform(), credentials=given(expires_at=NOON + HOUR))

    for _ in range(10):
        await run(mode, auth.sign(REQUEST, transport))

    assert transport.offloaded == 2  # one look, one swap for the credentials given


async def test_refused_token_is_renewed(mode: type[Mode], transport: FakeTransport) -> None:
    platform = Platform()
    auth = authenticator(mode, platform, credentials=given(expires_at=None))
    signed = await run(mode, auth.sign(REQUEST, transport))

    renewed = await run(mode, auth.renew(signed, transport))

    assert renewed
    assert token_of(await run(mode, auth.sign(REQUEST, transport))) == "access-1"


async def test_refused_token_that_was_replaced_meanwhile_is_not_renewed_again(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform = Platform()
    auth = authenticator(mode, platform, credentials=given(expires_at=None))
    signed = await run(mode, auth.sign(REQUEST, transport))

    answers = [await run(mode, auth.renew(signed, transport)) for _ in range(3)]

    assert answers == [True, True, True]
    assert platform.count == 1


async def test_refresh_token_survives_an_answer_without_one(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform, store = Platform(rotates=False), MemoryTokenStore()
    auth = authenticator(mode, platform, store=store)

    for number in range(1, 4):
        assert token_of(await run(mode, auth.sign(REQUEST, transport))) == f"access-{number}"
        transport.time += HOUR

    kept = store.load(KEY)
    assert kept is not None
    assert kept.refresh_token == Secret("refresh-0")


async def test_new_refresh_token_outlives_the_authenticator(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform, store = Platform(), MemoryTokenStore()
    await run(mode, authenticator(mode, platform, store=store).sign(REQUEST, transport))
    transport.time += HOUR

    later = authenticator(mode, platform, store=store)
    signed = await run(mode, later.sign(REQUEST, transport))

    assert token_of(signed) == "access-2"


async def test_dead_token_says_to_log_in_again(mode: type[Mode], transport: FakeTransport) -> None:
    platform, store = Platform(), MemoryTokenStore()
    platform.good = "revoked"
    auth = authenticator(mode, platform, store=store)

    with pytest.raises(TokenExpiredError, match="log in again") as caught:
        await run(mode, auth.sign(REQUEST, transport))

    kept = store.load(KEY)
    assert caught.value.code == "invalid_grant"
    assert isinstance(caught.value.__cause__, AuthenticationError)
    assert kept is not None
    assert kept.claimed_by is None
    assert kept.refresh_token == Secret("refresh-0")


async def test_dead_token_is_left_alone_for_a_while(mode: type[Mode], transport: FakeTransport) -> None:
    platform = Platform()
    platform.good = "revoked"
    auth = authenticator(mode, platform)

    for _ in range(5):
        with pytest.raises(TokenExpiredError):
            await run(mode, auth.sign(REQUEST, transport))
    asked = platform.count
    platform.good, transport.time = "refresh-0", transport.time + REST
    signed = await run(mode, auth.sign(REQUEST, transport))

    assert asked == 1
    assert token_of(signed) == "access-2"


async def test_new_login_in_the_store_revives_a_dead_token(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform, store = Platform(), MemoryTokenStore()
    platform.good = "revoked"
    auth = authenticator(mode, platform, store=store)
    with pytest.raises(TokenExpiredError):
        await run(mode, auth.sign(REQUEST, transport))

    store.swap(KEY, store.load(KEY), WINNER)
    signed = await run(mode, auth.sign(REQUEST, transport))

    assert token_of(signed) == "access-of-winner"


async def test_newer_credentials_replace_dead_tokens_of_the_store(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform, store = Platform(), MemoryTokenStore()
    await run(mode, authenticator(mode, platform, store=store).sign(REQUEST, transport))
    platform.good, transport.time = "refresh-of-new-login", transport.time + HOUR

    credentials = given(access_token="access-of-new-login", refresh_token="refresh-of-new-login")
    signed = await run(
        mode, authenticator(mode, platform, store=store, credentials=credentials).sign(REQUEST, transport)
    )

    assert token_of(signed) == "access-3"
    assert [str(tokens.refresh_token and tokens.refresh_token.reveal()) for tokens in platform.asked] == [
        "refresh-0",
        "refresh-1",
        "refresh-of-new-login",
    ]


async def test_used_up_credentials_are_never_offered_again(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform, store = Platform(), MemoryTokenStore()
    await run(mode, authenticator(mode, platform, store=store).sign(REQUEST, transport))
    platform.good, transport.time = "revoked", transport.time + HOUR
    restarted = authenticator(mode, platform, store=store, credentials=given(expires_at=NOON + HOUR))

    with pytest.raises(TokenExpiredError):
        await run(mode, restarted.sign(REQUEST, transport))

    assert platform.count == 2


async def test_token_that_is_still_good_is_used_when_renewing_ahead_fails(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform = Platform()
    platform.failures = [ConnectionFailedError("the line is down")]
    auth = authenticator(mode, platform, credentials=given(expires_at=NOON + timedelta(seconds=30)))

    signed = [token_of(await run(mode, auth.sign(REQUEST, transport))) for _ in range(3)]
    transport.time += timedelta(seconds=31)
    later = await run(mode, auth.sign(REQUEST, transport))

    assert signed == ["access-0"] * 3
    assert token_of(later) == "access-2"


async def test_extended_token_is_renewed_days_ahead(mode: type[Mode], transport: FakeTransport) -> None:
    platform = Platform(lifetime=timedelta(days=60))
    auth = authenticator(
        mode,
        platform,
        credentials=given(expires_at=NOON + timedelta(days=6)),
        model=RefreshModel.EXTENDING,
    )

    signed = await run(mode, auth.sign(REQUEST, transport))

    assert token_of(signed) == "access-1"


async def test_token_that_lives_shorter_than_the_margin_is_not_renewed_at_each_request(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform = Platform(lifetime=timedelta(seconds=40))
    auth = authenticator(mode, platform)

    for _ in range(10):
        await run(mode, auth.sign(REQUEST, transport))
    count = platform.count
    transport.time += timedelta(seconds=20)
    await run(mode, auth.sign(REQUEST, transport))

    assert (count, platform.count) == (1, 2)


async def test_token_that_is_over_when_it_comes_is_used_for_a_while_for_the_clock_is_wrong(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform = Platform(lifetime=timedelta(hours=-3))
    auth = authenticator(mode, platform)

    for _ in range(10):
        await run(mode, auth.sign(REQUEST, transport))
    count = platform.count
    transport.time += timedelta(minutes=2)
    await run(mode, auth.sign(REQUEST, transport))

    assert (count, platform.count) == (1, 2)


async def test_token_without_a_way_to_renew_is_sent_and_not_renewed(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform = Platform()
    auth = authenticator(mode, platform, model=RefreshModel.NONE)
    signed = await run(mode, auth.sign(REQUEST, transport))

    renewed = await run(mode, auth.renew(signed, transport))

    assert token_of(signed) == "access-0"
    assert not renewed
    assert platform.count == 0


async def test_first_token_can_come_from_an_app_password(mode: type[Mode], transport: FakeTransport) -> None:
    asked: list[Stored] = []

    async def log_in(stored: Stored, _transport: Transport) -> Stored:
        asked.append(stored)
        return Stored(access_token=Secret("access-of-session"))

    platform = Platform()
    platform.refresh = log_in  # type: ignore[method-assign]  # another kind of platform
    credentials = given(
        access_token=None, refresh_token=None, expires_at=None, extra={"password": Secret("app-password")}
    )
    auth = authenticator(mode, platform, credentials=credentials, model=RefreshModel.APP_PASSWORD)

    signed = await run(mode, auth.sign(REQUEST, transport))

    assert token_of(signed) == "access-of-session"
    assert asked[0].extra["password"] == Secret("app-password")


async def test_missing_token_is_a_configuration_error(mode: type[Mode], transport: FakeTransport) -> None:
    auth = authenticator(mode, Platform(), credentials=given(access_token=None, refresh_token=None))

    with pytest.raises(ConfigurationError, match="log in first"):
        await run(mode, auth.sign(REQUEST, transport))


async def test_answer_without_a_token_is_unexpected(mode: type[Mode], transport: FakeTransport) -> None:
    async def nothing(_stored: Stored, _transport: Transport) -> Stored:
        return Stored()

    platform = Platform()
    platform.refresh = nothing  # type: ignore[method-assign]  # another kind of platform
    auth = authenticator(mode, platform)

    with pytest.raises(UnexpectedResponseError):
        await run(mode, auth.sign(REQUEST, transport))


async def test_secrets_follow_the_token(mode: type[Mode], transport: FakeTransport) -> None:
    auth = authenticator(mode, Platform(), credentials=given(client_secret="secret-of-app"))

    await run(mode, auth.sign(REQUEST, transport))

    assert {secret.reveal() for secret in auth.secrets()} == {
        "access-0",
        "refresh-0",
        "secret-of-app",
        "access-1",
        "refresh-1",
    }
