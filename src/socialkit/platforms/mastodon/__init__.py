"""Mastodon, and servers that speak its API. See https://docs.joinmastodon.org/api/ (API of 4.6)."""

from socialkit.platforms.mastodon._client import AsyncMastodon, Mastodon, MastodonAccount, MastodonPlatform
from socialkit.platforms.mastodon._facts import FACTS, MastodonRules
from socialkit.platforms.mastodon._inbox import MastodonInbox
from socialkit.platforms.mastodon._insights import MastodonInsights, MastodonListening
from socialkit.platforms.mastodon._login import LOGIN, MastodonLogin
from socialkit.platforms.mastodon._options import MastodonOptions, Poll
from socialkit.platforms.mastodon._posts import MastodonMedia, MastodonPosts
from socialkit.platforms.mastodon._webhooks import PUSHES

__all__ = [
    "FACTS",
    "LOGIN",
    "PUSHES",
    "AsyncMastodon",
    "Mastodon",
    "MastodonAccount",
    "MastodonInbox",
    "MastodonInsights",
    "MastodonListening",
    "MastodonLogin",
    "MastodonMedia",
    "MastodonOptions",
    "MastodonPlatform",
    "MastodonPosts",
    "MastodonRules",
    "Poll",
]
