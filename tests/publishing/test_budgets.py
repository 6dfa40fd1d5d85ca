"""What a platform allows, shared by all who use a journal: never more than that, and no brand without any."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import socialkit as sk
from socialkit.errors import JournalError, RateLimitedError
from socialkit.publishing import Journal
from socialkit.publishing._budgets import JournalBudget
from socialkit.publishing._database import Database
from socialkit.publishing._sqlite import SQLite
from socialkit.transport import (
    BudgetOwner,
    LocalLimit,
    RateBudget,
    RateHeaders,
    RateReading,
    Response,
    shared_budget,
)
from tests.publishing.places import Place
from tests.support import settle

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NOTHING = timedelta(0)
NAMES = RateHeaders(remaining="x-left", reset="x-reset", limit="x-limit")

Maker = Callable[..., JournalBudget]


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def blocking(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def journal() -> Iterator[Journal]:
    with Journal.open("sqlite://") as journal:
        yield journal


def budget_in(
    journal: Journal,
    brand: str = "acme",
    *,
    local: LocalLimit | None = None,
    app_wide: bool = False,
    name: str = "pixelwall",
) -> JournalBudget:
    owner = BudgetOwner(name=name, brand=brand, app_wide=app_wide)
    return JournalBudget(journal.database, owner, headers=NAMES, local=local, bucket=None)


def told(left: float, resets_at: datetime, limit: float = 10) -> RateReading:
    return RateReading(left, resets_at, limit)


def taken(budget: RateBudget, now: datetime, most: int = 1_000) -> int:
    """Take until there is nothing left, and return how many that were."""
    return next((number for number in range(most) if budget.take(now)), most)


def test_calls_of_one_count_for_the_others(journal: Journal) -> None:
    one, two = budget_in(journal), budget_in(journal)
    one.learn(told(3, NOON + 90 * SECOND))

    assert [budget.take(NOON) for budget in (one, two, one)] == [NOTHING] * 3
    assert one.take(NOON) >= 90 * SECOND
    assert two.delay(NOON) == one.delay(NOON)


def test_accounts_and_buckets_have_budgets_of_their_own(journal: Journal) -> None:
    budget_in(journal).hold(NOON + 90 * SECOND)
    other = budget_in(journal, name="pixelwall of somebody else")
    here = budget_in(journal)

    assert here.take(NOON) >= 90 * SECOND
    assert (other.take(NOON), here.take(NOON, "uploads")) == (NOTHING, NOTHING)


def test_nothing_is_waited_for_until_an_answer_tells_something(journal: Journal) -> None:
    assert taken(budget_in(journal), NOON, most=50) == 50


def test_the_first_answer_does_not_count_those_that_are_on_their_way(journal: Journal) -> None:
    budget = budget_in(journal)
    assert taken(budget, NOON, most=4) == 4
    budget.learn(told(9, NOON + 60 * SECOND))

    assert taken(budget, NOON) == 6


def test_an_answer_that_was_overtaken_gives_nothing_back(journal: Journal) -> None:
    budget, ends = budget_in(journal), NOON + 60 * SECOND
    budget.learn(told(5, ends))
    assert taken(budget, NOON, most=3) == 3
    budget.learn(told(4, ends))

    assert taken(budget, NOON) == 2


def test_what_others_spent_elsewhere_is_believed(journal: Journal) -> None:
    budget, ends = budget_in(journal), NOON + 60 * SECOND
    budget.learn(told(9, ends))
    budget.learn(told(1, ends))

    assert taken(budget, NOON) == 1


def test_a_window_that_ended_begins_anew_with_all_of_it(journal: Journal) -> None:
    budget = budget_in(journal)
    budget.take(NOON)
    budget.learn(told(0, NOON + 60 * SECOND))
    wait = budget.delay(NOON)

    assert NOTHING < wait - 60 * SECOND < SECOND
    assert taken(budget, NOON + wait) == 10
    budget.learn(told(9, NOON + 120 * SECOND))  # the first answer of the new window, overtaken by nine calls
    assert taken(budget, NOON + wait) == 0
    budget.learn(told(7, NOON + 60 * SECOND))  # a late one of the old window
    assert taken(budget, NOON + wait) == 0


def test_a_reset_that_is_counted_in_seconds_left_begins_no_new_window(journal: Journal) -> None:
    budget = budget_in(journal)
    budget.learn(told(5, NOON + 60 * SECOND))
    assert taken(budget, NOON, most=4) == 4
    budget.learn(told(4, NOON + 61 * SECOND))

    assert taken(budget, NOON) == 1


def test_a_window_that_begins_early_by_our_clock_is_believed(journal: Journal) -> None:
    budget = budget_in(journal)
    budget.learn(told(0, NOON + 60 * SECOND))
    budget.learn(told(9, NOON + 120 * SECOND))

    assert taken(budget, NOON + 55 * SECOND) == 9


def test_a_refusal_holds_everybody_up(journal: Journal) -> None:
    one, two = budget_in(journal), budget_in(journal)
    one.learn(told(9, NOON + 600 * SECOND))
    one.hold(NOON + 30 * SECOND)

    assert two.take(NOON) >= 30 * SECOND
    assert two.take(NOON + 31 * SECOND) == NOTHING
    assert two.reading(NOON + 32 * SECOND).limit == 10


@pytest.mark.parametrize("local", [None, LocalLimit(300, 300 * SECOND)], ids=["told", "told and local"])
def test_a_refusal_stands_whatever_was_on_its_way(place: Place, local: LocalLimit | None) -> None:
    with place.journal() as journal:
        one, two = budget_in(journal, local=local), budget_in(journal, local=local)
        one.take(NOON)
        one.learn(told(250, NOON + 300 * SECOND, 300))
        one.hold(NOON + 60 * SECOND)
        one.hold(NOON + 30 * SECOND)  # of another call: the later time counts
        two.learn(told(200, NOON + 300 * SECOND, 300))

        assert two.take(NOON + SECOND) == two.delay(NOON + SECOND) == 59 * SECOND
        assert two.take(NOON + 59 * SECOND) == SECOND
        assert two.take(NOON + 60 * SECOND) == NOTHING


def test_a_refusal_that_is_the_first_that_is_known_stands(place: Place) -> None:
    with place.journal() as journal:
        budget = budget_in(journal)
        budget.hold(NOON + 60 * SECOND)
        budget.learn(told(200, NOON + 300 * SECOND, 300))

        assert budget.take(NOON + SECOND) == 59 * SECOND
        assert budget.take(NOON + 60 * SECOND) == NOTHING


def test_answers_are_read_by_the_platforms_headers(journal: Journal) -> None:
    answer = Response(200, {"x-left": "1", "x-reset": "60", "x-limit": "7"}, b"")
    budget_in(journal).update(answer, NOON)

    assert budget_in(journal).reading(NOON) == RateReading(1, NOON + 60 * SECOND, 7)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine
@given(
    calls=st.integers(1, 40),
    per=st.timedeltas(SECOND, timedelta(hours=3)),
    gaps=st.lists(st.floats(0, 0.2), min_size=1, max_size=60),
)
def test_no_stretch_holds_more_calls_than_a_silent_platform_gets(
    calls: int, per: timedelta, gaps: list[float]
) -> None:
    with Journal.open("sqlite://") as journal:
        budget, now, at = budget_in(journal, local=LocalLimit(calls, per)), NOON, list[datetime]()
        for gap in gaps:
            now += per * gap
            while not budget.take(now):
                at.append(now)

        for first in at:
            assert sum(first <= one < first + per for one in at) <= calls


def test_calls_to_a_silent_platform_use_almost_all_of_it(journal: Journal) -> None:
    budget, now, calls = budget_in(journal, local=LocalLimit(300, timedelta(minutes=5))), NOON, 0
    while now < NOON + timedelta(minutes=50):
        wait = budget.take(now)
        calls += not wait
        now += wait

    assert 0.98 <= calls / 3_000 <= 1


# Between brands -----------------------------------------------------------------------------------


def test_a_brand_alone_has_all_of_an_apps_budget(journal: Journal) -> None:
    budget = budget_in(journal, app_wide=True)
    budget.take(NOON)
    budget.learn(told(99, NOON + 60 * SECOND, 100))

    assert taken(budget, NOON + SECOND) == 99


def test_no_brand_eats_what_another_asked_for(journal: Journal) -> None:
    greedy, modest = budget_in(journal, "greedy", app_wide=True), budget_in(journal, "modest", app_wide=True)
    greedy.take(NOON)
    modest.take(NOON)
    greedy.learn(told(99, NOON + 60 * SECOND, 100))

    assert taken(greedy, NOON) == 49
    assert taken(modest, NOON) == 49


def test_what_a_brand_leaves_is_used_before_the_window_ends(journal: Journal) -> None:
    greedy, modest = budget_in(journal, "greedy", app_wide=True), budget_in(journal, "modest", app_wide=True)
    greedy.take(NOON)
    modest.take(NOON)
    greedy.learn(told(99, NOON + 60 * SECOND, 100))
    now, calls = NOON, 0
    while now < NOON + 60 * SECOND:
        wait = greedy.take(now)
        calls += not wait
        now += wait

    assert calls == 98


def test_a_brand_that_stopped_asking_keeps_nothing(journal: Journal) -> None:
    greedy, gone = budget_in(journal, "greedy", app_wide=True), budget_in(journal, "gone", app_wide=True)
    greedy.take(NOON)
    gone.take(NOON)
    greedy.learn(told(99, NOON + 60 * SECOND, 100))
    now = NOON
    for _ in range(3):
        now += 61 * SECOND
        greedy.take(now)
        greedy.learn(told(99, now + 60 * SECOND, 100))

    assert taken(greedy, now) == 99


def test_accounts_without_a_shared_app_do_not_wait_for_each_other(journal: Journal) -> None:
    greedy, modest = budget_in(journal, "greedy"), budget_in(journal, "modest")
    greedy.take(NOON)
    modest.take(NOON)
    greedy.learn(told(99, NOON + 60 * SECOND, 100))

    assert taken(greedy, NOON) == 98


# Through clients ----------------------------------------------------------------------------------


def test_threads_take_no_call_twice(tmp_path: Path) -> None:
    with Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        budget_in(journal).learn(told(100, NOON + 60 * SECOND, 100))
        counts = Counter[int]()

        def work(number: int) -> None:
            with Journal.open(f"sqlite:///{tmp_path}/journal.db") as mine:
                counts[number] = taken(budget_in(mine), NOON)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert counts.total() == 100


async def test_clients_of_an_account_share_what_the_platform_told_one_of_them(
    socialkit_world: sk.Sandbox, journal: Journal, blocking: bool
) -> None:
    with journal.share_budgets():
        workspace = socialkit_world.workspace(acme=["mastodon"])
        acme = workspace.brand("acme")
        client: Any = acme.client("mastodon") if blocking else acme.client_async("mastodon")
        await settle(client.posts.publish("One"))
        await settle(client.posts.publish("Two"))

        with journal.database.reading() as session:
            rows = session.run("SELECT name, bucket, remaining, whole FROM budgets ORDER BY bucket")

    assert {str(name).rpartition(" ")[2] for name, *_ in rows} == {"acme/mastodon/main"}
    assert any(whole is not None and left < whole for *_, left, whole in rows)


async def test_what_another_process_spent_is_not_sent_for(
    socialkit_world: sk.Sandbox, journal: Journal, blocking: bool
) -> None:
    with journal.share_budgets():
        acme = socialkit_world.workspace(acme=["mastodon"]).brand("acme")
        client: Any = acme.client("mastodon") if blocking else acme.client_async("mastodon")
        await settle(client.posts.publish("One"))
        with journal.database.writing() as session:
            session.run("UPDATE budgets SET remaining = 0")
        with pytest.raises(RateLimitedError, match="nothing was sent"):
            await settle(client.posts.publish("Two"))

    assert [post.text for post in socialkit_world.posts("mastodon")] == ["One"]


def test_clients_without_a_brand_keep_their_budgets_to_themselves(
    socialkit_world: sk.Sandbox, journal: Journal
) -> None:
    with journal.share_budgets(), socialkit_world.connect("mastodon") as client:
        client.posts.publish("One")
        with journal.database.reading() as session:
            assert session.run("SELECT count(*) FROM budgets") == [(0,)]


def test_sharing_ends_where_it_was_said_to(journal: Journal) -> None:
    owner = BudgetOwner(name="pixelwall", brand="acme")
    with journal.share_budgets():
        inside = shared_budget("pixelwall acme", owner=owner)
        assert shared_budget("pixelwall acme", owner=owner) is inside
    outside = shared_budget("pixelwall acme", owner=owner)

    assert (inside.blocks, outside.blocks) == (True, False)


class Broken(SQLite):
    """A database that answered once."""

    broken = False

    def writing(self, *, flushed: bool = True) -> Any:
        if self.broken:
            message = "the disk is gone"
            raise JournalError(message)
        return super().writing(flushed=flushed)

    reading = writing


def test_a_lost_journal_takes_no_answer_along_but_lets_nothing_begin(tmp_path: Path) -> None:
    database: Database = Broken(tmp_path / "journal.db")
    with Journal(database, None) as journal:  # type: ignore[arg-type] # no files here
        budget = budget_in(journal)
        Broken.broken = True
        try:
            budget.learn(told(1, NOON + 60 * SECOND))
            budget.hold(NOON + 60 * SECOND)

            assert budget.delay(NOON) == NOTHING
            with pytest.raises(JournalError):
                budget.take(NOON)
        finally:
            Broken.broken = False


async def test_an_event_loop_goes_on_while_a_budget_is_asked(
    socialkit_world: sk.Sandbox, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = set[int]()
    take = JournalBudget.take

    def noted(self: JournalBudget, now: datetime, bucket: str = "") -> timedelta:
        threads.add(threading.get_ident())
        return take(self, now, bucket)

    monkeypatch.setattr(JournalBudget, "take", noted)
    with journal.share_budgets():
        acme = socialkit_world.workspace(acme=["mastodon"]).brand("acme")
        await acme.client_async("mastodon").posts.publish("One")

    assert threads
    assert threading.get_ident() not in threads
