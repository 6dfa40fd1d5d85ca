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
from pathlib import Path
from typing import Any, Final

from tests.support import ROOT, corpus
from tests.truth.facebook import recordings as facebook
from tests.truth.graph import as_object
from tests.truth.instagram import recordings as instagram
from tests.truth.threads import recordings as threads
from tests.truth.x import recordings as x
from tests.truth.x.cases import CASES as X_CASES

TARGET: Final = ROOT / "tests" / "truth" / "shares.json"

READ: Final = "read"
REFUSED: Final = "refused"
ELSEWHERE: Final = "read by other tests"
NOT_OFFERED: Final = "not offered"
UNREAD: Final = "not read"
KINDS: Final = (READ, REFUSED, ELSEWHERE, NOT_OFFERED, UNREAD)

Rules = Mapping[str, str]
"""By pattern of a file's name, why nothing reads it, or which test does."""

TABLES: Final[Rules] = {r"\.csv$": "rows that another program made of answers"}
X_PUSHES: Final = "tests/truth/x/test_recordings.py"
X_ELSEWHERE: Final[Rules] = {
    r"^twitter-text-conformance/(config/|\w+\.json)": "tests/text/test_vectors.py",
    r"^oauth1-vectors/": "tests/auth/test_oauth1.py",
    r"^documentation-examples/(account-activity-introduction|activity-event-payloads|activity-quickstart|"
    r"direct-messages-lookup-integrate|fundamentals-edit-posts|fundamentals-metrics|webhooks-quickstart)/": (
        X_PUSHES
    ),
    r"^twarc-csv/.*\.jsonl$": X_PUSHES,
}
X_UNREAD: Final[Rules] = {
    r"usage_tweets_resp|tweet/tweets_resp|upload_v2/upload_simple|posts-manage-tweets": (
        "a call that we make: its answers are replayed from other recordings"
    ),
}
X_NOT_OFFERED: Final[Rules] = {
    **TABLES,
    r"unfollow_user|users_followers|blocking|muting|unblock|search_users": "followers, blocks and mutes",
    r"_list|/list|compliance": "lists, and the compliance of archives",
    r"space": "spaces",
    r"liking_users|retweeters|retweed_users|quote_tweets|get_users\.json|bookmark": "who did what to a post",
    r"^tweepy-cassettes/test(_api_)?[a-z]+": "API 1.1",
    r"^bear-python-twitter/": "API 1.1",
    r"media_upload/": "API 1.1",
    r"authflow|social-core": "a login of which no shape is our own",
    r"trends": "trends of a place",
    r"streams/|webhooks-stream|streaming_output": "the filtered stream",
    r"twitter/models/": "parts of answers, without the answer",
    r"account-activity-quickstart|xchat|create-a-group": "older webhooks, encrypted chats, groups",
}
REASONS: Final = {
    "facebook": "people, groups, albums, live videos, tokens of a login, and what advertisements are made of",
    "instagram": "shops, live videos, an older login, rows of other programs",
    "threads": "",
}


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
            if re.search(pattern, name):
                return Classified(name, kind, why)
    return Classified(name, None)


def _graph(platform: str, module: Any, *, refused: str = "error") -> list[Classified]:
    bodies = {one.name: one.body for one in module.recordings()}
    rules = {**TABLES}
    if pattern := getattr(module, "NOT_OFFERED", None):
        rules[pattern] = REASONS[platform]
    tests = {getattr(module, "READ_ELSEWHERE", r"^$"): f"tests/truth/{platform}/test_recordings.py"}

    def one(name: str) -> Classified:
        if name in bodies and refused in (as_object(bodies[name]) or {}):
            return Classified(name, REFUSED)
        if name in bodies and any(re.search(case.files, name) for case in module.CASES):
            return Classified(name, READ)
        return first(name, [(ELSEWHERE, tests), (NOT_OFFERED, rules)])

    return [one(name) for name in files(platform)]


def _x() -> list[Classified]:
    taken = {
        file: READ if 200 <= one.status < 300 else REFUSED
        for one in x.recordings()
        if any(case.takes(one) for case in X_CASES)
        for file in [Path(one.name.partition("[")[0]).stem]
    }

    def one(name: str) -> Classified:
        if Path(name).stem in taken and not name.startswith("bear"):
            return Classified(name, taken[Path(name).stem])
        if name.endswith("streams/delete_error.json"):
            return Classified(name, REFUSED)
        if name.startswith("bear") and _is_pushed(corpus("x", name)):
            return Classified(name, ELSEWHERE, X_PUSHES)
        return first(name, [(ELSEWHERE, X_ELSEWHERE), (UNREAD, X_UNREAD), (NOT_OFFERED, X_NOT_OFFERED)])

    return [one(name) for name in files("x")]


def _is_pushed(file: Path) -> bool:
    """Return whether a post of the older API stands in a file: such are replayed as pushes."""
    held = [json.loads(file.read_text())]
    while held:
        value: Any = held.pop()
        fields: Any = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        held.extend(fields)
        if isinstance(value, dict) and {"id_str", "user", "text"} <= set(value) and _whole(value):
            return True
    return False


def _whole(post: dict[str, Any]) -> bool:
    return "screen_name" in post["user"] and "retweeted_status" not in post


SHARES: Final[Mapping[str, Callable[[], list[Classified]]]] = {
    "x": _x,
    "facebook": partial(_graph, "facebook", facebook),
    "instagram": partial(_graph, "instagram", instagram),
    "threads": partial(_graph, "threads", threads),
}

if __name__ == "__main__":
    TARGET.write_text(text(counts()))
