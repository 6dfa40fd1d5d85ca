"""Whether a draft fits Instagram."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from socialkit.models import Basis, Draft, Media, MediaKind, Problem, Severity, Visibility
from socialkit.platforms.base import DraftRules, Place
from socialkit.platforms.instagram._options import InstagramOptions
from socialkit.text import TextRules, TextUnit

__all__ = ["InstagramRules", "is_film", "kind_of"]

HASHTAG: Final = re.compile(r"(?<!\w)#\w")
MENTION: Final = re.compile(r"(?<!\w)@\w")
HASHTAGS: Final = 30
MENTIONS: Final = 20
COLLABORATORS: Final = 3
SPONSORS: Final = 2
NARROWEST: Final = 4 / 5
WIDEST: Final = 1.91
"""Proportions of a picture, its width divided by its height."""
ROUNDING: Final = 0.01
STORY_VIDEO: Final = 100 * 2**20
FILMS: Final = (".mp4", ".mov", ".m4v")
"""What the names of videos end in: what lies behind an address was not looked at."""
OF_REELS: Final = ("cover_url", "cover_at", "audio_name", "share_to_feed", "trial")


def is_film(media: Media, draft: Draft) -> bool:
    """Return whether a file is a video, as far as anybody knows before it is fetched."""
    if media.kind is not MediaKind.UNKNOWN:
        return media.kind is MediaKind.VIDEO
    options = draft.option(InstagramOptions)
    return media.filename.lower().endswith(FILMS) or (options is not None and options.kind == "reel")


def kind_of(draft: Draft) -> str:
    """Return what a draft becomes: `picture`, `reel`, `carousel` or `story`."""
    options = draft.option(InstagramOptions)
    if options is not None and options.kind == "story":
        return "story"
    if len(draft.media) > 1:
        return "carousel"
    return "reel" if draft.media and is_film(draft.media[0], draft) else "picture"


class InstagramRules(DraftRules):
    """What Instagram refuses."""

    text: ClassVar[TextRules] = TextRules(unit=TextUnit.UTF16)
    visibilities: ClassVar[frozenset[Visibility]] = frozenset({Visibility.PUBLIC})

    def special(self, draft: Draft, place: Place) -> Iterator[Problem]:
        """Find what only Instagram refuses."""
        if draft.reply_to is not None:
            message = "is not offered: answer a comment or message with inbox.reply()"
            yield place.problem("reply_to", message, basis=Basis.DRAFT)
        if draft.quotes is not None:
            yield place.problem("quotes", "is not offered by the platform", basis=Basis.DRAFT)
        if not place.limits.media:  # an answer
            return
        if not draft.media and draft.text.strip():
            message = "is missing: Instagram publishes no text alone"
            yield place.problem("media", message, basis=Basis.DRAFT)
        yield from _counts(draft, place)
        yield from self._shapes(draft, place)
        options = draft.option(InstagramOptions) or InstagramOptions()
        if options.kind == "story":
            yield from _story_problems(draft, place)
        yield from _option_problems(draft, options, place)

    def _shapes(self, draft: Draft, place: Place) -> Iterator[Problem]:
        story = kind_of(draft) == "story"
        for number, media in enumerate(draft.media):
            field = f"media[{number}]"
            if is_film(media, draft):
                if media.alt_text:
                    message = "is shown for pictures alone, and left out for a video"
                    yield place.problem(f"{field}.alt_text", message, severity=Severity.WARNING)
                if story and (media.size or 0) > STORY_VIDEO:
                    yield place.problem(
                        field, "is too large", limit=STORY_VIDEO, actual=media.size, unit="bytes"
                    )
            elif not story and media.width and media.height:
                ratio = media.width / media.height
                if not NARROWEST - ROUNDING <= ratio <= WIDEST + ROUNDING:
                    message = "has proportions that are not taken: 4:5 to 1.91:1 are"
                    yield place.problem(field, message, actual=f"{media.width}:{media.height}")


def _counts(draft: Draft, place: Place) -> Iterator[Problem]:
    for pattern, limit, what in ((HASHTAG, HASHTAGS, "hashtags"), (MENTION, MENTIONS, "mentions")):
        found = len(pattern.findall(draft.text))
        if found > limit:
            yield place.problem("text", f"has too many {what}", limit=limit, actual=found, unit=what)


def _story_problems(draft: Draft, place: Place) -> Iterator[Problem]:
    if len(draft.media) != 1:
        yield place.problem("media", "must be one picture or video: it is a story", basis=Basis.DRAFT)
    for field, given in (("text", draft.text.strip()), ("first_comment", draft.first_comment)):
        if given:
            yield place.problem(field, "is not shown in a story", basis=Basis.DRAFT)


def _option_problems(draft: Draft, options: InstagramOptions, place: Place) -> Iterator[Problem]:
    kind = kind_of(draft)
    if options.kind == "reel" and kind != "reel":
        yield place.problem("media", "must be one video: it is a reel", basis=Basis.DRAFT)
    for name in OF_REELS:
        if kind != "reel" and getattr(options, name) is not None:
            yield place.problem(f"options.{name}", f"is for reels, and this is a {kind}", basis=Basis.DRAFT)
    for name in ("collaborators", "location"):
        if kind == "story" and getattr(options, name):
            yield place.problem(f"options.{name}", "is not offered for stories", basis=Basis.DRAFT)
    if kind == "carousel" and options.tags:
        message = "are not offered for several files: which of them would they be on?"
        yield place.problem("options.tags", message, basis=Basis.DRAFT)
    if kind == "picture" and any(one.x is None or one.y is None for one in options.tags):
        yield place.problem("options.tags", "need x and y on a picture", basis=Basis.DRAFT)
    for name, limit in (("collaborators", COLLABORATORS), ("sponsors", SPONSORS)):
        count = len(getattr(options, name))
        if count > limit:
            yield place.problem(f"options.{name}", "are too many", limit=limit, actual=count)
