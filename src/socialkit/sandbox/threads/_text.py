"""How the simulated Threads counts a text: by characters, and by bytes where they make an emoji."""

import re

from wcwidth import iter_graphemes

LINK = re.compile(r"https?://[^\s<>\"]+")
_EMOJI = re.compile(
    "[\u203c\u2049\u20e3\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u27bf\u2934-\u2b55\ufe0f\U0001f000-\U0001faff]"
)


def length(text: str) -> int:
    """How long a text is."""
    if text.isascii():
        return len(text)
    return sum(
        len(one.encode("utf-8", "replace")) if _EMOJI.search(one) else len(one)
        for one in iter_graphemes(text)
    )


def links(text: str) -> set[str]:
    """The links in a text."""
    return {one.rstrip(".,;:!?)") for one in LINK.findall(text)}
