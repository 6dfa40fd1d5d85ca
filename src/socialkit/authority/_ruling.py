"""What an authority table is asked about, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeGuard, cast

from socialkit.authority._lines import AuthorityLine, Permission, Risk
from socialkit.models import AccountRef, Draft, Message, Model

__all__ = ["Affair", "Place", "Reach", "Ruling", "place_of", "texts_of"]


class Affair(Protocol):
    """What somebody wants to do something with: a delivery, or a case of the desk.

    Example:
        >>> class Wish(Model):
        ...     account: AccountRef = AccountRef(platform="mastodon", brand="acme", name="main")
        ...     actor: str | None = "sam"
        ...     draft: Draft | None = Draft(text="Autumn is here")
        ...     message: Message | None = None
        >>> from socialkit import Authority
        >>> Authority().permission("maria", "approve", Wish()).value
        'no'
    """

    @property
    def account(self) -> AccountRef:
        """Whose it is."""
        ...

    @property
    def actor(self) -> str | None:
        """Who planned it; None where nobody knows."""
        ...

    @property
    def draft(self) -> Draft | None:
        """What is to be sent."""
        ...

    @property
    def message(self) -> Message | None:
        """What it answers."""
        ...


class Reach(Protocol):
    """All that something is done to at once, such as what a freeze covers; None stands for every one.

    Example:
        >>> from socialkit import Authority, Scope
        >>> Authority().permission("maria", "freeze", Scope(brand="acme")).value
        'no'
    """

    @property
    def brand(self) -> str | None:
        """Of which brand."""
        ...

    @property
    def platform(self) -> str | None:
        """On which platform."""
        ...

    @property
    def account(self) -> str | None:
        """The key of the account, such as `acme/mastodon/main`."""
        ...


class Ruling(Model):
    """An answer of the table, with its reasons.

    Example:
        >>> from socialkit import Authority, Scope
        >>> ruling = Authority(default="yes").explain("maria", "freeze", Scope(brand="acme"))
        >>> ruling.permission.value, ruling.number
        ('yes', None)
        >>> ruling.because.endswith("the default decides")
        True
    """

    permission: Permission
    number: int | None
    """The place of the line that decided, from 0 on; None where it was no line."""
    line: AuthorityLine | None
    """The line that decided."""
    roles: tuple[str, ...]
    """The actor's roles for that brand."""
    risk: Risk
    because: str
    """All of it in a sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is done."""

    brand: str | None
    platform: str | None
    shown: str
    wide: bool
    """Whether None stands for all rather than for none."""

    def within(self, wanted: Sequence[str] | None, given: str | None, permission: Permission) -> bool:
        """Tell whether a line for some brands or platforms is about this place.

        What is done to all of them at once is allowed by no line for some, and refused by any.
        """
        if wanted is None or given in wanted:
            return True
        return self.wide and given is None and permission is not Permission.YES


def place_of(affair: Affair | Reach) -> Place:
    """Return where something is done."""
    if _is_one(affair):
        return Place(affair.account.brand, affair.account.platform, affair.account.key, wide=False)
    reach = cast("Reach", affair)
    shown = reach.account or "/".join([reach.brand or "all brands", *filter(None, [reach.platform])])
    return Place(reach.brand, reach.platform, shown, wide=True)


def texts_of(affair: Affair | Reach) -> Iterator[str]:
    """Yield all that is to be sent, and what it answers; not what only a platform's options hold."""
    if _is_one(affair):
        if affair.draft is not None:
            yield from _texts(affair.draft)
        if affair.message is not None:
            yield affair.message.text


def _is_one(affair: Affair | Reach) -> TypeGuard[Affair]:
    return isinstance(affair.account, AccountRef)


def _texts(draft: Draft) -> Iterator[str]:
    yield from filter(None, [draft.text, draft.first_comment])
    yield from (media.alt_text for media in draft.media if media.alt_text)
    for part in draft.thread:
        yield from _texts(part)
