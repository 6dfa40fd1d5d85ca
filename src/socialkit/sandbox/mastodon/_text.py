"""How the simulated instance reads text: counting, entities, HTML."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from wcwidth import iter_graphemes

from socialkit.sandbox.mastodon._facts import BASE_URL, CHARACTERS_PER_URL

_URL = re.compile(
    r"(?<![\w@/])https?://[^\s<>\"'/?#]+\.[^\W\d_][^\s<>\"'/?#]*(?:[/?#][^\s<>\"]*)?", re.IGNORECASE
)
_MENTION = re.compile(r"(?<![\w/@])@([a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_]+)?)(?:@([\w.-]*\w))?", re.IGNORECASE)
_TAG = re.compile(r"(?<![\w/&#)])#(\w*[^\W\d_]\w*)")
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_SHOWN = 30
"""Characters of a link that readers see."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A link, mention or hashtag and where it stands in the text."""

    kind: str
    start: int
    end: int
    value: str
    domain: str | None = None


def entities(text: str) -> list[Entity]:
    """Links, mentions and hashtags in the order of the text; none overlap."""
    found = [_link(match) for match in _URL.finditer(text)]
    taken = [(one.start, one.end) for one in found]
    for kind, pattern in (("mention", _MENTION), ("tag", _TAG)):
        for match in pattern.finditer(text):
            if not any(start <= match.start() < end for start, end in taken):
                domain = match[2] if kind == "mention" else None
                found.append(Entity(kind, match.start(), match.end(), match[1], domain))
    return sorted(found, key=lambda one: one.start)


def _link(match: re.Match[str]) -> Entity:
    value = match[0]
    while value and (value[-1] in ".,;:!?…'*_~" or _unbalanced(value)):
        value = value[:-1]
    return Entity("url", match.start(), match.start() + len(value), value)


def _unbalanced(value: str) -> bool:
    opener = _CLOSERS.get(value[-1])
    return opener is not None and value.count(opener) < value.count(value[-1])


def length(text: str) -> int:
    """Count characters as people see them; links have one price, mentions lose their host."""
    total, position = 0, 0
    for one in entities(text):
        total += graphemes(text[position : one.start])
        if one.kind == "url":
            total += CHARACTERS_PER_URL
        else:
            total += graphemes(f"@{one.value}" if one.kind == "mention" else text[one.start : one.end])
        position = one.end
    return total + graphemes(text[position:])


def graphemes(text: str) -> int:
    """Count what people take for one character."""
    return sum(1 for _ in iter_graphemes(text))


def tags(text: str) -> list[str]:
    """Names of the hashtags, lower case, each once."""
    return list(dict.fromkeys(one.value.lower() for one in entities(text) if one.kind == "tag"))


def links(text: str) -> list[str]:
    """The links, each once."""
    return list(dict.fromkeys(one.value for one in entities(text) if one.kind == "url"))


def to_html(text: str, profile: Callable[[str, str | None], tuple[str, str] | None]) -> str:
    """Render text as readers get it; `profile` gives name and URL of a mentioned account."""
    if not text.strip():
        return ""
    pieces: list[str] = []
    position = 0
    for one in entities(text):
        pieces += [_safe(text[position : one.start]), _render(one, text, profile)]
        position = one.end
    body = "".join([*pieces, _safe(text[position:])]).strip()
    return "".join(f"<p>{part}</p>" for part in re.split(r"\n{2,}", body)).replace("\n", "<br />")


def _render(one: Entity, text: str, profile: Callable[[str, str | None], tuple[str, str] | None]) -> str:
    if one.kind == "url":
        return link_html(one.value)
    if one.kind == "tag":
        url = f"{BASE_URL}/tags/{one.value.lower()}"
        return f'<a href="{url}" class="mention hashtag" rel="tag">#<span>{_safe(one.value)}</span></a>'
    known = profile(one.value, one.domain)
    if known is None:
        return _safe(text[one.start : one.end])
    name, url = known
    anchor = f'<a href="{url}" class="u-url mention">@<span>{name}</span></a>'
    return f'<span class="h-card" translate="no">{anchor}</span>'


def link_html(url: str) -> str:
    """Render a link, its start and its tail hidden from readers."""
    scheme = re.match(r"https?://(?:www\.)?", url, re.IGNORECASE)
    start = scheme[0] if scheme else ""
    shown, rest = url[len(start) : len(start) + _SHOWN], url[len(start) + _SHOWN :]
    style = "ellipsis" if rest else ""
    return (
        f'<a href="{_safe(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{_safe(start)}</span><span class="{style}">{_safe(shown)}</span>'
        f'<span class="invisible">{_safe(rest)}</span></a>'
    )


def _safe(text: str) -> str:
    return escape(text, quote=True).replace("&#x27;", "&#39;").replace("\r\n", "\n")
