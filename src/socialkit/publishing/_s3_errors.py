"""What boto3 raises, told in errors of ours.

What is missing or forbidden somebody has to set right; what had no answer may have one later. The errors of
the libraries below are not handed on: with them go frames that hold what a request was signed with. For the
same reason those that write down headers log nothing of our calls.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Final, TypeVar

from socialkit.errors import (
    ConfigurationError,
    ConnectionFailedError,
    RequestTimeoutError,
    ServerError,
)

__all__ = ["GoneError", "OtherBytesError", "boto3", "told"]

T = TypeVar("T")

GONE: Final = frozenset({"404", "NoSuchKey"})
OTHER_BYTES: Final = frozenset({"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch"})
PASSING: Final = 429, 500
"""The status of being asked too often, and the first of those by which a server says that it failed."""
SILENCED: Final = ("auth", "client", "endpoint", "hooks", "httpsession", "parsers", "retryhandler")
"""The loggers of botocore that write down requests and answers at level DEBUG."""

_ours: Final[ContextVar[bool]] = ContextVar("socialkit_s3", default=False)


class GoneError(Exception):
    """The file is not there, or not any more."""


class OtherBytesError(Exception):
    """Bytes arrived that are not those whose digest went with them: at the store, or here."""


def boto3() -> Any:
    """Return the library.

    Raises:
        ConfigurationError: It is not installed.
    """
    try:
        return importlib.import_module("boto3")
    except ImportError as error:
        message = "S3 needs another library: pip install 'socialkit[s3]'"
        raise ConfigurationError(message) from error


def told(where: str, call: Callable[..., T], /, *args: Any, **given: Any) -> T:
    """Call the library, and raise what it raises as an error of ours.

    Args:
        where: The bucket, as an error names it.
        call: What to call.
        *args: What to call it with.
        **given: The same, by name.

    Raises:
        GoneError: There is no such file.
        OtherBytesError: It has another digest than went with it.
        ConfigurationError: The bucket is not there or may not be used, or there are no credentials.
        TransportError: No answer came.
        ServerError: The store failed.
    """
    exceptions: Any = importlib.import_module("botocore.exceptions")
    with _unlogged():
        try:
            return call(*args, **given)
        except exceptions.ClientError as error:
            failure = _refusal(where, error.response)
        except (exceptions.BotoCoreError, ValueError) as error:  # of no address
            failure = _failure(where, error, exceptions)
    raise failure


def _refusal(where: str, answer: Mapping[str, Any]) -> Exception:
    code, said = str(answer["Error"].get("Code", "")), str(answer["Error"].get("Message", ""))
    head = answer.get("ResponseMetadata", {})
    status, request = int(head.get("HTTPStatusCode", 0)), head.get("RequestId")
    if code in GONE:
        return GoneError(where)
    if code in OTHER_BYTES:
        return OtherBytesError(where)
    if status == PASSING[0] or status >= PASSING[1]:
        message = f"{where} failed: {said or code}"
        return ServerError(message, status=status, code=code, request_id=request)
    message = f"{where} cannot be used: {said or 'it was refused'} ({code})"
    return ConfigurationError(message)


def _failure(where: str, error: Exception, exceptions: Any) -> Exception:
    if isinstance(error, exceptions.FlexibleChecksumError):
        return OtherBytesError(where)
    if isinstance(error, exceptions.ConnectTimeoutError | exceptions.ReadTimeoutError):
        return RequestTimeoutError(f"{where} did not answer in time")
    broken = exceptions.ConnectionError | exceptions.HTTPClientError | exceptions.IncompleteReadError
    if isinstance(error, broken):
        return ConnectionFailedError(f"{where} cannot be reached, or the line broke ({type(error).__name__})")
    return ConfigurationError(f"{where} cannot be used: {error}")


def _silence(_record: logging.LogRecord) -> bool:
    return not _ours.get()


@cache
def _loggers() -> tuple[logging.Logger, ...]:
    return tuple(logging.getLogger(f"botocore.{name}") for name in SILENCED)


@contextmanager
def _unlogged() -> Generator[None]:
    for logger in _loggers():
        logger.addFilter(_silence)  # the same filter again changes nothing
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)
