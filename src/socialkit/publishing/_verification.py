"""What does not fit together in a journal: altered lines, removed ones, and rows that they do not tell of."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, Final, NamedTuple, cast

from socialkit.publishing._case_history import CASE, TOLD
from socialkit.publishing._case_verification import CaseChain, case_flaws, unchained
from socialkit.publishing._database import Session
from socialkit.publishing._doubles import doubles
from socialkit.publishing._history import (
    ANCHORED,
    AT_ONCE,
    FROZEN,
    THAWED,
    WIDENED,
    bound,
    chained,
    digest_of,
    fixed,
    stands,
)
from socialkit.publishing._models import ENDED, DeliveryState
from socialkit.publishing._rows import COLUMNS, EVENT_COLUMNS, NOTHING, Row, Step

__all__ = ["flaws"]

CHAINED: Final = (
    f"SELECT {EVENT_COLUMNS} FROM events WHERE (delivery, number) > (?, ?) ORDER BY delivery, number LIMIT ?"
)
FOUND: Final = f"SELECT {COLUMNS} FROM deliveries WHERE id IN ({{marks}})"
STEPS: Final = (
    "SELECT delivery, name, writes, state, attempt, result FROM steps WHERE delivery IN ({marks})"
    " ORDER BY delivery, number, name"
)
POSTS: Final = "SELECT place, delivery, account, claimed_at FROM posts WHERE place IN ({marks})"
BARE: Final = (
    "SELECT id FROM deliveries WHERE NOT EXISTS (SELECT 1 FROM events WHERE delivery = deliveries.id)"
    " ORDER BY id"
)
STRAY: Final = """
SELECT DISTINCT delivery FROM steps WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE id = steps.delivery)
AND NOT EXISTS (SELECT 1 FROM events WHERE events.delivery = steps.delivery) ORDER BY delivery
"""
LATE: Final = "SELECT id FROM deliveries WHERE late"
UNTOLD: Final = """
SELECT place, delivery FROM posts WHERE NOT EXISTS (SELECT 1 FROM events
WHERE events.delivery = posts.delivery AND replace(detail, '"' || place || '"', '') <> detail)
AND NOT EXISTS (SELECT 1 FROM deliveries WHERE id = posts.delivery AND state = 'sending') ORDER BY place
"""
"""What a worker claims for a delivery that it has is told with its next step."""
FREEZES: Final = (
    "SELECT id, brand, platform, account, campaign, answers, reason, actor, at, thawed_at FROM freezes"
)
ANCHORS: Final = "SELECT day, upto, digest FROM anchors ORDER BY upto, day"
DELIVERIES_AT_ONCE: Final = 500

FLAWS: Final[Mapping[str, str]] = {
    "body": "what was planned is not what is there",
    "columns": "whose it is, or of what kind, is not what was planned",
    "outcome": "its outcome is not the one that was written down",
    "due_at": "its time is not the one that was written down",
    "ready_at": "when it is taken up next is not what was written down",
    "expires_at": "how late it may leave is not what was written down",
    "fence": "how often it changed hands is not what was written down",
    "tries": "how often it was tried is not what was written down",
    "flow": "the steps that it goes by are not those that were written down",
    "wall": "the wall time that it goes by is not the one that was written down",
    "held_by": "the freeze that holds it back is not the one that was written down",
}
UNSAID: Final[Mapping[str, Any]] = {
    "fence": 0,
    "tries": 0,
    "flow": None,
    "wall": None,
    "held_by": None,
    "outcome": digest_of(NOTHING),
}
"""What is so until a line tells otherwise."""

Line = tuple[Any, ...]
FreezeKey = tuple[str, str | None]


@dataclass
class Told:
    """What the history tells of other things than single deliveries."""

    freezes: dict[FreezeKey, dict[str, Any]] = field(default_factory=dict[FreezeKey, dict[str, Any]])
    """By their ids and brands."""
    anchors: dict[str, tuple[Any, Any]] = field(default_factory=dict[str, tuple[Any, Any]])
    """By their days: up to which line, and the digest."""
    late: set[str] = field(default_factory=set[str])
    """Deliveries that were over when their platform's answer came."""
    posts: int = 0
    """How many claims were found as they were told."""


class End(NamedTuple):
    """How a delivery's history ends."""

    number: int
    head: str
    state: str
    said: dict[str, Any]
    """The last that was told of each thing."""


class Found(NamedTuple):
    """What lies in the database of some deliveries."""

    rows: Mapping[str, Row]
    steps: Mapping[str, Mapping[str, Step]]
    posts: Mapping[str, tuple[Any, ...]]


def flaws(session: Session) -> Generator[str]:
    """Find what does not fit together."""
    told, chains = Told(), _chains(session)
    while some := dict(islice(chains, DELIVERIES_AT_ONCE)):
        broken = {key: list[str]() for key in some}
        ends = {key: _end(lines, broken[key], told) for key, lines in some.items()}
        cases = {key: _case_chain(lines, ends[key]) for key, lines in some.items() if key.startswith(CASE)}
        for key, flaw in case_flaws(session, cases):
            broken[key].append(flaw)
        found = _found(session, ends)
        for key, end in ends.items():
            wrong = [*broken[key], *_delivery_flaws(key, end, found, told)]
            yield from (f"{_called(key)}: {flaw}" for flaw in wrong)
    yield from doubles(session)
    for (delivery,) in session.run(BARE):
        yield f"delivery {delivery}: it has no history"
    for (delivery,) in session.run(STRAY):
        yield f"delivery {delivery}: there are steps of it, and it is not there"
    yield from unchained(session)
    yield from _late_flaws(session, told)
    yield from _claim_flaws(session, told)
    yield from _freeze_flaws(session, told)
    yield from _anchor_flaws(session, told)


# Histories ----------------------------------------------------------------------------------------


def _chains(session: Session) -> Generator[tuple[str, list[Line]]]:
    """Read the histories of all deliveries, one after the other."""
    last: tuple[str, int] = ("", 0)
    chain: list[Line] = []
    while lines := session.run(CHAINED, *last, AT_ONCE):
        for line in lines:
            if chain and chain[0][1] != line[1]:
                yield chain[0][1], chain
                chain = []
            chain.append(line)
        last = lines[-1][1], lines[-1][2]
    if chain:
        yield chain[0][1], chain


def _end(lines: list[Line], broken: list[str], told: Told) -> End:
    """Return how a history ends, and take note of what does not fit together in it."""
    end = End(0, "", "", dict(UNSAID))
    for _, delivery, number, at, actor, what, state, detail, digest in lines:
        if number != end.number + 1:
            broken.append(f"line {end.number + 1} of its history is missing")
        elif chained(end.head, (delivery, number, at, actor, what, state, detail)) != digest:
            broken.append(f"line {number} of its history was altered")
        said = _said(detail)
        if _is_place(delivery):
            _hear(told, at, actor, what, said)
        elif end.state in ENDED and state != end.state:
            told.late.add(delivery)
        place = number if isinstance(number, int) else end.number + 1  # SQLite keeps words in it as well
        end = End(place, digest, state, _with(end.said, said))
    return end


def _with(before: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Return what was told last of each thing, each step, each post and each line for itself."""
    parts = {name: {**_mapping(before.get(name)), **_mapping(said[name])} for name in PARTS & said.keys()}
    return before | said | parts


PARTS: Final = frozenset({"steps", "posts", TOLD})


def _case_chain(lines: list[Line], end: End) -> CaseChain:
    known = {number: (at, actor, what) for _, _, number, at, actor, what, *_ in lines}
    return CaseChain(end.number, known, end.said)


def _is_place(name: str) -> bool:
    """Return whether a history is a brand's, an account's or the journal's: no delivery's id has a blank."""
    return " " in name


def _called(name: str) -> str:
    return name if _is_place(name) else f"delivery {name}"


def _said(detail: str) -> dict[str, Any]:
    """Return what a line tells; nothing if it was made unreadable, which its digest shows."""
    try:
        return _mapping(json.loads(detail))
    except ValueError:
        return {}


def _mapping(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


# Deliveries ---------------------------------------------------------------------------------------


def _found(session: Session, ends: Mapping[str, End]) -> Found:
    marks = ", ".join("?" * len(ends))
    rows = [Row(*one) for one in session.run(FOUND.format(marks=marks), *ends)]
    steps = {
        delivery: {line[1]: Step(*line[1:]) for line in lines}
        for delivery, lines in groupby(session.run(STEPS.format(marks=marks), *ends), key=itemgetter(0))
    }
    wanted = [place for end in ends.values() for place in _mapping(end.said.get("posts"))]
    return Found({row.id: row for row in rows}, steps, dict(_posts(session, wanted)))


def _posts(session: Session, places: Iterable[str]) -> Generator[tuple[str, tuple[Any, ...]]]:
    rest = iter(places)
    while some := tuple(islice(rest, DELIVERIES_AT_ONCE)):
        for place, *more in session.run(POSTS.format(marks=", ".join("?" * len(some))), *some):
            yield place, tuple(more)


def _delivery_flaws(key: str, end: End, found: Found, told: Told) -> Generator[str]:
    """Find in what a delivery is not what its history tells."""
    row = found.rows.get(key)
    if row is None:
        if not _is_place(key):
            yield "it was removed"
        return
    if (row.number, row.head, row.state) != (end.number, end.head, end.state):
        yield "its state is not the one that its history ends with"
    yield from _column_flaws(row, end)
    yield from _step_flaws(row, end, found.steps.get(key, {}))
    for place, claimed_at in _mapping(end.said.get("posts")).items():
        if found.posts.get(place) == (key, row.account, claimed_at):
            told.posts += 1
        else:
            yield f"its claim to the post {place.strip()} is not the one that was written down"


def _column_flaws(row: Row, end: End) -> Generator[str]:
    there = row._asdict() | {
        "body": digest_of(row.body),
        "columns": fixed(row),
        "outcome": digest_of(row.outcome),
    }
    said = end.said
    sending, confirmed = row.state == DeliveryState.SENDING, row.state == DeliveryState.CONFIRMED
    for name, flaw in FLAWS.items():
        if name not in said or said[name] == there[name]:
            continue
        # By which steps it goes is told with the first write; what came out by itself is looked for no more.
        if (sending and name == "flow") or (confirmed and name == "ready_at" and row.ready_at is None):
            continue
        yield flaw


def _step_flaws(row: Row, end: End, steps: Mapping[str, Step]) -> Generator[str]:
    """Find steps that do not stand as was told, but for what a worker has yet to tell."""
    said = _mapping(end.said.get("steps"))
    sending = row.state == DeliveryState.SENDING
    for name, step in steps.items():
        if stands(step) == said.get(name) or (sending and _under_way(step, said.get(name))):
            continue
        yield f"step {name!r} does not stand as it was written down"
    gone = [name for name, digest in said.items() if digest is not None and name not in steps]
    yield from (f"step {name!r} was removed" for name in gone)


def _under_way(step: Step, told: Any) -> bool:
    """Return whether a step came from where it was told to be, with no line to be written yet."""
    if not step.writes:
        return True
    return bool(stands(step._replace(state="started", result=None)) == told)


def _late_flaws(session: Session, told: Told) -> Generator[str]:
    """Find what is said to have come out late, so that its slot may be filled again, or no more so."""
    found = {str(delivery) for (delivery,) in session.run(LATE)}
    for delivery in sorted(found ^ told.late):
        yield f"delivery {delivery}: whether it was over when it came out is not what was written down"


def _claim_flaws(session: Session, told: Told) -> Generator[str]:
    """Find claims to posts of which nothing was told; only looked for where there are more than were told."""
    if int(session.run("SELECT count(*) FROM posts")[0][0]) > told.posts:
        for place, delivery in session.run(UNTOLD):
            yield f"post {str(place).strip()}: nothing was written down of its claim for delivery {delivery}"


# Freezes and anchors ------------------------------------------------------------------------------


def _hear(told: Told, at: int, actor: str | None, what: str, said: dict[str, Any]) -> None:
    """Take note of what a line tells that concerns no single delivery."""
    if what == ANCHORED:
        told.anchors[str(said.get("day"))] = (said.get("upto"), said.get("digest"))
    if what not in {FROZEN, WIDENED, THAWED}:
        return
    brand = said.get("brand")
    key = str(said.get("freeze")), brand if isinstance(brand, str) else None
    known = told.freezes.setdefault(key, {"thawed_at": None})
    if what == FROZEN:
        known.update(said, actor=actor, at=at)
    elif what == WIDENED:
        known["answers"] = True
    else:
        known["thawed_at"] = at


def _freeze_flaws(session: Session, told: Told) -> Generator[str]:
    """Find in what freezes are not what was told of them."""
    rows = session.run(FREEZES)
    names = ("platform", "account", "campaign", "answers", "reason", "actor", "at", "thawed_at")
    found = {(key, brand): dict(zip(names, more, strict=True)) for key, brand, *more in rows}
    for key in sorted(found.keys() | told.freezes.keys(), key=str):
        there, known = found.get(key), told.freezes.get(key)
        whose = "" if key[1] is None else f" of {key[1]}"
        if known is None:
            yield f"freeze {key[0]}{whose}: nothing was written down of it"
        elif there is None:
            yield f"freeze {key[0]}{whose}: it was removed"
        elif any(known.get(name) != value for name, value in there.items()):
            yield f"freeze {key[0]}{whose}: it is not the one that was written down"


def _anchor_flaws(session: Session, told: Told) -> Generator[str]:
    """Find lines that are not those that an anchor bound, and anchors that are not those that were made."""
    start, digest = 0, ""
    found: dict[str, tuple[Any, Any]] = {}
    for day, upto, known in session.run(ANCHORS):
        found[day] = (upto, known)
        digest = bound(session, digest, start, upto)
        if digest != known:
            yield f"history up to {day}: lines were altered, added or removed since its anchor"
        start, digest = upto, known
    for day in sorted(found.keys() | told.anchors.keys(), key=str):
        if day not in found:
            yield f"anchor of {day}: it was removed"
        elif found[day] != told.anchors.get(day):
            yield f"anchor of {day}: it is not the one that was written down"
