"""Logging in with Threads. See https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions.

A code is worth a token of an hour, and that one of about sixty days, which is made longer again and again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from socialkit.auth import Credentials, LoginState, WireToken, authorize_url
from socialkit.errors import ConfigurationError, SocialKitError, UnexpectedResponseError
from socialkit.platforms._graph import App, Inspected, TokenGrant, code_form, credentials_of, token_of
from socialkit.platforms.base import LoginPlan
from socialkit.platforms.threads._facts import BASE_URL, VERSION
from socialkit.transport import Pipeline, Request, Secret

__all__ = ["LOGIN", "LONGER", "RENEWED", "ThreadsLogin"]

DIALOG: Final = "https://threads.net"
SCOPES: Final = (
    "threads_basic",
    "threads_content_publish",
    "threads_read_replies",
    "threads_manage_replies",
    "threads_manage_insights",
    "threads_manage_mentions",
    "threads_keyword_search",
    "threads_delete",
)
"""What the common operations need."""

LONGER: Final = TokenGrant(url="access_token", grant="th_exchange_token")
"""Changes a token of an hour into one of about sixty days."""
RENEWED: Final = TokenGrant(url="refresh_access_token", grant="th_refresh_token", with_secret=False)
"""Makes a token of sixty days, that is a day old and not over, one of sixty days again."""


class ThreadsLogin:
    """The code flow, then the long-lived exchange."""

    def base_url(self, plan: LoginPlan) -> str:
        """Return where the platform listens."""
        return plan.base_url or BASE_URL

    async def start(self, plan: LoginPlan, pipeline: Pipeline, now: datetime) -> tuple[str, LoginState]:
        """Return where to send somebody, and what to remember until they are back."""
        if plan.client_id is None or plan.client_secret is None:
            message = (
                "client_id= and client_secret= are needed, those of the app's Threads use case and not the "
                "app's own: both stand at developers.facebook.com"
            )
            raise ConfigurationError(message, platform="threads")
        state = LoginState.begin(
            platform="threads",
            client_id=plan.client_id,
            client_secret=plan.client_secret,
            redirect_uri=plan.redirect_uri,
            base_url=self.base_url(plan),
            scopes=plan.scopes or SCOPES,
            pkce=False,  # a secret is needed all the same
            now=now,
        )
        home = DIALOG if self.base_url(plan) == BASE_URL else self.base_url(plan)
        return authorize_url(f"{home}/oauth/authorize", state, separator=","), state

    async def finish(self, code: Secret, state: LoginState, pipeline: Pipeline) -> Credentials:
        """Change a code into credentials of about sixty days."""
        # Threads puts `#_` behind the address that it sends people back to.
        bare = Secret(code.reveal().removesuffix("#_"))
        short, owner = await _short(pipeline, code_form("oauth/access_token", bare, state))
        app = App(client_id=state.client_id, client_secret=state.client_secret)
        long = await token_of(pipeline, LONGER.request(short, app))
        granted = await _granted(pipeline, long.access_token or short)
        return credentials_of(long, state, scopes=granted, account_id=owner)


async def _short(pipeline: Pipeline, request: Request) -> tuple[Secret, str | None]:
    """Return a token of an hour, and whose it is: a number that is too large for many readers of JSON."""
    response = await pipeline.send(request)
    try:
        wire = WireToken.model_validate_json(response.content)
    except ValueError:
        # Not chained, and without the body: it may hold tokens where nobody looks for them.
        message = "the answer holds no token"
        error = UnexpectedResponseError(message, status=response.status, platform="threads")
    else:
        owner = (wire.model_extra or {}).get("user_id")
        return wire.access_token, None if owner is None else str(owner)
    raise error


async def _granted(pipeline: Pipeline, token: Secret) -> tuple[str, ...] | None:
    """Return what somebody allowed, maybe less than was asked for; None where Threads does not tell."""
    params = (("input_token", token), ("access_token", token))
    request = Request(method="GET", url=f"{VERSION}/debug_token", params=params, signed=False)
    try:
        return (await pipeline.call(request, Inspected)).value.data.scopes
    except SocialKitError:
        return None  # the code is spent: a token that works is not given up for this


LOGIN: Final = ThreadsLogin()
"""The login of Threads, as `socialkit.Login` uses it."""
