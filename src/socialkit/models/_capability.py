"""What a platform can do and how much it takes, as data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from math import inf
from typing import Annotated, Self, TypeVar

from pydantic import Field, model_validator

from socialkit.models._base import AwareTime, Model, OpenEnum
from socialkit.models._kept import RetentionLimit
from socialkit.models._problem import Basis

__all__ = ["Capability", "CatalogueEntry", "Evidence", "Limits", "MediaLimit"]


Count = Annotated[int, Field(ge=0)]
Side = Annotated[int, Field(gt=0)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Span = Annotated[timedelta, Field(ge=timedelta())]

T = TypeVar("T", float, timedelta)


class Capability(OpenEnum):
    """Something that a platform, or an account on it, can do."""

    PUBLISH = "publish"
    THREADS = "threads"
    MEDIA = "media"
    ALT_TEXT = "alt text"
    POLLS = "polls"
    QUOTES = "quotes"
    SCHEDULE = "schedule"
    EDIT = "edit"
    DELETE = "delete"
    MENTIONS = "mentions"
    COMMENTS = "comments"
    DIRECT_MESSAGES = "direct messages"
    STREAM = "stream"
    WEBHOOKS = "webhooks"
    REPLY = "reply"
    REPLY_PRIVATELY = "reply privately"
    LIKE = "like"
    HIDE = "hide"
    DELETE_COMMENTS = "delete comments"
    POST_INSIGHTS = "post insights"
    ACCOUNT_INSIGHTS = "account insights"
    AUDIENCE_INSIGHTS = "audience insights"
    SEARCH = "search"
    TRENDS = "trends"
    PROFILES = "profiles"


class Evidence(OpenEnum):
    """How well it is known that an operation works, the best first."""

    SERVER = "server"
    """Run against a real server."""
    RECORDED = "recorded"
    """Recorded answers of real servers are read."""
    SPEC = "spec"
    """Requests, and simulated answers, fit the published specification."""
    DOCUMENTED = "documented"
    """Written after the documentation alone."""


class MediaLimit(Model):
    """What one kind of file may be; None, or empty, where no limit is known.

    Example:
        >>> reel = MediaLimit(longest=timedelta(seconds=90), narrowest=(9, 16), widest=(9, 16))
        >>> reel.bytes is None
        True
    """

    bytes: Count | None = None
    pixels: Count | None = None
    """Width times height."""
    mime_types: frozenset[str] = frozenset()
    """Types that are taken of this kind; empty when those of all kinds hold."""
    alone: bool = False
    """Whether no other file may stand beside one of this kind."""
    smallest: tuple[Side, Side] | None = None
    """Width and height in pixels, at least."""
    largest: tuple[Side, Side] | None = None
    """Width and height in pixels, at most."""
    narrowest: tuple[Side, Side] | None = None
    """The proportion of width to height, at least."""
    widest: tuple[Side, Side] | None = None
    """The proportion of width to height, at most."""
    shortest: Span | None = None
    longest: Span | None = None
    slowest: Rate | None = None
    """Pictures a second, at least."""
    fastest: Rate | None = None
    """Pictures a second, at most."""
    bit_rate: Count | None = None
    """Bits a second, at most."""
    video_codecs: frozenset[str] = frozenset()
    """Encodings of pictures, such as `h264`; empty when not known."""
    audio_codecs: frozenset[str] = frozenset()
    """Encodings of sound, such as `aac`; empty when not known."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        """Refuse a least that is more than the most, for no file could be so."""
        pairs = {
            "smallest is larger than largest": _beyond(self.smallest, self.largest),
            "narrowest is wider than widest": _shape(self.narrowest, 0) > _shape(self.widest, inf),
            "shortest is longer than longest": _more(self.shortest, self.longest),
            "slowest is faster than fastest": _more(self.slowest, self.fastest),
        }
        for message, wrong in pairs.items():
            if wrong:
                raise ValueError(message)
        return self


def _beyond(least: tuple[int, int] | None, most: tuple[int, int] | None) -> bool:
    return (
        least is not None
        and most is not None
        and any(one > two for one, two in zip(least, most, strict=True))
    )


def _shape(sides: tuple[int, int] | None, default: float) -> float:
    return default if sides is None else sides[0] / sides[1]


def _more(least: T | None, most: T | None) -> bool:
    return least is not None and most is not None and least > most


class Limits(Model):
    """How much a platform takes; documented defaults, or read from the server.

    Example:
        >>> limits = Limits(text=500, media=4, image=MediaLimit(bytes=8_000_000))
        >>> limits.text, limits.text_unit, limits.image.bytes
        (500, 'graphemes', 8000000)
    """

    text: Count
    """The most that a text may measure."""
    text_unit: str = "graphemes"
    text_bytes: Count | None = None
    """The most bytes of UTF-8 that it may have besides; None where only `text` counts."""
    url_length: Count | None = None
    """What each link counts, whatever its length; None when it counts as typed."""
    media: Count = 0
    """Files per post."""
    alt_text: Count | None = None
    """Characters of one description."""
    image: MediaLimit = MediaLimit()
    video: MediaLimit = MediaLimit()
    kinds: Mapping[str, MediaLimit] = {}
    """What holds in place of `image` and `video` for one kind of file (`animation`), or for the files of one
    kind of post (`reel`), by its name."""
    mime_types: frozenset[str] = frozenset()
    """Types that are taken; empty when not known."""
    poll_options: Count | None = None
    poll_option_text: Count | None = None
    poll_shortest: Span | None = None
    poll_longest: Span | None = None
    schedule_ahead: Span | None = None
    """How far ahead a natively scheduled post must lie."""
    basis: Basis = Basis.DEFAULT
    read_at: AwareTime | None = None
    """When the server gave them; None for documented defaults."""


class CatalogueEntry(Model):
    """One platform as `sk.catalogue()` lists it.

    Example:
        >>> import socialkit
        >>> {entry.name for entry in socialkit.catalogue()} >= {"bluesky", "mastodon"}
        True
    """

    name: str
    capabilities: frozenset[Capability]
    limits: Limits
    api_version: str
    end_of_life: date | None = None
    """When the platform switches this API version off; None when it announced nothing."""
    documentation: str
    retention: tuple[RetentionLimit, ...] = ()
    """How long it lets others' words and what it sent be kept, each with its source; what is missing here is
    not known."""
    evidence: dict[str, Evidence] = {}
    """By operation, such as `posts.publish`."""
