"""Containers of Instagram: what pictures, reels, carousels and stories are made of.

See https://developers.facebook.com/docs/instagram-platform/content-publishing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.errors import MediaProcessingError
from socialkit.models import Draft, Media
from socialkit.operations import Run
from socialkit.platforms._graph import ContainerFlow, Containers, GraphCalls
from socialkit.platforms.base import Core, hosted
from socialkit.platforms.instagram._options import InstagramOptions, ProductTag, UserTag
from socialkit.platforms.instagram._rules import is_film, kind_of
from socialkit.platforms.instagram._wire import WireTaken
from socialkit.transport import FileBody, Request, Safety

__all__ = ["CONTAINER", "FLOW", "Making"]

CONTAINER: Final = "container"
FLOW: Final = ContainerFlow(
    create="media",
    publish="media_publish",
    state="status_code",
    explains="status",
    not_ready=frozenset({"9007/2207027", "24/2207008"}),
    limit=timedelta(minutes=10),  # twice what Meta advises for pictures: reels of 15 minutes are worked on
)
TRIALS: Final = {"manual": "MANUAL", "performance": "SS_PERFORMANCE"}

Values = dict[str, JsonValue]


class Making:
    """Makes the containers of one client."""

    def __init__(self, core: Core, calls: GraphCalls, uploads: str) -> None:
        self._core = core
        self._calls = calls
        self._uploads = uploads
        self.containers: Final = Containers(core, calls, FLOW)

    async def container(self, draft: Draft, owner: str, run: Run) -> str:
        """Return a container that can be published, as the steps of a run make it.

        Raises:
            MediaProcessingError: Instagram could not make it; nothing is public.
        """
        options = draft.option(InstagramOptions) or InstagramOptions()
        if kind_of(draft) != "carousel":
            values = single_values(draft, options)
            return await self._filled(draft.media[0], draft, values, CONTAINER, owner, run)
        # Each must be ready before the carousel is made, which is refused else.
        children = [
            await self._filled(one, draft, item_values(one, draft), f"media {number}", owner, run)
            for number, one in enumerate(draft.media, 1)
        ]
        values = {
            "media_type": "CAROUSEL",
            "children": ",".join(children),
            "caption": draft.text or None,
            **_of_all(options),
        }
        return await self.containers.prepared(run, CONTAINER, owner, values)

    async def _filled(
        self, media: Media, draft: Draft, values: Values, step: str, owner: str, run: Run
    ) -> str:
        film = is_film(media, draft)
        if film and media.url is None and self._core.media_host is None:
            values = {**values, "upload_type": "resumable"}
            fill = partial(self._upload, media)
            return await self.containers.prepared(run, step, owner, values, fill)
        name = "file" if step == CONTAINER else step.replace("media", "file")
        address = await hosted(self._core, media, run, name)
        values = {**values, "video_url" if film else "image_url": address}
        return await self.containers.prepared(run, step, owner, values)

    async def _upload(self, media: Media, container: str) -> None:
        """Send the bytes of a video; they are read while they are sent."""
        request = Request(
            method="POST",
            url=f"{self._uploads}/ig-api-upload/{self._calls.url(container)}",
            headers={
                "offset": "0",
                "file_size": str(media.size or 0),
                "content-type": "application/octet-stream",
            },
            content=FileBody(media.filename, media.stream),
            safety=Safety.PREPARE,
        )
        answer = await self._core.pipeline.call(request, WireTaken)
        if answer.value.success is False:
            message = f"{media.filename} was not taken; nothing was published with it"
            raise MediaProcessingError(message, platform=self._core.facts.name)


def item_values(media: Media, draft: Draft) -> Values:
    """Return what makes one file of a carousel, without its address."""
    if is_film(media, draft):
        return {"is_carousel_item": True, "media_type": "VIDEO"}
    return {"is_carousel_item": True, "alt_text": media.alt_text}


def single_values(draft: Draft, options: InstagramOptions) -> Values:
    """Return what makes a picture, reel or story, without the address of its file."""
    kind, media = kind_of(draft), draft.media[0]
    if kind == "story":
        return {"media_type": "STORIES", "user_tags": _tags(options.tags), **_labels(options)}
    shared: Values = {
        "caption": draft.text or None,
        "user_tags": _tags(options.tags),
        **_of_all(options),
    }
    if kind == "picture":
        return {**shared, "alt_text": media.alt_text, "product_tags": _products(options.products)}
    at = options.cover_at
    return {
        **shared,
        "media_type": "REELS",
        "share_to_feed": options.share_to_feed,
        "cover_url": options.cover_url,
        "thumb_offset": None if at is None else str(at // timedelta(milliseconds=1)),
        "audio_name": options.audio_name,
        "trial_params": None if options.trial is None else {"graduation_strategy": TRIALS[options.trial]},
    }


def _of_all(options: InstagramOptions) -> Values:
    return {
        "location_id": options.location,
        "collaborators": [*options.collaborators] if options.collaborators else None,
        **_labels(options),
    }


def _labels(options: InstagramOptions) -> Values:
    return {
        "is_ai_generated": options.ai_generated or None,
        "is_paid_partnership": options.paid_partnership or None,
        "branded_content_sponsor_ids": [*options.sponsors] if options.sponsors else None,
    }


def _products(tags: Sequence[ProductTag]) -> JsonValue:
    return [{"product_id": one.product_id, "x": one.x, "y": one.y} for one in tags] or None


def _tags(tags: Sequence[UserTag]) -> JsonValue:
    found: list[JsonValue] = [
        {
            name: value
            for name, value in (("username", one.username), ("x", one.x), ("y", one.y))
            if value is not None
        }
        for one in tags
    ]
    return found or None
