"""What the slots of a calendar become: checked as a whole before anything is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, runtime_checkable

from socialkit.errors import ConfigurationError, InvalidDraftError
from socialkit.models import AccountRef, Draft, Problem, Severity, Slot
from socialkit.publishing._models import Preview
from socialkit.publishing._rows import Body
from socialkit.publishing._times import instant, wall_of

__all__ = ["HasSlots", "bodies_of"]


@runtime_checkable
class HasSlots(Protocol):
    """A calendar, as far as a publisher looks: a campaign's, or an application's own.

    Example:
        >>> class Saturdays:
        ...     slots: tuple[Slot, ...] = ()
        >>> isinstance(Saturdays(), HasSlots)
        True
    """

    @property
    def slots(self) -> Iterable[Slot]:
        """Its planned times, empty or with a draft."""
        ...


Look = Callable[[Draft, AccountRef], Preview]
"""Says what an account would get."""


def bodies_of(slots: Iterable[Slot], look: Look, actor: str | None) -> list[tuple[Body, datetime]]:
    """Return what the slots that hold a draft become, with their times.

    Raises:
        InvalidDraftError: Some would be refused; holds every problem, each with the place of its slot.
        ConfigurationError: Two slots of an account have one key, or a clock never shows a slot's time.
    """
    bodies: dict[tuple[str, str], tuple[Body, datetime]] = {}
    problems: list[Problem] = []
    for number, slot in enumerate(slots):
        if slot.draft is None:
            continue
        preview = look(slot.draft, slot.account)
        problems += [
            one.model_copy(update={"field": f"slots[{number}].{one.field}"})
            for one in preview.problems
            if one.severity is Severity.ERROR
        ]
        place = (preview.account.key, slot.key)
        if place in bodies:
            message = f"two slots of {preview.account.key} have the key {slot.key!r}"
            raise ConfigurationError(message)
        at = instant(slot.at)
        bodies[place] = _body(slot, at, slot.draft, preview, actor), at
    if problems:
        raise InvalidDraftError("nothing was planned", problems=problems)
    return list(bodies.values())


def _body(slot: Slot, at: datetime, draft: Draft, preview: Preview, actor: str | None) -> Body:
    return Body(
        account=preview.account,
        actor=actor,
        draft=preview.draft,
        at=instant(slot.at),
        purpose=draft.purpose or slot.purpose,
        wall=wall_of(slot.at),
        slot=slot.key,
        slot_at=at,
    )
