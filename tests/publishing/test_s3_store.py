"""Files of planned posts in a bucket: known by their content, and fetched when they are sent."""

from __future__ import annotations

import base64
import gc
import hashlib
import os
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import socialkit as sk
from socialkit.publishing._s3_store import FRESH
from socialkit.testing import picture, png
from tests.publishing.s3 import KEY_ID, SECRET, Bucket, Sink, cut, passing
from tests.transport.loopback import closed_port, http

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
LATER = datetime(2999, 1, 1, tzinfo=UTC)
DOT = hashlib.sha256(png()).hexdigest()


@pytest.fixture
def store(bucket: Bucket) -> sk.S3MediaStore:
    return sk.S3MediaStore(bucket.name, **bucket.login)


def held(content: bytes) -> sk.Media:
    return sk.Media(filename="any.bin", content=content, size=len(content))


def elsewhere(bucket: Bucket, url: str) -> sk.S3MediaStore:
    """Return a store that reaches the bucket under another address."""
    return sk.S3MediaStore(bucket.name, **bucket.login_at(url))


def test_a_file_is_kept_by_its_content(store: sk.MediaStore, bucket: Bucket) -> None:
    digest = store.keep(picture())

    assert digest == DOT
    assert store.open(digest).read_bytes() == png()
    assert [key.rpartition("/")[0] for key in bucket.files()] == [f"media/{DOT}"]
    assert bucket.object(bucket.files()[0]).value == png()


def test_a_worker_elsewhere_reads_what_was_kept(store: sk.MediaStore, bucket: Bucket) -> None:
    other = sk.S3MediaStore(bucket.name, **bucket.login)
    digest = store.keep(picture())

    assert other.open(digest).read_bytes() == png()
    assert other.open(digest) != store.open(digest)


def test_keeping_twice_is_keeping_once(store: sk.MediaStore, bucket: Bucket) -> None:
    one = [store.keep(held(content)) for content in (b"a", b"b", b"a")]
    before = bucket.files()
    again = [store.keep(held(content)) for content in (b"b", b"a")]

    assert one == [hashlib.sha256(content).hexdigest() for content in (b"a", b"b", b"a")]
    assert again == one[1::-1]
    assert sorted(store.digests()) == sorted(set(one))
    assert bucket.files() == before


def test_what_is_kept_again_after_a_while_is_new_without_being_sent(
    store: sk.MediaStore, bucket: Bucket
) -> None:
    store.keep(picture())
    (key,) = bucket.files()
    bucket.backdate(key, LONG_AGO)
    sent: list[bytes] = []

    def note(request: bytes, answer: bytes) -> bytes:
        sent.append(request)
        return answer

    with passing(bucket.url, note) as line:
        elsewhere(bucket, line.url).keep(picture())

    (again,) = bucket.files()
    assert again != key
    assert bucket.object(again).value == png()
    assert any(b"x-amz-copy-source" in request for request in sent)
    assert not any(png() in request for request in sent)


def test_more_files_than_one_listing_holds_are_all_found(store: sk.MediaStore, bucket: Bucket) -> None:
    names = [f"{number:064x}" for number in range(1_100)]
    bucket.fill([f"media/{name}/0" for name in names] + ["media/README", f"elsewhere/{DOT}/0"])

    assert list(store.digests()) == names


@pytest.mark.parametrize("altered", [b"", b"other", png()[:-1], png() + b"x"], ids=len)
def test_altered_bytes_are_noticed_and_mended_by_keeping_again(
    store: sk.MediaStore, bucket: Bucket, altered: bytes
) -> None:
    store.keep(picture())
    (key,) = bucket.files()
    bucket.alter(key, altered)

    with pytest.raises(sk.MediaStoreError, match="altered") as caught:
        store.open(DOT)
    assert caught.value.digest == DOT
    bucket.owner.put_object(Bucket=bucket.name, Key=key, Body=altered)  # as others do, who give no digest
    store.keep(picture())
    assert store.open(DOT).read_bytes() == png()
    assert len(bucket.files()) == 1


def test_a_missing_file_is_named(store: sk.MediaStore) -> None:
    with pytest.raises(sk.MediaStoreError, match="not in bucket") as caught:
        store.open(DOT)
    assert caught.value.digest == DOT


@pytest.mark.parametrize(
    "name", ["", "../" * 8 + "etc/hostname", DOT.upper(), DOT[:-1], DOT + "\n", f"{DOT}/.."]
)
def test_only_a_digest_names_a_file(store: sk.MediaStore, bucket: Bucket, name: str) -> None:
    store.keep(picture())

    with pytest.raises(sk.MediaStoreError, match="no SHA-256 in hexadecimal"):
        store.open(name)
    with pytest.raises(sk.MediaStoreError, match="no SHA-256 in hexadecimal"):
        store.discard(name, kept_before=LATER)
    assert len(bucket.files()) == 1


def test_a_file_behind_a_url_is_not_kept(store: sk.MediaStore, bucket: Bucket) -> None:
    with pytest.raises(sk.InvalidDraftError, match="behind a URL"):
        store.keep(sk.Media.from_url("https://shop.example/a.png"))
    assert bucket.files() == []


class Growing:
    """A file to which somebody writes while it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, *_: Any) -> str:
        self.path.write_bytes(b"b" * 100)
        return hashlib.sha256(b"a" * 100).hexdigest()


def test_a_file_that_changes_while_it_is_read_leaves_nothing(
    store: sk.MediaStore, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"a" * 100)
    media = sk.Media(filename="a.bin", path=path, size=100)
    monkeypatch.setattr(sk.Media, "sha256", Growing(path))

    with pytest.raises(sk.InvalidDraftError, match="changed while it was read"):
        store.keep(media)
    assert bucket.files() == []


def test_a_file_of_another_size_than_it_says_leaves_nothing(store: sk.MediaStore, bucket: Bucket) -> None:
    with pytest.raises(sk.InvalidDraftError, match="changed while it was read"):
        store.keep(picture().model_copy(update={"size": 3}))
    assert bucket.files() == []


def test_a_film_that_no_request_can_hold_is_refused(
    store: sk.MediaStore, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialkit.publishing._s3.LARGEST", 99)

    with pytest.raises(sk.InvalidDraftError, match="is too large: 100, at most 99 bytes"):
        store.keep(held(bytes(100)))
    assert bucket.files() == []


@pytest.fixture
def sink(bucket: Bucket) -> Iterator[str]:
    """A store that forgets what it takes."""
    Sink.took = 0
    with ThreadingHTTPServer(("127.0.0.1", 0), Sink) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_long_film_is_never_in_memory_as_a_whole(bucket: Bucket, sink: str, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with path.open("wb") as file:
        file.truncate(Sink.zeros)
    store = elsewhere(bucket, sink)
    list(store.digests())  # loads what boto3 knows of S3
    tracemalloc.start()
    try:
        digest = store.keep(sk.Media(filename="film.mp4", path=path, size=Sink.zeros))
        fetched = store.open(digest)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert Sink.took == fetched.stat().st_size == Sink.zeros
    assert peak < Sink.zeros / 8


def test_what_nobody_needs_is_discarded(store: sk.MediaStore) -> None:
    store.keep(picture())
    other = store.keep(held(b"other"))

    assert store.discard(DOT, kept_before=LATER)
    assert store.discard(DOT, kept_before=LATER)
    assert list(store.digests()) == [other]


def test_what_was_kept_again_just_now_is_not_discarded(store: sk.MediaStore, bucket: Bucket) -> None:
    store.keep(picture())
    bucket.backdate(bucket.files()[0], LONG_AGO)
    store.keep(picture())
    kept_at = bucket.object(bucket.files()[0]).last_modified.replace(tzinfo=UTC)

    assert not store.discard(DOT, kept_before=kept_at)
    # Somebody may have kept it later, and found it fresh enough.
    assert not store.discard(DOT, kept_before=kept_at + FRESH)
    assert store.open(DOT).read_bytes() == png()
    assert store.discard(DOT, kept_before=kept_at + FRESH + timedelta(seconds=2))


def test_what_is_kept_again_while_it_is_discarded_stays(store: sk.MediaStore, bucket: Bucket) -> None:
    store.keep(picture())
    bucket.backdate(bucket.files()[0], LONG_AGO)
    kept: list[str] = []

    def keep_once(request: bytes, answer: bytes) -> bytes:
        if request.startswith(b"GET") and not kept:
            kept.append(store.keep(picture()))
        return answer

    with passing(bucket.url, keep_once) as line:
        gone = elsewhere(bucket, line.url).discard(DOT, kept_before=datetime(2002, 1, 1, tzinfo=UTC))

    assert not gone
    assert kept == [DOT]
    assert sk.S3MediaStore(bucket.name, **bucket.login).open(DOT).read_bytes() == png()


def test_what_is_kept_anew_while_it_is_opened_is_found(store: sk.MediaStore, bucket: Bucket) -> None:
    store.keep(picture())
    (key,) = bucket.files()
    bucket.backdate(key, LONG_AGO)

    def keep(request: bytes, answer: bytes) -> bytes:
        if b"list-type" in request and bucket.files() == [key]:
            store.keep(picture())
        return answer

    with passing(bucket.url, keep) as line:
        assert elsewhere(bucket, line.url).open(DOT).read_bytes() == png()
    assert key not in bucket.files()


def test_a_time_without_a_zone_discards_nothing(store: sk.MediaStore) -> None:
    store.keep(picture())

    with pytest.raises(ValueError, match="no time zone"):
        store.discard(DOT, kept_before=datetime(2999, 1, 1))  # noqa: DTZ001 - what is to be refused
    assert list(store.digests()) == [DOT]


# What goes wrong --------------------------------------------------------------------------------------


def test_a_bucket_that_is_not_there_is_named(bucket: Bucket) -> None:
    store = sk.S3MediaStore("no-such-bucket", **bucket.login)

    for call in (lambda: store.keep(picture()), lambda: store.open(DOT), lambda: list(store.digests())):
        with pytest.raises(sk.ConfigurationError, match=r"'no-such-bucket' .*NoSuchBucket"):
            call()


def keep_another(store: sk.MediaStore) -> object:
    return store.keep(held(b"another"))


def open_it(store: sk.MediaStore) -> object:
    return store.open(DOT)


@pytest.mark.parametrize(
    ("action", "call"),
    [
        ("s3:PutObject", keep_another),
        ("s3:GetObject", open_it),
    ],
)
def test_what_may_not_be_done_somebody_has_to_allow(
    store: sk.MediaStore, bucket: Bucket, action: str, call: Callable[[sk.MediaStore], object]
) -> None:
    store.keep(picture())
    bucket.forbid(action)

    with pytest.raises(sk.ConfigurationError, match=bucket.name):
        call(store)
    assert len(bucket.files()) == 1


def test_without_credentials_nothing_is_asked(bucket: Bucket) -> None:
    store = sk.S3MediaStore(bucket.name, endpoint_url=bucket.url)

    with pytest.raises(sk.ConfigurationError, match="credentials"):
        store.keep(picture())


def test_credentials_of_the_environment_are_found(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)

    assert sk.S3MediaStore(bucket.name, endpoint_url=bucket.url).keep(picture()) == DOT


def test_a_store_that_nobody_reaches_is_a_line_that_failed(bucket: Bucket) -> None:
    with pytest.raises(sk.ConnectionFailedError, match="cannot be reached") as caught:
        elsewhere(bucket, f"http://127.0.0.1:{closed_port()}").open(DOT)
    assert caught.value.repeatable


def test_a_line_that_breaks_in_the_middle_leaves_no_half_file(
    store: sk.MediaStore, bucket: Bucket, tmp_path: Path
) -> None:
    store.keep(held(bytes(100_000)))
    digest = next(iter(store.digests()))

    def half(request: bytes, answer: bytes) -> Any:
        return answer if b"list-type" in request else cut(answer)

    with passing(bucket.url, half) as line:
        broken = sk.S3MediaStore(bucket.name, copies=tmp_path / "copies", **bucket.login_at(line.url))
        with pytest.raises(sk.ConnectionFailedError, match="the line broke"):
            broken.open(digest)
    assert list((tmp_path / "copies").iterdir()) == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_store_that_fails_may_be_asked_again(bucket: Bucket, status: int) -> None:
    refusal = http(b"<Error><Code>SlowDown</Code><Message>Please</Message></Error>", status)

    with (
        passing(bucket.url, lambda _request, _answer: refusal) as line,
        pytest.raises(sk.ServerError, match="Please") as caught,
    ):
        elsewhere(bucket, line.url).open(DOT)
    assert (caught.value.status, caught.value.code, caught.value.repeatable) == (status, "SlowDown", True)


def test_a_store_that_got_other_bytes_says_so(bucket: Bucket) -> None:
    refusal = http(b"<Error><Code>BadDigest</Code><Message>Other bytes</Message></Error>", 400)

    def refuse(request: bytes, answer: bytes) -> bytes:
        return refusal if request.startswith(b"PUT") else answer

    with (
        passing(bucket.url, refuse) as line,
        pytest.raises(sk.InvalidDraftError, match="changed while it was read"),
    ):
        elsewhere(bucket, line.url).keep(picture())


def test_the_store_is_told_the_digest_before_it_takes_a_file(bucket: Bucket, store: sk.MediaStore) -> None:
    store.keep(picture())

    told = bucket.owner.head_object(Bucket=bucket.name, Key=bucket.files()[0], ChecksumMode="ENABLED")
    assert base64.b64decode(told["ChecksumSHA256"]).hex() == DOT


# Copies on this machine -------------------------------------------------------------------------------


def test_copies_stay_for_the_next_post_and_go_after_a_day(
    store: sk.MediaStore, bucket: Bucket, tmp_path: Path
) -> None:
    folder = tmp_path / "deep" / "copies"
    worker = sk.S3MediaStore(bucket.name, copies=folder, **bucket.login)
    other = store.keep(held(b"other"))
    copy = worker.open(store.keep(picture()))
    (folder / "mine.txt").write_text("not ours")
    (folder / "incoming-0123").write_bytes(b"half")
    for path in folder.iterdir():
        os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    again = worker.open(DOT)
    (folder / "incoming-4567").write_bytes(b"half")
    worker.open(other)

    assert again == copy
    assert sorted(path.name for path in folder.iterdir()) == sorted([DOT, other, "incoming-4567", "mine.txt"])
    os.utime(copy, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    copy.with_name(other).unlink()
    worker.open(other)
    assert not copy.exists()


def test_a_copy_that_was_altered_is_fetched_again(store: sk.MediaStore) -> None:
    store.open(store.keep(picture())).write_bytes(b"something else")

    assert store.open(DOT).read_bytes() == png()


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such permissions")
def test_nobody_else_can_read_copies(store: sk.MediaStore) -> None:
    copy = store.open(store.keep(picture()))

    assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_copies_go_with_the_store_that_nobody_gave_a_folder(bucket: Bucket) -> None:
    store = sk.S3MediaStore(bucket.name, **bucket.login)
    copy = store.open(store.keep(picture()))
    del store
    gc.collect()

    assert not copy.parent.exists()


# In a journal -----------------------------------------------------------------------------------------


def test_a_planned_picture_waits_in_the_bucket(
    socialkit_world: sk.Sandbox, bucket: Bucket, tmp_path: Path
) -> None:
    def opened() -> sk.Journal:
        store = sk.S3MediaStore(bucket.name, **bucket.login)
        return sk.Journal.open(f"sqlite:///{tmp_path / 'journal.db'}", media=store)

    path = tmp_path / "dot.png"
    path.write_bytes(png())
    client = socialkit_world.connect("mastodon")
    draft = sk.Draft(text="New in", media=[sk.Media.open(path, alt_text="A dot")])
    with opened() as journal:
        sk.Publisher(client, journal).plan(draft, to="mastodon")
    path.unlink()
    with opened() as journal:
        (delivery,) = sk.Publisher(client, journal).run_due()

    assert delivery.state is sk.DeliveryState.CONFIRMED
    assert [one.alt_text for one in delivery.post.media] == ["A dot"] if delivery.post else False


@pytest.mark.parametrize(
    ("breaks", "state"),
    [("line", sk.DeliveryState.PLANNED), ("bytes", sk.DeliveryState.NEEDS_DECISION)],
)
def test_a_lost_line_is_tried_again_and_other_bytes_are_decided_on(
    socialkit_world: sk.Sandbox, bucket: Bucket, breaks: str, state: sk.DeliveryState
) -> None:
    store = sk.S3MediaStore(bucket.name, **bucket.login)
    with sk.Journal.open("sqlite://", media=store) as journal:
        publisher = sk.Publisher(socialkit_world.connect("mastodon"), journal)
        publisher.plan(sk.Draft(text="New in", media=[picture(alt_text="A dot")]), to="mastodon")
        if breaks == "bytes":
            bucket.alter(bucket.files()[0], b"other")
        else:
            journal.media = elsewhere(bucket, f"http://127.0.0.1:{closed_port()}")
        (delivery,) = publisher.run_due()

    assert delivery.state is state
    assert socialkit_world.posts("mastodon") == []
