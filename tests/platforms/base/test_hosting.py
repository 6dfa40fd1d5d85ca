"""A platform that fetches files by itself: from their own address, or from the client's media host."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from socialkit.auth import Credentials
from socialkit.platforms import Registration, _registry
from socialkit.publishing import AsyncPublisher, Publisher
from socialkit.testing import picture
from tests.platforms.base.postcards import FACTS, AsyncPostcards, Office, Postcards
from tests.support import settle

ROME = sk.Media.from_url("https://shop.example/rome.png", alt_text="Rome")
NO_HOST = "media[0] would be fetched by the platform from a public address, and has none: "


class Shelf:
    """A media host that notes what it is asked for."""

    def __init__(self, until: datetime | None = None) -> None:
        self.until = until
        self.puts = 0
        self.threads = set[int]()
        self.failure: Exception | None = None

    def put(self, media: sk.Media, /) -> sk.HostedMedia:
        self.puts += 1
        self.threads.add(threading.get_ident())
        if self.failure is not None:
            raise self.failure
        signed = "" if self.until is None else f"?signed={self.puts}"
        return sk.HostedMedia(url=f"https://shelf.example/{media.sha256()}.png{signed}", until=self.until)

    def remove(self, media: sk.Media, /) -> None:
        raise AssertionError("nothing is removed while a platform may still fetch it")


class AsyncShelf:
    """The same, awaited."""

    def __init__(self) -> None:
        self.inner = Shelf()

    async def put(self, media: sk.Media, /) -> sk.HostedMedia:
        return self.inner.put(media)

    async def remove(self, media: sk.Media, /) -> None:
        self.inner.remove(media)


@pytest.fixture
def office(blocking: bool) -> Office:
    return Office(suspends=not blocking)


def client_of(office: Office, blocking: bool, host: Any = None) -> Any:
    kind: Any = Postcards if blocking else AsyncPostcards
    account = sk.AccountRef(platform="postcards", brand="acme", name="main")
    return kind(transport=office, media_host=host, account=account)


def card(*media: sk.Media) -> sk.Draft:
    return sk.Draft(text="Greetings", media=media or [picture(alt_text="A dot")])


def test_check_says_that_a_local_file_has_no_address(office: Office, blocking: bool) -> None:
    (problem,) = client_of(office, blocking).posts.check(card())

    assert str(problem).startswith(NO_HOST)
    assert problem.severity is sk.Severity.ERROR
    assert client_of(office, blocking, Shelf()).posts.check(card()) == ()
    assert client_of(office, blocking).posts.check(card(ROME)) == ()


def test_only_kinds_that_the_platform_fetches_need_an_address(office: Office, blocking: bool) -> None:
    film = sk.Media(filename="a.mp4", kind=sk.MediaKind.VIDEO, alt_text="A film", content=b"x", size=1)

    assert client_of(office, blocking).posts.check(card(film)) == ()


async def test_nothing_is_sent_without_an_address(office: Office, blocking: bool) -> None:
    client = client_of(office, blocking)

    with pytest.raises(sk.InvalidDraftError, match="media_host="):
        await settle(client.posts.publish(card()))
    with pytest.raises(sk.InvalidDraftError, match="media_host="):
        await settle(client.posts.edit("1", card()))
    assert office.sent == []


def test_without_an_account_nobody_knows_of_a_host() -> None:
    assert FACTS.rules.check(card(), "postcards", FACTS.limits) == ()


async def test_a_local_file_is_fetched_from_the_host(office: Office, blocking: bool) -> None:
    shelf = Shelf()
    await settle(client_of(office, blocking, shelf).posts.publish(card()))

    assert [one["pictures"] for one in office.cards] == [[f"https://shelf.example/{picture().sha256()}.png"]]
    assert (threading.get_ident() in shelf.threads) is blocking


async def test_a_file_with_an_address_of_its_own_stays_where_it_is(office: Office, blocking: bool) -> None:
    shelf = Shelf()
    await settle(client_of(office, blocking, shelf).posts.publish(card(ROME)))

    assert [one["pictures"] for one in office.cards] == [["https://shop.example/rome.png"]]
    assert shelf.puts == 0


async def test_an_async_client_awaits_an_async_host() -> None:
    office, shelf = Office(suspends=True), AsyncShelf()
    await AsyncPostcards(transport=office, media_host=shelf).posts.publish(card())

    assert shelf.inner.threads == {threading.get_ident()}
    assert len(office.cards) == 1


def test_a_blocking_client_refuses_an_async_host() -> None:
    shelf: Any = AsyncShelf()

    with pytest.raises(sk.ConfigurationError, match="the media host is asynchronous"):
        Postcards(transport=Office(suspends=False), media_host=shelf)


@pytest.mark.parametrize(
    "failure",
    [
        OSError("no space left"),
        sk.ConnectionFailedError("the bucket cannot be reached"),
        sk.ServerError("slow down", status=503),
    ],
    ids=["disk", "line", "server"],
)
async def test_a_host_that_fails_publishes_nothing(
    office: Office, blocking: bool, failure: Exception
) -> None:
    shelf = Shelf()
    shelf.failure = failure

    with pytest.raises(sk.MediaProcessingError, match="could not be put where the platform") as caught:
        await settle(client_of(office, blocking, shelf).posts.publish(card()))
    assert caught.value.__cause__ is failure
    assert caught.value.written is False
    assert office.sent == []


async def test_a_host_that_is_not_set_up_says_so_itself(office: Office, blocking: bool) -> None:
    shelf = Shelf()
    shelf.failure = sk.ConfigurationError("there is no such bucket")

    with pytest.raises(sk.ConfigurationError, match="no such bucket"):
        await settle(client_of(office, blocking, shelf).posts.publish(card()))
    assert office.sent == []


async def published(office: Office, shelf: Shelf, blocking: bool, folder: Path, pause: timedelta) -> Any:
    """Publish a card that cannot be sent at first, and carry it on after a pause."""
    with sk.Journal.open(f"sqlite:///{folder / 'journal.db'}") as journal:
        kind: Any = Publisher if blocking else AsyncPublisher
        publisher = kind(client_of(office, blocking, shelf), journal)
        await settle(publisher.plan(card(), to="acme/postcards/main", not_after=timedelta(days=30)))
        office.failure = sk.ConnectionFailedError("no route", sent=False)
        (first,) = await settle(publisher.run_due())
        office.failure = None
        office.clock += pause
        (second,) = await settle(publisher.run_due())
    return first, second


async def test_a_delivery_that_is_carried_on_keeps_its_address(
    office: Office, blocking: bool, tmp_path: Path
) -> None:
    shelf = Shelf(until=office.now() + timedelta(days=7))
    first, second = await published(office, shelf, blocking, tmp_path, timedelta(hours=1))

    assert (first.state, second.state) == (sk.DeliveryState.PLANNED, sk.DeliveryState.CONFIRMED)
    assert shelf.puts == 1
    assert [one["pictures"][0][-9:] for one in office.cards] == ["?signed=1"]


async def test_an_address_that_is_about_to_end_is_made_anew(
    office: Office, blocking: bool, tmp_path: Path
) -> None:
    shelf = Shelf(until=office.now() + timedelta(days=7))
    _, second = await published(office, shelf, blocking, tmp_path, timedelta(days=6, hours=23, minutes=30))

    assert second.state is sk.DeliveryState.CONFIRMED
    assert shelf.puts == 2
    assert [one["pictures"][0][-9:] for one in office.cards] == ["?signed=2"]


async def test_an_address_that_ends_soon_is_used_when_it_is_new(office: Office, blocking: bool) -> None:
    shelf = Shelf(until=office.now() + timedelta(minutes=10))
    await settle(client_of(office, blocking, shelf).posts.publish(card()))

    assert shelf.puts == 1


@pytest.fixture
def registered() -> Iterator[None]:
    """The platform, as one that another package adds."""
    registration = Registration(
        name="postcards", module=Postcards.__module__, client="Postcards", async_client="AsyncPostcards"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_registry, "BUILT_IN", (*_registry.BUILT_IN, registration))
        _registry._all.cache_clear()
        yield
    _registry._all.cache_clear()


def brand_of(office: Office, host: Any) -> sk.Brand:
    credentials = Credentials(access_token="made-up-token")
    mastodon = sk.Account("mastodon", base_url="https://mastodon.example", access_token="made-up-token")
    acme = sk.Brand("acme", sk.Account("postcards", credentials), mastodon)
    return sk.Workspace(acme, media_host=host, transports=lambda _mode, _platform: office).brand("acme")


@pytest.mark.usefixtures("registered")
async def test_a_workspace_gives_its_host_to_the_platforms_that_fetch(office: Office, blocking: bool) -> None:
    shelf = Shelf()
    acme = brand_of(office, shelf)
    client: Any = acme.client("postcards") if blocking else acme.client_async("postcards")
    await settle(client.posts.publish(card()))

    assert shelf.puts == 1
    assert (acme.client if blocking else acme.client_async)("mastodon").platform == "mastodon"


@pytest.mark.usefixtures("registered")
def test_with_an_async_host_only_async_clients_of_those_platforms_are_opened() -> None:
    acme = brand_of(Office(suspends=False), AsyncShelf())

    with pytest.raises(sk.ConfigurationError, match="the media host is asynchronous"):
        acme.client("postcards")
    assert acme.client("mastodon").platform == "mastodon"
    assert isinstance(acme.client_async("postcards"), AsyncPostcards)


@pytest.mark.usefixtures("registered")
def test_an_account_takes_no_host_of_its_own() -> None:
    account: Any = sk.Account

    with pytest.raises(TypeError, match="takes no argument 'media_host'"):
        account("postcards", Credentials(access_token="made-up-token"), media_host=Shelf())


@pytest.mark.usefixtures("registered")
def test_connect_hands_a_host_on() -> None:
    credentials = Credentials(access_token="made-up-token")
    client = sk.connect("postcards", credentials, media_host=Shelf())
    awaited = sk.connect_async("postcards", credentials, media_host=AsyncShelf())

    assert isinstance(client, Postcards)
    assert isinstance(awaited, AsyncPostcards)
    assert (client.posts.check(card()), awaited.posts.check(card())) == ((), ())
