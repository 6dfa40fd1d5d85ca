"""Files behind addresses: what is fetched when a post is planned is sent, whatever lies there later."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from socialkit.models import Draft, Media, MediaKind, MediaLimit, Severity, Slot, Variant
from socialkit.platforms.bluesky import BlueskyOptions, LinkCard
from socialkit.publishing import Delivery, DeliveryState, Preview
from socialkit.testing import mp4, picture, png
from socialkit.transport import Response
from tests.platforms.base.postcards import AsyncPostcards, Office, Postcards
from tests.platforms.base.test_hosting import Shelf
from tests.publishing.shop import JACKET, SIGNED, Shop
from tests.publishing.stage import HOURS, Stage, one
from tests.support import settle

HOODIE = "https://shop.example/hoodie.png"
OTHER = png(9, 9)


@pytest.fixture(autouse=True)
def spooled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files, which is empty again at the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def shop(stage: Stage) -> Shop:
    shop = Shop(stage, acme=["mastodon", "bluesky"])
    shop.files = {JACKET: png(3, 2)}
    return shop


def jacket(url: str = SIGNED, **given: Any) -> Draft:
    return Draft(text="New in", media=[Media.from_url(url, alt_text="A jacket", **given)])


def everything(stage: Stage) -> str:
    """Return all that lies in the journal."""
    tables = [name for (name,) in stage.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return str([stage.rows(f"SELECT * FROM {name}") for name in tables])


# What is sent -----------------------------------------------------------------------------------------


async def test_what_was_fetched_when_it_was_planned_is_sent(stage: Stage, shop: Shop) -> None:
    await settle(shop.publisher.plan(jacket(), to="mastodon"))
    shop.files[JACKET] = OTHER
    delivery = await one(shop.publisher.run_due())

    assert delivery.state is DeliveryState.CONFIRMED
    assert shop.uploaded == [png(3, 2)]
    assert len(shop.requests) == 1
    assert [media.alt_text for media in stage.world.posts("mastodon", None)[0].media] == ["A jacket"]


async def test_an_address_that_ended_after_planning_holds_nothing_up(stage: Stage, shop: Shop) -> None:
    await settle(shop.publisher.plan(jacket(), to="mastodon"))
    shop.files.clear()
    stage.restart()
    delivery = await one(Shop(stage).publisher.run_due())

    assert delivery.state is DeliveryState.CONFIRMED


async def test_a_file_that_is_behind_an_address_in_many_places_is_fetched_once(
    stage: Stage, shop: Shop
) -> None:
    card = LinkCard(uri="https://shop.example", title="The shop", thumb=Media.from_url(SIGNED))
    draft = jacket().model_copy(
        update={
            "thread": (jacket(),),
            "variants": {
                "bluesky": Variant(media=(), thread=[Draft(text="Two")]),
                "x": Variant(media=[Media.from_url(HOODIE)]),
            },
            "options": (BlueskyOptions(card=card),),
        }
    )
    planned: tuple[Delivery, ...] = await settle(shop.publisher.plan(draft, to=["mastodon", "bluesky"]))
    sent: tuple[Delivery, ...] = await settle(shop.publisher.run_due())

    assert [request.url for request in shop.requests] == [SIGNED]
    assert [found.state for found in sent] == [DeliveryState.CONFIRMED] * 2
    assert shop.uploaded == [png(3, 2)] * 2
    bluesky = next(found.draft for found in planned if found.account.platform == "bluesky")
    assert bluesky is not None
    options = bluesky.option(BlueskyOptions)
    assert options is not None
    assert options.card is not None
    assert options.card.thumb is not None
    assert (options.card.thumb.url, options.card.thumb.size) == (None, len(png(3, 2)))


async def test_a_file_is_fetched_without_credentials_and_from_the_public_internet(shop: Shop) -> None:
    await settle(shop.publisher.plan(jacket(), to="mastodon"))
    await settle(shop.publisher.plan(jacket(internal=True), to="mastodon"))

    assert [(one.signed, one.public_only) for one in shop.requests] == [(False, True), (False, False)]
    assert all(dict(one.headers) == {} for one in shop.requests)


async def test_a_file_is_fetched_while_no_transaction_is_open(stage: Stage, shop: Shop) -> None:
    others = stage.reopened(patience=0.0)

    def write() -> None:
        with others.database.alone() as session:
            session.run("UPDATE meta SET value = value")

    shop.on_request = write
    await settle(shop.publisher.plan(jacket(), to="mastodon"))
    others.close()

    assert len(shop.requests) == 1


async def test_a_file_on_disk_that_changes_after_planning_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "jacket.png"
    path.write_bytes(png(3, 2))
    await settle(shop.publisher.plan(Draft(text="New in", media=[Media.open(path)]), to="mastodon"))
    path.write_bytes(OTHER)
    await settle(shop.publisher.run_due())

    assert shop.uploaded == [png(3, 2)]


def oddly_named(folder: Path) -> str:
    """Return where a picture lies whose name is no UTF-8."""
    path = os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png")
    Path(path).write_bytes(png(3, 2))
    return path


@pytest.mark.skipif(os.name != "posix", reason="other systems name files in characters, not in bytes")
async def test_a_file_whose_name_is_no_text_is_planned_and_sent(shop: Shop, tmp_path: Path) -> None:
    file = Media.open(oddly_named(tmp_path))
    await settle(shop.publisher.plan(Draft(text="New in", media=[file]), to="mastodon"))
    delivery = await one(shop.publisher.run_due())

    assert delivery.state is DeliveryState.CONFIRMED
    assert [file.filename for one in shop.sent for file in one.files] == ["caf\N{REPLACEMENT CHARACTER}.png"]


async def test_a_description_that_cannot_be_written_is_refused(stage: Stage, shop: Shop) -> None:
    draft = Draft(text="New in", media=[picture(alt_text="caf\udce9")])
    with pytest.raises(sk.InvalidDraftError, match="holds half a character") as caught:
        await settle(shop.publisher.plan(draft, to="mastodon"))

    assert [problem.field for problem in caught.value.problems] == ["media[0].alt_text"]
    assert stage.states() == []


# What the journal holds -------------------------------------------------------------------------------


async def test_the_journal_holds_no_address_of_a_file(stage: Stage, shop: Shop) -> None:
    delivery = await one(shop.publisher.plan(jacket(), to="mastodon"))
    await settle(shop.publisher.run_due())
    held = everything(stage)

    assert "PLANTED" not in held
    assert JACKET not in held
    assert delivery.draft is not None
    (media,) = delivery.draft.media
    assert (media.url, media.fetched_from, media.filename) == (None, "shop.example", "jacket.png")
    assert (media.size, media.mime_type, media.width) == (len(png(3, 2)), "image/png", 3)
    assert media.sha256() == picture(width=3, height=2).sha256()
    assert list(stage.journal.media.digests()) == [media.sha256()]


async def test_a_journal_that_names_an_address_sends_nothing(stage: Stage, shop: Shop) -> None:
    delivery = await one(shop.publisher.plan(jacket(), to="mastodon"))
    named = f'"url":"{SIGNED}","sha256"'
    stage.rows("UPDATE deliveries SET body = replace(body, ?, ?)", '"sha256"', named)
    sent = await one(shop.publisher.run_due())

    assert sent.id == delivery.id
    assert sent.state is DeliveryState.NEEDS_DECISION
    assert (len(shop.requests), shop.uploaded) == (1, [])


# What cannot be fetched -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "could not be fetched: "),
        (b"<html>a page</html>", "is of no kind that platforms take"),
        (b"", "is empty"),
    ],
    ids=["missing", "page", "empty"],
)
async def test_what_cannot_be_fetched_is_not_planned(
    stage: Stage, shop: Shop, content: bytes | None, why: str
) -> None:
    shop.files = {} if content is None else {JACKET: content}
    with pytest.raises(sk.InvalidDraftError) as caught:
        await settle(shop.publisher.plan(jacket(), to="mastodon"))

    (problem,) = caught.value.problems
    assert (problem.field, problem.platform, problem.severity) == ("media[0]", "mastodon", Severity.ERROR)
    assert why in problem.message
    assert "PLANTED" not in str(caught.value)
    assert stage.states() == []
    assert list(stage.journal.media.digests()) == []


async def test_a_file_is_not_read_further_than_any_of_the_accounts_takes(stage: Stage, shop: Shop) -> None:
    for number, ref in enumerate(shop.workspace.accounts()):
        client: Any = (shop.workspace.client_for if stage.blocking else shop.workspace.client_async_for)(ref)
        longest = MediaLimit(bytes=20 + number)
        client._core.limits = client._core.limits.model_copy(update={"image": longest, "video": longest})
    with pytest.raises(sk.InvalidDraftError, match="longer than 21 bytes"):
        await settle(shop.publisher.plan(jacket(), to=["mastodon", "bluesky"]))

    assert [one.max_bytes for one in shop.requests] == [21]


async def test_each_account_says_which_of_its_files_cannot_be_fetched(shop: Shop) -> None:
    draft = jacket().model_copy(
        update={
            "thread": (Draft(text="Two", media=[Media.from_url(HOODIE)]),),
            "variants": {"bluesky": Variant(media=[Media.from_url(HOODIE)], thread=[])},
        }
    )
    previews: tuple[Preview, ...] = await settle(shop.publisher.preview(draft, to=["mastodon", "bluesky"]))
    errors = [
        (preview.account.platform, problem.field)
        for preview in previews
        for problem in preview.problems
        if problem.severity is Severity.ERROR
    ]

    assert errors == [("mastodon", "thread[0].media[0]"), ("bluesky", "media[0]")]
    assert [request.url for request in shop.requests] == [SIGNED, HOODIE]


# Previews and calendars -------------------------------------------------------------------------------


async def test_a_preview_shows_the_very_file_and_can_be_planned(stage: Stage, shop: Shop) -> None:
    (preview,) = await settle(shop.publisher.preview(jacket(), to="mastodon"))
    shop.files[JACKET] = OTHER
    (media,) = preview.draft.media
    await settle(shop.publisher.plan(preview.draft, to="mastodon"))
    await settle(shop.publisher.run_due())

    assert (media.width, media.mime_type, media.fetched_from) == (3, "image/png", "shop.example")
    assert shop.uploaded == [png(3, 2)]
    assert len(shop.requests) == 1


async def test_what_an_account_does_not_take_is_found_before_it_is_sent(shop: Shop) -> None:
    shop.files[JACKET] = mp4()
    draft = Draft(text="New in", media=[*jacket().media, picture(alt_text="A dot")])
    (preview,) = await settle(shop.publisher.preview(draft, to="mastodon"))
    (problem,) = [one for one in preview.problems if one.severity is Severity.ERROR]

    assert (problem.field, preview.draft.media[0].kind) == ("media", MediaKind.VIDEO)


class Calendar:
    def __init__(self, *slots: Slot) -> None:
        self.slots = slots


def slots(stage: Stage, *drafts: Draft) -> Calendar:
    at = stage.world.clock.now() + HOURS
    account = sk.AccountRef(platform="mastodon", brand="acme", name="main")
    return Calendar(
        *(Slot(key=str(number), account=account, at=at, draft=draft) for number, draft in enumerate(drafts))
    )


async def test_a_calendar_fetches_each_file_once(stage: Stage, shop: Shop) -> None:
    calendar = slots(stage, jacket(), jacket())
    planned: tuple[Delivery, ...] = await settle(shop.publisher.plan_calendar(calendar))
    again: tuple[Delivery, ...] = await settle(shop.publisher.plan_calendar(calendar))

    assert [found.id for found in again] == [found.id for found in planned]
    assert len(shop.requests) == 2
    shop.files[JACKET] = OTHER
    with pytest.raises(sk.JournalError, match="filled with something else"):
        await settle(shop.publisher.plan_calendar(calendar))


async def test_a_calendar_names_the_slot_whose_file_cannot_be_fetched(stage: Stage, shop: Shop) -> None:
    with pytest.raises(sk.InvalidDraftError) as caught:
        await settle(shop.publisher.plan_calendar(slots(stage, jacket(), jacket(HOODIE))))

    assert [problem.field for problem in caught.value.problems] == ["slots[1].media[0]"]
    assert stage.states() == []


# Platforms that fetch by themselves -------------------------------------------------------------------


class ShopOffice(Office):
    """The platform, and a shop that has a picture."""

    def _answer(self, request: Any) -> Any:
        if request.url.startswith("https://shop.example/"):
            return Response(200, {}, png(3, 2))
        return super()._answer(request)


def poster(stage: Stage, office: Office, shelf: Shelf | None) -> Any:
    kind: Any = Postcards if stage.blocking else AsyncPostcards
    account = sk.AccountRef(platform="postcards", brand="acme", name="main")
    return stage.publisher(kind(transport=office, media_host=shelf, account=account))


async def test_a_platform_that_fetches_gets_the_kept_file_from_the_host(stage: Stage) -> None:
    office = ShopOffice(suspends=not stage.blocking)
    publisher = poster(stage, office, Shelf())
    await settle(publisher.plan(jacket(), to="acme/postcards/main"))
    await settle(publisher.run_due())

    kept = picture(width=3, height=2).sha256()
    assert [card["pictures"] for card in office.cards] == [[f"https://shelf.example/{kept}.png"]]


async def test_without_a_host_a_planned_file_has_no_address_that_is_sure(stage: Stage) -> None:
    publisher = poster(stage, ShopOffice(suspends=not stage.blocking), None)

    with pytest.raises(sk.InvalidDraftError, match="its own address may hold another file by then"):
        await settle(publisher.plan(jacket(), to="acme/postcards/main"))
    assert stage.states() == []
