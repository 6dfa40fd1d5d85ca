"""Letting other people give access to their walls."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from socialkit.auth import (
    Credentials,
    LoginState,
    authorize_url,
    read_token,
    token_request,
)
from socialkit.errors import ConfigurationError
from socialkit.platforms.base import LoginPlan
from socialkit.transport import Pipeline, Secret

from pixelwall._facts import BASE_URL

__all__ = ["LOGIN", "PixelwallLogin"]


# --8<-- [start:login]
class PixelwallLogin:
    """The code flow with PKCE, for apps that Pixelwall knows."""

    def base_url(self, plan: LoginPlan) -> str:
        """Return where the platform listens."""
        return plan.base_url or BASE_URL

    async def start(
        self, plan: LoginPlan, pipeline: Pipeline, now: datetime
    ) -> tuple[str, LoginState]:
        """Return where to send somebody, and what to remember meanwhile."""
        if plan.client_id is None:
            message = (
                "client_id= is missing: register the app with Pixelwall first"
            )
            raise ConfigurationError(message, platform="pixelwall")
        state = LoginState.begin(
            platform="pixelwall",
            client_id=plan.client_id,
            client_secret=plan.client_secret,
            redirect_uri=plan.redirect_uri,
            base_url=plan.base_url,
            now=now,
        )
        return authorize_url(pipeline.resolve("authorize"), state), state

    async def finish(
        self, code: Secret, state: LoginState, pipeline: Pipeline
    ) -> Credentials:
        """Change a code into a token."""
        request = token_request(pipeline.resolve("token"), state, code)
        answer = await pipeline.send(request)
        token = read_token(answer, request, platform="pixelwall")
        return Credentials(access_token=token.access_token)


LOGIN: Final = PixelwallLogin()
# --8<-- [end:login]
