"""Logging in with Facebook. See https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow.

A code is worth a person's token of an hour or two, that one of about sixty days, and that again the tokens of
the person's Pages, which have no end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from socialkit.auth import Credentials, LoginState, authorize_url
from socialkit.errors import ConfigurationError
from socialkit.platforms._graph import (
    App,
    GraphCalls,
    TokenGrant,
    chosen_version,
    code_query,
    credentials_of,
    granted_to,
    token_of,
)
from socialkit.platforms.base import LoginPlan
from socialkit.platforms.facebook._account import PERSON, opened, pages_of, scopes_of
from socialkit.platforms.facebook._facts import BASE_URL, VERSION
from socialkit.transport import Pipeline, Secret

__all__ = ["LOGIN", "FacebookLogin", "longer"]

DIALOG: Final = "https://www.facebook.com"
SCOPES: Final = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_posts",
    "pages_manage_engagement",
    "pages_read_user_content",
    "pages_manage_metadata",
    "pages_messaging",
    "read_insights",
)
"""What socialkit's operations need; `business_management` and `ads_read` are for those who need them."""


def longer(version: str) -> TokenGrant:
    """Return how a person's or system user's token is changed into one of about sixty days."""
    url = f"{version}/oauth/access_token"
    return TokenGrant(url=url, grant="fb_exchange_token", token="fb_exchange_token", with_id=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacebookLogin:
    """The code flow, then the long-lived exchange, then the token of the Page.

    Example:
        >>> import socialkit as sk
        >>> login = sk.Login(
        ...     "facebook",
        ...     client_id="1",
        ...     client_secret="not-a-real-secret",
        ...     redirect_uri="https://shop.example/back",
        ...     flow=FacebookLogin(api_version="v25.0"),
        ... )
        >>> login.start()[0].partition("?")[0]
        'https://www.facebook.com/v25.0/dialog/oauth'
    """

    api_version: str | None = None
    """Another version of the Graph API than the one that this was written for."""

    def base_url(self, plan: LoginPlan) -> str:
        """Return where the platform listens."""
        return plan.base_url or BASE_URL

    async def start(self, plan: LoginPlan, pipeline: Pipeline, now: datetime) -> tuple[str, LoginState]:
        """Return where to send somebody, and what to remember until they are back."""
        missing = [
            name
            for name, value in (("client_id", plan.client_id), ("client_secret", plan.client_secret))
            if value is None
        ]
        if plan.client_id is None or plan.client_secret is None:
            message = f"{'= and '.join(missing)}= missing: make an app at developers.facebook.com first"
            raise ConfigurationError(message, platform="facebook")
        state = LoginState.begin(
            platform="facebook",
            client_id=plan.client_id,
            client_secret=plan.client_secret,
            redirect_uri=plan.redirect_uri,
            base_url=self.base_url(plan),
            scopes=plan.scopes or SCOPES,
            pkce=False,  # a secret is needed all the same
            now=now,
        )
        home = DIALOG if self.base_url(plan) == BASE_URL else self.base_url(plan)
        version = chosen_version(self.api_version, default=VERSION, now=now, platform="facebook")
        return authorize_url(f"{home}/{version}/dialog/oauth", state, separator=","), state

    async def finish(self, code: Secret, state: LoginState, pipeline: Pipeline) -> Credentials:
        """Change a code into credentials: the Page's, or the person's where there are several Pages.

        With a person's credentials `client.account.pages()` gives those of each Page. Their scopes are those
        that were granted, and not all that were asked for; empty where Facebook does not tell them.
        """
        version = self.api_version or VERSION
        app = App(client_id=state.client_id, client_secret=state.client_secret)
        short = await token_of(pipeline, code_query(f"{version}/oauth/access_token", code, state))
        if short.access_token is None:  # `token_of` refuses an answer without one
            message = "the answer holds no token"
            raise ConfigurationError(message, platform="facebook")
        long = await token_of(pipeline, longer(version).request(short.access_token, app))
        token, calls = long.access_token or short.access_token, GraphCalls(version)
        granted = await granted_to(pipeline, calls, app, token)
        pages = await pages_of(pipeline, calls, app, token, granted=granted)
        if len(pages) == 1:
            (_, credentials) = pages[0]
            return credentials
        scopes = opened(scopes_of(granted), PERSON)  # what only a Page's token opens is closed to a person's
        return credentials_of(long, state, scopes=scopes, extra=granted.extra if granted else None)


LOGIN: Final = FacebookLogin()
"""The login of Facebook, as `socialkit.Login` uses it."""
