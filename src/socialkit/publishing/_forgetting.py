"""Forgetting somebody: all that the journal keeps of one person, and of nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from socialkit.models import Kept
from socialkit.publishing._audit import AuditSubject
from socialkit.publishing._cases import CaseRow, change, forgotten_name
from socialkit.publishing._database import Database, Session
from socialkit.publishing._erasing import (
    FORGOTTEN,
    Person,
    Tree,
    dumped,
    leaves,
    loaded,
    messages_in,
    own,
    read,
    sent_in,
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
    delivery_change,
    is_over,
    kind_of,
)
from socialkit.publishing._persons import Found, Wanted, word

__all__ = ["forget"]

ANSWERING: Final = "answering"
CLOSED: Final = "closed"
OURS: Final = frozenset({"department", "rule", "from", "to", "delivery", "state", "authority"})
"""What stays of what was told of somebody's case: nothing of it is about them."""
NOBODY: Final = (
    "nothing is kept of anybody with the id {id!r} on {platform}: unless they were forgotten before,"
    " it is not their id there"
)
HISTORY: Final = """
SELECT events.seq, events.delivery, events.number, events.detail FROM events
LEFT JOIN deliveries ON deliveries.id = events.delivery
WHERE events.seq > ? AND (deliveries.brand = ? OR events.delivery = ? OR substr(events.delivery, 1, ?) = ?)
ORDER BY events.seq LIMIT ?
"""
NOTES: Final = "SELECT number, detail FROM case_events WHERE case_id = ?"
RENAME: Final = "UPDATE case_messages SET message = ? WHERE account = ? AND message = ?"


def forget(
    database: Database, brand: str, wanted: Wanted, found: Found, by: Author, *, because: str, dry_run: bool
) -> LetGo:
    """Forget somebody for one brand; or tell only what that would take."""
    forgetting = _Forgetting(brand, wanted, found.person, because)
    gone = LetGo(brand=brand, dry_run=dry_run, left=(NOBODY.format(id=wanted.id, platform=wanted.platform),))
    if found.known:
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
        words = map(word, (*person.ids, *person.messages))
        self._words = re.compile("|".join(map(re.escape, words)))
        """What nothing lacks that is about them."""
        self._called = re.compile("|".join(map(_alone, person.names)), re.IGNORECASE)

    # Cases ---------------------------------------------------------------------------------------------

    def of_case(self, _: Session, row: CaseRow, left: list[str]) -> Change | None:
        """Return what is theirs of a case, or tell why it cannot go yet."""
        if not self._words.search(row.body):
            return None
        body: Tree = json.loads(row.body)
        messages = without(body["messages"], self._person, answer=False)
        if not self._wanted.within(body) or messages == body["messages"]:
            return None
        if row.state == ANSWERING:
            left.append(f"case {row.id} is being answered: what becomes of that has to be known first")
            return None
        theirs = [one["id"] for one in body["messages"] if self._person.wrote(one)]
        whole = all(one["id"] == FORGOTTEN for one in messages)
        anew = _anew(body, messages, theirs, whole=whole)
        item = self._item(AuditSubject.CASE, row.id, row.account, self._kinds(body, anew))
        changes: dict[str, Any] = {"conversation": None, "state": CLOSED, "due_at": None} if whole else {}
        changed = row._replace(body=dumped(anew), **changes)
        return Change(item, partial(self._rewrite, changed, theirs, whole=whole))

    def _rewrite(self, row: CaseRow, theirs: list[str], session: Session, by: Author, *, whole: bool) -> None:
        for one in theirs:
            session.run(RENAME, forgotten_name(one), row.account, one)
        told = {number: (text, self._note(text, whole=whole)) for number, text in session.run(NOTES, row.id)}
        notes = {number: new for number, (old, new) in told.items() if loaded(old) != loaded(new)}
        change(session, row, by, FORGOTTEN, {"because": self._because}, notes)

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
        item = self._item(AuditSubject.DELIVERY, row.id, row.account, self._kinds(_all(kit), _all(new)))
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
                if names := self._names_them(text):
                    yield f"line {number} of the history of {name} {names}: it is chained, and stays"
            last = lines[-1][0]

    def _names_them(self, text: str) -> str | None:
        """Return how surely a line of the history names them; None if it does not."""
        detail = read(text)
        if self._words.search(text) and self._person.told_in(detail):
            return "names them"
        # What they are called may be a word like any other.
        called = self._person.names and any(map(self._called.search, leaves(detail)))
        return "may name them" if called else None

    def _kinds(self, old: object, new: object) -> tuple[Kept, ...]:
        """Return what goes of something; a mere reference is none of it."""
        kinds = {kind_of(one) for one in messages_in(old) if self._person.wrote(one)}
        if list(sent_in(old)) != list(sent_in(new)):
            kinds.add(Kept.RAW)
        return tuple(sorted(kinds))

    def _item(self, subject: AuditSubject, name: str, account: str, kinds: tuple[Kept, ...]) -> LetGoItem:
        return LetGoItem(subject=subject, id=name, account=account, kinds=kinds, because=self._because)


def _alone(name: str) -> str:
    """Return what finds a handle or an address, but no longer word, and no part of a path, that holds it."""
    return rf"(?<![\w./-]){re.escape(name)}(?![\w@-])"


def _anew(body: Tree, messages: list[Tree], theirs: list[str], *, whole: bool) -> Tree:
    """Return a case without what somebody wrote; closed if that is the whole of it."""
    gone = [one for one in body.get("gone", ()) if one not in theirs]
    anew = body | {"messages": messages, "gone": [*gone, FORGOTTEN] if theirs else gone}
    if theirs:
        anew |= {"because": None} | wordless(body)
    return anew | {"state": CLOSED, "first_response_due": None} if whole else anew


def _all(kit: Kit) -> list[object]:
    return [kit.body, kit.outcome, *([attempt, result] for _, attempt, result in kit.steps.values())]
