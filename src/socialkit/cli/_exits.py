"""With what the command line ends: one number for each way in which things turn out."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Exit"]


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
