"""What was decided about a message, and why."""

from __future__ import annotations

from socialkit.models import AwareTime, Model
from socialkit.routing._rules import CaseSeverity, Stance
from socialkit.text import PhraseMatch

__all__ = ["Because", "Decision"]


class Because(Model):
    """Which rule decided, by which words."""

    rule: str
    """The rule's key."""
    spans: tuple[PhraseMatch, ...] = ()
    """What of the text decided: one of the rule's `any_of`, and each of its `all_of`."""

    @property
    def span(self) -> PhraseMatch | None:
        """The first of the words; None where no words were needed."""
        return self.spans[0] if self.spans else None


class Decision(Model):
    """Where a message goes.

    Example:
        >>> from datetime import UTC, datetime
        >>> from socialkit.models import Author, Message, MessageKind
        >>> from socialkit.routing import Router, RoutingRule
        >>> router = Router(default=RoutingRule(key="rest", department="shop"))
        >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
        >>> ada = Author(id="7", handle="ada")
        >>> words = Message(id="1", kind=MessageKind.MENTION, author=ada, text="Hello", created_at=noon)
        >>> decision = router.route(words, now=noon)
        >>> decision.department, decision.stance.value, decision.because.rule
        ('shop', 'public', 'rest')
    """

    department: str
    """Who is to answer."""
    stance: Stance
    """How to answer; `private` for all that came in private, unless it is not answered at all."""
    first_response_due: AwareTime | None
    """Until when the first answer is promised; None where nothing is."""
    because: Because
    """The rule, and the words that it found."""
    suggested_reply: str | None
    severity: CaseSeverity
    escalate: bool
    """Whether it is to be handed up at once."""
    freeze: bool
    """Whether what is scheduled for that brand is to be held back."""
