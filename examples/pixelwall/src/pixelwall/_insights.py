"""The hearts that pins got."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Generic

from socialkit.errors import NotFoundError
from socialkit.models import Observation, SubjectKind
from socialkit.operations import ModeT, Page
from socialkit.platforms.base import Insights, observations
from socialkit.transport import Request, segment

from pixelwall._wire import WirePin

__all__ = ["PixelwallInsights"]


# --8<-- [start:insights]
METRICS: Final[Mapping[str, Callable[[WirePin], int | None] | None]] = {
    "likes": lambda pin: pin.hearts,
    "shares": None,
}
"""How each metric is read; None is what the platform does not count."""


class PixelwallInsights(Insights[ModeT], Generic[ModeT]):
    """Hearts."""

    async def _posts(
        self, posts: tuple[str, ...], cursor: str | None
    ) -> Page[Observation]:
        rows = [row for post in posts for row in await self._rows(post)]
        return Page(tuple(rows))

    async def _rows(self, post: str) -> tuple[Observation, ...]:
        request = Request(method="GET", url=f"pins/{segment(post)}")
        try:
            pin = (await self._core.pipeline.call(request, WirePin)).value
        except NotFoundError:
            pin = None
        return observations(
            pin,
            METRICS,
            {"likes": "hearts"},
            kind=SubjectKind.POST,
            subject_id=post,
            account=self._core.ref,
            now=self._core.now(),
        )


# --8<-- [end:insights]
