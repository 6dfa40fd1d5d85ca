"""Who answers for a brand: its departments, and the people of its team."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
        if (wrong := self._wrong(ref, to)) is not None:
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
            for rule in (*router.rules, router.default):
                wrong = self._wrong(ours[0], rule.department)
                if wrong is not None and any(_may_catch(rule, ref) for ref in ours):
                    yield f"rule {rule.key!r}: {wrong}"

    def _wrong(self, ref: AccountRef, to: str) -> str | None:
        departments = () if self._accounts is None else self._accounts.departments_for(ref)
        team = () if self._authority is None else self._authority.team_of(ref.brand)
        people = {person(one.actor): one.actor for one in team}
        if not departments or to in departments or person(to) in people:
            return None
        known = [*departments, *people.values()]
        return (
            f"{to[:40]!r} is neither a department of brand {ref.brand!r} nor in its team{instead(to, known)}"
        )


def _brand(ref: AccountRef) -> str:
    return ref.brand or ""


def _may_catch(rule: RoutingRule, ref: AccountRef) -> bool:
    return (
        holds(rule.brands, ref.brand)
        and holds(rule.platforms, ref.platform)
        and holds(rule.accounts, ref.key)
    )
