"""Tokens of Graph APIs: short ones are changed into long ones, and long ones are made longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import BeforeValidator

from socialkit.auth import Credentials, Refresh, Standing, Stored, WireToken
from socialkit.errors import ConfigurationError, UnexpectedResponseError
from socialkit.models import AwareTime, Lenient, WireModel
from socialkit.transport import ErrorTable, Pipeline, Request, Safety, Secret, Transport

__all__ = ["App", "Inspected", "TokenGrant", "kept_until", "refresh_by", "token_of", "until"]


DATA_ACCESS: Final = "data_access_ends_at"
"""Where `Credentials.extra` keeps until when data may be read, 90 days after somebody's last consent."""
OF_PAGES: Final = "pages_"
"""What the scopes begin with whose targets are Pages; those of others are other things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The app that tokens are made for."""

    client_id: str | None = None
    client_secret: Secret | None = None

    @classmethod
    def of(cls, credentials: Credentials | None, client_id: str | None, app_secret: Secret | None) -> App:
        """Return the app as it was given, or as the login wrote it down."""
        known = credentials or Credentials()
        return cls(client_id=client_id or known.client_id, client_secret=app_secret or known.client_secret)

    @property
    def is_whole(self) -> bool:
        """Whether it can ask for longer tokens."""
        return self.client_id is not None and self.client_secret is not None

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What must not be shown."""
        return () if self.client_secret is None else (self.client_secret,)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenGrant:
    """One way to change a token into a longer one: those of the platforms differ in names alone.

    Example:
        >>> longer = TokenGrant(
        ...     url="oauth/access_token", grant="fb_exchange_token", token="fb_exchange_token", with_id=True
        ... )
        >>> app = App(client_id="1", client_secret=Secret("not-a-real-secret"))
        >>> [name for name, _ in longer.request(Secret("not-a-real-token"), app).params]
        ['grant_type', 'fb_exchange_token', 'client_id', 'client_secret']
    """

    url: str
    """Below the platform's address, the version included where it has one there."""
    grant: str
    token: str = "access_token"
    """The parameter that holds the token."""
    with_id: bool = False
    with_secret: bool = True

    def request(self, token: Secret, app: App) -> Request:
        """Return the request that changes a token.

        Raises:
            ConfigurationError: The app's id or secret is missing.
        """
        params: list[tuple[str, str | Secret]] = [("grant_type", self.grant), (self.token, token)]
        if self.with_id:
            params.append(("client_id", _required(app.client_id, "client_id")))
        if self.with_secret:
            params.append(("client_secret", _required(app.client_secret, "client_secret")))
        return Request(method="GET", url=self.url, params=tuple(params), signed=False, safety=Safety.ONCE)


def _required(value: str | Secret | None, name: str) -> str | Secret:
    if value is None:
        message = f"{name}= is missing: without the app's own, no token is made longer"
        raise ConfigurationError(message)
    return value


async def token_of(pipeline: Pipeline, request: Request) -> Stored:
    """Send a request for a token, and return what is to be kept.

    Raises:
        AuthenticationError: The platform does not take what was given any more.
        UnexpectedResponseError: The answer holds no token.
    """
    asked = pipeline.transport.now()
    response = await pipeline.send(request)
    try:
        return WireToken.model_validate_json(response.content).to_stored(asked)
    except ValueError:
        # Not chained, and without the body: it may hold tokens where nobody looks for them.
        message = "the answer holds no token"
        error = UnexpectedResponseError(message, status=response.status, platform=pipeline.platform)
    raise error


def refresh_by(
    grant: TokenGrant,
    app: App,
    *,
    platform: str,
    base_url: str,
    errors: ErrorTable,
) -> Refresh:
    """Return how a platform's tokens are made longer, for `Refreshing`.

    A token that is too young to be made longer is refused by the platform, and used until it is not.
    """

    async def refresh(stored: Stored, transport: Transport, /) -> Stored:
        if stored.access_token is None:
            message = "there is no access token: log in first"
            raise ConfigurationError(message, platform=platform)
        pipeline = Pipeline(transport, platform=platform, base_url=base_url, errors=errors)
        return await token_of(pipeline, grant.request(stored.access_token, app))

    return refresh


def _epoch(value: object) -> datetime | None:
    """Return a time; zero says that there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


Epoch = Annotated[AwareTime | None, BeforeValidator(_epoch)]


class WireGranular(WireModel):
    """What a scope opens, where somebody chose among what they have."""

    scope: str
    target_ids: Lenient[tuple[str, ...]] = None
    """Ids of what was chosen; None for everything."""


class WireInspected(WireModel):
    """What `debug_token` tells."""

    app_id: str | None = None
    type: str = ""
    is_valid: bool = False
    expires_at: Epoch = None
    data_access_expires_at: Epoch = None
    issued_at: Epoch = None
    scopes: Lenient[tuple[str, ...]] = None
    granular_scopes: Lenient[tuple[WireGranular, ...]] = None
    user_id: str | None = None
    profile_id: str | None = None

    def scopes_for(self, page: str | None) -> tuple[str, ...] | None:
        """Return the scopes, without those that were given for other Pages alone; None if none were told.

        Example:
            >>> told = {"scopes": ["pages_manage_posts"], "granular_scopes": []}
            >>> told["granular_scopes"] = [{"scope": "pages_manage_posts", "target_ids": ["17"]}]
            >>> wire = WireInspected.model_validate(told)
            >>> wire.scopes_for("17"), wire.scopes_for("18")
            (('pages_manage_posts',), ())
        """
        if self.scopes is None:
            return None
        chosen = {one.scope: one.target_ids for one in self.granular_scopes or () if one.target_ids}
        closed = {
            name for name, targets in chosen.items() if name.startswith(OF_PAGES) and page not in targets
        }
        return tuple(one for one in self.scopes if page is None or one not in closed)


class Inspected(WireModel):
    """The answer of `debug_token`: what a token is worth.

    Example:
        >>> answer = '{"data": {"is_valid": true, "expires_at": 0, "data_access_expires_at": 1780000000}}'
        >>> told = Inspected.model_validate_json(answer)
        >>> found = told.standing(Standing(renews=True))
        >>> str(found.ends_at), found.renews
        ('2026-05-28 20:26:40+00:00', False)
    """

    data: WireInspected

    @property
    def extra(self) -> dict[str, str | Secret]:
        """What credentials keep of it: until when data may be read, which no renewal changes."""
        ends = self.data.data_access_expires_at
        return {} if ends is None else {DATA_ACCESS: ends.isoformat()}

    def standing(self, known: Standing) -> Standing:
        """Return what is known of a login with what is told: it holds to whichever end comes first.

        Args:
            known: What is known of the token itself; the end of one that is renewed counts for nothing.
        """
        ends = None if known.renews else self.data.expires_at
        return until(replace(known, ends_at=_first(known.ends_at, ends)), self.data.data_access_expires_at)


def kept_until(extra: Mapping[str, str | Secret]) -> datetime | None:
    """Return until when data may be read, as credentials keep it; None where they do not.

    Example:
        >>> kept_until({"data_access_ends_at": "2026-05-28T20:26:40+00:00"}).year, kept_until({})
        (2026, None)
    """
    told = extra.get(DATA_ACCESS)
    try:
        ends = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
    return ends if ends is not None and ends.tzinfo is not None else None


def until(known: Standing, consent_ends: datetime | None) -> Standing:
    """Return what is known of a login that somebody must consent to again, whatever else is renewed."""
    if consent_ends is None:
        return known
    return replace(known, ends_at=_first(known.ends_at, consent_ends), renews=False)


def _first(*ends: datetime | None) -> datetime | None:
    return min((one for one in ends if one is not None), default=None)
