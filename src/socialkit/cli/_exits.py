"""With what the command line ends: one number for each way in which things turn out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Final

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

__all__ = ["Exit", "ending", "ending_of", "worst"]


class Exit(IntEnum):
    """What a command ends with; programs may rely on the numbers.

    Example:
        >>> int(Exit.REFUSED), Exit.UNKNOWN.name
        (3, 'UNKNOWN')
    """

    DONE = 0
    """All that was asked."""
    FAILED = 1
    """Something could not be done or read, and nothing is undecided: another time it may."""
    USAGE = 2
    """The command was not understood."""
    REFUSED = 3
    """Somebody said no: the check, the platform, the authority, a freeze, the journal, or you."""
    UNKNOWN = 4
    """Something was sent, and nobody knows yet what became of it. It is never sent again by itself."""
    CONFIGURATION = 5
    """Something has to be set up first: a file, a name in it, a secret, a login, an extra."""
    INCOMPLETE = 6
    """Some of it is out, and some is missing."""
    WAITING = 7
    """It is written down and did not leave: it was postponed, is held back, or has to be approved."""
    INTERRUPTED = 130
    """Ctrl-C; what was begun stands in the journal."""


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


def ending_of(state: DeliveryState) -> Exit:
    """Return how a command ends whose delivery was to leave now."""
    return STATES.get(state, Exit.WAITING)


def worst(endings: Iterable[Exit]) -> Exit:
    """Return the gravest."""
    return min(endings, key=GRAVITY.index, default=Exit.DONE)
