"""A case as it lies in the database."""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError

from socialkit.desk._models import Case
from socialkit.errors import JournalError
from socialkit.models import AccountRef, Message
from socialkit.publishing._cases import CaseRow
from socialkit.publishing._erasing import is_nobody
from socialkit.publishing._rows import to_micros
from socialkit.routing import Decision

__all__ = ["case_of", "conversation_of", "new_case", "row_of"]


def new_case(number: str, ref: AccountRef, message: Message, decision: Decision, now: datetime) -> Case:
    """Return a case that nobody has written down yet."""
    return Case(
        id=number,
        account=ref,
        messages=(message,),
        decision=decision,
        assignee=decision.department,
        opened_at=now,
        first_response_due=decision.first_response_due,
        escalated=decision.escalate,
    )


def conversation_of(message: Message) -> str | None:
    """Return what makes private messages one case; None for what others can read, or was let go."""
    if not message.private:
        return None
    author = message.author.id
    return message.conversation_id or (None if is_nobody(author) else f"with {author}")


def row_of(case: Case) -> CaseRow:
    """Return a case as the database keeps it."""
    due = case.first_response_due
    return CaseRow(
        id=case.id,
        brand=case.account.brand,
        account=case.account.key,
        conversation=conversation_of(case.message),
        state=case.state.value,
        assignee=case.assignee,
        due_at=None if due is None else to_micros(due),
        version=case.version,
        body=case.model_dump_json(exclude={"version"}),
    )


def case_of(row: CaseRow) -> Case:
    """Return a case as users see it.

    Raises:
        JournalError: It cannot be read.
    """
    try:
        case = Case.model_validate_json(row.body)
    except ValidationError as error:
        message = f"case {row.id} cannot be read: the journal was altered, or is of another version"
        raise JournalError(message) from error
    return case.model_copy(update={"version": row.version})
