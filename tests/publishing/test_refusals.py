"""What is wrong is refused before anything is written or sent, and says what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from socialkit.errors import ConfigurationError, InvalidDraftError, JournalError
from socialkit.models import Draft, Purpose, WallTime
from socialkit.publishing import DeliveryState, Scope
from socialkit.testing import message, post
from tests.publishing.stage import HOURS, Stage, one
from tests.support import collect, settle

NAIVE = datetime(2026, 3, 2, 10)  # noqa: DTZ001 - what is refused
EARLY = datetime(2020, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 10, tzinfo=UTC)
NEVER_SHOWN = WallTime("2026-03-29 02:30", zone="Europe/Paris")
SHOWN_TWICE = WallTime("2026-10-25 02:30", zone="Europe/Paris")

Call = Callable[[Any], Any]
PLANS: dict[str, tuple[Call, type[Exception], str]] = {
    "a naive time": (lambda p: p.plan("One", to="mastodon", at=NAIVE), ValueError, "at=.*no time zone"),
    "a naive limit": (
        lambda p: p.plan("One", to="mastodon", not_after=NAIVE),
        ValueError,
        "not_after=.*no time zone",
    ),
    "a limit before the time": (
        lambda p: p.plan("One", to="mastodon", at=LATER, not_after=LATER - HOURS),
        ConfigurationError,
        "before at=",
    ),
    "a negative limit": (
        lambda p: p.plan("One", to="mastodon", not_after=-HOURS),
        ConfigurationError,
        "before at=",
    ),
    "a limit that has passed": (
        lambda p: p.plan("One", to="mastodon", at=EARLY, not_after=EARLY + HOURS),
        ConfigurationError,
        "would never leave",
    ),
    "a time that has passed": (
        lambda p: p.plan("One", to="mastodon", at=EARLY),
        ConfigurationError,
        "would never leave",
    ),
    "a limit outside the calendar": (
        lambda p: p.plan("One", to="mastodon", not_after=timedelta.max),
        ConfigurationError,
        "calendar",
    ),
    "a time that is skipped": (
        lambda p: p.plan("One", to="mastodon", at=NEVER_SHOWN),
        ConfigurationError,
        "gap='later'",
    ),
    "a time that comes twice": (
        lambda p: p.plan("One", to="mastodon", at=SHOWN_TWICE),
        ConfigurationError,
        "overlap='first'",
    ),
    "a day": (lambda p: p.plan("One", to="mastodon", at=date(2026, 3, 2)), TypeError, "at must be"),
    "a text for a time": (lambda p: p.plan("One", to="mastodon", at="tomorrow"), TypeError, "at must be"),
    "a number for a limit": (
        lambda p: p.plan("One", to="mastodon", not_after=7200),
        TypeError,
        "not_after must be",
    ),
    "nobody": (lambda p: p.plan("One", to=[]), ConfigurationError, "no account"),
    "an empty name": (lambda p: p.plan("One", to=""), ConfigurationError, "no account"),
    "an unknown platform": (lambda p: p.plan("One", to="mastodn"), ConfigurationError, "mastodon"),
    "an unknown account": (lambda p: p.plan("One", to="acme/mastodon/fr"), ConfigurationError, "'fr'"),
    "an unknown brand": (lambda p: p.plan("One", to="other/mastodon/main"), ConfigurationError, "other"),
    "a number for an account": (lambda p: p.plan("One", to=[7]), TypeError, "to must be"),
    "None for accounts": (lambda p: p.plan("One", to=None), TypeError, "to must be"),
    "one good and one bad account": (
        lambda p: p.plan("One", to=["mastodon", "bluesky"]),
        ConfigurationError,
        "bluesky",
    ),
    "an empty draft": (lambda p: p.plan("", to="mastodon"), InvalidDraftError, "text"),
    "a long draft": (lambda p: p.plan("a" * 501, to="mastodon"), InvalidDraftError, "text"),
    "a number for a draft": (lambda p: p.plan(7, to="mastodon"), TypeError, "draft must be"),
    "a preview to nobody": (lambda p: p.preview("One", to=[]), ConfigurationError, "no account"),
    "a text for a message": (lambda p: p.reply("501", "Sorry"), TypeError, "message must be"),
    "a number for an answer": (lambda p: p.reply(message(), 7), TypeError, "text must be"),
    "a text to be hidden": (lambda p: p.hide("501"), TypeError, "message must be"),
    "a text to be shown": (lambda p: p.unhide("501"), TypeError, "message must be"),
    "a text to be deleted": (lambda p: p.delete("501"), TypeError, "thing must be"),
    "a message of nobody": (lambda p: p.reply(message(), "Sorry"), ConfigurationError, "whose it is"),
    "a post of nobody to be deleted": (lambda p: p.delete(post()), ConfigurationError, "whose it is"),
    "a post of nobody to be adopted": (
        lambda p: p.adopt(post(), Purpose(objective="traffic")),
        ConfigurationError,
        "whose it is",
    ),
    "a text to be adopted": (lambda p: p.adopt("401", Purpose()), TypeError, "post must be"),
    "a naive time to run by": (lambda p: p.run_due(now=NAIVE), ValueError, "now=.*no time zone"),
    "a text to run by": (lambda p: p.run_due(now="now"), TypeError, "now must be"),
    "a text for a scope": (lambda p: p.freeze("acme", reason="recall"), TypeError, "scope must be"),
    "a misspelt account in a scope": (
        lambda p: p.freeze(Scope(account="acme/mastodon/mian"), reason="recall"),
        ConfigurationError,
        "main",
    ),
    "a platform for an account in a scope": (
        lambda p: p.freeze(Scope(account="mastodon"), reason="recall"),
        ConfigurationError,
        "acme/mastodon/main",
    ),
    "a misspelt word for what waits": (
        lambda p: p.freeze(Scope(), reason="recall", native="unschedul"),
        ConfigurationError,
        "native='unschedul'",
    ),
    "an unknown delivery": (lambda p: p.cancel("d1"), JournalError, "no delivery d1"),
    "a number for a delivery": (lambda p: p.cancel(7), TypeError, "delivery must be"),
}


@pytest.mark.parametrize("case", PLANS)
async def test_a_wrong_argument_is_refused_before_anything_is_written(stage: Stage, case: str) -> None:
    call, kind, words = PLANS[case]
    machine = stage.machine()
    publisher = stage.publisher(machine.workspace.brand("acme"))
    with pytest.raises(kind, match=words):
        await settle(call(publisher))

    assert list(stage.journal.deliveries()) == []
    assert list(stage.journal.events()) == []
    assert stage.rows("SELECT * FROM freezes") == []
    assert machine.sent == []


@pytest.mark.parametrize(
    ("at", "kind", "words"),
    [
        (NAIVE, ValueError, "no time zone"),
        (EARLY, ConfigurationError, "would never leave"),
        (NEVER_SHOWN, ConfigurationError, "gap='later'"),
        (SHOWN_TWICE, ConfigurationError, "overlap='first'"),
        ("tomorrow", TypeError, "at must be"),
        (None, TypeError, "at must be"),
    ],
)
async def test_a_wrong_time_leaves_a_delivery_where_it_was(
    stage: Stage, at: Any, kind: type[Exception], words: str
) -> None:
    publisher = stage.acme()
    delivery = await one(publisher.plan("One", to="mastodon", at=LATER))
    with pytest.raises(kind, match=words):
        await settle(publisher.reschedule(delivery, at))

    assert [found.at for found in stage.journal.deliveries()] == [LATER]
    assert stage.history(delivery) == ["planned"]


async def test_a_misspelt_backlog_thaws_nothing(stage: Stage) -> None:
    publisher = stage.acme()
    await one(publisher.plan("One", to="mastodon"))
    freeze = await settle(publisher.freeze(Scope(), reason="recall"))
    with pytest.raises(ConfigurationError, match="'hold', 'reschedule', 'cancel'"):
        await settle(publisher.thaw(freeze, backlog="canceled"))

    assert stage.states() == ["held"]
    assert await settle(publisher.run_due()) == ()
    assert [one.state.value for one in await settle(publisher.thaw(freeze, backlog="cancel"))] == [
        "cancelled"
    ]


async def test_a_place_in_the_history_that_is_none_is_refused(stage: Stage) -> None:
    with pytest.raises(ConfigurationError, match="'yesterday'"):
        await collect(stage.acme().events(after="yesterday"))


async def test_all_problems_of_all_accounts_are_told_and_none_is_planned(stage: Stage) -> None:
    publisher = stage.acme("mastodon", "bluesky")
    with pytest.raises(InvalidDraftError) as raised:
        await settle(publisher.plan("a" * 600, to=["mastodon", "bluesky"]))

    assert {problem.platform for problem in raised.value.problems} == {"mastodon", "bluesky"}
    assert stage.states() == []


async def test_a_time_that_has_just_passed_is_still_planned(stage: Stage) -> None:
    publisher = stage.acme()
    delivery = await one(publisher.plan("One", to="mastodon", at=stage.world.clock.now() - HOURS))

    assert (await one(publisher.deliver(delivery))).state is DeliveryState.CONFIRMED


async def test_a_preview_is_what_is_sent(stage: Stage) -> None:
    publisher = stage.acme("mastodon", "bluesky")
    draft = Draft(text="a" * 290 + " and more", variants={"bluesky": {"text": "short"}})  # type: ignore[dict-item]
    previews = await settle(publisher.preview(draft, to=["mastodon", "bluesky"]))
    await settle(publisher.plan(draft, to=["mastodon", "bluesky"]))
    await settle(publisher.run_due())

    for preview in previews:
        assert stage.texts(preview.account.platform) == [preview.draft.text]
    assert [delivery.draft for delivery in stage.journal.deliveries()] == [one.draft for one in previews]


async def test_an_answer_that_the_platform_would_refuse_is_refused_without_being_sent(stage: Stage) -> None:
    machine = stage.machine()
    brand = machine.workspace.brand("acme")
    stage.world.receive("mastodon", text="Hello?")
    (received,) = await collect(stage.client_of(brand, "mastodon").inbox.iterate())
    delivery = await one(stage.publisher(brand).reply(received, "  "))

    assert delivery.state is DeliveryState.REFUSED
    assert delivery.because is not None
    assert "empty" in delivery.because
    assert machine.writes == []
