"""Texts as X shows them, and as they are compared: pure functions."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection
from typing import Final

from socialkit.platforms.base import in_one_line
from socialkit.platforms.x._wire import WireEntities, WireEvent, WirePost

__all__ = ["SHORTENED", "SITE", "alike", "compared", "message_text", "says", "shown_text", "whole_text"]

SITE: Final = "https://x.com"
OWN_FILE: Final = re.compile(r"/status/([0-9]+)/(?:photo|video)/[0-9]+$")
LEADING: Final = re.compile(r"\A(?:@[A-Za-z0-9_]{1,20}\s+)+")
"""Whom an answer addresses; X puts their names before its text."""
SCHEME: Final = re.compile(r"https?://", re.IGNORECASE)
LAST_SLASH: Final = re.compile(r"/(?=\s|\Z)")
LAST_POST: Final = re.compile(r"(?:twitter|x)\.com/\w+/status/([0-9]+)\S*\Z", re.IGNORECASE)
"""A link to a post at the end of a text: X makes a quote of it, and then shows it or leaves it out."""
SHORTENED: Final = "https://t.co/"


def whole_text(wire: WirePost) -> str:
    """Return a post's text as people read it, with the links that were meant."""
    note, quoted = wire.note, wire.reference("quoted")
    # A repost shows the files of what it repeats.
    ids = {wire.id, wire.reference("retweeted"), *(wire.versions or ())}
    if note is not None:
        return _resolved(html.unescape(note.text), note.entities or wire.entities, ids, quoted)
    return _resolved(html.unescape(wire.text), wire.entities, ids, quoted)


def _resolved(
    text: str, entities: WireEntities | None, ids: Collection[str | None] = (), quoted: str | None = None
) -> str:
    urls = [] if entities is None else entities.urls or []
    for one in sorted(urls, key=lambda url: len(url.url), reverse=True):
        meant = one.expanded_url or one.url
        file = OWN_FILE.search(meant)
        hidden = one.media_key is not None or (file is not None and file[1] in ids)
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
    unresolved = SHORTENED in text and SHORTENED in wire.text
    return None if unresolved else compared(text, wire.reference("quoted"))


def compared(text: str, quotes: str | None = None) -> str:
    """Return a text without what X changes: addressees, the schemes of links, white space, composed letters.

    A post that is quoted stands at its end, whether it was named apart or by a link there.

    Example:
        >>> compared("@ada  See https://shop.example/"), compared("See shop.example")
        ('See shop.example', 'See shop.example')
        >>> compared("Look https://x.com/ada/status/7") == compared("Look", "7")
        True
    """
    if quotes is not None and f"/status/{quotes}" not in text:
        text = f"{text} {SITE}/i/status/{quotes}"
    bare = alike(LEADING.sub("", unicodedata.normalize("NFC", text)))
    return LAST_POST.sub(r"x.com/i/status/\1", bare)


def alike(text: str) -> str:
    """Return a text without what X changes everywhere; whom it addresses stays.

    Example:
        >>> alike("@ada  See https://shop.example/")
        '@ada See shop.example'
    """
    return in_one_line(LAST_SLASH.sub("", SCHEME.sub("", unicodedata.normalize("NFC", text))))


def message_text(wire: WireEvent) -> str:
    """Return a private message with the links that were meant."""
    return _resolved(wire.text or "", wire.entities)


def says(wire: WireEvent, text: str) -> bool | None:
    """Return whether a private message has this text; None where X did not say where its links lead."""
    read = message_text(wire)
    if SHORTENED in read and SHORTENED not in text:
        return None
    # Whether X escapes these as it escapes posts is not documented: either reading will do.
    return alike(text) in {alike(read), alike(html.unescape(read))}
