"""What stands under a post, and who is heard there: threads, likes, and the rules of a thread.

See https://docs.bsky.app/docs/tutorials/thread-gates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pydantic import JsonValue

from socialkit.errors import ConflictError, NotFoundError, NotSupportedError
from socialkit.models import Attempt, Found, Message, MessageKind, Raw
from socialkit.platforms.base import Core
from socialkit.platforms.bluesky._calls import Calls
from socialkit.platforms.bluesky._map import post_message
from socialkit.platforms.bluesky._publish import Records
from socialkit.platforms.bluesky._records import (
    LIKE,
    THREADGATE,
    Address,
    parse_uri,
    settled_key,
    written,
)
from socialkit.platforms.bluesky._wire import (
    WireGate,
    WireNode,
    WirePost,
    WirePosts,
    WireRef,
    WireStored,
    WireThread,
)
from socialkit.transport import Safety

__all__ = ["Threads"]

DEPTH: Final = 50
"""How far below a post answers are read: deeper ones stand in no app either."""
HIDDEN_MOST: Final = 300
TRIES: Final = 3
"""How often the rules of a thread are written when others write them at the same time."""


class Threads:
    """Reads threads and looks after them, for one client."""

    def __init__(self, core: Core, records: Records) -> None:
        self._core = core
        self._calls = Calls(core)
        self._records = records

    async def comments(self, post: str) -> list[Message]:
        """Return what stands under a post, oldest first, whoever wrote it but ourselves."""
        answer = await self._calls.query(
            "app.bsky.feed.getPostThread", WireThread, uri=post, depth=DEPTH, parentHeight=0
        )
        me, ref = await self._calls.did(), self._core.ref
        messages: list[Message] = []
        for wire, raw, level in _below(answer.value.thread, answer.raw.at("thread")):
            if wire.author.did != me:
                kind = MessageKind.COMMENT if level == 1 else MessageKind.REPLY
                messages.append(post_message(wire, raw, ref, kind, post))
        return sorted(messages, key=lambda message: message.created_at)

    # Likes -----------------------------------------------------------------------------------

    async def like(self, target: str) -> bool:
        """Like a post, once: the key of a like follows from the post."""
        answer = await self._calls.query("app.bsky.feed.getPosts", WirePosts, uris=target)
        for post in answer.value.posts:
            if post.viewer is not None and post.viewer.like is not None:
                return True  # with another app, under a key of its own
        subject = await self._records.reference(target)
        record: dict[str, JsonValue] = {
            "$type": LIKE,
            "subject": subject.model_dump(mode="json"),
            "createdAt": written(self._core.now()),
        }
        return await self._put(await self._like_address(target), record)

    async def _like_address(self, target: str) -> Address:
        return Address(await self._calls.did(), LIKE, settled_key(target))

    async def find_like(self, attempt: Attempt) -> Found:
        """Look whether the account likes a post."""
        try:
            await self._calls.record(await self._like_address(attempt.target or ""), WireStored)
        except NotFoundError:
            return Found.absent("there is no record of the like on the account's own server")
        return Found.published(None, "the account likes it")

    # Rules of threads ------------------------------------------------------------------------

    async def hide(self, reply: str, *, hidden: bool) -> bool:
        """Hide an answer in a thread of the account, or show it again."""
        gate = await self._gate_address(reply)
        for _ in range(TRIES - 1):
            try:
                return await self._rewrite(gate, reply, hidden=hidden)
            except ConflictError:
                continue  # somebody changed the rules in between, or it was our own lost answer
        return await self._rewrite(gate, reply, hidden=hidden)

    async def find_hide(self, attempt: Attempt) -> Found:
        """Look whether an answer is hidden."""
        reply = attempt.target or ""
        gate = await self._gate(await self._gate_address(reply))
        hidden = gate is not None and reply in _hidden(gate.value)
        if hidden == (attempt.kind == "hide"):
            return Found.published(None, "the rules of the thread say so")
        return Found.absent("the rules of the thread do not say so")

    async def _gate_address(self, reply: str) -> Address:
        thread = await self._records.thread(reply)
        root, did = parse_uri(thread.root.uri), await self._calls.did()
        if root is None or root.authority != did:
            message = "only the author of a thread hides answers in it, and this one is another account's"
            raise NotSupportedError(
                message, platform=self._core.facts.name, instead="mute or block the author"
            )
        return Address(did, THREADGATE, root.key)

    async def _gate(self, address: Address) -> WireGate | None:
        try:
            return (await self._calls.record(address, WireGate)).value
        except NotFoundError:
            return None

    async def _rewrite(self, address: Address, reply: str, *, hidden: bool) -> bool:
        gate = await self._gate(address)
        root = str(address._replace(collection="app.bsky.feed.post"))
        new: dict[str, Any] = {"$type": THREADGATE, "post": root, "createdAt": written(self._core.now())}
        known = _hidden(gate.value) if gate is not None else []
        if (reply in known) == hidden:
            return True
        rest = [one for one in known if one != reply]
        if hidden and len(rest) >= HIDDEN_MOST:
            message = f"{HIDDEN_MOST} answers are hidden in this thread, and no more can be"
            raise NotSupportedError(
                message, platform=self._core.facts.name, instead="mute or block the author"
            )
        record: dict[str, Any] = {**(gate.value if gate is not None else new)}
        record["hiddenReplies"] = [*rest, reply] if hidden else rest
        return await self._put(address, record, swap=gate.cid if gate is not None else None, swapped=True)

    async def _put(
        self,
        address: Address,
        record: dict[str, JsonValue],
        *,
        swap: str | None = None,
        swapped: bool = False,
    ) -> bool:
        body: dict[str, JsonValue] = {
            "repo": address.authority,
            "collection": address.collection,
            "rkey": address.key,
            "record": record,
        }
        if swapped:
            body["swapRecord"] = swap  # None: there must be none
        await self._calls.procedure("com.atproto.repo.putRecord", body, WireRef, safety=Safety.REPEATABLE)
        return True


def _hidden(gate: dict[str, Any]) -> list[str]:
    found: object = gate.get("hiddenReplies")
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []  # pyright: ignore[reportUnknownVariableType]


def _below(node: WireNode, raw: Raw) -> Iterator[tuple[WirePost, Raw, int]]:
    """Yield the posts under a post and how deep they stand, passing over those that are gone or blocked."""
    waiting = [(node, raw, 0)]
    while waiting:
        above, place, level = waiting.pop()
        for number, below in enumerate(above.replies or ()):
            where = place.at("replies", number)
            waiting.append((below, where, level + 1))
            if below.post is not None:
                yield below.post, where.at("post"), level + 1
