"""The month: sending, answering, a crisis, and reading the numbers."""

from __future__ import annotations

from datetime import datetime, timedelta

import socialkit as sk
from examples.agency_quarter.numbers import read
from examples.agency_quarter.office import Office
from examples.agency_quarter.plan import approve
from examples.agency_quarter.telling import PARIS, clock, say
from socialkit.text import plain

__all__ = ["month"]

HOUR = timedelta(hours=1)
FRIDAY = 4
DESK_HOURS = (9, 12, 15, 18)
"""When the agency reads its inboxes, as clocks in Paris show it; at the last one it is noon in New York."""
LOOK = timedelta(hours=36)
"""How long the roaster needs to look at every bag after a complaint about glass."""


# --8<-- [start:month]
def month(world: sk.Sandbox, office: Office, end: datetime) -> None:
    """Go through the month: send, answer, and read the numbers."""
    unread = False
    while (now := world.clock.now()) < end:
        office.worker.reconcile()
        office.worker.run_due()
        local = now.astimezone(PARIS)
        if local.weekday() <= FRIDAY and (local.hour in DESK_HOURS or unread):
            unread = not answer(office)
            decide(office)
        evening = local.weekday() == FRIDAY and local.hour >= 21
        if evening or end - now <= 3 * HOUR:
            for brand in office.workspace.brands:
                read(office, brand, f"{local:%Y-%m-%d}")
        full = now.replace(minute=0, second=0, microsecond=0)
        world.clock.advance(full + HOUR - world.clock.now())


# --8<-- [end:month]


# --8<-- [start:answer]
def answer(office: Office) -> bool:
    """Have Kim answer where a rule suggests it; tell whether all was read."""
    sweep = office.desk.sweep()
    for case in sweep:
        show_case(case)
    for case in list(office.desk.cases()):
        text = case.suggested_reply
        waits = case.state is sk.CaseState.OPEN or case.answer_hangs
        if waits and text is not None:
            show_answer(case, office.desk.reply(case, text))
    if approve(office):
        say("Robin approves it.", 4)
        office.worker.run_due()
    return not sweep.failed()


def decide(office: Office) -> None:
    """Have Robin end a freeze once every bag was looked at."""
    now = office.workspace.now()
    for freeze in office.robin.freezes():
        if now - freeze.at >= LOOK:
            close_escalated(office, freeze)
            free = len(office.robin.thaw(freeze, backlog="reschedule"))
            say(f"{clock(now)}  Robin ends the freeze: {free} posts may leave.", 2)


def close_escalated(office: Office, freeze: sk.Freeze) -> None:
    """Have Robin close the cases for which all was held back."""
    note = "a jar broke in a kitchen; no bag had glass in it"
    for case in list(office.robins_desk.cases(brand=freeze.scope.brand)):
        if case.escalated and case.state is sk.CaseState.OPEN:
            office.robins_desk.close(case, note=note)


# --8<-- [end:answer]


def show_answer(case: sk.Case, delivery: sk.Delivery) -> None:
    """Print an answer, and how it stands."""
    say(f"-> {name_of(case)}, in {case.decision.stance}: {delivery.state}", 4)
    say(case.suggested_reply or "", 7)


def show_case(case: sk.Case) -> None:
    """Print what came in, and where it goes."""
    decision, message = case.decision, case.message
    say(f"{clock(message.created_at)}  {case.account.key}, {name_of(case)}: {plain(message.text)}", 2)
    promised = decision.first_response_due
    due = f", first answer by {clock(promised)}" if promised else ""
    say(f"{decision.because.rule} -> {case.assignee}{due}", 4)
    if decision.freeze:
        say(f"Escalated; all posts of {case.account.brand} are held back.", 4)


def name_of(case: sk.Case) -> str:
    """Return how somebody is called, without the server."""
    return f"@{plain(case.message.author.handle).partition('.')[0]}"
