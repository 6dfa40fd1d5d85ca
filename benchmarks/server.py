"""A server in another process that gives fixed answers, so that no work of its is counted as a client's."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from benchmarks.bodies import ME, account_body, page_body, status_body

__all__ = ["PAGE_PATH", "STATUS_PATH", "TOKEN", "served"]

TOKEN: Final = "not-a-real-token"
STATUS_PATH: Final = "/api/v1/statuses/1"
PAGE_PATH: Final = f"/api/v1/accounts/{ME}/statuses"
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
    """One connection: each request's path decides its answer."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers
        self._line: asyncio.WriteTransport | None = None
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._line = transport

    def data_received(self, data: bytes) -> None:
        assert self._line is not None
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].partition(b"?")[0]
            self._line.write(self._answers[path])


async def _serve() -> None:
    link = f'Link: <https://social.example{PAGE_PATH}?limit=40&max_id=9>; rel="next"'
    answers = {
        STATUS_PATH.encode(): _answer(status_body()),
        PAGE_PATH.encode(): _answer(page_body(), link),
        ACCOUNT_PATH.encode(): _answer(account_body()),
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
