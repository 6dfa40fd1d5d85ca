"""What happens between an operation's request and its answer: budget, signature, errors, retries, outcome."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Generic, NoReturn, TypeVar

from socialkit.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    MediaProcessingError,
    OutcomeUnknownError,
    RateLimitedError,
    ServerError,
    SocialKitError,
    TransportError,
    UnexpectedResponseError,
)
from socialkit.errors._base import BODY_SHOWN
from socialkit.operations import current_operation, current_run, still_alive
from socialkit.transport._answer import Answer, validate
from socialkit.transport._budget import RateBudget
from socialkit.transport._echoes import Echoes
from socialkit.transport._errors import ErrorTable, classify, nobody_knows, read_stranger
from socialkit.transport._lasting import lasting
from socialkit.transport._origins import InsideError, base_address, is_below, is_whole, origin_of
from socialkit.transport._protocol import Authenticator, Guard, Hearing, OpenAnswer, Transport
from socialkit.transport._redact import redact, redact_body, secrets_of
from socialkit.transport._renewing import current_renewal
from socialkit.transport._request import Request, Response, Safety
from socialkit.transport._retry import Retry
from socialkit.transport._secret import Secret
from socialkit.transport._steady import PlatformClock
from socialkit.transport._verdicts import leaves_open, not_fetched

__all__ = ["Pipeline"]

T = TypeVar("T")

DEFAULT_RETRY: Final = Retry()
DEFAULT_TABLE: Final = ErrorTable()
FILES: Final = ErrorTable(read=read_stranger)
LONGEST_ANSWER: Final = 64 * 2**20
"""Bytes of an answer, unpacked: a hundred times the longest page, and what a small one may unfold to."""
SWITCHED: Final = 101
"""The status of a connection that became a WebSocket."""
DECIDING: Final = frozenset({Safety.WRITE, Safety.PREPARE})
WRITING: Final = frozenset({Safety.WRITE, Safety.REPEATABLE})
RENEWAL: Final = Request(method="POST", url="", safety=Safety.ONCE)
"""What a renewal is to the caller's patience."""
LOOKS: Final = 3
"""How often it is asked whose credentials are before a write, while others renew them."""

_log = logging.getLogger("socialkit")


class _Turn(Generic[T]):
    """One request on its way, through all its attempts."""

    def __init__(self, request: Request, table: ErrorTable, read: Callable[[Response, Request], T]) -> None:
        self.request = request
        self.table = table
        self.read = read
        self.renewed = False
        self.in_doubt = False
        """Whether an attempt of a write was sent, and nobody knows what became of it."""


class Pipeline:
    """Sends the requests of one client.

    Addresses are resolved below `base_url`. A signed request leaves for no other origin than that of
    `base_url` and those in `trusted_origins` (such as `https://upload.example`).

    With an `authenticator`, no answer holds what it keeps secret: answers become results, and are kept. So
    tokens are asked for and renewed by a pipeline that has none.

    Example:
        >>> from socialkit.operations import finish
        >>> from socialkit.transport import BlockingTransport
        >>> pipeline = Pipeline(
        ...     BlockingTransport(), platform="pixelwall", base_url="https://pixelwall.example/v2/"
        ... )
        >>> pipeline.resolve("pins/1")
        'https://pixelwall.example/v2/pins/1'
        >>> finish(pipeline.close())
    """

    def __init__(
        self,
        transport: Transport,
        *,
        platform: str,
        base_url: str,
        errors: ErrorTable = DEFAULT_TABLE,
        authenticator: Authenticator | None = None,
        retry: Retry = DEFAULT_RETRY,
        budget: RateBudget | None = None,
        timeout: float | None = None,
        trusted_origins: frozenset[str] = frozenset(),
    ) -> None:
        base_url = base_address(base_url)
        self.transport = transport
        self.platform = platform
        self.base_url: str = base_url.rstrip("/") + "/"
        self.clock: Final = PlatformClock()
        self.authenticator: Final = authenticator
        self.guard: Guard | None = None
        self.lacks: Callable[[str], bool] = nobody_knows
        self.budget: RateBudget = RateBudget() if budget is None else budget
        self._echoes = Echoes()
        self._errors = errors
        listener: object = authenticator
        self._hearing = listener if isinstance(listener, Hearing) else None
        self._retry = retry
        self._timeout = timeout
        self._origins = tuple(origin_of(url, platform) for url in (base_url, *sorted(trusted_origins)))

    def resolve(self, url: str) -> str:
        """Return the whole address for a path below the base address; a whole one stays."""
        return url if is_whole(url) else self.base_url + url.lstrip("/")

    async def send(self, request: Request) -> Response:
        """Send a request, repeated where that is safe, and return an answer that is no refusal.

        Raises:
            APIError: The platform refused.
            TransportError: No answer came.
            OutcomeUnknownError: Nothing decided whether a write was done.
            MediaProcessingError: Something that prepares a write failed; nothing was published.
            ConfigurationError: The address is not one that the credentials may go to.
        """
        return await self._deliver(self._prepared(request), self._errors, _whole)

    async def call(self, request: Request, returns: type[T]) -> Answer[T]:
        """Send a request, and return the answer's body as a type.

        Raises:
            UnexpectedResponseError: The body is not of that type; a write's outcome is unknown then.
        """
        read = partial(self._validated, returns)
        return await self._deliver(self._prepared(request), self._errors, read)

    async def fetch(self, url: str, *, limit: int, internal: bool = False) -> Response:
        """Get a file from anywhere, without credentials and outside the budget.

        Args:
            url: The address; nothing of its query is shown.
            limit: The most bytes that are read.
            internal: Whether it may lead to this machine or an inside network.

        Raises:
            UnexpectedResponseError: It is longer than `limit` bytes.
            InvalidDraftError: It does not lie on the public internet.
            ConfigurationError: The address is neither http nor https.
        """
        if not url.lower().startswith(("http://", "https://")):
            where = Request(method="GET", url=url, hides_query=True).shown().url
            message = f"not an address to get a file from: {where}"
            raise ConfigurationError(message, platform=self.platform)
        request = Request(
            method="GET",
            url=url,
            signed=False,
            max_bytes=limit,
            public_only=not internal,
            hides_query=True,
            timeout=self._timeout,
            operation=current_operation.get(),
        )
        try:
            response = await self._deliver(request, FILES, _whole, counted=False)
        except InsideError as error:
            raise not_fetched(error) from None
        if len(response.content) > limit:
            message = f"the answer is longer than {limit} bytes"
            raise UnexpectedResponseError(message, request=request.shown(), platform=self.platform)
        return response

    async def open(self, request: Request, *, trusted: str | None = None) -> OpenAnswer:
        """Send a request once, outside the budget, and return its answer while it goes on.

        Args:
            request: What to send; its `timeout` is how long the platform may be silent.
            trusted: The origin that the platform itself named for this, where it is not that of `base_url`.

        Raises:
            APIError: The platform refused.
            TransportError: No answer came.
            ConfigurationError: The address is not one that the credentials may go to.
        """
        origins = self._origins if trusted is None else (*self._origins, origin_of(trusted, self.platform))
        return await self._opened(self._prepared(request, origins), renewed=False)

    async def _opened(self, request: Request, *, renewed: bool) -> OpenAnswer:
        signed = await self._signed(request)
        started = self.transport.now()
        try:
            answer = await self.transport.stream(signed)
        except SocialKitError as error:
            self._note(signed, type(error).__name__, started)
            error.platform = error.platform or self.platform
            raise
        status = answer.response.status
        self._note(signed, status, started)
        if 200 <= status < 300 or status == SWITCHED:
            return answer
        await answer.close()
        refusal = await self._refusal(answer.response, signed, self._errors)
        if isinstance(refusal, AuthenticationError) and not renewed and await self._renewed(signed):
            return await self._opened(request, renewed=True)
        assert refusal is not None, "every other status is a refusal"
        raise refusal

    def masked(self, content: bytes) -> bytes:
        """Return what came of an open answer without the client's secrets, once it is whole.

        What `send` and `call` return holds none.
        """
        return content if self.authenticator is None else self._echoes.without(content, self._held())

    def lasting(self, session: Callable[[], AsyncGenerator[T, None]]) -> AsyncGenerator[T, None]:
        """Return what a session yields, begun again whenever the line is lost; see `Retry` for the waits.

        It ends with what will not pass: a refusal, or an address that credentials may not go to.
        """
        return lasting(session, self.transport, self._retry, self.platform)

    async def patiently(self, renew: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what a call gives that may renew the credentials, begun again where a limit stopped that.

        A renewal itself waits for no limit: others could take it for dead.
        """
        return await self._persisted(renew, RENEWAL)

    async def close(self) -> None:
        """Give back the transport's connections."""
        await self.transport.close()

    def _prepared(self, request: Request, origins: tuple[str, ...] | None = None) -> Request:
        url, origins = self.resolve(request.url), origins or self._origins
        if request.signed and self.authenticator is not None and not is_below(url, origins):
            where = Request(method=request.method, url=url).shown().url
            message = f"credentials go to {', '.join(origins)} only, not to {where}"
            raise ConfigurationError(message, platform=self.platform, operation=current_operation.get())
        return request.replace(
            url=url,
            operation=request.operation or current_operation.get(),
            timeout=self._timeout if request.timeout is None else request.timeout,
            max_bytes=LONGEST_ANSWER if request.max_bytes is None else request.max_bytes,
        )

    async def _deliver(
        self,
        request: Request,
        table: ErrorTable,
        read: Callable[[Response, Request], T],
        *,
        counted: bool = True,
    ) -> T:
        turn = _Turn(request, table, read)
        attempt = partial(self._attempt, turn, counted=counted)
        if self._unproven(request):
            await self.patiently(partial(self._signed, request))
            await self._guarded(request)  # here, so that no patience with it multiplies that with the write
        try:
            return await self._persisted(attempt, request)
        except SocialKitError as error:
            # What refuses the last attempt says nothing about one before it.
            if not turn.in_doubt:
                raise
            raise self._unknown(error, request) from error

    async def _persisted(self, attempt: Callable[[], Coroutine[Any, Any, T]], request: Request) -> T:
        try:
            return await attempt()
        except SocialKitError as error:
            wait = self._patience().delay(error, request, 1)
            if wait is None:
                raise
        return await self._patience().persist(attempt, request, wait, self.transport.sleep)

    async def _attempt(self, turn: _Turn[T], *, counted: bool) -> T:
        await still_alive()
        if counted:
            await self._spend(turn.request)
        signed = await self._guarded(turn.request)
        run = current_run.get()
        if run is not None and turn.request.safety in WRITING:
            run.require_time()
        renewal = current_renewal.get()
        if renewal is not None:
            signed = await renewal.admitted(signed, self.transport)
        try:
            response = await self._exchange(signed, counted=counted)
            refusal = await self._refusal(response, signed, turn.table)
            if refusal is None:
                return turn.read(response, signed)
            error = refusal
        except SocialKitError as failure:
            error = failure
        if isinstance(error, AuthenticationError) and not turn.renewed and await self._renewed(signed):
            turn.renewed = True
            return await self._attempt(turn, counted=counted)
        try:
            self._raise(error, turn)
        finally:
            del error

    def _patience(self) -> Retry:
        """Return the caller's patience, or less where whoever carries the write comes back later."""
        renewal, run = current_renewal.get(), current_run.get()
        if renewal is not None:
            return renewal.patience(self._retry, self.transport)
        return self._retry if run is None or run.waits else replace(self._retry, on_limit="raise")

    async def _spend(self, request: Request) -> None:
        bucket = self.budget.bucket(request)
        waited = timedelta(0)
        while wait := await self._asked(self.budget.take, self.transport.now(), bucket):
            waited += wait
            if self._patience().on_limit == "raise" or waited > self._retry.longest_wait:
                raise self._spent(request, bucket, wait)
            await self.transport.sleep(wait.total_seconds())

    async def _asked(self, ask: Callable[..., T], /, *args: Any) -> T:
        """Ask the budget; one that others keep must not hold up an event loop."""
        if not self.budget.blocks:
            return ask(*args)
        answer: T = await self.transport.offload(ask, *args)
        return answer

    def _spent(self, request: Request, bucket: str, wait: timedelta) -> RateLimitedError:
        error = RateLimitedError(
            "the request budget is spent; nothing was sent",
            status=429,
            request=request.shown(),
            retry_after=wait,
            platform=self.platform,
            operation=request.operation,
        )
        error.resets_at = self.transport.now() + wait
        error.limit_name = bucket or None
        return error

    async def _signed(self, request: Request) -> Request:
        if self.authenticator is None or not request.signed:
            return request
        try:
            return await self.authenticator.sign(request, self.transport)
        except TransportError as error:
            # Renewing the credentials was sent, perhaps; this request was not, and no write is in doubt.
            message = f"the credentials could not be renewed: {error.message}"
            raise ConnectionFailedError(message, request=request.shown(), platform=self.platform) from error

    async def _guarded(self, request: Request) -> Request:
        """Return a request with credentials that, where it writes, are known to be the account's."""
        signed = await self._signed(request)
        for _ in range(LOOKS):
            if not self._unproven(request):
                return signed
            await self._proved(request)
            signed = await self._signed(request)  # asking may have renewed them
        message = "the credentials change again and again: whose they are could not be asked"
        raise ConnectionFailedError(message, request=request.shown(), platform=self.platform)

    def _unproven(self, request: Request) -> bool:
        asks = request.signed and request.safety is not Safety.READ
        return asks and self.guard is not None and not self.guard.proven()

    async def _proved(self, request: Request) -> None:
        assert self.guard is not None
        try:
            await self.guard.prove()
        except (TransportError, ServerError, UnexpectedResponseError) as error:
            # The question was sent, perhaps; this request was not, and no write is in doubt.
            message = f"whose account the credentials are could not be asked: {error.message}"
            raise ConnectionFailedError(message, request=request.shown(), platform=self.platform) from error

    async def _renewed(self, refused: Request) -> bool:
        if self.authenticator is None or not refused.signed:
            return False
        return await self.authenticator.renew(refused, self.transport)

    async def _exchange(self, request: Request, *, counted: bool) -> Response:
        started, sent = self.transport.now(), self.transport.steady()
        try:
            response = await self.transport.send(request)
        except SocialKitError as error:
            self._note(request, type(error).__name__, started)
            raise
        self._note(request, response.status, started)
        if request.signed:
            # Of others (a login, a file from anywhere) nobody knows whose clock it is.
            self.clock.hear(response, sent, self.transport.steady())
            if self._hearing is not None:
                self._hearing.heard(request, response)
        if counted:
            bucket = self.budget.bucket(request)
            await self._asked(self.budget.update, response, self.transport.now(), bucket)
        if self.authenticator is None:
            return response
        return self._echoes.masked(response, request, self._held())

    async def _refusal(
        self, response: Response, request: Request, table: ErrorTable
    ) -> SocialKitError | None:
        if 200 <= response.status < 300 and not table.errors_in_success:
            return None
        now, secrets = self.transport.now(), self._secrets(request)
        error = classify(
            response, request, table, platform=self.platform, now=now, secrets=secrets, lacks=self.lacks
        )
        if isinstance(error, RateLimitedError):
            await self._remember(error, self.budget.bucket(request), now)
        return error

    async def _remember(self, error: RateLimitedError, bucket: str, now: datetime) -> None:
        error.limit_name = error.limit_name or bucket or None
        if error.resets_at is not None:
            await self._asked(self.budget.hold, error.resets_at, bucket)
        elif wait := await self._asked(self.budget.delay, now, bucket):
            error.resets_at, error.retry_after = now + wait, wait

    def _raise(self, error: SocialKitError, turn: _Turn[Any]) -> NoReturn:
        request = turn.request
        error.platform = error.platform or self.platform
        error.operation = error.operation or request.operation
        is_open = leaves_open(error, turn.table)
        turn.in_doubt = turn.in_doubt or (request.safety is Safety.REPEATABLE and is_open)
        if request.safety not in DECIDING or not is_open:
            raise error
        if request.safety is Safety.PREPARE:
            message = f"a step before publishing failed; nothing was published: {error.message}"
            raise MediaProcessingError(
                message, platform=self.platform, operation=request.operation
            ) from error
        raise self._unknown(error, request) from error

    def _unknown(self, error: SocialKitError, request: Request) -> OutcomeUnknownError:
        return OutcomeUnknownError(
            f"no answer decided whether it was done: {error.message}",
            request=request.shown(),
            platform=self.platform,
            operation=request.operation,
        )

    def _validated(self, returns: type[T], response: Response, request: Request) -> Answer[T]:
        answer = validate(response, request, returns)
        if isinstance(answer, Answer):
            return answer
        secrets = self._secrets(request)
        answer.message = redact(answer.message, secrets)
        answer.body = redact_body(response.content, secrets)[:BODY_SHOWN]
        raise answer

    def _secrets(self, request: Request) -> tuple[Secret, ...]:
        return (*self._held(), *secrets_of(request))

    def _held(self) -> tuple[Secret, ...]:
        return () if self.authenticator is None else self.authenticator.secrets()

    def _note(self, request: Request, outcome: object, started: datetime) -> None:
        if _log.isEnabledFor(logging.DEBUG):
            spent = (self.transport.now() - started) / timedelta(milliseconds=1)
            shown = request.shown()
            url = redact(shown.url, self._secrets(request))
            _log.debug("%s %s: %s after %.0f ms", shown.method, url, outcome, spent)


def _whole(response: Response, _request: Request) -> Response:
    return response
