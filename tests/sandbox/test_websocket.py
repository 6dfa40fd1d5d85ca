"""Frames of WebSockets are written and read as the protocol has them, however they are cut up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialkit.sandbox._websocket import CLOSE, PING, TEXT, Reader, accept, frame


def masked(kind: int, content: bytes, mask: bytes) -> bytes:
    """Return a frame as a caller sends it: what a server would send, with a mask laid over it."""
    plain = frame(kind, content)
    head = bytearray(plain[: len(plain) - len(content)])
    head[1] |= 0x80
    return bytes(head) + mask + bytes(byte ^ mask[n % 4] for n, byte in enumerate(content))


@given(
    sent=st.lists(st.tuples(st.sampled_from([TEXT, CLOSE, PING]), st.binary(max_size=400))),
    mask=st.binary(min_size=4, max_size=4),
    step=st.integers(1, 50),
)
def test_frames_are_found_whatever_the_pieces(sent: list[tuple[int, bytes]], mask: bytes, step: int) -> None:
    stream = b"".join(masked(kind, content, mask) for kind, content in sent)
    reader = Reader()
    found = [one for at in range(0, len(stream), step) for one in reader.feed(stream[at : at + step])]

    assert found == sent


@pytest.mark.parametrize(
    ("length", "head"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_length_is_written_in_the_fewest_bytes(length: int, head: bytes) -> None:
    content = b"x" * length

    assert frame(TEXT, content) == head + content
    assert list(Reader().feed(masked(TEXT, content, b"abcd"))) == [(TEXT, content)]


@pytest.mark.parametrize(
    "headers", [{}, {"upgrade": "websocket"}, {"upgrade": "h2c", "sec-websocket-key": "x"}]
)
def test_who_asks_for_no_websocket_gets_none(headers: dict[str, str]) -> None:
    assert accept(headers) is None
