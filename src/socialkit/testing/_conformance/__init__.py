"""The suite that every platform passes, whoever wrote it."""

from __future__ import annotations

from socialkit.testing._conformance._account import AccountSuite
from socialkit.testing._conformance._checks import CheckSuite
from socialkit.testing._conformance._differences import DifferenceSuite
from socialkit.testing._conformance._inbox import InboxSuite
from socialkit.testing._conformance._insights import InsightsSuite
from socialkit.testing._conformance._outcomes import OutcomeSuite
from socialkit.testing._conformance._publishing import PublishingSuite
from socialkit.testing._conformance._reading import ReadingSuite
from socialkit.testing._conformance._replies import RepliesSuite
from socialkit.testing._conformance._threads import ThreadSuite

__all__ = ["PlatformConformance"]


class PlatformConformance(
    AccountSuite,
    CheckSuite,
    DifferenceSuite,
    InboxSuite,
    InsightsSuite,
    OutcomeSuite,
    PublishingSuite,
    ReadingSuite,
    RepliesSuite,
    ThreadSuite,
):
    """What users of the common interface rely on, tested against a platform's simulator in both modes.

    Subclass it in a test module, name the platform, and override what is said differently there. It needs
    pytest and pytest-asyncio, and the platform's `Registration` must name a simulator. A test is skipped
    only where the platform does not declare the capability, and says so.

    Example:
        >>> class TestPixelwall(PlatformConformance):
        ...     platform = "pixelwall"
        ...     repeatable = frozenset({"like"})
    """
