"""Refusals, budgets, prices, and what `check` finds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from socialkit.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    MissingScopeError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
)
from socialkit.models import Draft, Media, MediaKind, Severity
from socialkit.platforms import AsyncX, X, XOptions, XPoll
from socialkit.platforms.x import FACTS
from socialkit.testing import collect, gif, mp4, picture, settle, video
from socialkit.transport import ErrorTable, Request, Retry
from tests.platforms.x.conftest import Place
from tests.support import ROOT
from tests.transport.fakes import SteppedTransport, json_answer

TABLE = re.compile(r"^\| (picture|animation|video) \| (\d)[a-z, ]* \| (\d+) MiB \|", re.MULTILINE)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROBLEMS = "https://api.x.com/2/problems/"


def problem(kind: str, detail: str = "No", **more: Any) -> dict[str, Any]:
    return {"type": f"{PROBLEMS}{kind}" if kind else "about:blank", "title": "No", "detail": detail, **more}


REFUSALS = [
    (401, problem("", "Unauthorized"), AuthenticationError, None),
    (403, problem("", "Forbidden"), MissingScopeError, "forbidden"),
    (403, problem("", "You are not permitted to perform this action."), PermissionDeniedError, None),
    (
        403,
        problem("", "You are not allowed to create a Tweet with duplicate content."),
        ConflictError,
        "duplicate",
    ),
    (403, {"errors": [{"code": 187, "message": "Status is a duplicate."}]}, ConflictError, "187"),
    (403, problem("client-forbidden"), PermissionDeniedError, "client-forbidden"),
    (403, problem("oauth1-permissions"), PermissionDeniedError, "oauth1-permissions"),
    (403, problem("unsupported-authentication"), PermissionDeniedError, "unsupported-authentication"),
    (403, problem("user-suspended"), PermissionDeniedError, "user-suspended"),
    (403, problem("usage-capped"), RateLimitedError, "usage-capped"),
    (429, problem("", "Too Many Requests"), RateLimitedError, None),
    (429, problem("rate-limit-exceeded"), RateLimitedError, "rate-limit-exceeded"),
    (400, problem("invalid-request"), BadRequestError, "invalid-request"),
    (404, problem("", "Not Found"), NotFoundError, None),
    (200, {"errors": [problem("resource-not-found")]}, NotFoundError, "resource-not-found"),
    (
        200,
        {"errors": [problem("not-authorized-for-resource")]},
        PermissionDeniedError,
        "not-authorized-for-resource",
    ),
    (200, {"errors": [problem("internal-error")]}, ServerError, "internal-error"),
    (503, problem("", "Service Unavailable"), ServerError, None),
    (500, {"code": 131, "message": "Internal error"}, ServerError, "131"),
    (502, "<html>", ServerError, None),
]


@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "async"])
@pytest.mark.parametrize(("status", "body", "kind", "code"), REFUSALS)
async def test_each_refusal_becomes_its_class(
    status: int, body: Any, kind: type[APIError], code: str | None, blocking: bool
) -> None:
    carrier = SteppedTransport(json_answer(body, status), suspends=not blocking)
    client: Any = (X if blocking else AsyncX)(
        access_token="not-a-real-token", transport=carrier, retry=Retry(attempts=1, on_limit="raise")
    )
    with pytest.raises(APIError) as caught:
        await settle(client.posts.get("9"))

    assert (type(caught.value), caught.value.code) == (kind, code)


def test_an_answer_that_holds_a_part_is_no_refusal() -> None:
    table: ErrorTable = FACTS.errors
    partly = json_answer({"data": [{"id": "1"}], "errors": [problem("resource-not-found")]})

    assert table.read(partly) is None
    assert table.read(json_answer({"meta": {"result_count": 0}})) is None
    assert table.read(json_answer({"data": {"text": '"errors"'}})) is None


@pytest.mark.parametrize(
    ("status", "body"),
    [(429, problem("usage-capped")), (402, problem("", "Credits depleted")), (402, "<html>")],
    ids=["cap", "credits", "page"],
)
async def test_a_spent_budget_of_money_is_not_tried_again_at_once(status: int, body: Any) -> None:
    carrier = SteppedTransport(json_answer(body, status))
    client = X(access_token="not-a-real-token", transport=carrier)
    with pytest.raises(RateLimitedError) as caught:
        client.posts.get("9")

    assert len(carrier.sent) == 1
    assert caught.value.retry_after is not None
    assert caught.value.retry_after >= timedelta(minutes=30)


async def test_a_request_that_is_not_valid_is_told_with_what_is_wrong_in_it() -> None:
    words = "The `ids` query parameter value [a] is not valid"
    body = problem("invalid-request", "One or more parameters to your request was invalid.")
    carrier = SteppedTransport(json_answer({**body, "errors": [{"message": words}]}, 400))
    with pytest.raises(BadRequestError) as caught:
        X(access_token="not-a-real-token", transport=carrier).posts.get("9")

    assert words in str(caught.value)


def headers(**given: int) -> dict[str, str]:
    return {name.replace("_", "-"): str(value) for name, value in given.items()}


def test_a_day_that_is_spent_counts_before_a_quarter_of_an_hour_with_room() -> None:
    read, soon, late = FACTS.rate_headers, int(NOW.timestamp()) + 60, int(NOW.timestamp()) + 7_200
    assert read is not None
    window = headers(x_rate_limit_limit=100, x_rate_limit_remaining=90, x_rate_limit_reset=soon)
    day = headers(x_app_limit_24hour_limit=500, x_app_limit_24hour_remaining=0, x_app_limit_24hour_reset=late)
    full = headers(x_user_limit_24hour_remaining=3, x_user_limit_24hour_reset=late)
    spent, usual, empty = (read(one, NOW) for one in (window | day, window | full, {}))
    assert spent is not None
    assert usual is not None
    assert empty is not None

    assert (spent.remaining, spent.resets_at) == (0, NOW + timedelta(hours=2))
    assert (usual.remaining, usual.resets_at) == (90, NOW + timedelta(seconds=60))
    assert empty.remaining is None


@pytest.mark.parametrize(
    ("method", "url", "name"),
    [
        ("GET", "2/tweets/123", "GET tweets/:id"),
        ("GET", "2/tweets", "GET tweets"),
        ("PUT", "https://api.x.com/2/tweets/123/hidden", "PUT tweets/:id/hidden"),
        ("GET", "2/users/by/username/ada", "GET users/by/username/:id"),
        ("GET", "2/users/7/tweets", "GET users/:id/tweets"),
        ("POST", "2/dm_conversations/1-2/messages", "POST dm_conversations/:id/messages"),
        ("POST", "2/media/upload/9/append", "POST media/upload/:id/append"),
    ],
)
def test_each_endpoint_has_a_budget_of_its_own(method: str, url: str, name: str) -> None:
    assert FACTS.bucket is not None
    assert FACTS.bucket(Request(method=method, url=url)) == name


async def test_a_window_that_is_spent_is_waited_for_and_others_go_on(place: Place) -> None:
    client = place.client(retry=Retry(on_limit="raise"))
    for _ in range(75):
        await settle(client.account.me())
    with pytest.raises(RateLimitedError) as caught:
        await settle(client.account.me())

    assert caught.value.resets_at is not None
    assert timedelta() < caught.value.resets_at - place.world.clock.now() <= timedelta(minutes=15)
    assert (await settle(client.posts.publish("Hello"))).text == "Hello"
    place.world.clock.advance(timedelta(minutes=15))
    await settle(client.account.me())


def test_a_post_costs_what_the_list_says() -> None:
    client = X(access_token="not-a-real-token")
    thread = Draft(text="One", thread=[Draft(text="See https://shop.example.com")], first_comment="Two")

    assert str(client.posts.cost("Autumn is here")) == "0.020"
    assert str(client.posts.cost(thread)) == "0.235"
    assert str(client.posts.cost(Draft(text="Thank you", reply_to="9"))) == "0.015"
    assert str(client.posts.cost(Draft(text="See https://example.com", reply_to="9"))) == "0.205"
    assert str(client.posts.cost(Draft(text="Look", media=[picture(), picture(alt_text=None)]))) == "0.025"


def test_the_page_says_what_files_are_taken() -> None:
    page = (ROOT / "docs" / "platforms" / "x.md").read_text("utf-8")
    told = {kind: (int(most), int(mib)) for kind, most, mib in TABLE.findall(page)}

    limits = FACTS.limits
    kinds = {"picture": limits.image, "animation": limits.kinds["animation"], "video": limits.video}
    assert told == {
        word: (1 if most.alone else limits.media, (most.bytes or 0) // 2**20) for word, most in kinds.items()
    }


# What `check` finds ------------------------------------------------------------------------


def sized(kind: MediaKind, mime_type: str, **given: Any) -> Media:
    return Media(filename="f", kind=kind, mime_type=mime_type, alt_text="A dot", content=b"x", **given)


def film(**given: Any) -> Media:
    return Media.from_bytes(mp4(**given), filename="film.mp4", alt_text="A film")


FILM = (MediaKind.VIDEO, "video/mp4")
DOTS = Media.from_bytes(gif(frames=2), filename="dot.gif", alt_text="A dot")
DAY = timedelta(days=1)
WRONG = [
    (Draft(text="Buy $ABC and $XYZ"), ["text"]),
    (Draft(text="a", first_comment="Buy $ABC and $XYZ"), ["first_comment"]),
    (Draft(text="漢" * 141), ["text"]),
    (Draft(text="a\ufeffb"), ["text"]),
    (Draft(text="a", thread=[Draft(text="$A or $B")]), ["thread[0].text"]),
    (Draft(text="a", media=[video(), picture()]), ["media"]),
    (Draft(text="a", media=[DOTS, DOTS]), ["media"]),
    (Draft(text="a", media=[picture()] * 5), ["media"]),
    (Draft(text="a", media=[sized(MediaKind.IMAGE, "image/heic", size=1)]), ["media[0]"]),
    (Draft(text="a", media=[sized(MediaKind.IMAGE, "image/png", size=5 * 2**20 + 1)]), ["media[0]"]),
    (Draft(text="a", media=[sized(MediaKind.ANIMATION, "image/gif", size=15 * 2**20 + 1)]), ["media[0]"]),
    (Draft(text="a", media=[sized(*FILM, size=512 * 2**20 + 1)]), ["media[0]"]),
    (Draft(text="a", media=[sized(*FILM, size=1, width=1300, height=700)]), ["media[0]"]),
    (Draft(text="a", media=[sized(*FILM, size=1, width=30, height=31)]), ["media[0]"]),
    (Draft(text="a", media=[sized(*FILM, size=1, width=1200, height=300)]), ["media[0]"]),
    (Draft(text="a", media=[film(duration=timedelta(seconds=141))]), ["media[0]"]),
    (Draft(text="a", media=[film(duration=timedelta(seconds=0.4))]), ["media[0]"]),
    (Draft(text="a", media=[film(frame_rate=90)]), ["media[0]"]),
    (Draft(text="a", media=[film(codec="hvc1")]), ["media[0]"]),
    (Draft(text="a", quotes="9"), ["quotes"]),
    (Draft(text="a", options=[XOptions(poll=XPoll(choices=["a"], duration=DAY))]), ["options.poll.choices"]),
    (
        Draft(text="a", options=[XOptions(poll=XPoll(choices=["a" * 26, " "], duration=DAY * 8))]),
        ["options.poll.choices[0]", "options.poll.choices[1]", "options.poll.duration"],
    ),
    (
        Draft(text="a", media=[picture()], options=[XOptions(poll=XPoll(choices=["a", "b"], duration=DAY))]),
        ["options.poll"],
    ),
    (
        Draft(text="a", options=[XOptions(poll=XPoll(choices=["a", "b"], duration=timedelta(seconds=330)))]),
        ["options.poll.duration"],
    ),
    (
        Draft(text="a", reply_to="@ada", options=[XOptions(community="knit")]),
        ["reply_to", "options.community"],
    ),
    (Draft(text="a", options=[XOptions(tagged_users=["7"])]), ["options.tagged_users"]),
    (
        Draft(text="a", media=[picture()], options=[XOptions(tagged_users=[*"12345678901", "@ada"])]),
        ["options.tagged_users", "options.tagged_users"],
    ),
]


@pytest.mark.parametrize(("draft", "fields"), WRONG)
def test_check_finds_what_x_refuses(draft: Draft, fields: list[str]) -> None:
    problems = X(access_token="not-a-real-token").posts.check(draft)

    assert [one.field for one in problems if one.severity is Severity.ERROR] == fields


@pytest.mark.parametrize(
    "draft",
    [
        Draft(text="漢" * 140),
        Draft(text="Buy $ABC", media=[picture()] * 4),
        Draft(text="See https://example.com/" + "a" * 500),
        Draft(media=[DOTS]),
        Draft(text="Costs $5 and $10"),
        Draft(text="a", media=[film(width=1280, height=720).model_copy(update={"size": 512 * 2**20})]),
        Draft(
            text="Tea?",
            options=[XOptions(poll=XPoll(choices=["Yes", "No"], duration=DAY), replies="verified")],
        ),
    ],
)
def test_check_takes_what_x_takes(draft: Draft) -> None:
    assert X(access_token="not-a-real-token").posts.check(draft) == ()


async def test_an_app_with_a_contract_may_name_more_shares_and_quote() -> None:
    client = X(access_token="not-a-real-token", tier="enterprise")

    assert client.posts.check(Draft(text="Buy $ABC and $XYZ", quotes="9")) == ()
    assert [one.field for one in client.posts.check(Draft(text="a", quotes="9", media=[picture()]))] == [
        "quotes"
    ]


async def test_a_server_that_breaks_while_a_post_is_made_leaves_it_open() -> None:
    me = json_answer({"data": {"id": "7", "username": "shop", "name": "Shop"}})
    none, broken = (
        json_answer({"meta": {"result_count": 0}}),
        json_answer({"errors": [problem("internal-error")]}),
    )
    carrier = SteppedTransport(me, none, broken)
    with pytest.raises(OutcomeUnknownError):
        X(access_token="not-a-real-token", transport=carrier).posts.publish("Hello")

    assert len(carrier.sent) == 3


@pytest.mark.parametrize("given", [{"query": "a" * 513}, {"query": "tea", "granularity": "week"}])
async def test_a_question_that_x_would_refuse_is_not_paid_for(place: Place, given: dict[str, str]) -> None:
    client = place.client()
    with pytest.raises(ValueError, match=r"query has 513|granularity='week'"):
        await settle(client.listening.volume(**given))
    if "granularity" not in given:
        with pytest.raises(ValueError, match="X takes 512"):
            await collect(client.listening.search(given["query"]))

    now, week = place.world.clock.now(), timedelta(days=7)
    for since in (now - week - timedelta(seconds=1), now + timedelta(seconds=1)):
        with pytest.raises(ValueError, match="seven days"):
            await settle(client.listening.volume("tea", since=since))
    assert client.sent.requests == []
    for since in (now - week, now):
        await settle(client.listening.volume("tea", since=since))
    place.x.set_tier(self_serve=False)
    assert await collect(place.client().listening.search("a" * 513)) == []


async def test_a_day_of_the_app_that_is_spent_stops_posts_though_the_window_has_room(place: Place) -> None:
    client = place.client(retry=Retry(attempts=1, on_limit="raise"))
    place.x.set_left_today("create_post", 1)
    await settle(client.posts.publish("One"))
    before = place.world.clock.now()
    for _ in range(2):
        with pytest.raises(RateLimitedError) as caught:
            await settle(client.posts.publish("Two"))

        assert caught.value.resets_at is not None
        assert caught.value.resets_at - before > timedelta(minutes=15)
    assert [one.text for one in place.x.posts()] == ["One"]
    place.world.clock.advance(timedelta(days=1))
    await settle(client.posts.publish("Two"))
