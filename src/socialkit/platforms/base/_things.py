"""What callers hand over: things of this library or their ids, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from types import UnionType
from typing import TypeVar, get_args

from socialkit.models import AccountRef, Message, Post

__all__ = ["of_type", "post_id", "ref_of", "several"]

T = TypeVar("T")


def post_id(post: Post | Message | str, name: str = "post") -> str:
    """Return the id of a post or message that may be given by its id alone."""
    return post if isinstance(post, str) else of_type(post, Post | Message, name).id


def of_type(value: T, kind: type[T] | UnionType, name: str) -> T:
    """Return an argument, refusing one of another type before anything is sent."""
    if not isinstance(value, kind):
        wanted = getattr(kind, "__name__", None) or " or ".join(one.__name__ for one in get_args(kind))
        message = f"{name} must be of type {wanted}, not {type(value).__name__}"
        raise TypeError(message)
    return value


def several(values: Iterable[T], name: str) -> tuple[T, ...]:
    """Return things of which any number may be given, refusing one alone: a text is no row of letters.

    Args:
        values: Posts, messages, ids or kinds.
        name: What the argument is called.

    Raises:
        TypeError: It is one alone.

    Example:
        >>> several(["179"], "posts")
        ('179',)
    """
    if isinstance(values, str | Post | Message):
        message = f"{name} must be several, as in [one], not {type(values).__name__} alone"
        raise TypeError(message)
    return tuple(values)


def ref_of(thing: Post | Message | str) -> AccountRef | None:
    """Return whose a thing is, where it says so."""
    return None if isinstance(thing, str) else thing.account
