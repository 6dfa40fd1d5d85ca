"""X, formerly Twitter. API v2, see https://docs.x.com/x-api (as of 2026-08-22)."""

from socialkit.platforms.x._account import XAccount
from socialkit.platforms.x._app import XSubscription, XUsage, XUsageDay, XWebhook
from socialkit.platforms.x._client import AsyncX, X, XPlatform
from socialkit.platforms.x._facts import FACTS, Tier
from socialkit.platforms.x._inbox import XInbox
from socialkit.platforms.x._insights import XInsights
from socialkit.platforms.x._listening import Granularity, Volume, XListening
from socialkit.platforms.x._login import LOGIN, X_OAUTH1_LOGIN, XLogin
from socialkit.platforms.x._media import XMedia
from socialkit.platforms.x._options import ReplyControl, XOptions, XPoll
from socialkit.platforms.x._posts import XPosts
from socialkit.platforms.x._rules import XRules
from socialkit.platforms.x._vocabulary import VocabularyName
from socialkit.platforms.x._webhooks import PUSHES

__all__ = [
    "FACTS",
    "LOGIN",
    "PUSHES",
    "X_OAUTH1_LOGIN",
    "AsyncX",
    "Granularity",
    "ReplyControl",
    "Tier",
    "VocabularyName",
    "Volume",
    "X",
    "XAccount",
    "XInbox",
    "XInsights",
    "XListening",
    "XLogin",
    "XMedia",
    "XOptions",
    "XPlatform",
    "XPoll",
    "XPosts",
    "XRules",
    "XSubscription",
    "XUsage",
    "XUsageDay",
    "XWebhook",
]
