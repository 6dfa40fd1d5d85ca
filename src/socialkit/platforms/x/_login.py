"""Logging in to X by consent: OAuth 2.0 with PKCE, and OAuth 1.0a.

See https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Final

from socialkit.auth import (
    Credentials,
    LoginState,
    Stored,
    authorize_url,
    basic,
    read_token,
    refresh_request,
    token_request,
)
from socialkit.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ServerError,
    TokenExpiredError,
)
from socialkit.platforms.base import LoginPlan, ThreeLegged
from socialkit.transport import Pipeline, Request, Secret

__all__ = ["BASE_URL", "LOGIN", "X_OAUTH1_LOGIN", "XLogin", "renewed"]

BASE_URL: Final = "https://api.x.com"
CONSENT: Final = "https://x.com/i/oauth2/authorize"
"""Where people consent; it does not stand below the API's address."""
SCOPES: Final = (
    *("tweet.read", "tweet.write", "tweet.moderate.write", "users.read", "media.write"),
    *("dm.read", "dm.write", "offline.access"),
)
"""What socialkit's operations need; the last one lets tokens be renewed."""
TOKEN: Final = "2/oauth2/token"
VOID: Final = "Value passed for the token"
"""How X says with `invalid_request` that a refresh token is none, or none any more: its code says less."""


class XLogin:
    """The code flow with PKCE, for apps that keep a secret and for those that cannot."""

    def base_url(self, plan: LoginPlan) -> str:
        """Return where the API listens."""
        return plan.base_url or BASE_URL

    async def start(self, plan: LoginPlan, pipeline: Pipeline, now: datetime) -> tuple[str, LoginState]:
        """Return where to send somebody."""
        if plan.client_id is None:
            message = "client_id= is missing: the developer console shows it under the app's keys"
            raise ConfigurationError(message, platform="x", operation="login")
        state = LoginState.begin(
            platform="x",
            client_id=plan.client_id,
            client_secret=plan.client_secret,
            redirect_uri=plan.redirect_uri,
            base_url=plan.base_url,
            scopes=plan.scopes or SCOPES,
            now=now,
        )
        stand_in = pipeline.resolve("i/oauth2/authorize")
        return authorize_url(CONSENT if plan.base_url is None else stand_in, state), state

    async def finish(self, code: Secret, state: LoginState, pipeline: Pipeline) -> Credentials:
        """Change a code into tokens: within thirty seconds."""
        bare = dataclasses.replace(state, client_secret=None)
        request = _authorized(
            token_request(pipeline.resolve(TOKEN), bare, code), state.client_id, state.client_secret
        )
        now = pipeline.transport.now()
        token = read_token(await pipeline.send(request), request, platform="x").to_stored(now)
        return Credentials(
            access_token=token.access_token,
            refresh_token=token.refresh_token,
            expires_at=token.expires_at,
            scopes=token.scopes or state.scopes,
            client_id=state.client_id,
            client_secret=state.client_secret,
        )


def _authorized(request: Request, client_id: str, client_secret: Secret | None) -> Request:
    """Return the request with the app's secret, which X takes in a header alone."""
    return request if client_secret is None else basic(request, client_id, client_secret)


async def renewed(
    stored: Stored, pipeline: Pipeline, client_id: str | None, client_secret: Secret | None
) -> Stored:
    """Return new tokens for those of a login; each refresh token works once."""
    if stored.refresh_token is None:
        message = "the login left nothing to renew it with: log in again with the scope offline.access"
        raise TokenExpiredError(message, status=401, platform="x")
    if client_id is None:
        message = "client_id= is missing: tokens are renewed in the app's name"
        raise ConfigurationError(message, platform="x")
    now = pipeline.transport.now()
    request = refresh_request(pipeline.resolve(TOKEN), stored.refresh_token, client_id=client_id)
    request = _authorized(request, client_id, client_secret)
    answer = await pipeline.send(request)
    try:
        wire = read_token(answer, request, platform="x")
    except (AuthenticationError, BadRequestError) as error:
        if _is_final(error):
            raise
        raise _unconfirmed(error) from error
    return wire.to_stored(now, account_id=stored.account_id)


def _is_final(error: APIError) -> bool:
    """Return whether it says that the refresh token is void: outages are answered with bare refusals too."""
    return error.code == "invalid_grant" or (error.code == "invalid_request" and VOID in error.message)


def _unconfirmed(error: APIError) -> ServerError:
    """Return a refusal that may pass, so that the tokens are kept and tried again."""
    return ServerError(
        f"X did not renew the token, and did not say that the login is over either: {error.message}; "
        "it is tried again at the next call, and only if this lasts somebody has to log in again",
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        request=error.request,
        platform="x",
    )


LOGIN: Final = XLogin()
"""The login of X by OAuth 2.0, as `socialkit.Login` uses it."""

X_OAUTH1_LOGIN: Final = ThreeLegged(platform="x", home=BASE_URL, account="user_id")
"""The login of X by OAuth 1.0a, whose tokens last: `Login("x", flow=X_OAUTH1_LOGIN, …)`."""
