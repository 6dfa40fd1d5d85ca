"""An operation is written once, as a coroutine, and offered blocking and async.

An operation awaits only its transport, its run and private coroutines. A blocking client's transport
never suspends, so one `send(None)` carries the coroutine to its end; an async client hands the coroutine out.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Final,
    Generic,
    ParamSpec,
    Protocol,
    TypeVar,
    cast,
    overload,
)

from pydantic import JsonValue, TypeAdapter

from socialkit._listing import AsyncListing, Listing, Page
from socialkit._streaming import Arrival, AsyncStream, Stream
from socialkit.errors import OutcomeUnknownError, SocialKitError

if TYPE_CHECKING:
    from socialkit.models import Attempt

__all__ = [
    "Arrival",
    "Async",
    "AsyncListing",
    "AsyncStream",
    "Listing",
    "Mode",
    "ModeT",
    "OpenStep",
    "Operations",
    "Page",
    "PassingRun",
    "Run",
    "RunMaker",
    "Stream",
    "Sync",
    "awaited",
    "carrying",
    "current_operation",
    "current_run",
    "finish",
    "operation",
    "paginated",
    "run_maker",
    "running",
    "still_alive",
    "streamed",
]

T = TypeVar("T")
P = ParamSpec("P")

current_operation: Final[ContextVar[str | None]] = ContextVar("socialkit_operation", default=None)
"""The operation that runs in this context, such as `posts.publish`; errors and ordered faults name it."""


class Mode:
    """How a client is called."""


class Sync(Mode):
    """Blocking."""


class Async(Mode):
    """Awaited."""


ModeT = TypeVar("ModeT", bound=Mode)
"""The mode of a client and of all that it offers."""


def finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never suspends, and return its result.

    Example:
        >>> async def answer() -> int:
        ...     return 42
        >>> finish(answer())
        42
    """
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return cast("T", stop.value)
    finally:
        coroutine.close()
    message = "an operation of a blocking client suspended: its transport must not"
    raise RuntimeError(message)


class Operations(Generic[ModeT]):
    """A class whose methods may be decorated with `operation`, `paginated` and `streamed`."""

    namespace: str = ""
    """What stands before the operation's name, such as `posts`."""

    def __init__(self, mode: type[ModeT]) -> None:
        self._mode = mode


def _named(function: Callable[..., Coroutine[Any, Any, T]], name: str, /, *args: Any, **kwargs: Any) -> Any:
    coroutine: Any = running(partial(function, *args, **kwargs), name)
    # One that nobody awaits is told by the name of what was forgotten, and once.
    coroutine.__qualname__ = function.__qualname__
    return coroutine


async def awaited(result: Awaitable[T] | T) -> T:
    """Return what an operation of a client of either mode gives."""
    if isinstance(result, Awaitable):
        return cast("T", await result)
    return result


async def running(call: Callable[[], Coroutine[Any, Any, T]], name: str) -> T:
    """Await what an operation is made of, as the operation of that name: its errors and requests say so."""
    token = current_operation.set(name)
    try:
        called = call()
        del call  # what it is called with would stand in the traceback
        return await called
    except SocialKitError as error:
        if error.operation is None:
            error.operation = name
        raise
    finally:
        current_operation.reset(token)


class operation(Generic[P, T]):  # noqa: N801 - a decorator
    """A coroutine method that blocks on a `Sync` client and is awaited on an `Async` one."""

    def __init__(self, function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]], /) -> None:
        self.function = function
        functools.update_wrapper(cast("Any", self), function)

    @overload
    def __get__(self, obj: Operations[Sync], owner: type[Any], /) -> Callable[P, T]: ...
    @overload
    def __get__(self, obj: Operations[Async], owner: type[Any], /) -> Callable[P, Coroutine[Any, Any, T]]: ...
    @overload
    def __get__(
        self, obj: None, owner: type[Any], /
    ) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]: ...
    def __get__(self, obj: Any, owner: type[Any], /) -> Any:
        """Return the method as the client's mode has it."""
        if obj is None:
            return self.function
        function, name = self.function, f"{obj.namespace}.{self.function.__name__}"
        blocking = obj._mode is Sync

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            coroutine = _named(function, name, obj, *args, **kwargs)
            del args, kwargs  # a secret among them would stand in the traceback
            return finish(coroutine) if blocking else coroutine

        return call


class paginated(Generic[P, T]):  # noqa: N801 - a decorator
    """A coroutine method that gets one page at `cursor`, seen as a listing of all items.

    A parameter named `limit` caps the listing: at most that many items in all.
    """

    def __init__(self, function: Callable[Concatenate[Any, P], Coroutine[Any, Any, Page[T]]], /) -> None:
        self.function = function
        functools.update_wrapper(cast("Any", self), function)

    @overload
    def __get__(self, obj: Operations[Sync], owner: type[Any], /) -> Callable[P, Listing[T]]: ...
    @overload
    def __get__(self, obj: Operations[Async], owner: type[Any], /) -> Callable[P, AsyncListing[T]]: ...
    @overload
    def __get__(
        self, obj: None, owner: type[Any], /
    ) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, Page[T]]]: ...
    def __get__(self, obj: Any, owner: type[Any], /) -> Any:
        """Return the method as the client's mode has it."""
        if obj is None:
            return self.function
        function, name = self.function, f"{obj.namespace}.{self.function.__name__}"
        blocking = obj._mode is Sync

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            start, limit = cast("str | None", kwargs.pop("cursor", None)), kwargs.get("limit")

            def fetch(cursor: str | None) -> Coroutine[Any, Any, Page[T]]:
                coroutine: Coroutine[Any, Any, Page[T]] = _named(
                    function, name, obj, *args, **kwargs, cursor=cursor
                )
                return coroutine

            if blocking:
                return Listing(
                    lambda cursor: finish(fetch(cursor)), cursor=start, limit=cast("int | None", limit)
                )
            return AsyncListing(fetch, cursor=start, limit=cast("int | None", limit))

        return call


class streamed(Generic[P, T]):  # noqa: N801 - a decorator
    """An async generator method that begins at `cursor`, seen as a stream of what arrives.

    A parameter named `limit` caps the stream: it ends after that many items. Nothing is sent before the first
    item is asked for. Other generators inside belong into `contextlib.aclosing`: a stream that is left closes
    the outermost alone, and the line would stay open until somebody collects the rest.
    """

    def __init__(self, function: Callable[Concatenate[Any, P], AsyncGenerator[Arrival[T], None]], /) -> None:
        self.function = function
        functools.update_wrapper(cast("Any", self), function)

    @overload
    def __get__(self, obj: Operations[Sync], owner: type[Any], /) -> Callable[P, Stream[T]]: ...
    @overload
    def __get__(self, obj: Operations[Async], owner: type[Any], /) -> Callable[P, AsyncStream[T]]: ...
    @overload
    def __get__(
        self, obj: None, owner: type[Any], /
    ) -> Callable[Concatenate[Any, P], AsyncGenerator[Arrival[T], None]]: ...
    def __get__(self, obj: Any, owner: type[Any], /) -> Any:
        """Return the method as the client's mode has it."""
        if obj is None:
            return self.function
        function: Any = self.function
        name = f"{obj.namespace}.{function.__name__}"
        kind: Any = Stream if obj._mode is Sync else AsyncStream

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            given: dict[str, Any] = dict(kwargs)
            start, limit = given.pop("cursor", None), given.get("limit")

            def source(cursor: str | None) -> AsyncGenerator[Arrival[T], None]:
                course: AsyncGenerator[Arrival[T], None] = function(obj, *args, **given, cursor=cursor)
                return course

            def step(coroutine: Coroutine[Any, Any, Any]) -> Coroutine[Any, Any, Any]:
                return running(lambda: coroutine, name)

            return kind(source, cursor=start, limit=limit, step=step)

        return call


class Run(Protocol):
    """What carries a write from step to step; with a journal it remembers, without one it only executes."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        ...

    @property
    def current(self) -> str | None:
        """The step that runs, or the one that failed; None between steps."""
        ...

    @property
    def planned(self) -> datetime | None:
        """When it was to happen: the same in every run of the same delivery; None where nobody planned it."""
        ...

    def key(self, name: str) -> str:
        """Return the identity of a step: the same in every run of the same delivery."""
        ...

    async def step(self, name: str, call: Callable[[], Awaitable[T]], *, returns: type[T]) -> T:
        """Run a step that makes nothing public, and return its result."""
        ...

    async def commit(self, name: str, call: Callable[[], Awaitable[T]], *, returns: type[T]) -> T:
        """Run the one step that makes something public or changes it, and return its result."""
        ...

    def within(self, part: str) -> Run:
        """Return the run for one part: its step names begin with the part's name."""
        ...


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A commit that began and has not ended."""

    name: str
    key: str
    started_at: datetime
    deadline: datetime
    began: float | None = None
    """When it began, in steady seconds; None of one that began in an earlier run."""


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


class PassingRun:
    """A run that keeps nothing beyond its own life: it executes, and knows which step is open."""

    waits: bool = True
    """Whether a spent request budget may be waited for."""
    planned: datetime | None = None
    """When the write was to happen, where somebody planned it."""

    def __init__(
        self, now: Callable[[], datetime], *, patience: timedelta, steady: Callable[[], float]
    ) -> None:
        self.now = now
        self.steady = steady
        self._patience = patience
        self._root = uuid.uuid4()
        self._results: dict[str, tuple[type[Any], Any]] = {}
        self.open: OpenStep | None = None
        self.last: OpenStep | None = None
        """The last commit that began, ended or not."""
        self.describe: Callable[[OpenStep], Attempt] | None = None
        """Says everything that is needed to find out later what became of a commit."""
        self.current: str | None = None

    def require_time(self) -> None:
        """Raise if it is too late to send a write: asked right before each."""

    async def alive(self) -> None:
        """Take note that the write goes on: told before each request, and with each piece of a file."""

    def key(self, name: str) -> str:
        """Return the identity of a step."""
        return str(uuid.uuid5(self._root, name))

    async def step(self, name: str, call: Callable[[], Awaitable[T]], *, returns: type[T]) -> T:
        """Run a step that makes nothing public, and return its result."""
        if name in self._results:
            message = f"step {name!r} ran already: names are unique in a run"
            raise RuntimeError(message)
        self.current = name
        result = await call()
        self.current = None
        self._results[name] = (returns, result)
        return result

    async def commit(self, name: str, call: Callable[[], Awaitable[T]], *, returns: type[T]) -> T:
        """Run the one step that makes something public, and return its result.

        Raises:
            OutcomeUnknownError: Nobody knows; its `attempt` says what was sent.
        """
        started = self.now()
        deadline = started + self._patience
        self.open = self.last = OpenStep(name, self.key(name), started, deadline, self.steady())
        try:
            result = await self.step(name, call, returns=returns)
        except OutcomeUnknownError as error:
            if self.describe is not None:
                error.attempt = self.describe(self.given_up(self.open))
            raise
        self.open = None
        return result

    def given_up(self, step: OpenStep) -> OpenStep:
        """Return a commit that nobody waits for any more: what was sent last may only now be on its way."""
        if step.began is None:
            return step
        # Counted from its beginning: the clock may have been set since.
        lasted = timedelta(seconds=self.steady() - step.began)
        return replace(step, deadline=max(step.deadline, step.started_at + lasted + self._patience))

    def within(self, part: str) -> Run:
        """Return the run for one part."""
        return _PartRun(self, part)

    def results(self) -> Mapping[str, JsonValue]:
        """Return what the steps gave so far, as JSON values."""
        return {
            name: _adapter(cast("Any", kind)).dump_python(result, mode="json")
            for name, (kind, result) in self._results.items()
        }


RunMaker = Callable[[Callable[[], datetime], timedelta, Callable[[], float]], PassingRun]
"""Makes a run for a write, from the client's clock, the time after which a call has ended for sure, and the
client's clock that nobody sets."""

run_maker: Final[ContextVar[RunMaker | None]] = ContextVar("socialkit_run_maker", default=None)
"""Makes the run of a write in this context; without one a write is carried by a run that keeps nothing."""

current_run: Final[ContextVar[PassingRun | None]] = ContextVar("socialkit_run", default=None)
"""The run that carries the write of this context."""


carrying: Final[ContextVar[bool]] = ContextVar("socialkit_carrying", default=False)
"""Whether a journal carries what is called in this context: what only warns must not break it off."""


async def still_alive() -> None:
    """Tell the run of this context, if there is one, that its write goes on."""
    run = current_run.get()
    if run is not None:
        await run.alive()


class _PartRun:
    """A run whose step names begin with a part's name."""

    def __init__(self, run: Run, part: str) -> None:
        self._run = run
        self._part = part

    @property
    def current(self) -> str | None:
        return self._run.current

    @property
    def planned(self) -> datetime | None:
        return self._run.planned

    def now(self) -> datetime:
        return self._run.now()

    def key(self, name: str) -> str:
        return self._run.key(f"{self._part} {name}")

    async def step(self, name: str, call: Callable[[], Awaitable[T]], *, returns: type[T]) -> T:
        return await self._run.step(f"{self._part} {name}", call, returns=returns)

    async def commit(self, name: str, call: Callable[[], Awaitable[T]], *, returns: type[T]) -> T:
        return await self._run.commit(f"{self._part} {name}", call, returns=returns)

    def within(self, part: str) -> Run:
        return _PartRun(self, part)
