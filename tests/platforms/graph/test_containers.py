"""Containers of Graph APIs: made, waited for, published, in both modes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar, cast

import pytest

from socialkit.auth import BearerToken, Credentials
from socialkit.errors import BadRequestError, MediaProcessingError
from socialkit.operations import Async, PassingRun, Sync
from socialkit.platforms._graph import (
    ContainerFlow,
    Containers,
    GraphAuthenticator,
    GraphCalls,
    VersionWatch,
    graph_errors,
)
from socialkit.platforms.base import open_core
from socialkit.platforms.mastodon import FACTS
from socialkit.publishing._run import LATEST
from socialkit.transport import Response, Retry, Secret
from tests.transport.fakes import SteppedTransport, json_answer

T = TypeVar("T")

TOKEN = Secret("made-up-token")

FLOW = ContainerFlow(
    create="media",
    publish="media_publish",
    state="status_code",
    explains="status",
    not_ready=frozenset({"9007/2207027"}),
)


def refusal(code: int, subcode: int) -> Response:
    return json_answer({"error": {"message": "No", "code": code, "error_subcode": subcode}}, 400)


EARLY = refusal(9007, 2207027)
UNSEEN = refusal(100, 33)


@pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
def mode(request: pytest.FixtureRequest) -> Any:
    return request.param


def containers(mode: Any, *steps: Response) -> tuple[Containers, SteppedTransport]:
    transport = SteppedTransport(*steps, suspends=mode is Async)
    authenticator = GraphAuthenticator(BearerToken(Credentials(access_token=TOKEN)), VersionWatch("x"))
    core = open_core(
        mode,
        FACTS,
        base_url="https://graph.example",
        authenticator=authenticator,
        transport=transport,
        retry=Retry(attempts=1),
    )
    core.pipeline._errors = graph_errors()
    return Containers(core, GraphCalls("v26.0"), FLOW), transport


def state(code: str, **more: str) -> Response:
    return json_answer({"id": "c1", "status_code": code, **more})


async def test_a_container_is_made_awaited_and_published(mode: Any) -> None:
    made, transport = containers(
        mode,
        json_answer({"id": "c1"}),
        state("IN_PROGRESS"),
        state("FINISHED"),
        EARLY,
        state("FINISHED"),
        json_answer({"id": "m1"}),
    )
    run = PassingRun(transport.now, patience=timedelta(minutes=5), steady=transport.steady)

    container = await made.prepared(
        run, "container 1", "7", {"image_url": "https://x.example/1.jpg", "tags": None}
    )
    post = await made.publish("7", container)

    assert (container, post) == ("c1", "m1")
    assert [one.url.rpartition("v26.0/")[2] for one in transport.sent] == [
        "7/media",
        "c1",
        "c1",
        "7/media_publish",
        "c1",
        "7/media_publish",
    ]
    assert transport.sent[0].form == (("image_url", "https://x.example/1.jpg"),)


async def test_a_container_that_failed_says_why_and_nothing_is_published(mode: Any) -> None:
    made, _ = containers(mode, state("ERROR", status="Error: 2207026"))

    with pytest.raises(MediaProcessingError, match="2207026"):
        await made.ready("c1")


async def test_a_container_that_is_not_seen_yet_is_waited_for(mode: Any) -> None:
    made, transport = containers(mode, UNSEEN, UNSEEN, state("FINISHED"))

    assert await made.ready("c1") == "c1"
    assert len(transport.sent) == 3


async def test_a_container_of_an_earlier_run_that_is_forgotten_is_made_anew(mode: Any) -> None:
    made, transport = containers(mode, UNSEEN, json_answer({"id": "c2"}), state("FINISHED"))
    run = Resumed(transport.now, patience=timedelta(minutes=5), steady=transport.steady)

    assert await made.prepared(run, "container", "7", {"image_url": "https://x.example/1.jpg"}) == "c2"


class Resumed(PassingRun):
    """Hands back what an earlier run made."""

    async def step(self, name: str, call: Callable[[], Awaitable[T]], *, returns: type[T]) -> T:
        return cast("T", "c1") if name == "container" else await super().step(name, call, returns=returns)


async def test_a_container_that_stays_unready_ends_in_time_for_a_journal_and_says_why(mode: Any) -> None:
    refusals = [one for _ in range(9) for one in (EARLY, state("FINISHED"))]
    made, transport = containers(mode, *refusals)
    began = transport.now()

    with pytest.raises(MediaProcessingError, match=r"9007/2207027.*nothing was published") as caught:
        await made.publish("7", "c1")

    assert isinstance(caught.value.__cause__, BadRequestError)
    assert transport.now() - began <= LATEST / 2
    assert sum(one.url.endswith("/media_publish") for one in transport.sent) == 3
