"""Server-sent events: the same however they were cut, and never more than is there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialkit.errors import UnexpectedResponseError
from socialkit.transport import EventReader, ServerEvent
from socialkit.transport import _sse as sse

FIELDS = st.sampled_from(
    [
        *(
            "event: update",
            "event:delete",
            "data: one",
            "data:two",
            "data",
            "data: ",
            "id: 7",
            "id: a\0b",
            "id",
        ),
        *(
            ": thump",
            ":)",
            ":",
            "retry: 3",
            "garbage",
            "",
            "",
            "data: é🍂",
            "other: x",
            " data: no",
            "data:  two",
        ),
    ]
)
ENDS = st.sampled_from(["\n", "\r", "\r\n"])
STREAMS = st.tuples(
    st.sampled_from(["", "\ufeff"]),
    st.lists(st.tuples(FIELDS, ENDS), max_size=20).map(lambda lines: "".join(a + b for a, b in lines)),
).map("".join)


def read(*pieces: bytes) -> list[ServerEvent]:
    reader = EventReader()
    return [event for piece in pieces for event in reader.feed(piece)]


@settings(deadline=None)
@given(text=STREAMS, data=st.data())
def test_any_cut_gives_the_same_events(text: str, data: st.DataObject) -> None:
    whole = text.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]

    assert read(*pieces) == read(whole) == read(*(whole[n : n + 1] for n in range(len(whole))))


@settings(deadline=None)
@given(pieces=st.lists(st.binary(max_size=40), max_size=5))
def test_garbage_gives_events_or_nothing(pieces: list[bytes]) -> None:
    assert all(event.name or event.data is not None for event in read(*pieces))


@settings(deadline=None)
@given(text=STREAMS)
def test_the_end_of_line_makes_no_difference(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")

    assert read(text.encode()) == read(lines.encode()) == read(lines.replace("\n", "\r\n").encode())


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("data: a\ndata: b\n\n", [ServerEvent("message", "a\nb")]),
        ("event: x\ndata: a\n\ndata: b\n\n", [ServerEvent("x", "a"), ServerEvent("message", "b")]),
        ("event: x\n\ndata: b\n\n", [ServerEvent("message", "b")]),
        (
            "id: 7\ndata: a\n\ndata: b\n\n",
            [ServerEvent("message", "a", "7"), ServerEvent("message", "b", "7")],
        ),
        (":thump\n", [ServerEvent("", "thump")]),
        ("data\n\n", [ServerEvent("message", "")]),
        ("data:  a\n\n", [ServerEvent("message", " a")]),
        ("\ufeffdata: a\n\n", [ServerEvent("message", "a")]),
        ("data: a\n", []),
        ("retry: 5\nnothing\n\n", []),
    ],
)
def test_events_are_read_as_the_format_says(text: str, events: list[ServerEvent]) -> None:
    assert read(text.encode()) == events


def test_bytes_that_are_no_text_do_not_stop_the_stream() -> None:
    assert read(b"data: \xff\xfe\n\ndata: a\n\n")[1] == ServerEvent("message", "a")


@pytest.mark.parametrize("piece", [b"data: " + b"x" * 40, b"data: xxxxxxxxx\n"])
def test_an_event_without_an_end_is_refused(piece: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "LONGEST_EVENT", 100)

    with pytest.raises(UnexpectedResponseError) as caught:
        read(*[piece] * 20)
    assert caught.value.repeatable
