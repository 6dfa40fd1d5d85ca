"""`Journal`: what the deliveries of any number of workers are remembered in."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self
from urllib.parse import unquote, urlsplit

from pydantic import ValidationError

from socialkit.errors import ConfigurationError, MediaStoreError
from socialkit.models import Purpose
from socialkit.publishing._budgets import JournalBudget
from socialkit.publishing._database import Database, prepare
from socialkit.publishing._freezes import made
from socialkit.publishing._history import flaws, page
from socialkit.publishing._media_store import FolderMediaStore, MediaStore
from socialkit.publishing._models import Delivery, Event, Freeze
from socialkit.publishing._nowhere import NowhereStore
from socialkit.publishing._packing import peek
from socialkit.publishing._rows import COLUMNS, Body, Row, event_of
from socialkit.publishing._sqlite import SQLite
from socialkit.transport import sharing_budgets

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Journal", "seen"]

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
        if url.partition("://")[0] in POSTGRES:
            return cls(_postgres(url), NowhereStore() if media is None else media)
        path = _path_in(url)
        beside = FolderMediaStore(path.with_name(f"{path.name}.media"))
        return cls(SQLite(path), beside if media is None else media)

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
        """Iterate over all deliveries, in the order of their ids; files are not touched."""
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
        """
        while rows := page(self.database, after, PAGE):
            yield from (event_of(row) for row in rows)
            after = int(rows[-1][0])

    def freezes(self) -> tuple[Freeze, ...]:
        """Return every freeze that was ever made, oldest first; one of several brands once for each.

        `publisher.freezes()` has those that stand. What they found is not told again.
        """
        with self.database.reading() as session:
            return tuple(made(session))

    def verify(self) -> Iterator[str]:
        """Find what was altered or removed, a sentence each; nothing is good.

        What was removed whole is found once an anchor stands behind it: one is made each day.
        """
        with self.database.reading() as session:
            yield from list(flaws(session))

    def purposes(self) -> Mapping[tuple[str, str], Purpose]:
        """Return why posts exist, by their account's key and their id: two accounts may have the same id.

        What is out of an incomplete delivery is among them.
        """
        found: dict[tuple[str, str], Purpose] = {}
        for delivery in self.deliveries():
            if delivery.purpose is not None:
                whole = () if delivery.post is None else (delivery.post, *delivery.post.thread)
                for post in (*whole, *delivery.published):
                    # A client without a workspace learns its account's id late: the plan may lack it.
                    account = delivery.account if post.account is None else post.account
                    found[account.key, post.id] = delivery.purpose
        return found

    def export(self, file: IO[str]) -> int:
        """Write the history as JSON lines, and return how many."""
        number = 0
        for number, event in enumerate(self.events(), 1):  # noqa: B007 - counted
            file.write(json.dumps(event.model_dump(mode="json"), ensure_ascii=False) + "\n")
        return number

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
    """
    known = row.known()
    try:
        return row.delivery(body if body is not None and body.bare else peek(Body, row.body), known)
    except (ValidationError, MediaStoreError, ConfigurationError) as error:
        # One that cannot be read must not hide the others; it is never sent.
        why = "the journal was altered" if isinstance(error, ValidationError) else str(error)
        because = f"what was planned cannot be read: {why}"
        return row.delivery(Body(account=row.ref), known.model_copy(update={"because": because}))


def _postgres(url: str) -> Database:
    try:
        from socialkit.publishing._postgres import Postgres  # noqa: PLC0415 - of an extra
    except ImportError as error:
        message = "a journal on PostgreSQL needs another library: pip install 'socialkit[postgres]'"
        raise ConfigurationError(message) from error
    return Postgres(url)


def _path_in(url: str) -> Path:
    parts = urlsplit(url)
    if parts.scheme != "sqlite" or parts.netloc or parts.query or parts.fragment:
        shown = parts.scheme or "no scheme"
        message = f"a journal's address begins with sqlite:/// or postgresql://, not like this one ({shown})"
        raise ConfigurationError(message)
    return Path(unquote(parts.path).removeprefix("/") or ":memory:")
