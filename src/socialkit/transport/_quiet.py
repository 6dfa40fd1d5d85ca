"""Keeping headers out of the logs of the libraries below, which know nothing of secrets.

At level DEBUG they write down the headers of answers, where a platform may echo a token or set a session
cookie, and with HTTP/2 those of requests. Only records of our own requests are touched, and nothing is
installed before the first of them.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

__all__ = ["headers_unlogged"]

SHORTENED: Final = ("httpcore.http11", "httpcore.http2", "httpcore.proxy")
SILENCED: Final = ("hpack.hpack", "hpack.table")

_ours: Final[ContextVar[bool]] = ContextVar("socialkit_request", default=False)


def _shorten(record: logging.LogRecord) -> bool:
    if _ours.get() and "_headers." in record.getMessage():
        record.msg, record.args = record.getMessage().partition(" ")[0], None
    return True


def _silence(_record: logging.LogRecord) -> bool:
    return not _ours.get()


@contextmanager
def headers_unlogged() -> Generator[None]:
    """Keep headers out of the logs of the request that is carried inside."""
    for name in SHORTENED:
        logging.getLogger(name).addFilter(_shorten)  # the same filter again changes nothing
    for name in SILENCED:
        logging.getLogger(name).addFilter(_silence)
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)
