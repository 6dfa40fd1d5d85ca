"""How the simulated network reads and writes text and times."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from socialkit.sandbox.bluesky._records import Json

_MENTION = re.compile(r"(?<![\w@.])@([a-z0-9][a-z0-9.-]*\.[a-z][a-z0-9-]*[a-z0-9])", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?)'\"]", re.IGNORECASE)
_TAG = re.compile(r"(?<![\w#])#(\w*[^\W\d_]\w*)")


def when(moment: datetime) -> str:
    """A time as the network writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def facets(text: str, find: Callable[[str], str | None]) -> list[Json]:
    """Mark mentions, links and hashtags by their bytes; `find` gives the DID of a handle."""
    found: list[Json] = []
    for match in _MENTION.finditer(text):
        did = find(match[1])
        if did is not None:
            found.append(_facet(text, match, "mention", did=did))
    found += [_facet(text, match, "link", uri=match[0]) for match in _LINK.finditer(text)]
    found += [_facet(text, match, "tag", tag=match[1]) for match in _TAG.finditer(text)]
    return sorted(found, key=lambda one: int(one["index"]["byteStart"]))


def _facet(text: str, match: re.Match[str], kind: str, **what: str) -> Json:
    start = len(text[: match.start()].encode())
    return {
        "index": {"byteStart": start, "byteEnd": start + len(match[0].encode())},
        "features": [{"$type": f"app.bsky.richtext.facet#{kind}", **what}],
    }


def features(value: Json, kind: str, key: str) -> list[str]:
    """What a post names in its facets: tags, links or people."""
    every: list[Json] = [one for facet in value.get("facets", []) for one in facet.get("features", [])]
    wanted = f"app.bsky.richtext.facet#{kind}"
    return list(dict.fromkeys(str(one[key]) for one in every if one.get("$type") == wanted))


def tags(value: Json) -> list[str]:
    """The hashtags of a post, those outside its text too, lower case."""
    every = [*features(value, "tag", "tag"), *value.get("tags", [])]
    return list(dict.fromkeys(one.lower() for one in every))
