"""Remarks under pins."""

from __future__ import annotations

from functools import partial
from typing import Generic

from pydantic import JsonValue
from socialkit.errors import NotFoundError
from socialkit.models import Attempt, Found, Message, MessageKind, Post
from socialkit.operations import ModeT, Page, Run
from socialkit.platforms.base import Inbox, acted
from socialkit.transport import Request, Safety, segment

from pixelwall._wire import WireRemark, WireRemarks, to_message

__all__ = ["PixelwallInbox"]


class PixelwallInbox(Inbox[ModeT], Generic[ModeT]):
    """Remarks under the account's pins."""

    async def _page(
        self, kinds: frozenset[MessageKind], limit: int | None, cursor: str | None
    ) -> Page[Message]:
        return Page(tuple(reversed(await self._remarks())))

    async def _comments(
        self, post: str, limit: int | None, cursor: str | None
    ) -> Page[Message]:
        return Page(tuple(await self._remarks(("pin", post))))

    async def _remarks(self, *params: tuple[str, str]) -> list[Message]:
        request = Request(method="GET", url="remarks", params=params)
        answer = await self._core.pipeline.call(request, WireRemarks)
        ref = self._core.ref
        return [
            to_message(one, answer.raw.at("remarks", number), ref)
            for number, one in enumerate(answer.value.remarks)
            if one.by != ref.handle
        ]

    # --8<-- [start:reply]
    async def _reply(
        self, message: Message, text: str, private: bool, run: Run
    ) -> Post:
        key = run.key("remark")
        body: dict[str, JsonValue] = {
            "words": text,
            "answers": message.id,
            "key": key,
        }
        request = Request(
            method="POST", url="remarks", json=body, safety=Safety.WRITE
        )
        return await run.commit(
            "remark", partial(self._answer, request), returns=Post
        )

    async def _answer(self, request: Request) -> Post:
        answer = await self._core.pipeline.call(request, WireRemark)
        return self._post(answer.value)

    def _post(self, wire: WireRemark) -> Post:
        account = self._core.ref
        return Post(
            id=wire.id, account=account, text=wire.words, reply_to=wire.answers
        )

    async def _find_reply(self, attempt: Attempt) -> Found:
        params = (("key", attempt.key),)
        request = Request(method="GET", url="remarks", params=params)
        answer = await self._core.pipeline.call(request, WireRemarks)
        for wire in answer.value.remarks:
            return Found.published(self._post(wire), "a remark has its key")
        return Found.absent("no remark has its key")

    # --8<-- [end:reply]
    async def _hide(self, message: Message, run: Run) -> None:
        await self._cover(message, "hide", run)

    async def _unhide(self, message: Message, run: Run) -> None:
        await self._cover(message, "show", run)

    async def _cover(self, message: Message, how: str, run: Run) -> None:
        request = Request(
            method="POST", url=f"{_place(message.id)}/{how}", safety=Safety.WRITE
        )
        await run.commit(how, partial(acted, self._core, request), returns=bool)

    async def _delete(self, message: Message, run: Run) -> None:
        request = Request(
            method="DELETE", url=_place(message.id), safety=Safety.WRITE
        )
        await run.commit(
            "delete", partial(acted, self._core, request), returns=bool
        )

    async def _find_hide(self, attempt: Attempt) -> Found:
        request = Request(method="GET", url=_place(attempt.target or ""))
        wire = (await self._core.pipeline.call(request, WireRemark)).value
        done = wire.hidden == (attempt.kind == "hide")
        return Found.published(None) if done else Found.absent()

    async def _find_delete(self, attempt: Attempt) -> Found:
        try:
            await self._core.pipeline.call(
                Request(method="GET", url=_place(attempt.target or "")), WireRemark
            )
        except NotFoundError:
            return Found.published(None)
        return Found.absent()


def _place(remark: str) -> str:
    return f"remarks/{segment(remark)}"
