"""Keeping headers out of the logs of the libraries below, which know nothing of secrets.

At level DEBUG they write down the headers of answers, where a platform may echo a token or set a session
cookie, and with HTTP/2 those of requests. Only records of our own requests are touched, and nothing is
installed before the first of them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Final

__all__ = ["headers_unlogged"]

SHORTENED: Final = ("httpcore.http11", "httpcore.http2", "httpcore.proxy")
SILENCED: Final = ("hpack.hpack", "hpack.table")

Check = Callable[[logging.LogRecord], bool]

_ours: Final[ContextVar[bool]] = ContextVar("socialkit_request", default=False)


def _shorten(record: logging.LogRecord) -> bool:
    if _ours.get() and "_headers." in record.getMessage():
        record.msg, record.args = record.getMessage().partition(" ")[0], None
    return True


def _silence(_record: logging.LogRecord) -> bool:
    return not _ours.get()


@cache
def _watched() -> tuple[tuple[logging.Logger, Check], ...]:
    # Each look-up of a logger takes a lock that all threads share.
    shortened = [(logging.getLogger(name), _shorten) for name in SHORTENED]
    return (*shortened, *((logging.getLogger(name), _silence) for name in SILENCED))


@contextmanager
def headers_unlogged() -> Generator[None]:
    """Keep headers out of the logs of the request that is carried inside."""
    for logger, check in _watched():
        logger.addFilter(check)  # the same filter again changes nothing
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)
