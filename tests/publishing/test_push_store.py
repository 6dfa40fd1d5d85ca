"""What was pushed already, in the journal's database."""

from __future__ import annotations

from datetime import timedelta

from socialkit.publishing import JournalPushStore
from tests.publishing.places import InEitherDatabase, Place
from tests.webhooks.test_stores import NOON, PushStoreSuite, claim


class TestJournalPushStore(InEitherDatabase, PushStoreSuite):
    def open(self, place: Place) -> JournalPushStore:
        return JournalPushStore(place.journal())

    def test_another_process_finds_what_one_claimed(self, place: Place) -> None:
        assert claim(self.open(place), "a") == {"a"}
        assert claim(self.open(place), "a") == set()

    def test_old_pushes_take_no_room(self, place: Place) -> None:
        journal = place.journal()
        for day in range(30):
            claim(JournalPushStore(journal), f"day {day}", at=NOON + timedelta(days=day))

        with journal.database.reading() as session:
            assert session.run("SELECT count(*) FROM pushes") == [(8,)]
