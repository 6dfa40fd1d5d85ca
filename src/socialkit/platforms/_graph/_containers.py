"""The container flow: make one from addresses of files, wait until it is ready, publish it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from pydantic import Field, JsonValue

from socialkit.errors import (
    APIError,
    BadRequestError,
    MediaProcessingError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitedError,
    SocialKitError,
)
from socialkit.models import OpenEnum, WireModel
from socialkit.operations import Run
from socialkit.platforms._graph._calls import GraphCalls
from socialkit.platforms.base import Core, last_made, made_again, processed
from socialkit.transport import Safety

__all__ = ["Container", "ContainerFlow", "ContainerState", "Containers", "last_container"]

NOT_READY_WAITS: Final = (1.0, 4.0)
"""Seconds before a container that the platform does not see yet is published again: it refused, so that
nothing is out. All of them are short of the ten seconds within which a journal lets a write be sent."""


class ContainerState(OpenEnum):
    """How far a container is."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"


class WireMade(WireModel):
    """What a call answers that makes something."""

    id: str = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Container:
    """A container as it is now."""

    id: str
    state: ContainerState
    explanation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerFlow:
    """Where one platform differs."""

    create: str
    """The edge that makes containers: `media`, `threads`."""
    publish: str
    """The edge that publishes them: `media_publish`, `threads_publish`."""
    state: str
    """The field that tells how far one is: `status_code`, `status`."""
    explains: str
    """The field that tells why it failed: `status`, `error_message`."""
    not_ready: frozenset[str] = frozenset()
    """Codes of a publish that came too early."""
    limit: timedelta = timedelta(minutes=5)
    """How long a container may take; Meta advises to look for at most five minutes."""


def last_container(results: Mapping[str, JsonValue], step: str) -> str | None:
    """Return the last container that `prepared` made in a step; None where it made none.

    Example:
        >>> last_container({"part 1 container": "17", "part 1 container again 1": "18"}, "part 1 container")
        '18'
    """
    found = last_made(results, step)
    return found if isinstance(found, str) else None


class Containers:
    """Containers of one client."""

    def __init__(self, core: Core, calls: GraphCalls, flow: ContainerFlow) -> None:
        self._core = core
        self._calls = calls
        self._flow = flow

    async def create(self, owner: str, values: Mapping[str, JsonValue]) -> str:
        """Make a container, and return its id.

        A lost one costs nothing: it is never published, and expires.
        """
        request = self._calls.post(owner, self._flow.create, values=values, safety=Safety.PREPARE)
        return (await self._core.pipeline.call(request, WireMade)).value.id

    async def look(self, container: str) -> Container:
        """Return a container as it is now."""
        flow = self._flow
        fields = tuple(dict.fromkeys(("id", flow.state, flow.explains)))
        answer = await self._core.pipeline.call(
            self._calls.get(container, fields=fields), dict[str, JsonValue]
        )
        state, why = answer.value.get(flow.state), answer.value.get(flow.explains)
        return Container(container, ContainerState(str(state)), why if isinstance(why, str) else "")

    async def ready(self, container: str) -> str:
        """Wait until a container can be published, and return its id.

        Raises:
            MediaProcessingError: The platform could not make it, or not in time; nothing is public.
        """
        if await self._settled(container) is not None:
            return container
        look = partial(self._settled, container)
        return await processed(self._core, look, name=f"the container {container}", limit=self._flow.limit)

    async def _settled(self, container: str) -> str | None:
        found = await self._seen(container)
        if found is None:
            return None
        if found.state in {ContainerState.ERROR, ContainerState.EXPIRED}:
            why = f" ({found.explanation})" if found.explanation else ""
            message = f"the container {container} ended as {found.state}{why}; nothing was published"
            raise MediaProcessingError(message, platform=self._core.facts.name)
        return container if found.state in {ContainerState.FINISHED, ContainerState.PUBLISHED} else None

    async def _seen(self, container: str) -> Container | None:
        """Return a container; None where it is not found, as a new one may be for a while."""
        try:
            return await self.look(container)
        except NotFoundError:
            return None

    async def prepared(
        self,
        run: Run,
        step: str,
        owner: str,
        values: Mapping[str, JsonValue],
        fill: Callable[[str], Awaitable[None]] | None = None,
    ) -> str:
        """Return a container that can be published: made in a step, and made again if it expired since.

        Args:
            run: What carries the write.
            step: The name of the step.
            owner: The id of the account.
            values: What the container is made of.
            fill: Sends a new container's bytes, where the platform does not fetch them.

        Raises:
            MediaProcessingError: The platform could not make it; nothing is public.
        """

        async def make() -> str:
            made = await self.create(owner, values)
            if fill is not None:
                await fill(made)
            return made

        async def is_over(container: str) -> bool:
            known = await self._seen(container)
            return known is None or known.state is ContainerState.EXPIRED

        # One that is over or forgotten by now was never published, so another will do.
        return await self.ready(await made_again(run, step, make, is_over, returns=str))

    async def publish(self, owner: str, container: str) -> str:
        """Publish a container, and return the id of what it became; for `run.commit`.

        Raises:
            MediaProcessingError: The platform does not see it yet; nothing is public.
            OutcomeUnknownError: Nobody knows whether it is out, or it is out and nobody knows as what.
        """
        for wait in NOT_READY_WAITS:
            try:
                return await self._release(owner, container)
            except BadRequestError as error:
                if error.code not in self._flow.not_ready:
                    raise
            await self._core.transport.sleep(wait)
        try:
            return await self._release(owner, container)
        except BadRequestError as error:
            if error.code not in self._flow.not_ready:
                raise
            message = f"the container {container} is not ready yet ({error.code}); nothing was published"
            raise MediaProcessingError(message, platform=self._core.facts.name) from error

    async def _release(self, owner: str, container: str) -> str:
        request = self._calls.post(owner, self._flow.publish, values={"creation_id": container})
        try:
            return (await self._core.pipeline.call(request, WireMade)).value.id
        except APIError as error:
            # A request that some line hands over twice may be refused the second time, with any code that
            # there is, after the first one went through: the container tells.
            doubt = await self._doubt(container, error)
            if doubt is None:
                raise
            message = f"publishing the container {container} was refused, {doubt}: {error.message}"
            raise OutcomeUnknownError(message, platform=self._core.facts.name) from error

    async def _doubt(self, container: str, refusal: APIError) -> str | None:
        """Return why a refusal does not say that nothing is out; None where it does."""
        try:
            state = (await self.look(container)).state
        except NotFoundError:
            return None
        except SocialKitError as error:
            if isinstance(refusal, RateLimitedError) and isinstance(error, RateLimitedError):
                return None  # the budget is spent for both; the same container is published again later
            return f"and nobody could look whether it is out all the same ({error.message})"
        return "though it is out" if state is ContainerState.PUBLISHED else None
