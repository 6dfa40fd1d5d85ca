"""A journal in which everything is tried: it refuses as ever, and is afterwards as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

import socialkit as sk
from socialkit.publishing._database import UnusableError
from socialkit.publishing._rehearsal import rehearsal
from socialkit.testing import picture
from tests.publishing.places import Place

MORNINGS = sk.Recurrence("FREQ=DAILY", start=sk.WallTime("2026-03-01 09:30", zone="Europe/Paris"))


def states(deliveries: Sequence[sk.Delivery]) -> list[str]:
    return [one.state.value for one in deliveries]


def test_what_is_tried_meets_every_refusal_and_nothing_of_it_stays(
    place: Place, socialkit_world: sk.Sandbox
) -> None:
    client, later = socialkit_world.connect("mastodon"), socialkit_world.clock.now() + timedelta(days=1)
    with place.journal() as journal:
        nobody = sk.Authority(lines=[])
        (kept,) = sk.Publisher(client, journal).plan("Kept", to="mastodon", at=later, key="kept")
        history = list(journal.events())
    with rehearsal(place.url) as tried:
        publisher = sk.Publisher(client, tried, actor="maria")
        new = publisher.plan("New", to="mastodon", at=later)
        queued = publisher.queue("Queued", to="mastodon", slots=MORNINGS)
        cancelled = publisher.cancel(kept, because="recall")
        with pytest.raises(sk.JournalError):
            publisher.plan("Other", to="mastodon", at=later, key="kept")
        with pytest.raises(sk.JournalError):
            publisher.approve(kept)
        with pytest.raises(sk.NotAuthorisedError):
            sk.Publisher(client, tried, actor="sam", authority=nobody).cancel(kept, because="spite")
        seen = list(publisher.deliveries())

    assert states([*new, *queued, cancelled]) == ["planned", "planned", "cancelled"]
    assert [one.id for one in seen] == [kept.id]
    with place.journal() as journal:
        assert list(journal.events()) == history


def test_where_no_journal_is_none_is_made(empty_place: Place, socialkit_world: sk.Sandbox) -> None:
    client = socialkit_world.connect("mastodon")
    for _ in range(2):
        with rehearsal(empty_place.url) as tried:
            publisher = sk.Publisher(client, tried)
            publisher.plan("New", to="mastodon")
            assert states(list(publisher.deliveries())) == ["planned"]
    with empty_place.database().reading() as session:
        assert session.run(empty_place.database().dialect.known) == []


def test_files_of_what_is_tried_wait_nowhere(sqlite_place: Place, socialkit_world: sk.Sandbox) -> None:
    sqlite_place.journal().close()
    with rehearsal(sqlite_place.url) as tried:
        draft = sk.Draft(text="New", media=[picture()])
        sk.Publisher(socialkit_world.connect("mastodon"), tried).plan(draft, to="mastodon")

    assert list(sqlite_place.media.digests()) == []


def test_a_journal_of_another_version_is_not_tried(sqlite_place: Place) -> None:
    sqlite_place.journal().close()
    with sqlite_place.database().writing() as session:
        session.run("UPDATE meta SET value = '1' WHERE name = 'schema'")

    with pytest.raises(UnusableError, match="has schema 1"), rehearsal(sqlite_place.url):
        pass
