"""What the namespaces of one client share: its pipeline, its account, its limits."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any, Final, TypeVar

from socialkit.auth import Holder, Standing
from socialkit.errors import (
    APIError,
    MissingScopeError,
    NoSuchCallError,
    NotFoundError,
    NotSupportedError,
    PermissionDeniedError,
    SocialKitError,
    WrongAccountError,
)
from socialkit.models import (
    AccountRef,
    Attempt,
    Capability,
    Draft,
    Found,
    Limits,
    MediaKind,
    Message,
    OwnWriteKind,
    Profile,
    WriteKind,
)
from socialkit.operations import OpenStep, PassingRun, current_operation, current_run, run_maker
from socialkit.platforms.base._facts import PlatformFacts
from socialkit.platforms.base._hosting import HostAccess
from socialkit.platforms.base._settling import Settling
from socialkit.transport import (
    Pipeline,
    Secret,
    Transport,
)

__all__ = ["Core", "Finder", "refused_for_good"]

T = TypeVar("T")

UNASKED: Final = object()
"""No token at all, as which no client's can be taken."""

UNSETTLED_KEPT: Final = 100
"""Writes that were broken off from outside, kept to be looked for."""

Finder = Callable[[Attempt], Coroutine[Any, Any, Found]]
"""Looks once on the platform for what became of a write."""


class Core:
    """The inside of one client."""

    def __init__(
        self,
        facts: PlatformFacts,
        pipeline: Pipeline,
        ref: AccountRef,
        *,
        patience: timedelta,
        scopes: tuple[str, ...] = (),
        media_host: HostAccess | None = None,
    ) -> None:
        self.facts = facts
        self.pipeline = pipeline
        self.ref: AccountRef = ref
        self.named: Final = ref.id is not None
        """Whether whoever opened the client said whose it is."""
        self.limits: Limits = facts.limits
        self.media_host = media_host
        self.finders: dict[WriteKind | OwnWriteKind, Finder] = {}
        self.who: Callable[[], Coroutine[Any, Any, Profile]] | None = None
        self._patience = patience
        self._scopes = scopes
        self._granted: tuple[object, tuple[str, ...] | None] = UNASKED, None
        self._proven: object = UNASKED
        self._untold: APIError | None = None
        pipeline.guard = self
        pipeline.lacks = self.lacks
        self.settling: Final = Settling(pipeline)
        self._unsettled: dict[str, Attempt] = {}

    @property
    def transport(self) -> Transport:
        """The transport below the pipeline."""
        return self.pipeline.transport

    @property
    def unhosted(self) -> frozenset[MediaKind]:
        """The kinds of local files that the platform would have to fetch, while nothing serves them."""
        return self.facts.media_by_url if self.media_host is None else frozenset()

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return self.transport.now()

    def can(self, capability: Capability) -> bool:
        """Return whether platform and token offer something, as far as the token's scopes are known."""
        if capability not in self.facts.capabilities:
            return False
        scopes = self.scopes
        return scopes is None or not self._unmet(capability, scopes)

    def lacks_for(self, capability: Capability) -> tuple[str, ...]:
        """Return scopes of which the token has none and needs one; none where nobody said what it has."""
        scopes = self.scopes
        return () if scopes is None else self._unmet(capability, scopes)

    def _unmet(self, capability: Capability, scopes: tuple[str, ...]) -> tuple[str, ...]:
        """Return what any one of is missing among scopes before something is open; nothing where it is."""
        facts = self.facts
        besides = facts.scopes_besides.get(capability, ())
        groups = facts.scopes.get(capability, ()), *((one,) for one in besides)
        unmet = (some for some in groups if some and not any(_grants(scopes, one) for one in some))
        return next(unmet, ())

    @property
    def scopes(self) -> tuple[str, ...] | None:
        """What the token of now may do; None when nobody said, or what is kept was not read yet."""
        token, told = self._granted
        holder = self._holder
        if told is not None and token == self._token():
            return told
        # Credentials that name no scopes do not say that there are none.
        return (() if holder is None else holder.scopes()) or self._scopes or None

    def lacks(self, scope: str) -> bool:
        """Return whether the token of now may lack a scope: no where it is known to be granted."""
        scopes = self.scopes
        return scopes is None or not _grants(scopes, scope)

    async def read_scopes(self) -> None:
        """Read the token where it is kept, so that its scopes are known."""
        holder = self._holder
        if holder is not None and holder.token() is None:
            await holder.read(self.transport)

    async def may(self, capability: Capability) -> bool:
        """Return what `can` does; before it is no for the token's scopes, the token is read once more.

        Somebody may have logged in again since it was read.
        """
        await self.read_scopes()
        if not self.can(capability) and capability in self.facts.capabilities:
            await self.read_again()
        return self.can(capability)

    async def read_again(self) -> None:
        """Read the token where it is kept, though it was read before."""
        holder = self._holder
        if holder is not None:
            await holder.read(self.transport, again=True)

    async def require(self, capability: Capability) -> None:
        """Raise unless platform and token offer something.

        Raises:
            MissingScopeError: The token lacks the scope for it.
            NotSupportedError: The platform does not offer it to this account.
        """
        facts = self.facts
        if capability not in facts.capabilities:
            message = f"{facts.title} does not offer: {capability.value}"
            raise NotSupportedError(message, platform=facts.name, instead=facts.instead.get(capability))
        if not await self.may(capability):
            needed = self._unmet(capability, self.scopes or ())
            message = f"the token lacks the scope for: {capability.value}"
            error = MissingScopeError(message, status=0, platform=facts.name)
            login = f"log in again, and allow {' or '.join(needed)}"
            error.scopes, error.instead = needed, ", or ".join(filter(None, (login, facts.scopes_else)))
            raise error

    async def standing(self) -> Standing:
        """Return what is known of the login: how long it holds, and what the token may do."""
        holder = self._holder
        told = Standing() if holder is None else await self._told(holder)
        known = self.scopes
        return told if known is None else replace(told, scopes=known)

    def lacking(self, scopes: tuple[str, ...]) -> dict[Capability, tuple[str, ...]]:
        """Return what these scopes do not open of what the platform offers, and any one that would."""
        unmet = {one: self._unmet(one, scopes) for one in sorted(self.facts.capabilities)}
        return {one: needed for one, needed in unmet.items() if needed}

    def granted(self, scopes: tuple[str, ...] | None) -> None:
        """Take over what the token of now may do, as the platform told it: `can` goes by it from now on.

        Args:
            scopes: What was granted, empty for nothing; None where the platform did not say.
        """
        self._granted = self._token(), scopes

    async def identify(self) -> AccountRef:
        """Return whose client this is, asking the platform once a token; without an id if it does not tell.

        Raises:
            WrongAccountError: It is another account than the one this client was opened for.
        """
        if not self._asked():
            await self.prove()
        return self.ref

    def proven(self) -> bool:
        """Return whether the token of now was compared with the account, or with nothing it can be."""
        return self._asked() or not self._named()

    def _asked(self) -> bool:
        return self.who is None or self._proven == self._token()

    def _named(self) -> bool:
        """Return whether anybody said which account this is: its owner, the store, or the platform before."""
        holder = self._holder
        return self.ref.id is not None or (holder is not None and holder.owner() is not None)

    async def prove(self) -> None:
        """Ask the platform whose the token of now is.

        Raises:
            WrongAccountError: It is another account than the one this client was opened for.
        """
        async with self.transport.lock(f"identify {id(self)}"):
            who = self.who
            if who is None or self._asked():  # somebody was before us
                return
            asking = current_operation.set("account.me")  # what is refused is this, and not what it is for
            try:
                await self.confirm(who)
            except APIError as error:
                if not refused_for_good(error):
                    raise  # whose account this is guards every write: a bad minute must not switch that off
                self._proven, self._untold = self._token(), error.with_traceback(None)  # frames hold much
            finally:
                current_operation.reset(asking)

    async def confirm(self, who: Callable[[], Coroutine[Any, Any, Profile]]) -> Profile:
        """Return the account's profile, once it is known to be that of this client.

        Raises:
            WrongAccountError: It is another account than the one this client was opened for.
        """
        holder = self._holder
        if holder is not None:
            await self._told(holder)  # renewed now, if at all, and not while we ask
        token = self._token()
        profile = await who()
        await self.learn(profile)
        if token == self._token():
            # Else another one came meanwhile, and is compared before it writes.
            self._proven, self._untold = token, None
        return profile

    async def _told(self, holder: Holder) -> Standing:
        return await self.pipeline.patiently(partial(holder.standing, self.transport))

    def _token(self) -> Secret | None:
        holder = self._holder
        return None if holder is None else holder.token()

    @cached_property
    def _holder(self) -> Holder | None:
        holder: object = self.pipeline.authenticator
        return holder if isinstance(holder, Holder) else None

    async def learn(self, profile: Profile) -> None:
        """Take over whose client this is, as the platform told it, and keep it where tokens are kept.

        Raises:
            WrongAccountError: It is another account than the one this client was opened for.
        """
        if self.ref.id not in {None, profile.id}:
            message = (
                f"the credentials are those of {profile.id!r} ({profile.handle}), not of {self.ref.id!r}: "
                "look where they were read from"
            )
            raise WrongAccountError(message, platform=self.facts.name)
        holder = self._holder
        if holder is not None:
            await holder.owned_by(profile.id, self.transport, sure=self.ref.id is not None)
        self.ref = self.ref.model_copy(update={"id": profile.id, "handle": profile.handle})

    async def known(self) -> AccountRef:
        """Return whose client this is, id and all.

        Raises:
            MissingScopeError: The token may not read it for its scopes.
            NotSupportedError: It may not read it.
        """
        ref = await self.identify()
        if ref.id is None:
            raise self._unknown() from self._untold
        return ref

    def _unknown(self) -> NotSupportedError:
        message = "whose account this is is not known: the token may not read its own account"
        name, because = self.facts.name, self._untold
        if isinstance(because, MissingScopeError):
            error = MissingScopeError(message, status=because.status, platform=name)
            allow = (
                f"log in again, and allow {' or '.join(because.scopes)}" if because.scopes else "log in again"
            )
            error.scopes, error.instead = because.scopes, f"{allow}, or give account= with the id"
            return error
        return NotSupportedError(message, platform=name, instead="a token that may, or account= with the id")

    async def mine(self, *refs: AccountRef | None) -> None:
        """Raise unless all these things can be this account's."""
        for ref in refs:
            if ref is not None:
                self._refuse(ref)
                if ref.id is not None and self.ref.id is None:
                    await self.identify()
                    self._refuse(ref)

    def _refuse(self, ref: AccountRef) -> None:
        conflict = self.ref.conflict(ref)
        if conflict is not None:
            message = f"this belongs to another account: {conflict}"
            raise WrongAccountError(message, platform=self.facts.name)

    def run(self) -> PassingRun:
        """Return what carries a write: a journal's run where one is kept, else one that keeps nothing."""
        make = run_maker.get()
        if make is None:
            return PassingRun(self.now, patience=self._patience, steady=self.transport.steady)
        return make(self.now, self._patience, self.transport.steady)

    async def write(
        self,
        kind: WriteKind | OwnWriteKind,
        call: Callable[[PassingRun], Coroutine[Any, Any, T]],
        *,
        draft: Draft | None = None,
        message: Message | None = None,
        private: bool = False,
        target: str | None = None,
    ) -> T:
        """Run a write; when its outcome is unknown, say everything that is needed to find out."""
        run = self.run()

        def describe(step: OpenStep) -> Attempt:
            return Attempt(
                platform=self.facts.name,
                account=self.ref,
                kind=kind,
                step=step.name,
                key=step.key,
                started_at=step.started_at,
                deadline=step.deadline,
                platform_time=self.settling.began(step),
                draft=draft,
                message=message,
                private=private,
                target=target,
                results=run.results(),
            )

        run.describe = describe
        carried = current_run.set(run)
        try:
            return await call(run)
        except SocialKitError:
            raise
        except BaseException:
            # Cancelled or interrupted: no error of ours reaches the caller to carry the attempt.
            if run.last is not None:
                self._keep(describe(run.given_up(run.last)))
            raise
        finally:
            current_run.reset(carried)

    def _keep(self, attempt: Attempt) -> None:
        self._unsettled[attempt.key] = attempt
        while len(self._unsettled) > UNSETTLED_KEPT:
            self._unsettled.pop(next(iter(self._unsettled)), None)

    def settle(self, attempt: Attempt) -> None:
        """Take a write whose outcome is known now from those that were broken off."""
        self._unsettled.pop(attempt.key, None)

    def unsettled(self) -> tuple[Attempt, ...]:
        """Return the writes that were broken off from outside, the newest last."""
        return tuple(self._unsettled.values())


def _grants(scopes: tuple[str, ...], wanted: str) -> bool:
    """Return whether a scope, or a wider one, is among those given (`write` covers `write:media`)."""
    return wanted in scopes or wanted.partition(":")[0] in scopes


def refused_for_good(error: APIError) -> bool:
    """Return whether a read was refused because the token may not, or the server has no such call."""
    return isinstance(error, PermissionDeniedError | NotFoundError | NoSuchCallError)
