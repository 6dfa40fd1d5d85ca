"""`sk.Login`: letting somebody give this application access to their account."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from socialkit.auth import Credentials, LoginState, LoopbackPage, parse_callback
from socialkit.errors import AuthenticationError, BadRequestError, ConfigurationError
from socialkit.operations import Async, Mode, Sync, finish
from socialkit.platforms._registry import find
from socialkit.platforms.base import LoginPlan, of_type
from socialkit.transport import (
    Pipeline,
    Secret,
    Transport,
    base_address,
    default_transport,
    hide,
    require_text,
)

if TYPE_CHECKING:
    from socialkit.platforms.base import LoginFlow

__all__ = ["Login"]

PATIENCE: Final = timedelta(minutes=10)
"""How long a login in a terminal waits: time to find a password, and no more."""


class Login:
    """The authorization-code flow with PKCE, for web applications and terminals.

    `start` gives the address to send somebody to, and a state to keep until they are back: `state.dumps()` is
    a text, to be kept where only this application reads it. `finish` takes the address they came back to.

    Args:
        platform: The platform's name.
        redirect_uri: Where people are sent back to; `http://127.0.0.1/` for `in_terminal`, and
            `urn:ietf:wg:oauth:2.0:oob` shows a code to copy.
        base_url: The server, where a platform has many.
        client_id: The app's id; on Mastodon an app is registered on the way if it is not given.
        client_secret: The app's secret.
        scopes: What to ask for, one by one or in a text with blanks; what socialkit's operations need if not
            given.
        app_name: What people see, where an app is registered on the way.
        flow: Which of a platform's logins; its usual one if not given.
        transport: What carries requests; the network if not given.

    Raises:
        ConfigurationError: There is no such platform, or an argument is missing.

    Example:
        >>> login = Login(
        ...     "mastodon",
        ...     base_url="https://mastodon.example",
        ...     client_id="shop",
        ...     client_secret="not-a-real-secret",
        ...     redirect_uri="https://shop.example/back",
        ... )
        >>> url, state = login.start()
        >>> url.partition("?")[0]
        'https://mastodon.example/oauth/authorize'
    """

    def __init__(
        self,
        platform: str,
        *,
        redirect_uri: str,
        base_url: str | None = None,
        client_id: str | None = None,
        client_secret: str | Secret | None = None,
        scopes: str | Iterable[str] = (),
        app_name: str = "socialkit",
        flow: LoginFlow | None = None,
        transport: Transport | None = None,
    ) -> None:
        client_secret = hide(client_secret)
        base_url = None if base_url is None else base_address(base_url)
        require_text("client_secret", client_secret)
        self._platform = platform
        self._flow: LoginFlow = find(platform).load_login() if flow is None else flow
        self._plan = LoginPlan(
            redirect_uri=redirect_uri,
            base_url=base_url,
            client_id=client_id,
            client_secret=client_secret,
            scopes=_each(scopes),
            app_name=app_name,
        )
        self._base_url = self._flow.base_url(self._plan)
        self._transport = transport

    def start(self) -> tuple[str, LoginState]:
        """Return the address to send somebody to, and the state to keep until they are back."""
        return finish(self._start(Sync, self._plan))

    async def start_async(self) -> tuple[str, LoginState]:
        """Return the same as `start`, awaited."""
        return await self._start(Async, self._plan)

    def finish(self, callback: str, state: LoginState) -> Credentials:
        """Return the credentials of whoever came back.

        Args:
            callback: The whole address that they came back to, or the code that they copied.
            state: From `start`.

        Raises:
            ConfigurationError: The login was refused, belongs to another state, or was tampered with.
            AuthenticationError: The code is not good any more, the login was begun longer ago than
                `socialkit.auth.LOGIN_LIFE` (an hour), or another server answers than was asked: start again.
        """
        hidden = Secret(callback)
        del callback  # the code in it would stand in the traceback
        return finish(self._finish(Sync, hidden, state))

    async def finish_async(self, callback: str, state: LoginState) -> Credentials:
        """Return the same as `finish`, awaited."""
        hidden = Secret(callback)
        del callback  # the code in it would stand in the traceback
        return await self._finish(Async, hidden, state)

    def in_terminal(self, show: Callable[[str], object], *, patience: timedelta = PATIENCE) -> Credentials:
        """Log somebody in who sits in front of this machine, and return their credentials.

        A page on 127.0.0.1 waits for their browser to come back. It takes one answer, that of this login.

        Args:
            show: Gets the address that they must open: `print` it, or `webbrowser.open` it.
            patience: How long to wait for them.

        Raises:
            RequestTimeoutError: Nobody came back in time.
            ConfigurationError: `redirect_uri` does not lead to this machine, its port is taken, or the
                login was refused.
            AuthenticationError: The code is not good: start again.

        Example:
            >>> login = Login(
            ...     "mastodon",
            ...     base_url="https://mastodon.example",
            ...     client_id="shop",
            ...     redirect_uri="http://127.0.0.1/",
            ... )
            >>> login.in_terminal(print, patience=timedelta(0))
            Traceback (most recent call last):
                ...
            socialkit.errors.RequestTimeoutError: mastodon: nobody came back from the login within 0:00:00
        """
        return finish(self._in_terminal(Sync, show, patience))

    async def in_terminal_async(
        self, show: Callable[[str], object], *, patience: timedelta = PATIENCE
    ) -> Credentials:
        """Return the same as `in_terminal`, awaited; `show` is called in a worker thread."""
        return await self._in_terminal(Async, show, patience)

    def __repr__(self) -> str:
        # Neither is there in the traceback of a constructor that failed.
        known = [repr(self.__dict__[name]) for name in ("_platform", "_base_url") if name in self.__dict__]
        return f"Login({', '.join(known)})"

    async def _in_terminal(
        self, mode: type[Mode], show: Callable[[str], object], patience: timedelta
    ) -> Credentials:
        pipeline = self._pipeline(mode)
        try:
            with LoopbackPage(self._plan.redirect_uri) as page:
                plan = dataclasses.replace(self._plan, redirect_uri=page.address)
                url, state = await self._start(mode, plan)
                page.listen(state)
                await pipeline.transport.offload(show, url)
                callback: Secret = await pipeline.transport.offload(page.wait, patience)
        finally:
            await self._release(pipeline)
        return await self._finish(mode, callback, state)

    async def _start(self, mode: type[Mode], plan: LoginPlan) -> tuple[str, LoginState]:
        pipeline = self._pipeline(mode)
        try:
            url, state = await self._flow.start(plan, pipeline, pipeline.transport.now())
            return url, self._without_ours(state)
        finally:
            await self._release(pipeline)

    async def _finish(self, mode: type[Mode], callback: Secret, state: LoginState) -> Credentials:
        require_text("callback", callback)
        of_type(state, LoginState, "state")
        # A platform's flow may note down where it listens, where nobody said another place.
        here = {self._plan.base_url, self._base_url}
        if state.platform != self._platform or state.base_url not in here:
            message = "the state belongs to a login on another platform or server"
            raise ConfigurationError(message, platform=self._platform)
        if self._plan.client_id not in {None, state.client_id}:
            message = "the state belongs to a login of another application"
            raise ConfigurationError(message, platform=self._platform)
        pipeline = self._pipeline(mode)
        try:
            code = parse_callback(callback.reveal(), state, now=pipeline.transport.now())
            return await self._flow.finish(code, self._with_ours(state), pipeline)
        except BadRequestError as error:
            raise _refused(error) from error
        finally:
            await self._release(pipeline)

    def _without_ours(self, state: LoginState) -> LoginState:
        """Leave the application's own secret out of what is kept: whoever finishes the login has it too."""
        ours = state.client_id == self._plan.client_id and self._plan.client_secret is not None
        return dataclasses.replace(state, client_secret=None) if ours else state

    def _with_ours(self, state: LoginState) -> LoginState:
        ours = state.client_id == self._plan.client_id and state.client_secret is None
        return dataclasses.replace(state, client_secret=self._plan.client_secret) if ours else state

    def _pipeline(self, mode: type[Mode]) -> Pipeline:
        transport = default_transport(mode, self._platform) if self._transport is None else self._transport
        errors = find(self._platform).load_facts().errors
        return Pipeline(transport, platform=self._platform, base_url=self._base_url, errors=errors)

    async def _release(self, pipeline: Pipeline) -> None:
        if self._transport is None:
            await pipeline.close()


def _refused(error: BadRequestError) -> AuthenticationError:
    """Return what says that somebody has to begin again, where a platform calls a code that is over wrong."""
    return AuthenticationError(
        error.message,
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        request=error.request,
        body=error.body,
        platform=error.platform,
        operation=error.operation,
    )


def _each(scopes: str | Iterable[str]) -> tuple[str, ...]:
    """Return scopes one by one: a text, or an item of several, may hold them with blanks between."""
    items = (scopes,) if isinstance(scopes, str) else of_type(scopes, Iterable, "scopes")
    return tuple(scope for one in items for scope in of_type(one, str, "scopes").split())
