"""A made-up platform that still knows OAuth 1.0a: its server is oauthlib's, which checks every signature."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from oauthlib.oauth1 import RequestValidator, WebApplicationServer
from pixelwall import FACTS, AsyncPixelwall, Pixelwall

from socialkit.platforms import Registration
from socialkit.platforms.base import ThreeLegged
from tests.transport.loopback import Loopback, http

__all__ = ["CONSUMER", "CONSUMER_SECRET", "FACTS", "LOGIN", "REGISTRATION", "OldWall"]

CONSUMER: Final = "oldwallconsumerofshop"
CONSUMER_SECRET: Final = "not+a/real secret&of=shop~"
CONFIRMED: Final = "oauth_callback_confirmed=true"
NOBODY: Final = "nobodynobodynobodynobody"
LOGIN: Final = ThreeLegged(platform="oldwall", home="https://oldwall.example", account="user_id")
REGISTRATION: Final = Registration(
    name="oldwall",
    module="tests.auth.oldwall",
    client=Pixelwall.__name__,
    async_client=AsyncPixelwall.__name__,
    login="LOGIN",
)


class OldWall(RequestValidator):
    """What the server remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.pending: dict[str, dict[str, str]] = {}
        self.granted: dict[str, str] = {}
        self.nonces: set[object] = set()
        self.confirms = True
        self._server: Any = WebApplicationServer(self)

    def reply(self, request: bytes) -> bytes:
        """Answer a request as it came over the line."""
        head, _, body = request.decode().partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.title(): value for name, _, value in (line.partition(": ") for line in lines)}
        uri = f"http://{headers['Host']}{target}"
        calls: dict[str, Any] = {
            "/oauth/request_token": self._server.create_request_token_response,
            "/oauth/authorize": self._server.create_authorization_response,
            "/oauth/access_token": self._access_token,
        }
        given, said, status = calls.get(urlsplit(uri).path, self._wall)(uri, method, body, headers)
        text = str(said or "").replace(CONFIRMED, CONFIRMED if self.confirms else "more=x")
        return http(text.encode(), status, *(f"{name}: {value}" for name, value in given.items()))

    def _access_token(self, *call: Any) -> Any:
        return self._server.create_access_token_response(*call, credentials={"user_id": "7"})

    def _wall(self, *call: Any) -> tuple[dict[str, str], str, int]:
        valid, _ = self._server.validate_protected_resource_request(*call)
        return {}, "{}", 200 if valid else 401

    # What oauthlib asks ----------------------------------------------------------------------

    @property
    def enforce_ssl(self) -> bool:
        return False

    @property
    def dummy_client(self) -> str:
        return NOBODY

    @property
    def dummy_request_token(self) -> str:
        return NOBODY

    @property
    def dummy_access_token(self) -> str:
        return NOBODY

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return CONSUMER_SECRET

    def get_request_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return self.pending.get(token, {}).get("oauth_token_secret", "nobody")

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return self.granted.get(token, "nobody")

    def get_default_realms(self, client_key: str, request: Any) -> list[str]:
        return []

    def get_realms(self, token: str, request: Any) -> list[str]:
        return []

    def get_redirect_uri(self, token: str, request: Any) -> str:
        return self.pending[token]["back"]

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return client_key == CONSUMER

    def validate_request_token(self, client_key: str, token: str, request: Any) -> bool:
        return token in self.pending

    def validate_access_token(self, client_key: str, token: str, request: Any) -> bool:
        return token in self.granted

    def validate_timestamp_and_nonce(self, *asked: Any, **more: Any) -> bool:
        seen = (*asked[:3], *sorted((name, value) for name, value in more.items() if name != "request"))
        fresh = seen not in self.nonces
        self.nonces.add(seen)
        return fresh

    def validate_redirect_uri(self, client_key: str, redirect_uri: Any, request: Any) -> bool:
        return True

    def validate_requested_realms(self, client_key: str, realms: list[str], request: Any) -> bool:
        return True

    def validate_realms(
        self, client_key: str, token: str, request: Any, uri: Any = None, realms: Any = None
    ) -> bool:
        return True

    def validate_verifier(self, client_key: str, token: str, verifier: str, request: Any) -> bool:
        return self.pending.get(token, {}).get("oauth_verifier") == verifier

    def verify_request_token(self, token: str, request: Any) -> bool:
        return token in self.pending

    def verify_realms(self, token: str, realms: list[str], request: Any) -> bool:
        return True

    def save_request_token(self, token: Any, request: Any) -> None:
        self.pending[token["oauth_token"]] = {**token, "back": request.redirect_uri}

    def save_verifier(self, token: str, verifier: Any, request: Any) -> None:
        self.pending[token] |= verifier

    def save_access_token(self, token: Any, request: Any) -> None:
        self.granted[token["oauth_token"]] = token["oauth_token_secret"]

    def invalidate_request_token(self, client_key: str, request_token: str, request: Any) -> None:
        del self.pending[request_token]


def serve(wall: OldWall) -> Loopback:
    """Serve it on this machine."""
    return Loopback(wall.reply)
