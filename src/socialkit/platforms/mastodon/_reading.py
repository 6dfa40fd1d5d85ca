"""What a status shows, in the form in which it is compared with a draft: pure functions."""

from __future__ import annotations

import re
from typing import Final

from socialkit.models import Draft, Post
from socialkit.platforms.base import Reading, in_one_line
from socialkit.platforms.mastodon._options import MastodonOptions
from socialkit.text import EntityKind, extract_entities, html_to_text

__all__ = ["meant_text", "reading"]

QUOTED: Final = re.compile(r"<(p|span) class=\"quote-inline\">.*?</\1>", re.DOTALL)
"""The link to a quoted post, which servers put into the text for readers that know no quotes."""


def meant_text(draft: Draft) -> str:
    """Return a draft's text as it is compared; a content warning alone becomes the text."""
    options = draft.option(MastodonOptions) or MastodonOptions()
    return _compared(draft.text) or _compared(options.content_warning or "")


def reading(post: Post) -> Reading:
    """Return what the server tells of a status."""
    return Reading(text=_shown_text(post), alt_texts=_alt_texts(post))


def _shown_text(post: Post) -> str | None:
    if post.html is None and not post.text:  # some servers leave the text out
        return None
    text = post.text if post.html is None else html_to_text(QUOTED.sub("", post.html))
    return _compared(text) or _compared(post.title or "")


def _compared(text: str) -> str:
    """Return a text with its mentions as readers see them: without a host, and by no case."""
    pieces, position = list[str](), 0
    for entity in extract_entities(text):
        if entity.kind is EntityKind.MENTION:
            name = entity.value.partition("@")[0].lower()
            pieces += [text[position : entity.start], f"@{name}"]
            position = entity.end
    return in_one_line("".join([*pieces, text[position:]]))


def _alt_texts(post: Post) -> tuple[str | None, ...] | None:
    listed, params = post.raw.get("media_attachments"), post.raw.get("params")
    planned = params.get("media_ids") if isinstance(params, dict) else None
    if not isinstance(listed, list) or (planned and not listed):
        return None
    # A description that is null is none; one that is left out is not told.
    told = {str(one.get("id")) for one in listed if isinstance(one, dict) and "description" in one}
    return tuple((one.alt_text or "") if one.id in told else one.alt_text for one in post.media)
