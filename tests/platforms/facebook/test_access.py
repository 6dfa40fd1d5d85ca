"""Whose token it is and what it may do: proofs, people, scopes, versions, logins, webhooks, numbers."""

from __future__ import annotations

import hashlib
import hmac
import json
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import pytest

import socialkit as sk
from socialkit.auth import Credentials, MemoryTokenStore, Pushed
from socialkit.errors import (
    BadRequestError,
    ConfigurationError,
    MissingScopeError,
    PermissionDeniedError,
    WebhookSignatureError,
)
from socialkit.models import AccountRef, Capability, MessageKind, Missing
from socialkit.platforms._graph import alive
from socialkit.platforms._login import Login
from socialkit.platforms.base import login_of
from socialkit.platforms.facebook import (
    METRICS,
    PUSHES,
    AsyncFacebook,
    Facebook,
    FacebookLogin,
    FacebookOptions,
)
from socialkit.sandbox import Sandbox, SimRequest
from socialkit.sandbox.facebook import FacebookSimulator
from socialkit.sandbox.facebook._state import APP_ID, APP_SECRET, SCOPES, USER
from socialkit.testing import picture, video
from socialkit.transport import Request, Response
from tests.platforms.facebook.conftest import Open
from tests.support import collect, settle
from tests.transport.fakes import NOON, SteppedTransport, json_answer


async def test_an_app_that_requires_the_proof_gets_it(opened: Open, meta: FacebookSimulator) -> None:
    meta._state.tokens.requires_proof = True

    with pytest.raises(BadRequestError):
        await settle(opened(app_secret=None, client_id=None).posts.publish("Autumn"))
    await settle(opened().posts.publish("Autumn"))
    assert len(meta.posts()) == 1


async def test_a_person_s_token_is_no_page_s_and_the_error_says_what_to_take(
    opened: Open, meta: FacebookSimulator
) -> None:
    person = meta._state.issue(meta._state.person("Ada"), USER, SCOPES, timedelta(days=60))
    client = opened(access_token=person.value)
    meta.connection("main")

    with pytest.raises(ConfigurationError, match=r"account.pages\(\)"):
        await settle(client.account.me())
    ((found, credentials),) = await settle(client.account.pages())
    assert (found.name, found.can_publish) == ("main", True)
    assert not client.can(Capability.PUBLISH)
    with pytest.raises(MissingScopeError, match=r"account.pages\(\)"):
        await settle(client.posts.publish("Autumn"))
    assert credentials.account_id == found.id


async def test_a_missing_scope_is_named(opened: Open, meta: FacebookSimulator) -> None:
    reader = opened(access_token=meta.issue_token(scopes=("pages_read_engagement",)))

    with pytest.raises(MissingScopeError) as caught:
        await settle(reader.posts.publish("Autumn"))
    assert caught.value.scopes == ("pages_manage_posts",)
    assert meta.posts() == []


ALL_BUT = {name: tuple(one for one in SCOPES if one != name) for name in SCOPES}


NEEDED: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("pages_manage_engagement", lambda page, one: settle(page.inbox.reply(one, "Ten", private=False))),
    ("pages_messaging", lambda page, one: settle(page.inbox.reply(one, "Ten", private=True))),
    ("pages_messaging", lambda page, _: collect(page.inbox.iterate())),
    ("pages_read_user_content", lambda page, _: collect(page.inbox.iterate())),
    ("pages_read_engagement", lambda page, one: collect(page.insights.posts([one.post_id]))),
]


@pytest.mark.parametrize(
    ("missing", "call"),
    NEEDED,
    ids=["reply", "private reply", "private messages", "mentions", "insights"],
)
async def test_no_scope_is_named_that_is_not_missing(
    opened: Open, meta: FacebookSimulator, missing: str, call: Callable[[Any, Any], Any]
) -> None:
    page = opened()
    post = await settle(page.posts.publish("Autumn"))
    meta.receive(text="How much?", reply_to=post.id)
    (message,) = await collect(page.inbox.comments(post.id))
    reader = opened(access_token=meta.issue_token(scopes=ALL_BUT[missing]))

    with pytest.raises(MissingScopeError) as caught:
        await call(reader, message)
    assert caught.value.scopes == (missing,)


async def test_what_a_token_may_do_changes_what_the_client_can(opened: Open, meta: FacebookSimulator) -> None:
    reader = opened(access_token=meta.issue_token(scopes=("pages_read_engagement", "read_insights")))
    assert reader.can(Capability.PUBLISH)

    report = await settle(reader.account.inspect())

    assert (report.valid, report.kind, report.ends_at) == (True, "PAGE", None)
    assert (reader.can(Capability.PUBLISH), reader.can(Capability.POST_INSIGHTS)) == (False, True)
    with pytest.raises(sk.NotSupportedError, match="allow pages_manage_posts"):
        await settle(reader.posts.publish("Autumn"))


async def test_a_version_that_is_over_is_refused_unopened_and_one_answered_by_another_is_noticed(
    opened: Open, world: Sandbox, meta: FacebookSimulator
) -> None:
    world.clock.advance(datetime(2026, 10, 1, tzinfo=UTC) - world.clock.now())
    with pytest.raises(ConfigurationError, match=r"v20.0 ended on 2026-09-24"):
        opened(api_version="v20.0")
    client = opened(api_version="v22.0")
    meta.retire("v21.0", "v22.0")

    with pytest.warns(FutureWarning, match=r"v22.0 of the API was asked, and v23.0 answered"):
        await settle(client.account.me())
    assert client.api_version == "v22.0"


async def test_a_warning_that_is_an_error_takes_the_place_of_no_post(kind: Any) -> None:
    posts: list[str] = []

    def answer(request: Request) -> Response:
        path = urlsplit(request.url).path
        if request.method == "POST" and path.endswith("/feed"):
            posts.append(f"17_{len(posts) + 1}")
            return Response(200, {"facebook-api-version": "v27.0"}, f'{{"id": "{posts[-1]}"}}'.encode())
        if path.endswith("/me"):
            return json_answer({"id": "17", "name": "Shop", "followers_count": 3})
        return json_answer({"id": path.rpartition("/")[2], "message": "Autumn", "data": []})

    client = kind(access_token="made-up", transport=SteppedTransport(answer, suspends=kind is AsyncFacebook))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        post = await settle(client.posts.publish("Autumn"))
        with pytest.raises(FutureWarning, match=r"v27.0 answered"):
            await settle(client.posts.get(post))
        assert (await settle(client.posts.get(post))).id == post.id
    assert posts == [post.id]


async def test_a_warning_that_is_an_error_breaks_off_no_delivery(
    world: Sandbox, meta: FacebookSimulator, kind: Any
) -> None:
    workspace, now = world.workspace(acme=["facebook"]), world.clock.now()
    journal = sk.Journal.open("sqlite://")
    publisher: Any = (sk.Publisher if kind is Facebook else sk.AsyncPublisher)(workspace, journal)
    for text in ("Autumn", "Winter"):
        await settle(publisher.plan(text, to="acme/facebook/main", at=now))
    world.fail("facebook", "publish", sk.Fault.DROP_AFTER_COMMIT)
    meta.retire("v26.0")

    with journal, warnings.catch_warnings():
        warnings.simplefilter("error")
        await settle(publisher.run_due(now=now))
        world.clock.advance(timedelta(hours=1))
        await settle(publisher.reconcile())
        states = [one.state for one in await collect(publisher.deliveries())]

    assert states == [sk.DeliveryState.CONFIRMED] * 2
    assert sorted(one.text for one in meta.posts()) == ["Autumn", "Winter"]


async def test_a_metric_that_ended_loses_no_other(page: Any, meta: FacebookSimulator) -> None:
    post = await settle(page.posts.publish("Autumn"))
    meta.kill_metrics("post_clicks", "page_views_total")

    for _ in range(2):
        rows = {one.metric: one for one in await collect(page.insights.posts([post]))}
        assert (rows["clicks"].value, rows["clicks"].missing) == (None, Missing.NOT_OFFERED)
        assert (rows["impressions"].value, rows["reach"].value) == (0, 0)
    account = {one.metric: one for one in await settle(page.insights.account())}
    assert account["profile_views"].missing is Missing.NOT_OFFERED
    assert account["impressions"].end == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert account["followers"].value == 120


async def test_a_post_without_metrics_loses_those_of_no_other(page: Any, meta: FacebookSimulator) -> None:
    post = await settle(page.posts.publish("Autumn"))
    meta.kill_metrics("post_clicks", "post_media_view", "post_total_media_view_unique")

    rows = {one.metric: one for one in await collect(page.insights.posts([post]))}

    assert {rows[name].missing for name in ("clicks", "impressions", "reach")} == {Missing.NOT_OFFERED}
    assert (rows["likes"].value, rows["replies"].value) == (0, 0)


async def test_what_ended_is_known_and_not_asked_for(page: Any, meta: FacebookSimulator) -> None:
    ended = {one.native for one in METRICS} - {one.native for one in alive(METRICS, date(2026, 9, 11))}

    post = await settle(page.posts.publish("Autumn"))
    rows = [*await collect(page.insights.posts([post])), *await settle(page.insights.account())]

    assert {"page_fans_city", "page_impressions_viral", "post_impressions_unique"} <= ended
    assert {"page_impressions_viral_unique", "page_posts_impressions_paid"} <= ended
    assert {"post_impressions_organic_unique", "post_impressions_paid_unique"} <= ended
    assert not ended & {one.native for one in rows}


@pytest.mark.parametrize("kind_of_post", ["post", "reel"])
async def test_plays_of_a_video_are_rows_of_its_post(
    page: Any, meta: FacebookSimulator, kind_of_post: Literal["post", "reel"]
) -> None:
    options = [FacebookOptions(kind=kind_of_post)]
    post = await settle(page.posts.publish(sk.Draft(text="A film", media=[video()], options=options)))
    meta._state.posts[post.id].views = 12

    for name, dead in ((post.id, "total_video_views"), (post.media[0].id, "fb_reels_total_plays")):
        rows = {one.metric: one for one in await collect(page.insights.posts([name]))}
        assert (rows["video_views"].value, rows["impressions"].value) == (12, 12)
        meta.kill_metrics(dead)
    rows = {one.metric: one for one in await collect(page.insights.posts([post]))}
    assert (rows["video_views"].missing, rows["impressions"].value) == (Missing.NOT_OFFERED, 12)


async def test_what_is_no_post_yet_or_never_was_loses_the_rows_of_no_other(
    page: Any, meta: FacebookSimulator
) -> None:
    post = await settle(page.posts.publish("Autumn"))
    film, dot = [await settle(page.media.upload(one)) for one in (video(), picture())]

    rows = await collect(page.insights.posts([film.id, post, dot.id, "17"]))

    likes = {one.subject: (one.value, one.missing) for one in rows if one.metric == "likes"}
    assert likes == {
        film.id: (None, Missing.NOT_YET),
        post.id: (0, None),
        dot.id: (None, Missing.NOT_FOUND),
        "17": (None, Missing.NOT_FOUND),
    }


async def test_metrics_that_the_token_may_not_read_say_so(opened: Open, meta: FacebookSimulator) -> None:
    post = await settle(opened().posts.publish("Autumn"))
    reader = opened(access_token=meta.issue_token(scopes=("pages_read_engagement",)))

    rows = {one.metric: one for one in await collect(reader.insights.posts([post.id]))}

    assert rows["impressions"].missing is Missing.NOT_PERMITTED
    assert rows["likes"].value == 0


async def test_campaigns_are_read_by_day(opened: Open, meta: FacebookSimulator) -> None:
    buyer = opened(access_token=meta.issue_token(scopes=("ads_read",)))
    since, until = date(2026, 2, 1), date(2026, 2, 3)

    assert isinstance(buyer, sk.HasAds | sk.AsyncHasAds)
    days = await collect(buyer.ads.insights("act_17", since=since, until=until, limit=5))

    assert [(one.day.day, one.campaign) for one in days[:3]] == [(1, "Autumn"), (1, "Winter"), (2, "Autumn")]
    assert (str(days[0].spend), days[0].reach, days[0].conversions) == ("5.36 EUR", 126, None)
    assert days[0].actions == {"link_click": 1.0}
    with pytest.raises(MissingScopeError) as caught:
        await collect(opened().ads.insights("17", since=since, until=until))
    assert caught.value.scopes == ("ads_read",)


@pytest.mark.parametrize("told", ["NaN", "1e400", "-5", "1" + "0" * 400, "true"], ids=lambda one: one[:5])
async def test_a_malformed_number_is_missing_and_loses_no_other(kind: Any, told: str) -> None:
    bad, good = f'{{"value": {told}}}', '{"value": 4}'

    def answer(request: Request) -> Response:
        path = urlsplit(request.url).path
        value = bad if "17_1" in path else good
        if path.endswith("/act_17/insights"):
            acts = f'[{{"action_type": "buy", "value": {told}}}, {{"action_type": "like", "value": "2"}}]'
            row = f'{{"campaign_id": "1", "date_start": "2026-02-01", "impressions": {told}, "reach": "5", '
            row += f'"spend": "{told}", "account_currency": "EUR", "actions": {acts}, "conversions": {acts}}}'
            return Response(200, {}, f'{{"data": [{row}]}}'.encode())
        if path.endswith("/insights"):
            metrics = f'[{{"name": "post_clicks", "values": [{value}]}}]'
            return Response(200, {}, f'{{"data": {metrics}}}'.encode())
        node = f'{{"id": "17_1", "shares": {{"count": {told}}}, "followers_count": {told}}}'
        return Response(200, {}, node.encode())

    client = kind(access_token="made-up", transport=SteppedTransport(answer, suspends=kind is AsyncFacebook))
    day = date(2026, 2, 1)

    rows = await collect(client.insights.posts(["17_1", "17_2"]))
    account = await settle(client.insights.account())
    (ad,) = await collect(client.ads.insights("17", since=day, until=day))

    assert [one.value for one in rows if one.metric == "clicks"] == [None, 4]
    assert [one.value for one in rows if one.metric == "shares"] == [None, None]
    assert next(one for one in account if one.metric == "followers").value is None
    assert (ad.impressions, ad.reach, ad.spend, ad.conversions, ad.actions) == (
        None,
        5,
        None,
        None,
        {"like": 2},
    )


@pytest.mark.parametrize("account", ["", "act_", "17/../me", "act_x"])
async def test_what_is_no_ad_account_is_refused_unsent(page: Any, account: str) -> None:
    with pytest.raises(ConfigurationError):
        await collect(page.ads.insights(account, since=date(2026, 2, 1), until=date(2026, 2, 1)))


async def test_a_person_is_written_to_within_a_day_and_once_for_a_comment(
    page: Any, world: Sandbox, meta: FacebookSimulator
) -> None:
    post = await settle(page.posts.publish("Autumn"))
    world.receive("facebook", text="How much?", reply_to=post.id)
    world.receive("facebook", text="Hello?", private=True)
    comment, private = sorted(await collect(page.inbox.iterate()), key=lambda one: one.private)
    await settle(page.inbox.reply(comment, "Ten", private=True))

    with pytest.raises(BadRequestError):
        await settle(page.inbox.reply(comment, "Ten", private=True))
    world.clock.advance(timedelta(hours=25))
    with pytest.raises(PermissionDeniedError) as caught:
        await settle(page.inbox.reply(private, "Here we are"))
    assert (caught.value.code, type(caught.value)) == ("10/2018278", PermissionDeniedError)
    assert [one.text for one in meta.messages()] == ["Ten"]


async def test_a_lost_private_answer_is_found(page: Any, world: Sandbox) -> None:
    world.receive("facebook", text="Hello?", private=True)
    (message,) = await collect(page.inbox.iterate())
    world.fail("facebook", "reply", sk.Fault.DROP_AFTER_COMMIT)
    with pytest.raises(sk.OutcomeUnknownError) as caught:
        await settle(page.inbox.reply(message, "Here we are"))

    found = await settle(page.posts.find(caught.value.attempt))

    assert (found.state, found.post.text) == (sk.FoundState.PUBLISHED, "Here we are")


# Logging in ------------------------------------------------------------------------------------


async def test_a_login_with_several_pages_gives_the_person_and_each_page(
    world: Sandbox, meta: FacebookSimulator, kind: Any, page: Any
) -> None:
    meta._state.tokens.requires_proof = True
    for name in ("main", "other"):
        meta.connection(name)
    login = Login(
        "facebook",
        client_id=APP_ID,
        client_secret=APP_SECRET,
        base_url=world.address("facebook"),
        redirect_uri="https://shop.example/back",
        transport=page._core.transport,
    )
    start, finish = ("start", "finish") if kind is Facebook else ("start_async", "finish_async")
    url, state = await settle(getattr(login, start)())
    back = meta.handle(SimRequest.of("GET", url)).headers["location"]
    person = await settle(getattr(login, finish)(back, state))
    client = kind(person, base_url=world.address("facebook"), transport=page._core.transport)

    assert person.account_id is None
    assert person.expires_at == world.clock.now() + timedelta(days=60)
    pages = await settle(client.account.pages())
    assert {one.name for one, _ in pages} == {"main", "other"}
    mine = kind(pages[0][1], base_url=world.address("facebook"), transport=page._core.transport)
    assert (await settle(mine.account.me())).name == "main"


ASKED = ("pages_show_list", "pages_manage_posts", "pages_messaging", "read_insights")
FOR_ANOTHER = {"scope": "pages_manage_posts", "target_ids": ["18"]}
TOLD: dict[str, Any] = {"is_valid": True, "scopes": tuple(one for one in ASKED if one != "pages_messaging")}


@pytest.mark.parametrize(
    ("told", "pages", "scopes"),
    [
        (json_answer({"data": TOLD}), 1, ("pages_show_list", "pages_manage_posts", "read_insights")),
        (
            json_answer({"data": {**TOLD, "granular_scopes": [FOR_ANOTHER]}}),
            1,
            ("pages_show_list", "read_insights"),
        ),
        (json_answer({"data": {**TOLD, "type": "USER"}}), 2, TOLD["scopes"]),
        (json_answer({"data": {**TOLD, "is_valid": False}}), 1, ()),
        (json_answer({"error": {"message": "No", "code": 190}}, 400), 1, ()),
        (json_answer({"error": {"message": "No", "code": 190}}, 400), 2, ()),
        (json_answer({"data": "nothing"}), 1, ()),
    ],
    ids=["declined", "for another Page", "several Pages", "invalid", "refused", "refused to both", "strange"],
)
async def test_a_login_s_scopes_are_those_that_were_granted(
    kind: Any, told: Response, pages: int, scopes: tuple[str, ...]
) -> None:
    def answer(request: Request) -> Response:
        path = urlsplit(request.url).path
        if path.endswith("/debug_token"):
            return told
        if path.endswith("/accounts"):
            found = [{"id": str(17 + n), "name": "Shop", "access_token": f"of-{n}"} for n in range(pages)]
            return json_answer({"data": found})
        tokens = json_answer({"access_token": "made-up", "expires_in": 5_184_000})
        return tokens if path.endswith("/access_token") else json_answer({"data": []})

    transport = SteppedTransport(answer, suspends=kind is AsyncFacebook)
    back = "https://shop.example/back"
    login = Login(
        "facebook",
        client_id="1",
        client_secret="x",
        redirect_uri=back,
        scopes=ASKED,
        flow=FacebookLogin(api_version="v25.0"),
        transport=transport,
    )
    start, finish = ("start", "finish") if kind is Facebook else ("start_async", "finish_async")
    url, state = await settle(getattr(login, start)())

    got = await settle(getattr(login, finish)(f"{back}?code=c&state={state.nonce.reveal()}", state))
    assert {urlsplit(one).path.split("/")[1] for one in (url, *(it.url for it in transport.sent))} == {
        "v25.0"
    }
    client = kind(got, transport=transport)

    own = scopes if pages == 1 else tuple(one for one in scopes if one == "pages_show_list")
    assert (got.scopes, got.account_id) == (own, "17" if pages == 1 else None)
    assert client.can(Capability.DIRECT_MESSAGES) is (scopes == ())
    assert client.can(Capability.PUBLISH) is (scopes == () or "pages_manage_posts" in own)
    assert {one.scopes for _, one in await settle(client.account.pages())} == {scopes}


@pytest.mark.parametrize("pages", [1, 2])
async def test_health_tells_until_when_a_login_may_read(
    world: Sandbox, meta: FacebookSimulator, kind: Any, page: Any, pages: int
) -> None:
    for name in ("main", "other")[:pages]:
        meta.connection(name)
    back = "https://shop.example/back"
    where: dict[str, Any] = {"base_url": world.address("facebook"), "transport": page._core.transport}
    login = Login(
        "facebook",
        client_id=APP_ID,
        client_secret=APP_SECRET,
        redirect_uri=back,
        flow=FacebookLogin(),
        **where,
    )
    start, finish = ("start", "finish") if kind is Facebook else ("start_async", "finish_async")
    url, state = await settle(getattr(login, start)())
    got = await settle(
        getattr(login, finish)(meta.handle(SimRequest.of("GET", url)).headers["location"], state)
    )
    client = kind(got, **where)
    store = MemoryTokenStore()
    ref = AccountRef(platform="facebook", brand="acme", name="main")
    kept = kind(got, tokens=store, account=ref, **where)

    assert (await login_of(page)).ends_at is None
    await settle(page.account.inspect())

    ends = world.clock.now() + timedelta(days=90)
    for one in (client, kept, page):
        found = await login_of(one)
        assert (found.ends_at, found.renews) == (ends, False)


def test_a_workspace_warns_before_data_may_be_read_no_more(world: Sandbox) -> None:
    workspace = world.workspace(acme=["facebook"])
    workspace.brand("acme").client("facebook").account.inspect()

    (before,) = workspace.health()
    world.clock.advance(timedelta(days=80))
    (soon,) = workspace.health()

    assert (before.state, before.until) == (sk.HealthState.VALID, world.clock.now() + timedelta(days=10))
    assert (soon.state, soon.lasts) == (sk.HealthState.EXPIRING, False)


async def test_a_token_that_ends_is_made_longer_and_kept(
    opened: Open, world: Sandbox, meta: FacebookSimulator, kind: Any
) -> None:
    page = meta._state.person("main", page=True)
    token = meta._state.issue(page, "SYSTEM_USER", SCOPES, timedelta(days=3))
    credentials = Credentials(access_token=token.value, expires_at=token.expires_at)
    store = MemoryTokenStore()
    ref = AccountRef(platform="facebook", brand="acme", name="main")
    client = opened(credentials=credentials, access_token=None, tokens=store, account=ref)

    await settle(client.account.me())

    kept = store.load("acme/facebook/main")
    assert kept is not None
    assert kept.expires_at == world.clock.now() + timedelta(days=60)
    assert kept.account_id == page.id


def test_without_a_token_nothing_is_opened(kind: Any) -> None:
    with pytest.raises(ConfigurationError, match="access_token= is missing"):
        kind()
    with pytest.raises(ConfigurationError, match="which one is meant"):
        kind(Credentials(access_token="one"), access_token="two")
    assert kind in {Facebook, AsyncFacebook}


# Webhooks --------------------------------------------------------------------------------------

SECRET = "made-up-secret"


def pushed(page: Any = "1", field: str = "feed", **value: Any) -> bytes:
    entry = {"id": page, "time": 1742667607, "changes": [{"field": field, "value": value}]}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


def signature(body: bytes) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}


def test_a_webhook_answers_the_challenge_and_takes_what_is_signed_alone(world: Sandbox) -> None:
    workspace = world.workspace(acme=["facebook"])
    me = workspace.brand("acme").client("facebook").account.me()
    hook = sk.webhooks.Webhook("facebook", workspace, secret=SECRET, verify_token="chosen")
    query = "hub.mode=subscribe&hub.verify_token=chosen&hub.challenge=1158201444"
    value = {"item": "comment", "verb": "add", "post_id": "1_2", "comment_id": "2_3", "message": "Hi"}
    body = pushed(page=me.id, **value)

    answer = hook.receive(method="GET", query=query, headers={}, body=b"")
    assert (answer.status, answer.body) == (200, b"1158201444")
    got = hook.receive(method="POST", headers=signature(body), body=body)
    hook.done(got)
    again = hook.receive(method="POST", headers=signature(body), body=body)
    with pytest.raises(WebhookSignatureError):
        hook.receive(method="POST", headers=signature(body), body=body.replace(b"Hi", b"Ho"))
    assert [(one.text, one.account and one.account.key) for one in got.messages] == [
        ("Hi", "acme/facebook/main")
    ]
    assert again.messages == ()


@pytest.mark.parametrize("strange", [True, False])
def test_a_comment_below_a_strange_post_that_names_the_page_is_a_mention(
    world: Sandbox, strange: bool
) -> None:
    workspace = world.workspace(acme=["facebook"])
    me = workspace.brand("acme").client("facebook").account.me()
    hook = sk.webhooks.Webhook("facebook", workspace, secret=SECRET, verify_token="chosen")
    post = "99_1" if strange else f"{me.id}_1"
    told = {"item": "comment", "verb": "add", "post_id": post, "comment_id": "1_3", "message": "Look"}
    body = pushed(me.id, "mention", **told)

    (message,) = hook.receive(method="POST", headers=signature(body), body=body).messages

    assert message.kind is (MessageKind.MENTION if strange else MessageKind.COMMENT)
    assert (message.id, message.post_id, message.reply_to) == ("1_3", post, post)


def test_the_simulator_pushes_what_the_inbox_has_until_it_is_taken(
    world: Sandbox, meta: FacebookSimulator
) -> None:
    workspace = world.workspace(acme=["facebook"])
    page = workspace.brand("acme").client("facebook")
    post = page.posts.publish("Autumn")
    hook = sk.webhooks.Webhook("facebook", workspace, secret=APP_SECRET, verify_token="chosen")

    def receive(request: SimRequest) -> Any:
        query = urlencode(request.query)
        return hook.receive(method=request.method, query=query, headers=request.headers, body=request.body)

    assert receive(meta.subscribe_webhook("chosen")).body == b"1158201444"
    world.receive("facebook", text="How much? Grüße", reply_to=post.id)
    world.receive("facebook", text="The best shop")
    world.receive("facebook", text="On your wall", kind="post")
    world.receive("facebook", text="My number is 12", private=True)
    (first,) = meta.due_pushes()
    meta.push_answered(503)
    (again,) = meta.due_pushes()
    got = receive(first)
    hook.done(got)
    assert receive(again).messages == ()
    meta.push_answered(got.status)

    def shown(one: sk.Message) -> tuple[object, ...]:
        return one.id, one.kind, one.text, one.author.id, one.post_id, one.reply_to, one.created_at

    assert meta.due_pushes() == []
    assert sorted(map(shown, got.messages), key=str) == sorted(map(shown, page.inbox.iterate()), key=str)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"item": "comment", "verb": "add", "comment_id": "2_3", "parent_id": "1_2"}, MessageKind.COMMENT),
        ({"item": "comment", "verb": "add", "comment_id": "2_3", "parent_id": "2_9"}, MessageKind.REPLY),
        ({"item": "post", "verb": "add"}, MessageKind.MENTION),
        ({"item": "comment", "verb": "edited", "comment_id": "2_3"}, sk.WebhookEventKind.MESSAGE_EDITED),
        ({"item": "comment", "verb": "remove", "comment_id": "2_3"}, sk.WebhookEventKind.MESSAGE_DELETED),
        ({"item": "photo", "verb": "remove"}, sk.WebhookEventKind.POST_DELETED),
        ({"item": "reaction", "verb": "add"}, None),
        ({"item": "comment", "verb": "add", "comment_id": "2_3", "from": {"id": "1", "name": "us"}}, None),
    ],
)
def test_pushes_become_messages_and_events(value: dict[str, Any], found: object) -> None:
    whole: dict[str, Any] = {"post_id": "1_2", "from": {"id": "7", "name": "Ada"}, "message": "Hi"} | value
    body = pushed(**whole)
    things = list(PUSHES.read(Pushed.read("POST", "", {}, body)))

    made: list[Any] = [one.make(AccountRef(platform="facebook", id="1")) for one in things]
    assert [one.kind for one in made] == ([] if found is None else [found])
    assert all(one.accounts == ("1",) for one in things)


def test_each_edit_of_a_comment_is_an_event_of_its_own_time(world: Sandbox) -> None:
    workspace = world.workspace(acme=["facebook"])
    me = workspace.brand("acme").client("facebook").account.me()
    hook = sk.webhooks.Webhook("facebook", workspace, secret=SECRET, verify_token="chosen")
    value = {"item": "comment", "post_id": f"{me.id}_2", "comment_id": "2_3", "created_time": 1742667604}
    told: list[tuple[sk.WebhookEventKind, datetime | None]] = []

    for verb, second in (("edited", 7), ("edited", 7), ("edited", 9), ("remove", 11)):
        changes = [{"field": "feed", "value": {**value, "verb": verb}}]
        entry = {"id": me.id, "time": 1742667600 + second, "changes": changes}
        body = json.dumps({"object": "page", "entry": [entry]}).encode()
        got = hook.receive(method="POST", headers=signature(body), body=body)
        hook.done(got)
        told += [(one.kind, one.at) for one in got.events]

    edited, deleted = sk.WebhookEventKind.MESSAGE_EDITED, sk.WebhookEventKind.MESSAGE_DELETED
    assert told == [
        (kind, datetime.fromtimestamp(1742667600 + second, UTC))
        for kind, second in ((edited, 7), (edited, 9), (deleted, 11))
    ]


def test_what_a_push_tells_besides_loses_none_of_the_rest() -> None:
    feed = {"item": "comment", "verb": "add", "post_id": "1_2", "comment_id": "2_3", "message": None}
    changes = [{"field": "name", "value": "The shop"}, {"field": "feed", "value": feed}, {"field": "website"}]
    told = {"sender": {"id": "7"}, "timestamp": 1742667604000, "message": {"mid": "m_1", "text": "Hello"}}
    entries = [
        {"id": "1", "time": 1742667607, "changes": changes},
        {"id": "1", "time": 1742667607, "messaging": [{"policy_enforcement": {"action": "warning"}}, told]},
    ]
    body = json.dumps({"object": "page", "entry": entries}).encode()

    things = list(PUSHES.read(Pushed.read("POST", "", {}, body)))

    made: list[Any] = [one.make(AccountRef(platform="facebook", id="1")) for one in things]
    assert [(one.id, one.text) for one in made] == [("2_3", ""), ("m_1", "Hello")]


def test_a_private_message_is_pushed_and_our_own_echo_is_not() -> None:
    def entry(sender: str, **message: Any) -> dict[str, Any]:
        told = {"sender": {"id": sender}, "timestamp": 1742667604000, "message": message}
        return {"id": "1", "time": 1742667607, "messaging": [told]}

    entries = [
        entry("7", mid="m_1", text="Hello", is_echo=None, is_deleted=None),
        entry("1", mid="m_2", text="Yes", is_echo=True),
    ]
    body = json.dumps({"object": "page", "entry": entries}).encode()
    (thing,) = PUSHES.read(Pushed.read("POST", "", {}, body))
    message: Any = thing.make(AccountRef(platform="facebook", id="1"))

    assert (message.kind, message.text, message.private) == (MessageKind.DIRECT_MESSAGE, "Hello", True)
    assert message.created_at == datetime.fromtimestamp(1742667604, UTC)


async def test_a_token_is_made_longer_by_the_version_that_was_chosen(kind: Any) -> None:
    transport = SteppedTransport(
        json_answer({"access_token": "longer-token", "expires_in": 5_184_000}),
        json_answer({"id": "19", "name": "The shop"}),
        suspends=kind is AsyncFacebook,
    )
    ends = NOON + timedelta(days=3)
    credentials = Credentials(access_token="made-up", expires_at=ends, client_id="1", client_secret="made-up")

    await settle(kind(credentials, api_version="v25.0", transport=transport).account.me())

    assert [urlsplit(one.url).path.split("/")[1] for one in transport.sent] == ["v25.0", "v25.0"]
