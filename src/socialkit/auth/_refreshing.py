"""An authenticator that renews its tokens: once for all callers, in this process and in others."""

from __future__ import annotations

import copy
import dataclasses
import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from socialkit.auth._credentials import Credentials
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
    owned_by_nobody,
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

CLAIM: Final = timedelta(seconds=60)
"""How long a process may take to renew a token before another one tries: longer than a request's time-out."""
POLL: Final = 0.25
"""Seconds between looks at the store while another process renews."""
PAUSE: Final = timedelta(seconds=60)
"""How long a token that is still good is used after renewing it ahead has failed."""
LOOKS: Final = (0.0, 1.0)
"""Seconds before each look for somebody else's token once ours was refused."""
ATTEMPTS: Final = 20
"""How often a swap is tried again before the store is called broken."""
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
    dead and the credentials are newer. A store that only reads is never asked to keep them.

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

    def __init__(
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
        self._given = with_origin(credentials.to_stored())
        self._abandoned: str | None = None
        self._orphaned = False
        self._current: Stored | None = None
        self._secrets: tuple[Stored | None, tuple[Secret, ...]] = None, self._hidden
        self._unsaved: tuple[Stored, Stored] | None = None
        self._failure: _Failure | None = None
        self._failures = 0
        self._read_only = False
        self._patient_until: datetime | None = None
        self._just_given: Secret | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._key!r}, {self._model})"

    def secrets(self) -> tuple[Secret, ...]:
        """Return what must not be shown: what was given, and the tokens of now."""
        now, (known, secrets) = self._current, self._secrets
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
        stored = self._current
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
        return None if self._current is None else self._current.access_token

    def owner(self) -> str | None:
        """Return the id of the account that the tokens of now are kept as; None when nobody said."""
        return None if self._current is None else self._current.account_id

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
            stored = self._current
            if stored is None or stored.account_id == account_id:
                return
            if stored.account_id is not None and not sure:
                message = (
                    f"the credentials are those of {account_id!r}, and until now {self._key} was "
                    f"{stored.account_id!r}: look where they were read from, or give the account its new id"
                )
                raise WrongAccountError(message, platform=self._platform)
            await self._tell(stored, account_id, transport)

    async def _tell(self, stored: Stored, account_id: str, transport: Transport) -> None:
        if stored.claimed_by is not None:  # whoever renews them now knows them by what stands there
            return
        told = dataclasses.replace(stored, account_id=account_id)
        try:
            kept = await self._store.swap(self._key, stored, told, transport)
        except ReadOnlyStoreError:
            return
        if kept:
            self._current = told

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
            if not self._due(stored, transport) or (good and self._claimed_by_another(stored, transport)):
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
        return good and self._unsaved is None

    async def _renewed(self, stored: Stored, transport: Transport, failures: int) -> Stored:
        self._recall(stored, transport.now(), failures)
        claimed, ours = await self._claim(stored, transport)
        if not ours:
            return claimed
        try:
            return await self._ask(claimed, transport)
        except BaseException:
            # When a task is cancelled nobody takes the claim back: the next caller may pass over it.
            self._abandoned = claimed.claimed_by
            raise

    async def _ask(self, claimed: Stored, transport: Transport) -> Stored:
        refusal: APIError | None = None
        for tokens in self._candidates(claimed):
            try:
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

    async def _claim(self, stored: Stored, transport: Transport) -> tuple[Stored, bool]:
        """Return the stored tokens, and whether the claim on them is ours; if not, others renewed them."""
        began = stored.unclaimed()
        for _ in range(ATTEMPTS):
            stored = await self._await_claim(stored, transport)
            if owned_by_nobody(stored) != owned_by_nobody(began):
                return stored, False
            until = transport.now() + CLAIM
            self._orphaned = stored.claimed_by not in {None, self._abandoned}
            claimed = dataclasses.replace(stored, claimed_by=uuid.uuid4().hex, claimed_until=until)
            if await self._store.swap(self._key, stored, claimed, transport):
                return claimed, True
            stored = await self._load(transport)
        raise self._broken_store()

    async def _await_claim(self, stored: Stored, transport: Transport) -> Stored:
        while self._claimed_by_another(stored, transport):
            await transport.sleep(POLL)
            stored = await self._load(transport)
        return stored

    def _claimed_by_another(self, stored: Stored, transport: Transport) -> bool:
        if stored.claimed_until is None or stored.claimed_by == self._abandoned:
            return False
        return transport.now() < stored.claimed_until

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
        if self._unsaved is not None:
            return await self._save(*self._unsaved, transport)
        stored = await self._store.load(self._key, transport)
        if stored is None or self._is_superseded(stored):
            stored = await self._seed(stored, transport)
        self._current = stored or self._given
        return self._current

    async def _seed(self, stored: Stored | None, transport: Transport) -> Stored | None:
        given = self._given
        if stored is not None and given.account_id is None:
            # Whose place it is stays known: the new token may be another account's by mistake.
            given = dataclasses.replace(given, account_id=stored.account_id)
        try:
            kept = await self._store.swap(self._key, stored, given, transport)
        except ReadOnlyStoreError:
            return given  # it is given again at each start
        return given if kept else await self._store.load(self._key, transport)

    def _is_superseded(self, stored: Stored) -> bool:
        """Tell whether a given token takes a stored one's place: where nothing renews, the given is newer."""
        given = self._given
        return (
            self._model is RefreshModel.NONE
            and given.access_token is not None
            and stored.access_token != given.access_token
        )

    async def _save(self, old: Stored, new: Stored, transport: Transport) -> Stored:
        """Keep new tokens, and return them or those of somebody who was quicker.

        Until the store has answered they are remembered, so that a store that fails once loses nothing.
        """
        self._unsaved = old, new
        seen: Stored | None = old
        for _ in range(ATTEMPTS):
            if await self._store.swap(self._key, seen, new, transport):
                break
            seen = await self._store.load(self._key, transport)
            # Only the claim differs, or the entry is gone: nobody else has made tokens of these.
            if seen is not None and seen.unclaimed() != old.unclaimed():
                new = seen
                break
        else:
            raise self._broken_store()
        self._unsaved, self._failure = None, None
        self._patient_until, self._just_given = self._half_life(new, transport.now()), new.access_token
        self._current = new
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
        if self._orphaned:  # it may have used the refresh token up, and kept nothing
            why = f"a process ended while it renewed the token of {self._key}, and the old one is void"
        return TokenExpiredError(
            f"{why}: {self._remedy}",
            status=401 if refusal is None else refusal.status,
            code=None if refusal is None else refusal.code,
            request_id=None if refusal is None else refusal.request_id,
            request=None if refusal is None else refusal.request,
            platform=self._platform or (None if refusal is None else refusal.platform),
        )

    def _broken_store(self) -> ConfigurationError:
        return ConfigurationError(
            "the token store refuses every change: its swap() must compare with what its load() returns",
            platform=self._platform,
        )
