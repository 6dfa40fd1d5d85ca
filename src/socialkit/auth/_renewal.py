"""How platforms let tokens be renewed, and what a platform gives so that they can be."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeAlias

from socialkit.auth._stores import Stored
from socialkit.models import OpenEnum
from socialkit.transport import Request, Transport

__all__ = ["AHEAD", "Place", "Refresh", "RefreshModel"]


class RefreshModel(OpenEnum):
    """How a platform lets a token be renewed."""

    NONE = "none"
    """Not at all: it lasts, or somebody logs in again."""
    ROTATING = "rotating"
    """With a refresh token, which may be replaced by a new one at each use."""
    EXTENDING = "extending"
    """With the access token itself, as long as that is good."""
    APP_PASSWORD = "app password"
    """With a refresh token, and when that is over with a password made for the app."""


AHEAD: Final = {RefreshModel.EXTENDING: timedelta(days=7)}
"""How long before its end a token is renewed; `SKEW` for models that are not named."""


class Refresh(Protocol):
    """A platform's way to renew tokens.

    It raises `AuthenticationError` or `BadRequestError` when the platform refuses; after every other error
    it is asked again later.
    """

    def __call__(self, stored: Stored, transport: Transport, /) -> Coroutine[Any, Any, Stored]:
        """Return the answer's tokens."""
        ...


Place: TypeAlias = Callable[[Request, Stored, datetime], Request]
"""Finishes a signed request with what is kept beside the token: an address, a proof. It gets the time too."""
