"""What does not fit together in a desk's cases: the chain, what its lines tell, and how the cases stand."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any, Final, NamedTuple, cast

from socialkit.publishing._case_history import CASE, STANDS, TOLD, CaseRow, stands
from socialkit.publishing._database import Session
from socialkit.publishing._history import digest_of

__all__ = ["CaseChain", "case_flaws", "unchained"]

FOUND: Final = f"SELECT {', '.join(CaseRow._fields)} FROM cases WHERE id IN ({{marks}})"
LINES: Final = """
SELECT case_id, number, at, actor, what, detail FROM case_events WHERE case_id IN ({marks})
ORDER BY case_id, number
"""
BARE: Final = """
SELECT id FROM (SELECT id FROM cases UNION SELECT case_id FROM case_events) AS found
WHERE NOT EXISTS (SELECT 1 FROM events WHERE delivery = 'case ' || found.id) ORDER BY id
"""


class CaseChain(NamedTuple):
    """What the journal's history tells of one case."""

    number: int
    """How many lines it has."""
    lines: Mapping[int, tuple[Any, ...]]
    """When, by whom and what, by their numbers."""
    said: Mapping[str, Any]
    """The last that was told of each thing."""


def case_flaws(session: Session, chains: Mapping[str, CaseChain]) -> Generator[tuple[str, str]]:
    """Find in what cases are not what was told of them, each under the name of its history."""
    ids = [name.removeprefix(CASE) for name in chains]
    if not ids:
        return
    marks = ", ".join("?" * len(ids))
    rows = {row.id: row for row in (CaseRow(*one) for one in session.run(FOUND.format(marks=marks), *ids))}
    lines: dict[str, dict[int, tuple[Any, ...]]] = {case: {} for case in ids}
    for case, number, *line in session.run(LINES.format(marks=marks), *ids):
        lines[case][number] = tuple(line)
    for name, case in zip(chains, ids, strict=True):
        chain = chains[name]
        yield from ((name, flaw) for flaw in _row_flaws(rows.get(case), chain))
        yield from ((name, flaw) for flaw in _line_flaws(lines[case], chain))


def _row_flaws(row: CaseRow | None, chain: CaseChain) -> Generator[str]:
    if row is None:
        yield "it was removed"
    elif row.version != chain.number:
        yield "its state is not the one that its history ends with"
    # Before there was a chain, how a case stood was not told.
    elif STANDS in chain.said and chain.said[STANDS] != stands(row):
        yield "how it stands is not what was written down"


def _line_flaws(lines: Mapping[int, tuple[Any, ...]], chain: CaseChain) -> Generator[str]:
    told = chain.said.get(TOLD)
    digests = cast("dict[str, Any]", told) if isinstance(told, dict) else {}
    for number, known in chain.lines.items():
        if number not in lines:
            yield f"what line {number} of its history told was removed"
        elif lines[number][:3] != known or digest_of(lines[number][3]) != digests.get(str(number)):
            yield f"what line {number} of its history told was altered"
    strangers = [number for number in lines if number not in chain.lines]
    yield from (f"line {number} of its history is not in its chain" for number in strangers)


def unchained(session: Session) -> Iterable[str]:
    """Find cases, or lines of them, of which the journal's history tells nothing at all."""
    for (case,) in session.run(BARE):
        yield f"{CASE}{case}: nothing was written down of it"
