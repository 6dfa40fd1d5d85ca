"""A shop's web server, from which the pictures of posts are fetched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from socialkit.operations import Mode
from socialkit.testing import RecordingTransport
from socialkit.transport import Request, Response, Transport
from tests.publishing.stage import Machine, Stage

__all__ = ["JACKET", "SIGNED", "Shop"]

JACKET: Final = "https://shop.example/pictures/jacket.png"
SIGNED: Final = f"{JACKET}?X-Amz-Credential=PLANTED&X-Amz-Signature=PLANTED&hdnts=PLANTED"


class Shop(Machine):
    """A machine whose clients reach the shop; it has files by their addresses, whatever the query says."""

    def __init__(self, stage: Stage, **brands: list[str]) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[Request] = []
        self.on_request: Callable[[], object] = bool
        super().__init__(stage.world, **(brands or {"acme": ["mastodon"]}))
        self.publisher: Any = stage.publisher(self.workspace)

    def _line(self, mode: type[Mode], platform: str) -> Transport:
        return _Line(super()._line(mode, platform), self)

    @property
    def uploaded(self) -> list[bytes]:
        """The files that platforms were sent."""
        found: list[bytes] = []
        for request in self.sent:
            for file in request.files:
                with file.open() as stream:
                    found.append(stream.read())
        return found


class _Line(RecordingTransport):
    def __init__(self, inner: Transport, shop: Shop) -> None:
        super().__init__(inner)
        self._shop = shop

    async def send(self, request: Request, /) -> Response:
        if not request.url.startswith("https://shop.example/"):
            return await super().send(request)
        self._shop.requests.append(request)
        self._shop.on_request()
        content = self._shop.files.get(request.url.partition("?")[0])
        return Response(404, {}, b"") if content is None else Response(200, {}, content)
