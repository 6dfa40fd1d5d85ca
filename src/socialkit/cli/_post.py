"""`socialkit post`: one post, through the journal, so that it is out once however often it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import typer

from socialkit.cli._answers import Answer
from socialkit.cli._asking import ask
from socialkit.cli._command import PUBLISHES, command
from socialkit.cli._options import At, Wish, chosen, read_time, zone_of
from socialkit.cli._rows import PREVIEWS, preview_items, preview_shown, short
from socialkit.cli._sending import TO_LEAVE, answer_of, carried, ending_of
from socialkit.cli._session import Session
from socialkit.errors import InvalidDraftError, JournalError

if TYPE_CHECKING:
    from socialkit.models import Draft
    from socialkit.publishing import Delivery, Preview, Publisher, TerminalProgress

__all__ = ["add_post", "agreed", "rehearsed"]

UNDECIDED: Final = frozenset({"unknown", "sending"})
OPEN: Final = ("proposed", "planned", "due", "sending", "unknown", "needs decision", "held")
"""States in which the same words may still come out."""


def add_post(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "post", *PUBLISHES)(post)


def post(session: Session, wish: Wish, *, at: At = None) -> Answer:
    """Publish a post now, or plan it for a time at which a worker sends it.

    It goes through the journal: nothing is sent twice. Give it a --key where the command may be repeated.
    """
    draft = wish.draft()
    with session.publisher() as (workspace, publisher):
        refs = chosen(workspace, wish.to, None)
        when = None if at is None else read_time(at, zone_of(workspace, refs))
        previews = agreed(session, publisher, draft, wish, "now" if at is None else f"at {at}")
        planned = publisher.plan(draft, to=refs, at=when, key=wish.key)
        if session.dry_run:
            return rehearsed(previews, planned)
        if when is not None:
            return answer_of(workspace, planned, later=True)
        return carried(workspace, planned, partial(_sent, publisher))


def agreed(
    session: Session, publisher: Publisher, draft: Draft, wish: Wish, when: str
) -> tuple[Preview, ...]:
    """Return what accounts would get, once it is new and somebody has agreed to it.

    Raises:
        InvalidDraftError: One would refuse it.
        JournalError: The same words wait already, or may be out.
        DeclinedError: The answer was no, or there is nobody to ask.
    """
    previews = _previewed(publisher, draft, wish.to)
    if wish.key is None:
        _require_new(publisher, previews)
    if not session.dry_run:
        where = "1 account" if len(previews) == 1 else f"{len(previews)} accounts"
        ask(session, map(preview_shown, previews), f"Publish this on {where} {when}?")
    return previews


def rehearsed(previews: Sequence[Preview], planned: Sequence[Delivery]) -> Answer:
    """Return what would be planned, and was not."""
    answer_to = {one.account.key: one.state for one in planned if one.state not in TO_LEAVE}
    stands = [f"{account}: the delivery would be {state.value}" for account, state in answer_to.items()]
    return Answer(
        items=preview_items(previews),
        columns=PREVIEWS,
        exit=ending_of(planned, later=True),
        said=[*stands, "nothing was sent or written down"],
    )


def _previewed(publisher: Publisher, draft: Draft, to: Sequence[str]) -> tuple[Preview, ...]:
    """Return what accounts would get.

    Raises:
        InvalidDraftError: One would refuse it; holds every problem of all of them.
    """
    from socialkit.models import Severity

    previews = publisher.preview(draft, to=to)
    problems = [
        one.model_copy(update={"field": f"{preview.account.key}: {one.field}"})
        for preview in previews
        for one in preview.problems
        if one.severity is Severity.ERROR
    ]
    if problems:
        message = "it would be refused, and nothing was sent"
        raise InvalidDraftError(message, problems=problems)
    return previews


def _require_new(publisher: Publisher, previews: Sequence[Preview]) -> None:
    """Refuse words that wait already, or may be out: a command that is repeated must not double them.

    Raises:
        JournalError: They do.
    """
    from socialkit.publishing import DeliveryState

    for preview in previews:
        for state in map(DeliveryState, OPEN):
            for one in publisher.deliveries(state=state, account=preview.account.key):
                if one.kind == "publish" and one.draft is not None and _is_same(one.draft, preview.draft):
                    message = (
                        f"delivery {short(one.id)} to {one.account.key} says the same and is {state.value}:"
                        " look at it with 'socialkit queue list', or give this one a --key of its own"
                    )
                    raise JournalError(message)


def _is_same(one: Draft, other: Draft) -> bool:
    return [part.text for part in one.parts] == [part.text for part in other.parts]


def _sent(publisher: Publisher, planned: Delivery, progress: TerminalProgress) -> Sequence[Delivery]:
    """Have a delivery leave, or look for what became of it where it was begun before."""
    current = planned
    if current.state in UNDECIDED:
        current = next(iter(publisher.reconcile(only=current)), current)
    if current.state in TO_LEAVE:
        current = next(reversed(publisher.run_due(only=current, progress=progress)), current)
    return [current]
