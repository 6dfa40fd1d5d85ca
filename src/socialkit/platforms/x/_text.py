"""Texts as X shows them, and as they are compared: pure functions."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

from socialkit.platforms.base import in_one_line
from socialkit.platforms.x._wire import WireEntities, WirePost

__all__ = ["SHORTENED", "compared", "shown_text", "whole_text"]

OWN_FILE: Final = re.compile(r"/status/[0-9]+/(?:photo|video)/[0-9]+$")
LEADING: Final = re.compile(r"\A(?:@[A-Za-z0-9_]{1,20}\s+)+")
"""Whom an answer addresses; X puts their names before its text."""
SCHEME: Final = re.compile(r"https?://", re.IGNORECASE)
LAST_SLASH: Final = re.compile(r"/(?=\s|\Z)")
SHORTENED: Final = "https://t.co/"


def whole_text(wire: WirePost) -> str:
    """Return a post's text as people read it, with the links that were meant."""
    if wire.note is not None:
        return _expanded(wire.note.text, wire.note.entities or wire.entities, wire.reference("quoted"))
    return _expanded(wire.text, wire.entities, wire.reference("quoted"))


def _expanded(text: str, entities: WireEntities | None, quoted: str | None) -> str:
    text = html.unescape(text)
    urls = [] if entities is None else entities.urls or []
    for one in sorted(urls, key=lambda url: len(url.url), reverse=True):
        meant = one.expanded_url or one.url
        hidden = one.media_key is not None or OWN_FILE.search(meant) is not None
        # The link to a quoted post stands at the end, for readers that know no quotes.
        last = text.rstrip().endswith(one.url) and quoted is not None
        if hidden or (last and meant.rstrip("/").endswith(f"/status/{quoted}")):
            text = text.replace(one.url, "").rstrip()
        else:
            text = text.replace(one.url, meant)
    return text


def shown_text(wire: WirePost) -> str | None:
    """Return a text as it is compared; None where X did not say where its links lead."""
    text = whole_text(wire)
    return None if SHORTENED in text and SHORTENED in wire.text else compared(text)


def compared(text: str) -> str:
    """Return a text without what X changes: addressees, the schemes of links, white space, composed letters.

    Example:
        >>> compared("@ada  See https://shop.example/"), compared("See shop.example")
        ('See shop.example', 'See shop.example')
    """
    bare = LEADING.sub("", unicodedata.normalize("NFC", text))
    return in_one_line(LAST_SLASH.sub("", SCHEME.sub("", bare)))
