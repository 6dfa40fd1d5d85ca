"""Sending requests: transports, retries, request budgets, errors, and keeping secrets out of sight."""

from socialkit.transport._answer import Answer
from socialkit.transport._budget import (
    BucketNamer,
    BudgetMaker,
    BudgetOwner,
    HeaderReader,
    LocalLimit,
    RateBudget,
    RateHeaders,
    RateReading,
    parse_reset,
    shared_budget,
    sharing_budgets,
)
from socialkit.transport._current import default_transport, installed
from socialkit.transport._errors import (
    ErrorBody,
    ErrorTable,
    classify,
    describe,
    parse_retry_after,
    read_error_body,
)
from socialkit.transport._httpx import AsyncTransport, BlockingTransport, Timeouts
from socialkit.transport._origins import base_address
from socialkit.transport._pipeline import Pipeline
from socialkit.transport._protocol import Authenticator, Hearing, OpenAnswer, Transport
from socialkit.transport._redact import redact, redact_body, secrets_of
from socialkit.transport._request import FileBody, Request, Response, Safety, Upload, segment
from socialkit.transport._retry import Retry
from socialkit.transport._secret import MASK, Secret, hide, mask, require_text, reveal
from socialkit.transport._sse import EventReader, ServerEvent
from socialkit.transport._steady import PlatformClock, steady_seconds

__all__ = [
    "MASK",
    "Answer",
    "AsyncTransport",
    "Authenticator",
    "BlockingTransport",
    "BucketNamer",
    "BudgetMaker",
    "BudgetOwner",
    "ErrorBody",
    "ErrorTable",
    "EventReader",
    "FileBody",
    "HeaderReader",
    "Hearing",
    "LocalLimit",
    "OpenAnswer",
    "Pipeline",
    "PlatformClock",
    "RateBudget",
    "RateHeaders",
    "RateReading",
    "Request",
    "Response",
    "Retry",
    "Safety",
    "Secret",
    "ServerEvent",
    "Timeouts",
    "Transport",
    "Upload",
    "base_address",
    "classify",
    "default_transport",
    "describe",
    "hide",
    "installed",
    "mask",
    "parse_reset",
    "parse_retry_after",
    "read_error_body",
    "redact",
    "redact_body",
    "require_text",
    "reveal",
    "secrets_of",
    "segment",
    "shared_budget",
    "sharing_budgets",
    "steady_seconds",
]
