"""Callers of simulators: requests in, decoded answers out."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from socialkit.sandbox import Clock, MastodonSimulator, SimRequest, SimResponse

BOUNDARY = "made-up-boundary"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + (600).to_bytes(4) + (400).to_bytes(4) + b"picture"


@dataclass(frozen=True)
class Answer:
    """An answer with its decoded body."""

    request: SimRequest
    response: SimResponse

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def json(self) -> Any:
        return json.loads(self.response.body)

    @property
    def headers(self) -> Mapping[str, str]:
        return self.response.headers

    def link(self, relation: str) -> str | None:
        """The path and query of a neighbouring page."""
        found = re.search(rf'<([^>]+)>; rel="{relation}"', self.headers.get("link", ""))
        if found is None:
            return None
        parts = urlsplit(found[1])
        return f"{parts.path}?{parts.query}"


@dataclass
class Caller:
    """Somebody with a token who calls a simulator."""

    server: MastodonSimulator
    token: str | None
    seen: list[Answer] = field(default_factory=list[Answer])

    def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        **values: Any,
    ) -> Answer:
        """Send parameters as JSON, or a body as it is."""
        sent = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if values and method == "GET":
            path = f"{path}?{urlencode(values, doseq=True)}"
        elif values:
            body = json.dumps(values).encode()
            sent["Content-Type"] = "application/json"
        request = SimRequest.of(method, path, headers=sent, body=body)
        answer = Answer(request, self.server.handle(request))
        self.seen.append(answer)
        return answer

    def get(self, path: str, **values: Any) -> Answer:
        return self.call("GET", path, **values)

    def post(self, path: str, **values: Any) -> Answer:
        return self.call("POST", path, **values)

    def publish(self, status: str, **values: Any) -> Any:
        """Publish and return the status."""
        answer = self.post("/api/v1/statuses", status=status, **values)
        assert answer.status == 200, answer.json
        return answer.json

    def upload(
        self, content: bytes = PICTURE, name: str = "picture.png", kind: str = "image/png", **more: str
    ) -> Answer:
        """Upload a file as multipart."""
        parts = [
            f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{key}"\r\n\r\n{value}'
            for key, value in more.items()
        ]
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        )
        fields = "".join(f"{part}\r\n" for part in parts)
        body = f"{fields}{head}".encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return self.call("POST", "/api/v2/media", headers=headers, body=body)

    def video(self) -> Any:
        """Upload a film and return the file, which the server still works on."""
        answer = self.upload(b"\x00\x00\x00\x18ftypmp42film", "film.mp4", "video/mp4")
        assert answer.status == 202
        return answer.json


def new_server(seed: int = 7) -> MastodonSimulator:
    """A server with a clock of its own."""
    return MastodonSimulator(Clock(), random.Random(seed))


def caller(server: MastodonSimulator, account: str = "main") -> Caller:
    """Somebody who holds the account's token."""
    return Caller(server, server.connection(account)["access_token"])


def when(text: str) -> datetime:
    """A time as the API writes it."""
    return datetime.fromisoformat(text).astimezone(UTC)
