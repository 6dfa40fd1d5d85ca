"""Films: what they tell of themselves, and what broken and hostile ones do not."""

from __future__ import annotations

import io
import struct
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialkit.errors import InvalidDraftError
from socialkit.models import Media
from socialkit.models._film import BOXES, _description, look
from socialkit.models._probe import probe
from socialkit.testing import mp4

HEAD = 24
"""Where the box that names the type ends."""
NOTHING = (None,) * 6


def film(content: bytes) -> Media:
    return Media.from_bytes(content, filename="film.mp4", alt_text="A film")


def told(media: Any) -> tuple[object, ...]:
    size = (media.width, media.height)
    return (*size, media.duration, media.frame_rate, media.video_codec, media.audio_codec)


def described(content: bytes) -> bytes:
    """Return the box that describes a film."""
    return content[HEAD:-8]


class Watched(io.BytesIO):
    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


@pytest.fixture
def library() -> Any:
    return pytest.importorskip("pymediainfo", reason="films are looked into with the extra media")


@pytest.mark.usefixtures("library")
def test_a_film_tells_what_it_is() -> None:
    content = mp4(width=720, height=1280, duration=timedelta(seconds=12.5), frame_rate=25, sound="mp4a")

    assert told(film(content)) == (720, 1280, timedelta(seconds=12.5), 25, "h264", "aac")
    assert film(mp4(codec="hvc1")).video_codec == "h265"
    assert film(mp4()).audio_codec is None


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("turned", "size"), [(0, (640, 360)), (90, (360, 640)), (180, (640, 360)), (270, (360, 640))]
)
def test_a_film_is_as_large_as_it_is_shown(turned: int, size: tuple[int, int]) -> None:
    media = film(mp4(width=640, height=360, rotation=turned))

    assert (media.width, media.height) == size


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("last", [True, False], ids=["description last", "description first"])
def test_of_a_long_film_its_description_alone_is_read(last: bool) -> None:
    content, pictures = mp4(), struct.pack(">I4s", 8 + (1 << 22), b"mdat") + bytes(1 << 22)
    rest = [described(content), pictures]
    file = Watched(content[:HEAD] + b"".join(reversed(rest) if last else rest))
    found = probe(file)

    assert found is not None
    assert (found.width, found.duration) == (540, timedelta(seconds=5))
    assert file.taken < 2 * len(content) + 200


@pytest.mark.usefixtures("library")
def test_a_film_on_disk_with_a_long_box_is_looked_at(tmp_path: Path) -> None:
    path, content, size = tmp_path / "film.mp4", mp4(), 5 << 30
    with path.open("wb") as file:
        file.write(content[:HEAD] + described(content) + struct.pack(">I4sQ", 1, b"mdat", size))
        file.truncate(HEAD + len(described(content)) + size)  # a hole: it takes no room

    assert Media.open(path).duration == timedelta(seconds=5)


def test_without_the_extra_nothing_is_known_and_the_file_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymediainfo", None)

    assert told(film(mp4())) == NOTHING


def test_a_film_that_was_cut_is_refused_wherever_that_was() -> None:
    description, pictures = described(mp4()), b"\0\0\0\x18mdat" + bytes(16)
    content, between = mp4()[:HEAD] + description + pictures, HEAD + len(description)
    cut = [*range(HEAD + 8, between), *range(between + 8, len(content))]
    for length in cut:
        with pytest.raises(InvalidDraftError) as caught:
            film(content[:length])
        assert caught.value.problems[0].message.endswith("is broken: it ends before its content does")

    assert len(cut) > 500
    assert film(content).size == len(content)


@pytest.mark.parametrize("rest", [bytes(4), b"<?xpacket end='w'?>", b"\0\0\0\x18free", bytes(900)])
def test_what_stands_behind_a_film_does_not_matter(rest: bytes) -> None:
    assert film(mp4() + rest).size == len(mp4()) + len(rest)


@pytest.mark.usefixtures("library")
def test_a_description_that_ends_anywhere_tells_something_or_nothing() -> None:
    content = mp4(sound="mp4a")
    body = described(content)[8:]
    for length in range(0, len(body), 23):
        short = struct.pack(">I4s", 8 + length, b"moov") + body[:length]
        media = film(content[:HEAD] + short + content[-8:])

        assert media.duration in {None, timedelta(seconds=5)}
        assert media.width in {None, 540}


@pytest.mark.usefixtures("library")
@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(HEAD + 8, len(mp4()) - 9), st.integers(0, 255)), min_size=1, max_size=6)
)
def test_a_damaged_description_tells_no_nonsense(damage: list[tuple[int, int]]) -> None:
    content = bytearray(mp4())
    for at, byte in damage:
        content[at] = byte
    media = film(bytes(content))

    assert all(one is None or one > 0 for one in (media.width, media.height, media.frame_rate))
    assert media.duration is None or media.duration > timedelta()


@pytest.mark.usefixtures("library")
def test_what_a_film_does_not_tell_is_missing_and_never_zero() -> None:
    media = film(mp4(width=0, height=0, duration=timedelta()))

    assert (media.width, media.height, media.duration) == (None, None, None)


@pytest.mark.usefixtures("library")
def test_the_length_of_a_film_in_pieces_is_unknown() -> None:
    media = film(mp4() + b"\0\0\0\x08moof")

    assert (media.width, media.duration) == (540, None)


def test_a_file_of_endless_empty_boxes_is_given_up() -> None:
    file = Watched(mp4()[:HEAD] + b"\0\0\0\x08free" * (20 * BOXES) + described(mp4()))
    found = probe(file)

    assert found is not None
    assert told(found) == NOTHING
    assert file.taken < 50 * BOXES


def test_nobody_follows_the_names_of_other_files() -> None:
    leading = b"".join(struct.pack(">I4s", 8, one) for one in (b"dref", b"rdrf", b"rmra", b"cmov"))
    whole = mp4()[:HEAD] + struct.pack(">I4s", 8 + len(leading), b"moov") + leading
    shown, _ = _description(io.BytesIO(whole), len(whole))

    assert b"dref" in mp4()
    assert shown == mp4()[:HEAD] + struct.pack(">I4s", 40, b"moov") + struct.pack(">I4s", 8, b"free") * 4


def test_a_description_that_would_fill_the_memory_is_not_read() -> None:
    file = Watched(mp4()[:HEAD] + struct.pack(">I4s", 1 << 30, b"moov"))

    assert told(look(file, 1 << 31)) == NOTHING
    assert file.taken < 200
