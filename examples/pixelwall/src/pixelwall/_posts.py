"""Pins and their pictures."""

from __future__ import annotations

from functools import partial
from typing import Generic

from pydantic import JsonValue
from socialkit.models import (
    Attempt,
    Draft,
    Found,
    Media,
    MediaKind,
    Post,
    PostMedia,
)
from socialkit.operations import ModeT, Page, Run, operation
from socialkit.platforms.base import Core, MediaFiles, Posts, acted
from socialkit.transport import Request, Safety, Upload, segment

from pixelwall._facts import PixelwallOptions
from pixelwall._wire import WirePicture, WirePin, WirePins, to_post

__all__ = ["PixelwallMedia", "PixelwallPosts"]


class PixelwallMedia(MediaFiles[ModeT], Generic[ModeT]):
    """Pictures."""

    async def _upload(self, media: Media) -> PostMedia:
        file = Upload(
            "picture", media.filename, media.mime_type or "", media.stream
        )
        form = (("described", media.alt_text or ""),)
        return await self._picture(
            Request(
                method="POST",
                url="pictures",
                form=form,
                files=(file,),
                safety=Safety.PREPARE,
            )
        )

    async def _get(self, media: str) -> PostMedia:
        return await self._picture(
            Request(method="GET", url=f"pictures/{segment(media)}")
        )

    async def _picture(self, request: Request) -> PostMedia:
        wire = (await self._core.pipeline.call(request, WirePicture)).value
        return PostMedia(id=wire.id, kind=MediaKind.IMAGE, alt_text=wire.described)


class PixelwallPosts(Posts[ModeT], Generic[ModeT]):
    """Pins of an account."""

    def __init__(
        self, mode: type[ModeT], core: Core, media: PixelwallMedia[ModeT]
    ) -> None:
        super().__init__(mode, core)
        self._media = media

    # --8<-- [start:publish]
    async def _publish(self, draft: Draft, run: Run) -> Post:
        pictures = [
            await run.step(f"media {n}", partial(self._uploaded, one), returns=str)
            for n, one in enumerate(draft.media, 1)
        ]
        key = run.key("pin")
        create = partial(self._create, draft, pictures, key)
        return await run.commit("pin", create, returns=Post)

    async def _uploaded(self, media: Media) -> str:
        return (await self._media._upload(media)).id

    async def _create(self, draft: Draft, pictures: list[str], key: str) -> Post:
        options = draft.option(PixelwallOptions)
        body: dict[str, JsonValue] = {
            "caption": draft.text,
            "picture_ids": [*pictures],
            "board": None if options is None else options.board,
            "key": key,
        }
        return await self._pin(
            Request(method="POST", url="pins", json=body, safety=Safety.WRITE)
        )

    async def _pin(self, request: Request) -> Post:
        answer = await self._core.pipeline.call(request, WirePin)
        return to_post(answer.value, answer.raw, self._core.ref)

    # --8<-- [end:publish]
    # --8<-- [start:page]
    async def _get(self, post: str) -> Post:
        return await self._pin(Request(method="GET", url=f"pins/{segment(post)}"))

    async def _page(self, limit: int | None, cursor: str | None) -> Page[Post]:
        await self._core.identify()
        params = (("after", cursor),) if cursor is not None else ()
        return await self._pins(Request(method="GET", url="pins", params=params))

    async def _pins(self, request: Request) -> Page[Post]:
        answer = await self._core.pipeline.call(request, WirePins)
        posts = [
            to_post(one, answer.raw.at("pins", number), self._core.ref)
            for number, one in enumerate(answer.value.pins)
        ]
        return Page(tuple(posts), answer.value.after)

    # --8<-- [end:page]
    # --8<-- [start:find]
    async def _find(self, attempt: Attempt) -> Found:
        params = (("key", attempt.key),)
        page = await self._pins(Request(method="GET", url="pins", params=params))
        if not page.items:
            return Found.absent("no pin has its key")
        return Found.published(page.items[0], "a pin has its key")

    # --8<-- [end:find]
    async def _delete(self, post: str, scheduled: bool, run: Run) -> None:
        request = Request(
            method="DELETE", url=f"pins/{segment(post)}", safety=Safety.WRITE
        )
        await run.commit(
            "delete", partial(acted, self._core, request), returns=bool
        )

    # --8<-- [start:repin]
    @operation
    async def repin(self, post: str) -> Post:
        """Pin somebody's post again: what only this platform has.

        Args:
            post: The id of the pin.
        """
        url = f"pins/{segment(post)}/repin"
        return await self._pin(
            Request(method="POST", url=url, safety=Safety.WRITE)
        )

    # --8<-- [end:repin]
