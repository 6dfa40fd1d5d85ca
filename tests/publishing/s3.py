"""A store that speaks S3's protocol, on this machine, and lines to it that break."""

from __future__ import annotations

import hashlib
import importlib
import itertools
import json
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.transport.loopback import Loopback, Sent

MISSING = "boto3 and moto are needed: pip install -r requirements-dev.txt"
NUMBERS = itertools.count(1)
KEY_ID, SECRET, TOKEN = "planted-key-id", "planted-secret-key", "planted-session-token"
ALONE = {
    "AWS_EC2_METADATA_DISABLED": "true",  # or it would ask the machine's host for credentials
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_MAX_ATTEMPTS": "1",
}
SET_BY_USERS = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def library(name: str) -> Any:
    """Return a library that has no types."""
    return importlib.import_module(name)


@cache
def _owner(url: str) -> Any:
    keys = {"aws_access_key_id": "owner", "aws_secret_access_key": "made-up"}
    return library("boto3").client("s3", endpoint_url=url, region_name="us-east-1", **keys)


def _backend() -> Any:
    return library("moto.backends").get_backend("s3")["123456789012"]["aws"]


@dataclass(frozen=True)
class Bucket:
    """A bucket as its owner sees it."""

    name: str
    url: str
    """Where the store listens."""

    @property
    def login(self) -> dict[str, Any]:
        """What stores and hosts are made with."""
        return self.login_at(self.url)

    def login_at(self, url: str) -> dict[str, Any]:
        """The same, for another address of the store."""
        return {"endpoint_url": url, "access_key_id": KEY_ID, "secret_access_key": SECRET}

    @property
    def owner(self) -> Any:
        """A client of the store that is not ours."""
        return _owner(self.url)

    def files(self) -> list[str]:
        """Return the keys of what is there."""
        return [one["Key"] for one in self.owner.list_objects_v2(Bucket=self.name).get("Contents", ())]

    def object(self, key: str) -> Any:
        """Return what the server holds."""
        return _backend().buckets[self.name].keys[key]

    def fill(self, keys: list[str]) -> None:
        """Put files without content."""
        for key in keys:
            _backend().put_object(self.name, key, b"")

    def backdate(self, key: str, at: datetime) -> None:
        """Make a file as old as if it had been put there at a time."""
        self.object(key).last_modified = at.replace(tzinfo=None)

    def alter(self, key: str, content: bytes) -> None:
        """Change the bytes of a file behind everybody's back."""
        self.object(key).value = content

    def forbid(self, action: str) -> None:
        """Have the store refuse something."""
        files = f"arn:aws:s3:::{self.name}/*"
        statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": files}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        self.owner.put_bucket_policy(Bucket=self.name, Policy=json.dumps(document))


@contextmanager
def s3_server() -> Generator[str]:
    """Run a store, and give its address."""
    server = pytest.importorskip("moto.server", reason=MISSING).ThreadedMotoServer(
        ip_address="127.0.0.1", port=0, verbose=False
    )
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def new_bucket(url: str) -> Bucket:
    """Make a bucket that is empty."""
    bucket = Bucket(f"acme-{next(NUMBERS)}", url)
    bucket.owner.create_bucket(Bucket=bucket.name)
    return bucket


def passing(url: str, change: Callable[[bytes, bytes], Sent]) -> Loopback:
    """Return a line to a store on which answers change: a function gets a request and its answer."""
    parts = urlsplit(url)

    def reply(request: bytes) -> Sent:
        with socket.create_connection((parts.hostname or "", parts.port or 0)) as server:
            server.sendall(request)
            return change(request, b"".join(iter(lambda: server.recv(65_536), b"")))

    return Loopback(reply)


def cut(answer: bytes) -> Iterator[bytes]:
    """Send an answer but for its last bytes, and break the line."""
    yield answer[:-10]
    raise ConnectionResetError


class Sink(BaseHTTPRequestHandler):
    """A store that holds nothing, so that nothing of it is in memory: it has zeros in any number."""

    protocol_version = "HTTP/1.1"
    zeros = 48 << 20
    took = 0

    def do_PUT(self) -> None:
        left = int(self.headers["content-length"])
        while left:
            piece = self.rfile.read(min(left, 65_536))
            left -= len(piece)
            type(self).took += len(piece)
        self._answer(b"")

    def do_GET(self) -> None:
        if "list-type" in self.path:
            entry = (
                "<Contents><Key>media/{}/0</Key><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>"
            )
            listed = entry.format(ZEROS) if self.took else ""
            self._answer(f"<ListBucketResult>{listed}</ListBucketResult>".encode())
            return
        self._head(self.zeros)
        for _ in range(self.zeros >> 16):
            self.wfile.write(bytes(1 << 16))

    def _answer(self, body: bytes) -> None:
        self._head(len(body))
        self.wfile.write(body)

    def _head(self, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


ZEROS = hashlib.sha256(bytes(Sink.zeros)).hexdigest()
