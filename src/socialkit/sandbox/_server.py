"""Simulators behind a real socket, for applications that speak HTTP themselves.

The server is the standard library's: one thread a connection, so that a slow answer holds nobody else up
and a line can be dropped by closing its socket.
"""

import contextlib
import socket
import threading
from collections.abc import Mapping
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from socialkit.sandbox._dispatch import dispatch
from socialkit.sandbox._faults import FaultPlan
from socialkit.sandbox._feed import BEAT, Feed, LineCut
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._simulator import LineDropped, Simulator, TimedOut
from socialkit.sandbox._websocket import CLOSE, PING, PONG, TEXT, Reader, accept, frame

HOST = "127.0.0.1"
GLANCE = 0.05
"""Seconds after which a stream looks whether its caller is still there."""
SWITCHED = 101
"""The status of an answer that goes on as a WebSocket."""
GOING_AWAY = b"\x03\xe9"
"""What a server closes a WebSocket with that is shut down."""
LONGEST_WAIT = 30.0
"""Seconds for which a slow answer is held when the caller does not give up."""


def serve(
    simulators: Mapping[str, Simulator],
    plan: FaultPlan | None = None,
    *,
    port: int = 0,
    longest_wait: float = LONGEST_WAIT,
) -> "SandboxServer":
    """Serve simulators on the loopback interface, each below `/{name}`.

    Args:
        simulators: By the name under which each is reached.
        plan: The faults to apply; none when not given.
        port: Where to listen; 0 takes a free port.
        longest_wait: Seconds for which a slow answer is held when the caller does not give up.

    Raises:
        OSError: The port is taken.
    """
    return SandboxServer(simulators, plan or FaultPlan(), port, longest_wait)


class SandboxServer:
    """A running loopback server; also a context manager that closes it.

    Example:
        >>> with serve({}) as server:
        ...     server.url("mastodon").endswith("/mastodon")
        True
    """

    def __init__(
        self, simulators: Mapping[str, Simulator], plan: FaultPlan, port: int, longest_wait: float
    ) -> None:
        self._server = _Server(simulators, plan, port, longest_wait)
        self.closed: threading.Event = threading.Event()
        """Set when the server stops."""
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def url(self, name: str = "") -> str:
        """The base URL of a simulator, without a final slash; without a name that of the overview page."""
        return f"{self._server.origin}/{name}" if name else self._server.origin

    def close(self) -> None:
        """Stop listening; answers that are held back are given up."""
        self.closed.set()
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1_024  # as many may come at once as the system lets wait

    def __init__(
        self, simulators: Mapping[str, Simulator], plan: FaultPlan, port: int, longest_wait: float
    ) -> None:
        super().__init__((HOST, port), _Handler)
        self.simulators = simulators
        self.plan = plan
        self.longest_wait = longest_wait
        self.closing = threading.Event()

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: callers hang up on purpose here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "socialkit-sandbox"
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride] - the base says any server

    def handle_one_request(self) -> None:
        """Read one request and answer it, whatever its method."""
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.raw_requestline or self.server.closing.is_set() or not self.parse_request():
            self.close_connection = True
            return
        try:
            self._write(self._answer(self._read_body()))
        except LineDropped:
            self._hang_up()
        except TimedOut as late:
            self._wait()
            if not self.close_connection:
                self._write(late.response)
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base
        """Say nothing."""

    def _answer(self, body: bytes) -> SimResponse:
        name, _, rest = urlsplit(self.path).path.lstrip("/").partition("/")
        if not name:
            return _overview(self.server)
        simulator = self.server.simulators.get(name)
        if simulator is None:
            return SimResponse.json({"error": f"no simulator named {name}"}, 404)
        query = urlsplit(self.path).query
        request = SimRequest.of(
            self.command,
            f"/{rest}?{query}" if query else f"/{rest}",
            headers=dict(self.headers.items()),
            body=body,
            base_url=f"{self._origin()}/{name}",
        )
        return dispatch(simulator, self.server.plan, request)

    def _origin(self) -> str:
        host = self.headers.get("host")
        return f"http://{host}" if host else self.server.origin

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return b"".join(iter(self._read_chunk, b""))
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def _read_chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def _write(self, response: SimResponse) -> None:
        if response.status == SWITCHED and response.feed is not None:
            self._switch(response.feed)
            return
        self.send_response_only(response.status)  # whose time it is, the answer tells by itself
        self.send_header("server", self.version_string())
        for name, value in {"date": self.date_time_string(), **response.headers}.items():
            self.send_header(name, value)
        if response.feed is not None:
            self._go_on(response.feed)
            return
        self.send_header("content-length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    def _go_on(self, feed: Feed) -> None:
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        quiet = 0.0
        try:
            while not (self.server.closing.is_set() or self._is_gone()):
                frame = feed.take(GLANCE)
                quiet = 0.0 if frame else quiet + GLANCE
                if frame:
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(frame), frame))
                elif (
                    quiet >= BEAT.total_seconds()
                ):  # the world's clock may stand still, the caller's does not
                    feed.pulse()
        except LineCut:
            pass
        finally:
            feed.close()
            self._hang_up()

    def _is_gone(self) -> bool:
        return self._arrived(socket.MSG_PEEK) == b""

    def _arrived(self, flags: int = 0) -> bytes | None:
        """Return what the caller sent meanwhile: empty once they hung up, None if they said nothing."""
        self.connection.setblocking(False)
        try:
            arrived: bytes = self.connection.recv(65_536, flags)
        except BlockingIOError:
            return None
        else:
            return arrived
        finally:
            self.connection.settimeout(None)

    def _switch(self, feed: Feed) -> None:
        answer = accept({name.lower(): value for name, value in self.headers.items()})
        if answer is None:
            feed.close()
            self._write(SimResponse(400, {"content-type": "text/plain"}, b"Bad Request\n"))
            return
        self.send_response(SWITCHED)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade")):
            self.send_header(name, value)
        self.send_header("Sec-WebSocket-Accept", answer)
        self.end_headers()
        try:
            self._talk(feed)
        except LineCut:
            pass
        finally:
            feed.close()
            self._hang_up()

    def _talk(self, feed: Feed) -> None:
        """Send messages until somebody has had enough; the caller's pings are answered."""
        reader = Reader()
        while not self.server.closing.is_set():
            arrived = self._arrived()
            if arrived == b"":
                return
            for kind, content in reader.feed(arrived or b""):
                if kind == CLOSE:
                    self.wfile.write(frame(CLOSE, content))
                    return
                if kind == PING:
                    self.wfile.write(frame(PONG, content))
            message = feed.take(GLANCE)
            if message is not None:
                self.wfile.write(frame(TEXT, message))
        self.wfile.write(frame(CLOSE, GOING_AWAY))

    def _wait(self) -> None:
        self.connection.settimeout(0.05)
        left = self.server.longest_wait
        while left > 0 and not self.server.closing.is_set():
            left -= 0.05
            with contextlib.suppress(TimeoutError):
                if not self.connection.recv(1, socket.MSG_PEEK):
                    break
                self.server.closing.wait(0.05)
        else:
            self.connection.settimeout(None)
            self.close_connection = self.server.closing.is_set()
            return
        self.close_connection = True

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def _overview(server: _Server) -> SimResponse:
    items = "".join(
        f'<li><a href="/{escape(name)}/">{escape(name)}</a></li>' for name in sorted(server.simulators)
    )
    return SimResponse.html(
        f"<!doctype html><title>socialkit sandbox</title><h1>Simulators</h1><ul>{items}</ul>"
    )
