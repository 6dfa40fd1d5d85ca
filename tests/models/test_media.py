"""Files: looked at when they are opened."""

from __future__ import annotations

import hashlib
import os
import zlib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from socialkit.errors import InvalidDraftError
from socialkit.models import Basis, Media, MediaKind
from socialkit.testing import gif, mp4, picture, png

AVIF = b"\x00\x00\x00\x10ftypavif\x00\x00\x00\x00" + b"\x00\x00\x00\x08mdat"
LONG_BOX = (
    b"\x00\x00\x00\x01ftyp\x00\x00\x00\x00\x00\x00\x00\x18mp42\x00\x00\x00\x00" + b"\x00\x00\x00\x08mdat"
)


def refusal(content: bytes, filename: str = "file.png") -> str:
    with pytest.raises(InvalidDraftError) as caught:
        Media.from_bytes(content, filename=filename)
    (problem,) = caught.value.problems
    assert (problem.field, problem.basis) == ("media", Basis.DRAFT)
    return problem.message


@pytest.mark.parametrize(
    ("content", "kind", "mime_type"),
    [
        (png(), MediaKind.IMAGE, "image/png"),
        (gif(), MediaKind.IMAGE, "image/gif"),
        (gif(frames=2), MediaKind.ANIMATION, "image/gif"),
        (mp4(), MediaKind.VIDEO, "video/mp4"),
        (b"ID3\x04".ljust(32), MediaKind.AUDIO, "audio/mpeg"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ".ljust(32), MediaKind.AUDIO, "audio/wav"),
        (b"%PDF-1.7".ljust(32), MediaKind.DOCUMENT, "application/pdf"),
        (mp4().replace(b"mp42", b"qt  "), MediaKind.VIDEO, "video/quicktime"),
        (LONG_BOX, MediaKind.VIDEO, "video/mp4"),
        (AVIF, MediaKind.IMAGE, "image/avif"),
    ],
)
def test_the_first_bytes_tell_what_a_file_is(content: bytes, kind: MediaKind, mime_type: str) -> None:
    media = Media.from_bytes(content, filename="misleading.txt", alt_text="A dot")

    assert (media.kind, media.mime_type, media.size) == (kind, mime_type, len(content))
    assert (media.filename, media.alt_text) == ("misleading.txt", "A dot")
    assert media.stream().read() == content


def test_a_picture_has_its_size() -> None:
    media = picture(width=3, height=2)

    assert (media.width, media.height) == (3, 2)


def test_a_picture_that_would_fill_the_memory_is_not_decoded() -> None:
    header = b"IHDR" + (11_000).to_bytes(4, "big") * 2 + b"\x08\x06\x00\x00\x00"
    claim = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x0d" + header + zlib.crc32(header).to_bytes(4, "big")
    data = zlib.compress(b"")  # far from what 484 megabytes become
    body = b"IDAT" + data
    chunk = len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    media = Media.from_bytes(claim + chunk, filename="bomb.png")

    assert (media.width, media.height) == (11_000, 11_000)


@pytest.mark.parametrize("head", [b"%!PS-Adobe-3.0 EPSF-3.0\n", b"II*\x00", b"P6 9 9 255 "])
def test_no_decoder_sees_a_file_that_begins_otherwise(head: bytes) -> None:
    assert "of no kind that platforms take" in refusal(head.ljust(200))


def test_an_empty_file_is_refused() -> None:
    assert "is empty" in refusal(b"")


@pytest.mark.parametrize(
    "content", [b"hello", b"RIFF\x00\x00\x00\x00NONE", b"1234WEBP", b"MZ\x90", b"\x89PN"]
)
def test_a_file_that_no_platform_takes_is_refused(content: bytes) -> None:
    assert "of no kind" in refusal(content)


@pytest.mark.parametrize(
    "content", [png(9, 9)[:-28], png()[:20], b"\x89PNG\r\n\x1a\nrubbish", b"\xff\xd8\xff\xe0"]
)
def test_a_picture_that_is_not_whole_is_refused(content: bytes) -> None:
    assert "is broken" in refusal(content)


@pytest.mark.parametrize(
    "content",
    [
        mp4()[:20],
        mp4()[:24],
        mp4()[:24].ljust(31, b"\x00"),
        b"\x00\x00\x00\x40ftypmp42".ljust(64, b"\x00"),
        b"\x00\x00\x00\x00ftypmp42".ljust(64, b"\x00"),
        AVIF[:16],
        LONG_BOX[:24],
        b"ID3\x04",
        b"OggS".ljust(31, b"\x00"),
        b"%PDF-1.7",
        b"\x1aE\xdf\xa3",
    ],
)
def test_a_file_that_only_names_its_type_is_refused(content: bytes) -> None:
    assert refusal(content).endswith("is broken: it ends where its content should begin")


def test_a_refusal_tells_what_is_wrong_with_a_picture_and_nothing_of_python(tmp_path: Path) -> None:
    path = tmp_path / "jacket.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\nrubbish")

    with pytest.raises(InvalidDraftError) as caught:
        Media.open(path)
    assert str(caught.value.problems[0]).endswith("'jacket.png' is broken: the picture cannot be decoded")
    assert refusal(path.read_bytes()).endswith("is broken: the picture cannot be decoded")
    assert "the picture cannot be decoded (" in refusal(png(9, 9)[:-28])


def test_a_file_on_disk_is_looked_at_and_read_when_sent(tmp_path: Path) -> None:
    path = tmp_path / "jacket.png"
    path.write_bytes(png())
    media = Media.open(path, alt_text="A jacket", focus=(0.5, -0.5))

    assert (media.filename, media.path, media.content) == ("jacket.png", path, None)
    assert media.focus == (0.5, -0.5)
    assert media.sha256() == hashlib.sha256(png()).hexdigest()
    assert Media.open(str(path)).mime_type == "image/png"


def test_a_file_that_changed_since_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "jacket.png"
    path.write_bytes(png())
    media = Media.open(path)
    path.write_bytes(png(40, 40))

    with pytest.raises(InvalidDraftError, match="changed since"):
        media.stream()


def test_a_file_that_was_overwritten_with_as_many_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "jacket.png"
    path.write_bytes(png())
    media = Media.open(path)
    path.write_bytes(png())
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000))

    with pytest.raises(InvalidDraftError, match=r"'jacket\.png' changed since"):
        media.sha256()


def test_a_file_on_disk_is_the_same_one_after_it_was_written_down(tmp_path: Path) -> None:
    path = tmp_path / "jacket.png"
    path.write_bytes(png())
    media = Media.open(path)
    restored = Media.model_validate_json(media.model_dump_json())

    assert restored == media
    assert media.modified_at is not None
    assert media.modified_at.timestamp() == pytest.approx(path.stat().st_mtime, abs=0.001)
    with restored.stream() as file:
        assert file.read() == png()


def test_a_file_that_was_taken_away_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "jacket.png"
    path.write_bytes(png())
    media = Media.open(path)
    path.unlink()

    with pytest.raises(InvalidDraftError, match=r"'jacket\.png' cannot be read: No such file") as caught:
        media.stream()

    assert str(tmp_path) not in str(caught.value)


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.png"):
        Media.open(tmp_path / "nothing.png")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()

    with pytest.raises(IsADirectoryError, match="pictures") as caught:
        Media.open(tmp_path / "pictures")
    assert caught.value.filename == str(tmp_path / "pictures")


@pytest.mark.parametrize(
    "focus", [(1.01, 0), (0, -1.01), (float("nan"), 0), (0, float("inf")), (0,), (0, 0, 0)]
)
def test_a_focus_outside_the_picture_is_refused(focus: Any) -> None:
    with pytest.raises(ValidationError, match="focus"):
        Media.from_bytes(png(), filename="dot.png", focus=focus)


def test_a_focus_may_lie_in_a_corner() -> None:
    assert Media.from_bytes(png(), filename="dot.png", focus=(-1, 1)).focus == (-1, 1)


def test_a_file_behind_a_url_is_not_looked_at() -> None:
    media = Media.from_url("https://shop.example/pictures/jacket.png?size=2", alt_text="A jacket")

    assert (media.filename, media.kind, media.size) == ("jacket.png", MediaKind.UNKNOWN, None)
    with pytest.raises(InvalidDraftError, match="was not fetched"):
        media.stream()
    assert Media.from_url("https://shop.example/").filename == "file"


def test_a_file_behind_a_url_is_on_the_public_internet_unless_it_says_otherwise() -> None:
    assert Media.from_url("https://shop.example/a.png").internal is False
    assert Media.from_url("http://10.0.0.7/a.png", internal=True).internal is True


@pytest.mark.skipif(os.name != "posix", reason="other systems name files in characters, not in bytes")
def test_a_file_whose_name_is_no_text_is_sent_under_one_that_is(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png")
    Path(path).write_bytes(png())
    media = Media.open(path)

    assert media.filename == "caf\N{REPLACEMENT CHARACTER}.png"
    assert str(media.path) == path
    assert media.sha256() == picture().sha256()
    assert Media.from_bytes(png(), filename="a\ud800\udfffb").filename == "a\ufffd\ufffdb"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://shop.example/a.png",
        "data:image/png;base64,AAAA",
        "https://user:made-up@shop.example/a.png",
        "https:///a.png",
        "jacket.png",
        "",
    ],
)
def test_an_address_that_is_not_plain_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InvalidDraftError, match="not a plain http or https address") as caught:
        Media.from_url(url)
    assert "made-up" not in str(caught.value)


@pytest.mark.parametrize("media", [picture(), Media.from_url("https://shop.example/a.png")])
def test_a_file_survives_json(media: Media) -> None:
    assert Media.model_validate_json(media.model_dump_json()) == media


def test_the_content_of_a_file_is_not_shown() -> None:
    assert "PNG" not in repr(picture())
