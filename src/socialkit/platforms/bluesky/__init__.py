"""Bluesky, and servers of the AT Protocol. See https://docs.bsky.app (lexicons of 2026-08)."""

from socialkit.platforms.bluesky._client import (
    BASE_URL,
    AsyncBluesky,
    Bluesky,
    BlueskyAccount,
    BlueskyPlatform,
)
from socialkit.platforms.bluesky._events import JetstreamAction, JetstreamEvent, JetstreamKind
from socialkit.platforms.bluesky._facts import FACTS, BlueskyRules
from socialkit.platforms.bluesky._inbox import BlueskyInbox
from socialkit.platforms.bluesky._insights import BlueskyInsights, BlueskyListening
from socialkit.platforms.bluesky._jetstream import JETSTREAM
from socialkit.platforms.bluesky._media import BlueskyMedia
from socialkit.platforms.bluesky._oauth import LOGIN, BlueskyLogin
from socialkit.platforms.bluesky._options import BlueskyOptions, LinkCard
from socialkit.platforms.bluesky._posts import BlueskyPosts

__all__ = [
    "BASE_URL",
    "FACTS",
    "JETSTREAM",
    "LOGIN",
    "AsyncBluesky",
    "Bluesky",
    "BlueskyAccount",
    "BlueskyInbox",
    "BlueskyInsights",
    "BlueskyListening",
    "BlueskyLogin",
    "BlueskyMedia",
    "BlueskyOptions",
    "BlueskyPlatform",
    "BlueskyPosts",
    "BlueskyRules",
    "JetstreamAction",
    "JetstreamEvent",
    "JetstreamKind",
    "LinkCard",
]
