"""Whether a draft fits a platform: pure functions over declared limits, no network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from typing import ClassVar

from socialkit.errors import InvalidDraftError
from socialkit.models import (
    UTM,
    Basis,
    Draft,
    Limits,
    Measure,
    Media,
    MediaKind,
    Problem,
    Purpose,
    Severity,
    Visibility,
)
from socialkit.platforms.base._media_rules import file_problems, limit_of, mixed
from socialkit.platforms.base._place import Place
from socialkit.text import (
    TextRules,
    TextUnit,
    UnsplittableError,
    fits,
    measure,
    split,
    tag_link,
    tag_links,
    truncate,
)

__all__ = ["DraftRules", "comment_of"]

NO_OVERFLOW = {"overflow": "refuse"}
"""What a part says that fits."""

HALF = "holds half a character, which nobody can send"

UNHOSTED = (
    "would be fetched by the platform from a public address, and has none: "
    "give the client a media_host=, or the workspace's file a table media_host, or use Media.from_url()"
)
MOVED = (
    "would be fetched by the platform, and its own address may hold another file by then: "
    "give the client a media_host=, from which the one that was fetched is sent"
)
"""What keeps a file from a platform that fetches files itself; the second was planned."""

WORD_SHOWN = 20
"""How much of a word that is too long a problem quotes."""


def comment_of(draft: Draft) -> Draft:
    """Return the first comment of a draft as a part of its own."""
    return Draft(text=draft.first_comment or "", visibility=draft.visibility, language=draft.language)


class DraftRules:
    """What one platform refuses; a platform adds its own in `special`."""

    text: ClassVar[TextRules] = TextRules()
    visibilities: ClassVar[frozenset[Visibility]] = frozenset({Visibility.PUBLIC})
    threads: ClassVar[bool] = False
    text_required: ClassVar[bool] = False
    fixed_in_edits: ClassVar[frozenset[str]] = frozenset({"visibility", "reply_to", "quotes"})
    """Fields of a draft that no edit changes."""
    no_post: ClassVar[str] = "is no id of a post"
    """What `check` says of a post to answer or to quote that `names_post` does not take."""

    def __init__(self, platform: str) -> None:
        self.platform = platform

    # What a platform may override ------------------------------------------------------

    def shown(self, draft: Draft) -> str:
        """Return all that counts against the text limit."""
        return draft.text

    def is_empty(self, draft: Draft) -> bool:
        """Return whether there is nothing to publish."""
        return not draft.text.strip() and (self.text_required or not draft.media)

    def names_post(self, post: str) -> bool:
        """Return whether something can be the id of a post; an empty one would answer and quote nothing."""
        return bool(post.strip())

    def special(self, draft: Draft, place: Place) -> Iterator[Problem]:
        """Find what only this platform refuses in one part."""
        return iter(())

    def limit_name(self, draft: Draft, media: Media) -> str:
        """Return the name by which `Limits.kinds` may hold other limits for a file of a draft."""
        return media.kind.value

    def describes(self, draft: Draft, media: Media) -> bool:
        """Return whether the platform takes a description of a file: if not, none is missed."""
        return True

    def continuation(self, draft: Draft, text: str) -> Draft:
        """Return the draft of a later part, when a long text becomes a thread."""
        return Draft(text=text, language=draft.language, visibility=draft.visibility)

    def tagged_options(self, draft: Draft, tag: Callable[[str], str]) -> Draft:
        """Return the draft with the links in its options tagged, where the platform has such."""
        return draft

    def fixed_options(self, draft: Draft) -> Iterator[str]:
        """Name the platform's options that a draft gives and no edit changes."""
        return iter(())

    # What callers use --------------------------------------------------------------------

    def measure(self, text: str, limits: Limits) -> Measure:
        """Return how long a text is, as the platform counts it."""
        return Measure(length=self._length(text, limits), limit=limits.text, unit=limits.text_unit)

    def check(
        self,
        draft: Draft,
        target: str,
        limits: Limits,
        *,
        now: datetime | None = None,
        unhosted: frozenset[MediaKind] = frozenset(),
    ) -> tuple[Problem, ...]:
        """Return every problem of a draft for a platform or account, in reading order.

        What depends on the time is judged only when `now` is given.
        """
        return self.judged(draft, target, limits, now=now, unhosted=unhosted)[1]

    def judged(
        self,
        draft: Draft,
        target: str,
        limits: Limits,
        *,
        now: datetime | None = None,
        unhosted: frozenset[MediaKind] = frozenset(),
        lacking: tuple[str, ...] = (),
    ) -> tuple[Draft, tuple[Problem, ...]]:
        """Return a draft as it would be sent, with every problem of it."""
        ready = self.prepare(draft, target, limits)
        whole = Place("", limits, self.platform, now, unhosted=unhosted, lacking=lacking)
        return ready, tuple(self._problems(ready, whole))

    def ready(
        self,
        draft: Draft,
        target: str,
        limits: Limits,
        operation: str,
        *,
        now: datetime,
        keeps_media: bool = False,
        unhosted: frozenset[MediaKind] = frozenset(),
        lacking: tuple[str, ...] = (),
    ) -> Draft:
        """Return the draft as it is sent; with `keeps_media` it may be empty beside the media that stay.

        Raises:
            InvalidDraftError: The platform would refuse it; holds every problem.
        """
        ready = self.prepare(draft, target, limits)
        whole = Place("", limits, self.platform, now, keeps_media, unhosted, lacking)
        found = self._problems(ready, whole)
        problems = [one for one in found if one.severity is Severity.ERROR]
        if problems:
            raise InvalidDraftError(
                "the draft would be refused", problems=problems, platform=self.platform, operation=operation
            )
        return ready

    def prepare(self, draft: Draft, target: str, limits: Limits) -> Draft:
        """Return the draft with its variants laid over it, its links tagged, and long texts cut or split.

        A text that cannot be cut or split stays as it is, for `check` to name.
        """
        mine = self._tagged(draft.for_(target))
        first, *rest = [ready for part in mine.parts for ready in self._fitted(part, limits)]
        return first.model_copy(update={"thread": tuple(rest)}) if rest or first.thread else first

    # Below -------------------------------------------------------------------------------

    def _tagged(self, draft: Draft) -> Draft:
        """Return the draft with its links tagged; a part of a thread may have parameters of its own."""
        if all(part.utm is None for part in draft.parts):
            return draft
        first, *rest = (
            self._with_parameters(
                part, part.utm if "utm" in part.model_fields_set else draft.utm, part.purpose or draft.purpose
            )
            for part in draft.parts
        )
        return first.model_copy(update={"thread": tuple(rest)})

    def _with_parameters(self, part: Draft, utm: UTM | None, purpose: Purpose | None) -> Draft:
        if utm is None:
            return part
        parameters = utm.parameters(self.platform, purpose)
        dialect = self.text.reading
        changes: dict[str, object] = {"utm": None}  # they are used up
        for name, text in (("text", part.text), ("first_comment", part.first_comment)):
            if text:
                changes[name] = tag_links(text, parameters, hosts=utm.hosts, dialect=dialect)
        tagged = part.model_copy(update=changes)
        return self.tagged_options(tagged, partial(tag_link, parameters=parameters, hosts=utm.hosts))

    def _text(self, limits: Limits) -> TextRules:
        return _counting(self.text, limits.url_length, limits.text_bytes)

    def _length(self, text: str, limits: Limits) -> int:
        return measure(text, self._text(limits))

    def _fitted(self, part: Draft, limits: Limits) -> list[Draft]:
        try:
            parts = self._shortened(part, limits)
        except ValueError:  # a word that does not fit, or no room at all beside what else counts
            return [part]
        return [one if one.overflow == "refuse" else one.model_copy(update=NO_OVERFLOW) for one in parts]

    def _room(self, part: Draft, limits: Limits) -> int:
        beside = self._length(self.shown(part), limits) - self._length(part.text, limits)
        return limits.text - beside

    def _shortened(self, part: Draft, limits: Limits) -> list[Draft]:
        if part.overflow == "refuse":
            return [part]
        room, rules = self._room(part, limits), self._text(limits)
        if room > 0 and fits(part.text, room, rules):
            return [part]
        if part.overflow == "truncate":
            return [part.model_copy(update={"text": truncate(part.text, room, rules)})]
        first, *rest = split(part.text, room, rules)
        return [part.model_copy(update={"text": first}), *(self.continuation(part, text) for text in rest)]

    def _problems(self, draft: Draft, whole: Place) -> Iterator[Problem]:
        yield from self._answer_problems(draft, whole)
        if draft.thread and not self.threads:
            yield whole.problem("thread", "is not offered by the platform", basis=Basis.DRAFT)
        for number, part in enumerate(draft.parts):
            place = whole
            if number:
                place = replace(whole, prefix=f"thread[{number - 1}].", keeps_media=False)
                yield from self._later_problems(part, place)
            yield from self._part_problems(part, place)
            yield from self.special(part, place)
        if draft.first_comment is not None:
            yield from self._comment_problems(draft.first_comment, whole)
            yield from self._special_of_comment(draft, whole)

    def _answer_problems(self, draft: Draft, place: Place) -> Iterator[Problem]:
        """Find answers that the token may not write: parts of a thread are some, and first comments."""
        answers = {
            "reply_to": draft.reply_to is not None,
            "thread": bool(draft.thread),
            "first_comment": draft.first_comment is not None,
        }
        for field in (name for name, given in answers.items() if given and place.lacking):
            message = f"takes a scope that the token lacks: {' or '.join(place.lacking)}"
            yield place.problem(field, message, basis=Basis.DRAFT)

    def _later_problems(self, part: Draft, place: Place) -> Iterator[Problem]:
        if part.thread:
            yield place.problem(
                "thread", "stands inside a thread: give the parts in one list", basis=Basis.DRAFT
            )
        if part.first_comment is not None:
            yield place.problem("first_comment", "belongs to the first part", basis=Basis.DRAFT)
        if part.reply_to is not None:
            yield place.problem("reply_to", "belongs to the first part", basis=Basis.DRAFT)

    def _part_problems(self, part: Draft, place: Place) -> Iterator[Problem]:
        if self.is_empty(part) and not place.keeps_media:
            yield place.problem("text", "is empty, and there is nothing else to publish", basis=Basis.DRAFT)
        if not _can_be_written(part.text):
            yield place.problem("text", HALF, basis=Basis.DRAFT)
        yield from _option_problems(part, place)
        yield from self._text_problems(part, place)
        if part.visibility is not None and part.visibility not in self.visibilities:
            offered = ", ".join(sorted(self.visibilities))
            yield place.problem("visibility", f"is not offered: {part.visibility.value}", limit=offered)
        for field, post in (("reply_to", part.reply_to), ("quotes", part.quotes)):
            if post is not None and not self.names_post(post):
                yield place.problem(field, f"{self.no_post}: {post!r}", basis=Basis.DRAFT)
        yield from self._media_problems(part, place)

    def _text_problems(self, part: Draft, place: Place) -> Iterator[Problem]:
        limits, unit = place.limits, place.limits.text_unit
        length = self._length(self.shown(part), limits)
        yield from self._byte_problems(self.shown(part), "text", place)
        if length <= limits.text:
            return
        try:
            self._shortened(part, limits)
        except UnsplittableError as error:
            message = f"has a word that does not fit in one post, {error.word[:WORD_SHOWN]!r}"
            yield place.problem("text", message, limit=error.limit, actual=error.length, unit=unit)
        except ValueError:
            message = "has no room beside what else counts against the limit"
            yield place.problem("text", message, limit=limits.text, actual=length, unit=unit)
        else:
            yield place.problem("text", "is too long", limit=limits.text, actual=length, unit=unit)

    def _byte_problems(self, text: str, field: str, place: Place) -> Iterator[Problem]:
        limit, size = place.limits.text_bytes, len(text.encode("utf-8", "surrogatepass"))
        if limit is not None and size > limit:
            yield place.problem(field, "is too long", limit=limit, actual=size, unit="bytes")

    def _comment_problems(self, text: str, place: Place) -> Iterator[Problem]:
        length = self._length(text, place.limits)
        if not text.strip():
            yield place.problem("first_comment", "is empty", basis=Basis.DRAFT)
        if length > place.limits.text:
            yield place.problem("first_comment", "is too long", limit=place.limits.text, actual=length)
        yield from self._byte_problems(text, "first_comment", place)
        if not _can_be_written(text):
            yield place.problem("first_comment", HALF, basis=Basis.DRAFT)

    def _special_of_comment(self, draft: Draft, place: Place) -> Iterator[Problem]:
        """Find in the first comment what only this platform refuses; as an answer, it holds no files."""
        without = place.limits.model_copy(update={"media": 0})
        inside = replace(place, prefix="first_comment.", limits=without, keeps_media=False)
        for one in self.special(comment_of(draft), inside):
            yield one.model_copy(update={"field": "first_comment"})

    def _media_problems(self, part: Draft, place: Place) -> Iterator[Problem]:
        limits = place.limits
        if len(part.media) > limits.media:
            yield place.problem("media", "has too many files", limit=limits.media, actual=len(part.media))
        files = [(one, limit_of(self.limit_name(part, one), one, place)) for one in part.media]
        yield from mixed(files, place)
        for number, (media, limit) in enumerate(files):
            field = f"media[{number}]"
            yield from self._alt_text(media, field, place, wanted=self.describes(part, media))
            yield from file_problems(media, limit, field, place)
            yield from self._address(media, field, place)

    def _alt_text(self, media: Media, field: str, place: Place, *, wanted: bool) -> Iterator[Problem]:
        limit = place.limits.alt_text
        if media.alt_text and limit is not None and len(media.alt_text) > limit:
            actual = len(media.alt_text)
            yield place.problem(
                f"{field}.alt_text", "is too long", limit=limit, actual=actual, unit="characters"
            )
        if media.alt_text and not _can_be_written(media.alt_text):
            yield place.problem(f"{field}.alt_text", HALF, basis=Basis.DRAFT)
        if wanted and not media.alt_text:
            yield place.problem(
                f"{field}.alt_text",
                "is missing: people who do not see the file get nothing",
                severity=Severity.WARNING,
                basis=Basis.DRAFT,
            )

    def _address(self, media: Media, field: str, place: Place) -> Iterator[Problem]:
        if media.url is None and media.kind in place.unhosted:
            yield place.problem(field, UNHOSTED if media.fetched_from is None else MOVED, basis=Basis.DRAFT)


def _option_problems(part: Draft, place: Place) -> Iterator[Problem]:
    kinds = [type(one) for one in part.options if one.platform == place.platform]
    for name in sorted({kind.__name__ for kind in kinds if kinds.count(kind) > 1}):
        message = f"hold {name} more than once, and only the last would count: put all into one"
        yield place.problem("options", message, basis=Basis.DRAFT)


@cache
def _counting(rules: TextRules, url_length: int | None, text_bytes: int | None) -> TextRules:
    also = () if text_bytes is None else ((TextUnit.UTF8_BYTES, text_bytes),)
    return replace(rules, url_length=url_length, also=also)


def _can_be_written(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True
