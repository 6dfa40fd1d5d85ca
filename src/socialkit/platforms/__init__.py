"""Clients of the platforms, imported when first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from socialkit.platforms._registry import ENTRY_POINTS, Registration, find, load_options, names

if TYPE_CHECKING:
    from socialkit.platforms.bluesky import (
        AsyncBluesky,
        Bluesky,
        BlueskyOptions,
        JetstreamAction,
        JetstreamEvent,
        JetstreamKind,
        LinkCard,
    )
    from socialkit.platforms.facebook import (
        AsyncFacebook,
        Facebook,
        FacebookOptions,
        FacebookPage,
        TokenReport,
    )
    from socialkit.platforms.instagram import (
        AsyncInstagram,
        Instagram,
        InstagramOptions,
        InstagramToken,
        LinkedAccount,
        PublishingLimit,
        UserTag,
    )
    from socialkit.platforms.mastodon import AsyncMastodon, Mastodon, MastodonOptions, Poll
    from socialkit.platforms.threads import (
        Allowance,
        AsyncThreads,
        Threads,
        ThreadsOptions,
        ThreadsPlace,
        ThreadsToken,
    )
    from socialkit.platforms.x import X_OAUTH1_LOGIN, AsyncX, Volume, X, XOptions, XPoll

__all__ = [
    "ENTRY_POINTS",
    "X_OAUTH1_LOGIN",
    "Allowance",
    "AsyncBluesky",
    "AsyncFacebook",
    "AsyncInstagram",
    "AsyncMastodon",
    "AsyncThreads",
    "AsyncX",
    "Bluesky",
    "BlueskyOptions",
    "Facebook",
    "FacebookOptions",
    "FacebookPage",
    "Instagram",
    "InstagramOptions",
    "InstagramToken",
    "JetstreamAction",
    "JetstreamEvent",
    "JetstreamKind",
    "LinkCard",
    "LinkedAccount",
    "Mastodon",
    "MastodonOptions",
    "Poll",
    "PublishingLimit",
    "Registration",
    "Threads",
    "ThreadsOptions",
    "ThreadsPlace",
    "ThreadsToken",
    "TokenReport",
    "UserTag",
    "Volume",
    "X",
    "XOptions",
    "XPoll",
    "find",
    "load_options",
    "names",
]

_HOMES = {
    **dict.fromkeys(("AsyncBluesky", "Bluesky", "BlueskyOptions", "LinkCard"), "bluesky"),
    **dict.fromkeys(("JetstreamAction", "JetstreamEvent", "JetstreamKind"), "bluesky"),
    **dict.fromkeys(("AsyncFacebook", "Facebook", "FacebookOptions"), "facebook"),
    **dict.fromkeys(("FacebookPage", "TokenReport"), "facebook"),
    **dict.fromkeys(("AsyncInstagram", "Instagram", "InstagramOptions"), "instagram"),
    **dict.fromkeys(("InstagramToken", "LinkedAccount", "PublishingLimit", "UserTag"), "instagram"),
    **dict.fromkeys(("AsyncMastodon", "Mastodon", "MastodonOptions", "Poll"), "mastodon"),
    **dict.fromkeys(("Allowance", "AsyncThreads", "Threads", "ThreadsOptions"), "threads"),
    **dict.fromkeys(("ThreadsPlace", "ThreadsToken"), "threads"),
    **dict.fromkeys(("X_OAUTH1_LOGIN", "AsyncX", "Volume", "X", "XOptions", "XPoll"), "x"),
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(f"socialkit.platforms.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
