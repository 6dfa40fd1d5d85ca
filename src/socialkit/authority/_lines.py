"""What an authority table is written with: actions, risks, people with roles, and lines."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from socialkit.models import Model
from socialkit.models._names import instead
from socialkit.models._people import Actor
from socialkit.models._shared import Several, Some
from socialkit.text._phrases import FindablePhrase

__all__ = ["ACTIONS", "Action", "AuthorityLine", "Permission", "Risk", "RiskWords", "TeamMember"]


class Permission(StrEnum):
    """Whether somebody may do something.

    Example:
        >>> AuthorityLine(permission="ask").permission is Permission.ASK
        True
    """

    YES = "yes"
    ASK = "ask"
    """Not before somebody else has approved it."""
    NO = "no"


class Action(StrEnum):
    """What somebody may want to do.

    Example:
        >>> AuthorityLine(permission="yes", actions=["delete comment"]).actions == (Action.DELETE_COMMENT,)
        True
    """

    PUBLISH = "publish"
    REPLY = "reply"
    LIKE = "like"
    EDIT = "edit"
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"
    """A post of the account."""
    DELETE_COMMENT = "delete comment"
    """What somebody else wrote under one."""
    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    DELIVER = "deliver"
    """Send now what is planned, whatever its time."""
    RESOLVE = "resolve"
    """Decide what became of something when no look can tell."""
    RECONCILE = "reconcile"
    ADOPT = "adopt"
    """Take a post that was made by hand into the journal."""
    FREEZE = "freeze"
    THAW = "thaw"
    ASSIGN = "assign"
    CLOSE = "close"
    ESCALATE = "escalate"


class Risk(StrEnum):
    """How much harm something may do.

    Example:
        >>> Risk.LOW.rank < Risk.HIGH.rank
        True
    """

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """Its place, from the least harm up."""
        return _RISKS.index(self)


_RISKS: Final = list(Risk)

ACTIONS: Final = tuple(action.value for action in Action)
"""The names of all actions."""


def _action(given: object) -> object:
    if isinstance(given, str) and given not in ACTIONS:
        message = f"{given[:40]!r} is no action{instead(given, ACTIONS)}"
        raise ValueError(message)
    return given


def _permission(given: object) -> object:
    # YAML reads a bare yes or no as a truth value.
    return {True: Permission.YES, False: Permission.NO}[given] if isinstance(given, bool) else given


AnyAction = Annotated[Action, BeforeValidator(_action)]
Granted = Annotated[Permission, BeforeValidator(_permission)]


class TeamMember(Model):
    """Somebody and the roles that they have, for some brands or for all.

    Example:
        >>> TeamMember(actor="sam", roles=["intern"], brands=["acme"]).roles
        ('intern',)
    """

    actor: Actor
    """The name by which publishers and desks know them; case, blanks and what nobody sees do not matter."""
    roles: Annotated[Several[str], Field(min_length=1)]
    brands: Some[str] = None


class RiskWords(Model):
    """Phrases that make what holds them a risk: in what is to be sent, or in what it answers.

    They are found as `socialkit.text.Phrases` finds them.

    Example:
        >>> RiskWords(risk=Risk.HIGH, phrases=["recall", "lawyer"]).risk.rank
        2
    """

    risk: Risk
    phrases: Annotated[Several[FindablePhrase], Field(min_length=1)]


class AuthorityLine(Model):
    """One line of the table; what it does not say makes no difference.

    Example:
        >>> line = AuthorityLine(roles=["intern"], actions=[Action.PUBLISH], permission=Permission.ASK)
        >>> line.permission.value
        'ask'
    """

    permission: Granted
    roles: Some[str] = None
    actors: Some[Actor] = None
    """People by name, whatever their roles. Where roles are given too, either is enough."""
    actions: Some[AnyAction] = None
    brands: Some[str] = None
    platforms: Some[str] = None
    max_risk: Risk | None = None
    """The most risk for which it holds."""
    own: bool | None = None
    """True: only what the actor planned; False: only what somebody else did.

    An approval of one's own plan is given by no line but one that says true: four eyes see more than two."""
