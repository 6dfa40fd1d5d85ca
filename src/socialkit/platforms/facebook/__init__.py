"""Facebook Pages. See https://developers.facebook.com/docs/pages-api/ (Graph API v26.0)."""

from socialkit.platforms.facebook._account import FacebookAccount, FacebookPage, TokenReport
from socialkit.platforms.facebook._ads import FacebookAds
from socialkit.platforms.facebook._client import AsyncFacebook, Facebook, FacebookPlatform
from socialkit.platforms.facebook._facts import FACTS, FacebookRules
from socialkit.platforms.facebook._inbox import FacebookInbox
from socialkit.platforms.facebook._insights import METRICS, FacebookInsights
from socialkit.platforms.facebook._login import LOGIN, FacebookLogin
from socialkit.platforms.facebook._options import FacebookOptions
from socialkit.platforms.facebook._posts import FacebookMedia, FacebookPosts
from socialkit.platforms.facebook._webhooks import PUSHES

__all__ = [
    "FACTS",
    "LOGIN",
    "METRICS",
    "PUSHES",
    "AsyncFacebook",
    "Facebook",
    "FacebookAccount",
    "FacebookAds",
    "FacebookInbox",
    "FacebookInsights",
    "FacebookLogin",
    "FacebookMedia",
    "FacebookOptions",
    "FacebookPage",
    "FacebookPlatform",
    "FacebookPosts",
    "FacebookRules",
    "TokenReport",
]
