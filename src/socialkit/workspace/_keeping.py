"""Letting go of what a workspace's brands keep of others, in a journal that may hold more than theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

from socialkit.errors import ConfigurationError
from socialkit.models import Author, Retention, RetentionRule
from socialkit.models._names import instead
from socialkit.platforms import find, names
from socialkit.platforms._catalogue import catalogue
from socialkit.platforms.base import host_of, of_type
from socialkit.publishing import Journal, LetGo
from socialkit.publishing._accounts import acting
from socialkit.publishing._database import Database
from socialkit.publishing._erasing import is_nobody
from socialkit.publishing._forgetting import forget
from socialkit.publishing._history import Author as Writer
from socialkit.publishing._letting_go import Holdings
from socialkit.publishing._persons import Wanted, person_in
from socialkit.publishing._retaining import let_go
from socialkit.publishing._rows import to_micros

__all__ = ["Calls", "forgetting", "letting_go"]

Calls = dict[str, Callable[[], LetGo]]
"""What is to be called for each brand, by its key."""


def letting_go(
    brands: Iterable[str],
    journal: Journal,
    retention: Retention | None,
    *,
    now: datetime,
    actor: str | None,
    dry_run: bool,
) -> Calls:
    """Return what lets go of what each brand has kept for long enough."""
    database, brands = of_type(journal, Journal, "journal").database, tuple(brands)
    rules = () if retention is None else of_type(retention, Retention, "retention").rules
    _require_known(rules, database, brands)
    whole = Retention(rules=(*rules, *Retention.documented(catalogue()).rules))
    who = acting(actor)
    return {
        brand: partial(let_go, database, brand, whole, now=now, actor=who, dry_run=dry_run)
        for brand in brands
    }


def forgetting(
    brands: Iterable[str],
    journal: Journal,
    author: Author | str,
    *,
    platform: str,
    host: str | None,
    because: str,
    now: datetime,
    actor: str | None,
    dry_run: bool,
) -> Calls:
    """Return what forgets somebody for each brand."""
    database, keys = of_type(journal, Journal, "journal").database, tuple(brands)
    wanted = _wanted(author, platform, host)
    everywhere = _ids_everywhere(platform, database)
    found = person_in(database, keys, wanted, everywhere=everywhere)
    of_type(because, str, "because")
    by = Writer(to_micros(now), acting(actor))
    return {
        brand: partial(forget, database, brand, wanted, found, by, because=because, dry_run=dry_run)
        for brand in keys
    }


def _wanted(author: Author | str, platform: str, host: str | None) -> Wanted:
    if not isinstance(author, Author):
        author = Author(id=of_type(author, str, "author").strip(), handle="")
    if not author.id.strip():
        message = "author= has no id: nobody could be told from anybody else"
        raise ConfigurationError(message, platform=platform)
    if is_nobody(author.id):
        message = "author= stands for somebody whose words were let go: give their id on the platform"
        raise ConfigurationError(message, platform=platform)
    known_as = filter(None, (author.handle, author.url))
    server = None if host is None else _host(of_type(host, str, "host"))
    return Wanted(platform, author.id, server, frozenset(known_as))


def _host(text: str) -> str:
    """Return a server as accounts name it, of its address too."""
    address = text.strip() if "://" in text else f"https://{text.strip()}"
    return host_of(address)


def _ids_everywhere(platform: str, database: Database) -> bool:
    """Tell whether an id means the same person on every server; not of a platform whose package is gone."""
    try:
        return find(platform).load_facts().ids_everywhere
    except ConfigurationError:
        if platform not in Holdings.of(database).platforms:
            raise
        return False


def _require_known(rules: Sequence[RetentionRule], database: Database, brands: Sequence[str]) -> None:
    """Raise if a rule names what nobody has: misspelt, it would keep everything for ever.

    What the journal has counts besides: brands that left the workspace, and platforms whose package is gone.
    """
    if not any(rule.brands or rule.platforms for rule in rules):
        return
    held = Holdings.of(database)
    for number, rule in enumerate(rules):
        place = f"rules[{number}]"
        _require(rule.brands, brands, held.brands, f"{place}.brands")
        _require(rule.platforms, names(), held.platforms, f"{place}.platforms")


def _require(wanted: Sequence[str] | None, known: Sequence[str], held: frozenset[str], place: str) -> None:
    for name in wanted or ():
        if name not in known and name not in held:
            # What else is in the journal may be another agency's: it is not named.
            message = f"{place}: there is no {name!r}{instead(name, known)}"
            raise ConfigurationError(message)
