"""A server on this machine that does what a test says, byte by byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from enum import Enum
from types import TracebackType
from typing import Self, TypeAlias


class Act(Enum):
    """What a server may do instead of answering."""

    DROP = "close the connection"
    HANG = "stay silent until the test ends"


GAP = 0.02
"""Seconds between the pieces of an answer that drips."""

Sent: TypeAlias = bytes | Act | Iterator[bytes]
"""Several pieces go out one by one, until they or the test end."""
Reply: TypeAlias = Callable[[bytes], Sent]


def http(body: bytes = b"{}", status: int = 200, *headers: str) -> bytes:
    """An answer as it goes over the line."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Loopback:
    """Answers each request as `reply` says; `requests` are what came, `connections` how many there were."""

    def __init__(self, reply: Reply) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.asked = threading.Semaphore(0)
        self._reply = reply
        self._released = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._socket.close()
        for thread in self._threads:
            while thread.is_alive():  # it may only just be taking up its connection
                self._break_lines()
                thread.join(timeout=0.2)

    def _break_lines(self) -> None:
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                while request := _read(connection):
                    self.requests.append(request)
                    self.asked.release()
                    reply = self._reply(request)
                    if reply is Act.HANG:
                        self._released.wait()
                    if isinstance(reply, Act):
                        return
                    for piece in [reply] if isinstance(reply, bytes) else reply:
                        connection.sendall(piece)
                        if not isinstance(reply, bytes) and self._released.wait(GAP):
                            return
            except OSError:
                return


def _read(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65_536)
        if not chunk:
            return b""
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.splitlines()
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        chunk = connection.recv(65_536)
        if not chunk:
            return b""
        body += chunk
    return head + b"\r\n\r\n" + body


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
