"""Calls of the AT Protocol: all lie under `xrpc/`, and those for other services name them in a header."""

from __future__ import annotations

from typing import Final, TypeVar

from pydantic import JsonValue

from socialkit.errors import BadRequestError, NotFoundError
from socialkit.platforms.base import Core
from socialkit.platforms.bluesky._records import POST, Address, parse_uri
from socialkit.platforms.bluesky._wire import WireDid
from socialkit.transport import Answer, Request, Safety

__all__ = ["CHAT", "Calls"]

T = TypeVar("T")

CHAT: Final = "did:web:api.bsky.chat#bsky_chat"
"""The service behind private messages; the account's server passes calls on to it."""


class Calls:
    """Makes calls for one client."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def query(self, name: str, returns: type[T], **params: str | int | None) -> Answer[T]:
        """Read something."""
        pairs = tuple((key, str(value)) for key, value in params.items() if value is not None)
        return await self.read(name, pairs, returns)

    async def read(
        self, name: str, params: tuple[tuple[str, str], ...], returns: type[T], *, proxy: str | None = None
    ) -> Answer[T]:
        """Read something, with parameters that may stand several times."""
        headers = {} if proxy is None else {"atproto-proxy": proxy}
        request = Request(method="GET", url=f"xrpc/{name}", params=params, headers=headers)
        return await self._core.pipeline.call(request, returns)

    async def procedure(
        self,
        name: str,
        body: dict[str, JsonValue],
        returns: type[T],
        *,
        safety: Safety,
        proxy: str | None = None,
    ) -> Answer[T]:
        """Write something."""
        headers = {} if proxy is None else {"atproto-proxy": proxy}
        request = Request(method="POST", url=f"xrpc/{name}", json=body, headers=headers, safety=safety)
        return await self._core.pipeline.call(request, returns)

    async def record(self, address: Address, returns: type[T]) -> Answer[T]:
        """Read a record from the server that keeps it: what was written is there at once.

        Raises:
            NotFoundError: It is not there, or nobody has the account's handle or identifier.
        """
        try:
            return await self.query(
                "com.atproto.repo.getRecord",
                returns,
                repo=address.authority,
                collection=address.collection,
                rkey=address.key,
            )
        except BadRequestError as error:
            ref = self._core.ref
            if address.authority in {ref.id, ref.handle}:
                raise  # our own repository is there: this says nothing about the record
            # Servers have no name for a repository that they cannot find.
            raise self.missing(f"there is no {address}: {error.message}") from error

    async def did(self) -> str:
        """Return the account's lasting identifier.

        Raises:
            APIError: The server does not tell: the credentials are not good.
        """
        ref = await self._core.identify()
        if ref.id is None:
            answer = await self.query("com.atproto.server.getSession", WireDid)
            ref = ref.model_copy(update={"id": answer.value.did, "handle": answer.value.handle})
            self._core.ref = ref
        return ref.id or ""

    async def did_of(self, handle: str) -> str | None:
        """Return whose handle it is; None when nobody has it."""
        try:
            answer = await self.query("com.atproto.identity.resolveHandle", WireDid, handle=handle)
        except (BadRequestError, NotFoundError):  # servers before 2026 have no name for it
            return None
        return answer.value.did

    def address(self, uri: str) -> Address:
        """Return the parts of a post's address.

        Raises:
            NotFoundError: It is no address, or that of another record, so no post is there.
        """
        found = parse_uri(uri)
        if found is None or found.collection != POST:
            raise self.missing(f"{uri!r} is no post: posts have addresses such as at://did:plc:…/…/…")
        return found

    def missing(self, message: str) -> NotFoundError:
        """Return the error for what is not there, where no refusal says so."""
        return NotFoundError(message, status=404, platform=self._core.facts.name)
