"""What Threads declares: limits, capabilities, scopes, errors.

Limits as of 2026-04-21: https://developers.facebook.com/docs/threads/overview and /posts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import ClassVar, Final

from socialkit.errors import APIError, BadRequestError, ContentRejectedError, PermissionDeniedError
from socialkit.models import Basis, Capability, Draft, Limits, MediaKind, MediaLimit, Problem, Visibility
from socialkit.platforms._graph import USAGE, graph_errors
from socialkit.platforms.base import DraftRules, Place, PlatformFacts, Quota
from socialkit.platforms.threads._options import ThreadsOptions
from socialkit.text import EntityKind, TextRules, TextUnit, extract_entities

__all__ = ["BASE_URL", "FACTS", "VERSION", "ThreadsRules"]

BASE_URL: Final = "https://graph.threads.net"
VERSION: Final = "v1.0"

SETTLES_AFTER: Final = timedelta(minutes=2)
"""How long after its deadline a write may still land; not documented, so chosen beyond usual time-outs."""
DAY: Final = timedelta(hours=24)
LINKS: Final = 5
"""Different links in the text and the card together."""
POLL: Final = (2, 4)
POLL_TEXT: Final = 25
"""Not verified."""
TOPIC: Final = 50
ATTACHMENT: Final = 10_000
RATIO: Final = 10
"""How many times wider than high a picture may be, or higher than wide."""

LIMITS: Final = Limits(
    text=500,
    text_unit="characters, emoji as bytes",
    media=20,
    alt_text=1_000,
    image=MediaLimit(bytes=8_000_000),
    video=MediaLimit(bytes=1_000_000_000),
    mime_types=frozenset({"image/jpeg", "image/png", "video/mp4", "video/quicktime"}),
    poll_options=POLL[1],
    poll_option_text=POLL_TEXT,
)

SCOPES: Final = {
    Capability.PUBLISH: ("threads_content_publish",),
    Capability.THREADS: ("threads_content_publish",),
    Capability.MEDIA: ("threads_content_publish",),
    Capability.ALT_TEXT: ("threads_content_publish",),
    Capability.POLLS: ("threads_content_publish",),
    Capability.QUOTES: ("threads_content_publish",),
    Capability.DELETE: ("threads_delete",),
    Capability.MENTIONS: ("threads_manage_mentions",),
    Capability.COMMENTS: ("threads_read_replies", "threads_manage_replies"),
    Capability.REPLY: ("threads_manage_replies",),
    Capability.HIDE: ("threads_manage_replies",),
    Capability.POST_INSIGHTS: ("threads_manage_insights",),
    Capability.ACCOUNT_INSIGHTS: ("threads_manage_insights",),
    Capability.AUDIENCE_INSIGHTS: ("threads_manage_insights",),
    Capability.SEARCH: ("threads_keyword_search",),
}

INSTEAD: Final = {
    Capability.SCHEDULE: "a Publisher, which keeps the draft until its time",
    Capability.EDIT: "delete it and publish it anew: the API edits nothing",
    Capability.DIRECT_MESSAGES: "nothing: the API knows no private messages",
    Capability.STREAM: "webhooks, or inbox.iterate() from time to time",
    Capability.REPLY_PRIVATELY: "a public answer",
    Capability.LIKE: "an answer: the API likes nothing",
    Capability.DELETE_COMMENTS: "inbox.hide(), which hides a reply and what stands under it",
    Capability.TRENDS: "nothing: the API tells no trends",
    Capability.PROFILES: "listening.posts_of(), which gives somebody's public posts",
}

OPERATIONS: Final = {
    "posts.publish": ("threads_content_publish",),
    "posts.delete": ("threads_delete",),
    "posts.get": ("threads_basic",),
    "posts.iterate": ("threads_basic",),
    "posts.iterate_replies": ("threads_read_replies",),
    "posts.find": ("threads_basic", "threads_read_replies"),
    "account.me": ("threads_basic",),
    "account.quotas": ("threads_basic", "threads_content_publish"),
    "inbox.iterate": ("threads_manage_mentions", "threads_read_replies"),
    "inbox.comments": ("threads_read_replies",),
    "inbox.reply": ("threads_content_publish", "threads_manage_replies"),
    "inbox.hide": ("threads_manage_replies",),
    "inbox.unhide": ("threads_manage_replies",),
    "insights.posts": ("threads_manage_insights",),
    "insights.account": ("threads_manage_insights",),
    "insights.audience": ("threads_manage_insights",),
    "listening.search": ("threads_keyword_search",),
    "listening.places": ("threads_location_tagging",),
    "listening.posts_of": ("threads_profile_discovery",),
}
"""By operation what a refusal for want of a permission names: Threads says only that one is missing."""

ERRORS: Final[Mapping[str, type[APIError]]] = {
    "/2207051": ContentRejectedError,
    "/4279013": ContentRejectedError,
    "1/2207052": BadRequestError,  # the file behind an address, though code 1 alone may pass
    "24/4279009": BadRequestError,  # the container is not seen yet: nothing was published
    "THREADS_API__LINK_LIMIT_EXCEEDED": BadRequestError,
    "THREADS_API__FEATURE_NOT_AVAILABLE": PermissionDeniedError,
}


class ThreadsRules(DraftRules):
    """What Threads refuses."""

    text: ClassVar[TextRules] = TextRules(unit=TextUnit.EMOJI_BYTES)
    visibilities: ClassVar[frozenset[Visibility]] = frozenset({Visibility.PUBLIC})
    threads: ClassVar[bool] = True

    def special(self, draft: Draft, place: Place) -> Iterator[Problem]:
        """Find what only Threads refuses."""
        options = draft.option(ThreadsOptions) or ThreadsOptions()
        yield from _link_problems(draft, options, place)
        yield from _file_problems(draft, place)
        yield from _poll_problems(options, place)
        if draft.media:
            for name in ("link", "poll", "gif", "attachment"):
                if getattr(options, name):
                    yield place.problem(f"options.{name}", "stands in posts of text alone", basis=Basis.DRAFT)
        if options.spoiler and not draft.media:
            yield place.problem("options.spoiler", "covers files, and there are none", basis=Basis.DRAFT)
        if options.ghost and options.approve_replies:
            message = "is not offered for a post that vanishes"
            yield place.problem("options.approve_replies", message, basis=Basis.DRAFT)
        yield from _word_problems(options, place)


def _link_problems(draft: Draft, options: ThreadsOptions, place: Place) -> Iterator[Problem]:
    links = {one.text for one in extract_entities(draft.text) if one.kind is EntityKind.URL}
    links |= {options.link} if options.link else set[str]()
    if len(links) > LINKS:
        yield place.problem("text", "has too many links", limit=LINKS, actual=len(links), unit="links")


def _file_problems(draft: Draft, place: Place) -> Iterator[Problem]:
    for number, one in enumerate(draft.media):
        field = f"media[{number}]"
        if one.kind not in {MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.UNKNOWN}:
            yield place.problem(field, f"is of a kind that is not taken: {one.kind.value}")
        if one.kind is MediaKind.IMAGE and one.width and one.height:
            ratio = max(one.width, one.height) / min(one.width, one.height)
            if ratio > RATIO:
                message = "is too long for its other side"
                yield place.problem(field, message, limit=RATIO, actual=round(ratio, 1), unit="times")


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


def _word_problems(options: ThreadsOptions, place: Place) -> Iterator[Problem]:
    topic, attachment = options.topic, options.attachment
    if topic is not None and not 1 <= len(topic) <= TOPIC:
        message = f"must have 1 to {TOPIC} characters"
        yield place.problem("options.topic", message, limit=TOPIC, actual=len(topic))
    if topic is not None and any(sign in topic for sign in ".&"):
        yield place.problem("options.topic", "holds a dot or an ampersand")
    if attachment is not None and len(attachment) > ATTACHMENT:
        actual = len(attachment)
        yield place.problem("options.attachment", "is too long", limit=ATTACHMENT, actual=actual)


FACTS: Final = PlatformFacts(
    name="threads",
    title="Threads",
    documentation="https://developers.facebook.com/docs/threads",
    api_version=VERSION,
    capabilities=frozenset({*SCOPES, Capability.WEBHOOKS}),
    instead=INSTEAD,
    scopes=SCOPES,
    tokens_last=False,
    limits=LIMITS,
    media_by_url=frozenset({MediaKind.IMAGE, MediaKind.VIDEO}),
    rules=ThreadsRules("threads"),
    errors=graph_errors(ERRORS, scopes=OPERATIONS),
    rate_headers=USAGE,  # not verified on this host: where there are none, nothing is read
    quotas=(Quota(name="posts", unit="posts", limit=250, per=DAY, delivery=1),),
    settles_after=SETTLES_AFTER,
)
"""What Threads is, as data."""
