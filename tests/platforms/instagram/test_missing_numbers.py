"""Why numbers are missing: of stories, of posts that cannot be read, of parts of an audience."""

from __future__ import annotations

import json
from typing import Any

import pytest

from socialkit.models import Draft, Media, Missing
from socialkit.platforms.instagram import InstagramOptions
from socialkit.sandbox.instagram import InstagramSimulator
from socialkit.testing._transports import RecordingTransport
from socialkit.transport import Request, Response
from tests.platforms.instagram.conftest import Open
from tests.support import collect, settle

DRAFT = Draft(text="", media=[Media.from_url("https://shop.example/dot.jpg")])
STORY = DRAFT.model_copy(update={"options": (InstagramOptions(kind="story"),)})


class Answering(RecordingTransport):
    """Answers for Instagram what lies at one address."""

    def __init__(self, inner: Any, place: str, answer: Response) -> None:
        super().__init__(inner)
        self._place, self._answer = place, answer

    async def send(self, request: Request, /) -> Response:
        asked = f"{request.url} {dict(request.params).get('breakdown', '')}".strip()
        return self._answer if asked.endswith(self._place) else await super().send(request)


def answering(client: Any, place: str, status: int, document: object) -> None:
    answer = Response(status, {"content-type": "application/json"}, json.dumps(document).encode())
    client._core.pipeline.transport = Answering(client._core.pipeline.transport, place, answer)


def refusal(code: int) -> dict[str, Any]:
    return {"error": {"message": "No", "code": code}}


async def seen(client: Any, *posts: str) -> dict[tuple[str, str], Missing | None]:
    rows = await collect(client.insights.posts([*posts]))
    return {(one.subject, one.metric): one.missing for one in rows}


async def test_a_story_that_few_people_saw_is_withheld_and_one_without_the_scope_is_not_permitted(
    opened: Open, meta: InstagramSimulator
) -> None:
    shop = opened()
    story = (await settle(shop.posts.publish(STORY))).id
    blind = opened(access_token=meta.issue_token(scopes=("instagram_basic",)))

    assert (await seen(shop, story))[story, "reach"] is Missing.WITHHELD
    assert (await seen(blind, story))[story, "reach"] is Missing.NOT_PERMITTED
    meta._state.media[story].views = 10
    assert (await seen(shop, story))[story, "reach"] is None


@pytest.mark.parametrize(
    ("code", "missing"),
    [(10, Missing.NOT_PERMITTED), (200, Missing.NOT_PERMITTED), (100, Missing.NOT_OFFERED)],
)
async def test_a_post_that_cannot_be_read_loses_no_numbers_of_others(
    shop: Any, code: int, missing: Missing
) -> None:
    good, bad = [(await settle(shop.posts.publish(DRAFT))).id for _ in range(2)]
    answering(shop, f"/{bad}", 400, refusal(code))

    found = await seen(shop, bad, good)

    assert (found[bad, "reach"], found[good, "reach"]) == (missing, None)


async def test_a_part_of_the_audience_that_is_not_told_is_withheld(shop: Any) -> None:
    answering(shop, "/insights age", 200, {"data": []})

    rows = {one.breakdown: (one.value, one.missing) for one in await settle(shop.insights.audience())}

    assert (rows["age="], rows["country=DE"]) == ((None, Missing.WITHHELD), (70, None))


@pytest.mark.parametrize("seconds", [10**15, 10**18])
async def test_a_quota_of_ages_is_not_told(shop: Any, seconds: int) -> None:
    told = {"quota_usage": 3, "config": {"quota_total": 100, "quota_duration": seconds}}
    answering(shop, "/content_publishing_limit", 200, {"data": [told]})

    limit = await settle(shop.account.publishing_limit())

    assert (limit.used, limit.left, limit.per) == (3, 97, None)
