"""`socialkit inbox`: what came in, of all accounts; whoever fails stops nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import typer

from socialkit.cli._answers import Answer, Item
from socialkit.cli._command import READS, command
from socialkit.cli._completing import accounts
from socialkit.cli._exits import Exit
from socialkit.cli._options import BrandName, chosen, read_since
from socialkit.cli._progress import counting
from socialkit.cli._rows import message_entry, message_item
from socialkit.cli._session import Session

if TYPE_CHECKING:
    from socialkit.models import AccountRef
    from socialkit.workspace import Workspace
    from socialkit.workspace._map import Results

__all__ = ["add_inbox"]

CONCURRENCY: Final = 8


def add_inbox(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "inbox", *READS)(inbox)


def inbox(
    session: Session,
    *,
    account: Annotated[
        list[str] | None,
        typer.Option("--account", autocompletion=accounts, help="Only this account; may be repeated."),
    ] = None,
    brand: BrandName = None,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="From when on: 24h, 7d, or a time.")
    ] = "7d",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many of each account.")] = 50,
    notices: Annotated[bool, typer.Option("--notices", help="Likes, follows and shares, too.")] = False,
) -> Answer:
    """Show mentions, comments, replies and private messages, the newest last. Nothing is changed."""
    with session.load() as workspace:
        refs = chosen(workspace, account, brand)
        start = read_since(since, workspace, refs)
        results = _read(workspace, refs, start, limit, notices=notices)
    failed = results.failed()
    found = [item for items in results.succeeded().values() for item in items]
    return Answer(
        items=sorted(found, key=_order),
        entry=message_entry,
        nothing="nothing came in",
        failed=failed,
        exit=_ending(failed.values()),
    )


def _read(
    workspace: Workspace, refs: Sequence[AccountRef], start: datetime, limit: int, *, notices: bool
) -> Results[list[Item]]:
    from socialkit.platforms.base import HasInbox
    from socialkit.workspace._map import run_all

    def read(ref: AccountRef) -> list[Item]:
        client = workspace.client_for(ref)
        if not isinstance(client, HasInbox):
            return []
        messages = client.inbox.iterate(since=start, notices=notices, limit=limit)
        return [message_item(ref.key, _zone(workspace, ref), message) for message in messages]

    with counting("reading inboxes", len(refs)) as counted:
        return run_all({ref.key: partial(counted, read, ref) for ref in refs}, CONCURRENCY)


def _ending(errors: Iterable[Exception]) -> Exit:
    from socialkit.cli._endings import ending, worst

    return worst(Exit.CONFIGURATION if ending(one) is Exit.CONFIGURATION else Exit.FAILED for one in errors)


def _zone(workspace: Workspace, ref: AccountRef) -> str:
    return workspace.brand(ref.brand or "").zone


def _order(item: Item) -> tuple[str, str]:
    return str(item["at"]), str(item["id"])
