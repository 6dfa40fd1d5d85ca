"""A line through loopback to a server, for tests that break it."""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Self

__all__ = ["Relay"]


class Relay(ABC):
    """Listens on loopback; whoever connects is handed on together with a connection to the server.

    Args:
        host: Where the server is.
        port: Where it listens.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._guard = threading.Lock()
        self._open: list[socket.socket] = [self._listener]
        self.port: int = self._listener.getsockname()[1]
        self.down = False
        """Whether everybody is turned away."""
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                client, _ = self._listener.accept()
                if self.down:
                    client.close()
                    continue
                server = socket.create_connection(self._server)
                with self._guard:
                    self._open += [client, server]
                self._joined(client, server)

    @abstractmethod
    def _joined(self, client: socket.socket, server: socket.socket) -> None:
        """Begin to pass bytes on between the two, in threads."""

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
