"""From messages to cases: what is new is routed and written down, once, whoever reads it how often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from pydantic import JsonValue

from socialkit.desk._models import Case, CaseState
from socialkit.desk._rows import case_of, conversation_of, new_case, row_of
from socialkit.errors import NotAuthorisedError
from socialkit.models import AccountRef, Message
from socialkit.models._base import EMPTY_RAW
from socialkit.publishing._cases import CaseBook, Intake
from socialkit.publishing._new_rows import new_id
from socialkit.publishing._rows import to_micros
from socialkit.routing import Decision

__all__ = ["Look", "Routed", "in_order", "take_in"]

MOST: Final = 50
"""Messages that a case keeps; of a longer conversation the newest."""


class Routed(NamedTuple):
    """A message, and where it goes."""

    message: Message
    decision: Decision
    refused: NotAuthorisedError | None = None
    """Why nothing is frozen, although its rule says so."""
    number: str = ""
    """The id of the case that it opens, if it opens one."""


class Look(NamedTuple):
    """What was found in the inbox of one account."""

    ref: AccountRef
    routed: Sequence[Routed]
    now: datetime
    read_until: datetime | None
    """Up to when everything was read; None leaves that as it is."""

    @property
    def refused(self) -> NotAuthorisedError | None:
        """Why nothing is frozen, although a rule says so."""
        return next((one.refused for one in self.routed if one.refused is not None), None)


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
        case = _with(case_of(talk), kept, routed)
        changed = intake.change(row_of(case), "message added", {"message": kept.id, **_why(routed)})
        return case.model_copy(update={"version": changed.version})
    case = new_case(routed.number, ref, kept, decision, look.now)
    if routed.refused is not None:
        case = case.model_copy(update={"escalated": True})
    if not intake.claim(kept.id, case.id):
        return None
    intake.add(row_of(case), _why(routed))
    return case


def _with(case: Case, message: Message, routed: Routed) -> Case:
    """Return a case to which somebody added a message: it waits for an answer again.

    What was said of a graver message before stands until that is answered; of an escalated case, always.
    """
    new, waits = routed.decision, case.escalated or case.state is not CaseState.ANSWERED
    stays = waits and _gravity(case.decision) > _gravity(new)
    dues = [one for one in (case.first_response_due, new.first_response_due) if one is not None]
    return case.model_copy(
        update={
            "messages": (*case.messages, message)[-MOST:],
            "decision": case.decision if stays else new,
            "state": CaseState.OPEN if case.state is CaseState.ANSWERED else case.state,
            "assignee": case.assignee if stays else _assignee(case, new),
            "first_response_due": min(dues, default=None),
            "escalated": case.escalated or new.escalate or routed.refused is not None,
        }
    )


def _gravity(decision: Decision) -> tuple[bool, int]:
    return decision.escalate or decision.freeze, decision.severity.rank


def _assignee(case: Case, new: Decision) -> str:
    """Return who answers a case of which something else was decided."""
    named = case.assignee != case.decision.department
    if case.escalated and not new.escalate:
        return case.assignee  # no rule takes back what was handed up
    if named and _gravity(new) <= _gravity(case.decision):
        return case.assignee  # somebody was asked by name
    return new.department


def _why(routed: Routed) -> dict[str, JsonValue]:
    because: dict[str, JsonValue] = {
        "department": routed.decision.department,
        "rule": routed.decision.because.rule,
    }
    return because if routed.refused is None else {**because, "freeze refused": str(routed.refused)}
