"""Notifications as they come. See https://docs.joinmastodon.org/methods/streaming/.

The server sends what happens now and repeats nothing. So each connection begins with reading what came since
the last one, and again at the first sign of life: a server greets before it listens to its own events.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from socialkit.errors import NotFoundError, UnexpectedResponseError
from socialkit.models import Message, Raw
from socialkit.operations import Arrival
from socialkit.platforms.base import Core, host_of, no_cursor
from socialkit.platforms.mastodon._map import to_message
from socialkit.platforms.mastodon._wire import WireInstance, WireInstanceV1, WireNotification
from socialkit.transport import EventReader, OpenAnswer, Request, ServerEvent

__all__ = ["Notifications"]

SILENCE: Final = 50.0
"""Seconds without a byte after which a line counts as dead: the server gives a sign of life every 15."""
AT_ONCE: Final = 80
"""Notifications in one page, at most."""
REMEMBERED: Final = 40
"""Notifications that are known by id: as many may come out of order, or from two sides, and count once."""
ALIVE: Final = "thump"
EVENTS: Final = "text/event-stream"
FIRST: Final = "0"
"""Before every id."""
MARK: Final = "~"


class _Seen:
    """Which notifications were handed out: all up to one id, and some behind it."""

    def __init__(self, floor: str, ids: tuple[str, ...] = ()) -> None:
        self.floor = floor
        self._ids = deque(ids)

    @classmethod
    def of(cls, cursor: str) -> _Seen:
        """Read a cursor."""
        floor, *ids = cursor.split(MARK)
        if not all(one.isalnum() and one.isascii() for one in (floor, *ids)):
            raise no_cursor(cursor)
        return cls(floor, tuple(ids))

    def cursor(self) -> str:
        """Return it as a text."""
        return MARK.join((self.floor, *self._ids))

    def add(self, notification: str) -> bool:
        """Note one, and tell whether it is new."""
        if notification in self._ids or _order(notification) <= _order(self.floor):
            return False
        self._ids.append(notification)
        if len(self._ids) > REMEMBERED:
            self.floor = max(self.floor, self._ids.popleft(), key=_order)
        return True


def _order(notification: str) -> tuple[int, str]:
    """Order ids: numbers that grow, or texts of one length that do."""
    return len(notification), notification


class Notifications:
    """The stream of one account."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def follow(
        self, wanted: tuple[str, ...], since: datetime | None, cursor: str | None
    ) -> AsyncGenerator[Arrival[Message], None]:
        """Yield notifications of the wanted types, each once."""
        seen = None if cursor is None else _Seen.of(cursor)
        address = await self._address()

        async def session() -> AsyncGenerator[Arrival[Message], None]:
            nonlocal seen
            answer = await self._open(address)
            try:
                if seen is None:
                    seen = _Seen(await self._before(since))
                    yield Arrival(cursor=seen.cursor())
                async with aclosing(self._session(answer, seen, wanted)) as arrivals:
                    async for arrival in arrivals:
                        yield arrival
            finally:
                await answer.close()

        async with aclosing(self._core.pipeline.lasting(session)) as arrivals:
            async for arrival in arrivals:
                if since is None or all(one.created_at >= since for one in arrival.items):
                    yield arrival

    async def _address(self) -> str:
        """Ask the server where it streams; its own address where it does not say."""
        pipeline, told = self._core.pipeline, None
        try:
            answer = await pipeline.call(Request(method="GET", url="api/v2/instance"), WireInstance)
            urls = answer.value.configuration and answer.value.configuration.urls
            told = urls.streaming if urls else None
        except (NotFoundError, UnexpectedResponseError):  # before 4.0, and some forks
            older = await pipeline.call(Request(method="GET", url="api/v1/instance"), WireInstanceV1)
            told = older.value.urls.streaming_api if older.value.urls else None
        return _spoken_to(told, pipeline.base_url)

    async def _open(self, address: str) -> OpenAnswer:
        request = Request(
            method="GET",
            url=f"{address}/api/v1/streaming/user/notification",
            headers={"Accept": EVENTS, "Accept-Encoding": "identity", "Cache-Control": "no-store"},
            timeout=SILENCE,
        )
        parts = urlsplit(address)
        answer = await self._core.pipeline.open(request, trusted=f"{parts.scheme}://{parts.netloc}")
        if answer.response.headers.get("content-type", "").lower().startswith(EVENTS):
            return answer
        await answer.close()
        error = UnexpectedResponseError(
            "the answer is no stream of events", status=answer.response.status, request=request.shown()
        )
        error.repeatable = True  # a page of something that stands before the server
        raise error

    async def _before(self, since: datetime | None) -> str:
        """Return the id before the first notification that is wanted."""
        params = (("limit", "1" if since is None else str(AT_ONCE)),)
        oldest: tuple[tuple[str, str], ...] = ()
        while True:
            request = Request(method="GET", url="api/v1/notifications", params=(*params, *oldest))
            answer = await self._core.pipeline.call(request, list[WireNotification])
            for wire in answer.value:
                if since is None or wire.created_at < since:
                    return wire.id
            if not answer.value or oldest == (("max_id", answer.value[-1].id),):
                return FIRST
            oldest = (("max_id", answer.value[-1].id),)

    async def _session(
        self, answer: OpenAnswer, seen: _Seen, wanted: tuple[str, ...]
    ) -> AsyncGenerator[Arrival[Message], None]:
        async with aclosing(self._missed(seen, wanted)) as missed:
            async for arrival in missed:
                yield arrival
        reader, settled = EventReader(), False
        while (piece := await answer.receive()) is not None:
            events = reader.feed(piece)
            for event in events:
                yield self._arrival(event, seen, wanted)
                if not settled and event == ServerEvent("", ALIVE):
                    settled = True
                    async with aclosing(self._missed(seen, wanted)) as missed:
                        async for arrival in missed:
                            yield arrival

    def _arrival(self, event: ServerEvent, seen: _Seen, wanted: tuple[str, ...]) -> Arrival[Message]:
        if event.name != "notification":
            return Arrival()
        content = self._core.pipeline.masked(event.data.encode())
        try:
            wire = WireNotification.model_validate_json(content)
        except ValidationError:  # what nobody can read must not hold up what follows
            return Arrival()
        return self._told(wire, Raw.of(content), seen, wanted)

    def _told(
        self, wire: WireNotification, raw: Raw, seen: _Seen, wanted: tuple[str, ...]
    ) -> Arrival[Message]:
        if not seen.add(wire.id) or wire.type not in wanted:
            return Arrival(cursor=seen.cursor())
        return Arrival((to_message(wire, raw, self._core.ref),), seen.cursor())

    async def _missed(self, seen: _Seen, wanted: tuple[str, ...]) -> AsyncGenerator[Arrival[Message], None]:
        """Yield what came since the last connection, oldest first."""
        types, newest = tuple(("types[]", one) for one in wanted), seen.floor
        while True:
            params = (("min_id", newest), ("limit", str(AT_ONCE)), *types)
            request = Request(method="GET", url="api/v1/notifications", params=params)
            answer = await self._core.pipeline.call(request, list[WireNotification])
            for number, wire in reversed(list(enumerate(answer.value))):
                yield self._told(wire, answer.raw.at(number), seen, wanted)
            if not answer.value or _order(answer.value[0].id) <= _order(newest):
                return
            newest = answer.value[0].id


def _spoken_to(streaming: str | None, base_url: str) -> str:
    """Return the address of the server's streams for HTTP, as safe as the server's own."""
    scheme, mark, rest = (streaming or "").partition("://")
    if not mark or scheme.lower() not in {"ws", "wss", "http", "https"} or not host_of(streaming or ""):
        return base_url.rstrip("/")
    safe = scheme.lower() in {"wss", "https"} or base_url.lower().startswith("https://")
    return f"{'https' if safe else 'http'}://{rest.rstrip('/')}"
