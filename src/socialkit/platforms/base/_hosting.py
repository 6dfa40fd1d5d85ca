"""Where a user puts files that a platform fetches by itself."""

from __future__ import annotations

from typing import Final, Protocol, cast

from socialkit.models import HostedMedia, Media
from socialkit.operations import Mode
from socialkit.transport import Transport
from socialkit.transport._either import Either

__all__ = ["AsyncMediaHost", "HostAccess", "MediaHost"]

WRONG_KIND: Final = (
    "the media host is asynchronous and the client is not: give it a MediaHost, or use the Async client"
)


class MediaHost(Protocol):
    """A place from which platforms fetch files: everybody who has a file's address can read it.

    Several threads and processes may use one at the same time.
    """

    def put(self, media: Media, /) -> HostedMedia:
        """Put a local file there, and return its address.

        The address follows from the content and cannot be guessed without it. Putting the same content again
        makes no second file: it has the same address (where addresses are signed, with another signature),
        and from then on as long to live as a new one.

        Raises:
            InvalidDraftError: The file changed since it was opened.
            OSError: It cannot be read, or not be written.
            ConfigurationError: The place is not there, or may not be written to.
            TransportError: The place cannot be reached.
        """
        ...

    def remove(self, media: Media, /) -> None:
        """Take a file away, before its time; one that is not there is none to remove."""
        ...


class AsyncMediaHost(Protocol):
    """A `MediaHost` whose methods are awaited."""

    async def put(self, media: Media, /) -> HostedMedia:
        """Put a local file there, and return its address."""
        ...

    async def remove(self, media: Media, /) -> None:
        """Take a file away, before its time; one that is not there is none to remove."""
        ...


class HostAccess:
    """Puts files with a host of either kind from a coroutine of either mode.

    Raises:
        ConfigurationError: The client is blocking and the host is not.
    """

    def __init__(self, host: MediaHost | AsyncMediaHost, mode: type[Mode]) -> None:
        self._host = host
        self._call = Either(mode, (host.put, host.remove), WRONG_KIND)

    async def put(self, media: Media, transport: Transport) -> HostedMedia:
        """Put a file there, and return its address."""
        return cast("HostedMedia", await self._call(transport, self._host.put, media))
