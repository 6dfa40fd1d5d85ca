"""Endpoints: logging in with a password, sessions, passwords of applications."""

from typing import Any

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky import _query as query
from socialkit.sandbox.bluesky._call import Call
from socialkit.sandbox.bluesky._errors import broken, invalid, unauthorized
from socialkit.sandbox.bluesky._identity import did_document
from socialkit.sandbox.bluesky._rates import spend
from socialkit.sandbox.bluesky._records import Account, Json, Refresh
from socialkit.sandbox.bluesky._route import Route
from socialkit.sandbox.bluesky._schema import boolean, string, thing
from socialkit.sandbox.bluesky._syntax import is_did
from socialkit.sandbox.bluesky._text import when
from socialkit.sandbox.bluesky._tokens import encode, seconds, sign

_PRIVILEGED = ("chat.bsky.", "com.atproto.server.createAccount")


def create_session(call: Call) -> SimResponse:
    """Log in with a handle, DID or mail address and a password."""
    state, identifier = call.state, str(call.body["identifier"])
    call.headers.update(spend(state, "login", identifier))
    account = state.find(identifier)
    found, app_password = (False, None) if account is None else check_password(account, call.body["password"])
    if account is None or not found:
        message = "Invalid identifier or password"
        raise unauthorized(message)
    access, refresh = state.new_session(account, app_password)
    return _session(call, account, accessJwt=access, refreshJwt=refresh)


def check_password(account: Account, password: str) -> tuple[bool, str | None]:
    """Whether a password is an account's, and the name of the application that it belongs to."""
    if password == account.password:
        return True, None
    for one in account.app_passwords.values():
        if one.password == password:
            return True, one.name
    return False, None


def _session(call: Call, account: Account, *, mail: bool = True, **tokens: str) -> SimResponse:
    about: Json = {"email": account.email, "emailConfirmed": account.email_confirmed} if mail else {}
    return call.answer(
        **tokens,
        did=account.did,
        didDoc=did_document(account, call.base_url),
        handle=account.handle,
        active=True,
        **about,
    )


def get_session(call: Call) -> SimResponse:
    """Who the token belongs to."""
    scopes = call.access.scopes if call.access else ()
    return _session(call, call.user, mail="atproto" not in scopes or "transition:email" in scopes)


def _refresh_token(call: Call) -> Refresh:
    return call.state.refresh[call.request.headers["authorization"].partition(" ")[2].strip()]


def refresh_session(call: Call) -> SimResponse:
    """Exchange a refresh token; a used one gives the same successor again for a while."""
    state, token, account = call.state, _refresh_token(call), call.user
    if token.expires_at <= state.now:
        message = "Token has been revoked"
        raise invalid(message, "ExpiredToken")
    if token.successor is None:
        token.successor = state.add_refresh(account.did, token.app_password).value
        token.expires_at = min(token.expires_at, state.now + state.refresh_grace)
    access = state.add_access(account.did, state.scope_of(account, token.app_password))
    return _session(call, account, accessJwt=access, refreshJwt=token.successor)


def delete_session(call: Call) -> SimResponse:
    """End a session: its refresh token counts no more, access tokens do until they run out."""
    _refresh_token(call).expires_at = call.state.now
    return SimResponse(200)


def describe_server(call: Call) -> SimResponse:
    """What the server says of itself."""
    return call.answer(
        did=facts.SERVICE_DID,
        availableUserDomains=[f".{facts.HOST}"],
        inviteCodeRequired=False,
        blobUploadLimit=facts.BLOB_SIZE,
        links={},
        contact={},
    )


def create_app_password(call: Call) -> SimResponse:
    """Give an application a password of its own; it is shown once."""
    account, name = call.user, str(call.body["name"])
    if name in account.app_passwords:
        raise broken()
    made = call.state.add_app_password(account, name, privileged=bool(call.body.get("privileged")))
    return call.answer(
        name=name, password=made.password, createdAt=when(made.created_at), privileged=made.privileged
    )


def list_app_passwords(call: Call) -> SimResponse:
    """The names of the applications that have a password."""
    return call.answer(
        passwords=[
            {"name": one.name, "createdAt": when(one.created_at), "privileged": one.privileged}
            for one in reversed(call.user.app_passwords.values())
        ]
    )


def revoke_app_password(call: Call) -> SimResponse:
    """Take an application's password back, and end what began with it; unknown names are no error."""
    account, name = call.user, str(call.body["name"])
    account.app_passwords.pop(name, None)
    for token in call.state.refresh.values():
        if token.did == account.did and token.app_password == name:
            token.expires_at = call.state.now
    return SimResponse(200)


def get_service_auth(call: Call) -> SimResponse:
    """A token by which another service may act for the account."""
    state, aud, lxm = call.state, str(call.query["aud"]), call.query["lxm"]
    if not is_did(aud.partition("#")[0]):
        message = "aud must be a valid atproto DID or did#serviceId reference"
        raise invalid(message)
    scopes = call.access.scopes if call.access else ()
    if lxm and lxm.startswith(_PRIVILEGED) and facts.SCOPE_APP in scopes:
        message = f"insufficient access to request a service auth token for the following method: {lxm}"
        raise invalid(message)
    now = seconds(state.now)
    expires = call.query["exp"] or now + 60
    _check_life(expires - now, lxm)
    claims: dict[str, Any] = {"iat": now, "iss": call.user.did, "aud": aud, "exp": expires}
    claims |= {"lxm": lxm} if lxm else {}
    # Real ones are signed with the account's own key (ES256K); here only this server reads them.
    token = sign(
        {"typ": "JWT", "alg": "HS256"}, claims | {"jti": encode(state.rng.randbytes(16))}, state.secret
    )
    return call.answer(token=token)


def _check_life(life: int, lxm: str | None) -> None:
    problem = ""
    if life < 0:
        problem = "expiration is in past"
    elif life > 3_600:
        problem = "cannot request a token with an expiration more than an hour in the future"
    elif lxm is None and life > 60:
        problem = "cannot request a method-less token with an expiration more than a minute in the future"
    if problem:
        raise invalid(problem, "BadExpiration")


_SERVER = "com.atproto.server."
_NAMED = thing({"name": string()}, {"privileged": boolean})
ROUTES = (
    Route(
        f"{_SERVER}createSession",
        "POST",
        create_session,
        body=thing({"identifier": string(), "password": string()}),
    ),
    Route(f"{_SERVER}getSession", "GET", get_session, "access"),
    Route(f"{_SERVER}refreshSession", "POST", refresh_session, "refresh"),
    Route(f"{_SERVER}deleteSession", "POST", delete_session, "refresh"),
    Route(f"{_SERVER}describeServer", "GET", describe_server),
    Route(f"{_SERVER}createAppPassword", "POST", create_app_password, "account", body=_NAMED),
    Route(f"{_SERVER}listAppPasswords", "GET", list_app_passwords, "access"),
    Route(f"{_SERVER}revokeAppPassword", "POST", revoke_app_password, "access", body=_NAMED),
    Route(
        f"{_SERVER}getServiceAuth",
        "GET",
        get_service_auth,
        "access",
        {
            "aud": query.text(required=True),
            "exp": query.number(0, 10**12, default=None),
            "lxm": query.text("nsid"),
        },
    ),
)
