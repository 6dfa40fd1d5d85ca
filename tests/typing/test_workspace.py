"""What a type checker sees of workspaces: mypy and pyright check this module, pytest runs it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol, assert_type

from pydantic import JsonValue

import socialkit as sk
from socialkit.platforms import AsyncBluesky, AsyncMastodon, Bluesky, Mastodon
from socialkit.publishing import AuditLine, LetGo
from socialkit.workspace import Result, Results

HOST = "https://mastodon.example"


class Accounts(Protocol):
    """What a publisher asks of whom it publishes for."""

    def accounts(self) -> tuple[sk.AccountRef, ...]: ...
    def accounts_for(self, target: sk.AccountRef | str, /) -> tuple[sk.AccountRef, ...]: ...
    def client_for(self, ref: sk.AccountRef, /) -> sk.Client: ...
    def client_async_for(self, ref: sk.AccountRef, /) -> sk.AsyncClient: ...
    def now(self) -> datetime: ...
    def brand_keys(self) -> tuple[str, ...]: ...


def workspace() -> sk.Workspace:
    acme = sk.Brand(
        "acme",
        sk.Account("mastodon", base_url=HOST, access_token="made-up-token"),
        sk.Account("bluesky", name="fr", identifier="shop.example", password="made-up-password"),
        zone="Europe/Paris",
        hours=sk.BusinessHours.always(),
        languages=["fr"],
    )
    return sk.Workspace(acme, tokens=sk.MemoryTokenStore())


def name_of(brand: sk.Brand) -> str:
    return brand.key


def platform_of(client: sk.Client) -> str:
    return client.platform


async def name_of_async(brand: sk.Brand) -> str:
    return brand.key


async def platform_of_async(client: sk.AsyncClient) -> str:
    return client.platform


def told(result: Result[str]) -> None:
    assert_type(result.value, str | None)
    assert_type(result.error, Exception | None)


def test_workspaces_and_brands_are_what_a_publisher_asks() -> None:
    asked: list[Accounts] = [workspace(), workspace().brand("acme")]

    for accounts in asked:
        assert accounts.brand_keys() == ("acme",)
        (ref,) = accounts.accounts_for("acme/bluesky/fr")
        assert accounts.client_for(ref).platform == accounts.client_async_for(ref).platform == "bluesky"
        assert accounts.now().tzinfo is not None


def test_clients_are_of_their_platforms_class() -> None:
    acme = workspace().brand("acme")
    name = "".join(["masto", "don"])

    assert_type(acme.hours, sk.BusinessHours)
    assert_type(acme.languages, tuple[str, ...])
    assert_type(acme.departments, tuple[str, ...])
    assert_type(acme.team, tuple[sk.TeamMember, ...])
    assert_type(acme.authority, sk.Authority | None)
    assert_type(sk.Workspace.schema(), dict[str, JsonValue])
    assert_type(acme.account("mastodon"), sk.AccountRef)
    assert_type(acme.accounts("mastodon"), tuple[sk.AccountRef, ...])
    assert_type(acme.client("mastodon"), Mastodon)
    assert_type(acme.client("bluesky", "fr"), Bluesky)
    assert_type(acme.client_async("mastodon"), AsyncMastodon)
    assert_type(acme.client_async("bluesky", "fr"), AsyncBluesky)
    assert_type(acme.client(name), sk.Client)
    assert_type(acme.client_async(name), sk.AsyncClient)
    assert isinstance(acme.client(name), Mastodon)


async def test_results_have_the_type_of_the_answers() -> None:
    with workspace() as entered:
        assert_type(entered, sk.Workspace)
        brands = assert_type(entered.map(name_of), Results[str])
        accounts = assert_type(entered.map(platform_of, each="account", progress=told), Results[str])
        assert_type(await entered.map_async(name_of_async, concurrency=2, progress=told), Results[str])
        assert_type(await entered.map_async(platform_of_async, each="account"), Results[str])
    assert_type(brands.succeeded(), dict[str, str])
    assert_type(accounts.failed(), dict[str, Exception])
    assert brands.succeeded() == {"acme": "acme"}
    assert sorted(accounts.succeeded().values()) == ["bluesky", "mastodon"]


def misuse() -> Iterator[object]:
    """Each line is a mistake that a checker tells: an ignore that is not needed any more is an error."""
    yield sk.Account("mastodon", base_url=HOST, acess_token="x")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    yield sk.Account("mastodon", access_token="x")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    yield sk.Account("pixelwall", token="x")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    yield sk.Account("pixelwall")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    yield workspace().map(platform_of)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield workspace().map(name_of, each="account")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]


def test_what_is_let_go_is_told_by_brand() -> None:
    with workspace() as agency, sk.Journal.open("sqlite://") as journal:
        swept = agency.let_go(journal, retention=sk.Retention(), dry_run=True)
        assert_type(swept, Results[LetGo])
        gone = agency.forget("109", platform="mastodon", journal=journal)
        assert_type(gone.succeeded(), dict[str, LetGo])
        assert_type(list(journal.audit(brand="acme")), list[AuditLine])

    assert list(gone.succeeded()) == ["acme"]


async def test_what_is_let_go_is_told_by_brand_when_awaited() -> None:
    with sk.Journal.open("sqlite://") as journal:
        async with workspace() as agency:
            swept = await agency.let_go_async(journal)
            assert_type(swept, Results[LetGo])
            gone = await agency.forget_async("109", platform="bluesky", journal=journal)
            assert_type(gone, Results[LetGo])

    assert [list(one.succeeded()) for one in (swept, gone)] == [["acme"], ["acme"]]
