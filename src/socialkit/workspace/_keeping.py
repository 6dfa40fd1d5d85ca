"""Letting go of what a workspace's brands keep of others, in a journal that may hold more than theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from socialkit.errors import ConfigurationError
from socialkit.models import Author, Retention
from socialkit.platforms import find
from socialkit.platforms._catalogue import catalogue
from socialkit.platforms.base import of_type
from socialkit.publishing import Journal, LetGo
from socialkit.publishing._accounts import acting
from socialkit.publishing._forgetting import Wanted, forget, person_in
from socialkit.publishing._history import Author as Writer
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
    database = of_type(journal, Journal, "journal").database
    rules = () if retention is None else of_type(retention, Retention, "retention").rules
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
    author_id = author.id if isinstance(author, Author) else of_type(author, str, "author")
    if not author_id.strip():
        message = "author= has no id: nobody could be told from anybody else"
        raise ConfigurationError(message, platform=platform)
    wanted = Wanted(platform, author_id, host)
    everywhere = find(platform).load_facts().ids_everywhere
    person = person_in(database, keys, wanted, everywhere=everywhere)
    by = Writer(to_micros(now), acting(actor))
    return {
        brand: partial(forget, database, brand, wanted, person, by, because=because, dry_run=dry_run)
        for brand in keys
    }
