"""From messages to cases: what is new is routed and written down, once, whoever reads it how often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from socialkit.desk._models import Case, CaseState
from socialkit.desk._rows import case_of, conversation_of, new_case, row_of
from socialkit.models import AccountRef, Message
from socialkit.models._base import EMPTY_RAW
from socialkit.publishing._cases import CaseBook, Intake
from socialkit.publishing._rows import to_micros
from socialkit.routing import Decision

__all__ = ["take_in"]

MOST: Final = 50
"""Messages that a case keeps; of a longer conversation the newest."""


def take_in(
    book: CaseBook,
    ref: AccountRef,
    routed: Sequence[tuple[Message, Decision]],
    now: datetime,
    read_until: datetime | None,
) -> list[Case]:
    """Write down what is new among messages to one account, oldest first, and return its cases.

    Args:
        book: Where cases are kept.
        ref: The account.
        routed: What came, and where it goes; what is known already is passed over.
        now: The time.
        read_until: Up to when everything was read; None leaves that as it is.
    """
    found: dict[str, Case] = {}
    with book.intake(ref.key, to_micros(now)) as intake:
        for message, decision in routed:
            case = _taken(intake, ref, message, decision, now)
            if case is not None:
                found[case.id] = case
        if read_until is not None:
            intake.read_until(to_micros(read_until))
    return list(found.values())


def _taken(
    intake: Intake, ref: AccountRef, message: Message, decision: Decision, now: datetime
) -> Case | None:
    kept = message.model_copy(update={"raw": EMPTY_RAW, "account": message.account or ref})
    conversation = conversation_of(kept)
    talk = None if conversation is None else intake.talk(conversation)
    if talk is not None and talk.state != CaseState.CLOSED:
        if not intake.claim(kept.id, talk.id):
            return None
        case = _with(case_of(talk), kept, decision)
        changed = intake.change(row_of(case), "message added", {"message": kept.id})
        return case.model_copy(update={"version": changed.version})
    case = new_case(ref, kept, decision, now)
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
