"""A line that goes wrong to order: a web proxy on loopback in front of a real server of the AT Protocol."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Collection, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import httpx

from socialkit.sandbox import Fault

__all__ = ["Line", "Trouble", "faulty_line"]

OWN: Final = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "date",
        "keep-alive",
        "server",
        "transfer-encoding",
    }
)
"""Headers that are the line's own matter."""
PATIENCE: Final = 60.0
REFUSED: Final = {"error": "InternalServerError", "message": "Internal Server Error"}
LIMITED: Final = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
LIMIT_HEADERS: Final = {"ratelimit-limit": "10", "ratelimit-remaining": "0", "retry-after": "2"}
PAGE: Final = b"<!DOCTYPE html><title>One moment</title>"
REFRESH: Final = "com.atproto.server.refreshSession"


class Trouble(Enum):
    """What a line does that no server does."""

    TWICE = "twice"
    """Hands the request over twice, and passes the second answer on."""


@dataclass
class _Order:
    calls: frozenset[str]
    fault: Fault | Trouble
    times: int
    after: int


class Line:
    """Passes requests on to a server, and does what was ordered.

    Args:
        server: Where the server listens.
        directory: Where documents of accounts are: clients on this machine ask the same server for them.
    """

    def __init__(self, server: str, directory: str) -> None:
        self.server: Final = server
        self._directory = directory
        self.url = ""
        self.seen: Final[list[str]] = []
        """The calls that were handed over, by name; one that is handed over twice stands there twice."""
        self.token: str | None = None
        """Takes the place of every access token, where given."""
        self._orders: list[_Order] = []
        self._guard = threading.Lock()
        self._http = httpx.Client(timeout=PATIENCE, trust_env=False)

    def close(self) -> None:
        """Close the connections to the server."""
        self._http.close()

    def fail(self, calls: Collection[str], fault: Fault | Trouble, *, times: int = 1, after: int = 0) -> None:
        """Have the next of some calls go wrong."""
        with self._guard:
            self._orders.append(_Order(frozenset(calls), fault, times, after))

    def forget(self) -> None:
        """Be a good line again, that has seen nothing."""
        with self._guard:
            self._orders.clear()
            self.seen.clear()
            self.token = None

    def take(self, call: str) -> Fault | Trouble | None:
        """Return what goes wrong with a call."""
        with self._guard:
            for order in self._orders:
                if call in order.calls and order.times:
                    if order.after:
                        order.after -= 1
                        return None
                    order.times -= 1
                    return order.fault
        return None

    def pass_on(
        self, call: str, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> httpx.Response:
        """Hand a request over to the server, and return its answer."""
        self.seen.append(call)
        server = self._directory if target.startswith("/did:") else self.server
        answer = self._http.request(method, server + target, headers=headers, content=body)
        if "/com.atproto.server." in target:
            # The account's document leads past the line: put the line into it.
            server = self.server.replace("127.0.0.1", "localhost")
            content = answer.content.replace(server.encode(), self.url.encode())
            kept = {name: value for name, value in answer.headers.items() if name not in OWN}
            return httpx.Response(answer.status_code, headers=kept, content=content)
        return answer


class _Passing(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    line: Line

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that it has there
        """Say nothing."""

    def do_GET(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def _pass(self) -> None:
        line, call = self.line, self.path.partition("?")[0].rpartition("/")[2]
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items() if name.lower() not in OWN}
        headers["accept-encoding"] = "identity"
        if line.token is not None and call != REFRESH and "authorization" in headers:
            headers["authorization"] = f"Bearer {line.token}"
        fault = line.take(call)
        if fault in {Fault.DROP_BEFORE_COMMIT, Fault.LATE}:
            self._hang_up()
        if fault is Fault.RATE_LIMITED:
            self._answer(429, LIMIT_HEADERS, json.dumps(LIMITED).encode())
        elif fault is Fault.SERVER_ERROR:
            self._answer(500, {}, json.dumps(REFUSED).encode())
        elif fault is not Fault.DROP_BEFORE_COMMIT:
            answer = line.pass_on(call, self.command, self.path, headers, body)
            if fault is Trouble.TWICE:
                answer = line.pass_on(call, self.command, self.path, headers, body)
            if fault is not Fault.LATE:
                self._back(fault, answer)

    def _back(self, fault: Fault | Trouble | None, answer: httpx.Response) -> None:
        headers = {name: value for name, value in answer.headers.items() if name not in OWN}
        if fault is Fault.DROP_AFTER_COMMIT:
            self._hang_up()
        elif fault is Fault.ERROR_AFTER_COMMIT:
            self._answer(500, {}, json.dumps(REFUSED).encode())
        elif fault is Fault.GARBAGE:
            self._answer(200, {"content-type": "text/html"}, PAGE)
        elif fault is Fault.TRUNCATED:
            self._answer(answer.status_code, headers, answer.content[: len(answer.content) // 2])
        elif fault is Fault.SLOW:
            with suppress(OSError):
                self.connection.settimeout(PATIENCE)
                self.connection.recv(1)  # until the client hangs up
            self._hang_up()
        else:
            self._answer(answer.status_code, headers, answer.content)

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: lines break here."""


@contextmanager
def faulty_line(server: str, directory: str) -> Generator[Line]:
    """Open a line to a server."""
    line = Line(server, directory)
    handler = type("Passing", (_Passing,), {"line": line})
    with _Listener(("127.0.0.1", 0), handler) as listener:
        line.url = f"http://127.0.0.1:{listener.server_port}"
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield line
        finally:
            listener.shutdown()
            thread.join()
            line.close()
