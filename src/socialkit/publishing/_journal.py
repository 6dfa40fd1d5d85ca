"""`Journal`: what the deliveries of any number of workers are remembered in."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self
from urllib.parse import unquote, urlsplit

from socialkit.errors import ConfigurationError, MediaStoreError
from socialkit.models import Purpose
from socialkit.publishing._audit import AuditForm, AuditLine, audit, write_audit
from socialkit.publishing._budgets import JournalBudget
from socialkit.publishing._database import Database
from socialkit.publishing._exports import Export, departures
from socialkit.publishing._freezes import made
from socialkit.publishing._history import page
from socialkit.publishing._media_store import FolderMediaStore, MediaStore, PassingMediaStore
from socialkit.publishing._models import Delivery, Event, Freeze
from socialkit.publishing._nowhere import NowhereStore
from socialkit.publishing._packing import peek
from socialkit.publishing._preparing import prepare
from socialkit.publishing._rows import COLUMNS, UNREADABLE, AlteredError, Body, Row, event_of
from socialkit.publishing._sqlite import SQLite
from socialkit.publishing._tidying import tidy
from socialkit.publishing._verification import flaws
from socialkit.transport import Secret, sharing_budgets

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Journal", "database_at", "seen"]

IN_MEMORY: Final = Path(":memory:")
"""What stands for a database that ends with its journal."""
PAGE: Final = 500
"""Rows read at once."""
POSTGRES: Final = frozenset({"postgresql", "postgres"})
"""How addresses of PostgreSQL begin."""


class Journal:
    """Remembers every delivery: what was planned, what was sent, and what became of it.

    One journal serves blocking and async publishers, threads and processes. Histories are only added to, and
    each line is chained to the one before it: `verify` tells what was altered or removed.

    Example:
        >>> with Journal.open("sqlite://") as journal:
        ...     list(journal.verify())
        []
    """

    def __init__(self, database: Database, media: MediaStore) -> None:
        self.database: Database = database
        self.media: MediaStore = media
        """Where the files of planned posts wait."""
        try:
            prepare(database)
        except BaseException:
            database.close()
            raise

    @classmethod
    def open(cls, url: str, *, media: MediaStore | None = None) -> Self:
        """Open a journal; it is made if it is not there yet.

        Args:
            url: `sqlite:///journal.db` (a path below the working directory; four slashes for an absolute
                one), `sqlite://` for one in memory that ends with the process, or
                `postgresql://user@host/database` for one that several machines share.
            media: Where the files of planned posts wait. If not given, they wait in a folder beside an
                SQLite journal; with PostgreSQL no post with local files can be planned then.

        Raises:
            ConfigurationError: The address is of no kind that is known, or its library is not installed.
            JournalError: The journal cannot be used, or is of a newer socialkit.
        """
        address = Secret(url)
        del url  # what reports an error with all variables would show the password
        database, _, beside = database_at(address)
        return cls(database, beside if media is None else media)

    def close(self) -> None:
        """Give back the journal's connections."""
        self.database.close()

    @contextmanager
    def share_budgets(self) -> Generator[None]:
        """Let the clients that are opened inside keep to what platforms allow together with other processes.

        Each that uses the same journal counts into the same budgets, one for each account; where a platform
        gives one to a whole app, its brands have equal shares. Clients are told apart by the account's name
        in a workspace: one without a brand keeps its budget to itself.

        Example:
            >>> from socialkit import Sandbox
            >>> with Sandbox() as world, Journal.open("sqlite://") as journal, journal.share_budgets():
            ...     acme = world.workspace(acme=["mastodon"]).brand("acme")
            ...     acme.client("mastodon").posts.publish("Open on Sunday").text
            'Open on Sunday'
        """
        with sharing_budgets(partial(JournalBudget, self.database)):
            yield

    def deliveries(self) -> Iterator[Delivery]:
        """Iterate over all deliveries, in the order of their ids; files are not touched.

        Raises:
            JournalError: One was altered so that it cannot be shown; it is named.
        """
        last = ""
        sql = f"SELECT {COLUMNS} FROM deliveries WHERE id > ? ORDER BY id LIMIT ?"
        while True:
            with self.database.reading() as session:
                rows = [Row(*one) for one in session.run(sql, last, PAGE)]
            if not rows:
                return
            yield from (seen(row) for row in rows)
            last = rows[-1].id

    def events(self, after: int = 0) -> Iterator[Event]:
        """Iterate over what happened, in order.

        Args:
            after: Only lines after this one (`Event.seq`).

        Raises:
            JournalError: A line was altered so that it cannot be read; it is named.
        """
        while rows := page(self.database, after, PAGE):
            yield from (event_of(row) for row in rows)
            after = int(rows[-1][0])

    def audit(
        self,
        *,
        brand: str | None = None,
        actor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[AuditLine]:
        """Iterate over who did what, by time, each with the authority that let them, or did not.

        Deliveries, decisions about them, freezes, cases of a desk and what was refused are told, in one
        order; logins and renewed tokens besides, where a `JournalTokenStore` keeps them.

        Args:
            brand: Only this brand's; no line of another one's is among them.
            actor: Only what this person did, however their name is spelt.
            since: From this time on (aware).
            until: Before this time (aware).

        Raises:
            TypeError: A brand or a person is no text, or a time no datetime.
            ValueError: A time has no time zone.
            JournalError: A line was altered so that it cannot be read; it is named.
        """
        return audit(self.database, brand=brand, actor=actor, since=since, until=until)

    def export_audit(
        self,
        file: IO[str],
        *,
        form: AuditForm = "jsonl",
        brand: str | None = None,
        actor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """Write who did what, for a client to read, and return how many lines they are.

        Args:
            file: Where to; for a table opened with `newline=""`.
            form: `jsonl`, a line of JSON for each; or `csv`, a table in which no cell is a formula.
            brand: Only this brand's; the others are as in `audit`.
            actor: Only what this person did.
            since: From this time on (aware).
            until: Before this time (aware).

        Raises:
            ConfigurationError: There is no such form.
            TypeError: A brand or a person is no text, or a time no datetime.
            ValueError: A time has no time zone.
            JournalError: A line was altered so that it cannot be read; it is named.

        Example:
            >>> import io
            >>> with Journal.open("sqlite://") as journal:
            ...     journal.export_audit(io.StringIO(), form="csv", brand="acme")
            0
        """
        lines = audit(self.database, brand=brand, actor=actor, since=since, until=until)
        return write_audit(lines, file, form)

    def freezes(self) -> tuple[Freeze, ...]:
        """Return every freeze that was ever made, oldest first; one of several brands once for each.

        `publisher.freezes()` has those that stand. What they found is not told again.

        Raises:
            JournalError: One was altered so that it cannot be read.
        """
        try:
            with self.database.reading() as session:
                return tuple(made(session))
        except UNREADABLE as error:
            message = "a freeze cannot be read: the journal was altered, and verify() tells which"
            raise AlteredError(message) from error

    def verify(self, *, against: Iterable[str] | None = None) -> Iterator[str]:
        """Find what was altered or removed, a sentence each; nothing is good.

        By itself a journal shows where its rows and its history do not fit together. Whoever can write all of
        it can make it fit again: that shows only against an export that was kept where they cannot write, up
        to the line that was the last one then.

        Args:
            against: A file that `export` wrote, open for reading; its last line alone is enough to see that
                something is not as it was, and all of it to see what.

        Raises:
            ConfigurationError: What is given is no export.

        Example:
            >>> import io
            >>> with Journal.open("sqlite://") as journal:
            ...     kept = io.StringIO()
            ...     journal.export(kept)
            ...     list(journal.verify(against=kept.getvalue().splitlines()))
            0
            []
        """
        with self.database.reading() as session:
            found = list(flaws(session))
            if against is not None:
                found += departures(session, against)
        yield from found

    def purposes(self) -> Mapping[tuple[str, str], Purpose]:
        """Return why posts exist, by their account's key and their id: two accounts may have the same id.

        What is out of an incomplete delivery is among them.

        Raises:
            JournalError: A delivery was altered so that it cannot be shown; it is named.
        """
        found: dict[tuple[str, str], Purpose] = {}
        for delivery in self.deliveries():
            if delivery.purpose is not None:
                for post in delivery.out:
                    # A client without a workspace learns its account's id late: the plan may lack it.
                    account = delivery.account if post.account is None else post.account
                    found[account.key, post.id] = delivery.purpose
        return found

    def tidy(self, *, before: datetime) -> int:
        """Discard kept files that nobody needs any more, and return how many are gone.

        A file stays for as long as any brand's delivery has it that is not confirmed, refused or cancelled,
        that is still looked for, or in whose history something happened at or after `before`. One that was
        kept within the last day stays too: a post may be planned with it just now. What was published is
        shown without its files; only to plan it again they have to be given anew.

        The media store must be this journal's alone: it knows of nobody else who needs what is there.

        Args:
            before: The time (aware) before which deliveries must have ended.

        Raises:
            ValueError: The time has no time zone.

        Example:
            >>> from datetime import UTC, datetime, timedelta
            >>> with Journal.open("sqlite://") as journal:
            ...     journal.tidy(before=datetime.now(UTC) - timedelta(days=30))
            0
        """
        return tidy(self.database, self.media, before)

    def export(self, file: IO[str]) -> int:
        """Write the history as JSON lines, and return how many.

        The anchors are among them, as lines under `the journal`, and the last line of each delivery and each
        case holds the head of its chain; what is told of cases stands there as digests. One more line at the
        end of the file binds all of them together: how many they are, the place of the last one, and a digest
        over all of their digests.

        Raises:
            JournalError: A line was altered so that it cannot be read; it is named.
        """
        export = Export()
        for event in self.events():
            file.write(json.dumps(event.model_dump(mode="json"), ensure_ascii=False) + "\n")
            export.add(event)
        file.write(json.dumps(export.end()) + "\n")
        return export.lines

    def __repr__(self) -> str:
        return f"Journal({self.database!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def seen(row: Row, body: Body | None = None) -> Delivery:
    """Return a delivery as users see it; its files are not touched.

    Args:
        row: The delivery.
        body: What is to happen, where it is at hand: saves reading it, as far as that would give the same.

    Raises:
        AlteredError: Not even whose it is, of what kind, or when, can be read.
    """
    try:
        return _seen(row, body)
    except UNREADABLE as error:
        message = f"delivery {row.id} cannot be read: the journal was altered"
        raise AlteredError(message) from error


def _seen(row: Row, body: Body | None) -> Delivery:
    known = row.known()
    if not _is_wall(row.wall):  # it leaves all the same, at the instant that it has
        because = "its wall time cannot be read: the journal was altered"
        row, known = row._replace(wall=None), known.model_copy(update={"because": because})
    try:
        return row.delivery(body if body is not None and body.bare else peek(Body, row.body), known)
    except (*UNREADABLE, MediaStoreError, ConfigurationError) as error:
        # One that cannot be read must not hide the others; it is never sent.
        why = "the journal was altered" if isinstance(error, UNREADABLE) else str(error)
        outcome = known.model_copy(update={"because": f"what was planned cannot be read: {why}"})
        return row.delivery(Body(account=row.ref), outcome)


def _is_wall(text: str | None) -> bool:
    """Return whether a wall time can be read, or there is none."""
    try:
        return text is None or isinstance(json.loads(text), dict)
    except UNREADABLE:
        return False


def database_at(address: Secret) -> tuple[Database, Path | None, MediaStore]:
    """Return the database at an address, the file that it is or None, and where files wait beside it."""
    if address.reveal().partition("://")[0] in POSTGRES:
        return _postgres(address), None, NowhereStore()
    path = _path_in(address)
    if path == IN_MEMORY:
        return SQLite(path), path, PassingMediaStore()
    return SQLite(path), path, FolderMediaStore(path.with_name(f"{path.name}.media"))


def _postgres(address: Secret) -> Database:
    try:
        from socialkit.publishing._postgres import Postgres  # noqa: PLC0415 - of an extra
    except ImportError as error:
        message = "a journal on PostgreSQL needs another library: pip install 'socialkit[postgres]'"
        raise ConfigurationError(message) from error
    return Postgres(address.reveal())


def _path_in(address: Secret) -> Path:
    parts = urlsplit(address.reveal())
    if parts.scheme != "sqlite" or parts.netloc or parts.query or parts.fragment:
        shown = parts.scheme or "no scheme"
        del parts
        message = f"a journal's address begins with sqlite:/// or postgresql://, not like this one ({shown})"
        raise ConfigurationError(message)
    return Path(unquote(parts.path).removeprefix("/") or IN_MEMORY)
