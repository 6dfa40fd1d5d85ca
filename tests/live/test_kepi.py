"""What a real server of another make, kepi, does with our requests."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
import pytest

from socialkit.errors import APIError, AuthenticationError, NotFoundError, OutcomeUnknownError
from socialkit.models import Basis, Draft, FoundState, MessageKind, NoticeKind, Visibility
from socialkit.platforms import Mastodon, MastodonOptions
from socialkit.platforms._login import Login
from socialkit.testing import picture
from tests.live.conftest import Connect
from tests.live.cutting import CuttingLine
from tests.live.servers.kepi import Kepi
from tests.support import collect, settle
from tests.truth.operations import offered
from tests.truth.recordings import AnyMastodon

pytestmark = pytest.mark.live

Record = Callable[[str, object], None]

BACK = "http://127.0.0.1/back"

PROVEN: Final = {
    "account.me",
    "account.refresh_limits",
    "inbox.iterate",
    "inbox.like",
    "insights.account",
    "login.finish",
    "login.start",
    "posts.delete",
    "posts.find",
    "posts.get",
    "posts.iterate",
    "posts.publish",
}
"""Operations that the server has; a test below shows each."""

LACKING: Final[Mapping[str, str]] = {
    "inbox.comments": "it stores no answers, so nothing ever stands under a post",
    "inbox.reply": "it forgets what a post answers",
    "inbox.stream": "it has no streaming service",
    "insights.posts": "it has no call for several posts, and answers 500 to the try",
    "listening.profile": "it cannot look somebody up by name",
    "listening.search": "it searches nothing: no /api/v2/search, no timelines of hashtags",
    "listening.trends": "it knows no trends",
    "media.get": "it takes no files",
    "media.upload": "it takes no files",
    "posts.edit": "it has no edits",
    "posts.iterate_scheduled": "it schedules nothing",
    "posts.reschedule": "it schedules nothing",
}
"""What the server does not have, and why that cannot be shown on it."""


@pytest.fixture
def alice(server: Kepi, connect: Connect) -> AnyMastodon:
    return connect(server.url, server.alice.token)


@pytest.fixture
def bob(server: Kepi, connect: Connect) -> AnyMastodon:
    return connect(server.url, server.bob.token)


def test_every_operation_is_shown_or_known_to_be_lacking(alice: AnyMastodon) -> None:
    assert PROVEN.isdisjoint(LACKING)
    assert PROVEN | set(LACKING) == offered("mastodon", alice)


async def test_the_account_says_who_it_is(alice: AnyMastodon, server: Kepi, record_property: Record) -> None:
    record_property("kepi", "account.me")
    profile = await settle(alice.account.me())

    assert (profile.id, profile.handle) == (server.alice.id, "alice")
    assert profile.created_at is not None
    assert datetime.now(UTC) - profile.created_at < timedelta(hours=1)


async def test_limits_are_read_from_a_server_that_knows_the_old_call_alone(
    alice: AnyMastodon, record_property: Record
) -> None:
    record_property("kepi", "account.refresh_limits")
    limits = await settle(alice.account.refresh_limits())

    assert (limits.text, limits.basis) == (Mastodon.facts.limits.text, Basis.SERVER)


async def test_followers_are_counted(alice: AnyMastodon, server: Kepi, record_property: Record) -> None:
    record_property("kepi", "insights.account")
    follow(server)
    rows = {row.metric: row.value for row in await settle(alice.insights.account())}

    assert rows["followers"] == 1


async def test_a_post_is_published_and_read_again(alice: AnyMastodon, record_property: Record) -> None:
    record_property("kepi", "posts.publish")
    record_property("kepi", "posts.get")
    options = [MastodonOptions(content_warning="Weather", sensitive=True)]
    draft = Draft(text="Rain & wind", visibility=Visibility.UNLISTED, language="en", options=options)
    post = await settle(alice.posts.publish(draft))
    again = await settle(alice.posts.get(post))

    for one in (post, again):
        assert (one.text, one.title, one.language) == ("Rain & wind", "Weather", "en")
        assert (one.visibility, one.reply_to, one.media) == (Visibility.UNLISTED, None, ())
        assert one.author is not None
        assert (one.id, one.author.handle) == (post.id, "alice")


async def test_own_posts_are_listed(alice: AnyMastodon, record_property: Record) -> None:
    record_property("kepi", "posts.iterate")
    posts = [await settle(alice.posts.publish(f"Number {number}")) for number in (1, 2)]
    listed = await collect(alice.posts.iterate())

    assert {post.id for post in posts} <= {post.id for post in listed}
    assert {post.text for post in listed} >= {"Number 1", "Number 2"}


async def test_a_like_and_a_follow_arrive_in_the_inbox(
    alice: AnyMastodon, bob: AnyMastodon, server: Kepi, record_property: Record
) -> None:
    record_property("kepi", "inbox.like")
    record_property("kepi", "inbox.iterate")
    follow(server)
    post = await settle(alice.posts.publish("Like this"))
    for _ in range(2):
        await settle(bob.inbox.like(await settle(bob.posts.get(post.id))))
    notices = await collect(alice.inbox.iterate(notices=True))
    words = await collect(alice.inbox.iterate())

    likes = [one for one in notices if one.post_id == post.id]
    assert [(one.kind, one.notice, one.author.handle) for one in likes] == [
        (MessageKind.NOTICE, NoticeKind.LIKE, "bob")
    ]
    assert NoticeKind.FOLLOW in {one.notice for one in notices}
    assert words == []


async def test_a_deleted_post_is_gone(alice: AnyMastodon, record_property: Record) -> None:
    record_property("kepi", "posts.delete")
    post = await settle(alice.posts.publish("Not for long"))
    await settle(alice.posts.delete(post))

    with pytest.raises(NotFoundError) as caught:
        await settle(alice.posts.get(post))
    assert (caught.value.status, caught.value.message) == (404, "Not found.")
    with pytest.raises(NotFoundError):
        await settle(alice.posts.delete(post.id))


async def test_somebody_elses_post_is_not_deleted(alice: AnyMastodon, bob: AnyMastodon) -> None:
    post = await settle(alice.posts.publish("Mine"))
    with pytest.raises(NotFoundError, match="isn't yours"):
        await settle(bob.posts.delete(post.id))

    assert (await settle(alice.posts.get(post))).text == "Mine"


async def test_a_wrong_token_is_refused(server: Kepi, connect: Connect) -> None:
    stranger = connect(server.url, "not-a-real-token")
    with pytest.raises(AuthenticationError) as caught:
        await settle(stranger.account.me())

    assert (caught.value.status, caught.value.written) == (401, False)


async def test_a_lost_answer_is_found_again(server: Kepi, connect: Connect, record_property: Record) -> None:
    record_property("kepi", "posts.find")
    with CuttingLine(server.url) as line:
        client = connect(line.url, server.alice.token)
        await settle(client.posts.publish("Before"))
        line.cut("POST /api/v1/statuses ")
        with pytest.raises(OutcomeUnknownError) as caught:
            await settle(client.posts.publish("Is it out?"))
        attempt = caught.value.attempt
        found = await settle(client.posts.find(attempt))

        assert line.cuts == 1
        assert found.state is FoundState.PUBLISHED
        assert found.post is not None
        assert found.post.text == "Is it out?"
        before = attempt.results["part 1 anchor"]
        newer = [one for one in await collect(client.posts.iterate()) if int(one.id) > int(str(before))]
        assert [one.id for one in newer] == [found.post.id]


async def test_a_lost_answer_to_a_deletion_is_found_again(
    server: Kepi, connect: Connect, record_property: Record
) -> None:
    record_property("kepi", "posts.find")
    with CuttingLine(server.url) as line:
        client = connect(line.url, server.alice.token)
        post = await settle(client.posts.publish("Is it gone?"))
        line.cut(f"DELETE /api/v1/statuses/{post.id} ")
        with pytest.raises(OutcomeUnknownError) as caught:
            await settle(client.posts.delete(post))

        found = await settle(client.posts.find(caught.value.attempt))

        assert (line.cuts, found.state) == (1, FoundState.PUBLISHED)


async def test_somebody_logs_in(server: Kepi, connect: Connect, record_property: Record) -> None:
    record_property("kepi", "login.start")
    record_property("kepi", "login.finish")
    login = Login("mastodon", base_url=server.url, redirect_uri=BACK, scopes=["read", "write"])
    blocking = isinstance(connect(server.url, "not-a-real-token"), Mastodon)
    url, state = login.start() if blocking else await login.start_async()
    back = agree(server, url)
    credentials = login.finish(back, state) if blocking else await login.finish_async(back, state)

    assert credentials.access_token is not None
    client = connect(server.url, credentials.access_token.reveal())
    assert (await settle(client.account.me())).handle == "bob"


REFUSED: Final[Mapping[str, Callable[[AnyMastodon], Awaitable[object]]]] = {
    "listening.profile": lambda client: settle(client.listening.profile("bob")),
    "listening.search": lambda client: collect(client.listening.search("tea")),
    "listening.trends": lambda client: collect(client.listening.trends()),
    "media.get": lambda client: settle(client.media.get("1")),
    "media.upload": lambda client: settle(client.media.upload(picture())),
    "posts.iterate_scheduled": lambda client: collect(client.posts.iterate_scheduled()),
}


@pytest.mark.parametrize("operation", REFUSED)
async def test_what_the_server_lacks_is_an_error_that_says_so(alice: AnyMastodon, operation: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        await REFUSED[operation](alice)

    assert (caught.value.operation, caught.value.written) == (operation, False)


async def test_an_edit_is_refused_and_changes_nothing(alice: AnyMastodon) -> None:
    post = await settle(alice.posts.publish("As it is"))
    with pytest.raises(APIError, match="not allowed") as caught:
        await settle(alice.posts.edit(post, "As it was to be"))

    assert (caught.value.status, caught.value.written) == (405, False)
    assert (await settle(alice.posts.get(post))).text == "As it is"


def follow(server: Kepi) -> None:
    """Have Bob follow Alice, which socialkit has no operation for."""
    headers = {"Authorization": f"Bearer {server.bob.token}"}
    url = f"{server.url}/api/v1/accounts/{server.alice.id}/follow"
    assert httpx.post(url, headers=headers, trust_env=False).status_code == 200


def agree(server: Kepi, url: str) -> str:
    """Sign Bob in, let him agree in his browser, and return the address that he is sent back to."""
    with httpx.Client(base_url=server.url, follow_redirects=True, trust_env=False) as browser:
        page = browser.get("/accounts/login/")
        form = {"username": server.bob.name, "password": server.bob.password}
        browser.post("/accounts/login/", data={**form, **hidden(page.text)})
        page = browser.get(url)
        agreed = browser.post(
            str(page.url), data={**hidden(page.text), "allow": "Authorize"}, follow_redirects=False
        )
    return agreed.headers["location"]


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    fields = re.findall(r"<input[^>]*hidden[^>]*>", page)
    found = [dict(re.findall(r'(name|value)="([^"]*)"', field)) for field in fields]
    return {one["name"]: one.get("value", "") for one in found if "name" in one}
