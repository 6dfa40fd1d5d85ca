"""A Facebook that answers by path what a test tells it to, and lost writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from socialkit.models import AccountRef, Attempt, Author, Found, Message, MessageKind, WriteKind
from socialkit.platforms.facebook import AsyncFacebook, Facebook
from socialkit.transport import Request, Response
from tests.support import settle
from tests.transport.fakes import SteppedTransport, json_answer

ME = {"id": "19", "name": "The shop"}
Told = Callable[[dict[str, Any]], Any]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TOLD = "2026-03-02T09:00:00+0000"


def attempt(kind: WriteKind, **more: Any) -> Attempt:
    """A write of that time, which a later look can say of that it never landed."""
    return Attempt(
        platform="facebook",
        account=AccountRef(platform="facebook"),
        kind=kind,
        step="reply",
        key="k",
        started_at=NOW,
        deadline=NOW + timedelta(minutes=1),
        **more,
    )


async def looked(page: Any, lost: Attempt) -> Found:
    """Look for a write until it cannot land any more."""
    await settle(page.posts.find(lost))
    page._core.transport.clock += timedelta(hours=1)
    found = await settle(page.posts.find(lost))
    assert isinstance(found, Found)
    return found


def message(kind: MessageKind, name: str, **more: Any) -> Message:
    return Message(id=name, kind=kind, author=Author(id="7", handle="ada"), text="?", created_at=NOW, **more)


@pytest.fixture(params=[Facebook, AsyncFacebook], ids=["blocking", "async"])
def told(request: pytest.FixtureRequest) -> Callable[[dict[str, Any]], Any]:
    """Opens a client that is answered by path."""

    def make(answers: dict[str, Any]) -> Any:
        def answer(sent: Request) -> Response:
            path = urlsplit(sent.url).path.removeprefix("/v26.0/")
            body = {"me": ME, **answers}.get(path, {"data": []})
            if callable(body):
                body = body(sent)
            return body if isinstance(body, Response) else json_answer(body)

        transport = SteppedTransport(answer, suspends=request.param is AsyncFacebook)
        return request.param(access_token="made-up", app_secret="made-up", client_id="1", transport=transport)

    return make
