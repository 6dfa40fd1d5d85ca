"""What only a database on a server can do to a journal."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from socialkit.errors import ConfigurationError, JournalError
from socialkit.models import Draft
from socialkit.publishing import AsyncPublisher, DeliveryState, FolderMediaStore, Journal, Publisher, Scope
from socialkit.publishing._database import Database, Value
from socialkit.publishing._freezes import Freezer
from socialkit.publishing._history import page
from socialkit.publishing._lease import STEPS, PostTakenError
from socialkit.publishing._postgres import CONNECTIONS, GATE, Postgres, placed
from socialkit.publishing._rows import Outcome
from socialkit.sandbox import Sandbox
from socialkit.testing import picture
from tests.publishing.conftest import administer
from tests.publishing.places import MINE, NOW, POST, Place, planned, planner, rows, seconds, worker
from tests.publishing.test_lost_database import DAYS, LATER
from tests.publishing.wire import Wire
from tests.support import settle

SECRET = "made/up%zz-password"
State = DeliveryState
OVER = seconds(1_000)
"""When a lease has run out."""


@pytest.fixture
def admin(postgres_place: Place) -> Iterator[psycopg.Connection[Any]]:
    """Somebody else who works with the database."""
    with psycopg.connect(postgres_place.url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def wire(postgres_place: Place) -> Iterator[Wire]:
    """A line to the database."""
    port = urlsplit(postgres_place.url).port
    assert port is not None
    with Wire(port) as wire:
        yield wire


@pytest.fixture
def over_wire(postgres_place: Place, wire: Wire) -> Iterator[Postgres]:
    """The database, over that line."""
    parts = urlsplit(postgres_place.url)
    database = Postgres(f"postgresql://live@127.0.0.1:{wire.port}{parts.path}?sslmode=disable")
    yield database
    database.close()


def count(place: Place, table: str = "deliveries") -> int:
    with place.database().reading() as session:
        number: int = session.run(f"SELECT count(*) FROM {table}")[0][0]
        return number


# Addresses ----------------------------------------------------------------------------------------


def test_marks_are_placed_outside_of_quotes_only() -> None:
    sql = "SELECT 5 % 2, '?', 'it''s 100 %?' FROM t WHERE a = ? AND b = ?"

    assert placed(sql) == b"SELECT 5 %% 2, '?', 'it''s 100 %%?' FROM t WHERE a = %s AND b = %s"


def test_quotes_come_through_as_they_are(postgres_place: Place) -> None:
    with postgres_place.database().reading() as session:
        assert session.run("SELECT '100 %?', 5 % 3, ?", "a") == [("100 %?", 2, "a")]


def test_a_journal_is_opened_by_its_address(postgres_place: Place) -> None:
    with Journal.open(postgres_place.url) as journal:
        planned(journal.database, 1)

        assert [one.state for one in journal.deliveries()] == [DeliveryState.PLANNED]


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "socialkit.publishing._postgres", None)

    with pytest.raises(ConfigurationError, match=r"pip install 'socialkit\[postgres\]'"):
        Journal.open("postgresql://127.0.0.1/journal")


@pytest.mark.parametrize(
    "address", [f"postgresql://live:{SECRET}@127.0.0.1/journal", "postgresql://[/journal"]
)
def test_an_address_that_cannot_be_read_is_not_repeated(address: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Journal.open(address)

    assert "cannot be read" in str(caught.value)
    assert "password" not in f"{caught.value} {caught.value.__cause__}"
    assert caught.value.__suppress_context__


def test_a_password_is_shown_nowhere() -> None:
    with ExitStack() as stack:
        port = stack.enter_context(Wire(9)).port
        stack.close()
    database = Postgres(f"postgresql://live:made-up-password@127.0.0.1:{port}/journal")

    with pytest.raises(JournalError) as caught:
        Journal(database, FolderMediaStore("media"))

    assert "journal on 127.0.0.1 cannot be used: connection failed" in str(caught.value)
    assert "made-up" not in f"{caught.value} {caught.value.__cause__} {database!r}"


def shown(error: BaseException) -> str:
    """Return what reports an error with all variables, but for those of the tests."""
    links: list[BaseException | None] = [error]
    lines: list[str] = []
    while links:
        if (link := links.pop()) is not None:
            report = traceback.TracebackException.from_exception(link, capture_locals=True, compact=True)
            frames = [frame for frame in report.stack if "/tests/" not in frame.filename]
            lines += [*traceback.StackSummary.from_list(frames).format(), repr(link)]
            links += [link.__cause__, link.__context__]
    return "".join(lines)


def refused_address() -> str:
    with ExitStack() as stack:
        port = stack.enter_context(Wire(9)).port
        stack.close()
    return f"postgresql://live:made-up-password@127.0.0.1:{port}/journal"


@pytest.mark.parametrize(
    "address",
    [
        refused_address(),
        "postgresql://live:made-up-password%zz@127.0.0.1/journal",
        "mysql://live:made-up-password@127.0.0.1/journal",
    ],
    ids=["refused", "unreadable", "of another kind"],
)
def test_a_report_of_all_variables_shows_no_password(address: str) -> None:
    with pytest.raises((JournalError, ConfigurationError)) as caught:
        Journal.open(address)

    assert "_journal.py" in shown(caught.value)
    assert "made-up" not in shown(caught.value)


def test_a_database_whose_address_cannot_be_read_can_be_shown() -> None:
    database = Postgres.__new__(Postgres)
    with pytest.raises(ConfigurationError):
        database.__init__("postgresql://[/journal")  # type: ignore[misc] # what a debugger shows after it

    assert repr(database) == "Postgres('its database')"


async def test_files_need_a_place_that_all_workers_reach(postgres_place: Place) -> None:
    with Sandbox(seed=7) as world, Journal.open(postgres_place.url) as journal:
        publisher = Publisher(world.workspace(acme=["mastodon"]).brand("acme"), journal)
        publisher.plan("Words alone", to="mastodon")

        with pytest.raises(ConfigurationError, match=r"media=FolderMediaStore"):
            publisher.plan(Draft(text="A dot", media=[picture(alt_text="A dot")]), to="mastodon")


# Several at a time --------------------------------------------------------------------------------


def until_somebody_waits(admin: psycopg.Connection[Any], done: Future[Any] | None = None) -> None:
    """Return when a transaction waits for another one, or what might have waited is done."""
    asked = b"SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(100_000):
        (waiting,) = admin.execute(asked).fetchone() or (0,)
        if waiting or (done is not None and done.done()):
            return
    pytest.fail("nobody waits")


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    """Another thread."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_a_freeze_waits_for_a_step_that_is_about_to_be_written_down(
    postgres_place: Place, admin: psycopg.Connection[Any], aside: ThreadPoolExecutor
) -> None:
    database = postgres_place.database()
    with database.writing() as session:
        session.run("SELECT 1")
        frozen: Future[Any] = aside.submit(
            Freezer(postgres_place.database(), MINE, None).freeze, Scope(brand="acme"), "recall", NOW
        )
        until_somebody_waits(admin)
        assert not frozen.done()

    frozen.result()
    assert count(postgres_place, "freezes") == 1


def test_whoever_reads_the_history_misses_no_line_that_is_written_late(
    postgres_place: Place, admin: psycopg.Connection[Any], aside: ThreadPoolExecutor
) -> None:
    late, early = postgres_place.database(), postgres_place.database()
    with late.writing() as session:
        session.run("SELECT nextval(pg_get_serial_sequence('events', 'seq'))")
        planned(early, 1)
        reading = aside.submit(page, postgres_place.database(), 0, 10)
        until_somebody_waits(admin)
        assert not reading.done()
        session.run(
            "INSERT INTO events (seq, delivery, number, at, what, state, detail, digest)"
            " OVERRIDING SYSTEM VALUE VALUES (1, 'x', 1, 0, 'planned', 'planned', '{}', '')"
        )

    assert [line[0] for line in reading.result()] == [1, 2]


def test_an_anchor_waits_for_lines_that_are_written_late(
    postgres_place: Place, admin: psycopg.Connection[Any], aside: ThreadPoolExecutor
) -> None:
    journal = postgres_place.journal()
    planned(journal.database, 1)
    with journal.database.writing():
        anchored = aside.submit(planner(postgres_place.database()).anchor, NOW)
        until_somebody_waits(admin)
        assert not anchored.done()

    anchored.result()
    assert count(postgres_place, "anchors") == 1


class Pausing:
    """A database in whose transactions something happens elsewhere once the steps of a delivery were read."""

    def __init__(self, database: Database, then: Callable[[], object]) -> None:
        self._database = database
        self._then = then
        self.settled = database.settled
        self.dialect = database.dialect
        self.alone, self.reading, self.close = database.alone, database.reading, database.close

    @contextmanager
    def writing(self, *, flushed: bool = True) -> Generator[Pausing]:
        with self._database.writing(flushed=flushed) as session:
            self.many, self._run = session.many, session.run
            yield self

    def run(self, sql: str, *values: Value) -> list[tuple[Any, ...]]:
        rows = self._run(sql, *values)
        if sql == STEPS:
            self._then()
        return rows


Touching = Callable[[Database, str], object]
"""What reads the steps of a delivery, and writes down how they stand."""
TOUCHING: dict[str, tuple[State, Touching]] = {
    "its worker is taken for gone": (State.SENDING, lambda database, _: worker(database).take(OVER, 1)),
    "a person says that it never went out": (
        State.NEEDS_DECISION,
        lambda database, delivery: planner(database).never_out(delivery, OVER, "mastodon 1"),
    ),
    "a person says which post it is": (
        State.NEEDS_DECISION,
        lambda database, delivery: planner(database).was_out(delivery, OVER, Outcome(), "here", "true"),
    ),
}


@pytest.mark.parametrize("touching", TOUCHING)
def test_an_answer_waits_for_whoever_has_read_that_it_is_missing(
    postgres_place: Place, admin: psycopg.Connection[Any], aside: ThreadPoolExecutor, touching: str
) -> None:
    journal = postgres_place.journal()
    database = journal.database
    (delivery,) = planned(database, 1)
    (slow,) = worker(database).take(NOW, 1)
    worker(database).start(slow, POST, NOW, NOW)
    state, touch = TOUCHING[touching]
    if state is State.NEEDS_DECISION:
        (looking,) = worker(database).take_unknown(OVER, 1)
        worker(database).settle(looking, OVER, state, outcome=Outcome())
    answers: list[Future[None]] = []

    def answer() -> None:
        if not answers:
            answers.append(aside.submit(worker(database).end, slow, "post", "true", OVER, "here"))
            until_somebody_waits(admin, answers[0])

    touch(Pausing(postgres_place.database(), answer), delivery)
    answers[0].result()

    assert list(journal.verify()) == []
    assert [event.what for event in journal.events()][-1] == "answered late"


def test_a_history_that_grows_is_verified_as_it_was_at_one_moment(postgres_place: Place) -> None:
    database = postgres_place.database()
    with database.reading() as session:
        before = session.run("SELECT count(*) FROM events")
        planned(postgres_place.database(), 1)

        assert session.run("SELECT count(*) FROM events") == before == [(0,)]


def test_two_that_claim_the_same_posts_do_not_wait_for_each_other(
    postgres_place: Place, admin: psycopg.Connection[Any], aside: ThreadPoolExecutor
) -> None:
    database = postgres_place.database()
    _, other = planned(database, 2)
    (lease, _) = worker(database).take(NOW, 2)
    claim = "INSERT INTO posts VALUES (?, ?, 'acme/mastodon/main', 0)"
    with postgres_place.database().writing() as session:
        session.run(claim, "one", other)
        settled = aside.submit(
            worker(database).settle,
            lease,
            NOW,
            DeliveryState.CONFIRMED,
            outcome=Outcome(),
            places=("two", "one"),
        )
        until_somebody_waits(admin)
        session.run(claim, "two", other)

    with pytest.raises(PostTakenError):
        settled.result()


def test_a_freeze_that_others_keep_waiting_says_so(postgres_place: Place) -> None:
    with postgres_place.database().writing():
        impatient = Postgres(postgres_place.url, patience=0.05)
        with pytest.raises(JournalError, match="others kept it locked for too long"):
            Freezer(impatient, MINE, None).freeze(Scope(brand="acme"), "recall", NOW)

    Freezer(impatient, MINE, None).freeze(Scope(brand="acme"), "recall", NOW)
    impatient.close()
    assert count(postgres_place, "freezes") == 1


def test_a_thaw_waits_for_all_who_write(postgres_place: Place) -> None:
    """Its line is chained to the last one of its brand: another that is added meanwhile would break it."""
    journal = postgres_place.journal()
    freeze = Freezer(journal.database, MINE, None).freeze(Scope(brand="acme"), "recall", NOW)
    impatient = Postgres(postgres_place.url, patience=0.05)
    with (
        postgres_place.database().writing(),
        pytest.raises(JournalError, match="others kept it locked for too long"),
    ):
        Freezer(impatient, MINE, None).thaw(freeze, "hold", NOW)

    assert [one.ended_at for one in journal.freezes()] == [None]
    assert Freezer(impatient, MINE, None).thaw(freeze, "hold", NOW) == []
    impatient.close()
    assert list(journal.verify()) == []


def test_nobody_waits_for_a_worker_that_was_stopped_in_the_middle(postgres_place: Place) -> None:
    stopped = Postgres(postgres_place.url, patience=0.1)

    def interrupted() -> None:
        with stopped.writing() as session:
            session.run("INSERT INTO anchors VALUES ('today', 1, '')")
            Freezer(postgres_place.database(), MINE, None).freeze(Scope(brand="acme"), "recall", NOW)

    with pytest.raises(JournalError, match=r"silent for too long|the connection was lost"):
        interrupted()

    assert (count(postgres_place, "freezes"), count(postgres_place, "anchors")) == (1, 0)


def test_more_threads_than_connections_wait_in_turn(postgres_place: Place) -> None:
    database = Postgres(postgres_place.url, patience=0.05)
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            stack.enter_context(database.reading())
        with pytest.raises(JournalError, match=f"all {CONNECTIONS} connections of this process were busy"):
            planned(database, 1)

    planned(database, 1)
    database.close()


def test_a_server_that_confirms_before_the_disk_has_it_is_told_not_to(
    postgres_place: Place, admin: psycopg.Connection[Any]
) -> None:
    name = urlsplit(postgres_place.url).path.removeprefix("/")
    admin.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())

    with postgres_place.database().writing() as session:
        assert session.run("SHOW synchronous_commit") == [("on",)]


# Lost connections ---------------------------------------------------------------------------------


def kill_others(admin: psycopg.Connection[Any]) -> None:
    admin.execute(
        b"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        b" WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def test_a_connection_that_was_lost_while_nobody_used_it_is_replaced(
    postgres_place: Place, admin: psycopg.Connection[Any]
) -> None:
    database = postgres_place.database()
    planned(database, 1)
    kill_others(admin)

    planned(database, 1)

    assert count(postgres_place) == 2


def test_of_a_transaction_that_was_cut_off_nothing_lasts(
    postgres_place: Place, admin: psycopg.Connection[Any]
) -> None:
    database = postgres_place.database()

    def cut_off() -> None:
        with database.writing() as session:
            session.run("INSERT INTO anchors VALUES ('today', 1, '')")
            kill_others(admin)
            session.run("INSERT INTO anchors VALUES ('tomorrow', 1, '')")

    with pytest.raises(JournalError, match=r"the server is not running|the connection was lost"):
        cut_off()

    planned(database, 1)
    assert (count(postgres_place, "anchors"), count(postgres_place)) == (0, 1)


def test_a_commit_whose_answer_was_lost_is_asked_for(
    postgres_place: Place, over_wire: Postgres, wire: Wire
) -> None:
    wire.cut(heard=True)

    planned(over_wire, 1)

    assert wire.cuts == 1
    assert count(postgres_place) == 1


def test_a_commit_that_was_never_heard_recorded_nothing(
    postgres_place: Place, over_wire: Postgres, wire: Wire
) -> None:
    wire.cut(heard=False)

    with pytest.raises(JournalError, match="the connection was lost: nothing was recorded"):
        planned(over_wire, 1)

    assert count(postgres_place) == 0
    planned(over_wire, 1)
    assert count(postgres_place) == 1


@pytest.mark.parametrize("heard", [True, False])
def test_nobody_knows_of_a_commit_while_the_server_cannot_be_asked(
    postgres_place: Place, over_wire: Postgres, wire: Wire, heard: bool
) -> None:
    wire.cut(heard=heard, for_good=True)

    with pytest.raises(JournalError, match="whether it was is not known"):
        planned(over_wire, 1)

    assert count(postgres_place) == int(heard)
    wire.down = False
    planned(over_wire, 1)
    assert count(postgres_place) == 1 + heard


BEGUN, ENDED, SETTLED = "commit started", "Autumn is here</p>", "confirmed"
"""What is in the three transactions around a write; the platform gives back more than it was given."""


@pytest.mark.parametrize("kind", [Publisher, AsyncPublisher])
@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("line", [BEGUN, ENDED, SETTLED])
async def test_what_was_being_sent_when_the_server_was_lost_goes_out_once(
    postgres_place: Place, over_wire: Postgres, wire: Wire, kind: Any, heard: bool, line: str
) -> None:
    with Sandbox(seed=7) as world:
        brand = world.workspace(acme=["mastodon"]).brand("acme")
        journal = Journal(over_wire, postgres_place.media)
        publisher = kind(brand, journal)
        await settle(publisher.plan("Autumn is here", to="mastodon", not_after=DAYS))
        wire.cut(heard=heard, after=line.encode(), for_good=True)
        with pytest.raises(JournalError, match="whether it was is not known"):
            await settle(publisher.run_due())

        assert len(world.posts("mastodon")) == (line != BEGUN)
        wire.down = False
        for _ in range(3):
            world.clock.advance(LATER)
            await settle(publisher.reconcile())
            await settle(publisher.run_due())

        assert len(world.posts("mastodon")) == 1
        assert [one.state for one in journal.deliveries()] == [DeliveryState.CONFIRMED]
        assert list(journal.verify()) == []


# Databases that cannot be used --------------------------------------------------------------------


def test_a_worker_needs_no_right_to_make_tables(
    postgres_place: Place, admin: psycopg.Connection[Any], postgres_server: str
) -> None:
    administer(postgres_server, "DROP ROLE IF EXISTS worker")
    administer(postgres_server, "CREATE ROLE worker LOGIN")
    url = postgres_place.url.replace("live@", "worker@")

    with pytest.raises(JournalError, match="the user lacks a right"):
        Journal.open(url)
    admin.execute(b"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO worker")
    with Journal.open(url) as journal:
        planned(journal.database, 1)
        (lease,) = worker(journal.database).take(NOW, 1)
        worker(journal.database).start(lease, POST, NOW, seconds(60))
        assert list(journal.verify()) == []
    admin.execute(b"DROP OWNED BY worker")
    administer(postgres_server, "DROP ROLE worker")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("53100", "the disk is full: nothing was recorded"),
        ("58030", "the server's disk does not answer"),
        ("XX001", "the database is damaged: restore it from a copy"),
        ("40P01", "others wrote the same at the same time: nothing was recorded"),
    ],
)
def test_a_server_in_trouble_is_told_of_in_words(
    postgres_place: Place, admin: psycopg.Connection[Any], code: str, message: str
) -> None:
    database = postgres_place.database()
    admin.execute(
        b"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
        b" $$ BEGIN RAISE EXCEPTION 'in trouble' USING ERRCODE = '%s'; END $$" % code.encode()
    )
    admin.execute(b"CREATE TRIGGER fail BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION fail()")
    with pytest.raises(JournalError, match=message):
        planned(database, 1)

    admin.execute(b"DROP TRIGGER fail ON events")
    planned(database, 1)

    assert count(postgres_place) == 1


def test_a_failure_that_was_passed_over_is_not_taken_for_recorded(postgres_place: Place) -> None:
    database = postgres_place.database()

    def careless() -> None:
        with database.writing() as session:
            session.run("INSERT INTO anchors VALUES ('today', 1, '')")
            with pytest.raises(psycopg.Error):
                session.run("SELECT 1 / 0")

    with pytest.raises(JournalError, match="a statement had failed before: nothing was recorded"):
        careless()
    assert count(postgres_place, "anchors") == 0


def test_a_copy_that_may_only_be_read_is_told_of(
    postgres_place: Place, admin: psycopg.Connection[Any]
) -> None:
    name = urlsplit(postgres_place.url).path.removeprefix("/")
    admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())

    with pytest.raises(JournalError, match="it may only be read"):
        planned(postgres_place.database(), 1)


def test_tables_of_others_are_left_alone(bare_postgres_place: Place) -> None:
    with psycopg.connect(bare_postgres_place.url, autocommit=True) as connection:
        connection.execute(b"CREATE TABLE posts (id BIGINT)")
        with pytest.raises(JournalError, match="other tables of the same names"):
            bare_postgres_place.journal()
        connection.execute(b"CREATE SCHEMA journal")

    with Journal.open(f"{bare_postgres_place.url}?options=-csearch_path%3Djournal") as journal:
        assert list(journal.deliveries()) == []


def test_a_database_that_lacks_characters_is_told_of(
    postgres_server: str, new_postgres: Callable[[str], str], tmp_path: Any
) -> None:
    url = new_postgres("template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    with Journal.open(url, media=FolderMediaStore(tmp_path)) as journal:
        (row,) = rows(1)
        with pytest.raises(JournalError, match="make one with the encoding UTF8"):
            planner(journal.database).add([row._replace(campaign="🍂")], NOW)


def test_a_database_that_is_not_there_is_told_of(postgres_server: str) -> None:
    with pytest.raises(JournalError, match='database "nowhere" does not exist'):
        Journal.open(f"{postgres_server}/nowhere")


def test_the_gate_is_one_number_for_all_versions() -> None:
    assert int.from_bytes(b"socialki") == GATE
