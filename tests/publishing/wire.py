"""A line to a database that breaks: on loopback, at a moment of our choice."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from tests.relay import Relay

__all__ = ["COMMIT", "Wire"]

CHUNK = 65_536
COMMIT = b"COMMIT\0"


class Wire(Relay):
    """Listens on loopback and passes bytes on to a server and back.

    Args:
        port: Where the server listens.
    """

    def __init__(self, port: int) -> None:
        self.cuts = 0
        self._after = b""
        self._heard = self._for_good = False
        self._armed = False
        super().__init__("127.0.0.1", port)

    def cut(self, *, heard: bool, after: bytes = b"", for_good: bool = False) -> None:
        """Cut the next line over which somebody commits.

        Args:
            heard: Whether the server hears it, and has answered.
            after: Something that was said before, over the same line.
            for_good: Whether everybody is turned away from then on.
        """
        self._after, self._heard, self._for_good, self._armed = after, heard, for_good, True

    def _joined(self, client: socket.socket, server: socket.socket) -> None:
        line = _Line(client, server)
        for pass_on in (self._outward, self._back):
            threading.Thread(target=pass_on, args=(line,), daemon=True).start()

    def _outward(self, line: _Line) -> None:
        with suppress(OSError):
            while data := line.client.recv(CHUNK):
                line.told = line.told or (self._armed and self._after in data)
                if self._armed and line.told and COMMIT in data:
                    self._armed = False
                    line.doomed = True
                    if not self._heard:
                        break
                line.server.sendall(data)
        self._end(line)

    def _back(self, line: _Line) -> None:
        with suppress(OSError):
            while (data := line.server.recv(CHUNK)) and not line.doomed:
                line.client.sendall(data)
        self._end(line)

    def _end(self, line: _Line) -> None:
        with line.guard:
            if line.doomed and not line.ended:
                self.cuts += 1
                self.down = self.down or self._for_good
            line.ended = True
        for one in (line.client, line.server):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class _Line:
    """One connection."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client = client
        self.server = server
        self.guard = threading.Lock()
        self.told = self.doomed = self.ended = False
