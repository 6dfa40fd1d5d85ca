"""The real network in the place of a simulated world, for the suite that every platform passes.

The servers are real; what a simulated world would do to them is done from outside. The clock is the clients'
own: it starts in the past and stands still until it is moved, so records come out a minute apart without
anybody waiting. Faults happen on the line. The network's view is asked to catch up before it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

from socialkit.operations import Async, Mode
from socialkit.platforms.bluesky._records import POST, parse_uri
from socialkit.sandbox import Fault, SimPost
from socialkit.sandbox._clock import Clock
from socialkit.sandbox._simulator import SimMedia
from socialkit.testing import RecordingTransport
from socialkit.transport import AsyncTransport, BlockingTransport, Request, Response, Transport, installed
from tests.live.line import Line
from tests.live.servers.bluesky import BlueskyNetwork, Member

__all__ = ["LiveWorld", "Prove", "timed"]

Prove = Callable[[str], None]
"""Takes the name of an operation that a server has answered well."""

START: Final = timedelta(hours=12)
"""How far in the past a world's clock starts: further than any test moves it."""
SHORT: Final = 2.0
"""Seconds that a client waits for an answer that never comes."""

PUT, APPLY = "com.atproto.repo.putRecord", "com.atproto.repo.applyWrites"
CALLS: Final[Mapping[str, frozenset[str]]] = {
    "delete": frozenset({"com.atproto.repo.deleteRecord"}),
    "get": frozenset({"app.bsky.feed.getPosts"}),
    "hide": frozenset({PUT}),
    "like": frozenset({PUT}),
    "publish": frozenset({PUT, APPLY}),
    "reply": frozenset({PUT}),
    "unhide": frozenset({PUT}),
    "upload": frozenset({"com.atproto.repo.uploadBlob"}),
}
"""What a fault hits that is ordered for an operation."""


class LiveWorld:
    """A real network, as far as it can be used as `Sandbox` is.

    Args:
        network: The servers.
        line: What clients reach them through.
        prove: Is told what the servers have answered well.
    """

    def __init__(self, network: BlueskyNetwork, line: Line, prove: Prove) -> None:
        self.clock: Final = Clock(datetime.now(UTC) - START)
        self.network: Final = network
        self.line: Final = line
        self.slow = False
        self._prove = prove
        self._behind = False
        self._members: dict[str, Member] = {}
        self._passwords: dict[str, str] = {}
        self._opened: list[Transport] = []

    # What the suite asks of a world -------------------------------------------------------------

    def simulator(self, _platform: str) -> LiveWorld:
        return self

    def connection(self, account: str = "main") -> dict[str, str]:
        member = self.member(account)
        if account not in self._passwords:
            self._passwords[account] = self.network.app_password(member)
        return {"identifier": member.handle, "password": self._passwords[account]}

    def address(self, _platform: str) -> str:
        return self.line.url

    def hosting(self, _kind: type[Any]) -> dict[str, Any]:
        return {}  # nothing of the network fetches files by itself

    @contextmanager
    def install(self) -> Generator[LiveWorld]:
        def transport(mode: type[Mode], _platform: str) -> Transport:
            inner = AsyncTransport() if issubclass(mode, Async) else BlockingTransport()
            self._opened.append(inner)
            return _LiveTransport(inner, self)

        with installed(transport):
            yield self

    def fail(self, _platform: str, name: str, fault: Fault, *, times: int = 1, after: int = 0) -> None:
        self.slow = fault is Fault.SLOW
        self.line.fail(CALLS[name], fault, times=times, after=after)

    def posts(self, _platform: str, account: str | None = "main") -> list[SimPost]:
        names = list(self._members) if account is None else [account]
        return [post for name in names for post in self._posts_of(name)]

    def receive(
        self,
        _platform: str,
        *,
        text: str = "",
        author: str = "customer",
        private: bool = False,
        reply_to: str | None = None,
        account: str = "main",
        kind: str = "mention",
    ) -> str:
        assert not private, "the network has no servers for private messages"
        writer, reader = self.member(author), self.member(account)
        now = self.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fields: dict[str, Any] = {"createdAt": now}
        collection = POST
        if reply_to is not None:
            # The view takes repositories in side by side: what answers a post unknown to it notifies nobody.
            self.catch_up()
        if kind == "like":
            collection, fields["subject"] = "app.bsky.feed.like", self._reference(reply_to)
        elif reply_to is not None:
            fields |= {"text": text, "reply": self._place(reply_to)}
        else:
            named = f"@{reader.handle}"
            mark = {
                "index": {"byteStart": 0, "byteEnd": len(named)},
                "features": [{"$type": "app.bsky.richtext.facet#mention", "did": reader.did}],
            }
            fields |= {"text": f"{named} {text}", "facets": [mark]}
        self._behind = True
        return str(self.network.write(writer, collection, **fields)["uri"])

    # What only this one does -----------------------------------------------------------------------

    def member(self, account: str) -> Member:
        """Return somebody, who joins when first named."""
        if account not in self._members:
            self._members[account] = self.network.join(account)
            self._behind = True
        return self._members[account]

    def view(self, uri: str) -> dict[str, Any]:
        """Return a post as the network's view shows it."""
        self.catch_up()
        (found,) = self.network.ask("app.bsky.feed.getPosts", self.member("main"), uris=uri)["posts"]
        post: dict[str, Any] = found
        return post

    def records(self, account: str, collection: str) -> list[dict[str, Any]]:
        """Return an account's records as its server keeps them, oldest first."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, Any] = {}
        while True:
            page = self.network.ask(
                "com.atproto.repo.listRecords",
                repo=self.member(account).did,
                collection=collection,
                limit=100,
                reverse="true",
                **cursor,
            )
            found.extend(page["records"])
            if "cursor" not in page:
                return found
            cursor = {"cursor": page["cursor"]}

    def catch_up(self) -> None:
        """Have the network's view know everything."""
        if self._behind:
            self._behind = False
            self.network.catch_up()

    def passed(self, request: Request, status: int) -> None:
        """Take note of an answer."""
        self._behind = self._behind or request.method != "GET"
        good = 200 <= status < 300 and "/com.atproto.server." not in request.url
        if good and request.operation is not None:
            self._prove(request.operation)

    async def close(self) -> None:
        """Close what clients have opened."""
        for one in self._opened:
            await one.close()

    def _posts_of(self, account: str) -> list[SimPost]:
        return [_sim_post(one, account) for one in self.records(account, POST)]

    def _record(self, uri: str) -> dict[str, Any]:
        address = parse_uri(uri)
        assert address is not None
        return self.network.ask(
            "com.atproto.repo.getRecord",
            repo=address.authority,
            collection=address.collection,
            rkey=address.key,
        )

    def _reference(self, uri: str | None) -> dict[str, str]:
        assert uri is not None
        return {"uri": uri, "cid": self._record(uri)["cid"]}

    def _place(self, uri: str) -> dict[str, Any]:
        parent = self._reference(uri)
        above = self._record(uri)["value"].get("reply")
        return {"root": parent if above is None else above["root"], "parent": parent}


def timed(answer: Response, now: datetime) -> Response:
    """Return an answer as a server would give it whose clock goes as the test's."""
    headers = {**answer.headers, "date": format_datetime(now, usegmt=True)}
    return Response(answer.status, headers, answer.content, answer.url)


class _LiveTransport(RecordingTransport):
    """Carries requests over a line; waiting moves the world's clock, which is the client's."""

    def __init__(self, inner: Transport, world: LiveWorld) -> None:
        super().__init__(inner)
        self._world = world

    async def send(self, request: Request, /) -> Response:
        if "/app.bsky." in request.url:
            self._world.catch_up()
        if self._world.slow:
            request = request.replace(timeout=SHORT)
        status = 0
        try:
            answer = await super().send(request)
            status = answer.status
        finally:
            self._world.passed(request, status)
        return timed(answer, self.now())

    async def sleep(self, seconds: float, /) -> None:
        self._world.clock.advance(seconds)
        await super().sleep(0)

    def now(self) -> datetime:
        return self._world.clock.now()

    def steady(self) -> float:
        return self._world.clock.now().timestamp()


def _sim_post(record: Mapping[str, Any], account: str) -> SimPost:
    value = record["value"]
    images = value.get("embed", {}).get("images", ())
    reply = value.get("reply")
    return SimPost(
        id=record["uri"],
        account=account,
        text=value["text"],
        media=tuple(SimMedia(one["image"]["ref"]["$link"], "image", one["alt"] or None) for one in images),
        reply_to=None if reply is None else reply["parent"]["uri"],
        published_at=datetime.fromisoformat(value["createdAt"]),
        raw=record,
    )
