"""What becomes of every recorded file of a platform: read, refused, read by another test, or not offered.

Called as a program it writes the counts down: `python -m tests.truth.sharing`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from tests.support import ROOT, corpus
from tests.truth.facebook import recordings as facebook
from tests.truth.instagram import recordings as instagram
from tests.truth.recorded import Recorded
from tests.truth.threads import recordings as threads
from tests.truth.x import recordings as x

TARGET: Final = ROOT / "tests" / "truth" / "shares.json"

READ: Final = "read"
REFUSED: Final = "refused"
ELSEWHERE: Final = "read by other tests"
NOT_OFFERED: Final = "not offered"
KINDS: Final = (READ, REFUSED, ELSEWHERE, NOT_OFFERED)

Rules = Mapping[str, str]
"""By pattern of a file's name, why nothing reads it, or which test does."""

TABLES: Final[Rules] = {r".*\.csv": "rows that another program made of answers"}
X_APART: Final[Rules] = {
    r"twitter-text-conformance/.*": "tests/text/test_vectors.py",
    r"oauth1-vectors/.*": "tests/auth/test_oauth1.py",
}
X_KINDS: Final = {"read": READ, "mapped": REFUSED, "not_offered": NOT_OFFERED}


@dataclass(frozen=True)
class Classified:
    """One recorded file, and what becomes of it."""

    name: str
    kind: str | None
    why: str = ""


def files(platform: str) -> list[str]:
    """Return the names of all recorded files of a platform; specifications are none."""
    folder = corpus(platform)
    found = (one.relative_to(folder) for one in folder.glob("**/*") if one.is_file())
    return sorted(one.as_posix() for one in found if one.parts[0] != "spec")


def classified(platform: str) -> list[Classified]:
    """Return what becomes of each recorded file of a platform."""
    return SHARES[platform]()


def counts() -> dict[str, dict[str, int]]:
    """Return how many files there are of each kind, by platform."""
    found = {platform: Counter(one.kind for one in classified(platform)) for platform in SHARES}
    return {platform: {kind: told[kind] for kind in KINDS} for platform, told in found.items()}


def text(told: Mapping[str, Mapping[str, int]]) -> str:
    """Return the counts as they are committed."""
    return json.dumps(told, indent=2) + "\n"


def first(name: str, kinds: Iterable[tuple[str, Rules]]) -> Classified:
    for kind, rules in kinds:
        for pattern, why in rules.items():
            if re.fullmatch(pattern, name):
                return Classified(name, kind, why)
    return Classified(name, None)


def _graph(module: Any) -> list[Classified]:
    recorded: Recorded = module.RECORDED
    refused = {one.name for one in recorded.refusals()}
    read = {one.name for case in recorded.cases for one in case.mine()}

    def one(name: str) -> Classified:
        if name in refused | read:
            return Classified(name, REFUSED if name in refused else READ)
        return first(name, [(NOT_OFFERED, module.NOT_OFFERED)])

    return [one(name) for name in files(recorded.platform)]


def _x() -> list[Classified]:
    def one(name: str) -> Classified:
        kinds = x.kinds_of(name)
        if len(kinds) == 1:
            why = [told for pattern, told in x.NOT_OFFERED.items() if re.fullmatch(pattern, name)]
            return Classified(name, X_KINDS[kinds[0]], " ".join(why))
        return first(name, [(ELSEWHERE, X_APART), (NOT_OFFERED, TABLES)])

    return [one(name) for name in files("x")]


SHARES: Final[Mapping[str, Callable[[], list[Classified]]]] = {
    "x": _x,
    "facebook": partial(_graph, facebook),
    "instagram": partial(_graph, instagram),
    "threads": partial(_graph, threads),
}

NOT_READ: Final[Mapping[str, Rules]] = {
    "x": {**TABLES, **x.NOT_OFFERED},
    "facebook": facebook.NOT_OFFERED,
    "instagram": instagram.NOT_OFFERED,
    "threads": threads.NOT_OFFERED,
}

if __name__ == "__main__":
    TARGET.write_text(text(counts()))
