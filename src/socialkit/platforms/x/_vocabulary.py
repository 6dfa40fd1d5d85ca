"""X's two vocabularies: the parameters and fields that are asked for, by the names of posts or of tweets.

X renames `tweet.*` to `post.*`. Its OpenAPI document of 2026-08-07 knows the new names alone, its guides of
the same day and every recorded answer the old ones. Answers are read in both; what is asked for is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

__all__ = ["VOCABULARIES", "Params", "Vocabulary", "VocabularyName"]

VocabularyName: TypeAlias = Literal["tweet", "post"]
"""How X is asked: by its old names or by its new ones."""
Params: TypeAlias = tuple[tuple[str, str], ...]

COMMON: Final = ("attachments", "conversation_id", "created_at", "entities", "id", "lang")
MEDIA: Final = ("alt_text", "media_key", "preview_image_url", "type", "url")
USER: Final = (
    *("created_at", "description", "id", "name", "profile_image_url", "public_metrics", "url"),
    "username",
)
AUTHOR: Final = ("id", "name", "profile_image_url", "username")
DM: Final = ("attachments", "created_at", "dm_conversation_id", "entities", "event_type", "id", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """One way to ask for the same things."""

    fields: str
    """The parameter that names the fields of posts."""
    note: str
    of_posts: tuple[str, ...]
    """Fields that only one vocabulary has as such."""
    expansions: tuple[str, ...]
    of_messages: tuple[str, ...]
    native: Mapping[str, str]
    """The platform's names of metrics."""

    def post(self, *metrics: str) -> Params:
        """Return what asks for posts with their authors and files, and for these groups of metrics."""
        wanted = (*COMMON, self.note, "text", *self.of_posts, *(metrics or ("public_metrics",)))
        return (
            (self.fields, ",".join(sorted(wanted))),
            ("expansions", ",".join(sorted(("attachments.media_keys", "author_id", *self.expansions)))),
            ("user.fields", ",".join(AUTHOR)),
            ("media.fields", ",".join(MEDIA)),
        )

    def counts(self, *metrics: str) -> Params:
        """Return what asks for these groups of metrics alone."""
        return ((self.fields, ",".join(sorted(("id", *metrics)))),)

    def films(self, *metrics: str) -> Params:
        """Return what asks for these groups of metrics, and for how often films were seen."""
        return (
            *self.counts("attachments", *metrics),
            ("expansions", "attachments.media_keys"),
            ("media.fields", "media_key,public_metrics,type"),
        )

    def user(self) -> Params:
        """Return what asks for an account."""
        return (("user.fields", ",".join(USER)),)

    def message(self) -> Params:
        """Return what asks for private messages with their senders."""
        return (
            ("dm_event.fields", ",".join(sorted((*DM, *self.of_messages)))),
            ("expansions", "attachments.media_keys,sender_id"),
            ("user.fields", ",".join(AUTHOR)),
            ("media.fields", ",".join(MEDIA)),
        )


SHARED: Final = {
    "likes": "like_count",
    "replies": "reply_count",
    "quotes": "quote_count",
    "saves": "bookmark_count",
    "impressions": "impression_count",
    "clicks": "url_link_clicks",
    "video_views": "view_count",
    "followers": "followers_count",
    "following": "following_count",
}

VOCABULARIES: Final[Mapping[VocabularyName, Vocabulary]] = {
    "tweet": Vocabulary(
        fields="tweet.fields",
        note="note_tweet",
        of_posts=("author_id", "edit_history_tweet_ids", "in_reply_to_user_id", "referenced_tweets"),
        expansions=(),
        of_messages=("sender_id",),
        native={**SHARED, "shares": "retweet_count", "posts": "tweet_count"},
    ),
    "post": Vocabulary(
        fields="post.fields",
        note="note_post",
        of_posts=(),
        # The new document has no fields for whom a post answers: its expansions bring them.
        expansions=("edit_history_post_ids", "in_reply_to_user_id", "referenced_posts"),
        of_messages=(),
        native={**SHARED, "shares": "repost_count", "posts": "post_count"},
    ),
}
