"""`socialkit init`: a file to begin with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from socialkit.cli._answers import Answer, Column, of
from socialkit.cli._command import command
from socialkit.cli._exits import Exit
from socialkit.cli._options import require_place
from socialkit.cli._session import Session
from socialkit.errors import ConfigurationError

__all__ = ["add_init"]

TEMPLATE: Final = """\
# The brands that socialkit acts for, and their accounts.
# A secret never stands here: only the environment variable is named in which it is kept.
# An account's id is the platform's own: without it nobody notices another account's token
# in its place. 'socialkit health' tells it; look whether the handle is the right one.

[brands.{brand}]
zone = {zone}
# languages = ["fr", "en"]

# [[brands.{brand}.accounts]]
# platform = "mastodon"
# base_url = "https://mastodon.example"
# id = "109348372514689101"
# access_token = "env:SOCIALKIT_MASTODON"

# [[brands.{brand}.accounts]]
# platform = "bluesky"
# identifier = "shop.example"
# id = "did:plc:shopmadeupshopmadeupshop"
# password = "env:SOCIALKIT_BLUESKY"

# [[brands.{brand}.accounts]]
# platform = "threads"
# id = "25025320"
# access_token = "env:SOCIALKIT_THREADS"

# Where local files are put for platforms that fetch them: Instagram and Threads.
# [media_host]
# kind = "folder"
# path = "served"
# url = "https://media.shop.example/posts"

# Where 'socialkit login' keeps tokens; accounts that log in there need no secret above.
# [tokens]
# store = "file"
# path = "tokens.sealed"
# key = "env:SOCIALKIT_TOKENS_KEY"
"""
COLUMNS: Final = (Column("file", of("file")), Column("brand", of("brand")), Column("zone", of("zone")))


def add_init(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "init")(init)


def init(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")] = Path("agency.toml"),
    *,
    brand: Annotated[str, typer.Option("--brand", help="What the first brand is called.")] = "acme",
    zone: Annotated[str, typer.Option("--zone", help="The time zone in which it plans.")] = "UTC",
) -> Answer:
    """Write a workspace's file to begin with. A file that is there stays as it is."""
    from socialkit.workspace._names import checked

    if file.suffix.lower() != ".toml":
        message = f"{file.name!r} does not end in .toml"
        raise typer.BadParameter(message, param_hint="FILE")
    # JSON's strings are TOML's basic strings, but for one character that no name may hold.
    text = TEMPLATE.format(brand=json.dumps(checked(brand, "a brand")), zone=json.dumps(_zone(zone)))
    item = {"file": str(file), "brand": brand, "zone": zone}
    require_place(file)
    if session.dry_run:
        return (
            _there(file)
            if file.exists()
            else Answer(items=[item], text=text, said=[f"would be written to {file}"])
        )
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        return _there(file)
    except OSError as error:
        message = f"{file} cannot be written: {error.strerror}"
        raise ConfigurationError(message) from error
    return Answer(
        items=[item], columns=COLUMNS, said=["next: name its accounts there, and see 'socialkit accounts'"]
    )


def _there(file: Path) -> Answer:
    return Answer(exit=Exit.REFUSED, said=[f"error: {file} is there already, and stays as it is"])


def _zone(name: str) -> str:
    from pydantic import TypeAdapter, ValidationError

    from socialkit.models._walltime import Zone

    try:
        return TypeAdapter(Zone).validate_python(name)
    except ValidationError as error:
        message = error.errors(include_url=False, include_input=False)[0]["msg"]
    raise typer.BadParameter(message, param_hint="--zone")
