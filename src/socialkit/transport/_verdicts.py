"""What an error says of the write behind it, and how a refused address is told."""

from __future__ import annotations

from socialkit.errors import (
    APIError,
    InvalidDraftError,
    ServerError,
    SocialKitError,
    TransportError,
    UnexpectedResponseError,
)
from socialkit.models import Basis, Problem
from socialkit.transport._errors import ErrorTable
from socialkit.transport._origins import InsideError

__all__ = ["leaves_open", "not_fetched"]


def not_fetched(error: InsideError) -> InvalidDraftError:
    """Return the error for a file whose address leads into the inside of a network."""
    where = error.message.removeprefix("what is asked for ")
    problem = Problem(
        field="media",
        message=f"{where}: give Media.from_url(…, internal=True) if it is yours",
        basis=Basis.DRAFT,
    )
    return InvalidDraftError("the file is not fetched", problems=[problem])


def leaves_open(error: SocialKitError, table: ErrorTable) -> bool:
    """Tell whether an error says nothing about what became of a write."""
    match error:
        case TransportError():
            return error.sent
        case ServerError() | UnexpectedResponseError():
            return True
        case APIError():
            return table.leaves_open(error)
        case _:
            return False
