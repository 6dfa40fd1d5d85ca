"""Whether a draft fits Instagram."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar, Final

from socialkit.models import Basis, Draft, Media, MediaKind, Problem, Severity, Visibility
from socialkit.platforms.base import DraftRules, Place
from socialkit.platforms.instagram._options import InstagramOptions
from socialkit.text import TextRules, TextUnit

__all__ = ["HANDLE", "InstagramRules", "OwnLoginRules", "is_film", "kind_of"]

MENTION: Final = re.compile(r"(?<!\w)@\w")
GLUED: Final = re.compile(r"(?<!\w)(?:#\w+)+")
"""Hashtags that follow each other without a space are as many."""
HANDLE: Final = re.compile(r"[A-Za-z0-9._]{1,30}")
"""What a handle is made of."""
NUMBER: Final = re.compile(r"[0-9]+")
AUDIO: Final = re.compile(r".*\S.*", re.DOTALL)
ADDRESS: Final = re.compile(r"https?://[^/\s]+(/\S*)?", re.IGNORECASE)
HASHTAGS: Final = 30
MENTIONS: Final = 20
COLLABORATORS: Final = 3
SPONSORS: Final = 2
PRODUCTS: Final = 5
FILMS: Final = (".mp4", ".mov", ".m4v")
"""What the names of videos end in: what lies behind an address was not looked at."""
OTHER_FILES: Final = (".png", ".webp", ".gif", ".heic", ".avif", ".avi", ".webm", ".mkv", ".pdf")
"""What the names of other files end in; what lies there may be one that is taken all the same."""
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
    products: ClassVar[bool] = True
    """Whether products can be tagged."""

    def limit_name(self, draft: Draft, media: Media) -> str:
        """Return what a file is judged as: by what the post becomes, for videos and in stories."""
        kind, film = kind_of(draft), is_film(media, draft)
        if kind == "story":
            return "story video" if film else "story picture"
        return kind if film and kind == "reel" else media.kind.value

    def describes(self, draft: Draft, media: Media) -> bool:
        """Return whether a file is a picture of a post: of videos and stories none is described."""
        return kind_of(draft) != "story" and not is_film(media, draft)

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
        yield from _left_out(draft, place)
        yield from _addresses(draft, place)
        options = draft.option(InstagramOptions) or InstagramOptions()
        if options.kind == "story":
            yield from _story_problems(draft, place)
        yield from _option_problems(draft, options, place)
        if options.products and not self.products:
            message = "are not offered with Instagram's own login"
            yield place.problem("options.products", message, basis=Basis.DRAFT)


class OwnLoginRules(InstagramRules):
    """What Instagram refuses with its own login."""

    products: ClassVar[bool] = False


def _left_out(draft: Draft, place: Place) -> Iterator[Problem]:
    """Find descriptions that nobody would get to hear."""
    story = kind_of(draft) == "story"
    for number, media in enumerate(draft.media):
        if media.alt_text and (story or is_film(media, draft)):
            message = f"is taken for pictures alone, and left out for a {'story' if story else 'video'}"
            yield place.problem(f"media[{number}].alt_text", message, severity=Severity.WARNING)


def _addresses(draft: Draft, place: Place) -> Iterator[Problem]:
    """Find addresses that Instagram does not follow."""
    options = draft.option(InstagramOptions)
    given = [(f"media[{number}]", one.url) for number, one in enumerate(draft.media)]
    given += [("options.cover_url", options.cover_url)] if options is not None else []
    for field, address in given:
        if address is not None and not address.isascii():
            message = "has an address that is not ASCII, which Instagram does not fetch: write it escaped"
            yield place.problem(field, message, basis=Basis.DRAFT)
        if address is not None and re.split(r"[?#]", address)[0].lower().endswith(OTHER_FILES):
            message = "is named as a type of file that Instagram does not take"
            yield place.problem(field, message, severity=Severity.WARNING)


def _counts(draft: Draft, place: Place) -> Iterator[Problem]:
    hashtags = sum(run.count("#") for run in GLUED.findall(draft.text))
    mentions = len(MENTION.findall(draft.text))
    for found, limit, what in ((hashtags, HASHTAGS, "hashtags"), (mentions, MENTIONS, "mentions")):
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
    yield from _cover_problems(draft, options, place)
    yield from _name_problems(options, place)
    for name in ("collaborators", "location"):
        if kind == "story" and getattr(options, name):
            yield place.problem(f"options.{name}", "is not offered for stories", basis=Basis.DRAFT)
    yield from _tag_problems(options, kind, place)
    for name, limit in (("collaborators", COLLABORATORS), ("sponsors", SPONSORS), ("products", PRODUCTS)):
        count = len(getattr(options, name))
        if count > limit:
            yield place.problem(f"options.{name}", "are too many", limit=limit, actual=count)


def _name_problems(options: InstagramOptions, place: Place) -> Iterator[Problem]:
    """Find what is no name, id or address."""
    handles = "hold what is no user name, which has no @: letters, digits, dots and underscores"
    tagged = tuple(one.username for one in options.tags)
    for field, pattern, given, what in (
        ("tags", HANDLE, tagged, handles),
        ("collaborators", HANDLE, options.collaborators, handles),
        ("sponsors", NUMBER, options.sponsors, "hold what is no id of an account, which is a number"),
        ("location", NUMBER, _given(options.location), "is no id of a place, which is a number"),
        ("cover_url", ADDRESS, _given(options.cover_url), "is no address that Instagram could fetch"),
        ("audio_name", AUDIO, _given(options.audio_name), "is empty"),
    ):
        if not all(pattern.fullmatch(one) for one in given):
            yield place.problem(f"options.{field}", what, basis=Basis.DRAFT)


def _given(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)


def _tag_problems(options: InstagramOptions, kind: str, place: Place) -> Iterator[Problem]:
    if kind == "carousel" and options.tags:
        message = "are not offered for several files: which of them would they be on?"
        yield place.problem("options.tags", message, basis=Basis.DRAFT)
    if kind == "picture" and any(one.x is None or one.y is None for one in options.tags):
        yield place.problem("options.tags", "need x and y on a picture", basis=Basis.DRAFT)
    if kind == "reel" and any(one.x is not None or one.y is not None for one in options.tags):
        yield place.problem("options.tags", "have no x and y on a reel", basis=Basis.DRAFT)
    if options.products and kind != "picture":
        message = f"is for a single picture, and this is a {kind}"
        yield place.problem("options.products", message, basis=Basis.DRAFT)


def _cover_problems(draft: Draft, options: InstagramOptions, place: Place) -> Iterator[Problem]:
    at = options.cover_at
    if at is None:
        return
    if options.cover_url is not None:
        message = "is for reels without a cover_url, and there is one"
        yield place.problem("options.cover_at", message, basis=Basis.DRAFT)
    lasts = draft.media[0].duration if draft.media else None
    if at < timedelta() or (lasts is not None and at > lasts):
        message = "is no moment of the video"
        limit = None if lasts is None else lasts.total_seconds()
        yield place.problem(
            "options.cover_at", message, limit=limit, actual=at.total_seconds(), unit="seconds"
        )
