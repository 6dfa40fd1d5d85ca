"""Old servers, forks, broken answers, and addresses that lead nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

import socialkit as sk
from socialkit.models import Basis, Missing
from socialkit.platforms import Mastodon
from socialkit.testing import collect, settle
from socialkit.transport import Retry
from tests.platforms.mastodon.answers import ACCOUNT, HOST, body, status

pytestmark = pytest.mark.respx(base_url=HOST, assert_all_called=False)


def instance(**statuses: int) -> dict[str, Any]:
    return {"version": "4.6.0", "configuration": {"statuses": statuses}}


async def test_limits_of_the_server_judge_from_now_on(mastodon: Any, respx_mock: respx.MockRouter) -> None:
    respx_mock.get("/api/v2/instance").respond(
        json=instance(max_characters=30, characters_reserved_per_url=10, max_media_attachments=9)
    )
    text = "See https://shop.example/a/long/way/to/a/jacket and more"
    before = mastodon.posts.check(text)
    limits = await settle(mastodon.account.refresh_limits())
    fits, too_long = mastodon.posts.check(text[:-1]), mastodon.posts.check(text + " of it all")

    assert (limits.text, limits.url_length, limits.media, limits.basis) == (30, 10, 9, Basis.SERVER)
    assert limits.alt_text == 1_500
    assert (before, fits) == ((), ())
    assert [(one.limit, one.actual, one.basis) for one in too_long] == [(30, 33, Basis.SERVER)]


@pytest.mark.parametrize(
    ("answer", "limit"),
    [
        ({"version": "3.5.0", "configuration": {"statuses": {"max_characters": 600}}}, 600),
        ({"version": "3.3.0"}, 500),
        ({"version": "3.3.0 (compatible; Fork 2)", "max_toot_chars": 5000}, 5000),
    ],
)
async def test_old_servers_and_forks_are_asked_in_the_old_way(
    mastodon: Any, respx_mock: respx.MockRouter, answer: dict[str, Any], limit: int
) -> None:
    respx_mock.get("/api/v2/instance").respond(404, json={"error": "Not Found"})
    respx_mock.get("/api/v1/instance").respond(json=answer)
    limits = await settle(mastodon.account.refresh_limits())

    assert (limits.text, limits.basis) == (limit, Basis.SERVER)


@pytest.mark.parametrize("refusal", [404, 405])
async def test_posts_are_asked_for_one_by_one_where_several_cannot_be(
    mastodon: Any, respx_mock: respx.MockRouter, refusal: int
) -> None:
    batch = respx_mock.get("/api/v1/statuses").respond(refusal, json={"error": "no"})
    respx_mock.get("/api/v1/statuses/9").respond(json=status("9"))
    respx_mock.get("/api/v1/statuses/10").respond(404, json={"error": "Record not found"})
    rows = await collect(mastodon.insights.posts(["9", "10"]))
    likes = [(row.subject, row.value, row.missing) for row in rows if row.metric == "likes"]

    assert batch.calls.last.request.url.query == b"id%5B%5D=9&id%5B%5D=10"
    assert likes == [("9", 2, None), ("10", None, Missing.NOT_FOUND)]
    assert [row.missing for row in rows if (row.subject, row.metric) == ("9", "shares")] == [
        Missing.NOT_OFFERED
    ]


async def test_a_cursor_never_leads_to_another_host(mastodon: Any, respx_mock: respx.MockRouter) -> None:
    link = '<https://elsewhere.example/api/v1/steal?max_id=9>; rel="next"'
    first = respx_mock.get("/api/v1/accounts/7/statuses", params={"exclude_reblogs": "true"})
    first.respond(json=[status("9")], headers={"link": link})
    second = respx_mock.get("/api/v1/accounts/7/statuses", params={"max_id": "9"})
    second.respond(json=[status("8")])
    posts = await collect(mastodon.posts.iterate())

    assert [one.id for one in posts] == ["9", "8"]
    assert second.calls.last.request.url.host == "mastodon.example"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<!doctype html><title>One moment</title>", "an HTML page"),
        (b'{"id": "9", "cont', "a truncated JSON document"),
        (b"upstream timed out", "something that is not JSON"),
        (b"", "an empty body"),
        (b'["not", "a", "status"]', "not what was expected"),
    ],
)
async def test_an_answer_that_is_something_else_says_what_it_is(
    mastodon: Any, respx_mock: respx.MockRouter, content: bytes, told: str
) -> None:
    respx_mock.get("/api/v1/statuses/9").respond(content=content)
    respx_mock.get("/api/v1/accounts/7/statuses").respond(json=[])
    respx_mock.post("/api/v1/statuses").respond(content=content)

    with pytest.raises(sk.UnexpectedResponseError, match=told) as caught:
        await settle(mastodon.posts.get("9"))
    assert caught.value.body == content
    with pytest.raises(sk.OutcomeUnknownError, match=told) as unknown:
        await settle(mastodon.posts.publish("Autumn"))
    assert isinstance(unknown.value.__cause__, sk.UnexpectedResponseError)


@pytest.mark.parametrize("name", ["delete", "like"])
async def test_a_page_of_a_proxy_is_no_success(
    mastodon: Any, respx_mock: respx.MockRouter, name: str
) -> None:
    page = b"<!doctype html><title>Log in to the network</title>"
    respx_mock.delete("/api/v1/statuses/9").respond(content=page)
    respx_mock.post("/api/v1/statuses/9/favourite").respond(content=page)
    calls: dict[str, Callable[[], Any]] = {
        "delete": lambda: mastodon.posts.delete("9"),
        "like": lambda: mastodon.inbox.like(sk.Post(id="9")),
    }

    with pytest.raises(sk.OutcomeUnknownError) as caught:
        await settle(calls[name]())
    assert (caught.value.attempt.kind, caught.value.attempt.target) == (name, "9")


@pytest.mark.parametrize("answer", [httpx.Response(503), httpx.ConnectTimeout("x"), httpx.ReadTimeout("x")])
async def test_a_like_that_stays_undecided_does_not_look_like_a_read(
    respx_mock: respx.MockRouter, answer: httpx.Response | Exception
) -> None:
    route = respx_mock.post("/api/v1/statuses/9/favourite").mock(side_effect=[answer] * 2)
    patience = Retry(attempts=2, random=lambda: 0)
    sent = not isinstance(answer, httpx.ConnectTimeout)

    with (
        Mastodon(base_url=HOST, access_token="made-up-token", retry=patience) as client,
        pytest.raises(sk.OutcomeUnknownError if sent else sk.RequestTimeoutError),
    ):
        client.inbox.like(sk.Post(id="9"))
    assert route.call_count == 2


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (httpx.Response(401, json={"error": "The access token is invalid"}), sk.AuthenticationError),
        (httpx.Response(403, json={"error": "This action is not allowed"}), sk.PermissionDeniedError),
        (httpx.Response(404, json={"error": "Record not found"}), sk.NotFoundError),
        (httpx.Response(410, json={"error": "Gone"}), sk.NotFoundError),
        (httpx.Response(422, json={"error": "Validierung fehlgeschlagen"}), sk.BadRequestError),
        (httpx.Response(429, json={"error": "Too many requests"}), sk.RateLimitedError),
    ],
)
async def test_a_refusal_is_classified_by_its_status_in_any_language(
    mastodon: Any, respx_mock: respx.MockRouter, response: httpx.Response, error: type[sk.APIError]
) -> None:
    respx_mock.get("/api/v1/statuses/9").mock(return_value=response)
    respx_mock.get("/api/v1/accounts/7/statuses").respond(json=[])
    respx_mock.post("/api/v1/statuses").mock(return_value=response)

    calls: list[Callable[[], Any]] = [
        lambda: mastodon.posts.get("9"),
        lambda: mastodon.posts.publish("Autumn"),
    ]
    for call in calls:
        with pytest.raises(error) as caught:
            await settle(call())
        assert type(caught.value) is error
        assert caught.value.message == response.json()["error"]
        assert "made-up-token" not in str(caught.value)


async def test_a_host_that_is_not_there_is_a_connection_failure(
    mastodon: Any, respx_mock: respx.MockRouter
) -> None:
    respx_mock.route().mock(side_effect=httpx.ConnectError("no such host"))

    calls: list[Callable[[], Any]] = [lambda: mastodon.posts.get("9"), lambda: mastodon.posts.delete("9")]
    for call in calls:
        with pytest.raises(sk.ConnectionFailedError) as caught:
            await settle(call())
        assert (caught.value.sent, caught.value.repeatable, caught.value.written) == (False, True, False)
        assert caught.value.platform == "mastodon"


async def test_who_the_account_is_is_asked_once(respx_mock: respx.MockRouter) -> None:
    who = respx_mock.get("/api/v1/accounts/verify_credentials").respond(json=ACCOUNT)
    respx_mock.get("/api/v1/accounts/7/statuses").respond(json=[])
    route = respx_mock.post("/api/v1/statuses").respond(json=status())
    with Mastodon(base_url=HOST, access_token="made-up-token") as client:
        for _ in range(3):
            client.posts.publish("Autumn")

    assert (who.call_count, route.call_count) == (1, 3)
    assert body(route.calls.last.request)["status"] == "Autumn"


async def test_a_token_that_may_not_read_can_publish_all_the_same(respx_mock: respx.MockRouter) -> None:
    denied = {"error": "This action is outside the authorized scopes"}
    respx_mock.get("/api/v1/accounts/verify_credentials").respond(403, json=denied)
    respx_mock.post("/api/v1/statuses").mock(
        side_effect=[httpx.Response(200, json=status()), httpx.ReadTimeout("slow")]
    )
    with Mastodon(base_url=HOST, access_token="made-up-token") as client:
        post = client.posts.publish("Autumn")
        with pytest.raises(sk.OutcomeUnknownError) as caught:
            client.posts.publish("Winter")
        found = client.posts.find(caught.value.attempt)

    assert post.id == "9"
    assert found.state is sk.FoundState.UNDECIDED


def test_an_unknown_platform_names_the_nearest() -> None:
    credentials = sk.Credentials(access_token="made-up-token")

    with pytest.raises(sk.ConfigurationError, match="did you mean 'mastodon'"):
        sk.connect("mastadon", credentials)
    with pytest.raises(sk.ConfigurationError, match="there are: bluesky, "):
        sk.connect_async("zzz", credentials)


def test_what_is_missing_is_named() -> None:
    connect: Any = sk.connect
    with pytest.raises(sk.ConfigurationError, match="base_url= is missing"):
        connect("mastodon", sk.Credentials(access_token="made-up-token"))
    with pytest.raises(sk.ConfigurationError, match="access_token= is missing"):
        sk.connect("mastodon", base_url=HOST)
    with pytest.raises(sk.ConfigurationError, match="base_url must look like"):
        sk.connect("mastodon", base_url="mastodon.example", access_token="made-up-token")


@pytest.mark.parametrize(
    ("scopes", "can", "cannot"),
    [
        ((), {sk.Capability.PUBLISH, sk.Capability.MENTIONS}, set[sk.Capability]()),
        (("read",), {sk.Capability.MENTIONS}, {sk.Capability.PUBLISH, sk.Capability.MEDIA}),
        (("write:statuses",), {sk.Capability.PUBLISH}, {sk.Capability.MEDIA, sk.Capability.SEARCH}),
        (("write", "read:search"), {sk.Capability.MEDIA, sk.Capability.SEARCH}, {sk.Capability.MENTIONS}),
    ],
)
def test_a_client_can_what_its_scopes_allow(
    scopes: tuple[str, ...], can: set[sk.Capability], cannot: set[sk.Capability]
) -> None:
    credentials = sk.Credentials(access_token="made-up-token", scopes=scopes)
    client = Mastodon(credentials, base_url=HOST)

    assert {one for one in can | cannot if client.can(one)} == can
    assert not client.can(sk.Capability.HIDE)
    if sk.Capability.PUBLISH in cannot:
        with pytest.raises(sk.NotSupportedError, match="lacks the scope"):
            client.posts.publish("Autumn")
