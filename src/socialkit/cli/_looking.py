"""`socialkit accounts`, `platforms`, `check`: what there is, and what a draft would meet; nothing is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import typer

from socialkit.cli._answers import Answer, Column, Item, of
from socialkit.cli._command import READS, command
from socialkit.cli._exits import Exit
from socialkit.cli._options import BrandName, Platforms, To, Words
from socialkit.cli._rows import PREVIEWS, preview_items, problem_items
from socialkit.cli._session import Session

if TYPE_CHECKING:
    from socialkit.models import CatalogueEntry, Problem

__all__ = ["add_looking"]

ACCOUNTS: Final = (
    Column("account", of("account")),
    Column("platform", of("platform")),
    Column("id", of("id")),
    Column("zone", of("zone")),
    Column("languages", of("languages")),
)
PLATFORMS: Final = (
    Column("platform", of("platform")),
    Column("API", of("api_version")),
    Column("ends", of("end_of_life"), whole=True),
    Column("text", lambda item: f"{item['text_limit']} {item['text_unit']}"),
    Column("files", of("media_limit"), whole=True),
    Column("can", of("capabilities")),
)
IN_MEMORY: Final = "sqlite://"
CHECKS: Final = (
    Column("platform", of("platform")),
    Column("length", lambda item: f"{item['length']} of {item['limit']} {item['unit']}"),
    Column("check", PREVIEWS[-1].shown),
)


def add_looking(app: typer.Typer) -> None:
    """Register the commands."""
    command(app, "accounts", *READS)(accounts)
    command(app, "platforms")(platforms)
    command(app, "check", *READS)(check_draft)


def accounts(session: Session, *, brand: BrandName = None) -> Answer:
    """List the accounts of the workspace. No secret is looked up, and nothing is sent."""
    with session.load() as workspace:
        chosen = workspace.brands if brand is None else (workspace.brand(brand),)
        items: list[Item] = [
            {
                "account": ref.key,
                "brand": one.key,
                "platform": ref.platform,
                "name": ref.name,
                "id": ref.id,
                "zone": one.zone,
                "languages": [*one.languages],
            }
            for one in chosen
            for ref in one.accounts()
        ]
    return Answer(items=items, columns=ACCOUNTS, nothing="the workspace has no accounts")


def platforms(_session: Session) -> Answer:
    """List the platforms, what each can do and how much it takes."""
    from socialkit.platforms._catalogue import catalogue

    return Answer(items=[_platform(entry) for entry in catalogue()], columns=PLATFORMS)


def _platform(entry: CatalogueEntry) -> Item:
    ends = entry.end_of_life
    return {
        "platform": entry.name,
        "api_version": entry.api_version,
        "end_of_life": None if ends is None else ends.isoformat(),
        "text_limit": entry.limits.text,
        "text_unit": entry.limits.text_unit,
        "media_limit": entry.limits.media,
        "capabilities": [*sorted(one.value for one in entry.capabilities)],
        "documentation": entry.documentation,
        "evidence": {name: one.value for name, one in sorted(entry.evidence.items())},
    }


def check_draft(
    session: Session,
    words: Words,
    *,
    to: To = [],  # noqa: B006 - typer's; never changed
    platform: Platforms = None,
) -> Answer:
    """Tell every problem of a draft, by documented limits or as accounts would get it. Nothing is sent."""
    from socialkit.platforms._catalogue import check, measure

    if to and platform:
        message = "say either --to or --platform"
        raise typer.BadParameter(message, param_hint="--to")
    draft = words.draft()
    if to:
        with replace(session, journal=IN_MEMORY).publisher() as (_, publisher):
            previews = publisher.preview(draft, to=to)
        return Answer(
            items=preview_items(previews), columns=PREVIEWS, exit=_verdict(one.problems for one in previews)
        )
    found = check(draft, *(platform or ()))
    items: list[Item] = [
        {
            "platform": name,
            **measure(draft.text, name).model_dump(mode="json"),
            "problems": [dict(item) for item in problem_items(problems)],
        }
        for name, problems in found.items()
    ]
    return Answer(items=items, columns=CHECKS, exit=_verdict(found.values()))


def _verdict(found: Iterable[Iterable[Problem]]) -> Exit:
    from socialkit.models import Severity

    wrong = any(one.severity is Severity.ERROR for problems in found for one in problems)
    return Exit.REFUSED if wrong else Exit.DONE
