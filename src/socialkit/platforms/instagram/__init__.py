"""Instagram, professional accounts. See https://developers.facebook.com/docs/instagram-platform/ (v26.0)."""

from socialkit.platforms.instagram._account import InstagramAccount, LinkedAccount, PublishingLimit
from socialkit.platforms.instagram._client import AsyncInstagram, Instagram, InstagramPlatform
from socialkit.platforms.instagram._facts import FACTS, FACTS_OF, INSTAGRAM_SCOPES
from socialkit.platforms.instagram._inbox import InstagramInbox
from socialkit.platforms.instagram._insights import InstagramInsights
from socialkit.platforms.instagram._listening import InstagramListening
from socialkit.platforms.instagram._login import LOGIN, OWN_LOGIN, InstagramLogin
from socialkit.platforms.instagram._metrics import METRICS
from socialkit.platforms.instagram._options import InstagramOptions, ProductTag, UserTag
from socialkit.platforms.instagram._posts import InstagramPosts
from socialkit.platforms.instagram._rules import InstagramRules
from socialkit.platforms.instagram._token import InstagramToken
from socialkit.platforms.instagram._webhooks import PUSHES

__all__ = [
    "FACTS",
    "FACTS_OF",
    "INSTAGRAM_SCOPES",
    "LOGIN",
    "METRICS",
    "OWN_LOGIN",
    "PUSHES",
    "AsyncInstagram",
    "Instagram",
    "InstagramAccount",
    "InstagramInbox",
    "InstagramInsights",
    "InstagramListening",
    "InstagramLogin",
    "InstagramOptions",
    "InstagramPlatform",
    "InstagramPosts",
    "InstagramRules",
    "InstagramToken",
    "LinkedAccount",
    "ProductTag",
    "PublishingLimit",
    "UserTag",
]
