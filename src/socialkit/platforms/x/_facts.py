"""What X declares: capabilities by access, scopes, budgets and prices.

As of the OpenAPI document 2.167 and the guides of 2026-08-22: https://docs.x.com/x-api.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from socialkit.models import Capability, Draft, Kept, RetentionLimit
from socialkit.platforms.base import PlatformFacts, Quota, comment_of
from socialkit.platforms.x._errors import ERRORS, READING, bucket, rate
from socialkit.platforms.x._rules import LIMITS, PREMIUM, XRules
from socialkit.text import Dialect, EntityKind, extract_entities

__all__ = ["BY_CONTRACT", "FACTS", "PROCESSING_LIMIT", "Tier", "cost_of", "facts_of"]

Tier: TypeAlias = Literal["self-serve", "enterprise"]
"""What access the app has: what anybody can buy (pay per use, Basic, Pro), or a contract with X."""

SETTLES_AFTER: Final = timedelta(minutes=2)
"""How long after its deadline a write may still land; not documented, so chosen beyond usual time-outs."""

PROCESSING_LIMIT: Final = timedelta(minutes=15)
"""How long a video may be processed before it counts as failed; not documented."""

SELF_SERVE: Final = frozenset(
    {
        Capability.PUBLISH,
        Capability.THREADS,
        Capability.MEDIA,
        Capability.ALT_TEXT,
        Capability.POLLS,
        Capability.DELETE,
        Capability.MENTIONS,
        Capability.COMMENTS,
        Capability.DIRECT_MESSAGES,
        Capability.WEBHOOKS,
        Capability.REPLY,
        Capability.REPLY_PRIVATELY,
        Capability.HIDE,
        Capability.POST_INSIGHTS,
        Capability.ACCOUNT_INSIGHTS,
        Capability.SEARCH,
        Capability.PROFILES,
    }
)

BY_CONTRACT: Final = frozenset({Capability.QUOTES, Capability.LIKE})
"""Taken from self-serve apps on 2026-04-20."""

PAID: Final = frozenset({Capability.EDIT})
"""What accounts have that pay X: see https://docs.x.com/x-api/fundamentals/edit-posts."""

CONTRACT_ALONE: Final = 'tier="enterprise", where X has a contract with you: self-serve apps lost it in 2026'

INSTEAD: Final = {
    Capability.QUOTES: f"the post's link in the text, or {CONTRACT_ALONE}",
    Capability.LIKE: CONTRACT_ALONE,
    Capability.SCHEDULE: "a publisher: X's API schedules nothing",
    Capability.EDIT: "premium=True, where the account pays X; else delete the post and publish it anew",
    Capability.STREAM: "webhooks, or inbox.iterate() from time to time",
    Capability.DELETE_COMMENTS: "inbox.hide() for answers in public; private messages stay",
    Capability.AUDIENCE_INSIGHTS: "the follower count of insights.account(); X tells nothing more",
    Capability.TRENDS: "listening.search() and listening.volume()",
}

WRITE: Final = ("tweet.write",)
READ, USERS = ("tweet.read",), ("users.read",)

SCOPES: Final = {
    Capability.PUBLISH: WRITE,
    Capability.THREADS: WRITE,
    Capability.POLLS: WRITE,
    Capability.QUOTES: WRITE,
    Capability.DELETE: WRITE,
    Capability.EDIT: WRITE,
    Capability.REPLY: WRITE,
    Capability.MEDIA: ("media.write",),
    Capability.ALT_TEXT: ("media.write",),
    Capability.WEBHOOKS: ("like.read",),  # X wants it for the list of subscriptions
    Capability.REPLY_PRIVATELY: ("dm.write",),
    Capability.DIRECT_MESSAGES: ("dm.read",),
    Capability.HIDE: ("tweet.moderate.write",),
    Capability.LIKE: ("like.write",),
    Capability.MENTIONS: READ,
    Capability.COMMENTS: READ,
    Capability.SEARCH: READ,
    Capability.POST_INSIGHTS: READ,
    Capability.ACCOUNT_INSIGHTS: USERS,
    Capability.PROFILES: USERS,
}

FILES: Final = frozenset({Capability.MEDIA, Capability.ALT_TEXT})
SCOPES_BESIDES: Final = {
    **{one: tuple(name for name in READING if (name,) != scopes) for one, scopes in SCOPES.items()},
    **dict.fromkeys(FILES, ()),
    Capability.WEBHOOKS: READ,
}
"""What X's OpenAPI document wants with each of them: files alone need nothing else."""

QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)

QUOTAS: Final = (
    Quota(name="posts", unit="posts", limit=100, per=QUARTER, part=1, comment=1),
    Quota(name="posts of the app", unit="posts", limit=10_000, per=DAY, part=1, comment=1, shared=True),
    Quota(name="own posts read", unit="requests", limit=900, per=QUARTER, delivery=1),
    Quota(name="files", unit="files", limit=1_875, per=QUARTER, file=1),
)
"""As of 2026-08: https://docs.x.com/x-api/fundamentals/rate-limits. A file is appended in several calls."""

PRICES: Final = {
    "post": Decimal("0.015"),
    "post with a link": Decimal("0.200"),
    "description of a file": Decimal("0.005"),
    "own post read": Decimal("0.001"),
    "answer": Decimal("0.010"),
}
"""US dollars of pay per use, as of 2026-08: https://docs.x.com/x-api/getting-started/pricing."""
ANCHORED: Final = 5
"""Own posts that are read before each publish: X gives no fewer."""

RETENTION: Final = tuple(
    RetentionLimit(
        kind=kind,
        source="https://docs.x.com/developer-terms/policy#content-compliance (read 2026-11-22)",
        note="The policy names no time; what is changed or deleted on X has to be here too, as soon as can "
        "be, or within 24 hours of a request by X or the account's owner.",
    )
    for kind in Kept
)

FACTS: Final = PlatformFacts(
    name="x",
    title="X",
    documentation="https://docs.x.com/x-api",
    api_version="2",
    capabilities=SELF_SERVE,
    instead=INSTEAD,
    scopes=SCOPES,
    scopes_besides=SCOPES_BESIDES,
    limits=LIMITS,
    rules=XRules("x"),
    errors=ERRORS,
    rate_headers=rate,
    quotas=QUOTAS,
    bucket=bucket,
    retention=RETENTION,
    settles_after=SETTLES_AFTER,
)
"""What X is to an app that anybody can have, as data."""


def facts_of(tier: Tier, *, premium: bool) -> PlatformFacts:
    """Return what X is to an app with this access, and to an account that pays for long posts or does not."""
    none = frozenset[Capability]()
    more = (none if tier == "self-serve" else BY_CONTRACT) | (PAID if premium else none)
    return replace(
        FACTS,
        limits=PREMIUM if premium else LIMITS,
        capabilities=SELF_SERVE | more,
        instead={one: words for one, words in INSTEAD.items() if one not in more},
        rules=XRules("x", self_serve=tier == "self-serve"),
    )


def cost_of(draft: Draft) -> Decimal:
    """Return what publishing a draft costs at the list price, in US dollars."""
    comments = [] if draft.first_comment is None else [comment_of(draft)]
    parts = [*draft.parts, *comments]
    return sum((_part_cost(part) for part in parts), PRICES["own post read"] * ANCHORED)


def _part_cost(part: Draft) -> Decimal:
    linked = any(one.kind is EntityKind.URL for one in extract_entities(part.text, Dialect.X))
    described = sum(1 for one in part.media if one.alt_text)
    # Whom nobody named may answer nobody; the parts of a thread, which name no post, are posts.
    post = PRICES["post with a link" if linked else "post" if part.reply_to is None else "answer"]
    return post + described * PRICES["description of a file"]
