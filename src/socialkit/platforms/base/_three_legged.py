"""The login of OAuth 1.0a in three steps (RFC 5849, section 2), for platforms that still know it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode

from socialkit.auth import (
    OUT_OF_BAND,
    TOKEN_SECRET,
    Credentials,
    LoginState,
    OAuth1Keys,
    sign_oauth1,
)
from socialkit.errors import ConfigurationError, UnexpectedResponseError
from socialkit.platforms.base._login import LoginPlan
from socialkit.transport import Pipeline, Request, Response, Safety, Secret

__all__ = ["ThreeLegged"]


TOKEN: Final = "oauth_token"
SECRET: Final = "oauth_token_secret"


@dataclass(frozen=True, slots=True)
class _Given:
    """What the platform gave."""

    token: Secret
    secret: Secret
    others: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreeLegged:
    """A `LoginFlow`: a token for the login, somebody's consent, a token for their account.

    The token of the login does what `state` does in OAuth 2.0: the platform sends it back with the answer.

    Example:
        >>> LOGIN = ThreeLegged(platform="pixelwall", home="https://api.pixelwall.example/")
    """

    platform: str
    home: str
    """Where the platform listens, unless the application says otherwise."""
    request_token: str = "oauth/request_token"
    """Below it, or a whole address, as the other two."""
    authorize: str = "oauth/authorize"
    access_token: str = "oauth/access_token"
    account: str | None = None
    """The field of the last answer that holds the account's id, if there is one."""

    def base_url(self, plan: LoginPlan) -> str:
        """Return where the platform listens."""
        return plan.base_url or self.home

    async def start(self, plan: LoginPlan, pipeline: Pipeline, now: datetime) -> tuple[str, LoginState]:
        """Get a token for this login, and return where to send somebody."""
        if plan.client_id is None or plan.client_secret is None:
            message = "client_id= and client_secret= are missing: register the app with the platform first"
            raise ConfigurationError(message, platform=self.platform, operation="login")
        keys = OAuth1Keys(client_id=plan.client_id, client_secret=plan.client_secret)
        back = "oob" if plan.redirect_uri == OUT_OF_BAND else plan.redirect_uri
        given = await self._ask(pipeline, self.request_token, keys, ("oauth_callback", back))
        if given.others.get("oauth_callback_confirmed") != "true":
            # The first OAuth 1.0 did not, and let a stranger's login be finished by its victim.
            message = "the platform did not confirm where to send somebody back to"
            raise UnexpectedResponseError(message, platform=self.platform, operation="login")
        state = LoginState(
            platform=self.platform,
            client_id=plan.client_id,
            client_secret=plan.client_secret,
            redirect_uri=plan.redirect_uri,
            base_url=plan.base_url,
            nonce=given.token,
            token_secret=given.secret,
            created_at=now,
        )
        query = urlencode({TOKEN: given.token.reveal()})
        return f"{pipeline.resolve(self.authorize)}?{query}", state

    async def finish(self, code: Secret, state: LoginState, pipeline: Pipeline) -> Credentials:
        """Change the token of the login into one of the account."""
        if state.client_secret is None or state.token_secret is None:
            message = "the state of this login is not one that was begun here: start the login again"
            raise ConfigurationError(message, platform=self.platform, operation="login")
        keys = OAuth1Keys(
            client_id=state.client_id,
            client_secret=state.client_secret,
            token=state.nonce,
            token_secret=state.token_secret,
        )
        given = await self._ask(pipeline, self.access_token, keys, ("oauth_verifier", code))
        return Credentials(
            access_token=given.token,
            client_id=state.client_id,
            client_secret=state.client_secret,
            token_type="OAuth",
            account_id=None if self.account is None else given.others.get(self.account) or None,
            extra={TOKEN_SECRET: given.secret},
        )

    async def _ask(
        self, pipeline: Pipeline, where: str, keys: OAuth1Keys, told: tuple[str, str | Secret]
    ) -> _Given:
        request = Request(method="POST", url=pipeline.resolve(where), safety=Safety.ONCE, signed=False)
        signed = sign_oauth1(request, keys, now=pipeline.transport.now(), extra=(told,))
        response = await pipeline.send(signed)
        given = _read(response)
        if given is None:
            # The body is not kept: it may hold a token where nobody looks for it.
            message = "the answer holds no token"
            raise UnexpectedResponseError(message, status=response.status, platform=self.platform)
        return given


def _read(response: Response) -> _Given | None:
    values = dict(parse_qsl(response.content.decode(errors="replace")))
    token, secret = values.pop(TOKEN, ""), values.pop(SECRET, "")
    return _Given(Secret(token), Secret(secret), values) if token and secret else None
