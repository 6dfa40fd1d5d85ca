"""Server-sent events, read from bytes however they were cut.

The format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from socialkit.errors import UnexpectedResponseError

__all__ = ["EventReader", "ServerEvent"]

LONGEST_EVENT: Final = 8 * 2**20
"""Bytes; whoever sends more without an end of line or event sends no events."""
END_OF_LINE: Final = re.compile(rb"\r\n?|\n")
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event, or a comment: the sign of life between events."""

    name: str
    """`message` where the server names none; empty for a comment."""
    data: str
    """Its lines; what the comment says."""
    id: str = ""
    """The last one that the server gave."""


class EventReader:
    r"""Takes the pieces of a stream, and gives each event when it is whole.

    Example:
        >>> reader = EventReader()
        >>> reader.feed(b"event: greeting\nda")
        []
        >>> reader.feed(b"ta: hello\n\n")
        [ServerEvent(name='greeting', data='hello', id='')]
    """

    def __init__(self) -> None:
        self._rest = b""
        self._began = False
        self._after_return = False
        self._name = ""
        self._data: list[str] = []
        self._size = 0
        self._id = ""

    def feed(self, piece: bytes) -> list[ServerEvent]:
        """Return what is whole now.

        Raises:
            UnexpectedResponseError: An event has no end.
        """
        found: list[ServerEvent] = []
        for line in self._lines(piece):
            event = self._read(line)
            if event is not None:
                found.append(event)
        if len(self._rest) + self._size > LONGEST_EVENT:
            error = UnexpectedResponseError("the stream sends an event without an end")
            error.repeatable = True
            raise error
        return found

    def _lines(self, piece: bytes) -> list[bytes]:
        if self._after_return and piece:  # the second half of an end of line that was cut in two
            piece = piece.removeprefix(b"\n")
            self._after_return = False
        elif not piece:
            return []
        text = self._rest + piece
        if not self._began:
            if len(text) < len(BYTE_ORDER_MARK) and BYTE_ORDER_MARK.startswith(text):
                self._rest = text
                return []
            text, self._began = text.removeprefix(BYTE_ORDER_MARK), True
        *lines, self._rest = END_OF_LINE.split(text)
        self._after_return = not self._rest and text.endswith(b"\r")
        return lines

    def _read(self, line: bytes) -> ServerEvent | None:
        if not line:
            return self._whole()
        field, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        match field:
            case "":
                return ServerEvent("", value)
            case "event":
                self._name = value
            case "data":
                self._data.append(value)
                self._size += len(line)
            case "id" if "\0" not in value:
                self._id = value
            case _:
                pass  # `retry`, and what a later version of the format may know
        return None

    def _whole(self) -> ServerEvent | None:
        name, data = self._name or "message", self._data
        self._name, self._data, self._size = "", [], 0
        return ServerEvent(name, "\n".join(data), self._id) if data else None
