"""A server in another process that gives fixed answers, so that no work of its is counted as a client's."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Final

from benchmarks.bodies import ME, account_body, instance_body, media_body, page_body, status_body
from benchmarks.feed import feed_body, job_body, server_body, session_body, token_body
from benchmarks.pieces import UPLOAD_STEPS, upload_body, user_body

__all__ = ["FEED_PATH", "MEDIA_PATH", "PAGE_PATH", "STATUS_PATH", "TOKEN", "served"]

TOKEN: Final = "not-a-real-token"
STATUS_PATH: Final = "/api/v1/statuses/1"
PAGE_PATH: Final = f"/api/v1/accounts/{ME}/statuses"
MEDIA_PATH: Final = "/api/v2/media"
FEED_PATH: Final = "/xrpc/app.bsky.feed.getAuthorFeed"
UPLOAD_PATHS: Final = tuple(f"/2/media/upload/{step}".encode() for step in UPLOAD_STEPS)
NOT_FOUND: Final = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
VIDEO_PHASES: Final = (
    b'{"video_id": "9", "upload_session_id": "8", "start_offset": "0", "end_offset": "999999999"}',
    b'{"start_offset": "999999999", "end_offset": "999999999"}',
    b'{"success": true}',
)
"""What the three calls of an upload to Facebook are answered, in turn: the film goes in one piece."""
ACCOUNT_PATH: Final = "/api/v1/accounts/verify_credentials"


def _answer(body: bytes, *more: str) -> bytes:
    lines = (
        "HTTP/1.1 200 OK",
        "Date: Sat, 21 Nov 2026 09:00:00 GMT",
        "Content-Type: application/json; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Cache-Control: private, no-store",
        "Vary: Authorization, Origin",
        "X-RateLimit-Limit: 300",
        "X-RateLimit-Remaining: 299",
        "X-RateLimit-Reset: 2099-01-01T00:00:00.000000Z",
        "X-Request-Id: 5f3c9c1e-0000-4000-8000-000000000000",
        *more,
    )
    return "\r\n".join((*lines, "", "")).encode() + body


class _Fixed(asyncio.Protocol):
    """One connection: each request's path decides its answer, and no body is kept."""

    def __init__(self, answers: dict[bytes, bytes | Iterator[bytes]]) -> None:
        self._answers = answers
        self._line: asyncio.WriteTransport | None = None
        self._read = b""
        self._left: int | None = None
        """Bytes of the body that is still to come; None while the head is."""
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._line = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while self._begun() and self._ended():
            assert self._line is not None
            self._line.write(self._answer)

    def _begun(self) -> bool:
        if self._left is None and b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            found = self._answers.get(head.split(b" ", 2)[1].partition(b"?")[0], NOT_FOUND)
            self._answer = found if isinstance(found, bytes) else next(found)
            length = LENGTH.search(head)
            self._left = int(length[1]) if length else 0
        return self._left is not None

    def _ended(self) -> bool:
        assert self._left is not None
        taken = min(self._left, len(self._read))
        self._read, self._left = self._read[taken:], self._left - taken
        if self._left:
            return False
        self._left = None
        return True


async def _serve() -> None:
    link = f'Link: <https://social.example{PAGE_PATH}?limit=40&max_id=9>; rel="next"'
    answers: dict[bytes, bytes | Iterator[bytes]] = {
        STATUS_PATH.encode(): _answer(status_body()),
        PAGE_PATH.encode(): _answer(page_body(), link),
        ACCOUNT_PATH.encode(): _answer(account_body()),
        b"/api/v1/instance/": _answer(instance_body()),
        b"/api/v2/instance/": _answer(instance_body()),
        MEDIA_PATH.encode(): _answer(media_body()),
        FEED_PATH.encode(): _answer(feed_body()),
        b"/xrpc/com.atproto.server.createSession": _answer(session_body()),
        b"/xrpc/com.atproto.server.describeServer": _answer(server_body()),
        b"/xrpc/com.atproto.server.getServiceAuth": _answer(token_body()),
        b"/xrpc/app.bsky.video.uploadVideo": _answer(job_body()),
        b"/2/users/me": _answer(user_body()),
        **dict.fromkeys(UPLOAD_PATHS, _answer(upload_body())),
        b"/v26.0/me": _answer(b'{"id": "7", "name": "The shop", "instagram_business_account": {"id": "17"}}'),
        b"/v26.0/me/videos": cycle(_answer(body) for body in VIDEO_PHASES),
        b"/v26.0/9": _answer(b'{"id": "9", "status": {"video_status": "ready"}}'),
        b"/v26.0/17": _answer(b'{"id": "17", "username": "shop"}'),
        b"/v26.0/17/media": _answer(b'{"id": "19", "data": []}'),
        b"/v26.0/19": _answer(b'{"id": "19", "status_code": "FINISHED"}'),
        b"/ig-api-upload/v26.0/19": _answer(b'{"success": true}'),
        b"/v26.0/17/media_publish": _answer(b'{"id": "20"}'),
        b"/v26.0/20": _answer(b'{"id": "20", "media_type": "VIDEO"}'),
    }
    server = await asyncio.get_running_loop().create_server(lambda: _Fixed(answers), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)  # until the parent closes it


@contextmanager
def served() -> Generator[str]:
    """Run the server while the block runs, and give its address."""
    command = [sys.executable, "-m", "benchmarks.server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


if __name__ == "__main__":
    asyncio.run(_serve())
