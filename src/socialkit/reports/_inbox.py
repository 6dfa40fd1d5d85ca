"""The section about the inbox: who answers, and whether promised times are kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from socialkit.desk import Case, CaseState
from socialkit.models import OpenEnum
from socialkit.publishing import Freeze
from socialkit.reports._numbers import count, day, share
from socialkit.reports._page import Block, Cell, Grid, missing, said
from socialkit.reports._plain import clipped
from socialkit.reports._scope import Scope

__all__ = ["in_time", "inbox"]

EXCERPT: Final = 90
"""Columns of what somebody wrote."""


class Promptness(OpenEnum):
    """Whether the first answer came when it was promised."""

    IN_TIME = "in time"
    LATE = "late"
    """It came later, or is overdue."""
    WAITING = "waiting"
    NOT_OWED = "not owed"
    """Nothing was promised, or the case was closed without an answer."""
    NOT_KNOWN = "not known"
    """A case keeps its last answer and its newest promise: with several of either, nobody can tell."""


def promptness(case: Case, now: datetime | None) -> Promptness:
    """Return whether a case got its first answer in time."""
    if now is not None and case.overdue(now):
        return Promptness.LATE
    due = case.decision.first_response_due
    if due is None:
        return Promptness.NOT_OWED
    if case.answered_at is None:
        return Promptness.WAITING if case.state is not CaseState.CLOSED else Promptness.NOT_OWED
    if len(case.answers) > 1 or len(case.messages) > 1:
        return Promptness.NOT_KNOWN
    return Promptness.IN_TIME if case.answered_at <= due else Promptness.LATE


def in_time(cases: Iterable[Case], now: datetime | None) -> Cell:
    """Return the share of promises that were kept, of those of which it is known."""
    told = [promptness(case, now) for case in cases]
    good, late = told.count(Promptness.IN_TIME), told.count(Promptness.LATE)
    if not good + late:
        return missing(_undecided(told))
    cell, lost = share(good, good + late), told.count(Promptness.NOT_KNOWN)
    return Cell(cell.text, f"{cell.note}; {lost:,} not known" if lost else cell.note, number=True)


def _undecided(told: Collection[Promptness]) -> str:
    if not told:
        return "no cases"
    if Promptness.WAITING in told:
        return "no promise is due yet"
    return "several messages or answers each" if Promptness.NOT_KNOWN in told else "no promise to keep"


def inbox(scope: Scope) -> list[Block]:
    """Return the cases by who answers them."""
    cases = scope.cases or ()
    if not cases:
        return ["No case was opened in this period.", *_crises(scope)]
    names = sorted({case.assignee for case in cases})
    rows = [_row(said(name), [one for one in cases if one.assignee == name], scope.now) for name in names]
    if len(rows) > 1:
        rows.append(_row(said("All"), cases, scope.now))
    head = ("Department", "Cases", "Answered", "In time", "Open", "Overdue")
    return [*_crises(scope), Grid("Cases by who answers them", head, tuple(rows))]


def _crises(scope: Scope) -> list[Block]:
    """Return what was escalated, and when everything was held back."""
    rows = tuple(_escalated(scope, case) for case in scope.cases or () if case.escalated)
    grid: list[Block] = [Grid("Escalated", ("What came in", "Stands"), rows)] if rows else []
    return [*grid, *(_freeze(scope, one) for one in scope.freezes)]


def _escalated(scope: Scope, case: Case) -> tuple[Cell, Cell]:
    note = f"{case.account.key}, {day(scope.period.day_of(case.opened_at))}"
    return said(clipped(case.messages[0].text, EXCERPT) or "(no text)", note), said(str(case.state))


def _freeze(scope: Scope, freeze: Freeze) -> str:
    # Without the reason: a rule's names a message by its id, which says nothing to whoever reads a report.
    begun = day(scope.period.day_of(freeze.at))
    until = "on" if freeze.ended_at is None else f"to {day(scope.period.day_of(freeze.ended_at))}"
    what = " and answers" if freeze.scope.replies else ""
    return f"Posts{what} were held back from {begun} {until}."


def _row(name: Cell, cases: Iterable[Case], now: datetime | None) -> tuple[Cell, ...]:
    cases = list(cases)
    answered = sum(case.answered_at is not None for case in cases)
    waiting = sum(case.state in {CaseState.OPEN, CaseState.ANSWERING} for case in cases)
    late = missing("no time to go by") if now is None else count(sum(case.overdue(now) for case in cases))
    return name, count(len(cases)), count(answered), in_time(cases, now), count(waiting), late
