"""From a request to messages and events: proven first, then read, then told whose it is, and once alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Generic, NamedTuple, NoReturn, final

from pydantic import ValidationError

from socialkit.auth import Headers, Proven, Pushed
from socialkit.errors import (
    ConfigurationError,
    NotFoundError,
    SocialKitError,
    WebhookAccountError,
    WebhookError,
)
from socialkit.models import AccountRef, Message, WebhookEvent
from socialkit.operations import ModeT, Operations, operation
from socialkit.platforms import find
from socialkit.platforms.base import AsyncClient, Client, Hint, PushedThing, host_of, read_again
from socialkit.publishing import Accounts
from socialkit.publishing._accounts import accounts_of
from socialkit.publishing._io import io_of
from socialkit.transport import Secret, base_address, hide, require_text
from socialkit.webhooks._addressees import Addressees
from socialkit.webhooks._received import Received
from socialkit.webhooks._stores import MemoryPushStore, PushStore

__all__ = ["WebhookBase"]

CLAIM: Final = timedelta(minutes=1)
"""How long what came is left to whoever took it, and did not say that it is done."""
MOST_HINTS: Final = 100
"""How many things a push may tell of that nobody signed: each costs a call."""
PLAIN: Final = {"x-content-type-options": "nosniff", "cache-control": "no-store"}


class _Made(NamedTuple):
    """A thing that was pushed, for one of our accounts."""

    key: str
    ref: AccountRef
    thing: Message | WebhookEvent | Hint


class WebhookBase(Operations[ModeT], Generic[ModeT]):
    """What both webhooks are."""

    namespace = "webhooks"

    def __init__(
        self,
        mode: type[ModeT],
        platform: str,
        accounts: Accounts | Client | AsyncClient,
        *,
        secret: str | Secret | Sequence[str | Secret],
        verify_token: str | Secret | None,
        account: AccountRef | str | None,
        base_url: str | None,
        store: PushStore | None,
    ) -> None:
        self._secrets = _hidden(secret)
        self._verify_token = hide(verify_token)
        del secret, verify_token  # they would stand in the traceback
        super().__init__(mode)
        self._platform = platform
        self._facts = find(platform).load_pushes()
        self._accounts = accounts_of(accounts)
        self._account = account
        self._host = None if base_url is None else host_of(base_address(base_url))
        self._store: PushStore = MemoryPushStore() if store is None else store
        self._io = io_of(mode)
        self._require_whole()

    def _require_whole(self) -> None:
        """Raise where something is missing that the platform's pushes need."""
        facts, problem = self._facts, None
        require_text("verify_token", self._verify_token)
        if facts.proof.proves is not Proven.NOTHING and not self._secrets:
            problem = "secret= is missing: without it nothing proves who pushes"
        elif any(one.needs_token for one in facts.handshakes) and self._verify_token is None:
            problem = "verify_token= is missing: choose a random text, and tell it the platform"
        elif facts.per_server and self._host is None and self._account is None:
            problem = "base_url= is missing: each server has a webhook of its own, with its own secret"
        if problem is not None:
            raise ConfigurationError(problem, platform=self._platform)
        refs = self._addressees().candidates()
        if facts.proof.proves is not Proven.BODY and len(refs) > 1:
            problem = (
                f"what {self._platform} pushes is not signed, so its address has to say for which of "
                f"{len(refs)} accounts it is: give account="
            )
            raise ConfigurationError(problem, platform=self._platform)

    def _addressees(self) -> Addressees:
        return Addressees(self._mode, self._accounts, self._platform, account=self._account, host=self._host)

    @final
    @operation
    async def receive(
        self, *, method: str, query: str | bytes = "", headers: Headers, body: bytes = b""
    ) -> Received:
        """Return what a request brought, and what to answer.

        Give the parts of the request as they came. What was pushed before and is `done` is left out. What was
        pushed before and is not done yet is refused with 503 for a minute, so that the platform sends it
        again: nobody knows whether whoever took it still stores it, or ended. After that it is new again.

        Args:
            method: `GET` or `POST`.
            query: The query string, without the question mark.
            headers: A mapping, or pairs.
            body: The bytes as they came, before anything was parsed or decompressed.

        Raises:
            WebhookError: Nothing of it is taken; answer `error.status`, with an empty body.
            WebhookSignatureError: Nothing proves that the platform sent it.
            WebhookAccountError: It is for an account that is nobody's here.
        """
        try:
            return await self._received(Pushed.read(method, query, headers, body))
        except WebhookError as error:
            error.platform = self._platform
            # Without the calls inside, whose variables hold the tokens that came; it says all that they know.
            raise error.with_traceback(None) from error.__cause__
        except SocialKitError as error:
            raise self._hindered(error) from error
        finally:
            del query, headers, body  # what reports an error with its variables would show a token

    @final
    @operation
    async def done(self, received: Received) -> None:
        """Remember that what came is stored, so that a repetition brings nothing.

        Raises:
            JournalError: It cannot be remembered; a repetition will bring it again.
        """
        await self._io(self._store.settle, received.keys)

    @final
    @operation
    async def give_back(self, received: Received) -> None:
        """Give back what came and could not be stored: the next repetition brings it, at once.

        Answer 500 or 503 then, so that the platform repeats it.

        Raises:
            JournalError: It cannot be given back; a repetition brings it after a minute.
        """
        await self._io(self._store.release, received.keys)

    async def _received(self, push: Pushed) -> Received:
        if push.method == "GET":
            return self._shaken(push)
        if push.method != "POST":
            message = "a webhook takes GET and POST alone"
            raise WebhookError(message, status=405)
        self._facts.proof.check(push, self._secrets, self._accounts.now())
        things = self._things(push)
        addressees, strangers = self._addressees(), set[str]()
        made = [one for thing in things for one in await self._for_each(thing, addressees, strangers)]
        if strangers:
            addressees.require_asked()
            if not made and not self._facts.per_server:
                self._refuse(addressees)
        taken = await self._claimed({one.key: one for one in made}, addressees)
        return Received(
            messages=tuple(one for one in taken.values() if isinstance(one, Message)),
            events=tuple(one for one in taken.values() if isinstance(one, WebhookEvent)),
            strangers=() if self._facts.per_server else tuple(sorted(strangers)),
            failed=addressees.failed,
            keys=tuple(taken),
        )

    def _shaken(self, push: Pushed) -> Received:
        for handshake in self._facts.handshakes:
            answer = handshake.answer(push, self._secrets, self._verify_token)
            if answer is not None:
                headers = {"content-type": answer.content_type, **PLAIN}
                return Received(headers=headers, body=answer.body)
        message = "it asks nothing that this platform asks"
        raise WebhookError(message, status=400 if self._facts.handshakes else 405)

    def _things(self, push: Pushed) -> list[PushedThing]:
        try:
            things = list(self._facts.read(push))
        except (ValidationError, LookupError, TypeError, ValueError, AttributeError):
            self._unreadable()
        if self._facts.proof.proves is Proven.NOTHING and len(things) > MOST_HINTS:
            message = (
                f"it tells of {len(things)} things, and at most {MOST_HINTS} that nobody signed are read"
            )
            raise WebhookError(message, status=413)
        return things

    def _unreadable(self) -> NoReturn:
        message = "the push is not what the platform's documentation promises"
        raise WebhookError(message, status=422) from None  # the cause would quote it

    def _refuse(self, addressees: Addressees) -> NoReturn:
        for error in addressees.failed.values():
            raise error  # it may be that one's
        message = "it is for an account that is nobody's here"
        raise WebhookAccountError(message)

    async def _for_each(self, thing: PushedThing, addressees: Addressees, strangers: set[str]) -> list[_Made]:
        """Return a thing for each of our accounts that it is for."""
        # What nobody signed decides nothing: there the address says whose it is.
        says = thing.accounts if self._facts.proof.proves is Proven.BODY else ()
        refs = await addressees.of(says) if says else (await addressees.only(),)
        if not refs:
            strangers.update(says)
        made: list[_Made] = []
        for ref in refs:
            try:
                found = thing.make(ref)
            except (ValidationError, LookupError, TypeError, ValueError, AttributeError):
                self._unreadable()
            if thing.undated and isinstance(found, Message):
                found = found.model_copy(update={"created_at": self._accounts.now()})
            believed = self._believed(found)
            if believed is not None:
                made.append(_Made(_key(ref, thing.key), ref, believed))
        return made

    def _believed(self, found: Message | WebhookEvent | Hint | None) -> Message | WebhookEvent | Hint | None:
        if self._facts.proof.proves is not Proven.NOTHING or found is None:
            return found
        return None if isinstance(found, WebhookEvent) else Hint(found.id)

    async def _claimed(
        self, made: dict[str, _Made], addressees: Addressees
    ) -> dict[str, Message | WebhookEvent]:
        """Return what nobody took before, read again where it is only hinted at."""
        if self._facts.proof.proves is Proven.NOTHING:
            made = await self._read_first(made)
        now = self._accounts.now()
        new, others = await self._io(self._store.claim, sorted(made), now, now + CLAIM)
        try:
            self._require_done(others)
            read = {key: await self._read(one, addressees) for key, one in made.items() if key in new}
            if not any(read.values()):
                addressees.require_read()
        except SocialKitError:
            await self._io(self._store.release, sorted(new))
            raise
        gone = sorted(key for key, thing in read.items() if thing is None)
        if gone:
            await self._io(self._store.release, gone)
        return {key: thing for key, thing in read.items() if thing is not None}

    def _require_done(self, others: frozenset[str]) -> None:
        """Raise where somebody took a part of it before, and did not say that it is stored."""
        if others:
            message = "it came before and is not stored yet: send it again"
            raise WebhookError(message, status=503)

    async def _read_first(self, made: dict[str, _Made]) -> dict[str, _Made]:
        """Return what is there, by keys of what it says: one that nobody signed might be another thing's."""
        hinted = {one.thing: one for one in made.values()}
        found = [(one, await self._whole(one)) for one in hinted.values()]
        return {  # without the addresses of files, which are others at each read
            _key(one.ref, [thing.id, thing.text, len(thing.media)]): one._replace(thing=thing)
            for one, thing in found
            if isinstance(thing, Message)
        }

    async def _read(self, made: _Made, addressees: Addressees) -> Message | WebhookEvent | None:
        """Return a thing; None for an account whose login is over, so that others get what is theirs."""
        try:
            return await self._whole(made)
        except SocialKitError as error:
            addressees.fail(made.ref, error)
            return None

    async def _whole(self, made: _Made) -> Message | WebhookEvent | None:
        if not isinstance(made.thing, Hint):
            return made.thing.model_copy(update={"account": made.ref})
        client = self._addressees().client(made.ref)
        try:
            return await read_again(client, self._facts, made.thing.id)
        except NotFoundError:
            return None

    def _hindered(self, error: SocialKitError) -> WebhookError:
        """Return what says that the platform may send it again: nothing is wrong with the push."""
        mine = isinstance(error, ConfigurationError)
        message = f"it cannot be taken now: {error.message}"
        return WebhookError(message, status=500 if mine else 503, platform=self._platform)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.__dict__.get('_platform')!r})"

    def __reduce__(self) -> NoReturn:
        message = "a webhook holds secrets and cannot be pickled: make one where it is needed"
        raise TypeError(message)


def _hidden(given: str | Secret | Sequence[str | Secret]) -> tuple[Secret, ...]:
    secrets = (given,) if isinstance(given, str | Secret) else tuple(given)
    hidden = tuple(one for one in map(hide, secrets) if one is not None)
    del given, secrets  # they would stand in the traceback
    for secret in hidden:
        require_text("secret", secret)
    return hidden


def _key(ref: AccountRef, key: str | list[str | int]) -> str:
    """Return a short text that tells a thing of an account from all others, and nothing about it."""
    return hashlib.sha256(json.dumps([ref.key, key]).encode()).hexdigest()
