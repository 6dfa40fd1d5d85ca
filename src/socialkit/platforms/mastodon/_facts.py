"""What Mastodon declares: limits, capabilities, scopes, errors.

Limits are those of the default configuration, as documented for 4.6 (read 2026-07-02):
https://docs.joinmastodon.org/user/posting/ and https://docs.joinmastodon.org/entities/Instance/.
A server may have others: `account.refresh_limits()` reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Final

from pydantic import ValidationError

from socialkit.models import (
    Basis,
    Capability,
    Draft,
    Kept,
    Limits,
    MediaLimit,
    Problem,
    RetentionLimit,
    Visibility,
    WireModel,
)
from socialkit.platforms.base import DraftRules, Place, PlatformFacts, Quota
from socialkit.platforms.mastodon._options import MastodonOptions, Poll
from socialkit.text import TextRules
from socialkit.transport import ErrorBody, ErrorTable, RateHeaders, Request, Response, read_error_body

__all__ = ["FACTS", "PROCESSING_LIMIT", "MastodonRules"]

SETTLES_AFTER: Final = timedelta(minutes=2)
"""How long after its deadline a write may still land; not documented, so chosen beyond usual time-outs."""

PROCESSING_LIMIT: Final = timedelta(minutes=10)
"""How long media may be processed before it counts as failed; not documented."""

LIMITS: Final = Limits(
    text=500,
    url_length=23,
    media=4,
    alt_text=1_500,
    image=MediaLimit(bytes=16 * 2**20, pixels=33_177_600),
    video=MediaLimit(bytes=99 * 2**20, pixels=8_294_400, alone=True),
    mime_types=frozenset(
        {
            "image/jpeg",
            "image/png",
            "image/gif",
            "image/heic",
            "image/heif",
            "image/webp",
            "image/avif",
            "video/webm",
            "video/mp4",
            "video/quicktime",
            "video/ogg",
            "audio/wave",
            "audio/wav",
            "audio/x-wav",
            "audio/ogg",
            "audio/vorbis",
            "audio/mpeg",
            "audio/mp3",
            "audio/webm",
            "audio/flac",
            "audio/aac",
            "audio/m4a",
            "audio/x-m4a",
            "audio/mp4",
            "audio/3gpp",
        }
    ),
    poll_options=4,
    poll_option_text=50,
    poll_shortest=timedelta(seconds=300),
    poll_longest=timedelta(seconds=2_629_746),
    schedule_ahead=timedelta(minutes=5),
)

CAPABILITIES: Final = frozenset(
    {
        Capability.PUBLISH,
        Capability.THREADS,
        Capability.MEDIA,
        Capability.ALT_TEXT,
        Capability.POLLS,
        Capability.QUOTES,
        Capability.SCHEDULE,
        Capability.EDIT,
        Capability.DELETE,
        Capability.MENTIONS,
        Capability.COMMENTS,
        Capability.DIRECT_MESSAGES,
        Capability.STREAM,
        Capability.WEBHOOKS,
        Capability.REPLY,
        Capability.REPLY_PRIVATELY,
        Capability.LIKE,
        Capability.POST_INSIGHTS,
        Capability.ACCOUNT_INSIGHTS,
        Capability.SEARCH,
        Capability.TRENDS,
        Capability.PROFILES,
    }
)

INSTEAD: Final = {
    Capability.HIDE: "mute or block the author, or report the post; nobody can hide another person's reply",
    Capability.DELETE_COMMENTS: "mute or block the author, or report the post to the server's moderators",
    Capability.AUDIENCE_INSIGHTS: "the follower count of insights.account(); nothing more is told",
}

DEEPER: Final = 3
"""`v1/statuses/1/favourite` has as many slashes: it writes no status."""

WRITE_STATUSES: Final = ("write:statuses",)

SCOPES: Final = {
    Capability.PUBLISH: WRITE_STATUSES,
    Capability.EDIT: WRITE_STATUSES,
    Capability.DELETE: WRITE_STATUSES,
    Capability.REPLY: WRITE_STATUSES,
    Capability.REPLY_PRIVATELY: WRITE_STATUSES,
    Capability.SCHEDULE: WRITE_STATUSES,
    Capability.MEDIA: ("write:media",),
    Capability.LIKE: ("write:favourites",),
    Capability.MENTIONS: ("read:notifications",),
    Capability.DIRECT_MESSAGES: ("read:notifications",),
    Capability.STREAM: ("read:notifications",),
    Capability.COMMENTS: ("read:statuses",),
    Capability.SEARCH: ("read:search",),
}

OAUTH_ERROR: Final = re.compile(r'\berror="([a-z_]{1,40})"')


class WireError(WireModel):
    """A refusal: `error` is a sentence in the user's language, or a code of OAuth."""

    error: str | None = None
    error_description: str | None = None


def read_error(response: Response) -> ErrorBody | None:
    """Return what a refusal says; None when it says nothing."""
    try:
        wire = WireError.model_validate_json(response.content)
    except ValidationError:
        return read_error_body(response)  # a fork, with a shape of its own
    challenge = OAUTH_ERROR.search(response.headers.get("www-authenticate", ""))
    code = challenge.group(1) if challenge else None
    if wire.error_description is not None:  # only OAuth's own answers have one, and their `error` is a code
        return ErrorBody(message=wire.error_description, code=wire.error or code)
    if wire.error is not None:
        return ErrorBody(message=wire.error, code=code)
    return read_error_body(response)


def bucket(request: Request) -> str:
    """Name the budget of a call: statuses, media and deletions have budgets of their own.

    The headers of an answer tell of the nearest one only, so what they say must not hold other calls back.
    """
    path = request.url.rpartition("api/")[2]
    if request.method in {"POST", "PUT"} and path.startswith("v1/statuses") and path.count("/") < DEEPER:
        return "statuses"
    if request.method == "POST" and path.startswith(("v1/media", "v2/media")):
        return "media"
    return "deletions" if request.method == "DELETE" else ""


class MastodonRules(DraftRules):
    """What Mastodon refuses."""

    text: ClassVar[TextRules] = TextRules(url_length=23, mention_without_host=True)
    threads: ClassVar[bool] = True
    visibilities: ClassVar[frozenset[Visibility]] = frozenset(
        {Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT}
    )

    def shown(self, draft: Draft) -> str:
        """Return the content warning and the text: both count."""
        options = draft.option(MastodonOptions)
        return ((options.content_warning or "") if options else "") + draft.text

    def is_empty(self, draft: Draft) -> bool:
        """Return whether there is nothing to publish."""
        return not draft.text.strip() and not draft.media

    def continuation(self, draft: Draft, text: str) -> Draft:
        """Return a later part: it keeps the content warning, and neither poll nor schedule."""
        options = draft.option(MastodonOptions)
        kept = () if options is None else (options.model_copy(update={"poll": None, "scheduled_at": None}),)
        return Draft(text=text, language=draft.language, visibility=draft.visibility, options=kept)

    def fixed_options(self, draft: Draft) -> Iterator[str]:
        """Name the options that no edit changes."""
        options = draft.option(MastodonOptions)
        if options is not None and options.scheduled_at is not None:
            yield "options.scheduled_at"

    def special(self, draft: Draft, place: Place) -> Iterator[Problem]:
        """Find polls and schedules that the server would refuse."""
        options = draft.option(MastodonOptions)
        if options is None:
            return
        if options.poll is not None:
            if draft.media:
                yield place.problem("options.poll", "cannot stand beside media", basis=Basis.DRAFT)
            yield from _poll_problems(options.poll, place)
        if options.scheduled_at is not None and (draft.thread or place.prefix or draft.first_comment):
            message = (
                "cannot stand in a thread or with a first comment: nothing answers a post that is not out"
            )
            yield place.problem("options.scheduled_at", message, basis=Basis.DRAFT)
        yield from _schedule_problems(options.scheduled_at, place)


def _schedule_problems(at: datetime | None, place: Place) -> Iterator[Problem]:
    ahead = place.limits.schedule_ahead
    if at is not None and ahead is not None and place.now is not None and at < place.now + ahead:
        message = f"is not {ahead} ahead: the server would publish it at once, or refuse it"
        yield place.problem("options.scheduled_at", message, actual=at.isoformat())


def _poll_problems(poll: Poll, place: Place) -> Iterator[Problem]:
    limits, fewest = place.limits, 2
    if len(poll.choices) < fewest:
        yield place.problem("options.poll.choices", f"are fewer than {fewest}", actual=len(poll.choices))
    if limits.poll_options is not None and len(poll.choices) > limits.poll_options:
        count = len(poll.choices)
        yield place.problem("options.poll.choices", "are too many", limit=limits.poll_options, actual=count)
    for number, choice in enumerate(poll.choices):
        field, most = f"options.poll.choices[{number}]", limits.poll_option_text
        if not choice.strip():
            yield place.problem(field, "is empty", basis=Basis.DRAFT)
        elif most is not None and len(choice) > most:
            yield place.problem(field, "is too long", limit=most, actual=len(choice), unit="characters")
    if len(set(poll.choices)) < len(poll.choices):
        yield place.problem("options.poll.choices", "repeat each other", basis=Basis.DRAFT)
    shortest, longest = limits.poll_shortest, limits.poll_longest
    if shortest is not None and poll.duration < shortest:
        yield place.problem("options.poll.duration", f"is shorter than {shortest}", actual=str(poll.duration))
    if longest is not None and poll.duration > longest:
        yield place.problem(
            "options.poll.duration", "is too long", limit=str(longest), actual=str(poll.duration)
        )


QUOTAS: Final = (
    # The newest post is read before the first part is sent, and each part is read back.
    Quota(
        name="calls",
        unit="requests",
        limit=300,
        per=timedelta(minutes=5),
        delivery=1,
        part=2,
        comment=1,
        file=1,
    ),
    Quota(name="statuses", unit="posts", limit=300, per=timedelta(hours=3), part=1, comment=1),
    Quota(name="media", unit="files", limit=30, per=timedelta(minutes=30), file=1),
)
"""As of 2026-08: https://docs.joinmastodon.org/api/rate-limits/, and for statuses the server's own code."""

RETENTION: Final = tuple(
    RetentionLimit(
        kind=kind,
        source="https://docs.joinmastodon.org/api/guidelines/ (read 2026-11-22)",
        note="The guidelines name no time; the terms of service of the account's own server may.",
    )
    for kind in Kept
)

FACTS: Final = PlatformFacts(
    name="mastodon",
    title="Mastodon",
    documentation="https://docs.joinmastodon.org/api/",
    api_version="4.6",
    capabilities=CAPABILITIES,
    instead=INSTEAD,
    scopes=SCOPES,
    tokens_last=True,  # https://docs.joinmastodon.org/methods/oauth/#token: no expires_in
    settings="settings/applications",
    limits=LIMITS,
    rules=MastodonRules("mastodon"),
    errors=ErrorTable(read=read_error),
    rate_headers=RateHeaders(
        limit="x-ratelimit-limit", remaining="x-ratelimit-remaining", reset="x-ratelimit-reset"
    ),
    quotas=QUOTAS,
    bucket=bucket,
    retention=RETENTION,
    settles_after=SETTLES_AFTER,
)
"""What Mastodon is, as data."""
