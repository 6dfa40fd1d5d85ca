"""Tokens with a life: whose they are, what they may do, and why they do not count any more."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialkit.sandbox._graph._errors import GraphRefusal
from socialkit.sandbox._http import SimRequest

USER = "USER"
PAGE = "PAGE"

_DEAD = {
    458: "Error validating access token: The user has not authorized the application.",
    460: "Error validating access token: The session has been invalidated because the user changed their"
    " password or Facebook has changed the session for security reasons.",
    463: "Error validating access token: Session has expired.",
}


@dataclass(slots=True)
class Token:
    """One access token."""

    value: str
    kind: str
    owner: str
    """Id of the account that it acts as."""
    scopes: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime | None = None
    dead: int | None = None
    """The subcode of its refusals once it was taken back."""
    proven: bool = True
    """Whether its app's secret is known, so that proofs can be judged."""

    def reason(self, now: datetime) -> int | None:
        """Why it does not count, as a subcode; None while it does."""
        if self.dead is not None:
            return self.dead
        return 463 if self.expires_at is not None and self.expires_at <= now else None


def proof(app_secret: str, token: str) -> str:
    """What an app has to send beside a token when it must prove that it is itself."""
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


class Tokens:
    """All tokens of a simulated platform.

    Args:
        app_secret: The app's secret.
    """

    def __init__(self, app_secret: str) -> None:
        self.app_secret = app_secret
        self.requires_proof = False
        """Whether the app's setting "Require App Secret" is on."""
        self._tokens: dict[str, Token] = {}

    def add(self, token: Token) -> Token:
        """Know a token."""
        self._tokens[token.value] = token
        return token

    def find(self, value: str) -> Token | None:
        """A token by what it reads."""
        return self._tokens.get(value)

    def of(self, owner: str) -> list[Token]:
        """All tokens that act as an account."""
        return [one for one in self._tokens.values() if one.owner == owner]

    def given(self, request: SimRequest) -> str | None:
        """The token that a request holds: in its header, its query or its form."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() in {"bearer", "oauth"} and value.strip():
            return value.strip()
        return request.params().text("access_token")

    def authenticate(self, request: SimRequest, now: datetime) -> Token:
        """The token of a request; refuses one that does not count (190), or lacks its proof (100)."""
        value = self.given(request)
        if value is None:
            message = "An active access token must be used to query information about the current user."
            raise GraphRefusal(2500, message)
        token = self._tokens.get(value)
        if token is None:
            raise GraphRefusal(190, "Invalid OAuth access token - Cannot parse access token")
        dead = token.reason(now)
        if dead is not None:
            raise GraphRefusal(190, _DEAD.get(dead, "Error validating access token."), subcode=dead)
        sent = request.params().text("appsecret_proof")
        if (
            token.proven
            and (sent is not None or self.requires_proof)
            and not hmac.compare_digest(proof(self.app_secret, value), sent or "")
        ):
            what = "Invalid appsecret_proof provided in the API argument"
            wanted = "API calls from the server require an appsecret_proof argument"
            raise GraphRefusal(100, what if sent is not None else wanted, kind="GraphMethodException")
        return token

    def exchange(self, value: str, now: datetime, life: timedelta, new: str) -> Token:
        """Change a token that counts into one with a longer life; one that is over is refused."""
        token = self._tokens.get(value)
        dead = None if token is None else token.reason(now)
        if token is None:
            raise GraphRefusal(190, "Invalid OAuth access token - Cannot parse access token")
        if dead is not None:
            raise GraphRefusal(190, _DEAD.get(dead, "Error validating access token."), subcode=dead)
        return self.add(Token(new, token.kind, token.owner, token.scopes, now, now + life))


def require(token: Token, *scopes: str) -> None:
    """Refuse a token that has none of these scopes (200)."""
    if scopes and not any(one in token.scopes for one in scopes):
        message = f"(#200) Requires {' or '.join(scopes)} permission to manage the object"
        raise GraphRefusal(200, message, status=403)
