"""Files that platforms fetch from a bucket, and what nobody is shown of the keys to it."""

from __future__ import annotations

import logging
import pickle
import sys
import traceback
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import socialkit as sk
from socialkit.testing import picture, png
from tests.publishing.s3 import SECRET, TOKEN, Bucket, cut, passing
from tests.transport.loopback import Sent, http

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
NAME = f"{picture().sha256()}.png"
CDN = "https://media.shop.example/"


@pytest.fixture
def host(bucket: Bucket) -> sk.S3MediaHost:
    return sk.S3MediaHost(bucket.name, url=CDN, **bucket.login)


def put_at(bucket: Bucket, key: str) -> datetime:
    at: datetime = bucket.object(key).last_modified
    return at.replace(tzinfo=UTC, microsecond=0)


def test_a_file_is_read_where_the_bucket_is_public(host: sk.MediaHost, bucket: Bucket) -> None:
    hosted = host.put(picture())
    until = put_at(bucket, f"hosted/{NAME}") + timedelta(days=1)

    assert hosted.url == f"{CDN}hosted/{NAME}"
    assert hosted.until is not None
    assert timedelta() <= hosted.until - until < timedelta(seconds=5)
    assert bucket.files() == [f"hosted/{NAME}"]
    assert bucket.object(f"hosted/{NAME}").value == png()


def test_the_same_content_has_one_address_and_counts_as_new(host: sk.MediaHost, bucket: Bucket) -> None:
    first = host.put(picture())
    bucket.backdate(f"hosted/{NAME}", LONG_AGO)
    again = host.put(picture(alt_text="Another description"))

    assert again.url == first.url
    assert bucket.files() == [f"hosted/{NAME}"]
    assert put_at(bucket, f"hosted/{NAME}") > LONG_AGO
    assert bucket.object(f"hosted/{NAME}").value == png()


def test_what_is_there_already_is_not_sent_again(host: sk.MediaHost, bucket: Bucket) -> None:
    host.put(picture())
    sent: list[bytes] = []

    def note(request: bytes, answer: bytes) -> bytes:
        sent.append(request)
        return answer

    with passing(bucket.url, note) as line:
        sk.S3MediaHost(bucket.name, url=CDN, **bucket.login_at(line.url)).put(picture())

    assert len(sent) == 2
    assert not any(png() in request for request in sent)


def test_something_else_under_the_name_is_replaced(host: sk.MediaHost, bucket: Bucket) -> None:
    bucket.owner.put_object(Bucket=bucket.name, Key=f"hosted/{NAME}", Body=b"something else")
    host.put(picture())

    assert bucket.object(f"hosted/{NAME}").value == png()


def test_a_file_is_removed_before_its_time(host: sk.MediaHost, bucket: Bucket) -> None:
    host.put(picture())
    host.remove(picture())
    host.remove(picture())

    assert bucket.files() == []


def test_everybody_can_read_at_a_signed_address_for_a_time(bucket: Bucket) -> None:
    host = sk.S3MediaHost(bucket.name, lifetime=timedelta(hours=2), prefix="a b/", **bucket.login)
    hosted = host.put(picture())
    said = parse_qs(urlsplit(hosted.url).query)

    with urllib.request.urlopen(hosted.url) as answer:
        assert (answer.read(), answer.headers["content-type"]) == (png(), "image/png")
    assert said["X-Amz-Expires"] == ["7200"]
    signed_at = datetime.strptime(said["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert hosted.until == signed_at + timedelta(hours=2)
    assert host.put(picture()).url.partition("?")[0] == hosted.url.partition("?")[0]


def test_an_address_holds_no_longer_than_the_keys_that_signed_it(bucket: Bucket) -> None:
    hosted = sk.S3MediaHost(bucket.name, session_token=TOKEN, **bucket.login).put(picture())
    said = parse_qs(urlsplit(hosted.url).query)["X-Amz-Date"][0]

    signed_at = datetime.strptime(said, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert hosted.until == signed_at + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lifetime": timedelta(days=8)}, "no signed address holds longer than 7 days"),
        ({"lifetime": timedelta(0)}, "leaves no time"),
        ({"url": "http://media.shop.example"}, "files must be served"),
        ({"endpoint_url": "http://minio.example:9000"}, "files must be served"),
        ({"access_key_id": "alone"}, "belong together"),
        ({"secret_access_key": "alone"}, "belong together"),
        ({"session_token": "alone"}, "belong together"),
        ({"access_key_id": "", "secret_access_key": ""}, "access_key_id is empty"),
    ],
)
def test_what_cannot_work_is_refused_at_once(given: dict[str, Any], said: str) -> None:
    pytest.importorskip("boto3", reason="boto3 is needed: pip install -r requirements-dev.txt")

    with pytest.raises(sk.ConfigurationError, match=said):
        sk.S3MediaHost("acme", **given)


def test_a_bucket_that_is_read_through_a_cdn_may_be_reached_without_tls(bucket: Bucket) -> None:
    made = sk.S3MediaHost(
        "acme", url=CDN, lifetime=timedelta(days=30), endpoint_url="http://minio.example:9000"
    )

    assert repr(made) == "S3MediaHost('acme', prefix='hosted/')"


@pytest.mark.parametrize("endpoint", ["minio.example", "https://", "ftp://minio.example", "https://a b"])
def test_an_address_that_is_none_is_refused(bucket: Bucket, endpoint: str) -> None:
    host = sk.S3MediaHost(bucket.name, url=CDN, **bucket.login_at(endpoint))

    with pytest.raises(sk.SocialKitError):
        host.put(picture())


def test_the_extra_is_named_when_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)

    for made in (sk.S3MediaStore, sk.S3MediaHost):
        with pytest.raises(sk.ConfigurationError, match=r"pip install 'socialkit\[s3\]'"):
            made("acme")


def test_a_bucket_that_is_not_there_is_named(bucket: Bucket) -> None:
    host = sk.S3MediaHost("no-such-bucket", url=CDN, **bucket.login)

    with pytest.raises(sk.ConfigurationError, match="NoSuchBucket"):
        host.put(picture())


# Secrets ----------------------------------------------------------------------------------------------


def shown(error: BaseException) -> str:
    """Return what a traceback shows, with the locals of every frame of ours and of the libraries."""
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def calls(bucket: Bucket, url: str) -> list[Callable[[], object]]:
    login: dict[str, Any] = {**bucket.login_at(url), "session_token": TOKEN}
    host, store = sk.S3MediaHost(bucket.name, url=CDN, **login), sk.S3MediaStore(bucket.name, **login)
    held: list[Callable[[], object]] = [
        lambda: host.put(picture()),
        lambda: host.remove(picture()),
        lambda: store.keep(picture()),
        lambda: store.open(picture().sha256()),
    ]
    return held


@pytest.mark.parametrize("trouble", ["none", "refused", "broken", "gone"])
def test_no_key_is_shown_whatever_the_store_does(
    bucket: Bucket, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    caplog.set_level(logging.DEBUG)
    refused = http(b"<Error><Code>InvalidAccessKeyId</Code><Message>No such key</Message></Error>", 403)
    answers: dict[str, Callable[[bytes, bytes], Sent]] = {
        "none": lambda _request, answer: answer,
        "refused": lambda _request, _answer: refused,
        "broken": lambda _request, _answer: b"nothing that HTTP knows\r\n\r\n",
        "gone": lambda _request, answer: cut(answer[:10]),
    }
    texts: list[str] = []
    failed = 0
    with passing(bucket.url, answers[trouble]) as line:
        for call in calls(bucket, line.url):
            try:
                call()
            except sk.SocialKitError as error:
                failed += 1
                texts += [shown(error), repr(error), repr(vars(error)), str(pickle.dumps(error))]

    texts += [record.getMessage() for record in caplog.records]
    assert [secret for secret in (SECRET, TOKEN) if any(secret in text for text in texts)] == []
    assert failed == (0 if trouble == "none" else 4)
    assert any(record.name.startswith("botocore") for record in caplog.records)  # the search covers it


def test_neither_store_nor_host_are_pickled_or_show_their_keys(bucket: Bucket) -> None:
    for made in (
        sk.S3MediaStore(bucket.name, session_token=TOKEN, **bucket.login),
        sk.S3MediaHost(bucket.name, session_token=TOKEN, **bucket.login),
    ):
        assert SECRET not in repr(made) + repr(vars(made)) + repr(vars(made._bucket))
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(made)
