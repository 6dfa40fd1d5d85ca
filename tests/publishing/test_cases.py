"""A desk's cases in both databases: claimed once, changed by one at a time, and lost by no crash."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

import socialkit as sk
from socialkit.publishing._cases import CaseBook, CaseRow
from socialkit.publishing._lease import Mine
from tests.publishing.places import MINE, NOW, Place
from tests.publishing.test_databases import in_threads

ACCOUNT = "acme/mastodon/main"


def row(number: int, *, conversation: str | None = None) -> CaseRow:
    return CaseRow(
        id=f"case {number}",
        brand="acme",
        account=ACCOUNT,
        conversation=conversation,
        state="open",
        assignee="sales",
        due_at=None,
        version=1,
        body="{}",
    )


def book(place: Place, mine: Mine = MINE) -> CaseBook:
    place.journal()
    return CaseBook(place.database(), mine, "maria")


def opened(cases: CaseBook, one: CaseRow, message: str) -> bool:
    with cases.intake(one.account, NOW) as intake:
        new = intake.claim(message, one.id)
        if new:
            intake.add(one, {"rule": "prices"})
    return new


def test_a_message_is_claimed_by_one_of_many_at_once(place: Place) -> None:
    books = [book(place) for _ in range(4)]
    gate = threading.Barrier(4)
    won: list[int] = []

    def take(number: int) -> None:
        gate.wait()
        cases = books[number]
        won.extend(one for one in range(20) if opened(cases, row(100 * number + one), f"message {one}"))

    in_threads(*(lambda number=number: take(number) for number in range(4)))

    assert sorted(won) == list(range(20))
    assert len(books[0].page({}, "", 100)) == 20


def test_of_two_who_change_a_case_at_once_the_later_is_refused(place: Place) -> None:
    cases = book(place)
    opened(cases, row(1), "message")
    seen = cases.get("case 1")

    changed = cases.change(seen._replace(assignee="anna"), NOW, "assigned", {"to": "anna"})
    with pytest.raises(sk.JournalError, match="somebody else changed case"):
        cases.change(seen._replace(assignee="ben"), NOW, "assigned", {"to": "ben"})

    assert cases.get("case 1") == changed
    assert [line[3] for line in cases.history("case 1")] == ["opened", "assigned"]


def test_a_case_that_was_not_written_whole_is_not_there(place: Place) -> None:
    cases = book(place)

    def broken() -> None:
        with cases.intake(ACCOUNT, NOW) as intake:
            intake.claim("message", "case 1")
            intake.add(row(1), {})
            intake.read_until(NOW)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()

    assert cases.unknown(ACCOUNT, ["message"]) == {"message"}
    assert cases.read_until(ACCOUNT) is None
    assert opened(cases, row(1), "message")


def test_the_newest_case_of_a_conversation_is_found(place: Place) -> None:
    cases = book(place)
    for number in (1, 2):
        opened(cases, row(number, conversation="with ada"), f"message {number}")

    with cases.intake(ACCOUNT, NOW) as intake:
        talk, other = intake.talk("with ada"), intake.talk("with ben")

    assert talk is not None
    assert (talk.id, other) == ("case 2", None)


def test_cases_of_other_brands_are_not_there(place: Place) -> None:
    cases = book(place)
    opened(cases, row(1), "message")
    other = book(place, Mine(brands=("other",)))

    assert other.page({}, "", 10) == []
    with pytest.raises(sk.JournalError, match="not for these accounts"):
        other.get("case 1")


def test_a_desk_works_on_either_database(place: Place, socialkit_world: sk.Sandbox) -> None:
    world, journal = socialkit_world, place.journal()
    router = sk.Router(
        default=sk.RoutingRule(key="all", department="manager", first_response=timedelta(hours=1))
    )
    desk = sk.Desk(world.workspace(acme=["mastodon"]), journal, router=router, actor="maria")
    world.receive("mastodon", text="Hello")

    (case,) = desk.sweep()
    delivery = desk.reply(case, "Good day!")
    again = desk.sweep()

    assert delivery.state is sk.DeliveryState.CONFIRMED
    assert len(again) == 0
    assert [one.state for one in desk.cases()] == [sk.CaseState.ANSWERED]
    assert list(journal.verify()) == []
