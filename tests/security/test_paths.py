"""What somebody else calls a file leads out of no folder."""

from __future__ import annotations

from pathlib import Path

import pytest

import socialkit as sk
from socialkit.publishing import FolderMediaStore
from tests.security.support import GIF

NAMES = [
    "../../escaped.gif",
    "/etc/escaped.gif",
    "..\\..\\escaped.gif",
    "C:\\escaped.gif",
    "a/../../escaped.gif",
    "..",
    ".",
    "~/escaped.gif",
    "escaped.gif\x00.png",
    "escaped\n.gif",
    "con",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_kept_and_served_under_no_name_that_was_given(tmp_path: Path, name: str) -> None:
    inside, served = tmp_path / "deep" / "store", tmp_path / "deep" / "served"
    served.mkdir(parents=True)
    media = sk.Media.from_bytes(GIF, filename=name)
    digest = FolderMediaStore(inside).keep(media)
    hosted = sk.FolderMediaHost(served, "https://media.shop.example").put(media)
    files = sorted(one.relative_to(tmp_path / "deep") for one in tmp_path.rglob("*") if one.is_file())

    assert hosted.url == f"https://media.shop.example/{digest}.gif"
    assert files == [Path("served", f"{digest}.gif"), Path("store", digest[:2], digest)]


@pytest.mark.parametrize(
    "digest",
    ["../../../etc/passwd", "/etc/passwd", "", "..", "A" * 64, "0" * 63, "0" * 64 + "\n", "0" * 62 + "/x"],
)
def test_what_a_journal_calls_a_file_is_a_digest_or_refused(tmp_path: Path, digest: str) -> None:
    store = FolderMediaStore(tmp_path)

    with pytest.raises(sk.MediaStoreError, match="no SHA-256"):
        store.open(digest)


@pytest.mark.parametrize(
    "url",
    ["https://a.example/../../escaped.gif", "https://a.example/%2e%2e%2fescaped.gif", "https://a.example/.."],
)
def test_a_file_behind_an_address_is_called_by_one_name(url: str) -> None:
    name = sk.Media.from_url(url).filename

    assert not set(name) & set("/\\")
    assert name in {"escaped.gif", "%2e%2e%2fescaped.gif", ".."}
