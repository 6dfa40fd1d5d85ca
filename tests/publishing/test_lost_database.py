"""Publishing while the journal's database comes and goes: nothing is lost, nothing is out twice."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest

from socialkit.errors import JournalError
from socialkit.models import Draft
from socialkit.publishing import AsyncPublisher, DeliveryState, Journal, Publisher
from socialkit.publishing._database import Database, Dialect, Session
from socialkit.sandbox import Sandbox
from tests.publishing.places import Place
from tests.support import settle

TRANSACTIONS = 8
"""Taking, beginning and ending each of two parts, settling, reading back, and finding nothing more."""
LATER = timedelta(minutes=16)
"""Longer than a lease, a pause, and the time in which a write that was lost may still land."""
DAYS = timedelta(days=2)
LOST = "the journal cannot be used"


class Failing:
    """A database that is lost at the n-th transaction that writes: before it lasts, or after."""

    def __init__(self, inner: Database) -> None:
        self.inner = inner
        self.settled = inner.settled
        self._due = 0
        self._lasting = False

    def lose(self, transaction: int, *, lasting: bool) -> None:
        """Order it."""
        self._due, self._lasting = transaction, lasting

    @property
    def failed(self) -> bool:
        """Whether it came to it."""
        return self._due <= 0

    @property
    def dialect(self) -> Dialect:
        return self.inner.dialect

    def writing(self, *, flushed: bool = True) -> AbstractContextManager[Session]:
        return self._counted(self.inner.writing(flushed=flushed))

    def alone(self) -> AbstractContextManager[Session]:
        return self._counted(self.inner.alone())

    def reading(self) -> AbstractContextManager[Session]:
        return self.inner.reading()

    def close(self) -> None:
        self.inner.close()

    @contextmanager
    def _counted(self, transaction: AbstractContextManager[Session]) -> Generator[Session]:
        self._due -= 1
        lost = self._due == 0
        with transaction as session:
            yield session
            if lost and not self._lasting:
                raise JournalError(LOST)
        if lost:
            raise JournalError(LOST)


@pytest.mark.parametrize("kind", [Publisher, AsyncPublisher])
@pytest.mark.parametrize("lasting", [False, True], ids=["before it lasts", "after it lasts"])
async def test_a_delivery_outlives_the_loss_of_its_journal_at_any_moment(
    place: Place, kind: Any, lasting: bool
) -> None:
    with Sandbox(seed=7) as world:
        brand = world.workspace(acme=["mastodon"]).brand("acme")
        database = Failing(place.database())
        journal = Journal(database, place.media)
        publisher = kind(brand, journal)
        await settle(publisher.run_due())
        for transaction in range(1, TRANSACTIONS + 1):
            text, answer = f"lost at {transaction}", f"its answer {transaction}"
            draft = Draft(text=text, thread=[Draft(text=answer)])
            (planned,) = await settle(publisher.plan(draft, to="mastodon", not_after=DAYS))
            database.lose(transaction, lasting=lasting)
            with suppress(JournalError):
                await settle(publisher.run_due())
            assert database.failed
            database.lose(0, lasting=False)
            for _ in range(3):
                world.clock.advance(LATER)
                await settle(publisher.reconcile())
                await settle(publisher.run_due())

            (delivery,) = [one for one in journal.deliveries() if one.id == planned.id]
            assert delivery.state is DeliveryState.CONFIRMED, f"{text}: {delivery}"
            out = [post.text for post in world.posts("mastodon")]
            assert (out.count(text), out.count(answer)) == (1, 1)
        assert list(journal.verify()) == []
