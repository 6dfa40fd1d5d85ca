"""What Instagram declares: limits, capabilities, scopes, errors, for either of its two logins.

Limits as of 2026-09-11: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final, Literal

from socialkit.errors import (
    BadRequestError,
    ConfigurationError,
    ContentRejectedError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
)
from socialkit.models import Capability, Limits, MediaKind, MediaLimit
from socialkit.platforms._graph import RETENTION, USAGE, graph_errors
from socialkit.platforms.base import PlatformFacts, Quota
from socialkit.platforms.instagram._rules import InstagramRules, OwnLoginRules
from socialkit.transport import Request

__all__ = [
    "BASE_URL",
    "FACTS",
    "FACTS_OF",
    "INSTAGRAM_SCOPES",
    "INSTAGRAM_URL",
    "PRIVATE_BYTES",
    "SCOPES",
    "UPLOADS",
    "VERSION",
    "LoginKind",
    "facts_of",
    "is_instagram_login",
]

LoginKind = Literal["facebook", "instagram"]

BASE_URL: Final = "https://graph.facebook.com"
INSTAGRAM_URL: Final = "https://graph.instagram.com"
UPLOADS: Final = "https://rupload.facebook.com"
"""Takes the bytes of videos."""
VERSION: Final = "v26.0"

SETTLES_AFTER: Final = timedelta(minutes=2)
"""How long after its deadline a write may still land; not documented, so chosen beyond usual time-outs."""
PRIVATE_BYTES: Final = 1_000
"""Bytes of a private message."""
DAY: Final = timedelta(hours=24)

JPEG: Final = frozenset({"image/jpeg"})
FILMS: Final = frozenset({"video/mp4", "video/quicktime"})
PICTURE: Final = MediaLimit(bytes=8 * 2**20, mime_types=JPEG, narrowest=(4, 5), widest=(191, 100))
"""Pictures of 320 to 1,440 pixels in width are taken as they are, and others are scaled: none is refused."""
VIDEO: Final = MediaLimit(bytes=300 * 2**20, mime_types=FILMS)
"""A video in a carousel: the bytes of a reel are taken for its own, which is not verified."""
REEL: Final = MediaLimit(
    bytes=VIDEO.bytes,
    mime_types=FILMS,
    largest=(1_920, 192_000),  # its width alone is limited: this is the height at the narrowest proportion
    narrowest=(1, 100),
    widest=(10, 1),
    shortest=timedelta(seconds=3),
    longest=timedelta(minutes=15),
    slowest=23,
    fastest=60,
    video_codecs=frozenset({"h264", "h265"}),
    audio_codecs=frozenset({"aac"}),
)
STORY_PICTURE: Final = MediaLimit(bytes=PICTURE.bytes, mime_types=JPEG)
"""Of any proportions; 9:16 is advised."""
STORY_VIDEO: Final = MediaLimit(
    bytes=100 * 2**20,
    mime_types=FILMS,
    shortest=timedelta(seconds=3),
    longest=timedelta(seconds=60),
)

LIMITS: Final = Limits(
    text=2_200,
    text_unit="UTF-16 code units",  # the unit is not documented: this is the narrower of the two likely ones
    media=10,
    alt_text=1_000,
    image=PICTURE,
    video=VIDEO,
    kinds={"reel": REEL, "story picture": STORY_PICTURE, "story video": STORY_VIDEO},
    mime_types=JPEG | FILMS,
)

ON_BOTH: Final = frozenset(
    {
        Capability.PUBLISH,
        Capability.MEDIA,
        Capability.ALT_TEXT,
        Capability.COMMENTS,
        Capability.DIRECT_MESSAGES,
        Capability.WEBHOOKS,
        Capability.REPLY,
        Capability.REPLY_PRIVATELY,
        Capability.HIDE,
        Capability.DELETE_COMMENTS,
        Capability.POST_INSIGHTS,
        Capability.ACCOUNT_INSIGHTS,
        Capability.AUDIENCE_INSIGHTS,
    }
)
ON_FACEBOOK: Final = frozenset({Capability.MENTIONS, Capability.SEARCH, Capability.PROFILES})
"""What only an account has whose login is Facebook's."""

INSTEAD: Final = {
    Capability.THREADS: "one post of up to ten files",
    Capability.POLLS: "a question in the text; the API makes no polls",
    Capability.QUOTES: "a post of your own that names the other account",
    Capability.SCHEDULE: "a Publisher, which sends it when it is due",
    Capability.EDIT: "a new post; a caption cannot be changed by the API",
    Capability.DELETE: 'the app; or deletes=True with login="facebook": the API is documented both ways',
    Capability.STREAM: "webhooks, or inbox.iterate() from time to time",
    Capability.LIKE: "an answer: the API likes nothing",
    Capability.TRENDS: "nothing: the API tells no trends",
}
NEEDS_FACEBOOK: Final = 'login="facebook", for an account that is linked to a Page'

SCOPES: Final = (
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_insights",
    "instagram_manage_messages",
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_metadata",
)
"""What the operations need with Facebook's login."""

BY_CAPABILITY: Final = {
    Capability.PUBLISH: ("instagram_content_publish",),
    Capability.MEDIA: ("instagram_content_publish",),
    Capability.ALT_TEXT: ("instagram_content_publish",),
    Capability.MENTIONS: ("instagram_manage_comments",),
    Capability.COMMENTS: ("instagram_manage_comments",),
    Capability.REPLY: ("instagram_manage_comments",),
    Capability.HIDE: ("instagram_manage_comments",),
    Capability.DELETE_COMMENTS: ("instagram_manage_comments",),
    Capability.DIRECT_MESSAGES: ("instagram_manage_messages",),
    Capability.REPLY_PRIVATELY: ("instagram_manage_messages",),
    Capability.POST_INSIGHTS: ("instagram_manage_insights",),
    Capability.ACCOUNT_INSIGHTS: ("instagram_manage_insights",),
    Capability.AUDIENCE_INSIGHTS: ("instagram_manage_insights",),
    Capability.SEARCH: ("instagram_basic",),
    Capability.PROFILES: ("instagram_basic",),
    Capability.WEBHOOKS: ("instagram_manage_comments", "instagram_manage_messages"),
}
BESIDES: Final = {Capability.WEBHOOKS: ("pages_manage_metadata",)}
"""Of what an account pushes the linked Page is subscribed to."""

BY_OPERATION: Final = {
    "posts.publish": ("instagram_content_publish",),
    "posts.get": ("instagram_basic",),
    "posts.iterate": ("instagram_basic",),
    "posts.iterate_stories": ("instagram_basic",),
    "posts.find": ("instagram_basic", "instagram_content_publish"),
    "posts.switch_comments": ("instagram_manage_comments",),
    "account.me": ("instagram_basic",),
    "account.accounts": ("pages_show_list",),
    "account.publishing_limit": ("instagram_content_publish",),
    "account.subscribe": ("instagram_manage_comments", "instagram_manage_messages", "pages_manage_metadata"),
    "inbox.iterate": ("instagram_manage_comments", "instagram_manage_messages"),
    "inbox.comments": ("instagram_manage_comments",),
    "inbox.reply": ("instagram_manage_comments", "instagram_manage_messages"),
    "inbox.hide": ("instagram_manage_comments",),
    "inbox.unhide": ("instagram_manage_comments",),
    "inbox.delete": ("instagram_manage_comments",),
    "insights.posts": ("instagram_manage_insights",),
    "insights.account": ("instagram_manage_insights",),
    "insights.audience": ("instagram_manage_insights",),
    "listening.search": ("instagram_basic",),
    "listening.search_top": ("instagram_basic",),
    "listening.profile": ("instagram_basic",),
}
"""By operation what a refusal for want of a permission names: Instagram says only that one is missing."""

CODES: Final = {
    "-1": ServerError,
    "1/2207057": BadRequestError,  # the cover lies beyond the video; 1 alone is a fault of theirs
    "-2/2207003": ServerError,  # it took too long to fetch a file
    "-2/2207020": NotFoundError,
    "4/2207051": ContentRejectedError,
    "9": RateLimitedError,
    "24": NotFoundError,
    "24/2207008": BadRequestError,  # the container is not there, perhaps not yet: nothing was published
    "25": PermissionDeniedError,
    "9004": ServerError,  # a file could not be fetched; trying again helps
}
BLOCKED: Final = frozenset({"4/2207051"})
"""An action that was blocked, after which the post may be out all the same:
https://github.com/gitroomhq/postiz-app/issues/1681."""

QUOTAS: Final = (
    Quota(name="posts", unit="posts", limit=50, per=DAY, part=1),  # 100 by a guide: Instagram tells it
    Quota(name="containers", unit="files", limit=400, per=DAY, file=1),  # and one for a carousel itself
)


def is_instagram_login(scopes: Iterable[str]) -> bool:
    """Return whether scopes are those of Instagram's own login.

    Example:
        >>> is_instagram_login(["instagram_business_basic"]), is_instagram_login(["instagram_basic"])
        (True, False)
    """
    return any(one.startswith("instagram_business_") for one in scopes)


def _renamed(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """Return scopes as Instagram's own login names them, without those of Pages."""
    named = [one.removeprefix("instagram_") for one in scopes if one.startswith("instagram_")]
    return tuple(f"instagram_business_{one}" for one in named)


def bucket(request: Request) -> str:
    """Name the budget of a call: messages are counted apart."""
    path = request.url.partition("?")[0]
    return "messenger" if path.endswith(("/messages", "/conversations")) else ""


FACTS: Final = PlatformFacts(
    name="instagram",
    title="Instagram",
    documentation="https://developers.facebook.com/docs/instagram-platform/",
    api_version=VERSION,
    capabilities=ON_BOTH | ON_FACEBOOK,
    instead=INSTEAD,
    scopes=BY_CAPABILITY,
    scopes_besides=BESIDES,
    tokens_last=None,  # a Page's token has no end, a person's has
    settings="https://www.instagram.com/accounts/manage_access/",
    limits=LIMITS,
    media_by_url=frozenset({MediaKind.IMAGE}),
    rules=InstagramRules("instagram"),
    errors=graph_errors(CODES, ambiguous=BLOCKED, scopes=BY_OPERATION),
    rate_headers=USAGE,
    bucket=bucket,
    quotas=QUOTAS,
    retention=RETENTION,
    settles_after=SETTLES_AFTER,
)
"""What Instagram is with Facebook's login, as data."""

FACTS_OF: Final[dict[LoginKind, PlatformFacts]] = {
    "facebook": FACTS,
    "instagram": replace(
        FACTS,
        capabilities=ON_BOTH,
        instead={**INSTEAD, **dict.fromkeys(ON_FACEBOOK, NEEDS_FACEBOOK)},
        rules=OwnLoginRules("instagram"),
        tokens_last=False,
        scopes_besides={},
        scopes={one: _renamed(scopes) for one, scopes in BY_CAPABILITY.items() if one in ON_BOTH},
        errors=graph_errors(
            CODES,
            ambiguous=BLOCKED,
            scopes={name: _renamed(scopes) for name, scopes in BY_OPERATION.items() if _renamed(scopes)},
        ),
    ),
}
"""By login: what an account can do, and what its scopes are called."""
INSTAGRAM_SCOPES: Final = _renamed(SCOPES)
"""What the operations need with Instagram's own login."""


def facts_of(login: LoginKind, *, deletes: bool) -> PlatformFacts:
    """Return what Instagram is with a login, and whether its posts are deleted, which nobody has verified.

    Raises:
        ConfigurationError: With Instagram's own login no call deletes a post.
    """
    if not deletes:
        return FACTS_OF[login]
    if login != "facebook":
        message = 'deletes=True needs login="facebook": with Instagram\'s own no call deletes a post'
        raise ConfigurationError(message, platform="instagram")
    told = {Capability.DELETE}
    instead = {one: words for one, words in INSTEAD.items() if one not in told}
    return replace(FACTS, capabilities=FACTS.capabilities | told, instead=instead)
