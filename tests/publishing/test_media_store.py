"""Files of planned posts: known by their content, and by nothing else."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import subprocess
import sys
import tempfile
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialkit.errors import InvalidDraftError, MediaStoreError
from socialkit.models import Media
from socialkit.publishing import FolderMediaStore, Journal, MediaStore
from socialkit.testing import picture, png

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
LATER = datetime(2999, 1, 1, tzinfo=UTC)
DOT = hashlib.sha256(png()).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "media"


@pytest.fixture
def store(folder: Path) -> FolderMediaStore:
    return FolderMediaStore(folder)


def held(content: bytes) -> Media:
    """Return any bytes as a file, whether or not a platform would take them."""
    return Media(filename="any.bin", content=content, size=len(content))


def backdate(path: Path) -> None:
    """Make a file as old as if it had been kept long ago."""
    os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_files_of_a_journal_in_memory_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    journal = Journal.open("sqlite://")
    kept = journal.media.open(journal.media.keep(picture()))
    assert ([*tmp_path.iterdir()], kept.read_bytes()) == ([tmp_path / "temporary"], png())
    journal.close()
    del journal
    gc.collect()

    assert not kept.exists()
    assert [*(tmp_path / "temporary").iterdir()] == []


def test_a_file_is_kept_by_its_content(store: MediaStore, folder: Path) -> None:
    digest = store.keep(picture())

    assert digest == DOT
    assert store.open(digest).read_bytes() == png()
    assert files(folder) == [f"{DOT[:2]}/{DOT}"]


def test_a_file_on_disk_may_go_once_it_is_kept(store: MediaStore, tmp_path: Path) -> None:
    path = tmp_path / "jacket.png"
    path.write_bytes(png())
    digest = store.keep(Media.open(path))
    path.unlink()

    assert store.open(digest).read_bytes() == png()


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such permissions")
def test_nobody_else_can_read_what_is_kept(store: MediaStore, folder: Path) -> None:
    store.keep(picture())

    modes = {path: path.stat().st_mode & 0o777 for path in [folder, *folder.rglob("*")]}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


@settings(max_examples=40, deadline=None)
@given(contents=st.lists(st.binary(max_size=40), max_size=6))
def test_keeping_twice_is_keeping_once(contents: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = FolderMediaStore(folder)
        first = [store.keep(held(one)) for one in contents]
        again = [store.keep(held(one)) for one in reversed(contents)]

        assert first == [hashlib.sha256(one).hexdigest() for one in contents] == again[::-1]
        assert sorted(store.digests()) == sorted(set(first))
        assert [store.open(one).read_bytes() for one in first] == contents


@settings(max_examples=40, deadline=None)
@given(content=st.binary(min_size=1, max_size=40), data=st.data())
def test_one_altered_byte_is_noticed_and_mended_by_keeping_again(content: bytes, data: st.DataObject) -> None:
    place, change = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(1, 255))
    with tempfile.TemporaryDirectory() as folder:
        store = FolderMediaStore(folder)
        digest = store.keep(held(content))
        changed = bytearray(content)
        changed[place] ^= change
        store.open(digest).write_bytes(bytes(changed))

        with pytest.raises(MediaStoreError, match="altered") as caught:
            store.open(digest)
        assert caught.value.digest == digest
        store.keep(held(content))
        assert store.open(digest).read_bytes() == content


def test_a_missing_file_and_a_missing_store_are_told_apart(store: MediaStore, folder: Path) -> None:
    with pytest.raises(MediaStoreError, match="there is no media store at"):
        store.open(DOT)
    store.keep(held(b"another"))
    with pytest.raises(MediaStoreError, match="not in the media store any more"):
        store.open(DOT)
    assert list(FolderMediaStore(folder.parent / "nowhere").digests()) == []


@pytest.mark.parametrize(
    "name",
    ["", "../" * 8 + "etc/hostname", "/etc/hostname", DOT.upper(), DOT[:-1], DOT + "\n", "0" * 61 + "/.."],
)
def test_only_a_digest_names_a_file(store: MediaStore, folder: Path, name: str) -> None:
    store.keep(picture())

    with pytest.raises(MediaStoreError, match=r"no SHA-256 in hexadecimal"):
        store.open(name)
    with pytest.raises(MediaStoreError, match=r"no SHA-256 in hexadecimal"):
        store.discard(name, kept_before=LATER)
    assert files(folder) == [f"{DOT[:2]}/{DOT}"]


def test_a_file_behind_a_url_is_not_kept(store: MediaStore, folder: Path) -> None:
    with pytest.raises(InvalidDraftError, match="behind a URL"):
        store.keep(Media.from_url("https://shop.example/a.png"))
    assert not folder.exists()


def test_a_file_that_changes_while_it_is_read_leaves_nothing(store: MediaStore, folder: Path) -> None:
    growing = picture().model_copy(update={"size": 3})

    with pytest.raises(InvalidDraftError, match="changed while it was read"):
        store.keep(growing)
    assert files(folder) == []


def test_a_long_film_is_never_in_memory_as_a_whole(store: MediaStore, tmp_path: Path) -> None:
    path, size = tmp_path / "film.mp4", 48 << 20
    with path.open("wb") as file:
        file.truncate(size)
    film = Media(filename="film.mp4", path=path, size=size)
    tracemalloc.start()
    try:
        digest = store.keep(film)
        kept = store.open(digest)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert kept.stat().st_size == size
    assert peak < size / 8


KEEPER = """
import sys
from socialkit.publishing import FolderMediaStore
from socialkit.models import Media
store = FolderMediaStore(sys.argv[1])
for number in range(40):
    content = bytes([number % 4]) * 200_000
    print(store.keep(Media(filename="a", content=content, size=len(content))))
"""


def test_processes_keep_the_same_files_side_by_side(folder: Path) -> None:
    command = [sys.executable, "-c", KEEPER, str(folder)]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    told = [worker.communicate(timeout=120)[0].split() for worker in workers]
    digests = [hashlib.sha256(bytes([number % 4]) * 200_000).hexdigest() for number in range(40)]

    assert told == [digests] * 3
    assert files(folder) == sorted(f"{one[:2]}/{one}" for one in set(digests))
    assert all(FolderMediaStore(folder).open(one) for one in set(digests))


def test_what_a_killed_process_left_half_copied_is_no_file_and_goes_after_a_day(
    store: MediaStore, folder: Path
) -> None:
    store.keep(held(b"one"))
    old, fresh = folder / "incoming" / "old", folder / "incoming" / "fresh"
    old.write_bytes(b"half")
    fresh.write_bytes(b"half")
    backdate(old)

    assert len(list(store.digests())) == 1
    store.keep(held(b"two"))
    assert len(list(store.digests())) == 2
    assert (old.exists(), fresh.exists()) == (False, True)


def test_what_nobody_needs_is_discarded(store: MediaStore, folder: Path) -> None:
    store.keep(picture())
    other = store.keep(held(b"other"))

    assert store.discard(DOT, kept_before=LATER)
    assert store.discard(DOT, kept_before=LATER)
    assert list(store.digests()) == [other]
    with pytest.raises(MediaStoreError, match="not in the media store any more"):
        store.open(DOT)


def test_what_was_kept_again_just_now_is_not_discarded(store: MediaStore) -> None:
    backdate(store.open(store.keep(picture())))
    store.keep(picture())

    assert not store.discard(DOT, kept_before=datetime.now(UTC) - timedelta(hours=1))
    assert store.open(DOT).read_bytes() == png()
    backdate(store.open(DOT))
    assert store.discard(DOT, kept_before=datetime.now(UTC) - timedelta(hours=1))


class BusyStore(FolderMediaStore):
    """Has somebody keep the picture again between the look at its age and its removal."""

    def _incoming(self) -> Path:
        FolderMediaStore(self._path).keep(picture())
        return super()._incoming()


def test_what_is_kept_again_while_it_is_discarded_stays(store: MediaStore, folder: Path) -> None:
    backdate(store.open(store.keep(picture())))

    assert not BusyStore(folder).discard(DOT, kept_before=datetime.now(UTC) - timedelta(hours=1))
    assert files(folder) == [f"{DOT[:2]}/{DOT}"]
    assert store.open(DOT).read_bytes() == png()


def test_what_is_discarded_just_as_its_time_is_set_is_copied_anew(
    store: MediaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, set_time = store.open(store.keep(picture())), os.utime

    def late(path: Path) -> None:
        set_time(path)
        kept.unlink()

    monkeypatch.setattr(os, "utime", late)
    store.keep(picture())

    assert store.open(DOT).read_bytes() == png()


def test_a_time_without_a_zone_discards_nothing(store: MediaStore) -> None:
    store.keep(picture())

    with pytest.raises(ValueError, match="no time zone"):
        store.discard(DOT, kept_before=datetime(2999, 1, 1))  # noqa: DTZ001 - what is to be refused
    assert list(store.digests()) == [DOT]


def test_a_sweep_that_died_halfway_has_lost_nothing(store: MediaStore, folder: Path) -> None:
    kept = store.open(store.keep(picture()))
    kept.rename(folder / "incoming" / f"{DOT}.0123")

    assert store.open(DOT).read_bytes() == png()


def stands(store: MediaStore, digest: str) -> bool:
    """Return whether a kept file is there, or is put back at once by a sweep that looked at it."""
    for _ in range(10_000):
        with contextlib.suppress(FileNotFoundError, MediaStoreError):
            return store.open(digest).stat().st_size == 1
    return False


def test_sweeping_beside_keeping_loses_nothing(store: MediaStore) -> None:
    done = threading.Event()

    def sweep() -> None:
        while not done.is_set():
            for digest in list(store.digests()):
                store.discard(digest, kept_before=datetime.now(UTC) - timedelta(hours=1))

    def keep(number: int) -> bool:
        media, found = held(bytes([number])), True
        for _ in range(60):
            digest = store.keep(media)
            with contextlib.suppress(FileNotFoundError, MediaStoreError):
                backdate(store.open(digest))
            store.keep(media)
            found = found and stands(store, digest)
        return found

    with ThreadPoolExecutor(4) as pool:
        sweepers = [pool.submit(sweep) for _ in range(2)]
        try:
            kept = list(pool.map(keep, range(2)))
        finally:
            done.set()
        for one in sweepers:
            one.result()

    assert kept == [True, True]
