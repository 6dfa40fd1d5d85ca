"""What Bluesky declares: limits, capabilities, errors.

Limits are those of the lexicons of 2026-08: https://github.com/bluesky-social/atproto/tree/main/lexicons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import ClassVar, Final

from socialkit.errors import (
    AuthenticationError,
    BadRequestError,
    ConflictError,
    MissingScopeError,
    NoSuchCallError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    TokenExpiredError,
)
from socialkit.models import (
    Basis,
    Capability,
    Draft,
    Kept,
    Limits,
    Media,
    MediaKind,
    MediaLimit,
    PlatformOptions,
    Problem,
    RetentionLimit,
    Severity,
    Visibility,
)
from socialkit.platforms.base import DraftRules, Place, PlatformFacts, Quota
from socialkit.platforms.bluesky._options import BlueskyOptions
from socialkit.platforms.bluesky._records import LIST, POST, parse_uri
from socialkit.text import Dialect, TextRules, count_graphemes, is_language
from socialkit.transport import ErrorTable, RateHeaders, Request

__all__ = ["CHAT_LIMITS", "FACTS", "OLD_IMAGE", "RULES", "BlueskyRules"]

IMAGES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
OLD_IMAGE: Final = 1_000_000
"""Bytes that every server takes. Lexicons before 2026 said so, and a server may still have them."""
THUMB: Final = 1_000_000
LANGS, LABELS, TAGS, TAG, TAG_BYTES, REPLY_RULES = 3, 10, 8, 64, 640, 5
LABEL_BYTES: Final = 128
PAGE: Final = re.compile(r"https?://[^\s/?#]\S*", re.IGNORECASE)
"""The address of a page: more is not asked of it, here as there."""
RULES: Final = {"mentioned": "mentionRule", "followers": "followerRule", "following": "followingRule"}

IMAGE: Final = MediaLimit(bytes=2_000_000)

LIMITS: Final = Limits(
    text=300,
    text_bytes=3_000,
    media=4,
    alt_text=2_000,  # the lexicon has no limit; this is what the network's own app lets people write
    image=IMAGE,
    video=MediaLimit(bytes=300_000_000, alone=True),
    kinds={"animation": IMAGE},  # shown as a still picture
    mime_types=IMAGES | {"video/mp4"},
)

CHAT_LIMITS: Final = LIMITS.model_copy(update={"text": 1_000, "text_bytes": 10_000, "media": 0})
"""Of private messages."""

CAPABILITIES: Final = frozenset(
    {
        Capability.PUBLISH,
        Capability.THREADS,
        Capability.MEDIA,
        Capability.ALT_TEXT,
        Capability.QUOTES,
        Capability.DELETE,
        Capability.MENTIONS,
        Capability.COMMENTS,
        Capability.DIRECT_MESSAGES,
        Capability.REPLY,
        Capability.REPLY_PRIVATELY,
        Capability.LIKE,
        Capability.HIDE,
        Capability.POST_INSIGHTS,
        Capability.ACCOUNT_INSIGHTS,
        Capability.SEARCH,
        Capability.TRENDS,
        Capability.PROFILES,
    }
)

INSTEAD: Final = {
    Capability.EDIT: "delete the post and publish it again: readers keep seeing a record's first version",
    Capability.SCHEDULE: "a Publisher of ours: the server publishes at once",
    Capability.POLLS: "a question in the text",
    Capability.STREAM: "inbox.iterate(since=...) from time to time; the network's events cannot be narrowed "
    "to those about one account",
    Capability.WEBHOOKS: "inbox.iterate(since=...) from time to time: no server of the network calls "
    "anybody's address",
    Capability.DELETE_COMMENTS: "hide the reply: it stays its author's",
    Capability.AUDIENCE_INSIGHTS: "the follower count of insights.account(); nothing more is told",
}

CHAT_SCOPES: Final = (
    "com.atproto.access",
    "com.atproto.appPassPrivileged",
    "transition:chat.bsky",
)

SCOPES: Final = {
    Capability.DIRECT_MESSAGES: CHAT_SCOPES,
    Capability.REPLY_PRIVATELY: CHAT_SCOPES,
}

ERRORS: Final = {
    "ExpiredToken": TokenExpiredError,
    "InvalidToken": AuthenticationError,
    "AuthMissing": AuthenticationError,
    "AuthenticationRequired": AuthenticationError,
    "AuthFactorTokenRequired": AuthenticationError,
    "AccountTakedown": PermissionDeniedError,
    "AccountDeactivated": PermissionDeniedError,
    "AccountSuspended": PermissionDeniedError,
    "BlockedActor": PermissionDeniedError,
    "BlockedByActor": PermissionDeniedError,
    "BlockedSubject": PermissionDeniedError,
    "MessagesDisabled": PermissionDeniedError,
    "NotFollowedBySender": PermissionDeniedError,
    "Forbidden": PermissionDeniedError,
    "ScopeMissingError": MissingScopeError,
    "InvalidRequest": BadRequestError,
    "InvalidRecord": BadRequestError,
    "BlobTooLarge": BadRequestError,
    "InvalidSwap": ConflictError,
    "ConvoLocked": ConflictError,
    "RateLimitExceeded": RateLimitedError,
    "RecordNotFound": NotFoundError,
    "RepoNotFound": NotFoundError,
    "NotFound": NotFoundError,
    "AccountNotFound": NotFoundError,
    "HandleNotFound": NotFoundError,
    "RecipientNotFound": NotFoundError,
    "InvalidConvo": NotFoundError,
    "MethodNotImplemented": NoSuchCallError,
    "InternalServerError": ServerError,
    "UpstreamFailure": ServerError,
    "NotEnoughResources": ServerError,
    "UpstreamTimeout": ServerError,
}
"""By name, before the status: an expired token comes with status 400."""

BUCKETS: Final = (
    ("com.atproto.server.createSession", "logins"),
    ("com.atproto.repo.uploadBlob", "files"),
    ("com.atproto.repo.putRecord", "writes"),
    ("com.atproto.repo.applyWrites", "writes"),
    ("com.atproto.repo.deleteRecord", "writes"),
    ("chat.bsky.", "messages"),
    ("app.bsky.video.", "videos"),
)


def bucket(request: Request) -> str:
    """Name the budget of a call: headers tell of the nearest limit, perhaps that of writes alone."""
    name = request.url.rpartition("xrpc/")[2]
    return next((bucket for start, bucket in BUCKETS if name.startswith(start)), "")


class BlueskyRules(DraftRules):
    """What Bluesky refuses. The text keeps two limits at once: graphemes, and bytes of UTF-8."""

    text: ClassVar[TextRules] = TextRules(dialect=Dialect.BLUESKY)
    threads: ClassVar[bool] = True
    visibilities: ClassVar[frozenset[Visibility]] = frozenset({Visibility.PUBLIC})
    no_post: ClassVar[str] = "is no address of a post, such as at://did:plc:…/app.bsky.feed.post/…"

    def names_post(self, post: str) -> bool:
        """Return whether something is the address of a post."""
        address = parse_uri(post)
        return address is not None and address.collection == POST

    def is_empty(self, draft: Draft) -> bool:
        """Return whether there is nothing to publish: a quote or a card stand without words."""
        options = draft.option(BlueskyOptions)
        card = options is not None and options.card is not None
        return not (draft.text.strip() or draft.media or draft.quotes or card)

    def continuation(self, draft: Draft, text: str) -> Draft:
        """Return a later part: it keeps languages and labels."""
        options = draft.option(BlueskyOptions)
        kept = () if options is None else (BlueskyOptions(langs=options.langs, labels=options.labels),)
        return Draft(text=text, language=draft.language, visibility=draft.visibility, options=kept)

    def tagged_options(self, draft: Draft, tag: Callable[[str], str]) -> Draft:
        """Return the draft with the link of its card tagged."""
        return draft.model_copy(update={"options": tuple(_tagged_card(one, tag) for one in draft.options)})

    def special(self, draft: Draft, place: Place) -> Iterator[Problem]:
        """Find mixed files, pictures that old servers refuse, and options that cannot be."""
        yield from _media_problems(draft, place)
        options = draft.option(BlueskyOptions)
        if options is not None:
            yield from _card_problems(draft, options, place)
            yield from _label_problems(options, place)
            yield from _gate_problems(draft, options, place)


def _tagged_card(options: PlatformOptions, tag: Callable[[str], str]) -> PlatformOptions:
    if not isinstance(options, BlueskyOptions) or options.card is None:
        return options
    card = options.card.model_copy(update={"uri": tag(options.card.uri)})
    return options.model_copy(update={"card": card})


def _media_problems(draft: Draft, place: Place) -> Iterator[Problem]:
    most = place.limits.image.bytes
    for number, one in enumerate(draft.media):
        field = f"media[{number}]"
        if one.kind is MediaKind.ANIMATION:
            message = "moves, but is shown as a still picture: a short video moves"
            yield place.problem(field, message, severity=Severity.WARNING)
        if _is_new_size(one, most):
            message = "is larger than servers with older rules take"
            yield place.problem(
                field, message, limit=OLD_IMAGE, actual=one.size, unit="bytes", severity=Severity.WARNING
            )


def _is_new_size(media: Media, most: int | None) -> bool:
    picture = media.kind in {MediaKind.IMAGE, MediaKind.ANIMATION} and media.size is not None
    return picture and OLD_IMAGE < (media.size or 0) <= (most or 0)


def _card_problems(draft: Draft, options: BlueskyOptions, place: Place) -> Iterator[Problem]:
    card = options.card
    if card is None:
        return
    if draft.media:
        yield place.problem("options.card", "cannot stand beside files", basis=Basis.DRAFT)
    if not PAGE.fullmatch(card.uri):
        yield place.problem("options.card.uri", "is no http or https address", basis=Basis.DRAFT)
    thumb = card.thumb
    if thumb is None:
        return
    if thumb.mime_type is not None and thumb.mime_type not in IMAGES:
        yield place.problem("options.card.thumb", f"has a type that is not taken: {thumb.mime_type}")
    if thumb.size is not None and thumb.size > THUMB:
        yield place.problem(
            "options.card.thumb", "is too large", limit=THUMB, actual=thumb.size, unit="bytes"
        )


def _label_problems(options: BlueskyOptions, place: Place) -> Iterator[Problem]:
    for field, most in (("langs", LANGS), ("labels", LABELS), ("tags", TAGS)):
        count = len(getattr(options, field))
        if count > most:
            yield place.problem(f"options.{field}", "are too many", limit=most, actual=count)
    for number, lang in enumerate(options.langs):
        if not is_language(lang):
            message = "is no tag of a language, such as en or pt-BR"
            yield place.problem(f"options.langs[{number}]", message, actual=lang, basis=Basis.DRAFT)
    for number, label in enumerate(options.labels):
        size = len(label.encode())
        if size > LABEL_BYTES:
            field = f"options.labels[{number}]"
            yield place.problem(field, "is too long", limit=LABEL_BYTES, actual=size, unit="bytes")
    for number, tag in enumerate(options.tags):
        field, length, size = f"options.tags[{number}]", count_graphemes(tag), len(tag.encode())
        if length > TAG or size > TAG_BYTES:
            yield place.problem(field, "is too long", limit=TAG, actual=length, unit="graphemes")
        if not tag or tag.startswith("#"):
            yield place.problem(field, "is a word without its #", basis=Basis.DRAFT)


def _gate_problems(draft: Draft, options: BlueskyOptions, place: Place) -> Iterator[Problem]:
    rules = options.replies
    if rules is None:
        return
    if place.prefix or draft.reply_to is not None:
        message = "belongs to the first post of a thread"
        yield place.problem("options.replies", message, basis=Basis.DRAFT)
    if len(rules) > REPLY_RULES:
        yield place.problem("options.replies", "are too many", limit=REPLY_RULES, actual=len(rules))
    for number, rule in enumerate(rules):
        field, address = f"options.replies[{number}]", parse_uri(rule)
        if rule not in RULES and (address is None or address.collection != LIST):
            message = f"is none of {', '.join(RULES)}, and no address of a list"
            yield place.problem(field, message, actual=rule, basis=Basis.DRAFT)
        if rule in rules[:number]:
            yield place.problem(field, "stands there twice", actual=rule, basis=Basis.DRAFT)


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUOTAS: Final = (
    Quota(
        name="calls",
        unit="requests",
        limit=3_000,
        per=timedelta(minutes=5),
        part=2,  # each is read back
        comment=1,
        file=1,
        shared=True,
    ),
    # A record that is put under a key of our own counts as an update.
    Quota(name="writes in an hour", unit="points", limit=5_000, per=HOUR, part=2, comment=2),
    Quota(name="writes in a day", unit="points", limit=35_000, per=DAY, part=2, comment=2),
)
"""As of 2026-08: https://docs.bsky.app/docs/advanced-guides/rate-limits."""

RETENTION: Final = tuple(
    RetentionLimit(
        kind=kind,
        source="https://docs.bsky.app/docs/support/developer-guidelines (read 2026-11-22)",
        note="The guidelines name no time; a service has to delete what a user asks it to delete.",
    )
    for kind in Kept
)

FACTS: Final = PlatformFacts(
    name="bluesky",
    title="Bluesky",
    documentation="https://docs.bsky.app/docs/category/http-reference",
    api_version="lexicons of 2026-08",
    capabilities=CAPABILITIES,
    instead=INSTEAD,
    scopes=SCOPES,
    settings="https://bsky.app/settings/app-passwords",
    limits=LIMITS,
    rules=BlueskyRules("bluesky"),
    errors=ErrorTable(codes=ERRORS),
    rate_headers=RateHeaders(
        limit="ratelimit-limit", remaining="ratelimit-remaining", reset="ratelimit-reset"
    ),
    quotas=QUOTAS,
    bucket=bucket,
    retention=RETENTION,
    ids_everywhere=True,
    authoritative=True,
)
"""What Bluesky is, as data."""
