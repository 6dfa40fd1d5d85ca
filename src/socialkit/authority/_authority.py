"""The table itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, Self

from socialkit.authority._lines import (
    ACTIONS,
    Action,
    AuthorityLine,
    Granted,
    Permission,
    Risk,
    RiskWords,
    TeamMember,
)
from socialkit.authority._ruling import Affair, Place, Reach, Ruling, place_of, texts_of
from socialkit.models import Document
from socialkit.models._names import instead
from socialkit.models._people import person
from socialkit.models._shared import Several, holds
from socialkit.text import Phrases

__all__ = ["Authority"]

FOUR_EYES: Final = frozenset({Action.APPROVE.value})
"""What needs a second person, unless a line says otherwise."""


class Authority(Document):
    """Who may do what without asking: each question has exactly one answer, `yes`, `ask` or `no`.

    The first line that fits decides; where none does, `default`, which is `no` if not given. An action that
    is not known is answered with `no`. People without a name have no roles, and one person is one person
    however the name is spelt: case, blanks and characters that nobody sees make no difference.

    Example:
        >>> from socialkit import Journal, Publisher, Sandbox
        >>> authority = Authority(
        ...     team=[TeamMember(actor="sam", roles=["intern"])],
        ...     lines=[AuthorityLine(roles=["intern"], actions=[Action.PUBLISH], permission=Permission.ASK)],
        ... )
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     client = world.connect("mastodon")
        ...     publisher = Publisher(client, journal, actor="sam", authority=authority)
        ...     (delivery,) = publisher.plan("Autumn is here", to="mastodon")
        >>> delivery.state.value, authority.permission("sam", "delete", delivery).value
        ('proposed', 'no')
    """

    team: Several[TeamMember] = ()
    """Who has which roles; somebody may stand here several times, for several brands."""
    risks: Several[RiskWords] = ()
    """What makes a risk: the highest that is found counts, and `low` where nothing is."""
    lines: Several[AuthorityLine] = ()
    """The table, read from the top."""
    default: Granted = Permission.NO
    """The answer where no line fits."""

    def permission(self, actor: str | None, action: str, affair: Affair | Reach, /) -> Permission:
        """Return whether somebody may do something with a delivery or a case.

        Args:
            actor: Who; None for somebody without a name, as is one of blanks.
            action: What, one of `Action`.
            affair: With what: a delivery, a case, or the scope of a freeze. What is done to all platforms or
                brands at once is allowed by no line for some of them, and refused by any.
        """
        return self.explain(actor, action, affair).permission

    def explain(self, actor: str | None, action: str, affair: Affair | Reach, /) -> Ruling:
        """Return the answer together with the line that gave it, the actor's roles, and the risk."""
        place = place_of(affair)
        roles, risk = self.roles(actor, place.brand), self.risk(affair)
        by_another = _by_another(actor, affair)
        number = self._deciding(actor, action, place, roles, risk, by_another=by_another)
        line = None if number is None else self.lines[number]
        permission = self.default if line is None else line.permission
        why = "the default decides" if line is None else f"lines[{number}] decides"
        if action not in ACTIONS:
            permission, why = Permission.NO, f"there is no such action{instead(action, ACTIONS)}"
        elif line is None and action in FOUR_EYES and not by_another:
            permission, why = Permission.NO, "it needs a second person"
        who = f"{actor or 'nobody'} ({', '.join(roles) or 'no role'})"
        because = f"{who}, {action} on {place.shown}, {risk.value} risk: {permission.value}, {why}"
        return Ruling(
            permission=permission, number=number, line=line, roles=roles, risk=risk, because=because
        )

    def roles(self, actor: str | None, brand: str | None) -> tuple[str, ...]:
        """Return the roles that somebody has for a brand, in the order of the team."""
        who = person(actor)
        entries = [one for one in self.team_of(brand) if person(one.actor) == who]
        return tuple(dict.fromkeys(role for entry in entries for role in entry.roles))

    def team_of(self, brand: str | None) -> tuple[TeamMember, ...]:
        """Return those of the team who have roles for a brand.

        Example:
            >>> sam = TeamMember(actor="sam", roles=["intern"], brands=["acme"])
            >>> table = Authority(team=[sam, TeamMember(actor="maria", roles=["manager"])])
            >>> [one.actor for one in table.team_of("acme")], [one.actor for one in table.team_of("other")]
            (['sam', 'maria'], ['maria'])
        """
        return tuple(one for one in self.team if one.brands is None or brand in one.brands)

    def risk(self, affair: Affair | Reach) -> Risk:
        """Return the risk that the words make: what is to be sent, and what it answers."""
        phrases, owners = self._watched
        numbers = (number for text in texts_of(affair) for number, _, _ in phrases.hits(text))
        return max((owners[number] for number in numbers), key=lambda risk: risk.rank, default=Risk.LOW)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other values, which are not checked."""
        copied = super().model_copy(update=update, deep=deep)
        vars(copied).pop("_watched", None)  # what was made of the old values
        return copied

    @cached_property
    def _watched(self) -> tuple[Phrases, list[Risk]]:
        pairs = [(phrase, words.risk) for words in self.risks for phrase in words.phrases]
        return Phrases(phrase for phrase, _ in pairs), [risk for _, risk in pairs]

    def _deciding(
        self,
        actor: str | None,
        action: str,
        place: Place,
        roles: tuple[str, ...],
        risk: Risk,
        *,
        by_another: bool,
    ) -> int | None:
        if action not in ACTIONS:
            return None
        for number, line in enumerate(self.lines):
            if (
                _is_meant(line, actor, roles)
                and holds(line.actions, action)
                and place.within(line.brands, place.brand, line.permission)
                and place.within(line.platforms, place.platform, line.permission)
                and (line.max_risk is None or risk.rank <= line.max_risk.rank)
                and _fits_planner(line, action, by_another=by_another)
            ):
                return number
        return None

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        actors = list(dict.fromkeys(one.actor for one in self.team))
        people = {person(actor) for actor in actors}
        roles = list(dict.fromkeys(role for one in self.team for role in one.roles))
        for number, line in enumerate(self.lines):
            # A line for nobody would be passed over, and what it forbids allowed by a later one.
            for place, role in enumerate(line.roles or ()):
                if role not in roles:
                    yield (
                        f"lines[{number}].roles[{place}]",
                        f"is {role!r}, which nobody in the team has{instead(role, roles)}",
                    )
            for place, actor in enumerate(line.actors or ()):
                if self.team and person(actor) not in people:
                    yield f"lines[{number}].actors[{place}]", f"is not in the team{instead(actor, actors)}"


def _is_meant(line: AuthorityLine, actor: str | None, roles: tuple[str, ...]) -> bool:
    if line.roles is None and line.actors is None:
        return True
    named = line.actors is not None and person(actor) in map(person, line.actors)
    return named or (line.roles is not None and any(role in line.roles for role in roles))


def _by_another(actor: str | None, affair: Affair | Reach) -> bool:
    """Tell whether somebody else planned it; who has no name may be anybody."""
    planner, who = person(getattr(affair, "actor", None)), person(actor)
    return bool(planner) and bool(who) and planner != who


def _fits_planner(line: AuthorityLine, action: str, *, by_another: bool) -> bool:
    if line.own is None:
        # A line that refuses an approval refuses it to everybody.
        return by_another or action not in FOUR_EYES or line.permission is Permission.NO
    return line.own is not by_another
