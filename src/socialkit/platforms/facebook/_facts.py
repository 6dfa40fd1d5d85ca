"""What Facebook declares: limits, capabilities, scopes, errors.

Limits as of 2026-09-11: https://developers.facebook.com/docs/graph-api/reference/page/feed and others.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from socialkit.models import Capability, Limits, MediaLimit
from socialkit.platforms._graph import RETENTION, USAGE, graph_errors
from socialkit.platforms.base import PlatformFacts
from socialkit.platforms.facebook._rules import IN_PLACE_OF_QUOTES, FacebookRules, kind_of, window_problems
from socialkit.transport import Request

__all__ = ["BASE_URL", "FACTS", "SCOPES", "UPLOADS", "VERSION", "FacebookRules", "kind_of", "window_problems"]

BASE_URL: Final = "https://graph.facebook.com"
UPLOADS: Final = "https://rupload.facebook.com"
"""Takes the bytes of reels and of stories."""
VERSION: Final = "v26.0"

SETTLES_AFTER: Final = timedelta(minutes=2)
"""How long after its deadline a write may still land; not documented, so chosen beyond usual time-outs."""
SOONEST: Final = timedelta(minutes=10)
"""The window in which posts for later are taken begins here."""
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
STORY: Final = REEL.model_copy(update={"mime_types": frozenset[str]()})
"""As https://developers.facebook.com/docs/page-stories-api has it, which advises MP4 and takes others too."""

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
        "story video": STORY,
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
    Capability.QUOTES: IN_PLACE_OF_QUOTES,
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
    "ads.insights": ("ads_read",),
}
"""By operation, and by call where those differ, what a refusal for want of a permission names.

Facebook says only that one is missing. Insights that may not be read say so in their rows.
"""


def bucket(request: Request) -> str:
    """Name the budget of a call: Pages, Messenger and each ad account are counted apart.

    Example:
        >>> bucket(Request(method="GET", url="https://graph.facebook.com/v26.0/act_17/insights"))
        'ads 17'
    """
    path = request.url.partition("?")[0]
    _, of_ads, rest = path.partition("/act_")
    if of_ads:
        return f"ads {rest.partition('/')[0]}"
    return "messenger" if path.endswith(("/messages", "/conversations")) else ""


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
