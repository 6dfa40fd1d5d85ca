"""Prism accepts every request that a client sends."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

import pytest

from socialkit.sandbox._http import SimRequest
from tests.truth.operations import LOGIN
from tests.truth.repertoire import Stage, play
from tests.truth.x import repertoire as x_repertoire
from tests.truth.x.specification import UNDOCUMENTED

pytestmark = pytest.mark.live

Record = Callable[[str, object], None]


class Verdicts:
    """Hands requests to Prism and keeps what it says of each, but for those that the document leaves out."""

    def __init__(self, url: str, undocumented: tuple[str, ...] = ()) -> None:
        self._address = urlsplit(url).netloc
        self._undocumented = undocumented
        self.accepted: set[str] = set()
        self.refused: list[str] = []

    def __call__(self, operation: str, request: SimRequest) -> None:
        if request.path.startswith(self._undocumented):
            return
        line = http.client.HTTPConnection(self._address, timeout=60)
        try:
            target = f"{request.path}?{urlencode(request.query)}" if request.query else request.path
            line.request(request.method, target, body=request.body, headers=dict(request.headers))
            answer = line.getresponse()
            self._judge(operation, request, answer.status, answer.headers.get("sl-violations"), answer.read())
        finally:
            line.close()

    def _judge(
        self, operation: str, request: SimRequest, status: int, violations: str | None, body: bytes
    ) -> None:
        # What Prism makes up breaks the document's own schemas now and then; only requests count here.
        asked = '"location":["request"' in (violations or "")
        if status < 400 and not asked:
            self.accepted.add(operation)
            return
        why = violations or json.dumps(json.loads(body).get("validation", body.decode()))
        self.refused.append(f"{operation}: {request.method} {request.path} {status}: {why[:500]}")


@pytest.mark.parametrize("mode", ["blocking", "async"])
async def test_every_request_is_accepted(checker: str, mode: str, record_property: Record) -> None:
    verdicts = Verdicts(checker)
    stage = Stage(mode, verdicts)
    await play(stage)
    for operation in sorted(verdicts.accepted):
        record_property("prism", operation)

    assert verdicts.refused == []
    assert verdicts.accepted == {one.operation for one in stage.exchanges}


@pytest.mark.parametrize("mode", ["blocking", "async"])
async def test_every_request_to_x_is_accepted(x_checker: str, mode: str, record_property: Record) -> None:
    verdicts = Verdicts(x_checker, UNDOCUMENTED)
    stage = x_repertoire.Stage(mode, "post", verdicts)
    await x_repertoire.play(stage)
    for operation in sorted(verdicts.accepted):
        record_property("prism x", operation)

    assert verdicts.refused == []
    assert verdicts.accepted == {one.operation for one in stage.exchanges} - LOGIN


@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("POST", "/api/v1/statuses", b'{"media_ids": "all"}', 422),
        ("GET", "/api/v1/notifications?limit=many", b"", 422),
        ("GET", "/api/v1/posts", b"", 404),
    ],
)
def test_a_wrong_request_is_refused(checker: str, method: str, target: str, body: bytes, status: int) -> None:
    verdicts = Verdicts(checker)
    headers = {"Authorization": "Bearer not-a-real-token", "Content-Type": "application/json"}
    verdicts("posts.publish", SimRequest.of(method, target, headers=headers, body=body))

    assert verdicts.accepted == set()
    assert [f" {status}: " in one for one in verdicts.refused] == [True]


@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("POST", "/2/tweets", b'{"poll": {"options": ["a"]}}', 422),
        ("POST", "/2/media/upload/initialize", b'{"total_bytes": "all"}', 422),
        ("GET", "/2/tweets/search/recent", b"", 422),
        ("GET", "/2/posts", b"", 404),
    ],
)
def test_a_wrong_request_to_x_is_refused(
    x_checker: str, method: str, target: str, body: bytes, status: int
) -> None:
    verdicts = Verdicts(x_checker)
    headers = {"Authorization": "Bearer not-a-real-token", "Content-Type": "application/json"}
    verdicts("posts.publish", SimRequest.of(method, target, headers=headers, body=body))

    assert verdicts.accepted == set()
    assert [f" {status}: " in one for one in verdicts.refused] == [True]
