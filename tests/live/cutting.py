"""A line that breaks: passes bytes on between client and server, and cuts after the server has answered."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

__all__ = ["CuttingLine"]

CHUNK = 65_536


class CuttingLine:
    """Listens on loopback and passes on to a server.

    Args:
        url: Where the server listens.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self._server = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listener]
        self._guard = threading.Lock()
        self._order: bytes | None = None
        self.cuts = 0
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, request: str) -> None:
        """Cut the line once, when the server has answered a request that begins so, such as `POST /api`."""
        self._order = request.encode()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                self._keep(client, server)
                line = _Line()
                for source, sink, outward in ((client, server, True), (server, client, False)):
                    passing = (source, sink, line, outward)
                    threading.Thread(target=self._pass, args=passing, daemon=True).start()

    def _keep(self, *sockets: socket.socket) -> None:
        with self._guard:
            self._open.extend(sockets)

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

    def close(self) -> None:
        """Close every line."""
        with self._guard:
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Line:
    """One connection through the line."""

    doomed = False
    """Whether it breaks as soon as the server answers."""
