"""Texts as X shows them, and as they are compared: pure functions."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection
from typing import Final
from urllib.parse import unquote

from socialkit.platforms.base import in_one_line
from socialkit.platforms.x._wire import WireEntities, WireEvent, WirePost

__all__ = [
    "SHORTENED",
    "SITE",
    "alike",
    "as_written",
    "compared",
    "cut_from",
    "message_text",
    "names_in",
    "resolved",
    "says",
    "shown_text",
    "whole_text",
]

SITE: Final = "https://x.com"
OWN_FILE: Final = re.compile(r"/status/([0-9]+)/(?:photo|video)/[0-9]+$")
NAME: Final = re.compile(r"@[A-Za-z0-9_]{1,20}")
NAMED: Final = re.compile(r"(?<!\w)@[A-Za-z0-9_]{1,20}")
SCHEME: Final = re.compile(r"https?://", re.IGNORECASE)
LINK: Final = re.compile(r"(?<![\w-])([\w-]+(?:\.[\w-]+)+)([/?#]\S*)?")
"""A host, and what stands behind it."""
CUT: Final = re.compile(r"…(?: \S+/\S+)*\Z")
"""Where X cut a text; links to the post, and to what it quotes, may follow."""
LAST_SLASH: Final = re.compile(r"/(?=\s|\Z)")
LAST_POST: Final = re.compile(r"(?:twitter|x)\.com/\w+/status/([0-9]+)\S*\Z", re.IGNORECASE)
"""A link to a post at the end of a text: X makes a quote of it, and then shows it or leaves it out."""
SLASH: Final = "%2F"
ESCAPED_SLASH: Final = re.compile(SLASH, re.IGNORECASE)
SHORTENED: Final = "https://t.co/"


def whole_text(wire: WirePost) -> str:
    """Return a post's text as people read it, with the links that were meant."""
    note, quoted = wire.note, wire.reference("quoted")
    # A repost shows the files of what it repeats.
    ids = {wire.id, wire.reference("retweeted"), *(wire.versions or ())}
    if note is not None:
        return resolved(html.unescape(note.text), note.entities or wire.entities, ids, quoted)
    return resolved(html.unescape(wire.text), wire.entities, ids, quoted)


def resolved(
    text: str, entities: WireEntities | None, ids: Collection[str | None] = (), quoted: str | None = None
) -> str:
    """Return a text with the links that were meant, without those to its own files and to what it quotes."""
    urls = [] if entities is None else entities.urls or []
    for one in sorted((url for url in urls if url.url), key=lambda url: len(url.url), reverse=True):
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
    """Return a text without what X changes: the schemes of links, white space, composed letters.

    A post that is quoted stands at its end, whether it was named apart or by a link there.

    Example:
        >>> compared("@ada  See https://shop.example/"), compared("@ada See shop.example")
        ('@ada See shop.example', '@ada See shop.example')
        >>> compared("Look https://x.com/ada/status/7") == compared("Look", "7")
        True
    """
    if quotes is not None and f"/status/{quotes}" not in text:
        text = f"{text} {SITE}/i/status/{quotes}"
    return LAST_POST.sub(r"x.com/i/status/\1", alike(text))


def as_written(text: str) -> tuple[str, ...]:
    """Return what a compared answer may have been written as: X puts the names of some before its text.

    The first is the text as it is; each of the others has one name less.

    Example:
        >>> as_written("@ada @ben Thanks @cyd")
        ('@ada @ben Thanks @cyd', '@ben Thanks @cyd', 'Thanks @cyd')
    """
    words = text.split(" ")
    names = next((n for n, word in enumerate(words) if not NAME.fullmatch(word)), len(words))
    return tuple(" ".join(words[start:]) for start in range(names + 1))


def names_in(text: str) -> frozenset[str]:
    """Return whom a text names, in lower case.

    Example:
        >>> sorted(names_in("@Ada and @ben: see b@shop.example"))
        ['@ada', '@ben']
    """
    return frozenset(one.lower() for one in NAMED.findall(text))


def alike(text: str) -> str:
    """Return a text without what X changes everywhere.

    Links are compared whatever the case of their hosts, and however they are escaped.

    Example:
        >>> alike("@ada  See https://shop.example/")
        '@ada See shop.example'
    """
    bare = LINK.sub(_one_way, SCHEME.sub("", unicodedata.normalize("NFC", text)))
    return in_one_line(LAST_SLASH.sub("", bare))


def _one_way(link: re.Match[str]) -> str:
    """Return a link in the one of its spellings that all of them are compared in."""
    # An escaped slash parts nothing: what lies there is another address.
    return link[1].lower() + SLASH.join(map(unquote, ESCAPED_SLASH.split(link[2] or "")))


def cut_from(text: str, whole: str) -> bool:
    """Return whether a compared text may be the start of another, with the sign of having been cut.

    Example:
        >>> cut_from("Autumn is h…", "Autumn is here"), cut_from("Spring is h…", "Autumn is here")
        (True, False)
    """
    cut = CUT.search(text)
    if cut is None:
        return False
    start = text[: cut.start()].rstrip()
    words = start.rpartition(" ")[0]  # it may have been cut in a link, which is compared without its scheme
    return whole.startswith(words or start)


def message_text(wire: WireEvent) -> str:
    """Return a private message with the links that were meant."""
    return resolved(wire.text or "", wire.entities)


def says(wire: WireEvent, text: str) -> bool | None:
    """Return whether a private message has this text; None where X did not say where its links lead."""
    read = message_text(wire)
    if SHORTENED in read and SHORTENED not in text:
        return None
    # Whether X escapes these as it escapes posts is not documented: either reading will do.
    return alike(text) in {alike(read), alike(html.unescape(read))}
