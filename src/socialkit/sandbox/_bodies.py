"""From a client's request to a simulator's."""

from __future__ import annotations

import json
import uuid
from urllib.parse import urlencode, urlsplit

from socialkit.sandbox._http import SimRequest
from socialkit.transport import Request, reveal

__all__ = ["to_sim_request"]


def to_sim_request(request: Request) -> SimRequest:
    """Return a request as a simulator receives it: with its body written out, secrets in the clear."""
    kind, body = _body(request)
    headers = {name: reveal(value) for name, value in request.headers.items()}
    if kind is not None:
        headers["content-type"] = kind
    address = request.target()
    parts = urlsplit(address)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return SimRequest.of(request.method, target, headers=headers, body=body)


def _body(request: Request) -> tuple[str | None, bytes]:
    if request.files:
        return _multipart(request)
    if request.form:
        pairs = [(name, reveal(value)) for name, value in request.form]
        return "application/x-www-form-urlencoded", urlencode(pairs).encode()
    if request.json is not None:
        return "application/json", json.dumps(request.json).encode()
    return None, request.content or b""


def _multipart(request: Request) -> tuple[str, bytes]:
    boundary = uuid.uuid4().hex
    parts: list[bytes] = []
    for name, value in request.form:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        parts.append(head.encode() + reveal(value).encode() + b"\r\n")
    for file in request.files:
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{file.field}"; '
            f'filename="{file.filename}"\r\nContent-Type: {file.mime_type}\r\n\r\n'
        )
        with file.open() as stream:
            parts.append(head.encode() + stream.read() + b"\r\n")
    return f"multipart/form-data; boundary={boundary}", b"".join(parts) + f"--{boundary}--\r\n".encode()
