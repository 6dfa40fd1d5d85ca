"""Asking each account's platform whether it can be used, and judging what came back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from socialkit.errors import (
    AuthenticationError,
    ConfigurationError,
    MissingScopeError,
    PermissionDeniedError,
    ServerError,
    SocialKitError,
    TransportError,
    UnexpectedResponseError,
    WrongAccountError,
)
from socialkit.models import AccountRef
from socialkit.operations import awaited
from socialkit.platforms.base import (
    AsyncClient,
    AsyncHasAccount,
    Client,
    HasAccount,
    LoginFound,
    PlatformFacts,
    facts_for,
    login_of,
    settings_of,
)
from socialkit.text import plain
from socialkit.workspace._health import AccountHealth, HealthState, said

__all__ = ["NOTICE", "LoginPage", "Question", "Standings", "ask", "judged", "told_apart"]

NOTICE: Final = timedelta(days=14)
"""How long before its end a login counts as expiring, where nobody says."""
VERSION_NOTICE: Final = timedelta(days=90)
"""How long before its end an API's version is worth a line: a new release has to be installed."""
LONGEST: Final = 200
"""Characters of a platform's own words."""

LoginPage = Callable[[AccountRef], str | None]
"""Returns where the owner of an account logs in again."""

WORKING: Final = frozenset(
    {
        HealthState.VALID,
        HealthState.EXPIRING,
        HealthState.MISSING_SCOPE,
        HealthState.ID_MISSING,
        HealthState.VERSION_ENDING,
    }
)
IDLE: Final = frozenset(
    {
        HealthState.VALID,
        HealthState.ID_MISSING,
        HealthState.UNREACHABLE,
        HealthState.UNKNOWN,
        HealthState.VERSION_ENDING,
    }
)
"""States in which nobody has to log in."""

Finding = tuple[HealthState, str]
MEANINGS: Final[tuple[tuple[type[SocialKitError], HealthState, str], ...]] = (
    (WrongAccountError, HealthState.WRONG_ACCOUNT, "it is logged in as somebody else"),
    (MissingScopeError, HealthState.MISSING_SCOPE, "log in again and allow more"),
    (PermissionDeniedError, HealthState.BLOCKED, "the platform refuses the account"),
    (AuthenticationError, HealthState.REVOKED, "log in again, the platform refuses the login"),
    (ConfigurationError, HealthState.NOT_SET_UP, "nobody can log in"),
    (ServerError, HealthState.UNREACHABLE, "the platform is down, and the login may be good"),
    (TransportError, HealthState.UNREACHABLE, "the platform does not answer, and the login may be good"),
    (UnexpectedResponseError, HealthState.UNREACHABLE, "the platform does not answer as itself"),
)
"""What an error says of an account: the first line that fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of one account, and by which clock and calendar the answer is judged."""

    account: AccountRef
    facts: PlatformFacts
    named: bool
    """Whether anybody said whose the login is."""
    zone: str
    now: datetime
    notice: timedelta = NOTICE
    login_page: LoginPage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """What came back."""

    login: LoginFound | None = None
    """None when it could not be read."""
    error: Exception | None = None
    """What the platform, or the way to it, refused; None when the account answered as itself."""
    account: AccountRef | None = None
    settings: str | None = None
    facts: PlatformFacts | None = None
    """What the platform is to the account; None when its client could not be opened."""


async def ask(opener: Callable[[], Client | AsyncClient]) -> Standings:
    """Ask a platform, in either mode, whose the client's login is; nothing is written there."""
    found = Standings()
    try:
        client = opener()
        found = replace(found, account=client.ref, settings=settings_of(client), facts=facts_for(client))
        found = replace(found, login=await login_of(client))
        if not isinstance(client, HasAccount | AsyncHasAccount):
            return replace(found, error=SocialKitError("the platform does not say whose a login is"))
        await awaited(client.account.me())
    except Exception as error:  # noqa: BLE001 - one account stops no other; what failed is judged
        return replace(found, error=error)
    return replace(found, account=client.ref, login=await login_of(client))


def judged(question: Question, found: Standings) -> AccountHealth:
    """Return how an account is, by what came back; where that breaks, that it did."""
    try:
        return _judged(question, found)
    except Exception as error:  # noqa: BLE001 - one account's line takes no other's away
        broken = Standings(error=error, account=found.account, settings=found.settings, facts=found.facts)
        return _judged(replace(question, login_page=None), broken)


def _judged(question: Question, found: Standings) -> AccountHealth:
    account = found.account or question.account
    findings = sorted(_findings(question, found), key=_gravity)
    state, link = findings[0][0], None
    if state not in IDLE:
        link, trouble = _link(question, found, account)
        findings += trouble
    login = found.login or LoginFound()
    return AccountHealth(
        account=account,
        title=question.facts.title,
        state=state,
        because="; ".join(words for _state, words in findings),
        until=login.ends_at,
        lasts=_lasts(_facts(question, found), found.login),
        lacking=login.lacking,
        version_ends=_facts(question, found).end_of_life,
        link=link,
        zone=question.zone,
        checked_at=question.now,
    )


def told_apart(lines: Iterable[AccountHealth]) -> list[AccountHealth]:
    """Return lines in which accounts that turned out to be one and the same say so."""
    listed = list(lines)
    same: defaultdict[tuple[str, str | None, str], list[str]] = defaultdict(list)
    for one in listed:
        if one.state in WORKING and one.account.id is not None:
            same[_identity(one.account, one.account.id)].append(one.account.key)
    return [_told(one, same) for one in listed]


def _identity(account: AccountRef, account_id: str) -> tuple[str, str | None, str]:
    return account.platform, account.host, account_id


def _told(one: AccountHealth, same: Mapping[tuple[str, str | None, str], list[str]]) -> AccountHealth:
    account_id = one.account.id
    if one.state not in WORKING or account_id is None:
        return one
    others = [key for key in same[_identity(one.account, account_id)] if key != one.account.key]
    if not others:
        return one
    because = f"it is logged in as the same account as {', '.join(others)}: look where the tokens come from"
    return one.model_copy(update={"state": HealthState.WRONG_ACCOUNT, "because": because})


def _lasts(facts: PlatformFacts, login: LoginFound | None) -> bool | None:
    if login is None:
        return None
    if login.renews:
        return True
    return facts.tokens_last if login.ends_at is None else False


def _gravity(finding: Finding) -> int:
    return list(HealthState).index(finding[0])


def _link(question: Question, found: Standings, account: AccountRef) -> tuple[str | None, list[Finding]]:
    """Return where to log in again, and what is to be said where the caller's own page could not be told."""
    try:
        own = None if question.login_page is None else question.login_page(account)
    except Exception as error:  # noqa: BLE001 - what is known of the account is told all the same
        return found.settings, [(HealthState.UNKNOWN, f"login_page= broke: {type(error).__name__}")]
    return own or found.settings, []


def _findings(question: Question, found: Standings) -> Iterator[Finding]:
    """Yield all that is to be said; of an account with which nothing is wrong, how long it holds."""
    if found.error is not None:
        yield _refused(found.error)
    told = [] if found.login is None else [*_ending(question, found.login), *_lacking(found.login)]
    told += [*_unnamed(question, found), *_version(question, _facts(question, found))]
    yield from told
    if found.error is None and not told:
        yield HealthState.VALID, _holding(question, found.login, _facts(question, found))


def _unnamed(question: Question, found: Standings) -> Iterator[Finding]:
    account = found.account
    if question.named or found.error is not None or account is None or account.id is None:
        return
    who = "" if account.handle is None else f" (@{account.handle})"
    yield HealthState.ID_MISSING, f'nobody said whose it is: write id = "{account.id}"{who}'


def _ending(question: Question, login: LoginFound) -> Iterator[Finding]:
    if login.ends_at is None or question.notice < login.ends_at - question.now:
        return
    today, ends = _local(question, question.now), _local(question, login.ends_at)
    if login.ends_at <= question.now:
        words = f"log in again now: it was to end on {said(ends.date(), today.date())}"
    elif ends.date() == today.date():
        words = f"log in again now: it ends today at {ends:%H:%M}"
    else:
        words = f"log in again before {said(ends.date(), today.date())}"
    yield HealthState.EXPIRING, words


def _lacking(login: LoginFound) -> Iterator[Finding]:
    by_scopes: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for capability, scopes in (login.lacking or {}).items():
        by_scopes[scopes].append(capability.value)
    if by_scopes:
        named = (f"{' or '.join(scopes)} ({', '.join(kinds)})" for scopes, kinds in by_scopes.items())
        yield HealthState.MISSING_SCOPE, f"log in again and allow {'; '.join(named)}"


def _version(question: Question, facts: PlatformFacts) -> Iterator[Finding]:
    ends, usual = facts.end_of_life, question.facts.api_version
    today = _local(question, question.now).date()
    if ends is not None and ends - today <= VERSION_NOTICE:
        remedy = "update socialkit" if facts.api_version == usual else f"leave api_version= out for {usual}"
        day = said(ends, today)
        yield (
            HealthState.VERSION_ENDING,
            f"version {facts.api_version} of the API is switched off on {day}: {remedy}",
        )


def _holding(question: Question, login: LoginFound | None, facts: PlatformFacts) -> str:
    lasts = _lasts(facts, login)
    if login is None or (login.ends_at is None and lasts is None):
        return "works, and nobody says until when"
    if login.renews:
        return "nothing to do, it renews itself"
    if login.ends_at is None and lasts:
        return "nothing to do, it holds until it is taken back"
    if login.ends_at is None:
        return "works, and it ends on a day that nobody told: a login through socialkit tells it"
    today, ends = _local(question, question.now), _local(question, login.ends_at)
    return f"nothing to do yet, it holds until {said(ends.date(), today.date())}"


def _facts(question: Question, found: Standings) -> PlatformFacts:
    """Return what the platform is to the account; to any, where its client could not be opened."""
    return found.facts or question.facts


def _local(question: Question, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(question.zone))


def _refused(error: Exception) -> Finding:
    """Return what an error says of an account; what does not answer has refused nothing."""
    if not isinstance(error, SocialKitError):
        return HealthState.UNKNOWN, f"the check broke: {type(error).__name__}"
    words = plain(error.message)[:LONGEST]
    for kind, state, meaning in MEANINGS:
        if isinstance(error, kind):
            return state, f"{meaning}: {words}"
    return HealthState.UNKNOWN, f"nothing is known of the login: {words}"
