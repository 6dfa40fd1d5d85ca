"""From an error, or the state of a delivery, to what a command ends with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from socialkit.cli._exits import Exit
from socialkit.errors import (
    APIError,
    AuthenticationError,
    ConfigurationError,
    IncompleteError,
    InvalidDraftError,
    OutcomeUnknownError,
    RateLimitedError,
    ServerError,
    SocialKitError,
    TransportError,
    UnexpectedResponseError,
    WrongAccountError,
)
from socialkit.models import Basis
from socialkit.publishing import DeliveryState
from socialkit.publishing._database import UnusableError

__all__ = ["STATES", "ending", "worst"]

ERRORS: Final[tuple[tuple[type[SocialKitError], Exit], ...]] = (
    (OutcomeUnknownError, Exit.UNKNOWN),
    (IncompleteError, Exit.INCOMPLETE),
    (AuthenticationError, Exit.CONFIGURATION),
    (WrongAccountError, Exit.CONFIGURATION),
    (ConfigurationError, Exit.CONFIGURATION),
    (RateLimitedError, Exit.FAILED),
    (ServerError, Exit.FAILED),
    (TransportError, Exit.FAILED),
    (UnexpectedResponseError, Exit.FAILED),
    (UnusableError, Exit.FAILED),
    (APIError, Exit.REFUSED),
)
"""The first that fits counts; all others are refusals."""

STATES: Final[Mapping[DeliveryState, Exit]] = {
    DeliveryState.CONFIRMED: Exit.DONE,
    DeliveryState.INCOMPLETE: Exit.INCOMPLETE,
    DeliveryState.REFUSED: Exit.REFUSED,
    DeliveryState.MISSED: Exit.REFUSED,
    DeliveryState.CANCELLED: Exit.REFUSED,
    DeliveryState.SENDING: Exit.UNKNOWN,
    DeliveryState.UNKNOWN: Exit.UNKNOWN,
    DeliveryState.NEEDS_DECISION: Exit.UNKNOWN,
}
"""How it ended for a delivery that was to leave now; in all other states it waits."""

GRAVITY: Final = (
    Exit.UNKNOWN,
    Exit.INCOMPLETE,
    Exit.REFUSED,
    Exit.CONFIGURATION,
    Exit.FAILED,
    Exit.WAITING,
    Exit.DONE,
)
"""What is told of several, the gravest first: what may be out comes before what is not."""


def ending(error: BaseException) -> Exit:
    """Return how a command ends that an error ended."""
    if isinstance(error, InvalidDraftError):
        file = error.problems and all(one.basis is Basis.FILE for one in error.problems)
        return Exit.CONFIGURATION if file else Exit.REFUSED
    if not isinstance(error, SocialKitError):
        return Exit.FAILED
    return next((told for kind, told in ERRORS if isinstance(error, kind)), Exit.REFUSED)


def worst(endings: Iterable[Exit]) -> Exit:
    """Return the gravest."""
    return min(endings, key=GRAVITY.index, default=Exit.DONE)
