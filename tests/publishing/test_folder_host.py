"""A folder that a web server serves: what lies in it, for how long, and under which names."""

from __future__ import annotations

import functools
import http.server
import os
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import socialkit as sk
from socialkit.testing import picture, png

URL = "https://media.shop.example/posts/"
WEEK = timedelta(days=7)
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC).timestamp()
NAME = f"{picture().sha256()}.png"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "served"
    folder.mkdir()
    return folder


@pytest.fixture
def host(folder: Path) -> sk.FolderMediaHost:
    return sk.FolderMediaHost(folder, URL)


def held(content: bytes, mime_type: str | None = None) -> sk.Media:
    return sk.Media(filename="../any", content=content, size=len(content), mime_type=mime_type)


def backdate(path: Path) -> None:
    os.utime(path, (LONG_AGO, LONG_AGO))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def put_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def test_a_file_is_served_by_its_content(host: sk.MediaHost, folder: Path) -> None:
    hosted = host.put(picture())

    assert hosted.url == f"{URL}{NAME}"
    assert hosted.until == put_at(folder / NAME) + WEEK
    assert files(folder) == [NAME]
    assert (folder / NAME).read_bytes() == png()


def test_the_same_content_has_one_address_and_lives_on(host: sk.MediaHost, folder: Path) -> None:
    first = host.put(picture())
    backdate(folder / NAME)
    again = host.put(picture(alt_text="Another description"))

    assert again.url == first.url
    assert again.until == put_at(folder / NAME) + WEEK
    assert put_at(folder / NAME).timestamp() > LONG_AGO
    assert files(folder) == [NAME]


def test_a_damaged_file_is_put_anew(host: sk.MediaHost, folder: Path) -> None:
    host.put(picture())
    (folder / NAME).write_bytes(b"something else")
    host.put(picture())

    assert (folder / NAME).read_bytes() == png()


@pytest.mark.parametrize("mime_type", [None, "../../etc/passwd", "text/html", "image/svg+xml"])
def test_neither_name_nor_type_lead_out_of_the_folder(
    host: sk.MediaHost, folder: Path, mime_type: str | None
) -> None:
    media = held(b"<script>", mime_type)
    hosted = host.put(media)

    assert hosted.url == URL + media.sha256()
    assert files(folder) == [media.sha256()]
    assert files(folder.parent) == ["served"]


def test_a_file_is_removed_before_its_time(host: sk.MediaHost, folder: Path) -> None:
    host.put(picture())
    kept = host.put(held(b"another"))
    host.remove(picture())
    host.remove(picture())

    assert files(folder) == [kept.url.rpartition("/")[2]]


def test_what_was_put_long_ago_goes_when_something_is_put(host: sk.MediaHost, folder: Path) -> None:
    for name in ("index.html", ".htaccess", "a" * 63 + ".png", "logo.png"):
        (folder / name).write_text("not ours")
        backdate(folder / name)
    (folder / ".0123.part").write_bytes(b"half")
    (folder / ".4567.part").write_bytes(b"half")
    host.put(picture())
    backdate(folder / NAME)
    backdate(folder / ".0123.part")
    new = host.put(held(b"another")).url.rpartition("/")[2]

    assert files(folder) == sorted(
        [".4567.part", ".htaccess", "a" * 63 + ".png", "index.html", "logo.png", new]
    )


class BusyHost(sk.FolderMediaHost):
    """Has somebody put the picture again between the look at its age and its removal."""

    def _discard(self, file: Path, now: datetime) -> None:
        sk.FolderMediaHost(self._path, URL).put(picture())
        super()._discard(file, now)


def test_what_is_put_again_while_it_is_swept_stays(host: sk.MediaHost, folder: Path) -> None:
    host.put(picture())
    backdate(folder / NAME)
    new = BusyHost(folder, URL).put(held(b"another")).url.rpartition("/")[2]

    assert files(folder) == sorted([NAME, new])


def test_many_put_the_same_file_at_once(host: sk.MediaHost, folder: Path) -> None:
    content = bytes(range(256)) * 4_000
    with ThreadPoolExecutor(8) as pool:
        found = [one.url for one in pool.map(host.put, [held(content)] * 32)]

    (name,) = files(folder)
    assert set(found) == {URL + name}
    assert (folder / name).read_bytes() == content


def test_a_file_that_changes_while_it_is_read_leaves_nothing(host: sk.MediaHost, folder: Path) -> None:
    with pytest.raises(sk.InvalidDraftError, match="changed while it was read"):
        host.put(picture().model_copy(update={"size": 3}))
    assert files(folder) == []


def test_a_file_with_an_address_of_its_own_is_not_put(host: sk.MediaHost, folder: Path) -> None:
    with pytest.raises(sk.InvalidDraftError, match="behind a URL"):
        host.put(sk.Media.from_url("https://shop.example/a.png"))
    assert files(folder) == []


def test_a_folder_that_is_not_there_is_not_made(folder: Path) -> None:
    host = sk.FolderMediaHost(folder / "gone", URL)

    with pytest.raises(sk.ConfigurationError, match="there is no folder"):
        host.put(picture())
    assert files(folder) == []


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such permissions")
def test_a_web_server_of_another_user_can_read_it(host: sk.MediaHost, folder: Path) -> None:
    host.put(picture())

    assert (folder / NAME).stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    "url",
    [
        "http://media.shop.example",
        "http://10.0.0.1/",
        "ftp://media.shop.example",
        "file:///srv/media",
        "media.shop.example",
        "https://",
        "https://media.shop.example:0/",
        "https://media.shop.example/a b",
        "https://media.shop.example?x=1",
        "https://[media",
        "",
    ],
)
def test_platforms_must_be_able_to_fetch_from_the_address(folder: Path, url: str) -> None:
    with pytest.raises(sk.ConfigurationError, match="files must be served at an address such as"):
        sk.FolderMediaHost(folder, url)


def test_a_password_in_the_address_is_not_shown(folder: Path) -> None:
    with pytest.raises(sk.ConfigurationError) as caught:
        sk.FolderMediaHost(folder, "https://shop:planted-password@media.shop.example")
    assert "planted-password" not in str(caught.value)


def test_a_file_needs_time_to_be_fetched(folder: Path) -> None:
    with pytest.raises(sk.ConfigurationError, match="leaves no time"):
        sk.FolderMediaHost(folder, URL, lifetime=timedelta())


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """The folder, served on this machine."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_web_server_gives_the_bytes_and_their_type(folder: Path, served: str) -> None:
    hosted = sk.FolderMediaHost(folder, served).put(picture())

    with urllib.request.urlopen(hosted.url) as answer:
        assert answer.read() == png()
        assert answer.headers["content-type"] == "image/png"
