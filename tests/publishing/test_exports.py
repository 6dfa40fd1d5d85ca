"""A kept export shows what the journal alone cannot: tails cut off, and histories written anew."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from socialkit.errors import ConfigurationError
from socialkit.publishing import Delivery
from socialkit.publishing._history import bound, chained
from socialkit.sandbox import Sandbox
from tests.publishing.places import PAIRS, Place
from tests.publishing.stage import HOURS
from tests.publishing.test_authority import Office
from tests.publishing.test_verification import change
from tests.support import settle


@pytest.fixture(params=PAIRS, ids=lambda pair: pair[0].__name__)
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    kind, where = request.param
    place: Place = request.getfixturevalue(where)
    with Sandbox(seed=7) as world:
        yield Office(world, place.journal(), kind)


async def used(office: Office) -> Delivery:
    """Have posts out, anchors made, and after them a plan that was cancelled."""
    for _ in range(2):
        await settle(office.publisher().plan("One", to="acme/mastodon/main"))
        await settle(office.publisher().run_due())
        office.world.clock.advance(24 * HOURS)
    waits = await office.planned()
    await settle(office.publisher().cancel(waits))
    return waits


def kept(office: Office) -> list[str]:
    """Return the lines of an export."""
    file = io.StringIO()
    office.journal.export(file)
    return file.getvalue().splitlines()


def departures(office: Office, export: list[str]) -> list[str]:
    """Return what only the export shows."""
    assert list(office.journal.verify()) == []
    return list(office.journal.verify(against=export))


async def test_a_journal_that_only_grew_departs_from_no_export(office: Office) -> None:
    waits = await used(office)
    export = kept(office)
    await office.planned()

    assert departures(office, export) == []
    assert departures(office, export[-1:]) == []
    assert any(waits.id in line for line in export)


async def test_a_tail_that_was_cut_off_shows_against_an_export(office: Office) -> None:
    """That it was cancelled is gone from both, and it would be sent."""
    waits = await used(office)
    export = kept(office)
    before = json.loads(export[-3])
    change(office, "DELETE FROM events WHERE delivery = ? AND number = 2", waits.id)
    change(
        office,
        "UPDATE deliveries SET state = 'planned', number = 1, head = ?, outcome = '{}', ready_at = due_at"
        " WHERE id = ?",
        before["digest"],
        waits.id,
    )

    assert departures(office, export) == [
        f"delivery {waits.id}: line 2 of its history was removed since the export"
    ]
    (flaw,) = departures(office, export[-1:])
    assert flaw == f"the history up to line {before['seq'] + 1} is not the one that was exported"


def written_anew(office: Office, delivery: str) -> None:
    """Have a whole history, and the anchors over it, say that somebody else did it."""
    with office.journal.database.writing() as session:
        columns = "number, at, what, state, detail"
        head = ""
        for number, at, what, state, detail in session.run(
            f"SELECT {columns} FROM events WHERE delivery = ? ORDER BY number", delivery
        ):
            head = chained(head, (delivery, number, at, "mallory", what, state, detail))
            update = "UPDATE events SET actor = 'mallory', digest = ? WHERE delivery = ? AND number = ?"
            session.run(update, head, delivery, number)
        session.run("UPDATE deliveries SET head = ? WHERE id = ?", head, delivery)


async def test_a_history_that_was_written_anew_shows_against_an_export(office: Office) -> None:
    waits = await used(office)
    export = kept(office)
    written_anew(office, waits.id)

    assert departures(office, export) == [
        f"delivery {waits.id}: line {number} of its history was altered since the export" for number in (1, 2)
    ]
    assert len(departures(office, export[-1:])) == 1


async def test_anchors_that_were_removed_with_their_lines_show_against_an_export(office: Office) -> None:
    await used(office)
    export = kept(office)
    change(office, "DELETE FROM anchors")
    change(office, "DELETE FROM events WHERE delivery = 'the journal'")

    assert departures(office, export) == [
        f"the journal: line {number} of its history was removed since the export" for number in (1, 2)
    ]


async def test_a_line_that_was_put_in_between_shows_against_an_export(office: Office) -> None:
    """The export is that of a journal in which it was not."""
    await used(office)
    first, added, *lines, end = kept(office)
    assert json.loads(added)["what"] == "anchored"
    without = json.dumps({**json.loads(end), "lines": len(lines) + 1})

    assert departures(office, [first, *lines, without]) == [
        "the journal: line 1 of its history was added since the export"
    ]


async def test_an_export_holds_the_anchors_and_binds_all_of_it(office: Office) -> None:
    await used(office)
    *lines, end = map(json.loads, kept(office))
    anchored = {line["detail"]["day"]: line["detail"] for line in lines if line["what"] == "anchored"}
    with office.journal.database.reading() as session:
        anchors = session.run("SELECT day, upto, digest FROM anchors")
        digest = bound(session, "", 0, lines[-1]["seq"])
        heads = dict(session.run("SELECT id, head FROM deliveries"))

    assert {(day, one["upto"], one["digest"]) for day, one in anchored.items()} == set(anchors)
    assert end == {"upto": lines[-1]["seq"], "lines": len(lines), "digest": digest}
    assert heads.items() <= {line["delivery"]: line["digest"] for line in lines}.items()


async def test_an_export_of_which_something_is_missing_is_named(office: Office) -> None:
    await used(office)
    export = kept(office)
    count = len(export) - 1

    assert departures(office, export[:-1]) == [
        f"the export is not whole: it ends after {count} lines without the one that binds them"
    ]
    assert departures(office, export[2:-1] + export[-1:])[-1] == (
        f"the export is not whole: {count - 2} of its {count} lines are there"
    )
    assert departures(office, []) == [
        "the export is not whole: it ends after 0 lines without the one that binds them"
    ]


NO_EXPORTS = ["", "{", "[]", "7", '{"seq": 1}', '{"upto": "1", "lines": 1, "digest": ""}', '{"upto": 1}']


@pytest.mark.parametrize("line", NO_EXPORTS)
async def test_what_is_no_export_is_refused(office: Office, line: Any) -> None:
    with pytest.raises(ConfigurationError, match="no export of a journal: line 1 "):
        list(office.journal.verify(against=[line]))
