"""Codes of logins: changed for tokens by a query, with Facebook's login, or by a form, with the others."""

from __future__ import annotations

from collections.abc import Mapping

from socialkit.auth import Credentials, LoginState, Stored
from socialkit.transport import Request, Safety, Secret

__all__ = ["code_form", "code_query", "credentials_of"]

Values = tuple[tuple[str, str | Secret], ...]


def code_query(url: str, code: Secret, state: LoginState) -> Request:
    """Return the request that changes a code of Facebook's login."""
    params = (*_app(state), ("redirect_uri", state.redirect_uri), ("code", code))
    return Request(method="GET", url=url, params=params, signed=False, safety=Safety.ONCE)


def code_form(url: str, code: Secret, state: LoginState) -> Request:
    """Return the request that changes a code of Instagram's own login, or of Threads'."""
    rest: Values = (
        ("grant_type", "authorization_code"),
        ("redirect_uri", state.redirect_uri),
        ("code", code),
    )
    form = (*_app(state), *rest)
    return Request(method="POST", url=url, form=form, signed=False, safety=Safety.ONCE)


def _app(state: LoginState) -> Values:
    return ("client_id", state.client_id), ("client_secret", state.client_secret or Secret(""))


def credentials_of(
    stored: Stored,
    state: LoginState,
    *,
    scopes: tuple[str, ...] | None = None,
    account_id: str | None = None,
    extra: Mapping[str, str | Secret] | None = None,
) -> Credentials:
    """Return what a login gave.

    Args:
        stored: The token.
        state: What the login was begun with.
        scopes: Those that were granted, where they are told; else those that were asked for.
        account_id: Whose it is, where that is known.
        extra: What only one platform keeps with it.
    """
    return Credentials(
        access_token=stored.access_token,
        expires_at=stored.expires_at,
        scopes=state.scopes if scopes is None else scopes,
        client_id=state.client_id,
        client_secret=state.client_secret,
        account_id=account_id,
        extra=extra,
    )
