"""`client.media`: files by themselves."""

from __future__ import annotations

from typing import Generic, final

from socialkit.models import Capability, Media, PostMedia
from socialkit.operations import ModeT, operation
from socialkit.platforms.base._namespace import Namespace

__all__ = ["MediaFiles"]


class MediaFiles(Namespace[ModeT], Generic[ModeT]):
    """Files on the platform. `posts.publish` uploads by itself; this is for those who need the parts."""

    namespace = "media"

    @final
    @operation
    async def upload(self, media: Media) -> PostMedia:
        """Upload a file, wait until the platform has processed it, and return it.

        Raises:
            MediaProcessingError: It could not be uploaded or processed in time; nothing is public.
            NotSupportedError: The platform takes no such file from this account; the error says what it has.
        """
        self._core.require(Capability.MEDIA)
        return await self._upload(media)

    @final
    @operation
    async def get(self, media: PostMedia | str) -> PostMedia:
        """Return an uploaded file as it is now; `ready` says whether it can be attached.

        Raises:
            NotFoundError: There is no such file.
            MediaProcessingError: The platform could not process it.
        """
        return await self._get(media if isinstance(media, str) else media.id)

    async def _upload(self, media: Media) -> PostMedia:
        raise NotImplementedError

    async def _get(self, media: str) -> PostMedia:
        raise NotImplementedError
