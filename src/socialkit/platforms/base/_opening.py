"""The inside of a new client: its pipeline, and the budget that it shares."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from socialkit.errors import ConfigurationError
from socialkit.models import AccountRef
from socialkit.operations import Mode
from socialkit.platforms.base._core import Core
from socialkit.platforms.base._facts import PlatformFacts
from socialkit.platforms.base._hosting import AsyncMediaHost, HostAccess, MediaHost
from socialkit.transport import (
    Authenticator,
    BudgetOwner,
    Pipeline,
    RateBudget,
    Retry,
    Transport,
    default_transport,
    shared_budget,
)

__all__ = ["LONGEST_WAIT", "host_of", "is_wait", "open_core"]

CONNECTING: Final = timedelta(seconds=20)
LONGEST_CALL: Final = timedelta(seconds=90)
"""After this long a call with the default time-outs has ended, one way or another."""

LONGEST_WAIT: Final = 86_400
"""Seconds for one answer: a day, after which nobody waits any more."""


def is_wait(timeout: float) -> bool:
    """Return whether a client may be told to wait so many seconds for an answer."""
    return not isinstance(timeout, bool) and 0 < timeout <= LONGEST_WAIT


def open_core(
    mode: type[Mode],
    facts: PlatformFacts,
    *,
    base_url: str,
    authenticator: Authenticator,
    account: AccountRef | None = None,
    transport: Transport | None = None,
    timeout: float | None = None,
    retry: Retry | None = None,
    scopes: tuple[str, ...] = (),
    media_host: MediaHost | AsyncMediaHost | None = None,
    trusted_origins: frozenset[str] = frozenset(),
) -> Core:
    """Return the inside of a new client.

    Args:
        mode: How the client is called.
        facts: The platform's.
        base_url: Where the platform, or a stand-in for it, listens.
        authenticator: Puts credentials on requests.
        account: Whose client it is in a workspace.
        transport: What carries requests; one for the network if not given.
        timeout: Seconds to wait for an answer.
        retry: The caller's patience.
        scopes: What the token may do, where known.
        media_host: Where local files are put that the platform fetches.
        trusted_origins: Where the credentials may go besides, such as to the host that takes files.

    Raises:
        ConfigurationError: An argument is none of its kind.
    """
    if timeout is not None and not is_wait(timeout):
        message = f"timeout={timeout} is no number of seconds to wait"
        raise ConfigurationError(message, platform=facts.name)
    pipeline = Pipeline(
        default_transport(mode, facts.name) if transport is None else transport,
        platform=facts.name,
        base_url=base_url,
        errors=facts.errors,
        authenticator=authenticator,
        retry=Retry() if retry is None else retry,
        budget=_budget(facts, base_url, authenticator, account, transport),
        timeout=timeout,
        trusted_origins=trusted_origins,
    )
    ref = AccountRef(platform=facts.name) if account is None else account
    patience = LONGEST_CALL if timeout is None else timedelta(seconds=timeout) + CONNECTING
    return Core(
        facts,
        pipeline,
        ref.model_copy(update={"host": host_of(base_url)}),
        patience=patience,
        scopes=scopes,
        media_host=None if media_host is None else HostAccess(media_host, mode),
    )


def _budget(
    facts: PlatformFacts,
    base_url: str,
    authenticator: Authenticator,
    account: AccountRef | None,
    transport: Transport | None,
) -> RateBudget:
    """Return the budget of an app and account: clients of the same one share it."""
    named = account if account is not None and account.brand is not None else None
    whose = hash(authenticator.secrets()) if named is None else named.key
    place = f"{facts.name} {base_url}"
    way = "network" if transport is None else id(transport)
    return shared_budget(
        f"{place} {whose} {way}",
        owner=None if named is None else _owner(facts, place, named),
        headers=facts.rate_headers,
        local=facts.rate_limit,
        bucket=facts.bucket,
    )


def _owner(facts: PlatformFacts, place: str, account: AccountRef) -> BudgetOwner:
    name = place if facts.app_wide else f"{place} {account.key}"
    return BudgetOwner(name=name, brand=account.brand or "", app_wide=facts.app_wide)


def host_of(base_url: str) -> str:
    """Return the host, and the port if it is not the usual one, of an address; empty if it is none."""
    try:
        return urlsplit(base_url).netloc.rpartition("@")[2].lower()
    except ValueError:  # the pipeline says what is wrong with it
        return ""
