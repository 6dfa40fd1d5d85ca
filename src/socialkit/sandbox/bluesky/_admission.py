"""Credentials that nobody gave out, of an application that is not changed for tests."""

import json
from typing import Any, cast

from socialkit.sandbox._http import SimRequest
from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky._dpop import ProofError, check_proof
from socialkit.sandbox.bluesky._records import Access, Account, AppPassword, Json, Refresh
from socialkit.sandbox.bluesky._state import State
from socialkit.sandbox.bluesky._syntax import is_did, is_handle
from socialkit.sandbox.bluesky._tokens import read


def admit(state: State, request: SimRequest) -> None:
    """Take what nobody knows for an account's: the first time for that of `main`, then for new ones."""
    if request.path == "/xrpc/com.atproto.server.createSession":
        _admit_password(state, request)
        return
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    known = value in state.access or value in state.refresh
    if known or not value or scheme.lower() not in {"bearer", "dpop"} or _is_service(value):
        return
    if request.path == "/xrpc/com.atproto.server.refreshSession":
        owner = _newcomer(state, value)
        state.refresh[value] = Refresh(value, owner.did, None, state.now + facts.REFRESH_LIFE)
    else:
        _admit_token(state, request, scheme.lower(), value)


def _is_service(value: str) -> bool:
    parts = read(value)
    return parts is not None and "lxm" in parts[1]


def _admit_token(state: State, request: SimRequest, scheme: str, value: str) -> None:
    scopes: tuple[str, ...] = (facts.SCOPE_ACCOUNT,)
    key = None
    if scheme == "dpop":
        try:
            key, scopes = check_proof(state, request, value, remember=False), facts.OAUTH_SCOPES
        except ProofError:
            return  # it is told so when its turn comes, and admitted with its next proof
    owner = _newcomer(state, value)
    state.access[value] = Access(value, owner.did, scopes, state.now + facts.ACCESS_LIFE, key=key)


def _newcomer(state: State, value: str) -> Account:
    """The account of an unknown token; one that names a DID belongs to that account."""
    parts = read(value)
    did = str(parts[1].get("sub", "")) if parts else ""
    if did in state.accounts:
        return state.accounts[did]
    return _next(state, did if is_did(did) else None)


def _next(state: State, did: str | None = None) -> Account:
    state.admitted += 1
    name = "main" if state.admitted == 1 else f"account{state.admitted}"
    return state.names.get(name) or state.add_account(name, did)


def _admit_password(state: State, request: SimRequest) -> None:
    try:
        body: Any = json.loads(request.body)
    except ValueError:
        return
    fields = cast("Json", body) if isinstance(body, dict) else {}
    identifier, password = fields.get("identifier"), fields.get("password")
    if not isinstance(identifier, str) or not isinstance(password, str) or state.find(identifier):
        return
    owner = _next(state, identifier if is_did(identifier) else None)
    owner.aliases |= {identifier.lower(), owner.handle}
    if is_handle(identifier):
        owner.handle = identifier.lower()
    owner.app_passwords["application"] = AppPassword("application", password, state.now, True)
