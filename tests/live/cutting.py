"""A line that breaks: passes bytes on between client and server, and cuts after the server has answered."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

from tests.relay import Relay

__all__ = ["CuttingLine"]

CHUNK = 65_536


class CuttingLine(Relay):
    """Listens on loopback and passes on to a server.

    Args:
        url: Where the server listens.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self._order: bytes | None = None
        self.cuts = 0
        super().__init__(parts.hostname, parts.port)
        self.url = f"http://127.0.0.1:{self.port}"

    def cut(self, request: str) -> None:
        """Cut the line once, when the server has answered a request that begins so, such as `POST /api`."""
        self._order = request.encode()

    def _joined(self, client: socket.socket, server: socket.socket) -> None:
        line = _Line()
        for source, sink, outward in ((client, server, True), (server, client, False)):
            passing = (source, sink, line, outward)
            threading.Thread(target=self._pass, args=passing, daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, line: _Line, outward: bool) -> None:
        with suppress(OSError):  # the other direction has closed both
            while data := source.recv(CHUNK):
                if outward:
                    self._look(data, line)
                elif line.doomed:
                    self.cuts += 1
                    break
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _look(self, data: bytes, line: _Line) -> None:
        if self._order is not None and data.startswith(self._order):
            self._order, line.doomed = None, True


class _Line:
    """One connection through the line."""

    doomed = False
    """Whether it breaks as soon as the server answers."""
