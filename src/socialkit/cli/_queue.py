"""`socialkit queue …`: what waits, what is undecided, and the round that sends and looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import typer

from socialkit.cli._answers import Answer, local
from socialkit.cli._asking import ask
from socialkit.cli._command import DECIDES, PUBLISHES, command
from socialkit.cli._completing import accounts, states
from socialkit.cli._options import BrandName, Wish, chosen, read_slots
from socialkit.cli._post import agreed, rehearsed
from socialkit.cli._rows import DELIVERIES, delivery_item, delivery_shown, short
from socialkit.cli._sending import answer_of, carried
from socialkit.cli._session import Session
from socialkit.errors import JournalError

if TYPE_CHECKING:
    from socialkit.publishing import Delivery, DeliveryState, Publisher, TerminalProgress
    from socialkit.workspace import Workspace

__all__ = ["add_queue"]

PEOPLE: Final = "Which one: its id, or the end of it that 'queue list' shows."
ENDED: Final = frozenset({"confirmed", "refused", "cancelled"})
WHOLE_ID: Final = 36

Which = Annotated[str, typer.Argument(metavar="DELIVERY", help=PEOPLE)]
State = Annotated[
    str | None,
    typer.Option("--state", metavar="STATE", autocompletion=states, help="Only those that stand so."),
]
Slots = Annotated[
    list[str],
    typer.Option(
        "--slot",
        metavar="TIMES",
        help="'MO,TH 09:00,17:30' or 'daily 09:00', by the brand's clock; may be repeated.",
    ),
]
Note = Annotated[str | None, typer.Option("--note", help="Why, for the history.")]
Account = Annotated[
    str | None, typer.Option("--account", autocompletion=accounts, help="Only this account's.")
]


def add_queue(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="What waits, what is undecided, and the round that sends and looks.")
    command(group, "list", *DECIDES, within="queue")(listed)
    command(group, "add", *PUBLISHES, within="queue")(add)
    command(group, "run", *PUBLISHES, within="queue")(run)
    command(group, "approve", *PUBLISHES, within="queue")(approve)
    command(group, "reject", *DECIDES, within="queue")(reject)
    command(group, "cancel", *DECIDES, within="queue")(cancel)
    command(group, "resolve", *PUBLISHES, within="queue")(resolve)
    app.add_typer(group, name="queue", no_args_is_help=True)


def listed(
    session: Session,
    *,
    state: State = None,
    brand: BrandName = None,
    account: Account = None,
    everything: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 100,
) -> Answer:
    """List deliveries that have not ended, in the order in which they were planned."""
    with session.publisher(reads=True) as (workspace, publisher):
        if brand is not None:
            workspace.brand(brand)  # a name that is mistyped has deliveries no more than one that has none
        key = None if account is None else workspace.accounts_for(account)[0].key
        found = publisher.deliveries(state=_state(state), brand=brand, account=key)
        wanted = (one for one in found if everything or state is not None or one.state not in ENDED)
        some = [one for one, _ in zip(wanted, range(limit + 1), strict=False)]
        items = [delivery_item(workspace, one) for one in some[:limit]]
    said = [f"there are more: --limit {limit} was reached"] if len(some) > limit else []
    return Answer(items=items, columns=DELIVERIES, nothing="nothing waits", said=said)


def _state(name: str | None) -> DeliveryState | None:
    from socialkit.publishing import DeliveryState

    known = [one.value for one in DeliveryState]
    if name is None or name in known:
        return None if name is None else DeliveryState(name)
    message = f"{name[:40]!r} is none of {', '.join(known)}"
    raise typer.BadParameter(message, param_hint="--state")


def add(session: Session, wish: Wish, *, slot: Slots) -> Answer:
    """Plan a post for the next free slot of each account. A worker, or 'queue run', sends it then."""
    draft = wish.draft()
    with session.publisher() as (workspace, publisher):
        refs = chosen(workspace, wish.to, None)
        hours = {ref: read_slots(slot, ref, workspace.brand(ref.brand or "").zone) for ref in refs}
        previews = agreed(session, publisher, draft, wish, "in the next free slot")
        queued = [
            one for ref in refs for one in publisher.queue(draft, to=ref, slots=hours[ref], key=wish.key)
        ]
        if session.dry_run:
            return rehearsed(previews, queued)
        return answer_of(workspace, queued, later=True)


def run(session: Session) -> Answer:
    """Send what is due, and look for what is unknown: one round, as for cron."""
    with session.publisher() as (workspace, publisher):
        due = list(publisher.due())
        if session.dry_run or not due:
            items = [delivery_item(workspace, one) for one in due]
            said = [] if due else [*_being_sent(workspace, publisher)]
            return Answer(items=items, columns=DELIVERIES, nothing="nothing is due", said=said)
        count = "1 delivery" if len(due) == 1 else f"{len(due)} deliveries"
        ask(session, (delivery_shown(workspace, one) for one in due), f"Send or look for {count}?")
        return carried(workspace, due, partial(_sent, publisher))


def _being_sent(workspace: Workspace, publisher: Publisher) -> Iterator[str]:
    """Say what another command has in hand, or had when it was killed."""
    from socialkit.publishing import DeliveryState

    for one in publisher.deliveries(state=DeliveryState.SENDING):
        item = delivery_item(workspace, one)
        since = f", and is looked for from {local('next_look')(item)} on" if item["next_look"] else ""
        yield f"delivery {short(one.id)} is being sent{since}, should whoever sends it be gone"


def _sent(publisher: Publisher, due: Delivery, progress: TerminalProgress) -> Sequence[Delivery]:
    """Send a delivery or look for it, and no other: what is due since somebody agreed waits."""
    sent = publisher.run_due(only=due, progress=progress)
    return [*sent, *publisher.reconcile(only=due, progress=None if sent else progress)]


def approve(session: Session, delivery: Which, *, note: Note = None) -> Answer:
    """Approve a proposed delivery: it leaves at its time then."""
    return _decided(session, delivery, lambda publisher, one: publisher.approve(one, note=note), "Approve")


def reject(session: Session, delivery: Which, *, note: Note = None) -> Answer:
    """Reject a proposed delivery: it never leaves."""
    return _decided(session, delivery, lambda publisher, one: publisher.reject(one, note=note))


def cancel(session: Session, delivery: Which, *, note: Note = None) -> Answer:
    """Have a delivery not happen; what of it is out stays out."""
    because = note or "it was cancelled"
    return _decided(session, delivery, lambda publisher, one: publisher.cancel(one, because=because))


def resolve(
    session: Session,
    delivery: Which,
    *,
    post: Annotated[str | None, typer.Option("--post", help="The id of the post that it became.")] = None,
    not_out: Annotated[
        bool, typer.Option("--not-out", help="You looked, and it never went out: it is sent anew.")
    ] = False,
) -> Answer:
    """Decide what no look could find: which post it became, or that it never went out."""
    if (post is None) is not not_out:
        message = "say either --post or --not-out"
        raise typer.BadParameter(message, param_hint="--post")
    question = "Send anew" if not_out else None
    return _decided(session, delivery, lambda publisher, one: publisher.resolve(one, post=post), question)


def _decided(
    session: Session,
    which: str,
    decide: Callable[[Publisher, Delivery], Delivery],
    question: str | None = None,
) -> Answer:
    """Decide about one delivery; where something becomes public by it, whoever decides is asked."""
    with session.publisher() as (workspace, publisher):
        one = _found(publisher, which)
        if question is not None and not session.dry_run:
            public = [delivery_shown(workspace, one)]
            ask(session, public, f"{question} delivery {short(one.id)} to {one.account.key}?")
        items = [delivery_item(workspace, decide(publisher, one))]
        said = ["this is how it would stand: nothing was changed"] if session.dry_run else []
        return Answer(items=items, columns=DELIVERIES, said=said)


def _found(publisher: Publisher, which: str) -> Delivery:
    """Return the delivery that is meant.

    Raises:
        JournalError: There is none, or several end so.
    """
    found = list(_ending(publisher, which))
    if len(found) != 1:
        known = ", ".join(one.id for one in found[:3])
        message = (
            f"several deliveries end in {which!r}: {known}" if found else f"there is no delivery {which!r}"
        )
        raise JournalError(message)
    return found[0]


def _ending(publisher: Publisher, which: str) -> Iterator[Delivery]:
    for one in publisher.deliveries():
        if one.id == which or (len(which) < WHOLE_ID and which and one.id.endswith(which)):
            yield one
