"""What Facebook declares: limits, capabilities, scopes, errors.

Limits as of 2026-09-11: https://developers.facebook.com/docs/graph-api/reference/page/feed and others.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Final
from urllib.parse import urlsplit

from socialkit.models import (
    Basis,
    Capability,
    Draft,
    Limits,
    Media,
    MediaKind,
    MediaLimit,
    Problem,
    Severity,
    Visibility,
)
from socialkit.platforms._graph import RETENTION, USAGE, graph_errors
from socialkit.platforms.base import DraftRules, Place, PlatformFacts
from socialkit.platforms.facebook._options import FacebookOptions
from socialkit.text import TextRules, TextUnit
from socialkit.transport import Request

__all__ = ["BASE_URL", "FACTS", "SCOPES", "UPLOADS", "VERSION", "FacebookRules", "kind_of", "window_problems"]

BASE_URL: Final = "https://graph.facebook.com"
UPLOADS: Final = "https://rupload.facebook.com"
"""Takes the bytes of reels and of stories."""
VERSION: Final = "v26.0"

SETTLES_AFTER: Final = timedelta(minutes=2)
"""How long after its deadline a write may still land; not documented, so chosen beyond usual time-outs."""
SOONEST: Final = timedelta(minutes=10)
LATEST: Final = timedelta(days=29)
"""The narrowest of the windows that the reference pages give."""
PRIVATE_TEXT: Final = 2_000
"""Characters of a private message; not verified."""

IMAGE: Final = MediaLimit(bytes=4 * 2**20)
VIDEO: Final = MediaLimit(bytes=1_750_000_000, alone=True, longest=timedelta(minutes=45))
"""As an older page of limits has it; not verified."""
REEL: Final = MediaLimit(
    bytes=VIDEO.bytes,
    mime_types=frozenset({"video/mp4"}),
    alone=True,
    smallest=(540, 960),
    narrowest=(9, 16),
    widest=(9, 16),
    shortest=timedelta(seconds=3),
    longest=timedelta(seconds=90),
    slowest=24,
    fastest=60,
    video_codecs=frozenset({"h264", "h265", "vp9", "av1"}),
    audio_codecs=frozenset({"aac"}),
)

LIMITS: Final = Limits(
    text=63_206,  # widely cited, and on no page of the reference
    text_unit="code points",
    media=10,  # not documented for pictures: the most cards of a carousel
    alt_text=1_000,  # not documented: what a caption of a picture is held to elsewhere at Meta
    image=IMAGE,
    video=VIDEO,
    kinds={
        "animation": IMAGE,  # goes up as a picture
        "reel": REEL,
        "story video": MediaLimit(bytes=VIDEO.bytes, alone=True),  # how long it may last is not known
    },
    mime_types=frozenset({"image/jpeg", "image/png", "image/gif", "video/mp4", "video/quicktime"}),
    schedule_ahead=SOONEST,
)

CAPABILITIES: Final = frozenset(
    {
        Capability.PUBLISH,
        Capability.MEDIA,
        Capability.ALT_TEXT,
        Capability.SCHEDULE,
        Capability.EDIT,
        Capability.DELETE,
        Capability.MENTIONS,
        Capability.COMMENTS,
        Capability.DIRECT_MESSAGES,
        Capability.WEBHOOKS,
        Capability.REPLY,
        Capability.REPLY_PRIVATELY,
        Capability.LIKE,
        Capability.HIDE,
        Capability.DELETE_COMMENTS,
        Capability.POST_INSIGHTS,
        Capability.ACCOUNT_INSIGHTS,
    }
)

INSTEAD: Final = {
    Capability.THREADS: "one post with a first comment",
    Capability.POLLS: "a question in the text; the API makes no polls",
    Capability.QUOTES: "a post that says whose words it takes up: Facebook refuses links to itself",
    Capability.STREAM: "webhooks, or inbox.iterate() from time to time",
    Capability.AUDIENCE_INSIGHTS: "the follower count of insights.account(): the rest ended in 2025",
    Capability.SEARCH: "mentions of the Page in its inbox; posts of others cannot be searched",
    Capability.TRENDS: "nothing: the API tells no trends",
    Capability.PROFILES: "nothing without Page Public Content Access",
}

SCOPES: Final = {
    Capability.PUBLISH: ("pages_manage_posts",),
    Capability.MEDIA: ("pages_manage_posts",),
    Capability.ALT_TEXT: ("pages_manage_posts",),
    Capability.SCHEDULE: ("pages_manage_posts",),
    Capability.EDIT: ("pages_manage_posts",),
    Capability.DELETE: ("pages_manage_posts",),
    Capability.MENTIONS: ("pages_read_user_content",),
    Capability.COMMENTS: ("pages_read_user_content",),
    Capability.DIRECT_MESSAGES: ("pages_messaging",),
    Capability.REPLY: ("pages_manage_engagement",),
    Capability.REPLY_PRIVATELY: ("pages_messaging",),
    Capability.LIKE: ("pages_manage_engagement",),
    Capability.HIDE: ("pages_manage_engagement",),
    Capability.DELETE_COMMENTS: ("pages_manage_engagement",),
    Capability.WEBHOOKS: ("pages_manage_metadata",),
    Capability.POST_INSIGHTS: ("read_insights",),
    Capability.ACCOUNT_INSIGHTS: ("read_insights",),
}

OPERATIONS: Final = {
    "posts.publish": ("pages_manage_posts",),
    "posts.publish POST comments": ("pages_manage_engagement",),
    "posts.publish GET published_posts": ("pages_read_engagement",),
    "posts.edit": ("pages_manage_posts",),
    "posts.delete": ("pages_manage_posts",),
    "posts.reschedule": ("pages_manage_posts",),
    "posts.get": ("pages_read_engagement",),
    "posts.iterate": ("pages_read_engagement",),
    "posts.iterate_scheduled": ("pages_read_engagement",),
    "posts.find": ("pages_read_engagement",),
    "media.upload": ("pages_manage_posts",),
    "account.me": ("pages_read_engagement",),
    "account.pages": ("pages_show_list",),
    "account.subscribe": ("pages_manage_metadata",),
    "inbox.iterate": ("pages_read_user_content",),
    "inbox.iterate GET conversations": ("pages_messaging",),
    "inbox.iterate GET messages": ("pages_messaging",),
    "inbox.comments": ("pages_read_user_content",),
    "inbox.reply": ("pages_manage_engagement",),
    "inbox.reply POST messages": ("pages_messaging",),
    "inbox.reply GET conversations": ("pages_messaging",),
    "inbox.like": ("pages_manage_engagement",),
    "inbox.hide": ("pages_manage_engagement",),
    "inbox.unhide": ("pages_manage_engagement",),
    "inbox.delete": ("pages_manage_engagement",),
    "insights.posts": ("pages_read_engagement",),
    "insights.account": ("pages_read_engagement",),
    "ads.days": ("ads_read",),
}
"""By operation, and by call where those differ, what a refusal for want of a permission names.

Facebook says only that one is missing. Insights that may not be read say so in their rows.
"""


ITSELF: Final = "facebook.com"
TAKEN: Final = {
    "link": frozenset({"post", "video"}),  # of a video it is said that a link cannot stand beside files
    "title": frozenset({"video", "reel"}),
    "place": frozenset({"post", "reel"}),
    "tags": frozenset({"post"}),
}
"""By option the kinds of posts that are made with it: with others it would be lost without a word."""


def bucket(request: Request) -> str:
    """Name the budget of a call: Pages, Messenger and ad accounts are counted apart."""
    path = request.url.partition("?")[0]
    if "/act_" in path:
        return "ads"
    return "messenger" if path.endswith(("/messages", "/conversations")) else ""


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
            message = f"is not offered, instead: {INSTEAD[Capability.QUOTES]}"
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
            if options.tags and options.place is None:
                yield place.problem("options.tags", "need a place beside them", basis=Basis.DRAFT)

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


FACTS: Final = PlatformFacts(
    name="facebook",
    title="Facebook",
    documentation="https://developers.facebook.com/docs/pages-api/",
    api_version=VERSION,
    capabilities=CAPABILITIES,
    instead=INSTEAD,
    scopes=SCOPES,
    scopes_else="take the credentials of one of account.pages() where these are a person's",
    tokens_last=True,  # a Page's token from a long-lived login has no end, until somebody takes it back
    settings="https://www.facebook.com/settings?tab=business_tools",
    limits=LIMITS,
    rules=FacebookRules("facebook"),
    errors=graph_errors(scopes=OPERATIONS),
    rate_headers=USAGE,
    bucket=bucket,
    retention=RETENTION,
    settles_after=SETTLES_AFTER,
)
"""What Facebook is, as data."""
