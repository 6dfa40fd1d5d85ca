"""The memory of the simulated network: accounts, tokens, repositories, chats."""

import itertools
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._feed import Feed
from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky._ids import SORTABLE, tid
from socialkit.sandbox.bluesky._index import Index
from socialkit.sandbox.bluesky._records import (
    Access,
    Account,
    AppPassword,
    Convo,
    Grant,
    Job,
    Json,
    Log,
    OAuthSession,
    Pushed,
    Refresh,
    Repo,
)
from socialkit.sandbox.bluesky._syntax import is_did, is_handle
from socialkit.sandbox.bluesky._tokens import encode, seconds, sign

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(eq=False)
class Settings:
    """How the network behaves; the simulator's setters change it."""

    lag: timedelta = timedelta()
    refresh_grace: timedelta = facts.REFRESH_GRACE
    processing_time: timedelta = facts.PROCESSING_TIME
    image_size: int = facts.IMAGE_SIZE
    names_large_files: bool = False
    public_reads: bool = False
    serves_videos: bool = True
    wraps_job_status: bool = False
    failing_videos: int = 0


@dataclass(eq=False)
class Logins:
    """Who may act for whom: tokens, and logins that are on their way."""

    access: dict[str, Access] = field(default_factory=dict[str, Access])
    refresh: dict[str, Refresh] = field(default_factory=dict[str, Refresh])
    pushed: dict[str, Pushed] = field(default_factory=dict[str, Pushed])
    grants: dict[str, Grant] = field(default_factory=dict[str, Grant])
    sessions: list[OAuthSession] = field(default_factory=list[OAuthSession])
    proofs: set[str] = field(default_factory=set[str])


class State(Settings, Logins):
    """Everything that the network knows, and its settings."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        Settings.__init__(self)
        Logins.__init__(self)
        self.clock = clock
        self.rng = rng
        self.secret = rng.randbytes(32)
        self.names: dict[str, Account] = {}
        self.accounts: dict[str, Account] = {}
        self.repos: dict[str, Repo] = {}
        self.index = Index()
        self.jobs: dict[str, Job] = {}
        self.convos: dict[str, Convo] = {}
        self.logs: list[Log] = []
        self.reports: list[Json] = []
        self.uses: dict[tuple[str, str, int], tuple[datetime, int]] = {}
        self.admitted = 0
        self.happened: list[Json] = []
        """What Jetstream tells, oldest first."""
        self.listeners: list[tuple[Feed, Callable[[Json], None]]] = []
        self._last_tid = 0
        self._numbers = itertools.count(1)

    @property
    def now(self) -> datetime:
        """The simulated time, to the millisecond as the network writes it."""
        now = self.clock.now()
        return now.replace(microsecond=now.microsecond // 1_000 * 1_000)

    def number(self) -> int:
        """Make a number that grows."""
        return next(self._numbers)

    def tid(self) -> str:
        """Make a key that sorts by time and never repeats."""
        self._last_tid = max(self._last_tid + 1, int(self.now.timestamp() * 1_000_000))
        return tid(self._last_tid, self.rng.randrange(32))

    def token(self) -> str:
        """Make a code or secret that cannot be taken for a real one."""
        return f"sandbox-{self.rng.getrandbits(160):040x}"

    def happen(self, did: str, kind: str, what: Json) -> None:
        """Tell Jetstream, and whoever follows it, what happened; no two events have the same time."""
        last: int = self.happened[-1]["time_us"] if self.happened else 0
        time_us = max(last + 1, (self.clock.now() - _EPOCH) // timedelta(microseconds=1))
        event: Json = {"did": did, "time_us": time_us, "kind": kind, kind: what}
        self.happened.append(event)
        for _, tell in self.listeners:
            tell(event)

    def catch_up(self) -> None:
        """Let the app's view take in what it is due to see."""
        self.index.catch_up(self.now, self.lag)

    # accounts

    def account(self, name: str) -> Account:
        """The account of that name, made when it is new; handles and DIDs are names too."""
        name = name.lstrip("@")
        known = self.names.get(name) or self.find(name)
        return known or self.add_account(name)

    def add_account(self, name: str, did: str | None = None) -> Account:
        """Make an account with a handle that follows from its name."""
        label = re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")[:60] or "nobody"
        handle = name.lower() if is_handle(name) else f"{label}.{facts.HOST}"
        while handle in {one.handle for one in self.accounts.values()}:
            handle = f"{label}-{self.number()}.{facts.HOST}"
        if did is None:
            did = name if is_did(name) else "did:plc:" + self._letters(24)
        born = (self.now - timedelta(days=30)).replace(hour=0, minute=0, second=0, microsecond=0)
        account = Account(name, did, handle, self.token(), born)
        self.names[name] = self.accounts[did] = account
        self.repos[did] = Repo(did, rev=self.tid())
        return account

    def _letters(self, number: int) -> str:
        return "".join(self.rng.choice("abcdefghijklmnopqrstuvwxyz" + SORTABLE[:6]) for _ in range(number))

    def find(self, identifier: str) -> Account | None:
        """The account with a handle, DID or mail address, if there is one."""
        identifier = identifier if identifier.startswith("did:") else identifier.lower()
        known = self.accounts.get(identifier)
        for one in () if known else self.accounts.values():
            if identifier in {one.handle, one.email, *one.aliases}:
                return one
        return known

    def add_app_password(self, account: Account, name: str, *, privileged: bool) -> AppPassword:
        """Give an application a password of its own."""
        text = "-".join(self._letters(4) for _ in range(4))
        made = AppPassword(name, text, self.now, privileged)
        account.app_passwords[name] = made
        return made

    # tokens

    def new_session(self, account: Account, app_password: str | None) -> tuple[str, str]:
        """Begin a session; returns its access and refresh tokens."""
        refresh = self.add_refresh(account.did, app_password)
        return self.add_access(account.did, self.scope_of(account, app_password)), refresh.value

    def scope_of(self, account: Account, app_password: str | None) -> str:
        """What a session may do that began with a password."""
        if app_password is None:
            return facts.SCOPE_ACCOUNT
        known = account.app_passwords.get(app_password)
        return facts.SCOPE_APP_PRIVILEGED if known is not None and known.privileged else facts.SCOPE_APP

    def add_access(
        self, did: str, scope: str, *, life: timedelta = facts.ACCESS_LIFE, key: str | None = None
    ) -> str:
        """Issue an access token."""
        more: Json = {} if key is None else {"cnf": {"jkt": key}}
        value, expires_at = self._signed("at+jwt", did, scope, life, more)
        self.access[value] = Access(value, did, tuple(scope.split()), expires_at, key=key)
        return value

    def add_refresh(self, did: str, app_password: str | None) -> Refresh:
        """Issue a refresh token."""
        value, expires_at = self._signed("refresh+jwt", did, facts.SCOPE_REFRESH, facts.REFRESH_LIFE, {})
        made = Refresh(value, did, app_password, expires_at)
        self.refresh[value] = made
        return made

    def _signed(self, kind: str, did: str, scope: str, life: timedelta, more: Json) -> tuple[str, datetime]:
        expires_at = self.now + life
        claims = {
            "scope": scope,
            "aud": facts.SERVICE_DID,
            "sub": did,
            # Real access tokens have none; here time stands still and two tokens must differ all the same.
            "jti": encode(self.rng.randbytes(24)),
            "iat": seconds(self.now),
            "exp": seconds(expires_at),
            **more,
        }
        return sign({"typ": kind, "alg": "HS256"}, claims, self.secret), expires_at

    def sees(self, viewer: str | None, did: str) -> bool:
        """Whether somebody may see what another writes."""
        return viewer is None or viewer == did or not self.index.blocked(viewer, did)

    def handles(self, dids: Iterable[str]) -> list[str]:
        """The handles of accounts."""
        return [self.accounts[did].handle for did in dids if did in self.accounts]
