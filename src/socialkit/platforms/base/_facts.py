"""What a platform declares about itself, as data that code, docs and tests read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from socialkit.models import Capability, Limits, MediaKind, RetentionLimit
from socialkit.platforms.base._quotas import Quota
from socialkit.platforms.base._rules import DraftRules
from socialkit.transport import ErrorTable, HeaderReader, LocalLimit, Request

__all__ = ["PlatformFacts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformFacts:
    """One platform's declared facts."""

    name: str
    title: str
    """The name as people write it."""
    documentation: str
    """Where the API is documented."""
    api_version: str
    end_of_life: date | None = None
    """When this API version is switched off, where announced."""
    capabilities: frozenset[Capability]
    instead: Mapping[Capability, str] = field(default_factory=dict[Capability, str])
    """What the platform offers in place of a capability that it lacks."""
    scopes: Mapping[Capability, tuple[str, ...]] = field(default_factory=dict[Capability, tuple[str, ...]])
    """Any one of these scopes is needed; not listed means none."""
    scopes_besides: Mapping[Capability, tuple[str, ...]] = field(
        default_factory=dict[Capability, tuple[str, ...]]
    )
    """Each of these is needed besides one of `scopes`."""
    scopes_else: str = ""
    """What opens something as well where a scope is missing, beside another login; part of a sentence."""
    tokens_last: bool | None = None
    """Whether a token of which nobody says when it ends holds until it is taken back; None when not known."""
    settings: str | None = None
    """Where the account's owner gives access and takes it back: whole, or below the server's address."""
    limits: Limits
    media_by_url: frozenset[MediaKind] = frozenset()
    """Kinds of files that it does not take, but fetches from a public address; see `hosted`."""
    rules: DraftRules
    errors: ErrorTable
    rate_headers: HeaderReader | None = None
    """How its answers tell what is left of its budgets."""
    rate_limit: LocalLimit | None = None
    """What is kept to when the platform's answers say nothing."""
    quotas: tuple[Quota, ...] = ()
    """What it is documented to allow, and what a publish takes of that."""
    app_wide: bool = False
    """Whether all accounts of an app share one budget of requests, rather than each having its own."""
    bucket: Callable[[Request], str] | None = None
    """Names the budget that a request counts against, where the platform counts some calls apart."""
    retention: tuple[RetentionLimit, ...] = ()
    """How long it lets be kept what others wrote and what it sent, each with its source."""
    ids_everywhere: bool = False
    """Whether a person's id means that person whichever of its servers is asked."""
    settles_after: timedelta | None = None
    """How long after its deadline a write may still land; None when nobody can say."""
    authoritative: bool = False
    """Whether one read decides that a write did not happen, once its deadline has passed."""
    flow_version: int = 1
    """Changes when the steps of a publish change."""
