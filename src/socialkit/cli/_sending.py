"""Having deliveries leave, one after the other, and telling what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from socialkit.cli._answers import Answer
from socialkit.cli._exits import Exit
from socialkit.cli._rows import DELIVERIES, delivery_item, short, where
from socialkit.cli._stopping import stopping

if TYPE_CHECKING:
    from socialkit.publishing import Delivery, TerminalProgress
    from socialkit.workspace import Workspace

__all__ = ["TO_LEAVE", "answer_of", "carried", "ending_of"]

TO_LEAVE: Final = frozenset({"planned", "due"})


def carried(
    workspace: Workspace,
    deliveries: Sequence[Delivery],
    carry: Callable[[Delivery, TerminalProgress], Iterable[Delivery]],
) -> Answer:
    """Carry deliveries until the last, or an interruption, and return what became of them.

    Args:
        workspace: Whose they are.
        deliveries: They; those that are not begun stay as they are.
        carry: Carries one, and returns it as it stands then; nothing if somebody else has it.
    """
    from socialkit.publishing import TerminalProgress

    ended: dict[str, Delivery] = {}
    try:
        with stopping() as stop, TerminalProgress(len(deliveries)) as progress:
            for one in deliveries:
                ended |= {one.id: one} if stop() else {now.id: now for now in carry(one, progress)}
    except Exception as error:  # noqa: BLE001 - whatever it is, something may be out
        told = answer_of(workspace, list(ended.values()))
        left = "it broke off: what was begun may be out or not; 'socialkit queue run' looks for it"
        return Answer(items=told.items, columns=DELIVERIES, exit=Exit.UNKNOWN, said=[left], error=error)
    return answer_of(workspace, list(ended.values()))


def answer_of(workspace: Workspace, deliveries: Sequence[Delivery], *, later: bool = False) -> Answer:
    """Return what became of deliveries.

    Args:
        workspace: Whose they are.
        deliveries: They.
        later: Whether all that was asked was to write them down.
    """
    said = [line for one in deliveries for line in _left(one, _ending(one, later=later))]
    items = [delivery_item(workspace, one) for one in deliveries]
    ended = ending_of(deliveries, later=later)
    return Answer(items=items, columns=DELIVERIES, entry=where, exit=ended, said=said)


def ending_of(deliveries: Iterable[Delivery], *, later: bool = False) -> Exit:
    """Return how a command ends that made deliveries leave, or only wrote them down."""
    from socialkit.cli._endings import worst

    return worst(_ending(one, later=later) for one in deliveries)


def _ending(delivery: Delivery, *, later: bool) -> Exit:
    from socialkit.cli._endings import STATES

    if later and delivery.state in TO_LEAVE:
        return Exit.DONE
    waits = Exit.CONFIGURATION if delivery.state in TO_LEAVE and delivery.needs_setup else Exit.WAITING
    return STATES.get(delivery.state, waits)


def _left(delivery: Delivery, ended: Exit) -> Iterable[str]:
    """Return what is left to do about a delivery."""
    name, account = short(delivery.id), delivery.account.key
    if ended is Exit.UNKNOWN and delivery.state == "needs decision":
        yield (
            f"delivery {name} to {account} may be out or not, and no look can tell: look for yourself,"
            " then say so with 'socialkit queue resolve'"
        )
    elif ended is Exit.UNKNOWN:
        yield (
            f"the outcome on {account} is unknown: it may be out or not. Do not send it again;"
            " 'socialkit queue run' looks for it"
        )
    elif ended is Exit.CONFIGURATION:
        yield (
            f"delivery {name} to {account} stays planned: set the account up, as 'socialkit health' tells;"
            " the next 'socialkit queue run' sends it"
        )
    elif ended is Exit.WAITING and delivery.state in TO_LEAVE:
        yield f"delivery {name} to {account} stays planned: a later 'socialkit queue run' sends it"
