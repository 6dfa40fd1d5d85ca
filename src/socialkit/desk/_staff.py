"""Who answers for a brand: its departments, and the people of its team."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol, runtime_checkable

from socialkit.authority import Authority
from socialkit.errors import ConfigurationError
from socialkit.models import AccountRef
from socialkit.models._names import instead
from socialkit.models._people import person
from socialkit.models._shared import holds
from socialkit.routing import Router, RoutingRule

__all__ = ["Staff"]


@runtime_checkable
class _Staffed(Protocol):
    """Accounts whose brands may name their departments: a workspace, or a brand."""

    def departments_for(self, ref: AccountRef, /) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class _OfBrand:
    """Who answers for one brand; anybody where it names no departments."""

    brand: str | None
    departments: tuple[str, ...]
    people: Mapping[str, str]

    def wrong(self, to: str) -> str | None:
        """Return why nothing can be given to somebody; None where it can."""
        if not self.departments or to in self.departments or person(to) in self.people:
            return None
        hint = instead(to, [*self.departments, *self.people.values()])
        return f"{to[:40]!r} is neither a department of brand {self.brand!r} nor in its team{hint}"


class Staff:
    """To whom the cases of a brand may be given: to anybody, where it names no departments.

    Args:
        accounts: Whose inboxes.
        authority: The desk's table; its team are the people.
    """

    def __init__(self, accounts: object, authority: object) -> None:
        self._accounts = accounts if isinstance(accounts, _Staffed) else None
        self._authority = authority if isinstance(authority, Authority) else None

    def require(self, ref: AccountRef, to: str) -> None:
        """Raise unless a case of an account can be given to a department or a person.

        Raises:
            ConfigurationError: Its brand has no such one.
        """
        if (wrong := self._of(ref).wrong(to)) is not None:
            raise ConfigurationError(wrong, platform=ref.platform)

    def require_all(self, router: Router, refs: Iterable[AccountRef]) -> None:
        """Raise unless whatever the rules may catch comes to somebody.

        Raises:
            ConfigurationError: A rule gives cases to somebody whom a brand does not have.
        """
        if wrong := list(self._lost(router, refs)):
            raise ConfigurationError("; ".join(wrong))

    def _lost(self, router: Router, refs: Iterable[AccountRef]) -> Iterator[str]:
        for _, group in groupby(sorted(refs, key=_brand), key=_brand):
            ours = list(group)
            staff = self._of(ours[0])
            for rule in (*router.rules, router.default):
                wrong = staff.wrong(rule.department)
                if wrong is not None and any(_may_catch(rule, ref) for ref in ours):
                    yield f"rule {rule.key!r}: {wrong}"

    def _of(self, ref: AccountRef) -> _OfBrand:
        departments = () if self._accounts is None else self._accounts.departments_for(ref)
        team = () if self._authority is None else self._authority.team_of(ref.brand)
        return _OfBrand(ref.brand, departments, {person(one.actor): one.actor for one in team})


def _brand(ref: AccountRef) -> str:
    return ref.brand or ""


def _may_catch(rule: RoutingRule, ref: AccountRef) -> bool:
    return (
        holds(rule.brands, ref.brand)
        and holds(rule.platforms, ref.platform)
        and holds(rule.accounts, ref.key)
    )
