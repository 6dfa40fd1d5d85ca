"""Logging in by consent. See https://atproto.com/specs/oauth.

Requests are pushed (PAR), codes are bound to the program (PKCE), and tokens to a key (DPoP). An application
is known by the address of a document about it, which is its `client_id`; a program on somebody's own machine
needs none.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from pydantic import ValidationError

from socialkit.auth import (
    PKCE,
    Credentials,
    LoginState,
    ProofKey,
    Prover,
    Stored,
    read_token,
    refresh_request,
    token_request,
)
from socialkit.errors import (
    ConfigurationError,
    NotFoundError,
    TokenExpiredError,
    UnexpectedResponseError,
    WrongAccountError,
)
from socialkit.models import Lenient, WireModel
from socialkit.platforms.base import LoginPlan, host_of
from socialkit.platforms.bluesky._session import (
    PDS,
    REMEDY,
    is_loopback,
    is_strange,
    may_have_credentials,
    pds_of,
)
from socialkit.transport import Pipeline, Request, Response, Safety, Secret

__all__ = ["CLIENT", "KEY", "LOGIN", "BlueskyLogin", "renewed"]

T = TypeVar("T")

BASE_URL: Final = "https://bsky.social"
LOOPBACK: Final = "127.0.0.1"
"""The one name of a person's own machine that servers of the network take (not `localhost`)."""
DIRECTORY: Final = "https://plc.directory"
SCOPES: Final = ("atproto", "transition:generic", "transition:chat.bsky")
"""What socialkit's operations need; the last one opens private messages."""
KEY: Final = "proof_key"
CLIENT: Final = "client_id"
ENDPOINT: Final = "token_endpoint"
REFUSED: Final = frozenset({400, 401})
STALE: Final = "use_dpop_nonce"


class WireServer(WireModel):
    """Where an authorization server takes what."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    pushed_authorization_request_endpoint: str


class WireResource(WireModel):
    """Who issues tokens for a server."""

    authorization_servers: list[str]


class WirePushed(WireModel):
    """The answer to a pushed request."""

    request_uri: Lenient[str] = None
    error: Lenient[str] = None
    error_description: Lenient[str] = None


def _program(plan: LoginPlan) -> str:
    """Return the id of a program on somebody's own machine: it needs no document, for the id says it all.

    Servers leave the port out when they compare where people are sent back to.
    """
    parts = urlsplit(plan.redirect_uri)
    if parts.scheme != "http" or parts.hostname != LOOPBACK:
        raise _wrong("client_id= is missing: the https address of a document about the application")
    back = urlunsplit(parts._replace(netloc=LOOPBACK))
    return "http://localhost?" + urlencode({"redirect_uri": back, "scope": " ".join(plan.scopes or SCOPES)})


def _wrong(message: str) -> ConfigurationError:
    return ConfigurationError(message, platform="bluesky", operation="login")


def _shown(address: str) -> str:
    """Return the host of an address that others named, which may be none."""
    return host_of(address) or "what is no address"


async def exchange(pipeline: Pipeline, prover: Prover, request: Request) -> Response:
    """Send a request with a proof, once more when the server asks for a fresh nonce."""
    request = request.replace(public_only=is_strange(request.url, pipeline.base_url))
    response = await _proven(pipeline, prover, request)
    if response.status in REFUSED and _code(response) == STALE:
        response = await _proven(pipeline, prover, request)
    return response


async def _proven(pipeline: Pipeline, prover: Prover, request: Request) -> Response:
    response = await pipeline.send(prover.prove(request, pipeline.transport.now()))
    prover.heard(request, response)
    return response


def _code(response: Response) -> object:
    try:
        document = response.json()
    except ValueError:
        return None
    return document.get("error") if isinstance(document, dict) else None


async def renewed(stored: Stored, prover: Prover, pipeline: Pipeline) -> Stored:
    """Return new tokens for those of a login; each refresh token works once."""
    endpoint, client = stored.extra.get(ENDPOINT), stored.extra.get(CLIENT)
    token = stored.refresh_token
    if not isinstance(endpoint, str) or not isinstance(client, str) or token is None:
        message = f"the login left nothing to renew it with: {REMEDY}"
        raise TokenExpiredError(message, status=401, platform="bluesky")
    if not may_have_credentials(endpoint, pipeline.base_url):
        raise _wrong(f"the store names a server that tokens may not go to: {_shown(endpoint)}")
    now, request = pipeline.transport.now(), refresh_request(endpoint, token, client_id=client)
    response = await exchange(pipeline, prover, request)
    wire = read_token(response, request, platform="bluesky")
    _require_same(stored.account_id, _subject(response))
    return wire.to_stored(now, account_id=stored.account_id)


def _subject(response: Response) -> str:
    document = response.json()
    found = document.get("sub") if isinstance(document, dict) else None
    if not isinstance(found, str) or not found.startswith("did:"):
        message = "the answer does not say whose the tokens are"
        raise UnexpectedResponseError(message, status=response.status, platform="bluesky")
    return found


def _require_same(account: str | None, subject: str) -> None:
    if account is not None and account != subject:
        message = f"the server gave tokens of another account: {subject}, not {account}"
        raise WrongAccountError(message, platform="bluesky")


class BlueskyLogin:
    """The code flow with pushed requests, PKCE, and tokens bound to a key."""

    def base_url(self, plan: LoginPlan) -> str:
        """Return where people log in: the network's own host if not given."""
        return plan.base_url or BASE_URL

    async def start(self, plan: LoginPlan, pipeline: Pipeline, now: datetime) -> tuple[str, LoginState]:
        """Push what is asked for, and return where to send somebody."""
        client_id = plan.client_id or _program(plan)
        server = await self._server(pipeline)
        key = ProofKey.generate()
        state = LoginState.begin(
            platform="bluesky",
            client_id=client_id,
            redirect_uri=plan.redirect_uri,
            base_url=plan.base_url,
            scopes=plan.scopes or SCOPES,
            proof_key=key.dumps(),
            now=now,
            issuer=server.issuer,
            names_issuer=True,  # the network's profile of OAuth demands it of every server
            extra={ENDPOINT: server.token_endpoint},
        )
        pushed = await self._push(server, state, Prover(key), pipeline)
        query = urlencode({"client_id": state.client_id, "request_uri": pushed})
        return f"{server.authorization_endpoint}?{query}", state

    async def finish(self, code: Secret, state: LoginState, pipeline: Pipeline) -> Credentials:
        """Change a code into tokens, and make sure that the server may speak for their account."""
        if state.proof_key is None or state.issuer is None or ENDPOINT not in state.extra:
            raise _wrong("the state of this login is not one that was begun here: start the login again")
        self._require_safe(state.extra[ENDPOINT], pipeline)
        now, prover = pipeline.transport.now(), Prover(ProofKey(state.proof_key))
        request = token_request(state.extra[ENDPOINT], state, code)
        response = await exchange(pipeline, prover, request)
        token = read_token(response, request, platform="bluesky")
        subject = _subject(response)
        stored = token.to_stored(now, account_id=subject)
        return Credentials(
            access_token=stored.access_token,
            refresh_token=stored.refresh_token,
            expires_at=stored.expires_at,
            scopes=stored.scopes or state.scopes,
            token_type="DPoP",
            client_id=state.client_id,
            account_id=subject,
            extra={
                PDS: await self._home(subject, state.issuer, pipeline),
                KEY: state.proof_key,
                CLIENT: state.client_id,
                ENDPOINT: state.extra[ENDPOINT],
            },
        )

    # Below -----------------------------------------------------------------------------------

    async def _server(self, pipeline: Pipeline) -> WireServer:
        issuer = pipeline.base_url.rstrip("/")
        try:
            resource = await self._read(
                f"{issuer}/.well-known/oauth-protected-resource", WireResource, pipeline
            )
            issuer = (
                resource.authorization_servers[0].rstrip("/") if resource.authorization_servers else issuer
            )
        except NotFoundError:
            pass  # the network's own host issues tokens and keeps no accounts
        server = await self._read(f"{issuer}/.well-known/oauth-authorization-server", WireServer, pipeline)
        if server.issuer.rstrip("/") != issuer:
            raise _wrong(f"{issuer} says that it is {server.issuer}")
        for address in (server.token_endpoint, server.pushed_authorization_request_endpoint):
            self._require_safe(address, pipeline)
        return server

    def _require_safe(self, address: str, pipeline: Pipeline) -> None:
        if not may_have_credentials(address, pipeline.base_url):
            raise _wrong(f"the server names an address that secrets may not go to: {_shown(address)}")

    async def _read(self, address: str, returns: type[T], pipeline: Pipeline) -> T:
        self._require_safe(address, pipeline)
        outside = is_strange(address, pipeline.base_url)
        request = Request(method="GET", url=address, signed=False, public_only=outside)
        return (await pipeline.call(request, returns)).value

    async def _push(self, server: WireServer, state: LoginState, prover: Prover, pipeline: Pipeline) -> str:
        assert state.code_verifier is not None
        request = Request(
            method="POST",
            url=server.pushed_authorization_request_endpoint,
            form=(
                ("response_type", "code"),
                ("client_id", state.client_id),
                ("redirect_uri", state.redirect_uri),
                ("scope", " ".join(state.scopes)),
                ("state", state.nonce),
                ("code_challenge", PKCE(state.code_verifier).challenge),
                ("code_challenge_method", "S256"),
            ),
            safety=Safety.ONCE,
            signed=False,
            accepts=REFUSED,
        )
        response = await exchange(pipeline, prover, request)
        pushed = self._pushed(response)
        if pushed.request_uri is None or response.status in REFUSED:
            said = ": ".join(part for part in (pushed.error, pushed.error_description) if part)
            raise _wrong(f"the server refuses the login: {said or response.status}")
        return pushed.request_uri

    def _pushed(self, response: Response) -> WirePushed:
        try:
            return WirePushed.model_validate_json(response.content)
        except ValidationError:
            message = "the answer to the pushed request is not what the network's profile of OAuth says"
        raise UnexpectedResponseError(message, status=response.status, platform="bluesky", operation="login")

    async def _home(self, did: str, issuer: str, pipeline: Pipeline) -> str:
        """Return the server that keeps an account, if it trusts the one that gave the tokens.

        Any server could give out tokens that name any account.
        """
        document = await self._read(self._document(did, pipeline), dict[str, Any], pipeline)
        pds = pds_of(document, did, pipeline.base_url)
        if pds is None:
            raise _wrong(f"the document of {did} names no server that tokens may go to")
        resource = await self._read(f"{pds}/.well-known/oauth-protected-resource", WireResource, pipeline)
        trusted = [one.rstrip("/") for one in resource.authorization_servers]
        if issuer.rstrip("/") not in trusted:
            message = f"{issuer} gave tokens of {did}, whose server trusts {', '.join(trusted) or 'nobody'}"
            raise WrongAccountError(message, platform="bluesky", operation="login")
        return pds

    def _document(self, did: str, pipeline: Pipeline) -> str:
        base = pipeline.base_url.rstrip("/")
        if did.startswith("did:plc:"):
            return f"{base if is_loopback(urlsplit(base).hostname or '') else DIRECTORY}/{did}"
        if did.startswith("did:web:") and ":" not in did.removeprefix("did:web:"):
            return f"https://{did.removeprefix('did:web:').replace('%3A', ':')}/.well-known/did.json"
        raise _wrong(f"{did} is of no kind that the network knows")


LOGIN: Final = BlueskyLogin()
"""The login of Bluesky, as `socialkit.Login` uses it."""
