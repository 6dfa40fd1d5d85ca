"""Threads, Meta's network of short texts. See https://developers.facebook.com/docs/threads (API v1.0).

A draft of several parts is a thread everywhere in socialkit; the network of that name is `threads`.
"""

from socialkit.platforms.threads._account import Allowance, ThreadsAccount, ThreadsToken
from socialkit.platforms.threads._client import AsyncThreads, Threads, ThreadsPlatform
from socialkit.platforms.threads._facts import FACTS
from socialkit.platforms.threads._inbox import ThreadsInbox
from socialkit.platforms.threads._insights import METRICS, ThreadsInsights
from socialkit.platforms.threads._listening import ThreadsListening, ThreadsPlace
from socialkit.platforms.threads._login import LOGIN, ThreadsLogin
from socialkit.platforms.threads._options import ThreadsOptions
from socialkit.platforms.threads._posts import ThreadsPosts
from socialkit.platforms.threads._rules import ThreadsRules
from socialkit.platforms.threads._webhooks import PUSHES

__all__ = [
    "FACTS",
    "LOGIN",
    "METRICS",
    "PUSHES",
    "Allowance",
    "AsyncThreads",
    "Threads",
    "ThreadsAccount",
    "ThreadsInbox",
    "ThreadsInsights",
    "ThreadsListening",
    "ThreadsLogin",
    "ThreadsOptions",
    "ThreadsPlace",
    "ThreadsPlatform",
    "ThreadsPosts",
    "ThreadsRules",
    "ThreadsToken",
]
