"""What X refuses of a draft, offline: weighted text, files by kind, polls, what may not stand together.

As documented on 2026-08-22: https://docs.x.com/fundamentals/counting-characters and
https://docs.x.com/x-api/media/introduction.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar, Final

from socialkit.models import Basis, Draft, Limits, MediaLimit, Problem, Visibility
from socialkit.platforms.base import DraftRules, Place
from socialkit.platforms.x._ids import ID
from socialkit.platforms.x._options import XOptions, XPoll
from socialkit.text import Dialect, EntityKind, TextRules, TextUnit, extract_entities

__all__ = ["LIMITS", "PREMIUM", "PRIVATE", "XRules"]

TAGGED: Final = 10
CASHTAGS: Final = 1
FEWEST_CHOICES: Final = 2
MINUTE: Final = timedelta(minutes=1)
UNSENDABLE: Final = "\ufffe\ufeff\uffff"
"""Characters with which X refuses a text."""


VIDEO: Final = MediaLimit(
    bytes=512 * 2**20,
    mime_types=frozenset({"video/mp4", "video/quicktime"}),
    alone=True,
    smallest=(32, 32),
    largest=(1280, 1024),
    narrowest=(1, 3),
    widest=(3, 1),
    shortest=timedelta(seconds=0.5),
    longest=timedelta(seconds=140),
    fastest=60,
    video_codecs=frozenset({"h264"}),
    audio_codecs=frozenset({"aac"}),
)

LIMITS: Final = Limits(
    text=280,
    text_unit="weighted",
    url_length=23,
    media=4,
    alt_text=1_000,
    image=MediaLimit(bytes=5 * 2**20),
    video=VIDEO,
    kinds={"animation": MediaLimit(bytes=15 * 2**20, alone=True, largest=(1280, 1080))},
    mime_types=frozenset(
        {"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/quicktime"}
    ),
    poll_options=4,
    poll_option_text=25,
    poll_shortest=timedelta(minutes=5),
    poll_longest=timedelta(days=7),
)


PRIVATE: Final = LIMITS.model_copy(update={"text": 10_000, "text_unit": "code points", "url_length": None})
"""Of private messages: how long they may be stands in an older document, without its unit."""

PREMIUM: Final = LIMITS.model_copy(
    update={"text": 25_000, "video": VIDEO.model_copy(update={"longest": None})}
)
"""Of accounts that pay for long posts: how long their videos may be is not documented."""


class XRules(DraftRules):
    """What X refuses.

    Args:
        platform: The platform's name.
        self_serve: Whether the app's access is one that anybody can buy: such apps quote nobody, and name one
            symbol of a share in a post.
    """

    text: ClassVar[TextRules] = TextRules(unit=TextUnit.WEIGHTED, url_length=23, dialect=Dialect.X)
    threads: ClassVar[bool] = True
    visibilities: ClassVar[frozenset[Visibility]] = frozenset({Visibility.PUBLIC})
    fixed_in_edits: ClassVar[frozenset[str]] = DraftRules.fixed_in_edits | {"media"}

    private_text: ClassVar[TextRules] = TextRules(unit=TextUnit.CODE_POINTS, dialect=Dialect.X)

    def __init__(self, platform: str, *, self_serve: bool = True) -> None:
        super().__init__(platform)
        self._self_serve = self_serve

    def continuation(self, draft: Draft, text: str) -> Draft:
        """Return a later part: who may answer stays, what stands in the first part does not."""
        options = draft.option(XOptions)
        kept = () if options is None else (options.model_copy(update={"poll": None, "tagged_users": ()}),)
        return Draft(text=text, language=draft.language, visibility=draft.visibility, options=kept)

    def _text(self, limits: Limits) -> TextRules:
        # Words in private are not weighed: nothing says that they are.
        return self.private_text if limits.text_unit == PRIVATE.text_unit else super()._text(limits)

    def names_post(self, post: str) -> bool:
        """Return whether something can be the id of a post."""
        return ID.fullmatch(post) is not None

    def fixed_options(self, draft: Draft) -> Iterator[str]:
        """Name every option: X does not say what an edit makes of them."""
        options = draft.option(XOptions) or XOptions()
        yield from (f"options.{name}" for name in sorted(options.model_fields_set - {"platform"}))

    def special(self, draft: Draft, place: Place) -> Iterator[Problem]:
        """Find what only X refuses in one part."""
        options = draft.option(XOptions) or XOptions()
        yield from self._text_flaws(draft.text, place)
        if draft.quotes is not None and self._self_serve:
            message = "is not offered to self-serve apps: give the post's link in the text"
            yield place.problem("quotes", message, basis=Basis.DRAFT)
        beside = [name for name, there in (("media", draft.media), ("quotes", draft.quotes)) if there]
        if options.poll is not None:
            for name in beside:
                yield place.problem("options.poll", f"cannot stand beside {name}", basis=Basis.DRAFT)
            yield from _poll_problems(options.poll, place)
        elif len(beside) > 1:
            yield place.problem("quotes", "cannot stand beside media", basis=Basis.DRAFT)
        yield from _id_problems(options, draft, place)

    def _text_flaws(self, text: str, place: Place) -> Iterator[Problem]:
        if any(one in text for one in UNSENDABLE):
            yield place.problem("text", "holds a character that X refuses", basis=Basis.DRAFT)
        if not self._self_serve or "$" not in text or place.limits.text_unit == PRIVATE.text_unit:
            return
        found = [one for one in extract_entities(text, Dialect.X) if one.kind is EntityKind.CASHTAG]
        if len(found) > CASHTAGS:
            yield place.problem("text", "has too many cashtags", limit=CASHTAGS, actual=len(found))


def _id_problems(options: XOptions, draft: Draft, place: Place) -> Iterator[Problem]:
    field, count = "options.tagged_users", len(options.tagged_users)
    if count and not draft.media:
        yield place.problem(field, "stands without a picture to be seen in", basis=Basis.DRAFT)
    if count > TAGGED:
        yield place.problem(field, "are too many", limit=TAGGED, actual=count)
    wrong = [one for one in options.tagged_users if not ID.fullmatch(one)]
    if wrong:
        yield place.problem(field, f"holds what is no id: {wrong[0]!r}", basis=Basis.DRAFT)
    if options.community is not None and not ID.fullmatch(options.community):
        message = f"is no id: {options.community!r}"
        yield place.problem("options.community", message, basis=Basis.DRAFT)


def _poll_problems(poll: XPoll, place: Place) -> Iterator[Problem]:
    limits, field = place.limits, "options.poll.choices"
    if len(poll.choices) < FEWEST_CHOICES:
        yield place.problem(field, f"are fewer than {FEWEST_CHOICES}", actual=len(poll.choices))
    if limits.poll_options is not None and len(poll.choices) > limits.poll_options:
        yield place.problem(field, "are too many", limit=limits.poll_options, actual=len(poll.choices))
    for number, choice in enumerate(poll.choices):
        most = limits.poll_option_text
        if not choice.strip():
            yield place.problem(f"{field}[{number}]", "is empty", basis=Basis.DRAFT)
        elif most is not None and len(choice) > most:
            yield place.problem(
                f"{field}[{number}]", "is too long", limit=most, actual=len(choice), unit="characters"
            )
    if poll.duration % MINUTE:
        yield place.problem("options.poll.duration", "is no whole number of minutes", basis=Basis.DRAFT)
    shortest, longest = limits.poll_shortest, limits.poll_longest
    if shortest is not None and poll.duration < shortest:
        yield place.problem("options.poll.duration", f"is shorter than {shortest}", actual=str(poll.duration))
    if longest is not None and poll.duration > longest:
        yield place.problem(
            "options.poll.duration", "is too long", limit=str(longest), actual=str(poll.duration)
        )
