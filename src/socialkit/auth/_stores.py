"""Where tokens are kept between runs, and between processes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, cast

from socialkit.auth._sealed import SKEW, Sealed, frozen, is_expired, require_whole, secrets_in
from socialkit.errors import ConfigurationError, TokenStoreError
from socialkit.models import require_aware
from socialkit.operations import Mode
from socialkit.transport import Secret, Transport
from socialkit.transport._either import Either

__all__ = [
    "AsyncTokenStore",
    "MemoryTokenStore",
    "StoreAccess",
    "Stored",
    "TokenStore",
    "owned_by_nobody",
    "require_tokens",
    "with_origin",
]

SECRETS: Final = ("access_token", "refresh_token")
TIMES: Final = ("expires_at", "refresh_expires_at", "claimed_until")
TEXTS: Final = ("token_type", "account_id", "host", "claimed_by", "origin")
WRONG_KIND: Final = (
    "the token store is asynchronous and the client is not: give it a TokenStore, or use the Async client"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored(Sealed):
    """Hold what a token store keeps for one account.

    Example:
        >>> kept = Stored(access_token=Secret("not-a-real-token"), refresh_token=Secret("nor-this-one"))
        >>> kept.refresh_token, Stored.loads(kept.dumps()) == kept
        (Secret('***'), True)

    Raises:
        ConfigurationError: A text holds half a character, which can be neither kept nor sent.
    """

    access_token: Secret | None = None
    refresh_token: Secret | None = None
    expires_at: datetime | None = None
    """When the access token ends, aware UTC; None when it does not, or when nobody said."""
    refresh_expires_at: datetime | None = None
    """When the refresh token ends: the day on which somebody must log in again."""
    scopes: tuple[str, ...] = ()
    token_type: str = "Bearer"
    account_id: str | None = None
    host: str | None = None
    """The server that the tokens were used with, where a platform has many: they go to no other one."""
    extra: Mapping[str, str | Secret] = field(
        default_factory=dict[str, "str | Secret"], repr=False, hash=False
    )
    """What only one platform needs."""
    claimed_by: str | None = None
    """Who is renewing it now; see `Refreshing`."""
    claimed_until: datetime | None = None
    """When that claim lapses."""
    origin: str | None = field(default=None, repr=False)
    """A digest of the credentials that this descends from; see `Refreshing`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "extra", frozen(self.extra))
        for name in TIMES:
            if (time := cast("datetime | None", getattr(self, name))) is not None:
                object.__setattr__(self, name, require_aware(time, name))
        require_whole({one.name: getattr(self, one.name) for one in dataclasses.fields(self)})

    def expired(self, now: datetime, skew: timedelta = SKEW) -> bool:
        """Return whether the access token is over, or will be within `skew`."""
        return is_expired(self.expires_at, now, skew)

    def secrets(self) -> tuple[Secret, ...]:
        """Return everything that must not be shown."""
        return secrets_in([self.access_token, self.refresh_token, *self.extra.values()])

    def unclaimed(self) -> Stored:
        """Return the same without a claim."""
        return dataclasses.replace(self, claimed_by=None, claimed_until=None)

    def renewed(self, answer: Stored) -> Stored:
        """Return this with the new tokens of an answer.

        What the answer does not say is kept: above all the refresh token, which many send only once.

        Example:
            >>> before = Stored(access_token=Secret("first-token"), refresh_token=Secret("lasting-token"))
            >>> before.renewed(
            ...     Stored(access_token=Secret("second-token"))
            ... ).refresh_token == before.refresh_token
            True
        """
        sent = bool(answer.refresh_token)
        return Stored(
            access_token=answer.access_token or self.access_token,
            refresh_token=answer.refresh_token if sent else self.refresh_token,
            expires_at=answer.expires_at,
            refresh_expires_at=answer.refresh_expires_at if sent else self.refresh_expires_at,
            scopes=answer.scopes or self.scopes,
            token_type=answer.token_type,
            account_id=answer.account_id or self.account_id,
            host=self.host,
            extra={**self.extra, **answer.extra},
            origin=self.origin,
        )

    def dumps(self) -> str:
        """Return it as JSON, **tokens in the clear**: equal objects give equal texts.

        Keep it where only this application can read.
        """
        document: dict[str, object] = {"scopes": list(self.scopes)}
        document |= {name: secret.reveal() for name in SECRETS if (secret := getattr(self, name)) is not None}
        document |= {name: time.isoformat() for name in TIMES if (time := getattr(self, name)) is not None}
        document |= {name: text for name in TEXTS if (text := getattr(self, name)) is not None}
        document["extra"] = {
            name: {"secret": value.reveal()} if isinstance(value, Secret) else value
            for name, value in self.extra.items()
        }
        return json.dumps(document, sort_keys=True, ensure_ascii=False)

    @classmethod
    def loads(cls, text: str) -> Stored:
        """Return what `dumps` wrote. Names that this version does not know are passed over.

        Raises:
            ConfigurationError: The text was not written by `dumps`.
        """
        stored = _read(text)
        del text  # it would stand in the traceback
        if stored is None:
            message = "what the token store holds was not written by Stored.dumps()"
            raise ConfigurationError(message)
        return stored


def _secret(value: object) -> Secret:
    if not isinstance(value, str):
        raise TypeError
    return Secret(value)


def _read(text: str) -> Stored | None:
    try:
        document: dict[str, Any] = json.loads(text)
        given: dict[str, Any] = {name: _secret(document[name]) for name in SECRETS if name in document}
        given |= {name: datetime.fromisoformat(document[name]) for name in TIMES if name in document}
        given |= {name: document[name] for name in TEXTS if name in document}
        extra = {
            name: value if isinstance(value, str) else _secret(value["secret"])
            for name, value in document.get("extra", {}).items()
        }
        return Stored(**given, scopes=tuple(document.get("scopes", ())), extra=extra)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, ConfigurationError):
        return None


def require_tokens(old: Stored | None, new: Stored) -> None:
    """Refuse to put an empty value over tokens: no platform gives them back.

    Raises:
        TokenStoreError: `new` holds no token, and `old` does.
    """
    had = old is not None and (old.access_token or old.refresh_token)
    if had and not (new.access_token or new.refresh_token):
        message = "an empty value would take the place of stored tokens: nothing was stored"
        raise TokenStoreError(message)


def owned_by_nobody(stored: Stored) -> Stored:
    """Return the tokens alone: who renews them, whose and where they are, makes no others of them."""
    return dataclasses.replace(stored.unclaimed(), account_id=None, host=None)


def with_origin(given: Stored) -> Stored:
    """Return tokens with a digest of what they are, by which those that descend from them are known."""
    # Without times: a program may reckon them anew at each start.
    tokens = Stored(access_token=given.access_token, refresh_token=given.refresh_token, extra=given.extra)
    digest = hashlib.sha256(tokens.dumps().encode()).hexdigest()
    return dataclasses.replace(given, origin=digest)


class TokenStore(Protocol):
    """A place for tokens. Several threads and processes may use one, which is why it has no plain `save`.

    Keep what `Stored.dumps()` returns and compare those texts. `socialkit.testing.TokenStoreConformance`
    tests a store. One that cannot be written raises `ReadOnlyStoreError` from `swap`.
    """

    def load(self, key: str, /) -> Stored | None:
        """Return what is kept under a key."""
        ...

    def swap(self, key: str, old: Stored | None, new: Stored, /) -> bool:
        """Put `new` in the place of `old` and return True, or change nothing and return False.

        It must be atomic. `old` is what the caller saw last; None means that nothing was kept.
        """
        ...


class AsyncTokenStore(Protocol):
    """A `TokenStore` whose methods are awaited."""

    async def load(self, key: str, /) -> Stored | None:
        """Return what is kept under a key."""
        ...

    async def swap(self, key: str, old: Stored | None, new: Stored, /) -> bool:
        """Put `new` in the place of `old` and return True, or change nothing and return False."""
        ...


class MemoryTokenStore:
    """Keep tokens as long as the process lives; may be shared between threads.

    Example:
        >>> store = MemoryTokenStore()
        >>> first = Stored(access_token=Secret("first-token"))
        >>> store.swap("shop", None, first), store.swap("shop", None, first)
        (True, False)
    """

    def __init__(self) -> None:
        self._kept: dict[str, Stored] = {}
        self._lock = threading.Lock()

    def load(self, key: str, /) -> Stored | None:
        """Return what is kept under a key."""
        with self._lock:
            return self._kept.get(key)

    def swap(self, key: str, old: Stored | None, new: Stored, /) -> bool:
        """Put `new` in the place of `old` and return True, or change nothing and return False."""
        require_tokens(old, new)
        with self._lock:
            if self._kept.get(key) != old:
                return False
            self._kept[key] = new
            return True

    def discard(self, key: str, /) -> bool:
        """Remove what is kept under a key, and return whether there was something."""
        with self._lock:
            return self._kept.pop(key, None) is not None

    def __repr__(self) -> str:
        return f"MemoryTokenStore({len(self._kept)} kept)"


class StoreAccess:
    """Read and write a store of either kind from a coroutine of either mode.

    An asynchronous client calls a blocking store in a worker thread.

    Raises:
        ConfigurationError: The client is blocking and the store is not.
    """

    def __init__(self, store: TokenStore | AsyncTokenStore, mode: type[Mode]) -> None:
        self._store = store
        self._call = Either(mode, (store.load, store.swap), WRONG_KIND)

    async def load(self, key: str, transport: Transport) -> Stored | None:
        """Return what is kept under a key."""
        return cast("Stored | None", await self._call(transport, self._store.load, key))

    async def swap(self, key: str, old: Stored | None, new: Stored, transport: Transport) -> bool:
        """Put `new` in the place of `old`, and return whether `old` still stood there."""
        require_tokens(old, new)  # an application's own store may not look
        return bool(await self._call(transport, self._store.swap, key, old, new))
