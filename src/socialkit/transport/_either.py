"""Calling what a user hands in, which may block or be awaited, from a coroutine of either mode."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from socialkit.errors import ConfigurationError
from socialkit.operations import Mode, Sync
from socialkit.transport._protocol import Transport

__all__ = ["Either"]


class Either:
    """Calls an object's methods, whichever kind it is of.

    An asynchronous client calls a blocking object in a worker thread.

    Args:
        mode: How the client is called.
        calls: The methods that will be called.
        refusal: What to say to a blocking client whose object is asynchronous.

    Raises:
        ConfigurationError: The client is blocking and the object is not.
    """

    def __init__(self, mode: type[Mode], calls: Iterable[Callable[..., object]], refusal: str) -> None:
        self._blocking = issubclass(mode, Sync)
        self._awaited = any(inspect.iscoroutinefunction(call) for call in calls)
        self._refusal = refusal
        if self._blocking and self._awaited:
            raise ConfigurationError(refusal)

    async def __call__(self, transport: Transport, call: Callable[..., Any], *args: Any) -> Any:
        """Return what a method gives."""
        answer = call(*args) if self._awaited else await transport.offload(call, *args)
        if not inspect.isawaitable(answer):
            return answer
        if self._blocking:
            raise ConfigurationError(self._refusal)
        return await answer
