"""What Threads refuses of a draft, offline: its text, files by kind, what may not stand together.

Limits as of 2026-04-21: https://developers.facebook.com/docs/threads/posts and /overview.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import ClassVar, Final
from urllib.parse import urlsplit

from socialkit.models import Basis, Draft, Limits, Media, MediaKind, MediaLimit, Problem, Visibility
from socialkit.platforms.base import DraftRules, Place
from socialkit.platforms.threads._options import ThreadsOptions
from socialkit.text import EntityKind, TextRules, TextUnit, extract_entities

__all__ = ["LIMITS", "ThreadsRules", "is_film"]

LINKS: Final = 5
"""Different links in the text and the card together."""
POLL: Final = (2, 4)
POLL_TEXT: Final = 25
"""Not verified."""
TOPIC: Final = 50
ATTACHMENT: Final = 10_000
FILMS: Final = (".mp4", ".mov", ".m4v")
"""What the names of videos end in: what lies behind an address was not looked at."""
OF_TEXT: Final = ("link", "poll", "gif", "attachment", "ghost")
"""Options that stand in posts of text alone."""
NAMES: Final = ("topic", "gif", "attachment", "place")
"""Options that say nothing where they are empty."""
NOT_BESIDE_POLLS: Final = ("link", "attachment")
NOT_BESIDE_GHOSTS: Final = (
    *("link", "topic", "reply_control", "approve_replies", "poll", "gif"),
    *("attachment", "place", "countries"),
)
"""Nothing but words: https://developers.facebook.com/docs/threads/create-posts/ghost-posts."""
COUNTRY: Final = 2
"""Letters of a country's code."""

IMAGE: Final = MediaLimit(
    bytes=8_000_000,
    mime_types=frozenset({"image/jpeg", "image/png"}),
    narrowest=(1, 10),
    widest=(10, 1),
)
"""Its width is not judged: 320 to 1,440 pixels are documented, and others are said to be scaled."""
VIDEO: Final = MediaLimit(
    bytes=1_000_000_000,
    mime_types=frozenset({"video/mp4", "video/quicktime"}),
    largest=(1_920, 192_000),  # the width alone is documented: the height follows from the proportions
    narrowest=(1, 100),
    widest=(10, 1),
    longest=timedelta(seconds=300),
    slowest=23,
    fastest=60,
    bit_rate=100_000_000,
    video_codecs=frozenset({"h264", "h265"}),
    audio_codecs=frozenset({"aac"}),
)

LIMITS: Final = Limits(
    text=500,
    text_unit="characters, emoji as bytes",
    media=20,
    alt_text=1_000,
    image=IMAGE,
    video=VIDEO,
    kinds={"animation": MediaLimit(mime_types=IMAGE.mime_types)},  # none that moves is taken
    mime_types=IMAGE.mime_types | VIDEO.mime_types,
    poll_options=POLL[1],
    poll_option_text=POLL_TEXT,
)


def is_film(media: Media) -> bool:
    """Return whether a file is a video, as far as anybody knows before it is fetched."""
    if media.kind is not MediaKind.UNKNOWN:
        return media.kind is MediaKind.VIDEO
    return media.filename.lower().endswith(FILMS)


class ThreadsRules(DraftRules):
    """What Threads refuses."""

    text: ClassVar[TextRules] = TextRules(unit=TextUnit.EMOJI_BYTES)
    visibilities: ClassVar[frozenset[Visibility]] = frozenset({Visibility.PUBLIC})
    threads: ClassVar[bool] = True

    def is_empty(self, draft: Draft) -> bool:
        """Return whether there is nothing to publish; a link alone is a post."""
        options = draft.option(ThreadsOptions)
        return super().is_empty(draft) and (options is None or not options.link)

    def tagged_options(self, draft: Draft, tag: Callable[[str], str]) -> Draft:
        """Return the draft with the link of its card tagged."""
        options = draft.option(ThreadsOptions)
        if options is None or not options.link:
            return draft
        tagged = options.model_copy(update={"link": tag(options.link)})
        others = tuple(tagged if one is options else one for one in draft.options)
        return draft.model_copy(update={"options": others})

    def special(self, draft: Draft, place: Place) -> Iterator[Problem]:
        """Find what only Threads refuses."""
        options = draft.option(ThreadsOptions) or ThreadsOptions()
        yield from _link_problems(draft, options, place)
        yield from _poll_problems(options, place)
        yield from _pairs(draft, options, place)
        yield from _word_problems(options, place)
        yield from _name_problems(options, place)


def _link_problems(draft: Draft, options: ThreadsOptions, place: Place) -> Iterator[Problem]:
    links = {one.text for one in extract_entities(draft.text) if one.kind is EntityKind.URL}
    links |= {options.link} if options.link else set[str]()
    if options.link is not None and not _is_address(options.link):
        yield place.problem("options.link", "is no address of a page on the web", basis=Basis.DRAFT)
    if len(links) > LINKS:
        yield place.problem("text", "has too many links", limit=LINKS, actual=len(links), unit="links")


def _is_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:  # brackets that hold no address
        return False
    whole = not any(sign.isspace() for sign in link)
    return whole and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _name_problems(options: ThreadsOptions, place: Place) -> Iterator[Problem]:
    """Find what is given, and names nothing."""
    for name in NAMES:
        value: str | None = getattr(options, name)
        if value is not None and not value.strip():
            yield place.problem(f"options.{name}", "is empty", basis=Basis.DRAFT)


def _poll_problems(options: ThreadsOptions, place: Place) -> Iterator[Problem]:
    least, most = POLL[0], place.limits.poll_options or POLL[1]
    if options.poll and not least <= len(options.poll) <= most:
        message = f"must have {least} to {most} answers"
        yield place.problem("options.poll", message, limit=most, actual=len(options.poll))
    longest = place.limits.poll_option_text or POLL_TEXT
    for number, text in enumerate(options.poll):
        field = f"options.poll[{number}]"
        if not text.strip():
            yield place.problem(field, "is empty", basis=Basis.DRAFT)
        if len(text) > longest:
            yield place.problem(field, "is too long", limit=longest, actual=len(text))


def _pairs(draft: Draft, options: ThreadsOptions, place: Place) -> Iterator[Problem]:
    """Find what may not stand together."""
    for name in OF_TEXT:
        if draft.media and getattr(options, name):
            yield place.problem(f"options.{name}", "stands in posts of text alone", basis=Basis.DRAFT)
    for name in NOT_BESIDE_POLLS:
        if options.poll and getattr(options, name):
            yield place.problem(f"options.{name}", "cannot stand beside a poll", basis=Basis.DRAFT)
    if options.spoiler and not draft.media:
        yield place.problem("options.spoiler", "covers files, and there are none", basis=Basis.DRAFT)
    if options.ghost:
        yield from _ghost_problems(draft, options, place)


def _ghost_problems(draft: Draft, options: ThreadsOptions, place: Place) -> Iterator[Problem]:
    """Find what a post that vanishes may not be, or have."""
    if place.prefix or draft.reply_to:
        yield place.problem("options.ghost", "is not offered for replies", basis=Basis.DRAFT)
    message = "is not offered for a post that vanishes"
    for name in NOT_BESIDE_GHOSTS:
        if getattr(options, name):
            yield place.problem(f"options.{name}", message, basis=Basis.DRAFT)
    if draft.quotes:
        yield place.problem("quotes", message, basis=Basis.DRAFT)


def _word_problems(options: ThreadsOptions, place: Place) -> Iterator[Problem]:
    topic, attachment = options.topic, options.attachment
    if topic is not None and len(topic) > TOPIC:
        yield place.problem("options.topic", "is too long", limit=TOPIC, actual=len(topic))
    if topic is not None and any(sign in topic for sign in ".&"):
        yield place.problem("options.topic", "holds a dot or an ampersand")
    if topic is not None and len(topic.splitlines()) > 1:
        yield place.problem("options.topic", "stands in several lines: one is a topic", basis=Basis.DRAFT)
    if attachment is not None and len(attachment) > ATTACHMENT:
        actual = len(attachment)
        yield place.problem("options.attachment", "is too long", limit=ATTACHMENT, actual=actual)
    for number, code in enumerate(options.countries):
        if len(code) != COUNTRY or not (code.isascii() and code.isalpha() and code.isupper()):
            message = "is no code of a country: two capital letters are (ISO 3166-1), such as FR"
            yield place.problem(f"options.countries[{number}]", message, actual=code, basis=Basis.DRAFT)
