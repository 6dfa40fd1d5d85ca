"""An authenticator that renews its tokens: once for all callers, in this process and in others."""

from __future__ import annotations

import copy
import dataclasses
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from socialkit.auth._claims import Claim, Claims
from socialkit.auth._credentials import Credentials
from socialkit.auth._kept import Kept
from socialkit.auth._renewal import AHEAD, Place, Refresh, RefreshModel
from socialkit.auth._sealed import SKEW
from socialkit.auth._signing import Signature, bearer, bound
from socialkit.auth._standing import Standing
from socialkit.auth._stores import (
    AsyncTokenStore,
    MemoryTokenStore,
    StoreAccess,
    Stored,
    TokenStore,
    with_origin,
)
from socialkit.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ReadOnlyStoreError,
    SocialKitError,
    TokenExpiredError,
    UnexpectedResponseError,
    WrongAccountError,
)
from socialkit.operations import Mode
from socialkit.transport import Request, Secret, Transport

__all__ = ["Refreshing"]

PAUSE: Final = timedelta(seconds=60)
"""How long a token that is still good is used after renewing it ahead has failed."""
LOOKS: Final = (0.0, 1.0)
"""Seconds before each look for somebody else's token once ours was refused."""
REST: Final = timedelta(minutes=10)
"""How long dead tokens are left alone: a platform's mistake must not stop a worker for good."""
BOUND: Final = "dpop"
"""The type of tokens that are bound to a key."""
REFUSALS: Final = (AuthenticationError, BadRequestError)

log = logging.getLogger("socialkit")


def _as_it_is(request: Request, _stored: Stored, _now: datetime) -> Request:
    return request


@dataclass(frozen=True, slots=True)
class _Failure:
    tokens: Stored
    error: SocialKitError
    dead_until: datetime | None
    """Until when the tokens count as dead; None when another attempt may succeed at once."""


class Refreshing:
    """Sign with tokens that are kept in a store, and renew them ahead of their end or when they are refused.

    However many callers, threads, tasks and processes share a store, one of them renews: inside a process
    under the transport's lock, between processes by a claim that is written into the store first and lapses
    when its owner dies. One that dies with new tokens which it did not keep takes a rotating token along:
    the next one is refused, and `TokenExpiredError` says to log in again.

    The credentials given here are used while the store holds none, and once more when the stored tokens are
    dead and the credentials are newer. A store that only reads is never asked to keep them. Where `host` is
    given, tokens that were used with another one are not used.

    Example:
        >>> from socialkit.operations import Sync
        >>> async def refresh(stored: Stored, transport: Transport) -> Stored:
        ...     return Stored(access_token=Secret("another-token"))
        >>> Refreshing(
        ...     Credentials(access_token="not-a-real-token", refresh_token="nor-this-one"),
        ...     refresh=refresh,
        ...     tokens=MemoryTokenStore(),
        ...     key="acme/pixelwall/main",
        ...     mode=Sync,
        ... )
        Refreshing('acme/pixelwall/main', rotating)

    Raises:
        ConfigurationError: The store is asynchronous and the mode is not.
    """

    def __init__(  # noqa: PLR0913 - what platforms differ in
        self,
        credentials: Credentials,
        *,
        refresh: Refresh,
        key: str,
        mode: type[Mode],
        tokens: TokenStore | AsyncTokenStore | None = None,
        model: RefreshModel = RefreshModel.ROTATING,
        ahead: timedelta | None = None,
        put: Signature = bearer,
        place: Place = _as_it_is,
        hidden: tuple[Secret, ...] = (),
        remedy: str = "log in again",
        platform: str | None = None,
        host: str | None = None,
    ) -> None:
        self._refresh = refresh
        self._key = key
        self._model = model
        self._store = StoreAccess(MemoryTokenStore() if tokens is None else tokens, mode)
        self._ahead = AHEAD.get(model, SKEW) if ahead is None else ahead
        self._put = put
        self._place = place
        self._remedy = remedy
        self._platform = platform
        self._hidden = (*hidden, *credentials.secrets())
        self._given = dataclasses.replace(with_origin(credentials.to_stored()), host=host)
        newer = model is RefreshModel.NONE
        self._kept = Kept(key, self._store, self._given, newer=newer, platform=platform)
        self._claims = Claims(key, self._store, self._load, platform)
        self._secrets: tuple[Stored | None, tuple[Secret, ...]] = None, self._hidden
        self._failure: _Failure | None = None
        self._failures = 0
        self._read_only = False
        self._patient_until: datetime | None = None
        self._just_given: Secret | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._key!r}, {self._model})"

    def secrets(self) -> tuple[Secret, ...]:
        """Return what must not be shown: what was given, and the tokens of now."""
        now, (known, secrets) = self._kept.current, self._secrets
        if now is not known:  # asked at each answer
            secrets = self._hidden if now is None else tuple(dict.fromkeys(self._hidden + now.secrets()))
            self._secrets = now, secrets
        return secrets

    async def sign(self, request: Request, transport: Transport, /) -> Request:
        """Return the request with the access token, renewed first if it is about to expire.

        Raises:
            TokenExpiredError: It is over, and the platform does not renew it.
            ConfigurationError: There is no token.
        """
        stored = await self.stored(transport)
        if stored.access_token is None:
            message = "there is no access token: log in first"
            raise ConfigurationError(message, platform=self._platform)
        signed = self._signed(request, stored, stored.access_token)
        return self._place(signed, stored, transport.now())

    async def stored(self, transport: Transport, /) -> Stored:
        """Return the tokens of now and what is kept with them, renewed first if they are about to expire.

        Raises:
            TokenExpiredError: They are over, and the platform does not renew them.
        """
        stored = self._kept.current
        if stored is None or stored.access_token is None or self._due(stored, transport):
            stored = await self._usable(transport)
        return stored

    async def renew(self, refused: Request, transport: Transport, /) -> bool:
        """Renew the token that a refused request was signed with, unless somebody did so already.

        Returns:
            Whether there is another token now.

        Raises:
            TokenExpiredError: The platform does not renew it: somebody must log in again.
        """
        failures = self._failures
        async with transport.lock(self._lock):
            stored = await self._load(transport)
            token = stored.access_token
            if token is not None and self._signed(refused, stored, token) != refused:
                return True
            if not self._renewable(stored):
                return False
            await self._renewed(stored, transport, failures)
            return True

    def token(self) -> Secret | None:
        """Return the access token of now; None before the store was read."""
        return None if self._kept.current is None else self._kept.current.access_token

    def owner(self) -> str | None:
        """Return the id of the account that the tokens of now are kept as; None when nobody said."""
        return None if self._kept.current is None else self._kept.current.account_id

    def scopes(self) -> tuple[str, ...]:
        """Return what the tokens of now may do; empty before the store was read, or when nobody said."""
        return () if self._kept.current is None else self._kept.current.scopes

    def extra(self) -> Mapping[str, str | Secret]:
        """Return what only one platform keeps with the tokens of now; empty before the store was read."""
        return {} if self._kept.current is None else self._kept.current.extra

    async def read(self, transport: Transport, /, *, again: bool = False) -> None:
        """Read what the store holds, if it was not yet or is to be `again`; nothing is renewed."""
        if again or self._kept.current is None:
            async with transport.lock(self._lock):
                await self._load(transport)

    async def standing(self, transport: Transport, /) -> Standing:
        """Return what is known of the tokens of now, renewed first if they are about to expire.

        Raises:
            TokenExpiredError: They are over, and the platform does not renew them.
        """
        stored = await self.stored(transport)
        # A store that only reads keeps no renewed token: the one that stands there is the last.
        renews = self.renews(stored) and not self._read_only
        renewed = bool(stored.refresh_token) and self._renewable(stored) and not self._read_only
        ends_at = stored.refresh_expires_at if renewed else stored.expires_at
        return Standing(ends_at=None if renews else ends_at, renews=renews, scopes=stored.scopes)

    def renews(self, stored: Stored) -> bool:
        """Return whether tokens go on by themselves as long as they are used."""
        if self._model is RefreshModel.ROTATING:
            return self._renewable(stored) and stored.refresh_expires_at is None
        return self._renewable(stored)

    async def owned_by(self, account_id: str, transport: Transport, /, *, sure: bool) -> None:
        """Keep whose the tokens are beside them, so that the next start knows it too.

        Raises:
            WrongAccountError: They came into the place of another account's, or are kept as such.
        """
        async with transport.lock(self._lock):
            stored = self._kept.current
            if stored is None:
                return
            if stored.account_id not in {None, account_id} and not sure:
                message = (
                    f"the credentials are those of {account_id!r}, and until now {self._key} was "
                    f"{stored.account_id!r}: look where they were read from, or give the account its new id"
                )
                raise WrongAccountError(message, platform=self._platform)
            await self._kept.tell(account_id, transport)

    @property
    def _lock(self) -> str:
        return f"tokens of {self._key}"

    def _signed(self, request: Request, stored: Stored, token: Secret) -> Request:
        # The server said with the token how it is to be sent.
        put = bound if stored.token_type.lower() == BOUND else self._put
        return put(request, token)

    def _renewable(self, stored: Stored) -> bool:
        if self._model is RefreshModel.ROTATING:
            return bool(stored.refresh_token)
        if self._model is RefreshModel.EXTENDING:  # one without an end has nothing to extend
            return stored.expires_at is not None
        return self._model is not RefreshModel.NONE

    def _due(self, stored: Stored, transport: Transport) -> bool:
        if not self._renewable(stored):
            return False
        now = transport.now()
        patient = self._patient_until is not None and now < self._patient_until
        if stored.access_token is None:
            return True
        if stored.expired(now, timedelta()):
            return not patient or stored.access_token != self._just_given
        return stored.expired(now, self._ahead) and not patient

    async def _usable(self, transport: Transport) -> Stored:
        failures = self._failures
        async with transport.lock(self._lock):
            stored = await self._load(transport)
            good = stored.access_token is not None and not stored.expired(transport.now(), timedelta())
            if not self._due(stored, transport) or (good and self._claims.held_by_another(stored, transport)):
                return stored
            try:
                return await self._renewed(stored, transport, failures)
            except SocialKitError as error:
                if not self._may_wait(error, stored, transport):
                    raise
                log.debug("renewing the token of %s ahead failed: %s", self._key, error)
                self._read_only = isinstance(error, ReadOnlyStoreError)
                self._patient_until = transport.now() + PAUSE
                return stored

    def _may_wait(self, error: SocialKitError, stored: Stored, transport: Transport) -> bool:
        """Tell whether the token may be used although renewing it ahead failed."""
        if isinstance(error, ConfigurationError) and not isinstance(error, ReadOnlyStoreError):
            return False
        # New tokens that are not kept yet must be at the next call, before this process can end.
        good = stored.access_token is not None and not stored.expired(transport.now(), timedelta())
        return good and self._kept.unsaved is None

    async def _renewed(self, stored: Stored, transport: Transport, failures: int) -> Stored:
        self._recall(stored, transport.now(), failures)
        claim = await self._claims.take(stored, transport)
        if not claim.ours:
            return claim.tokens
        try:
            return await self._ask(claim, transport)
        except BaseException:
            # When a task is cancelled nobody takes the claim back: the next caller may pass over it.
            self._claims.abandon(claim)
            raise

    async def _ask(self, claim: Claim, transport: Transport) -> Stored:
        claimed, refusal = claim.tokens, None
        for tokens in self._candidates(claimed):
            try:
                with self._claims.exercised(claim, transport):
                    answer = await self._refresh(tokens, transport)
            except REFUSALS as error:
                refusal = refusal or error
                if (theirs := await self._theirs(claimed, transport)) is not None:
                    return theirs
            except SocialKitError as error:
                await self._fail(claimed, error, transport, final=False)
                raise
            else:
                return await self._accept(claimed, tokens, answer, transport)
        if refusal is not None and claimed.access_token is None and claimed.refresh_token is None:
            await self._fail(claimed, refusal, transport, final=True)
            raise refusal  # nothing was there to renew: it is the login itself that is refused
        dead = self._dead(refusal)
        await self._fail(claimed, dead, transport, final=True)
        raise dead from refusal

    def _recall(self, stored: Stored, now: datetime, failures: int) -> None:
        """Raise what is known: of dead tokens, or of an attempt that failed while this caller waited."""
        failure = self._failure
        if failure is None or failure.tokens != stored.unclaimed():
            return
        dead = failure.dead_until is not None and now < failure.dead_until
        if dead or self._failures != failures:
            raise copy.copy(failure.error) from failure.error

    def _candidates(self, claimed: Stored) -> list[Stored]:
        """Return the stored tokens, then the given ones if they are newer than those the store began with."""
        newer = self._given.origin != claimed.origin and self._renewable(self._given)
        return [claimed.unclaimed(), self._given] if newer else [claimed.unclaimed()]

    async def _theirs(self, claimed: Stored, transport: Transport) -> Stored | None:
        """Return the tokens that somebody else has stored, if any: they may have used ours up."""
        for pause in LOOKS:
            if pause:
                await transport.sleep(pause)
            stored = await self._load(transport)
            if stored.unclaimed() != claimed.unclaimed():
                return stored
        return None

    async def _accept(self, claimed: Stored, tokens: Stored, answer: Stored, transport: Transport) -> Stored:
        if not answer.access_token:
            error = UnexpectedResponseError("the answer to a refresh holds no token", platform=self._platform)
            await self._fail(claimed, error, transport, final=False)
            raise error
        return await self._save(claimed, tokens.renewed(answer), transport)

    async def _fail(
        self, claimed: Stored, error: SocialKitError, transport: Transport, *, final: bool
    ) -> None:
        dead_until = transport.now() + REST if final else None
        self._failure = _Failure(claimed.unclaimed(), error, dead_until)
        self._failures += 1
        await self._store.swap(self._key, claimed, claimed.unclaimed(), transport)

    async def _load(self, transport: Transport) -> Stored:
        if self._kept.unsaved is not None:
            return await self._save(*self._kept.unsaved, transport)
        return await self._kept.load(transport)

    async def _save(self, old: Stored, new: Stored, transport: Transport) -> Stored:
        new = await self._kept.save(old, new, transport)
        self._failure = None
        self._patient_until, self._just_given = self._half_life(new, transport.now()), new.access_token
        return new

    def _half_life(self, new: Stored, now: datetime) -> datetime | None:
        """Return until when a token that lives shorter than `ahead` is left alone."""
        if new.expires_at is None or not new.expired(now, self._ahead):
            return None
        if new.expired(now, timedelta()):
            return now + PAUSE  # nobody gives tokens that are over: it is our clock that is wrong
        return now + (new.expires_at - now) / 2

    def _dead(self, refusal: APIError | None) -> TokenExpiredError:
        why = f"the platform does not renew the token of {self._key}"
        if self._claims.orphaned:  # it may have used the refresh token up, and kept nothing
            why = f"a process ended while it renewed the token of {self._key}, and the old one is void"
        return TokenExpiredError(
            f"{why}: {self._remedy}",
            status=401 if refusal is None else refusal.status,
            code=None if refusal is None else refusal.code,
            request_id=None if refusal is None else refusal.request_id,
            request=None if refusal is None else refusal.request,
            platform=self._platform or (None if refusal is None else refusal.platform),
        )
