"""Everything that socialkit raises, in one tree.

    SocialKitError
    ├── ConfigurationError
    │   └── TokenStoreError
    │       └── ReadOnlyStoreError
    ├── NotSupportedError
    ├── InvalidDraftError
    ├── TransportError
    │   ├── ConnectionFailedError
    │   └── RequestTimeoutError
    ├── APIError
    │   ├── BadRequestError
    │   ├── NotFoundError
    │   ├── NoSuchCallError       also a NotSupportedError
    │   ├── ConflictError
    │   ├── AuthenticationError
    │   │   └── TokenExpiredError
    │   ├── PermissionDeniedError
    │   │   └── MissingScopeError also a NotSupportedError
    │   ├── RateLimitedError
    │   ├── ContentRejectedError
    │   └── ServerError
    ├── OutcomeUnknownError
    ├── IncompleteError
    ├── WrongAccountError
    │   └── WebhookAccountError   also a WebhookError
    ├── WebhookError
    │   ├── WebhookSignatureError
    │   └── WebhookAccountError
    ├── NotAuthorisedError
    ├── FrozenError
    ├── JournalError
    ├── UnexpectedResponseError
    ├── MediaProcessingError
    └── MediaStoreError

Every error answers three questions: was anything written (`written`), may the same call be
repeated (`repeatable`), and after what wait (`retry_after`).
"""

from __future__ import annotations

from socialkit.errors._accounts import (
    WebhookAccountError,
    WebhookError,
    WebhookSignatureError,
    WrongAccountError,
)
from socialkit.errors._api import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ContentRejectedError,
    MissingScopeError,
    NoSuchCallError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    TokenExpiredError,
)
from socialkit.errors._base import SentRequest, SocialKitError
from socialkit.errors._local import (
    ConfigurationError,
    FrozenError,
    InvalidDraftError,
    JournalError,
    MediaProcessingError,
    MediaStoreError,
    NotAuthorisedError,
    NotSupportedError,
    ReadOnlyStoreError,
    TokenStoreError,
)
from socialkit.errors._outcomes import IncompleteError, OutcomeUnknownError
from socialkit.errors._transport import (
    ConnectionFailedError,
    RequestTimeoutError,
    TransportError,
    UnexpectedResponseError,
)

__all__ = [
    "APIError",
    "AuthenticationError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "ContentRejectedError",
    "FrozenError",
    "IncompleteError",
    "InvalidDraftError",
    "JournalError",
    "MediaProcessingError",
    "MediaStoreError",
    "MissingScopeError",
    "NoSuchCallError",
    "NotAuthorisedError",
    "NotFoundError",
    "NotSupportedError",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "RateLimitedError",
    "ReadOnlyStoreError",
    "RequestTimeoutError",
    "SentRequest",
    "ServerError",
    "SocialKitError",
    "TokenExpiredError",
    "TokenStoreError",
    "TransportError",
    "UnexpectedResponseError",
    "WebhookAccountError",
    "WebhookError",
    "WebhookSignatureError",
    "WrongAccountError",
]

for _kind in [globals()[_name] for _name in __all__]:
    _kind.__module__ = __name__  # tracebacks name the place that callers import from
