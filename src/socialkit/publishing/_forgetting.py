"""Forgetting somebody: all that the journal keeps of one person, and of nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from socialkit.errors import ConfigurationError
from socialkit.models import Kept
from socialkit.publishing._audit import AuditSubject
from socialkit.publishing._cases import CaseRow, change, forgotten_name
from socialkit.publishing._database import Database, Session
from socialkit.publishing._erasing import (
    FORGOTTEN,
    Person,
    Tree,
    branch,
    dumped,
    loaded,
    messages_in,
    own,
    read,
    without,
    wordless,
)
from socialkit.publishing._history import AT_ONCE, Author
from socialkit.publishing._letting_go import (
    Change,
    Kit,
    LetGo,
    LetGoItem,
    Stored,
    applied,
    case_rows,
    deliveries,
    delivery_change,
    is_over,
)

__all__ = ["Wanted", "forget", "person_in"]

ANSWERING: Final = "answering"
CLOSED: Final = "closed"
OURS: Final = frozenset({"department", "rule", "from", "to", "delivery", "state", "authority"})
"""What stays of what was told of somebody's case: nothing of it is about them."""
HISTORY: Final = """
SELECT events.seq, events.delivery, events.number, events.detail FROM events
LEFT JOIN deliveries ON deliveries.id = events.delivery
WHERE events.seq > ? AND (deliveries.brand = ? OR events.delivery = ? OR substr(events.delivery, 1, ?) = ?)
ORDER BY events.seq LIMIT ?
"""
NOTES: Final = "SELECT number, detail FROM case_events WHERE case_id = ?"
RENAME: Final = "UPDATE case_messages SET message = ? WHERE account = ? AND message = ?"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to be forgotten."""

    platform: str
    id: str
    host: str | None
    """On which of its servers the id is theirs; None for any."""

    def within(self, body: Tree | None) -> bool:
        """Tell whether a delivery or a case is of their platform and server."""
        account = branch((body or {}).get("account")) or {}
        return account.get("platform") == self.platform and self.host in {None, account.get("host")}


@dataclass(slots=True)
class _Seen:
    messages: set[str] = field(default_factory=set[str])
    hosts: set[str] = field(default_factory=set[str])
    ours: bool = False


def person_in(database: Database, brands: Iterable[str], wanted: Wanted, *, everywhere: bool) -> Person:
    """Return somebody with the ids of all that any brand keeps of what they wrote.

    Args:
        database: The journal's.
        brands: Whose journal it is.
        wanted: Who.
        everywhere: Whether the id means them on every server.

    Raises:
        ConfigurationError: It is an account of ours; or people of several servers have that id, and none of
            them was named.
    """
    seen = _Seen()
    with database.reading() as session:
        for brand in brands:
            for body in _bodies(session, brand, _word(wanted.id)):
                if wanted.within(body):
                    _look(body, wanted, seen)
    if seen.ours:
        message = f"{wanted.id!r} is an account of ours: nobody who can be forgotten"
        raise ConfigurationError(message, platform=wanted.platform)
    if wanted.host is None and not everywhere and len(seen.hosts) > 1:
        hosts = ", ".join(sorted(seen.hosts))
        message = f"{wanted.id!r} is somebody else on each of {hosts}: say which one, with host="
        raise ConfigurationError(message, platform=wanted.platform)
    return Person(wanted.id, frozenset(seen.messages))


def _word(text: str) -> str:
    """Return a text as it stands in JSON."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _bodies(session: Session, brand: str, word: str) -> Iterator[Tree]:
    """Yield what holds a word: most of a journal is about others."""
    cases = (row.body for row in case_rows(session, brand))
    for text in chain(cases, (stored.row.body for stored in deliveries(session, brand))):
        body = read(text) if word in text else None
        if body is not None:
            yield body


def _look(body: Tree, wanted: Wanted, seen: _Seen) -> None:
    seen.ours = seen.ours or body["account"].get("id") == wanted.id
    for thing in messages_in(body):
        if thing["author"].get("id") == wanted.id:
            seen.hosts.add(str(body["account"].get("host")))
            if isinstance(thing.get("id"), str):
                seen.messages.add(thing["id"])


def forget(
    database: Database, brand: str, wanted: Wanted, person: Person, by: Author, *, because: str, dry_run: bool
) -> LetGo:
    """Forget somebody for one brand; or tell only what that would take."""
    forgetting = _Forgetting(brand, wanted, person, because)
    gone = applied(database, by, forgetting, dry_run=dry_run)
    with database.reading() as session:
        told = tuple(forgetting.told(session))
    return gone.model_copy(update={"left": (*gone.left, *told)})


class _Forgetting:
    unreadable = "nobody knows whom it names"

    def __init__(self, brand: str, wanted: Wanted, person: Person, because: str) -> None:
        self.brand = brand
        self._wanted = wanted
        self._person = person
        self._because = because
        words = map(_word, (person.id, *person.messages))
        self._words = re.compile("|".join(map(re.escape, words)))
        """What nothing lacks that is about them."""

    # Cases ---------------------------------------------------------------------------------------------

    def of_case(self, _: Session, row: CaseRow, left: list[str]) -> Change | None:
        """Return what is theirs of a case, or tell why it cannot go yet."""
        if not self._words.search(row.body):
            return None
        person, body = self._person, json.loads(row.body)
        messages = [without(one, person, answer=False) for one in body["messages"]]
        if not self._wanted.within(body) or messages == body["messages"]:
            return None
        if row.state == ANSWERING:
            left.append(f"case {row.id} is being answered: what becomes of that has to be known first")
            return None
        theirs = [one["id"] for one in body["messages"] if person.wrote(one)]
        gone = [one for one in body.get("gone", ()) if one not in theirs]
        anew = body | {"messages": messages, "gone": [*gone, FORGOTTEN] if theirs else gone}
        if theirs:
            anew |= {"because": None} | wordless(body)
        changes: dict[str, Any] = {}
        whole = all(one["id"] == FORGOTTEN for one in messages)
        if whole:
            changes = {"conversation": None, "state": CLOSED, "due_at": None}
            anew |= {"state": CLOSED, "first_response_due": None}
        kinds = {Kept.PRIVATE_MESSAGES if one.get("private") else Kept.MESSAGES for one in messages}
        item = self._item(AuditSubject.CASE, row.id, row.account, tuple(sorted(kinds)))
        changed = row._replace(body=dumped(anew), **changes)

        def write(session: Session, by: Author) -> None:
            for one in theirs:
                session.run(RENAME, forgotten_name(one), row.account, one)
            told = {
                number: (text, self._note(text, whole=whole)) for number, text in session.run(NOTES, row.id)
            }
            notes = {number: new for number, (old, new) in told.items() if loaded(old) != loaded(new)}
            change(session, changed, by, FORGOTTEN, {"because": self._because}, notes)

        return Change(item, write)

    def _note(self, text: str, *, whole: bool) -> str:
        """Return what was told of a case without what is about them."""
        detail = read(text) or {}
        stays = {name: value for name, value in detail.items() if not whole or name in OURS}
        return dumped({name: value for name, value in stays.items() if not self._person.told_in(value)})

    # Deliveries ----------------------------------------------------------------------------------------

    def of_delivery(self, stored: Stored, left: list[str]) -> Change | None:
        """Return what is theirs of a delivery, or tell why it cannot go yet."""
        if not any(map(self._words.search, stored.texts)):
            return None
        kit, row = Kit.of(stored), stored.row
        if not self._wanted.within(kit.body):
            return None
        new = self._without(kit)
        if new == kit:
            return None
        if not is_over(kit):
            left.append(f"delivery {row.id} is {row.state}: it is needed until nothing more is to come of it")
            return None
        kinds = {Kept.RAW} if kit.body is None or kit.body == new.body else {Kept.MESSAGES}
        item = self._item(AuditSubject.DELIVERY, row.id, row.account, tuple(kinds))
        return delivery_change(kit, new, item, FORGOTTEN, {"because": self._because})

    def _without(self, kit: Kit) -> Kit:
        """Return a delivery without them; of an answer to them, without what we said either."""
        person, body = self._person, kit.body or {}
        target = body.get("target")
        answer = person.wrote(body.get("message")) or (isinstance(target, str) and person.owns(target))
        outcome = without(kit.outcome, person, answer=answer)
        if answer and outcome is not None:
            posts = {"published": [own(one) for one in outcome.get("published", ())]}
            if outcome.get("post") is not None:
                posts["post"] = own(outcome["post"])
            outcome = {**outcome, **{name: posts[name] for name in posts if name in outcome}}
            outcome.pop("differences", None)  # they quote what was said
        steps: dict[str, tuple[Any, Any, Any]] = {
            name: (step, without(attempt, person, answer=answer), self._result(result, answer=answer))
            for name, (step, attempt, result) in kit.steps.items()
        }
        return Kit(kit.row, without(kit.body, person, answer=answer), outcome, steps)

    def _result(self, result: Any, *, answer: bool) -> Any:
        """Return what a step gave without them; its shape is the platform's, unless it made a post."""
        clean = without(result, self._person, answer=False)
        bare = own(result) if answer or self._person.told_in(clean) else clean
        return {} if self._person.told_in(bare) else bare

    # What stays ----------------------------------------------------------------------------------------

    def told(self, session: Session) -> Iterator[str]:
        """Yield what the history tells of them: it is chained, and nothing is ever taken out of it."""
        account, last = f"account {self.brand}/", 0
        whose = (self.brand, f"brand {self.brand}", len(account), account)
        while lines := session.run(HISTORY, last, *whose, AT_ONCE):
            for _, name, number, text in lines:
                if self._words.search(text) and self._person.told_in(read(text)):
                    yield f"line {number} of the history of {name} names them: it is chained, and stays"
            last = lines[-1][0]

    def _item(self, subject: AuditSubject, name: str, account: str, kinds: tuple[Kept, ...]) -> LetGoItem:
        return LetGoItem(subject=subject, id=name, account=account, kinds=kinds, because=self._because)
