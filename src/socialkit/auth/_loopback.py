"""The page of this machine that a browser comes back to from a login that was begun in a terminal (RFC 8252).

Everything that reaches it is a stranger's until it carries the nonce of the login: other programs and every
web page that the browser shows can call it too.
"""

from __future__ import annotations

import os
import threading
from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from functools import partial
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import SplitResult, urlsplit, urlunsplit

from socialkit.auth._callback import belongs
from socialkit.auth._oauth import LoginState
from socialkit.errors import ConfigurationError, RequestTimeoutError
from socialkit.transport import Secret

__all__ = ["LoopbackPage", "leads_here"]

LOOPBACK: Final = "127.0.0.1"
NAMES: Final = frozenset({LOOPBACK, "localhost"})
"""What an address may call this machine: some platforms know only the second, all listen on the first."""
GLANCE: Final = 0.05
"""Seconds between looks whether listening is over."""
PATIENCE: Final = 10.0
"""Seconds that a connection may be silent; browsers open some that they never use."""
OK: Final = 200
HTTP: Final = 80
"""The port that no browser names."""
STYLE: Final = "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1.5rem}"
HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What a visitor gets to see."""

    status: int
    title: str
    words: str

    def page(self) -> bytes:
        """Return it as HTML: no scripts, nothing loaded, nothing of the address."""
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
            f"<title>{escape(self.title)}</title><style>{STYLE}</style></head>"
            f"<body><main><h1>{escape(self.title)}</h1><p>{escape(self.words)}</p></main></body></html>"
        ).encode()


GONE: Final = _Verdict(410, "This login is over", "It has had its answer. You can close this page.")
FOREIGN: Final = _Verdict(403, "Refused", "Another page sent this, not a login.")
ELSEWHERE: Final = _Verdict(404, "Nothing here", "A login is being waited for, at another address.")
STRANGE: Final = _Verdict(
    400,
    "Not this login",
    "This is not the answer to the login that is being waited for. Go back to the terminal.",
)


class LoopbackPage:
    """Wait on this machine for the one answer to a login.

    Args:
        redirect_uri: Such as `http://127.0.0.1/back`; a free port is taken where it names none.

    Raises:
        ConfigurationError: The address does not lead to this machine, or its port is taken.

    Example:
        >>> with LoopbackPage("http://127.0.0.1/back") as page:
        ...     page.address
        'http://127.0.0.1:.../back'
    """

    def __init__(self, redirect_uri: str) -> None:
        place = _place(redirect_uri)
        self._gate = _Gate()
        self._server = _bound(place, self._gate)
        self._gate.place = place._replace(netloc=f"{place.hostname}:{self._server.server_address[1]}")
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Where the platform is to send the browser back to."""
        return urlunsplit(self._gate.place)

    def listen(self, state: LoginState) -> None:
        """Begin to answer: the first who brings the nonce of the login is the only one."""
        self._gate.state = state
        self._thread = threading.Thread(target=self._serve, name="socialkit login", daemon=True)
        self._thread.start()

    def wait(self, patience: timedelta) -> Secret:
        """Return the address that the browser came back to.

        Raises:
            RequestTimeoutError: Nobody came in time.
        """
        gate = self._gate
        gate.over.wait(patience.total_seconds())
        if gate.answer is None:
            platform = None if gate.state is None else gate.state.platform
            message = f"nobody came back from the login within {patience}: start it again"
            raise RequestTimeoutError(message, platform=platform, operation="login")
        return gate.answer

    def close(self) -> None:
        """Stop listening, whether or not somebody came; closing twice is closing once."""
        self._gate.over.set()
        if self._thread is None:
            self._server.server_close()
        else:
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _serve(self) -> None:
        self._server.timeout = GLANCE
        with self._server:
            while not self._gate.over.is_set():
                self._server.handle_request()


class _Gate:
    """Decides who is the answer."""

    def __init__(self) -> None:
        self.place: SplitResult = urlsplit("")
        self.state: LoginState | None = None
        self.answer: Secret | None = None
        self.over = threading.Event()
        self._claim = threading.Lock()

    def judge(self, target: str, headers: Message) -> _Verdict:
        """Decide what a visitor gets; take the answer if it is one, and the first."""
        if not self._is_of_a_browser_here(headers):
            return FOREIGN
        path, _, query = target.partition("?")
        if path != self.place.path:
            return ELSEWHERE
        answer, state = Secret(urlunsplit(self.place._replace(query=query))), self.state
        if state is None or not belongs(answer.reveal(), state):
            return STRANGE
        with self._claim:
            if self.answer is not None or self.over.is_set():
                return GONE
            self.answer = answer
        return _Verdict(
            OK,
            "Back to the terminal",
            f"The answer of {state.platform} has arrived. You can close this page: "
            "the terminal tells whether the login worked.",
        )

    def _is_of_a_browser_here(self, headers: Message) -> bool:
        """Tell whether the address bar led here, and not another page or another name of this machine."""
        hosts, bare = headers.get_all("Host", []), f"{self.place.hostname}"
        own = {self.place.netloc, bare} if self.place.port == HTTP else {self.place.netloc}
        return (
            len(hosts) == 1
            and str(hosts[0]).lower() in own
            and all(origin in {f"http://{name}" for name in own} for origin in headers.get_all("Origin", []))
            and all(wanted == "document" for wanted in headers.get_all("Sec-Fetch-Dest", []))
        )


class _Server(ThreadingMixIn, TCPServer):
    """Listens. `HTTPServer` would look its own name up in the network."""

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # there, it would let another program listen on the same port

    def __init__(self, address: tuple[str, int], gate: _Gate) -> None:
        super().__init__(address, partial(_Visit, gate))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser that hung up is no news, and a traceback would show the code."""


class _Visit(BaseHTTPRequestHandler):
    """One request."""

    timeout = PATIENCE

    def __init__(self, gate: _Gate, *args: Any) -> None:
        self._gate = gate
        super().__init__(*args)

    def do_GET(self) -> None:
        """Answer a browser."""
        verdict = self._gate.judge(self.path, self.headers)
        try:
            self._say(verdict)
        finally:
            if verdict.status == OK:
                self._gate.over.set()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no request of a browser, and repeat nothing of it."""
        self._say(_Verdict(code, "Refused", "This is not how a browser comes back from a login."))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Print nothing: the request holds the code."""

    def _say(self, verdict: _Verdict) -> None:
        body = verdict.page()
        self.close_connection = True
        self.request_version = "HTTP/1.1"  # what names no version would be answered without a status
        self.send_response_only(verdict.status)
        for name, value in {**HEADERS, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        style = b64encode(sha256(STYLE.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; frame-ancestors 'none'"
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)


def leads_here(redirect_uri: str) -> bool:
    """Return whether an address leads to a page of this machine."""
    return _parts(redirect_uri) is not None


def _parts(redirect_uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(redirect_uri)
        plain = parts.netloc in {f"{parts.hostname}", f"{parts.hostname}:{parts.port}"}
    except ValueError:
        return None
    whole = parts.scheme == "http" and parts.hostname in NAMES and not (parts.query or parts.fragment)
    return parts._replace(path=parts.path or "/") if plain and whole else None


def _place(redirect_uri: str) -> SplitResult:
    parts = _parts(redirect_uri)
    if parts is None:
        message = (
            f"redirect_uri={redirect_uri!r} does not lead to this machine: "
            "a login in a terminal comes back to an address such as http://127.0.0.1/back"
        )
        raise ConfigurationError(message, operation="login")
    return parts


def _bound(place: SplitResult, gate: _Gate) -> _Server:
    try:
        return _Server((LOOPBACK, place.port or 0), gate)
    except OSError as error:
        message = f"port {place.port} of this machine cannot be listened on: {error.strerror}"
        raise ConfigurationError(message, operation="login") from error
