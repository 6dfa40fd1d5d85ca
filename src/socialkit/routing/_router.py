"""Routing by rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from socialkit.models import BusinessHours, Document, Message, Model, require_aware
from socialkit.models._names import repeated
from socialkit.models._shared import Several
from socialkit.routing._analysis import Finding, analysed
from socialkit.routing._decision import Because, Decision
from socialkit.routing._program import Program
from socialkit.routing._rules import RoutingRule, Stance
from socialkit.text import PhraseMatch

__all__ = ["Replay", "Router"]


class Replay(Model):
    """What rules would have made of messages.

    Example:
        >>> from datetime import UTC
        >>> from socialkit.models import Author, MessageKind
        >>> sales = RoutingRule(key="prices", any_of=["price"], department="sales")
        >>> router = Router(rules=[sales], default=RoutingRule(key="rest", department="shop"))
        >>> noon, ada = datetime(2026, 3, 2, 12, tzinfo=UTC), Author(id="7", handle="ada")
        >>> mention = Message(id="1", kind=MessageKind.MENTION, author=ada, text="Hello", created_at=noon)
        >>> replay = router.replay([mention])
        >>> replay.total, dict(replay.rules), [message.text for message in replay.unmatched]
        (1, {'prices': 0, 'rest': 1}, ['Hello'])
    """

    total: int
    rules: Mapping[str, int]
    """How many messages each rule decided, by its key; the default too."""
    departments: Mapping[str, int]
    """How many messages each department would have got."""
    unmatched: tuple[Message, ...]
    """Those that no rule caught, and the default decided."""


class Router(Document):
    """Says which department answers a message, how, and until when.

    The rules are read from the top, and the first that catches a message decides: put the gravest first, and
    let `analyse()` tell what hides what. The default decides about all that no rule catches. A router never
    changes, looks at no clock, and can be pickled.

    Example:
        >>> from datetime import UTC
        >>> from socialkit.models import Author, MessageKind
        >>> router = Router(
        ...     rules=[RoutingRule(key="prices", any_of=["price", "how much"], department="sales")],
        ...     default=RoutingRule(key="common", department="manager"),
        ... )
        >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
        >>> ada = Author(id="7", handle="ada")
        >>> question = Message(
        ...     id="1", kind=MessageKind.MENTION, author=ada, text="How MUCH is it?", created_at=noon
        ... )
        >>> decision = router.route(question, now=noon)
        >>> decision.department, decision.because.rule, decision.because.span
        ('sales', 'prices', PhraseMatch(phrase='how much', start=0, end=8))
    """

    rules: Several[RoutingRule] = ()
    default: RoutingRule
    """Decides about all that no rule catches, and has no condition."""
    hours: BusinessHours | None = None
    """When promised times run, whatever the brand; each brand's own hours count if not given."""

    def route(self, message: Message, *, now: datetime, hours: BusinessHours | None = None) -> Decision:
        """Return where a message goes.

        The promised time runs from when the message was written, so that it may have passed already; never
        from later than now.

        Args:
            message: What came in.
            now: The time to go by (aware).
            hours: When the brand's people work, such as `brand.hours`; the router's own hours come first, and
                where there are neither, promised times run round the clock.
        """
        return self._decision(message, require_aware(now, "now"), hours)

    def route_many(
        self, messages: Iterable[Message], *, now: datetime, hours: BusinessHours | None = None
    ) -> Iterator[Decision]:
        """Yield where each of many messages goes, in their order, as they are taken; otherwise as `route`."""
        moment = require_aware(now, "now")
        return (self._decision(message, moment, hours) for message in messages)

    def replay(self, messages: Iterable[Message]) -> Replay:
        """Return what the rules would have made of messages that came in before."""
        rules, departments = Counter[str](), Counter[str]()
        unmatched: list[Message] = []
        for message in messages:
            rule, _ = self._deciding(message)
            rules[rule.key] += 1
            departments[rule.department] += 1
            if rule is self.default:
                unmatched.append(message)
        every = (*self.rules, self.default)
        return Replay(
            total=rules.total(),
            rules={rule.key: rules[rule.key] for rule in every},
            departments={rule.department: departments[rule.department] for rule in every},
            unmatched=tuple(unmatched),
        )

    def analyse(self) -> tuple[Finding, ...]:
        """Return what is wrong with the rules as a whole, each with a made-up message that shows it.

        It tells rules and phrases that never decide, rules that catch the same words and disagree, grave
        rules that stand behind milder ones, and kinds of messages that no rule catches.
        """
        return analysed(self.rules, self.default, self._program)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other values, which are not checked."""
        copied = super().model_copy(update=update, deep=deep)
        vars(copied).pop("_program", None)  # what was made of the old rules
        return copied

    @cached_property
    def _program(self) -> Program:
        return Program(self.rules)

    def _deciding(self, message: Message) -> tuple[RoutingRule, tuple[PhraseMatch, ...]]:
        caught = self._program.first(message)
        return (self.default, ()) if caught is None else (self.rules[caught[0]], caught[1])

    def _decision(self, message: Message, now: datetime, hours: BusinessHours | None) -> Decision:
        rule, spans = self._deciding(message)
        hidden = message.private and rule.stance is Stance.PUBLIC
        return Decision(
            department=rule.department,
            stance=Stance.PRIVATE if hidden else rule.stance,
            first_response_due=self._due(rule, message, now, hours),
            because=Because(rule=rule.key, spans=spans),
            suggested_reply=rule.suggested_reply,
            severity=rule.severity,
            escalate=rule.escalate,
            freeze=rule.freeze,
        )

    def _due(
        self, rule: RoutingRule, message: Message, now: datetime, hours: BusinessHours | None
    ) -> datetime | None:
        if rule.first_response is None:
            return None
        start = min(require_aware(message.created_at, "created_at"), now)
        clock = self.hours if self.hours is not None else hours
        return start + rule.first_response if clock is None else clock.due(start, rule.first_response)

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        keys = [rule.key for rule in self.rules]
        yield from repeated("rules", keys)
        if self.default.key in keys:
            yield "default.key", f"is {self.default.key!r}, as that of another rule"
        if self.default.conditional:
            yield "default", "has a condition, and must catch all that is left"
