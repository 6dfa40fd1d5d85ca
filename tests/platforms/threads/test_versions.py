"""Which version of the API is called, and what is said when another one answers."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

import socialkit as sk
from socialkit.auth import Credentials, MemoryTokenStore
from socialkit.errors import ConfigurationError
from socialkit.models import AccountRef
from socialkit.platforms.threads import AsyncThreads
from socialkit.transport import Request, Response
from tests.support import settle
from tests.transport.fakes import SteppedTransport

ME = b'{"id": "27173231028946699", "username": "shop"}'
REF = AccountRef(platform="threads", brand="acme", name="main", id="27173231028946699")


def answered(kind: Any, served: str | None, **given: Any) -> tuple[Any, list[Request]]:
    """Return a client that another version answers, and what it asks."""
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        headers = {"content-type": "application/json"}
        return Response(200, headers if served is None else {**headers, "facebook-api-version": served}, ME)

    transport = SteppedTransport(answer, suspends=kind is AsyncThreads)
    return kind(**{"access_token": "made-up", **given}, transport=transport), asked


async def test_another_version_can_be_asked_and_what_is_none_is_refused(kind: Any) -> None:
    client, asked = answered(kind, None, api_version="v1.1")
    await settle(client.account.me())

    assert client.api_version == "v1.1"
    assert "/v1.1/me" in asked[0].url
    with pytest.raises(ConfigurationError, match=r"'1\.1' is no version"):
        answered(kind, None, api_version="1.1")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {
            "access_token": None,
            "credentials": Credentials(access_token="made-up", account_id=REF.id),
            "tokens": MemoryTokenStore(),
            "account": REF,
        },
    ],
    ids=["bare", "kept"],
)
async def test_an_answer_of_another_version_is_warned_of_once(kind: Any, given: dict[str, Any]) -> None:
    client, _ = answered(kind, "v2.0", **given)
    with pytest.warns(FutureWarning, match=r"version v1\.0 of the API was asked, and v2\.0 answered"):
        await settle(client.account.me())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await settle(client.account.me())


async def test_an_answer_that_names_no_version_or_the_one_that_was_asked_is_none_to_warn_of(
    kind: Any,
) -> None:
    for served in (None, "v1.0"):
        client, _ = answered(kind, served)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert (await settle(client.account.me())).handle == "shop"


def test_an_account_of_a_workspace_may_name_its_version() -> None:
    account = sk.Account("threads", access_token="made-up", api_version="v1.1")
    with sk.Workspace(sk.Brand("acme", account)) as workspace:
        assert workspace.brand("acme").client("threads").api_version == "v1.1"
