"""What is known of every platform, without an account: `sk.catalogue`, `sk.check`, `sk.measure`."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files

from socialkit.models import CatalogueEntry, Draft, Evidence, Measure, Problem
from socialkit.platforms._registry import Registration, each, find

__all__ = ["catalogue", "check", "measure"]


def catalogue() -> tuple[CatalogueEntry, ...]:
    """Return what every platform can do, how much it takes, and how well that is known.

    A platform whose package is broken is left out, with a `RuntimeWarning` that names it.

    Example:
        >>> [entry.name for entry in catalogue() if entry.name == "mastodon"]
        ['mastodon']
    """
    return each(_entry)


def check(draft: Draft | str, *platforms: str) -> dict[str, tuple[Problem, ...]]:
    """Return what each platform would refuse of a draft, offline and by documented limits.

    Args:
        draft: What is to be published.
        *platforms: Their names; all if none is given, but for those whose package is broken: a
            `RuntimeWarning` names them.

    Raises:
        ConfigurationError: There is no such platform, or the package that brings it is broken.

    Example:
        >>> [problem.message for problem in check("", "mastodon")["mastodon"]]
        ['is empty, and there is nothing else to publish']
    """
    whole = Draft(text=draft) if isinstance(draft, str) else draft
    facts = [find(name).load_facts() for name in platforms] or each(Registration.load_facts)
    return {one.name: one.rules.check(whole, one.name, one.limits) for one in facts}


def measure(text: str, platform: str) -> Measure:
    """Return how long a text is, as a platform counts it.

    Raises:
        ConfigurationError: There is no such platform.

    Example:
        >>> measure("See https://shop.example/a/very/long/path/indeed 🍂", "mastodon").length
        29
    """
    facts = find(platform).load_facts()
    return facts.rules.measure(text, facts.limits)


def _entry(registration: Registration) -> CatalogueEntry:
    facts = registration.load_facts()
    return CatalogueEntry(
        name=registration.name,
        capabilities=facts.capabilities,
        limits=facts.limits,
        api_version=facts.api_version,
        end_of_life=facts.end_of_life,
        documentation=facts.documentation,
        retention=facts.retention,
        evidence=_evidence().get(registration.name, {}),
    )


@lru_cache(maxsize=1)
def _evidence() -> dict[str, dict[str, Evidence]]:
    document = json.loads(files("socialkit.platforms").joinpath("evidence.json").read_text("utf-8"))
    return {
        platform: {operation: Evidence(row["best"]) for operation, row in operations.items()}
        for platform, operations in document.items()
    }
