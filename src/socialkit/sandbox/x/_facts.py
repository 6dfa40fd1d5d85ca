"""What the simulated X knows of itself: names, limits, windows. After the documentation of 2026-08-22."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SITE = "https://x.com"
EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
"""Where the time in ids begins."""

TEXT = 280
LONG_TEXT = 25_000
"""Of accounts that pay."""
EDITS = 5
EDITED = timedelta(hours=1)
"""How often, and how long, a post may be changed; a guide says half as long."""
LINK = 23
ALT_TEXT = 1_000
ATTACHED = 4
CASHTAGS = 1
PIECE = 4 * 2**20
"""Bytes above which a piece of a file is refused with 431."""
PIECES = 1_000
MEDIA_LIFE = timedelta(days=1)
PROCESSING_TIME = timedelta(seconds=5)
CHECK_AFTER = 2
CODE_LIFE = timedelta(seconds=30)
TOKEN_LIFE = timedelta(hours=2)
PRIVATE_LIFE = timedelta(days=30)
"""How long clicks are told, and private messages kept."""
SEARCHED = timedelta(days=7)
REPEATED = timedelta(days=1)
"""How long an equal text is refused."""

SCOPES = (
    *("tweet.read", "tweet.write", "tweet.moderate.write", "users.read", "follows.read", "offline.access"),
    *("like.read", "like.write", "dm.read", "dm.write", "media.write"),
)

ADDRESS = re.compile(r"https://[^\s:/]+(?:/\S*)?")
"""Where it pushes."""
EVENTS: Mapping[str, str] = {
    **dict.fromkeys(("post.create", "post.delete", "post.mention.create"), "tweet.read"),
    **dict.fromkeys(("post.reply.create", "post.quote.create", "post.repost.create"), "tweet.read"),
    **dict.fromkeys(("follow.follow", "follow.unfollow"), "tweet.read"),
    **dict.fromkeys((f"profile.update.{name}" for name in ("bio", "screenname", "url")), "tweet.read"),
    **dict.fromkeys(("dm.received", "dm.sent", "dm.read"), "dm.read"),
    "like.create": "like.read",
}
"""Kinds of activity, and the scope that each needs. Answers, quotes and reposts stand in a guide alone."""

QUARTER, DAY = 15 * 60, 24 * 60 * 60

WINDOWS: Mapping[str, int] = {
    "create_post": 100,
    "delete_post": 50,
    "get_posts": 5_000,
    "get_post": 900,
    "search_recent": 300,
    "counts_recent": 300,
    "user_posts": 900,
    "user_mentions": 300,
    "liked_posts": 75,
    "like_post": 50,
    "hide_reply": 50,
    "users_me": 75,
    "user_by_username": 900,
    "dm_events": 15,
    "conversation_events": 15,
    "send_message": 15,
    "initialize_upload": 1_875,
    "append_upload": 1_875,
    "finalize_upload": 1_875,
    "upload_status": 1_000,
    "post_metadata": 500,
    **dict.fromkeys(("get_webhooks", "create_webhook", "delete_webhook"), 450),
    **dict.fromkeys(("get_subscriptions", "create_subscription", "delete_subscription"), 500),
}
"""Calls of one user in a quarter of an hour."""

DAYS: Mapping[str, Mapping[str, int]] = {
    "create_post": {"app": 10_000},
    "send_message": {"app": 1_440, "user": 1_440},
    "like_post": {"user": 1_000},
    **{name: {"app": 180_000} for name in ("initialize_upload", "append_upload", "finalize_upload")},
    "upload_status": {"app": 100_000},
    "post_metadata": {"app": 50_000},
}
"""Calls in 24 hours, of the app with all its users and of one user. When they begin is not documented: here
with the day of UTC."""


@dataclass(frozen=True, slots=True)
class Names:
    """One of the two vocabularies."""

    fields: str
    references: str
    history: str
    note: str
    shares: str
    posts: str
    known: frozenset[str]
    """Fields of posts."""
    expansions: frozenset[str]
    message_fields: frozenset[str]


_SHARED = frozenset(
    {
        *("attachments", "card_uri", "community_id", "context_annotations", "conversation_id", "created_at"),
        *("display_text_range", "edit_controls", "entities", "geo", "id", "lang", "non_public_metrics"),
        *("organic_metrics", "possibly_sensitive", "promoted_metrics", "public_metrics", "reply_settings"),
        *("text", "withheld"),
    }
)
_EXPANSIONS = frozenset(
    {"attachments.media_keys", "attachments.poll_ids", "author_id", "in_reply_to_user_id"}
)
_MESSAGES = frozenset(
    {"attachments", "created_at", "dm_conversation_id", "entities", "event_type", "id", "text"}
)

VOCABULARIES: Mapping[str, Names] = {
    "tweet": Names(
        "tweet.fields",
        "referenced_tweets",
        "edit_history_tweet_ids",
        "note_tweet",
        "retweet_count",
        "tweet_count",
        _SHARED
        | {"author_id", "edit_history_tweet_ids", "in_reply_to_user_id", "note_tweet", "referenced_tweets"},
        _EXPANSIONS | {"referenced_tweets.id", "edit_history_tweet_ids"},
        _MESSAGES | {"sender_id", "participant_ids", "referenced_tweets"},
    ),
    "post": Names(
        "post.fields",
        "referenced_posts",
        "edit_history_post_ids",
        "note_post",
        "repost_count",
        "post_count",
        _SHARED | {"note_post"},
        _EXPANSIONS | {"referenced_posts", "edit_history_post_ids"},
        _MESSAGES,
    ),
}

USER_FIELDS = frozenset(
    {
        *("created_at", "description", "entities", "id", "location", "name", "profile_image_url"),
        *("protected", "public_metrics", "url", "username", "verified", "verified_type"),
    }
)
MEDIA_FIELDS = frozenset(
    {
        *("alt_text", "duration_ms", "height", "media_key", "non_public_metrics", "organic_metrics"),
        *("preview_image_url", "public_metrics", "type", "url", "variants", "width"),
    }
)
