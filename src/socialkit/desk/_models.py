"""What a desk remembers, as users see it: cases, their states and histories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from socialkit.errors import NotAuthorisedError
from socialkit.models import AccountRef, AwareTime, Message, Model, OpenEnum, require_aware
from socialkit.publishing import DeliveryState
from socialkit.routing import Decision

__all__ = ["SETTLED", "Case", "CaseEvent", "CaseState", "Sweep"]


class CaseState(OpenEnum):
    """Where a case stands."""

    OPEN = "open"
    """It waits for an answer, or for somebody to close it."""
    ANSWERING = "answering"
    """An answer waits for an approval, is held back, or may be out or not."""
    ANSWERED = "answered"
    CLOSED = "closed"


SETTLED: Final[Mapping[DeliveryState, CaseState]] = {
    DeliveryState.CONFIRMED: CaseState.ANSWERED,
    DeliveryState.REFUSED: CaseState.OPEN,
    DeliveryState.CANCELLED: CaseState.OPEN,
}
"""What an answer makes of its case; while it stands otherwise, the case is being answered."""


class Case(Model):
    """Somebody's message and what became of it.

    Private messages of one conversation (where the platform tells none: of one person) are one case as long
    as it is not closed; every other message is a case of its own.

    Example:
        >>> from socialkit import Desk, Journal, Router, RoutingRule, Sandbox
        >>> rest = RoutingRule(key="rest", department="shop", suggested_reply="Thank you!")
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     desk = Desk(world.workspace(acme=["mastodon"]), journal, router=Router(default=rest))
        ...     message = world.receive("mastodon", text="What a lovely shop")
        ...     (case,) = desk.sweep()
        >>> case.state.value, case.assignee, case.suggested_reply, case.escalated
        ('open', 'shop', 'Thank you!', False)
    """

    id: str
    account: AccountRef
    """To whom the message came."""
    messages: tuple[Message, ...]
    """What came, oldest first; `raw` is not kept."""
    decision: Decision
    """What the router said about the gravest of them that waits for an answer; of equal ones, the newest."""
    state: CaseState = CaseState.OPEN
    assignee: str
    """The department or person that answers."""
    opened_at: AwareTime
    first_response_due: AwareTime | None = None
    """Until when the first answer is promised; None where nothing is promised, or once it was given."""
    answered_at: AwareTime | None = None
    """When the last answer was out, as its platform says; where it does not, when it was known to be."""
    escalated: bool = False
    because: str | None = None
    """Why it waits again: what became of its last answer."""
    answers: tuple[str, ...] = ()
    """The ids of the deliveries that answer it."""
    answers_begun: int = 0
    """How many answers somebody has set about, whether a delivery came of it or not."""
    gone: tuple[str, ...] = ()
    """The ids of messages of which the words and the author were let go."""
    version: int = 1
    """How often it changed; a change is refused to whoever has seen an older one."""

    @property
    def message(self) -> Message:
        """The newest message: what an answer answers."""
        return self.messages[-1]

    @property
    def suggested_reply(self) -> str | None:
        """What may be answered without a second thought; None once it was escalated, or freezes a brand."""
        grave = self.escalated or self.decision.escalate or self.decision.freeze
        return None if grave else self.decision.suggested_reply

    @property
    def answer_hangs(self) -> bool:
        """Whether an answer was begun and never planned, since its process ended or lost the journal.

        `desk.reply()` takes it up again; nothing of it was sent. Read it of a case that was read after a
        sweep: an answer that somebody begins at this moment looks the same.
        """
        return self.state is CaseState.ANSWERING and len(self.answers) < self.answers_begun

    @property
    def actor(self) -> None:
        """Nobody of ours made it."""
        return

    @property
    def draft(self) -> None:
        """Nothing is sent with a case itself."""
        return

    def overdue(self, now: datetime) -> bool:
        """Tell whether the first answer is later than was promised.

        Args:
            now: The time to go by (aware).
        """
        due = self.first_response_due
        return due is not None and self.state is not CaseState.CLOSED and require_aware(now, "now") > due


class CaseEvent(Model):
    """One line of a case's history.

    Example:
        >>> from socialkit import Desk, Journal, Router, RoutingRule, Sandbox
        >>> rest = RoutingRule(key="rest", department="shop")
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     desk = Desk(world.workspace(acme=["mastodon"]), journal, router=Router(default=rest))
        ...     message = world.receive("mastodon", text="Where is my order?")
        ...     (case,) = desk.sweep()
        ...     closed = desk.close(case, note="told by phone")
        ...     [(event.number, event.what) for event in desk.history(case)]
        [(1, 'opened'), (2, 'closed')]
    """

    case: str
    number: int
    at: AwareTime
    actor: str | None = None
    what: str
    """What happened, such as `opened`, `assigned` or `answered`."""
    detail: Mapping[str, JsonValue] = {}


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep found; iterate over it for the cases.

    Example:
        >>> from socialkit import Desk, Journal, Router, RoutingRule, Sandbox
        >>> rest = RoutingRule(key="rest", department="shop")
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     desk = Desk(world.workspace(acme=["mastodon"]), journal, router=Router(default=rest))
        ...     message = world.receive("mastodon", text="Where is my order?")
        ...     sweep = desk.sweep()
        >>> len(sweep), [case.assignee for case in sweep], sweep.failed(), sweep.unfrozen()
        (1, ['shop'], {}, {})
    """

    cases: tuple[Case, ...] = ()
    """Cases that are new, or to which something was added, in the order in which they were opened."""
    answered: tuple[Case, ...] = ()
    """Cases whose answer was undecided before, and is out by now."""
    reopened: tuple[Case, ...] = ()
    """Cases that wait for an answer again: the last one did not go out, and `because` says why, or more was
    said before it was out."""
    _failed: Mapping[str, Exception] = field(default_factory=dict[str, Exception])
    _unfrozen: Mapping[str, NotAuthorisedError] = field(default_factory=dict[str, NotAuthorisedError])

    def failed(self) -> dict[str, Exception]:
        """Return what was raised for inboxes that could not be read, by the account's key.

        Nothing of them is lost: the next sweep begins where the last one that succeeded ended.
        """
        return dict(self._failed)

    def unfrozen(self) -> dict[str, NotAuthorisedError]:
        """Return what was raised where a rule says to freeze and the actor may not, by the account's key.

        The case is written down and escalated, and nothing is held back: somebody has to decide.
        """
        return dict(self._unfrozen)

    def __iter__(self) -> Iterator[Case]:
        """Iterate over the cases."""
        return iter(self.cases)

    def __len__(self) -> int:
        """Return the number of cases."""
        return len(self.cases)
