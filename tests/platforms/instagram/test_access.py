"""Whose token it is and what it may do: logins, linked accounts, scopes, versions, webhooks, numbers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

import socialkit as sk
from socialkit.auth import Credentials, MemoryTokenStore, Pushed
from socialkit.errors import (
    BadRequestError,
    ConfigurationError,
    MissingScopeError,
    NotSupportedError,
    PermissionDeniedError,
    UnexpectedResponseError,
    WrongAccountError,
)
from socialkit.models import AccountRef, Capability, Draft, Media, MessageKind, Missing, WebhookEventKind
from socialkit.operations import finish
from socialkit.platforms._login import Login
from socialkit.platforms.base import login_of
from socialkit.platforms.instagram import (
    INSTAGRAM_SCOPES,
    PUSHES,
    AsyncInstagram,
    Instagram,
    InstagramLogin,
    InstagramOptions,
)
from socialkit.sandbox import Sandbox, SimRequest
from socialkit.sandbox.instagram import InstagramSimulator
from socialkit.sandbox.instagram._state import APP_ID, APP_SECRET, INSTAGRAM, OWN_SCOPES, SCOPES, USER
from socialkit.testing import video
from socialkit.testing._transports import RecordingTransport
from socialkit.transport import Request, Response
from tests.platforms.instagram.conftest import Open
from tests.support import collect, settle
from tests.transport.fakes import SteppedTransport, json_answer

DRAFT = Draft(text="Autumn #autumn", media=[Media.from_url("https://shop.example/dot.jpg")])


async def test_an_app_that_requires_the_proof_gets_it(opened: Open, meta: InstagramSimulator) -> None:
    meta._state.tokens.requires_proof = True

    with pytest.raises(BadRequestError):
        await settle(opened(app_secret=None, client_id=None).posts.publish(DRAFT))
    await settle(opened().posts.publish(DRAFT))
    assert len(meta.posts()) == 1


async def test_a_person_s_token_opens_the_one_linked_account_or_says_which_there_are(
    opened: Open, meta: InstagramSimulator
) -> None:
    person = meta._state.issue(meta._state.user("Ada").id, USER, SCOPES, timedelta(days=60)).value
    unlinked = opened(access_token=person)
    pages, meta._state.pages = meta._state.pages, {}
    with pytest.raises(ConfigurationError, match="no professional account"):
        await settle(unlinked.account.me())
    meta._state.pages = pages
    assert (await settle(opened(access_token=person).account.me())).handle == "main"

    meta.connection("other")
    client = opened(access_token=person)
    with pytest.raises(ConfigurationError, match=r"account.accounts\(\)"):
        await settle(client.account.me())
    found = await settle(client.account.accounts())
    assert {one.handle for one, _ in found} == {"main", "other"}
    chosen = next(credentials for one, credentials in found if one.handle == "other")
    mine = opened(access_token=None, credentials=chosen, app_secret=None, client_id=None)
    assert (await settle(mine.account.me())).handle == "other"
    named = AccountRef(platform="instagram", id=chosen.account_id)
    assert (await settle(opened(access_token=person, account=named).account.me())).handle == "other"


async def test_a_person_s_token_reaches_no_post_of_another_account_that_it_opens(
    opened: Open, meta: InstagramSimulator, world: Sandbox
) -> None:
    second = opened(**meta.connection("second"))
    theirs = await settle(second.posts.publish(DRAFT))
    world.receive("instagram", text="How much?", reply_to=theirs.id, account="second")
    person = meta._state.issue(meta._state.user("Ada").id, USER, SCOPES, timedelta(days=60)).value
    ref = AccountRef(platform="instagram", id=meta._state.user("main", ours=True).id)

    def fresh() -> Any:
        return opened(access_token=person, account=ref)

    calls = (
        lambda: settle(fresh().posts.get(theirs.id)),
        lambda: settle(fresh().posts.switch_comments(theirs.id, on=False)),
        lambda: settle(opened(access_token=person, account=ref, deletes=True).posts.delete(theirs.id)),
        lambda: collect(fresh().insights.posts([theirs.id])),
        lambda: collect(fresh().inbox.comments(theirs.id)),
    )
    for call in calls:
        with pytest.raises(WrongAccountError, match="another account"):
            await call()
    assert meta._state.media[theirs.id].comments_on
    mine = await settle(fresh().posts.publish(DRAFT))
    assert (await settle(fresh().posts.get(mine.id))).author.id == ref.id
    assert await collect(fresh().inbox.comments(mine.id)) == []
    await settle(fresh().posts.switch_comments(mine.id, on=False))
    assert not meta._state.media[mine.id].comments_on


async def test_accounts_beyond_the_first_page_are_found(opened: Open, meta: InstagramSimulator) -> None:
    handles = {f"shop{number}" for number in range(101)}
    for handle in handles:
        meta.connection(handle)
    person = meta._state.issue(meta._state.user("Ada").id, USER, SCOPES, timedelta(days=60)).value

    found = await settle(opened(access_token=person).account.accounts())

    assert {one.handle for one, _ in found} == {*handles, "main"}


async def test_a_mention_is_read_by_the_version_that_was_chosen(opened: Open, world: Sandbox) -> None:
    client = opened(api_version="v25.0")
    sent = RecordingTransport(client._core.pipeline.transport)
    client._core.pipeline.transport = sent
    media = world.receive("instagram", text="The best shop")
    assert PUSHES.fetch is not None
    fetching = PUSHES.fetch(client._core, media)
    found = await fetching if isinstance(client, AsyncInstagram) else finish(fetching)

    assert found is not None
    assert {one.url.split("/v")[1][:4] for one in sent.requests} == {"25.0"}


async def test_a_personal_account_is_told_what_to_do(either: Any, meta: InstagramSimulator) -> None:
    meta.make_personal()

    with pytest.raises(ConfigurationError, match="business or creator account"):
        await settle(either.posts.publish(DRAFT))
    assert meta.posts() == []


async def test_a_missing_scope_is_named_as_the_login_calls_it(opened: Open, meta: InstagramSimulator) -> None:
    reader = opened(access_token=meta.issue_token(scopes=("instagram_basic",)))
    with pytest.raises(MissingScopeError) as caught:
        await settle(reader.posts.publish(DRAFT))
    assert caught.value.scopes == ("instagram_content_publish",)
    with pytest.raises(MissingScopeError) as caught:
        await settle(reader.account.subscribe())
    pushed = ("instagram_manage_comments", "instagram_manage_messages", "pages_manage_metadata")
    assert caught.value.scopes == pushed
    own = tuple(one for one in SCOPES if one != "pages_manage_metadata")
    with pytest.raises(MissingScopeError):
        await settle(opened(access_token=meta.issue_token(scopes=own)).account.subscribe())

    meta.login = "instagram"
    token = meta.issue_token(scopes=("instagram_business_basic",))
    with pytest.raises(MissingScopeError) as caught:
        await settle(opened(access_token=token, login="instagram").posts.publish(DRAFT))
    assert caught.value.scopes == ("instagram_business_content_publish",)


async def test_what_the_login_and_the_scopes_open_changes_what_the_client_can(
    opened: Open, kind: Any
) -> None:
    linked = opened()
    own = kind(Credentials(access_token="made-up", scopes=OWN_SCOPES))
    few = kind(Credentials(access_token="made-up", scopes=["instagram_business_basic"]))

    assert (linked.login, own.login) == ("facebook", "instagram")
    assert [one.can(Capability.SEARCH) for one in (linked, own)] == [True, False]
    assert [one.can(Capability.PUBLISH) for one in (own, few)] == [True, False]
    less = [one for one in SCOPES if one != "pages_manage_metadata"]
    pushed = [kind(Credentials(access_token="made-up", scopes=some)) for some in (SCOPES, less)]
    assert [one.can(Capability.WEBHOOKS) for one in (*pushed, own)] == [True, False, True]
    with pytest.raises(NotSupportedError, match='login="facebook"'):
        await collect(own.listening.search("#autumn"))
    with pytest.raises(ConfigurationError, match="none of Instagram's two"):
        kind(access_token="made-up", login="tiktok")


def test_an_address_of_either_login_is_taken_for_that_one_alone(kind: Any) -> None:
    own, linked = "https://graph.instagram.com/", "https://graph.facebook.com"

    assert [kind(access_token="made-up", base_url=one).login for one in (own, linked)] == [
        "instagram",
        "facebook",
    ]
    for given in (
        {"access_token": "made-up", "login": "facebook"},
        {"credentials": Credentials(access_token="made-up", scopes=SCOPES)},
    ):
        with pytest.raises(ConfigurationError, match=r"graph.instagram.com' serves login='instagram'"):
            kind(base_url=own, **given)


async def test_a_version_that_is_over_is_refused_unopened_and_one_answered_by_another_is_noticed(
    opened: Open, world: Sandbox, meta: InstagramSimulator
) -> None:
    world.clock.advance(datetime(2026, 10, 1, tzinfo=UTC) - world.clock.now())
    with pytest.raises(ConfigurationError, match=r"v20.0 ended on 2026-09-24"):
        opened(api_version="v20.0")
    client = opened(api_version="v22.0")
    meta.retire("v21.0", "v22.0")

    with pytest.warns(FutureWarning, match=r"v22.0 of the API was asked, and v23.0 answered"):
        await settle(client.account.me())


async def test_each_login_subscribes_by_its_own_names(either: Any, meta: InstagramSimulator) -> None:
    await settle(either.account.subscribe())
    page = meta.login == "facebook"
    names = ("feed", "mention", "messages") if page else ("comments", "messages")
    assert [*meta._state.subscribed.values()] == [names]

    await settle(either.account.subscribe(("messages",)))
    if page:
        with pytest.raises(BadRequestError, match="subscribed_fields"):
            await settle(either.account.subscribe(("comments",)))
    assert [*meta._state.subscribed.values()] == [("messages",)]


@pytest.mark.parametrize("fields", ["comments", (), ("",), ("comments,feed",)])
async def test_what_is_to_be_pushed_is_named_one_by_one(
    shop: Any, meta: InstagramSimulator, fields: Any
) -> None:
    with pytest.raises(ConfigurationError, match="no names of what is pushed"):
        await settle(shop.account.subscribe(fields))
    with pytest.raises(TypeError, match="post must be of type"):
        await settle(shop.posts.switch_comments(None, on=False))
    assert meta._state.subscribed == {}


# Numbers ---------------------------------------------------------------------------------------


async def test_a_metric_that_ended_loses_no_other(shop: Any, meta: InstagramSimulator) -> None:
    post = await settle(shop.posts.publish(DRAFT))
    meta.kill_metrics("profile_visits", "saves")

    rows = {one.metric: one for one in await collect(shop.insights.posts([post]))}
    account = {one.metric: one for one in await settle(shop.insights.account())}

    assert (rows["profile_views"].value, rows["profile_views"].missing) == (None, Missing.NOT_OFFERED)
    assert (rows["impressions"].value, rows["saves"].value) == (0, 0)
    assert rows["clicks"].missing is Missing.NOT_OFFERED  # posts have no such metric, stories do
    assert (account["saves"].missing, account["reach"].value) == (Missing.NOT_OFFERED, 0)
    assert account["reach"].end - account["reach"].start == timedelta(days=1)


async def test_the_answers_to_a_story_are_its_own_metric(shop: Any) -> None:
    reel = await settle(shop.posts.publish(Draft(text="", media=[video()])))
    story = await settle(
        shop.posts.publish(
            DRAFT.model_copy(update={"text": "", "options": (InstagramOptions(kind="story"),)})
        )
    )
    rows = {(one.subject, one.metric): one for one in await collect(shop.insights.posts([reel, story]))}

    assert rows[story.id, "replies"].native == "replies"
    assert rows[reel.id, "replies"].native == "comments_count"


async def test_metrics_that_the_token_may_not_read_say_so(opened: Open, meta: InstagramSimulator) -> None:
    post = await settle(opened().posts.publish(DRAFT))
    reader = opened(access_token=meta.issue_token(scopes=("instagram_basic",)))

    rows = {one.metric: one for one in await collect(reader.insights.posts([post.id]))}

    assert rows["impressions"].missing is Missing.NOT_PERMITTED
    assert rows["likes"].value == 0


async def test_followers_are_told_by_parts_and_withheld_while_there_are_few(
    either: Any, meta: InstagramSimulator
) -> None:
    rows = await settle(either.insights.audience())
    found = {one.breakdown: one.value for one in rows}
    assert (found["country=DE"], found["gender=F"], found["city=Lyon, Rhône"]) == (70, 60, 50)

    meta._state.user("main").followers = 99
    (row,) = await settle(either.insights.audience())
    assert (row.value, row.missing) == (None, Missing.WITHHELD)


async def test_a_breakdown_that_ended_loses_no_other(shop: Any) -> None:
    shop._core.pipeline.transport = Ageless(shop._core.pipeline.transport)
    rows = await settle(shop.insights.audience())

    (ended,) = [one for one in rows if one.value is None]
    assert (ended.breakdown, ended.missing) == ("age=", Missing.NOT_OFFERED)
    assert {one.breakdown: one.value for one in rows}["country=DE"] == 70


async def test_who_follows_is_not_permitted_without_the_scope_and_a_part_without_a_name_is_no_row(
    opened: Open, meta: InstagramSimulator
) -> None:
    reader = opened(access_token=meta.issue_token(scopes=("instagram_basic",)))
    rows = await settle(reader.insights.audience())
    assert {(one.breakdown, one.value, one.missing) for one in rows} == {
        (f"{name}=", None, Missing.NOT_PERMITTED) for name in ("age", "city", "country", "gender")
    }

    client = opened()
    client._core.pipeline.transport = Nameless(client._core.pipeline.transport)
    found = {one.breakdown: one.value for one in await settle(client.insights.audience())}
    assert {name for name in found if name.startswith("gender")} == {"gender=M"}


async def test_another_metric_than_was_asked_for_counts_no_followers(shop: Any) -> None:
    shop._core.pipeline.transport = Mistaken(shop._core.pipeline.transport)
    rows = await settle(shop.insights.audience())

    assert {one.value for one in rows} == {None}


class Mistaken(RecordingTransport):
    """Answers with another metric than Instagram was asked for."""

    async def send(self, request: Request, /) -> Response:
        told = await super().send(request)
        body = told.content.replace(b"follower_demographics", b"profile_activity")
        return Response(told.status, told.headers, body)


class Nameless(RecordingTransport):
    """Tells of some people without saying who."""

    async def send(self, request: Request, /) -> Response:
        told = await super().send(request)
        body = told.content.replace(b'["F"]', b"[]").replace(b'["U"]', b'[""]')
        return Response(told.status, told.headers, body)


class Ageless(RecordingTransport):
    """Refuses for Instagram to tell anybody's age."""

    async def send(self, request: Request, /) -> Response:
        if ("breakdown", "age") in request.params:
            return Response(400, {}, b'{"error": {"message": "Gone", "code": 100}}')
        return await super().send(request)


async def test_the_best_posts_under_a_hashtag_are_of_any_time(
    shop: Any, world: Sandbox, meta: InstagramSimulator
) -> None:
    old = await settle(shop.posts.publish(DRAFT))
    world.receive("instagram", kind="like", reply_to=old.id)
    world.clock.advance(timedelta(days=2))
    new = await settle(shop.posts.publish(DRAFT))

    assert [one.id for one in await collect(shop.listening.search_top("#autumn"))] == [old.id, new.id]
    assert [one.id for one in await collect(shop.listening.search("#autumn"))] == [new.id]
    assert await collect(shop.listening.search_top("winter")) == []
    with pytest.raises(NotSupportedError, match="one hashtag"):
        await collect(shop.listening.search_top("autumn leaves"))


# Others ----------------------------------------------------------------------------------------


async def test_a_hashtag_that_nobody_uses_finds_nothing_and_other_words_are_refused(shop: Any) -> None:
    await settle(shop.posts.publish(DRAFT))

    assert [one.text for one in await collect(shop.listening.search("autumn"))] == [DRAFT.text]
    assert await collect(shop.listening.search("#winter")) == []
    with pytest.raises(NotSupportedError, match="one hashtag"):
        await collect(shop.listening.search("autumn leaves"))


@pytest.mark.parametrize("word", ["नमस्ते", "สวัสดี", "தமிழ்", "বাংলা", "e\u0301te\u0301", "日本"])
async def test_a_hashtag_may_have_marks_upon_its_letters(shop: Any, word: str) -> None:
    post = await settle(shop.posts.publish(DRAFT.model_copy(update={"text": f"Hello #{word}!"})))

    assert [one.id for one in await collect(shop.listening.search(f"#{word}"))] == [post.id]
    with pytest.raises(NotSupportedError, match="one hashtag"):
        await collect(shop.listening.search(f"#{word}-{word}"))


async def test_thirty_different_hashtags_are_searched_in_seven_days(shop: Any, world: Sandbox) -> None:
    for start in (0, 16):
        text = " ".join(f"#tag{number}" for number in range(start, start + 16))
        await settle(shop.posts.publish(DRAFT.model_copy(update={"text": text})))
    for number in range(30):
        assert len(await collect(shop.listening.search(f"#tag{number}"))) == 1

    with pytest.raises(BadRequestError, match="seven days"):
        await collect(shop.listening.search("#tag30"))
    assert len(await collect(shop.listening.search("#tag29"))) == 1
    world.clock.advance(timedelta(days=7))
    assert await collect(shop.listening.search("#tag30")) == []


async def test_a_mention_is_answered_in_public_and_found_when_lost(shop: Any, world: Sandbox) -> None:
    world.receive("instagram", text="The best shop")
    (message,) = await collect(shop.inbox.iterate())
    assert message.kind is MessageKind.MENTION

    with pytest.raises(NotSupportedError, match="in public"):
        await settle(shop.inbox.reply(message, "Thank you", private=True))
    world.fail("instagram", "reply", sk.Fault.DROP_AFTER_COMMIT)
    with pytest.raises(sk.OutcomeUnknownError) as caught:
        await settle(shop.inbox.reply(message, "Thank you"))
    found = await settle(shop.posts.find(caught.value.attempt))
    assert (found.state, found.post.text) == (sk.FoundState.PUBLISHED, "Thank you")


async def test_a_person_is_written_to_within_a_day_and_once_for_a_comment(
    either: Any, world: Sandbox, meta: InstagramSimulator
) -> None:
    post = await settle(either.posts.publish(DRAFT))
    world.receive("instagram", text="How much?", reply_to=post.id)
    world.receive("instagram", text="Hello?", private=True)
    comment, private = sorted(await collect(either.inbox.iterate()), key=lambda one: one.private)
    await settle(either.inbox.reply(comment, "Ten", private=True))

    with pytest.raises(BadRequestError):
        await settle(either.inbox.reply(comment, "Ten", private=True))
    with pytest.raises(sk.InvalidDraftError):
        await settle(either.inbox.reply(private, "ü" * 501))
    world.clock.advance(timedelta(hours=25))
    with pytest.raises(PermissionDeniedError) as caught:
        await settle(either.inbox.reply(private, "Here we are"))
    assert caught.value.code == "10/2018278"
    assert [one.text for one in meta.messages()] == ["Ten"]


async def test_answers_to_answers_stand_under_the_comment_above_both(
    shop: Any, world: Sandbox, meta: InstagramSimulator
) -> None:
    post = await settle(shop.posts.publish(DRAFT))
    comment = world.receive("instagram", text="How much?", reply_to=post.id)
    world.receive("instagram", text="Yes, how much?", reply_to=comment, author="another")
    found = {one.text: one for one in await collect(shop.inbox.comments(post))}

    reply = found["Yes, how much?"]
    assert (reply.kind, reply.reply_to) == (MessageKind.REPLY, comment)
    answer = await settle(shop.inbox.reply(reply, "Ten"))
    assert [one.id for one in meta.answers(comment)] == [answer.id]
    assert len(await collect(shop.inbox.iterate())) == 2


async def test_answers_beyond_the_fifty_of_one_comment_are_read_on(shop: Any, world: Sandbox) -> None:
    post = await settle(shop.posts.publish(DRAFT))
    comment = world.receive("instagram", text="How much?", reply_to=post.id)
    answers = [world.receive("instagram", text=f"And {n}?", reply_to=comment) for n in range(120)]

    found = await collect(shop.inbox.comments(post))

    assert [one.id for one in found] == [comment, *answers]
    assert {one.reply_to for one in found[1:]} == {comment}


async def test_a_message_or_comment_without_words_loses_no_other(shop: Any, world: Sandbox) -> None:
    post = await settle(shop.posts.publish(DRAFT))
    world.receive("instagram", text="How much?", reply_to=post.id)
    world.receive("instagram", text="Hello?", private=True)
    world.receive("instagram", text="Still there?", private=True)
    shop._core.pipeline.transport = Wordless(shop._core.pipeline.transport)

    found = await collect(shop.inbox.iterate())

    assert sorted(one.text for one in found) == ["", "", "Still there?"]


@pytest.mark.parametrize("private", [False, True], ids=["comments", "messages"])
async def test_what_cannot_be_read_loses_no_other_in_silence(
    shop: Any, world: Sandbox, private: bool
) -> None:
    post = await settle(shop.posts.publish(DRAFT))
    broken, _ = (
        world.receive("instagram", text=text, private=private, reply_to=None if private else post.id)
        for text in ("How much?", "Hello?")
    )
    shop._core.pipeline.transport = Unnamed(shop._core.pipeline.transport, broken)

    with pytest.raises(UnexpectedResponseError):
        await collect(shop.inbox.iterate())


class Unnamed(RecordingTransport):
    """Has no id for one thing."""

    def __init__(self, inner: Any, thing: str) -> None:
        super().__init__(inner)
        self.thing = thing

    async def send(self, request: Request, /) -> Response:
        told = await super().send(request)
        body = told.content.replace(b'"%s"' % self.thing.encode(), b"null")
        return Response(told.status, told.headers, body)


class Wordless(RecordingTransport):
    """Has nothing but files in what people wrote."""

    async def send(self, request: Request, /) -> Response:
        told = await super().send(request)
        body = told.content.replace(b'"How much?"', b"null").replace(b'"Hello?"', b"null")
        return Response(told.status, told.headers, body)


# Logging in ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scopes", [(), INSTAGRAM_SCOPES], ids=["facebook", "instagram"])
async def test_a_login_gives_credentials_that_publish(
    world: Sandbox, meta: InstagramSimulator, kind: Any, shop: Any, scopes: tuple[str, ...]
) -> None:
    meta.connection("main")
    login = Login(
        "instagram",
        client_id=APP_ID,
        client_secret=APP_SECRET,
        base_url=world.address("instagram"),
        redirect_uri="https://shop.example/back",
        scopes=scopes,
        transport=shop._core.transport,
    )
    start, finish = ("start", "finish") if kind is Instagram else ("start_async", "finish_async")
    url, state = await settle(getattr(login, start)())
    back = meta.handle(SimRequest.of("GET", url)).headers["location"]
    found = await settle(getattr(login, finish)(back, state))
    client = kind(found, base_url=world.address("instagram"), transport=shop._core.transport)

    assert back.endswith("#_") == bool(scopes)
    assert client.login == ("instagram" if scopes else "facebook")
    assert found.expires_at == (world.clock.now() + timedelta(days=60) if scopes else None)
    assert found.account_id == (await settle(client.account.me())).id
    assert "***" in repr(found.access_token)
    await settle(client.posts.publish(DRAFT))
    assert len(meta.posts()) == 1


async def test_what_somebody_declines_is_not_granted(
    world: Sandbox, meta: InstagramSimulator, kind: Any, shop: Any, opened: Open
) -> None:
    declined = "instagram_content_publish"
    home, transport = world.address("instagram"), shop._core.transport

    async def agreed(over: Any) -> Any:
        login = Login(
            "instagram",
            client_id=APP_ID,
            client_secret=APP_SECRET,
            base_url=home,
            redirect_uri="https://shop.example/back",
            transport=over,
        )
        url, state = login.start()
        assert declined in state.scopes
        page = SimRequest.of("GET", url.replace(f"{declined}%2C", ""))
        back = meta.handle(page).headers["location"]
        return await settle((login.finish if kind is Instagram else login.finish_async)(back, state))

    kept = await agreed(Closed(transport))
    assert (kept.account_id, kept.access_token is None) == (None, False)  # which loses no login either
    found = await agreed(transport)
    client = kind(found, base_url=home, transport=transport)

    assert (await agreed(Silent(transport))).scopes == ()  # which loses no login
    assert {*found.scopes} == {*SCOPES} - {declined}
    assert [client.can(one) for one in (Capability.PUBLISH, Capability.COMMENTS)] == [False, True]

    meta.connection("other")
    few = tuple(one for one in SCOPES if one != declined)
    person = meta._state.issue(meta._state.user("Ada").id, USER, few, timedelta(days=60)).value
    opens = opened(access_token=person)
    for _, credentials in await settle(opens.account.accounts()):
        assert {*credentials.scopes} == {*few}
    assert opens.can(Capability.PUBLISH)  # nobody has told yet
    told = await settle(opens.account.inspect())
    assert (told.valid, told.kind, {*told.scopes}) == (True, "USER", {*few})
    assert told.ends_at == world.clock.now() + timedelta(days=60)
    reads_until = world.clock.now() + timedelta(days=90)
    for one, ends in ((opens, told.ends_at), (client, reads_until)):
        assert (await login_of(one)).ends_at == ends
    assert not opens.can(Capability.PUBLISH)


class Closed(RecordingTransport):
    """Lists nobody the Pages of anybody."""

    async def send(self, request: Request, /) -> Response:
        if request.url.endswith("/me/accounts"):
            return Response(403, {}, b'{"error": {"message": "No", "code": 200}}')
        return await super().send(request)


class Silent(RecordingTransport):
    """Tells nobody what a token is worth."""

    async def send(self, request: Request, /) -> Response:
        if "/debug_token" in request.url:
            return Response(400, {}, b'{"error": {"message": "No", "code": 100}}')
        return await super().send(request)


async def test_a_token_is_inspected_by_its_app_alone_and_a_login_holds_without(
    opened: Open, meta: InstagramSimulator, kind: Any
) -> None:
    with pytest.raises(ConfigurationError, match="client_id= and app_secret= are missing"):
        await settle(opened(app_secret=None, client_id=None).account.inspect())
    person = meta._state.issue(meta._state.user("Ada").id, USER, SCOPES, timedelta(days=60)).value
    blind = opened(access_token=person, app_secret=None, client_id=None)
    assert [one.scopes for _, one in await settle(blind.account.accounts())] == [()]
    with pytest.raises(ConfigurationError, match="Instagram itself"):
        await settle(kind(access_token="made-up", login="instagram").account.inspect())
    with pytest.raises(ConfigurationError, match="scopes of the credentials"):
        kind(Credentials(access_token="made-up", scopes=OWN_SCOPES), login="facebook")


async def test_a_token_of_instagram_s_login_is_made_longer_and_kept(
    opened: Open, world: Sandbox, meta: InstagramSimulator
) -> None:
    account = meta._state.user("main", ours=True)
    token = meta._state.issue(account.id, INSTAGRAM, OWN_SCOPES, timedelta(days=3))
    world.clock.advance(timedelta(days=1, minutes=1))
    credentials = Credentials(access_token=token.value, expires_at=token.expires_at, scopes=OWN_SCOPES)
    store = MemoryTokenStore()
    ref = AccountRef(platform="instagram", brand="acme", name="main")
    client = opened(credentials=credentials, access_token=None, tokens=store, account=ref)

    await settle(client.account.me())

    kept = store.load("acme/instagram/main")
    assert kept is not None
    assert kept.expires_at == world.clock.now() + timedelta(days=60)
    assert kept.account_id == account.id


async def test_logins_and_longer_tokens_are_of_the_version_that_was_chosen(kind: Any) -> None:
    def answer(request: Request) -> Response:
        path = urlsplit(request.url).path
        if path.endswith("/access_token"):
            return json_answer({"access_token": "longer-token", "expires_in": 5_184_000})
        user = {"id": "17", "username": "shop"}
        page = {"id": "19", "access_token": "made-up", "instagram_business_account": user}
        return json_answer({"data": [page]} if path.endswith("/accounts") else {**page, **user})

    transport = SteppedTransport(answer, suspends=kind is AsyncInstagram)
    login = Login(
        "instagram",
        client_id="1",
        client_secret="x",
        redirect_uri="https://shop.example/back",
        flow=InstagramLogin(api_version="v25.0"),
        transport=transport,
    )
    start, finish = ("start", "finish") if kind is Instagram else ("start_async", "finish_async")
    url, state = await settle(getattr(login, start)())
    back = f"https://shop.example/back?code=c&state={state.nonce.reveal()}"
    await settle(getattr(login, finish)(back, state))
    ends = transport.now() + timedelta(minutes=1)
    soon = Credentials(access_token="made-up", expires_at=ends, client_id="1", client_secret="x")
    await settle(kind(soon, api_version="v25.0", transport=transport).account.me())

    paths = [urlsplit(one).path for one in (url, *(it.url for it in transport.sent))]
    assert sum(one.endswith("/access_token") for one in paths) == 3
    assert {one.split("/")[1] for one in paths} == {"v25.0"}


def test_without_a_token_nothing_is_opened(kind: Any) -> None:
    with pytest.raises(ConfigurationError, match="access_token= is missing"):
        kind()
    with pytest.raises(ConfigurationError, match="which one is meant"):
        kind(Credentials(access_token="one"), access_token="two")
    assert kind in {Instagram, AsyncInstagram}


# Webhooks --------------------------------------------------------------------------------------


SAID: dict[str, Any] = {"sender": {"id": "5"}, "message": {"mid": "m1", "text": "Hello?"}}


def read(**entry: Any) -> list[Any]:
    body = json.dumps({"object": "instagram", "entry": [{"id": "17", **entry}]}).encode()
    things = PUSHES.read(Pushed.read("POST", "", {}, body))
    return [one.make(AccountRef(platform="instagram", id="17")) for one in things]


def test_a_push_is_dated_or_refused_and_what_was_taken_back_is_an_event() -> None:
    remark = {"field": "comments", "value": {"id": "1", "text": "How much?", "from": {"id": "5"}}}
    taken_back = {**SAID, "message": {"mid": "m1", "is_deleted": True}}

    assert [one.text for one in read(time=1_776_339_591, changes=[remark])] == ["How much?"]
    said, gone = read(time=1_776_339_591, messaging=[SAID, taken_back])
    assert (said.text, gone.kind, gone.subject_id) == ("Hello?", WebhookEventKind.MESSAGE_DELETED, "m1")
    for undated in ({"changes": [remark]}, {"messaging": [SAID]}):
        with pytest.raises(ValueError, match="when it was"):
            read(**undated)


@pytest.mark.parametrize(
    ("more", "count"),
    [({"is_echo": None, "is_deleted": None}, 1), ({"is_echo": True, "is_deleted": None}, 0)],
    ids=["null", "ours"],
)
def test_what_is_null_in_a_pushed_private_message_is_not_there(more: dict[str, Any], count: int) -> None:
    said = {**SAID, "message": {**SAID["message"], **more}}

    assert [one.text for one in read(time=1_776_339_591, messaging=[said])] == ["Hello?"] * count
    assert read(time=1_776_339_591, messaging=[{**SAID, "message": None}]) == []


def test_a_pushed_comment_that_names_no_post_has_none() -> None:
    remark = {"field": "comments", "value": {"id": "1", "text": "How much?", "from": {"id": "5"}}}
    (found,) = read(time=1_776_339_591, changes=[remark])

    assert (found.post_id, found.reply_to) == (None, None)


def test_the_simulator_pushes_what_the_inbox_has_until_it_is_taken(
    world: Sandbox, meta: InstagramSimulator
) -> None:
    workspace = world.workspace(acme=["instagram"])
    shop = workspace.brand("acme").client("instagram")
    post = shop.posts.publish(DRAFT)
    hook = sk.webhooks.Webhook("instagram", workspace, secret=APP_SECRET, verify_token="chosen")

    def receive(request: SimRequest) -> Any:
        query = urlencode(request.query)
        return hook.receive(method=request.method, query=query, headers=request.headers, body=request.body)

    assert receive(meta.subscribe_webhook("chosen")).body == b"1158201444"
    comment = world.receive("instagram", text="How much? Grüße", reply_to=post.id)
    world.receive("instagram", text="Yes, how much?", reply_to=comment)
    world.receive("instagram", text="The best shop")
    world.receive("instagram", text="My number is 12", private=True)
    shop.inbox.reply(next(one for one in shop.inbox.comments(post) if one.id == comment), "Ten")
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
    assert sorted(map(shown, got.messages), key=str) == sorted(map(shown, shop.inbox.iterate()), key=str)


@pytest.mark.parametrize(
    ("sender", "ours"),
    [
        ({"id": "848", "username": "shop"}, True),
        ({"id": "848", "username": "shop", "self_ig_scoped_id": "848"}, True),
        ({"id": "848", "self_ig_scoped_id": "848"}, True),
        ({"id": "848", "username": "ada", "self_ig_scoped_id": "848"}, False),
        ({"id": "848"}, False),
    ],
)
def test_what_the_account_wrote_itself_is_known_under_the_id_of_another_space(
    sender: dict[str, str], ours: bool
) -> None:
    value = {"id": "1", "text": "Ten", "from": sender, "media": {"id": "18"}}
    change = {"field": "comments", "value": value}
    body = json.dumps(
        {"object": "instagram", "entry": [{"id": "17", "time": 1742667607, "changes": [change]}]}
    )
    (thing,) = PUSHES.read(Pushed.read("POST", "", {}, body.encode()))

    made = thing.make(AccountRef(platform="instagram", id="17", handle="shop"))

    assert (made is None) is ours


@pytest.mark.parametrize("shape", ["changes", "bare"])
def test_a_pushed_comment_is_read_in_either_shape_and_our_own_is_not(shape: str) -> None:
    def pushed(sender: str) -> list[Any]:
        value = {"id": "17", "text": "Hi", "from": {"id": sender}, "media": {"id": "18"}, "parent_id": "16"}
        change = {"field": "comments", "value": value}
        entry = {"id": "1", "time": 1742667607, **({"changes": [change]} if shape == "changes" else change)}
        body = json.dumps({"object": "instagram", "entry": [entry]}).encode()
        return list(PUSHES.read(Pushed.read("POST", "", {}, body)))

    (thing,) = pushed("7")
    message: Any = thing.make(AccountRef(platform="instagram", id="1"))
    assert (message.kind, message.reply_to, message.post_id) == (MessageKind.REPLY, "16", "18")
    assert message.created_at == datetime.fromtimestamp(1742667607, UTC)
    assert pushed("1") == []
