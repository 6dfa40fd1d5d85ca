"""What X tells an app alone, by the app's own token: what was read, and where it pushes.

See https://docs.x.com/x-api/webhooks/introduction.
"""

from __future__ import annotations

from datetime import date
from typing import Final, TypeVar
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field

from socialkit.auth import Credentials, basic, bearer, read_token
from socialkit.errors import ConfigurationError, PermissionDeniedError
from socialkit.models import AwareTime, Lenient, Model, Timestamp, WireModel
from socialkit.platforms.base import Core
from socialkit.platforms.x._facts import FACTS
from socialkit.platforms.x._wire import Count
from socialkit.transport import Answer, Pipeline, Request, Safety, Secret

__all__ = [
    "App",
    "WireSubscribed",
    "WireSubscriptions",
    "WireUsage",
    "WireWebhook",
    "WireWebhooks",
    "XSubscription",
    "XUsage",
    "XUsageDay",
    "XWebhook",
    "require_address",
    "to_subscription",
    "to_usage",
    "to_webhook",
]

T = TypeVar("T")

WRONG_KIND: Final = "unsupported-authentication"
NOT_THE_APPS: Final = (
    "X tells this to the app alone: open the client with its four keys, or another one with "
    "access_token= the app's own bearer token"
)
LONGEST_ADDRESS: Final = 200


class XUsageDay(Model):
    """What was read on one day."""

    day: date
    posts: int | None
    """None where X does not say."""


class XUsage(Model):
    """What the app's project has read of what it may.

    Example:
        >>> from socialkit import Sandbox, connect
        >>> with Sandbox() as world, world.install():
        ...     keys = world.simulator("x").issue_keys()
        ...     with connect("x", **keys) as client:
        ...         client.account.usage().posts
        0
    """

    posts: int | None
    """Posts that were read since the last reset; None where X does not say."""
    cap: int | None
    """How many may be read until the next one."""
    reset_day: int | None
    """The day of the month on which counting begins anew."""
    days: tuple[XUsageDay, ...] = ()
    """Newest last."""


class XWebhook(Model):
    """An address to which X pushes."""

    id: str
    url: str
    valid: bool | None
    """Whether it answered X's last challenge; X pushes nothing where it did not."""
    created_at: AwareTime | None


class XSubscription(Model):
    """One kind of activity that X pushes."""

    id: str
    event: str
    """Such as `post.mention.create`."""
    user_id: str | None
    """Whose activity it is."""
    webhook_id: str | None
    """Where it is pushed."""


class WireDay(WireModel):
    """A day of reading."""

    date: Timestamp
    usage: Lenient[Count] = None


class WireDays(WireModel):
    """Days of reading."""

    usage: Lenient[list[WireDay]] = None


class WireUsed(WireModel):
    """What was read; numbers are texts."""

    project_usage: Lenient[Count] = None
    project_cap: Lenient[Count] = None
    cap_reset_day: Lenient[int] = None
    daily_project_usage: Lenient[WireDays] = None


class WireUsage(WireModel):
    """The answer to what was read."""

    data: WireUsed


class WireWebhook(WireModel):
    """An address."""

    id: str
    url: str
    valid: Lenient[bool] = None
    created_at: Lenient[Timestamp] = None


class WireWebhooks(WireModel):
    """All addresses; none is an empty list."""

    data: list[WireWebhook]


class WireWatched(WireModel):
    """Whose activity it is."""

    user_id: Lenient[str] = None


class WireSubscription(WireModel):
    """A subscription."""

    id: str = Field(validation_alias=AliasChoices("subscription_id", "id"))
    event_type: str
    filter: Lenient[WireWatched] = None
    webhook_id: Lenient[str] = None


class WireSubscriptions(WireModel):
    """A page of subscriptions."""

    data: list[WireSubscription] = []


class WireWrapped(WireModel):
    """A new subscription, as the OpenAPI document has it."""

    subscription: WireSubscription


class WireSubscribed(WireModel):
    """The answer to a new subscription; the guide shows it without a wrapping."""

    data: WireWrapped | WireSubscription


class App:
    """Asks in the name of the app: with a token of its own where the client has the app's keys."""

    def __init__(self, core: Core, keys: Credentials | None) -> None:
        self._core = core
        self._keys = keys

    async def call(self, request: Request, returns: type[T]) -> Answer[T]:
        """Send what only an app may ask.

        Raises:
            ConfigurationError: The client's token is a person's.
        """
        token = None if self._keys is None else await self._token(self._keys)
        ready = request if token is None else bearer(request.replace(signed=False), token)
        try:
            return await self._core.pipeline.call(ready, returns)
        except PermissionDeniedError as error:
            if error.code != WRONG_KIND:
                raise
            raise ConfigurationError(NOT_THE_APPS, platform="x") from error

    async def _token(self, keys: Credentials) -> Secret:
        pipeline = Pipeline(
            self._core.transport, platform="x", base_url=self._core.pipeline.base_url, errors=FACTS.errors
        )
        request = Request(
            method="POST",
            url=pipeline.resolve("oauth2/token"),
            form=(("grant_type", "client_credentials"),),
            safety=Safety.READ,  # it changes nothing: it may be asked again
        )
        request = basic(request, keys.client_id or "", keys.client_secret or Secret(""))
        found = read_token(await pipeline.send(request), request, platform="x")
        return found.access_token


def require_address(url: str) -> None:
    """Raise for an address to which X pushes nothing.

    Raises:
        ValueError: It is not https, has a port, or is too long.
    """
    try:
        parts = urlsplit(url)
        fits = parts.scheme == "https" and bool(parts.hostname) and parts.port is None
    except ValueError:
        fits = False
    if not fits or len(url) > LONGEST_ADDRESS:
        message = f"url={url!r}: X pushes to https alone, without a port, in {LONGEST_ADDRESS} characters"
        raise ValueError(message)


def to_usage(wire: WireUsed) -> XUsage:
    """Map what was read."""
    daily = wire.daily_project_usage
    days = [XUsageDay(day=one.date.date(), posts=one.usage) for one in (daily and daily.usage) or ()]
    return XUsage(
        posts=wire.project_usage,
        cap=wire.project_cap,
        reset_day=wire.cap_reset_day,
        days=tuple(sorted(days, key=lambda one: one.day)),
    )


def to_webhook(wire: WireWebhook) -> XWebhook:
    """Map an address."""
    return XWebhook(id=wire.id, url=wire.url, valid=wire.valid, created_at=wire.created_at)


def to_subscription(wire: WireSubscription | WireWrapped) -> XSubscription:
    """Map a subscription."""
    if isinstance(wire, WireWrapped):
        wire = wire.subscription
    user = None if wire.filter is None else wire.filter.user_id
    return XSubscription(id=wire.id, event=wire.event_type, user_id=user, webhook_id=wire.webhook_id)
