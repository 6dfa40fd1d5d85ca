"""What Facebook refuses of a draft, offline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Final
from urllib.parse import urlsplit

from socialkit.models import Basis, Draft, Media, MediaKind, Problem, Severity, Visibility
from socialkit.platforms.base import DraftRules, Place
from socialkit.platforms.facebook._options import FacebookOptions
from socialkit.text import TextRules, TextUnit

__all__ = ["IN_PLACE_OF_QUOTES", "FacebookRules", "kind_of", "window_problems"]

IN_PLACE_OF_QUOTES: Final = "a post that says whose words it takes up: Facebook refuses links to itself"
LATEST: Final = timedelta(days=29)
"""The narrowest of the windows that the reference pages give."""
ITSELF: Final = "facebook.com"
TAKEN: Final = {
    "link": frozenset({"post", "video"}),  # of a video it is said that a link cannot stand beside files
    "title": frozenset({"video", "reel"}),
    "place": frozenset({"post", "reel"}),
    "tags": frozenset({"post"}),
}
"""By option the kinds of posts that are made with it: with others it would be lost without a word."""


def kind_of(draft: Draft) -> str:
    """Return what a draft becomes: `post`, `video`, `reel` or `story`."""
    options = draft.option(FacebookOptions)
    kind = options.kind if options is not None else "post"
    return "video" if kind == "post" and any(one.kind is MediaKind.VIDEO for one in draft.media) else kind


class FacebookRules(DraftRules):
    """What Facebook refuses."""

    text: ClassVar[TextRules] = TextRules(unit=TextUnit.CODE_POINTS)
    visibilities: ClassVar[frozenset[Visibility]] = frozenset({Visibility.PUBLIC})

    def is_empty(self, draft: Draft) -> bool:
        """Return whether there is nothing to publish; a link alone is a post."""
        options = draft.option(FacebookOptions)
        return super().is_empty(draft) and (options is None or not options.link)

    def limit_name(self, draft: Draft, media: Media) -> str:
        """Return what a video is judged as: a reel, the video of a story, or one of the feed."""
        kind = kind_of(draft)
        if media.kind is not MediaKind.VIDEO or kind == "video":
            return media.kind.value
        return f"{kind} video" if kind == "story" else kind

    def describes(self, draft: Draft, media: Media) -> bool:
        """Return whether a file is a picture: of videos none is described."""
        return media.kind is not MediaKind.VIDEO

    def fixed_options(self, draft: Draft) -> Iterator[str]:
        """Name the options that no edit changes."""
        options = draft.option(FacebookOptions)
        given = set[str]() if options is None else options.model_fields_set - {"kind"}
        yield from (f"options.{name}" for name in sorted(given) if getattr(options, name))

    def special(self, draft: Draft, place: Place) -> Iterator[Problem]:
        """Find what only Facebook refuses."""
        if draft.reply_to is not None:
            message = "is not offered: answer a comment or message with inbox.reply()"
            yield place.problem("reply_to", message, basis=Basis.DRAFT)
        if draft.quotes is not None:
            message = f"is not offered, instead: {IN_PLACE_OF_QUOTES}"
            yield place.problem("quotes", message, basis=Basis.DRAFT)
        for number, media in enumerate(draft.media):
            if media.alt_text and not self.describes(draft, media):
                message = "is lost: Facebook takes none for a video, so that it belongs into the text"
                yield place.problem(f"media[{number}].alt_text", message, severity=Severity.WARNING)
        options = draft.option(FacebookOptions)
        if options is not None:
            video = any(one.kind is MediaKind.VIDEO for one in draft.media)
            yield from self._kind_problems(draft, options, video, place)
            yield from _schedule_problems(options, place, commented=draft.first_comment is not None)
            yield from _id_problems(options, place)

    def _kind_problems(
        self,
        draft: Draft,
        options: FacebookOptions,
        video: bool,  # noqa: FBT001 - private
        place: Place,
    ) -> Iterator[Problem]:
        if options.link is not None and draft.media:
            yield place.problem("options.link", "cannot stand beside files", basis=Basis.DRAFT)
        if options.link is not None:
            yield from _link_problems(options.link, place)
        kind = kind_of(draft)
        for name in TAKEN:
            if getattr(options, name) and kind not in TAKEN[name]:
                message = f"is not taken with a {kind}"
                yield place.problem(f"options.{name}", message, basis=Basis.DRAFT)
        if options.kind == "reel" and not (video and len(draft.media) == 1):
            yield place.problem("media", "must be one video: it is a reel", basis=Basis.DRAFT)
        if options.kind != "story":
            return
        if len(draft.media) != 1:
            yield place.problem("media", "must be one picture or video: it is a story", basis=Basis.DRAFT)
        for field, given in (("text", draft.text.strip()), ("first_comment", draft.first_comment)):
            if given:
                yield place.problem(field, "is not shown in a story", basis=Basis.DRAFT)


def _id_problems(options: FacebookOptions, place: Place) -> Iterator[Problem]:
    if options.tags and options.place is None:
        yield place.problem("options.tags", "need a place beside them", basis=Basis.DRAFT)
    given = {"place": () if options.place is None else (options.place,), "tags": options.tags}
    for name, ids in given.items():
        strange = next((one for one in ids if not (one.isascii() and one.isdigit())), None)
        if strange is not None:
            message = "is no id, which has digits alone"
            yield place.problem(f"options.{name}", message, actual=strange, basis=Basis.DRAFT)


def _link_problems(link: str, place: Place) -> Iterator[Problem]:
    try:
        parts = urlsplit(link)
        host = parts.hostname if parts.scheme in {"http", "https"} else None
    except ValueError:  # brackets that hold no address
        host = None
    if host is None:
        yield place.problem("options.link", "is no address of a page on the web", basis=Basis.DRAFT)
    elif host == ITSELF or host.endswith(f".{ITSELF}"):
        message = "may be refused: Facebook takes no links to itself (1609008)"
        yield place.problem("options.link", message, severity=Severity.WARNING)


def _schedule_problems(options: FacebookOptions, place: Place, *, commented: bool) -> Iterator[Problem]:
    at: datetime | None = options.scheduled_at
    if at is None:
        return
    if options.kind == "story":
        yield place.problem("options.scheduled_at", "is not offered for stories", basis=Basis.DRAFT)
    if commented:
        message = "cannot stand with a first comment: nothing stands under a post that is not out"
        yield place.problem("options.scheduled_at", message, basis=Basis.DRAFT)
    ahead = place.limits.schedule_ahead
    if place.now is not None and ahead is not None:
        yield from window_problems(place, "options.scheduled_at", at, place.now, ahead)


def window_problems(
    place: Place, field: str, at: datetime, now: datetime, ahead: timedelta
) -> Iterator[Problem]:
    """Find whether a time lies outside the one in which Facebook takes posts for later."""
    if not ahead <= at - now <= LATEST:
        message = f"must lie {ahead} to {LATEST.days} days ahead"
        yield place.problem(field, message, actual=at.isoformat())
