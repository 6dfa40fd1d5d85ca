"""One test for both modes: take what an operation gave, whether it is awaited or not."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Iterable
from typing import TypeVar, cast

__all__ = ["collect", "settle", "take"]

T = TypeVar("T")


async def settle(result: Awaitable[T] | T) -> T:
    """Return what an operation gave, from either kind of client.

    Example:
        >>> import asyncio
        >>> asyncio.run(settle("a post of a blocking client"))
        'a post of a blocking client'
    """
    if isinstance(result, Awaitable):
        return cast("T", await result)
    return result


async def collect(items: AsyncIterable[T] | Iterable[T]) -> list[T]:
    """Return the items of a listing, from either kind of client.

    Example:
        >>> import asyncio
        >>> asyncio.run(collect(iter("ab")))
        ['a', 'b']
    """
    if isinstance(items, AsyncIterable):
        return [item async for item in items]
    return list(items)


async def take(items: AsyncIterable[T] | Iterable[T], count: int) -> list[T]:
    """Return the first items of a listing, from either kind of client, and leave the rest.

    Example:
        >>> import asyncio
        >>> letters = iter("abc")
        >>> asyncio.run(take(letters, 2)), next(letters)
        (['a', 'b'], 'c')
    """
    taken: list[T] = []
    if isinstance(items, AsyncIterable):
        walk = items.__aiter__()
        while len(taken) < count:
            try:
                taken.append(await walk.__anext__())
            except StopAsyncIteration:
                break
        return taken
    stepping = iter(items)
    while len(taken) < count:
        try:
            taken.append(next(stepping))
        except StopIteration:
            break
    return taken
