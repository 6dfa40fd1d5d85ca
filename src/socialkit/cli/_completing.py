"""What a shell offers at the press of a key: names from the workspace's file, and nothing that is secret.

It reads the names alone, so that it is quick and works where the rest of the file is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from socialkit.cli._session import workspace_file
from socialkit.errors import ConfigurationError

if TYPE_CHECKING:
    from socialkit.models._formats import Tree

__all__ = ["accounts", "brands", "platforms", "states"]


def brands(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the brands whose names begin so."""
    return _offered(_brands(ctx), incomplete)


def accounts(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the accounts whose keys begin so."""
    keys = [key for brand, table in _brands(ctx).items() for key in _accounts(brand, table)]
    return _offered(keys, incomplete)


def platforms(incomplete: str) -> list[str]:
    """Return the platforms whose names begin so."""
    from socialkit.platforms._registry import names

    return _offered(names(), incomplete)


def states(incomplete: str) -> list[str]:
    """Return the states of a delivery whose names begin so."""
    from socialkit.publishing import DeliveryState

    return _offered((one.value for one in DeliveryState), incomplete)


def _offered(keys: Iterable[str], incomplete: str) -> list[str]:
    # A shell prints what it is offered as it is: no file's escape sequences get that far.
    return [key for key in keys if key.startswith(incomplete) and key.isprintable()]


def _accounts(brand: str, table: Tree) -> Iterator[str]:
    listed = _table(table).get("accounts")
    for account in map(_table, listed if isinstance(listed, list) else ()):
        platform, name = account.get("platform"), account.get("name", "main")
        if isinstance(platform, str) and isinstance(name, str):
            yield f"{brand}/{platform}/{name}"


def _brands(ctx: typer.Context) -> Mapping[str, Tree]:
    from socialkit.models._formats import NotReadableError, reader

    given = ctx.params.get("workspace")
    path = workspace_file(Path(given) if isinstance(given, str | Path) else None)
    if path is None:
        return {}
    try:
        tree = reader(path.suffix)(path.read_text("utf-8"))
    except (OSError, ValueError, ConfigurationError, NotReadableError):
        return {}  # nothing is offered; the command itself says what is wrong
    return _table(_table(tree).get("brands"))


def _table(tree: Tree) -> Mapping[str, Tree]:
    return tree if isinstance(tree, dict) else {}
