"""Refuse what is installed under a licence that nobody agreed to; `licences.toml` has the list."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).parent
REACHES = ("core", "extras", "development")
"""Who gets a package, the most people first."""
SHORT = 60
"""Letters above which the older field holds the text of a licence and not its name."""
SAYS_NOTHING = frozenset({"", "UNKNOWN", "Dual License"})
TOKEN = re.compile(r"[()]|[^\s()]+")


@dataclass(frozen=True)
class Rules:
    """What may be installed."""

    allowed: frozenset[str]
    spellings: Mapping[str, str]
    exceptions: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, path: Path = HERE / "licences.toml") -> Rules:
        """Read the list."""
        read = tomllib.loads(path.read_text("utf-8"))
        return cls(frozenset(read["allowed"]), read["spellings"], read["exceptions"])

    def problem(self, name: str, licences: Iterable[str], reach: str) -> str | None:
        """Return why a package may not be installed; None if it may.

        Args:
            name: The package.
            licences: Expressions of SPDX, each of which holds.
            reach: Who gets it.
        """
        given = list(licences)
        if not given:
            return "says nothing of its licence"
        refused = [one for one in given if not self._permits(one)]
        if not refused:
            return None
        told, exception = ", ".join(refused), self.exceptions.get(name)
        if exception is None or refused != [exception["licence"]]:
            return f"{told} is not in the list of allowed licences"
        if REACHES.index(reach) < REACHES.index(exception["reach"]):
            return f"{told} is let in for {exception['reach']} alone"
        return None

    def _permits(self, expression: str) -> bool:
        """Tell whether an expression of SPDX can be met by allowed licences alone."""
        tokens = TOKEN.findall(expression)
        try:
            met = self._either(tokens)
        except IndexError:
            return False
        return met and not tokens

    def _either(self, tokens: list[str]) -> bool:
        met = self._all(tokens)
        while tokens and tokens[0].upper() == "OR":
            tokens.pop(0)
            met = self._all(tokens) or met
        return met

    def _all(self, tokens: list[str]) -> bool:
        met = self._one(tokens)
        while tokens and tokens[0].upper() == "AND":
            tokens.pop(0)
            met = self._one(tokens) and met
        return met

    def _one(self, tokens: list[str]) -> bool:
        token = tokens.pop(0)
        if token != "(":
            return token in self.allowed
        met = self._either(tokens)
        return tokens.pop(0) == ")" and met

    def licences_of(self, package: Distribution) -> list[str]:
        """Return what a package says of its licence, in the words of SPDX where they are known."""
        said: Any = package.metadata
        expression = said.get("License-Expression")
        if expression:
            return [str(expression)]
        classifiers = [str(one) for one in said.get_all("Classifier", []) if one.startswith("License ::")]
        named = [one.rpartition(" :: ")[2] for one in classifiers]
        field = str(said.get("License") or "").strip()
        if field not in SAYS_NOTHING and len(field) <= SHORT and "\n" not in field:
            named.append(field)
        return sorted({self.spellings.get(one, one) for one in named})


def needed(packages: Mapping[str, Distribution], root: str, *, extras: bool) -> set[str]:
    """Return what comes with a package, and with what that needs: installed or not."""
    first = tuple(packages[root].metadata.get_all("Provides-Extra") or ()) if extras else ()
    found: set[tuple[str, str]] = set()
    waiting = [(root, extra) for extra in ("", *first)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for one in map(Requirement, (packages[name].requires or ()) if name in packages else ()):
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(one.name), inner) for inner in ("", *one.extras)]
    return {name for name, _ in found if name != root}


def problems(
    rules: Rules, requirements: Iterable[str], root: str, path: list[str] | None = None
) -> Iterator[str]:
    """Yield what may not be installed.

    Args:
        rules: What may be.
        requirements: The names of what those need who work on a package.
        root: The package.
        path: Where packages are installed; where this Python looks if not given.
    """
    found = distributions() if path is None else distributions(path=path)
    packages = {str(canonicalize_name(str(one.metadata["Name"]))): one for one in found}
    core, extras = (needed(packages, root, extras=given) for given in (False, True))
    for name in sorted(core | extras | {canonicalize_name(one) for one in requirements}):
        if name not in packages:
            yield f"{name}: is not installed, so its licence is unknown"
            continue
        reach = REACHES[0 if name in core else 1 if name in extras else 2]
        problem = rules.problem(name, rules.licences_of(packages[name]), reach)
        if problem is not None:
            yield f"{name} ({reach}): {problem}"


def pinned(path: Path) -> list[str]:
    """Return the names in a file of requirements."""
    lines = path.read_text("utf-8").splitlines()
    return [line.partition("==")[0] for line in lines if line and not line.startswith("#")]


def main() -> int:
    """Print what may not be installed; return 1 if there is something."""
    names = pinned(HERE.parent / "requirements-dev.txt")
    found = list(problems(Rules.load(), names, "socialkit"))
    for problem in found:
        print(problem)
    print(f"{len(names)} packages, {len(found)} of them under licences that were not agreed to")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
