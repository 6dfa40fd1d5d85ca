"""`socialkit post`: one post, through the journal, so that it is out once however often it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import typer

from socialkit.cli._answers import Answer, say
from socialkit.cli._asking import agreed, at_terminal
from socialkit.cli._command import WRITES, command
from socialkit.cli._exits import Exit
from socialkit.cli._options import (
    Alt,
    At,
    Key,
    Language,
    MediaFiles,
    Text,
    To,
    chosen,
    read_draft,
    read_time,
    zone_of,
)
from socialkit.cli._rows import DELIVERIES, PREVIEWS, delivery_item, preview_items, short, where
from socialkit.cli._session import Session
from socialkit.cli._stopping import stopping
from socialkit.errors import InvalidDraftError, JournalError

if TYPE_CHECKING:
    from socialkit.models import Draft
    from socialkit.publishing import Delivery, Preview, Publisher, TerminalProgress
    from socialkit.workspace import Workspace

__all__ = ["add_post", "answer_of", "ask", "previewed", "require_new"]

TO_LEAVE: Final = frozenset({"planned", "due"})
UNDECIDED: Final = frozenset({"unknown", "sending"})
OPEN: Final = ("proposed", "planned", "due", "sending", "unknown", "needs decision", "held")
"""States in which the same words may still come out."""


def add_post(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "post", *WRITES)(post)


def post(
    session: Session,
    text: Text,
    *,
    to: To,
    at: At = None,
    key: Key = None,
    media: MediaFiles = None,
    alt: Alt = None,
    language: Language = None,
) -> Answer:
    """Publish a post now, or plan it for a time at which a worker sends it.

    It goes through the journal: nothing is sent twice. Give it a --key where the command may be repeated.
    """
    from socialkit.publishing import TerminalProgress

    draft = read_draft(text, media, alt, language)
    with session.publisher(remembers=not session.dry_run) as (workspace, publisher):
        refs = chosen(workspace, to, None)
        when = None if at is None else read_time(at, zone_of(workspace, refs))
        previews = previewed(publisher, draft, to)
        if session.dry_run:
            return Answer(
                items=preview_items(previews), columns=PREVIEWS, said=["nothing was sent or written down"]
            )
        if key is None:
            require_new(publisher, previews)
        ask(session, previews, "now" if at is None else f"at {at}")
        planned = publisher.plan(draft, to=refs, at=when, key=key)
        if when is not None:
            return answer_of(workspace, planned, later=True)
        with stopping() as stop, TerminalProgress(len(planned)) as progress:
            ended = [_sent(publisher, one, progress) if not stop() else one for one in planned]
        return answer_of(workspace, ended)


def previewed(publisher: Publisher, draft: Draft, to: Sequence[str]) -> tuple[Preview, ...]:
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


def require_new(publisher: Publisher, previews: Sequence[Preview]) -> None:
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


def answer_of(workspace: Workspace, deliveries: Sequence[Delivery], *, later: bool = False) -> Answer:
    """Return what became of deliveries.

    Args:
        workspace: Whose they are.
        deliveries: They.
        later: Whether all that was asked was to write them down.
    """
    from socialkit.cli._endings import ending_of, worst

    ended = [Exit.DONE if later and one.state in TO_LEAVE else ending_of(one.state) for one in deliveries]
    unsure = [one for one in deliveries if ending_of(one.state) is Exit.UNKNOWN]
    said = [
        f"the outcome on {one.account.key} is unknown: it may be out or not. Do not send it again;"
        " 'socialkit queue run' looks for it"
        if one.state != "needs decision"
        else f"delivery {short(one.id)} to {one.account.key} may be out or not, and no look can tell:"
        " look for yourself, then say so with 'socialkit queue resolve'"
        for one in unsure
    ]
    items = [delivery_item(workspace, one) for one in deliveries]
    return Answer(items=items, columns=DELIVERIES, entry=where, exit=worst(ended), said=said)


def ask(session: Session, previews: Sequence[Preview], when: str) -> None:
    """Show what would become public, and ask.

    Raises:
        DeclinedError: The answer was no, or there is nobody to ask.
    """
    if session.yes or not at_terminal():
        agreed(session, "")
        return
    for one in previews:
        say(f"{one.account.key}:")
        for part in one.draft.parts:
            files = "".join(f"\n  [{media.filename}]" for media in part.media)
            say("  " + part.text.replace("\n", "\n  ") + files)
        for problem in one.problems:
            say(f"  {problem}")
    where = "1 account" if len(previews) == 1 else f"{len(previews)} accounts"
    agreed(session, f"Publish this on {where} {when}?")


def _sent(publisher: Publisher, planned: Delivery, progress: TerminalProgress) -> Delivery:
    """Have a delivery leave, or look for what became of it where it was begun before."""
    current = planned
    if current.state in UNDECIDED:
        current = next(iter(publisher.reconcile(only=current)), current)
    if current.state in TO_LEAVE:
        carried = publisher.run_due(only=current, progress=progress)
        current = carried[-1] if carried else current
    return current
