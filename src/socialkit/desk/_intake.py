"""From messages to cases: what is new is routed and written down, once, whoever reads it how often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from pydantic import JsonValue

from socialkit.desk._models import Case, CaseState
from socialkit.desk._rows import case_of, conversation_of, new_case, row_of
from socialkit.models import AccountRef, Message
from socialkit.models._base import EMPTY_RAW
from socialkit.publishing._cases import CaseBook, Intake
from socialkit.publishing._planning import new_id
from socialkit.publishing._rows import to_micros
from socialkit.routing import Decision

__all__ = ["Look", "Routed", "in_order", "take_in"]

MOST: Final = 50
"""Messages that a case keeps; of a longer conversation the newest."""


class Routed(NamedTuple):
    """A message, and where it goes."""

    message: Message
    decision: Decision
    number: str = ""
    """The id of the case that it opens, if it opens one."""


class Look(NamedTuple):
    """What was found in the inbox of one account."""

    ref: AccountRef
    routed: Sequence[Routed]
    now: datetime
    read_until: datetime | None
    """Up to when everything was read; None leaves that as it is."""


def in_order(looks: Sequence[Look]) -> list[Look]:
    """Return looks with ids for their cases that grow with the messages' times.

    Inboxes are read at once, and the order in which they answer is nobody's business. What one account got
    at one time stays as its platform has it.
    """
    order = sorted(
        (routed.message.created_at, look.ref.key, place)
        for look in looks
        for place, routed in enumerate(look.routed)
    )
    now = max((look.now for look in looks), default=None)
    numbers = {} if now is None else {(key, place): new_id(now) for _, key, place in order}
    return [
        look._replace(
            routed=[
                routed._replace(number=numbers[look.ref.key, place])
                for place, routed in enumerate(look.routed)
            ]
        )
        for look in looks
    ]


def take_in(book: CaseBook, look: Look) -> list[Case]:
    """Write down what is new in an inbox, oldest first, and return its cases.

    What is known already is passed over.
    """
    found: dict[str, Case] = {}
    with book.intake(look.ref.key, to_micros(look.now)) as intake:
        for routed in look.routed:
            case = _taken(intake, look, routed)
            if case is not None:
                found[case.id] = case
        if look.read_until is not None:
            intake.read_until(to_micros(look.read_until))
    return list(found.values())


def _taken(intake: Intake, look: Look, routed: Routed) -> Case | None:
    message, decision, ref = routed.message, routed.decision, look.ref
    kept = message.model_copy(update={"raw": EMPTY_RAW, "account": message.account or ref})
    conversation = conversation_of(kept)
    talk = None if conversation is None else intake.talk(conversation)
    if talk is not None and talk.state != CaseState.CLOSED:
        if not intake.claim(kept.id, talk.id):
            return None
        case = _with(case_of(talk), kept, decision)
        changed = intake.change(row_of(case), "message added", {"message": kept.id})
        return case.model_copy(update={"version": changed.version})
    case = new_case(routed.number, ref, kept, decision, look.now)
    if not intake.claim(kept.id, case.id):
        return None
    intake.add(row_of(case), _why(decision))
    return case


def _with(case: Case, message: Message, decision: Decision) -> Case:
    """Return a case to which somebody added a message: it waits for an answer again."""
    waiting = case.state is CaseState.ANSWERED
    due = case.first_response_due if case.first_response_due is not None else decision.first_response_due
    return case.model_copy(
        update={
            "messages": (*case.messages, message)[-MOST:],
            "decision": decision,
            "state": CaseState.OPEN if waiting else case.state,
            "first_response_due": due,
            "escalated": case.escalated or decision.escalate,
        }
    )


def _why(decision: Decision) -> dict[str, JsonValue]:
    return {"department": decision.department, "rule": decision.because.rule}
