"""What Threads declares: capabilities, scopes, errors, allowances; its limits are those of its rules.

As of 2026-04-21: https://developers.facebook.com/docs/threads/overview and /changelog.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from socialkit.models import Capability, MediaKind
from socialkit.platforms._graph import USAGE, ApiVersion
from socialkit.platforms.base import PlatformFacts, Quota
from socialkit.platforms.threads._errors import ERRORS
from socialkit.platforms.threads._rules import LIMITS, ThreadsRules

__all__ = ["BASE_URL", "FACTS", "VERSION", "VERSIONS"]

BASE_URL: Final = "https://graph.threads.net"
VERSION: Final = "v1.0"
VERSIONS: Final = (ApiVersion(VERSION),)
"""Versions of graph.threads.net: one is known, and no end of it."""

SETTLES_AFTER: Final = timedelta(minutes=2)
"""How long after its deadline a write may still land; not documented, so chosen beyond usual time-outs."""
DAY: Final = timedelta(hours=24)

SCOPES: Final = {
    Capability.PUBLISH: ("threads_content_publish",),
    Capability.THREADS: ("threads_content_publish",),
    Capability.MEDIA: ("threads_content_publish",),
    Capability.ALT_TEXT: ("threads_content_publish",),
    Capability.POLLS: ("threads_content_publish",),
    Capability.QUOTES: ("threads_content_publish",),
    Capability.DELETE: ("threads_delete",),
    Capability.MENTIONS: ("threads_manage_mentions",),
    Capability.COMMENTS: ("threads_read_replies",),
    Capability.REPLY: ("threads_manage_replies",),
    Capability.HIDE: ("threads_manage_replies",),
    Capability.POST_INSIGHTS: ("threads_manage_insights",),
    Capability.ACCOUNT_INSIGHTS: ("threads_manage_insights",),
    Capability.AUDIENCE_INSIGHTS: ("threads_manage_insights",),
    Capability.SEARCH: ("threads_keyword_search",),
}
BESIDES: Final = {
    Capability.REPLY: ("threads_content_publish",),
    Capability.THREADS: ("threads_manage_replies",),
}
"""An answer is published as a post is, and every part of a thread but the first is an answer."""

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

QUOTAS: Final = (
    Quota(name="posts", unit="posts", limit=250, per=DAY, delivery=1),
    # All parts but the first are replies, as a first comment is.
    Quota(name="replies", unit="posts", limit=1_000, per=DAY, delivery=-1, part=1, comment=1),
)

FACTS: Final = PlatformFacts(
    name="threads",
    title="Threads",
    documentation="https://developers.facebook.com/docs/threads",
    api_version=VERSION,
    capabilities=frozenset({*SCOPES, Capability.WEBHOOKS}),
    instead=INSTEAD,
    scopes=SCOPES,
    scopes_besides=BESIDES,
    tokens_last=False,
    limits=LIMITS,
    media_by_url=frozenset({MediaKind.IMAGE, MediaKind.VIDEO}),
    rules=ThreadsRules("threads"),
    errors=ERRORS,
    rate_headers=USAGE,  # not verified on this host: where there are none, nothing is read
    quotas=QUOTAS,
    settles_after=SETTLES_AFTER,
)
"""What Threads is, as data."""
