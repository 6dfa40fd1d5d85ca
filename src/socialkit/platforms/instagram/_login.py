"""Logging in: with Facebook, for an account that is linked to a Page, or with Instagram itself.

See https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login.
The scopes that are asked for say which of the two it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pydantic import ConfigDict, Field

from socialkit.auth import Credentials, LoginState, Stored, authorize_url
from socialkit.errors import ConfigurationError, PermissionDeniedError, UnexpectedResponseError
from socialkit.models import Lenient, WireModel
from socialkit.platforms._graph import (
    App,
    GraphCalls,
    TokenGrant,
    chosen_version,
    code_form,
    code_query,
    credentials_of,
    granted_to,
    token_of,
)
from socialkit.platforms.base import LoginPlan
from socialkit.platforms.instagram._account import linked_of
from socialkit.platforms.instagram._facts import (
    BASE_URL,
    INSTAGRAM_SCOPES,
    INSTAGRAM_URL,
    SCOPES,
    VERSION,
    LoginKind,
    is_instagram_login,
)
from socialkit.platforms.instagram._token import granted_for
from socialkit.platforms.instagram._wire import Id
from socialkit.transport import Pipeline, Secret

__all__ = ["LOGIN", "OWN_LOGIN", "InstagramLogin", "longer"]

DIALOG: Final = "https://www.facebook.com"
INSTAGRAM_DIALOG: Final = "https://www.instagram.com"
INSTAGRAM_TOKENS: Final = "https://api.instagram.com"
"""Changes codes; everything else is done by graph.instagram.com."""
END_OF_CODE: Final = "#_"
"""What Instagram puts behind a code in the address, and is no part of it."""

FIRST: Final = TokenGrant(url="access_token", grant="ig_exchange_token")
"""Changes a token of an hour into one of sixty days, with Instagram's own login."""


def longer(login: LoginKind, version: str) -> TokenGrant:
    """Return how tokens of about sixty days are made longer: Instagram's once a day old, and not over."""
    if login == "instagram":
        return TokenGrant(url="refresh_access_token", grant="ig_refresh_token", with_secret=False)
    url = f"{version}/oauth/access_token"
    return TokenGrant(url=url, grant="fb_exchange_token", token="fb_exchange_token", with_id=True)


class WireShort(WireModel):
    """A token of an hour, and whose it is; some answers put it into a list."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)

    access_token: Lenient[str] = Field(default=None, repr=False)
    user_id: Lenient[Id] = None
    permissions: Lenient[tuple[str, ...] | str] = None
    data: Lenient[list[WireShort]] = Field(default=None, repr=False)


class InstagramLogin:
    """The code flow of either login, then the long-lived exchange.

    Args:
        scopes: What is asked for where an application names nothing.
        api_version: Another version of the Graph API than the one that this was written for; a login with
            Instagram itself names none.

    Example:
        >>> import socialkit as sk
        >>> login = sk.Login(
        ...     "instagram",
        ...     client_id="1",
        ...     client_secret="not-a-real-secret",
        ...     redirect_uri="https://shop.example/back",
        ...     flow=InstagramLogin(api_version="v25.0"),
        ... )
        >>> login.start()[0].partition("?")[0]
        'https://www.facebook.com/v25.0/dialog/oauth'
    """

    def __init__(self, scopes: tuple[str, ...] = SCOPES, *, api_version: str | None = None) -> None:
        self._scopes = scopes
        self._api_version = api_version

    def scopes_for(self, given: Mapping[str, object], /) -> tuple[str, ...]:
        """Return the scopes of the login that an account's `login` names."""
        return INSTAGRAM_SCOPES if given.get("login") == "instagram" else ()

    def base_url(self, plan: LoginPlan) -> str:
        """Return where the platform listens."""
        return plan.base_url or (
            INSTAGRAM_URL if is_instagram_login(plan.scopes or self._scopes) else BASE_URL
        )

    async def start(self, plan: LoginPlan, pipeline: Pipeline, now: datetime) -> tuple[str, LoginState]:
        """Return where to send somebody, and what to remember until they are back."""
        missing = [
            name
            for name, value in (("client_id", plan.client_id), ("client_secret", plan.client_secret))
            if value is None
        ]
        if plan.client_id is None or plan.client_secret is None:
            message = f"{'= and '.join(missing)}= missing: make an app at developers.facebook.com first"
            raise ConfigurationError(message, platform="instagram")
        base = self.base_url(plan)
        state = LoginState.begin(
            platform="instagram",
            client_id=plan.client_id,
            client_secret=plan.client_secret,
            redirect_uri=plan.redirect_uri,
            base_url=base,
            scopes=plan.scopes or self._scopes,
            pkce=False,  # a secret is needed all the same
            now=now,
        )
        if is_instagram_login(state.scopes):
            home = INSTAGRAM_DIALOG if base == INSTAGRAM_URL else base
            return authorize_url(f"{home}/oauth/authorize", state, separator=","), state
        home = DIALOG if base == BASE_URL else base
        version = chosen_version(self._api_version, default=VERSION, now=now, platform="instagram")
        return authorize_url(f"{home}/{version}/dialog/oauth", state, separator=","), state

    async def finish(self, code: Secret, state: LoginState, pipeline: Pipeline) -> Credentials:
        """Change a code into credentials.

        With Facebook's login those of the Page's account, or the person's where there are several accounts:
        or where `pages_show_list` was declined: then `client.account.accounts()` gives those of each, or says
        what is missing. Their scopes are those that were granted,
        and not all that were asked for; empty where Facebook does not tell them.
        """
        clean = Secret(code.reveal().removesuffix(END_OF_CODE))
        if is_instagram_login(state.scopes):
            return await _with_instagram(clean, state, pipeline)
        return await _with_facebook(clean, state, pipeline, self._api_version or VERSION)


async def _with_instagram(code: Secret, state: LoginState, pipeline: Pipeline) -> Credentials:
    short = await _short(code, state, pipeline)
    app = App(client_id=state.client_id, client_secret=state.client_secret)
    long = await token_of(pipeline, FIRST.request(Secret(short.access_token or ""), app))
    told = short.permissions or ()
    granted = tuple(told.replace(",", " ").split()) if isinstance(told, str) else told
    return credentials_of(long, state, scopes=granted or state.scopes, account_id=short.user_id)


async def _short(code: Secret, state: LoginState, pipeline: Pipeline) -> WireShort:
    """Change a code into a token of an hour."""
    home = INSTAGRAM_TOKENS if state.base_url in {None, INSTAGRAM_URL} else state.base_url
    response = await pipeline.send(code_form(f"{home}/oauth/access_token", code, state))
    try:
        wire = WireShort.model_validate_json(response.content)
    except ValueError:
        wire = WireShort()
    found = wire if wire.access_token or not wire.data else wire.data[0]
    if not found.access_token:
        # Without the body: it may hold tokens where nobody looks for them.
        message = "the answer holds no token"
        raise UnexpectedResponseError(message, status=response.status, platform="instagram")
    return found


async def _with_facebook(code: Secret, state: LoginState, pipeline: Pipeline, version: str) -> Credentials:
    app = App(client_id=state.client_id, client_secret=state.client_secret)
    short = await token_of(pipeline, code_query(f"{version}/oauth/access_token", code, state))
    exchange = longer("facebook", version).request(short.access_token or Secret(""), app)
    long = await token_of(pipeline, exchange)
    calls, token = GraphCalls(version), long.access_token or Secret("")
    told = await granted_to(pipeline, calls, app, token)
    try:
        linked = await linked_of(pipeline, calls, app, token, told=told)
    except PermissionDeniedError:
        linked = []  # the code is spent: the token must not be lost for what somebody declined
    if len(linked) == 1:
        (_, mine) = linked[0]
        stored = Stored(access_token=mine.access_token or token)
        return credentials_of(stored, state, scopes=mine.scopes, account_id=mine.account_id, extra=mine.extra)
    return credentials_of(
        long, state, scopes=granted_for(told) or (), extra=None if told is None else told.extra
    )


LOGIN: Final = InstagramLogin()
"""The login of Instagram, as `socialkit.Login` uses it: Facebook's where no scopes say otherwise."""
OWN_LOGIN: Final = InstagramLogin(INSTAGRAM_SCOPES)
"""Instagram's own, where an account's `login` is that."""
