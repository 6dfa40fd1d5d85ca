"""Logging in to a Mastodon server. See https://docs.joinmastodon.org/methods/oauth/."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from socialkit.auth import Credentials, LoginState, authorize_url, read_token, token_request
from socialkit.errors import ConfigurationError
from socialkit.models import WireModel
from socialkit.platforms.base import LoginPlan
from socialkit.transport import Pipeline, Request, Safety, Secret

__all__ = ["LOGIN", "MastodonLogin"]

SCOPES: Final = ("read", "write:statuses", "write:media", "write:favourites")
"""What socialkit's operations need; `profile` is left out because servers before 4.3 refuse it."""


class WireApp(WireModel):
    """A registered app."""

    client_id: str
    client_secret: str


class MastodonLogin:
    """The code flow with PKCE; an app is registered with the server when none is given."""

    def base_url(self, plan: LoginPlan) -> str:
        """Return the server's address."""
        if plan.base_url is None:
            message = "base_url= is missing: every Mastodon server has logins of its own"
            raise ConfigurationError(message, platform="mastodon")
        return plan.base_url

    async def start(self, plan: LoginPlan, pipeline: Pipeline, now: datetime) -> tuple[str, LoginState]:
        """Register an app if there is none, and return where to send somebody."""
        scopes = plan.scopes or SCOPES
        client_id, client_secret = plan.client_id, plan.client_secret
        if client_id is None:
            client_id, client_secret = await self._register(plan, pipeline, scopes)
        state = LoginState.begin(
            platform="mastodon",
            client_id=client_id,
            client_secret=client_secret,
            redirect_uri=plan.redirect_uri,
            base_url=self.base_url(plan),
            scopes=scopes,
            issuer=self.base_url(plan).lower(),  # it does not promise to name itself, but a later one may
            now=now,
        )
        return authorize_url(pipeline.resolve("oauth/authorize"), state), state

    async def _register(
        self, plan: LoginPlan, pipeline: Pipeline, scopes: tuple[str, ...]
    ) -> tuple[str, Secret]:
        request = Request(
            method="POST",
            url="api/v1/apps",
            form=(
                ("client_name", plan.app_name),
                ("redirect_uris", plan.redirect_uri),
                ("scopes", " ".join(scopes)),
            ),
            safety=Safety.ONCE,
            signed=False,
        )
        answer = await pipeline.call(request, WireApp)
        return answer.value.client_id, Secret(answer.value.client_secret)

    async def finish(self, code: Secret, state: LoginState, pipeline: Pipeline) -> Credentials:
        """Change a code into a token."""
        request = token_request(pipeline.resolve("oauth/token"), state, code)
        token = read_token(await pipeline.send(request), request, platform="mastodon")
        return Credentials(
            access_token=token.access_token,
            scopes=token.scope or state.scopes,
            client_id=state.client_id,
            client_secret=state.client_secret,
        )


LOGIN: Final = MastodonLogin()
"""The login of Mastodon, as `socialkit.Login` uses it."""
