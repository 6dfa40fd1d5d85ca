"""Answers that are less, or other, than the simulator gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from socialkit.models import Draft
from socialkit.platforms.facebook import AsyncFacebook, Facebook
from socialkit.testing import picture
from socialkit.transport import Request, Response
from tests.support import collect, settle
from tests.transport.fakes import SteppedTransport, json_answer

ME = {"id": "19", "name": "The shop"}


@pytest.fixture(params=[Facebook, AsyncFacebook], ids=["blocking", "async"])
def told(request: pytest.FixtureRequest) -> Callable[[dict[str, Any]], Any]:
    """Opens a client that is answered by path."""

    def make(answers: dict[str, Any]) -> Any:
        def answer(sent: Request) -> Response:
            path = urlsplit(sent.url).path.removeprefix("/v26.0/")
            return json_answer({"me": ME, **answers}.get(path, {"data": []}))

        transport = SteppedTransport(answer, suspends=request.param is AsyncFacebook)
        return request.param(access_token="made-up", transport=transport)

    return make


async def test_a_write_that_answers_its_id_alone_gives_what_was_sent(
    told: Callable[[dict[str, Any]], Any],
) -> None:
    page = told({"me/photos": {"id": "7"}, "me/feed": {"id": "19_1"}})

    post = await settle(page.posts.publish(Draft(text="Autumn", media=[picture(alt_text="A dot")])))

    assert (post.id, post.text, post.published_at) == ("19_1", "Autumn", None)
    assert [(one.id, one.alt_text) for one in post.media] == [("7", "A dot")]


@pytest.mark.parametrize("name", ["1", "19_1"])
async def test_the_post_of_a_video_is_read_by_its_whole_id(
    told: Callable[[dict[str, Any]], Any], name: str
) -> None:
    page = told({"555": {"id": "555", "post_id": name}, "19_1": {"id": "19_1", "message": "A film"}})
    await settle(page.account.me())

    assert (await settle(page.posts.get("555"))).text == "A film"


async def test_what_has_no_time_or_author_breaks_no_inbox(told: Callable[[dict[str, Any]], Any]) -> None:
    comment = {"id": "1_2", "message": "Hi", "created_time": "2026-03-02T09:00:00+0000"}
    inbox = {"data": [{"id": "19_1", "comments": {"data": [comment, {"id": "1_3", "message": "When?"}]}}]}
    page = told({"me/published_posts": inbox})

    (message,) = await collect(page.inbox.iterate())

    assert (message.text, message.author.id) == ("Hi", "")
