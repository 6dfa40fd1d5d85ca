"""Which operation reads which recorded answer, how it is called, and what must come out."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from socialkit.auth import LoginState
from socialkit.models import AccountRef, Attempt, Author, Draft, FoundState, Media, Message, MessageKind, Post
from socialkit.platforms import Mastodon, MastodonOptions
from socialkit.platforms._login import Login
from tests.support import settle
from tests.transport.fakes import NOON, json_answer
from tests.truth import reading
from tests.truth.recordings import Connect, Recording, Route, first_page, last_call, transport

ID = r"[^/]+"
PICTURE = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xff\xff?"
    b"\0\5\xfe\2\xfe\rA\xf4\xf7\0\0\0\0IEND\xaeB`\x82"
)
"""A whole picture of one dot."""
LATER = datetime(4000, 1, 1, 14, 33, 14, tzinfo=UTC)
NEWER = json_answer({"error": "Not Found"}, 404)
"""What a server says to a call that it does not have."""

Call = Callable[[Connect, Recording], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """One operation on one kind of recorded answer."""

    operation: str
    method: str
    path: str
    call: Call
    """Hands the recording to a client, calls the operation, and checks what comes out."""
    fits: Callable[[Recording], bool]

    def takes(self, one: Recording) -> bool:
        return one.status < 400 and self.covers(one) and self.fits(one)

    def covers(self, one: Recording) -> bool:
        """Tell whether the operation sends a request of that kind."""
        return one.method == self.method and re.fullmatch(self.path, one.path) is not None

    def __str__(self) -> str:
        return f"{self.operation} {self.method} {self.path.replace(ID, ':id')}"


CASES: list[Case] = []


def always(_one: Recording) -> bool:
    return True


def case(
    operation: str, method: str, path: str, fits: Callable[[Recording], bool] = always
) -> Callable[[Call], Call]:
    """Enter a function in the table."""

    def enter(call: Call) -> Call:
        CASES.append(Case(operation, method, path, call, fits))
        return call

    return enter


def the(recording: Recording) -> Route:
    """Return the recorded answer as a route: any path of the method, since the id is the caller's choice."""
    return (recording.method, re.escape(recording.path), recording.response)


def is_scheduled(one: Recording) -> bool:
    return "scheduled_at" in one.json


def is_status(one: Recording) -> bool:
    return not is_scheduled(one)


# Account and insights ----------------------------------------------------------------------


@case("account.me", "GET", "/api/v1/accounts/verify_credentials")
async def read_me(connect: Connect, one: Recording) -> None:
    client = connect(the(one), origin=one.origin)

    profile = await settle(client.account.me())

    reading.check_profile(profile, one.json)
    assert client.ref.id == str(one.json["id"])


@case("insights.account", "GET", "/api/v1/accounts/verify_credentials")
async def read_account_insights(connect: Connect, one: Recording) -> None:
    rows = await settle(connect(the(one), origin=one.origin).insights.account())

    reading.check_observations(rows, one.json, reading.AUDIENCE)


@case("insights.posts", "GET", f"/api/v1/statuses/{ID}")
async def read_post_insights(connect: Connect, one: Recording) -> None:
    old = ("GET", "/api/v1/statuses", NEWER)
    client = connect(old, ("GET", f"/api/v1/statuses/{ID}", one.response), origin=one.origin)

    page = await first_page(client.insights.posts([str(one.json["id"])]))

    reading.check_observations(page.items, one.json, reading.COUNTS)


@case("account.refresh_limits", "GET", "/api/v2/instance")
async def read_limits(connect: Connect, one: Recording) -> None:
    limits = await settle(connect(the(one), origin=one.origin).account.refresh_limits())

    reading.check_limits(limits, one.json, Mastodon.facts.limits)


@case("account.refresh_limits", "GET", "/api/v1/instance")
async def read_old_limits(connect: Connect, one: Recording) -> None:
    client = connect(the(one), ("GET", "/api/v2/instance", NEWER), origin=one.origin)

    reading.check_limits(await settle(client.account.refresh_limits()), one.json, Mastodon.facts.limits)


# Posts -------------------------------------------------------------------------------------


@case("posts.get", "GET", f"/api/v1/statuses/{ID}")
async def read_post(connect: Connect, one: Recording) -> None:
    client = connect(("GET", f"/api/v1/statuses/{ID}", one.response), origin=one.origin)

    reading.check_post(await settle(client.posts.get(str(one.json["id"]))), one.json)


@case("posts.iterate", "GET", f"/api/v1/accounts/{ID}/statuses")
async def read_own_posts(connect: Connect, one: Recording) -> None:
    client = connect(("GET", f"/api/v1/accounts/{ID}/statuses", one.response), origin=one.origin)

    page = await first_page(client.posts.iterate())

    reading.check_posts(page.items, one.json)
    assert page.next_cursor == reading.next_query(one.headers)


@case("posts.publish", "POST", "/api/v1/statuses", is_status)
async def publish(connect: Connect, one: Recording) -> None:
    post = await settle(connect(the(one), origin=one.origin).posts.publish("Toot!"))

    reading.check_post(post, one.json)


@case("posts.publish", "POST", "/api/v1/statuses", is_scheduled)
async def publish_later(connect: Connect, one: Recording) -> None:
    draft = Draft(text="Later", options=[MastodonOptions(scheduled_at=LATER)])

    post = await settle(connect(the(one), origin=one.origin).posts.publish(draft))

    reading.check_scheduled(post, one.json)


@case("posts.edit", "PUT", f"/api/v1/statuses/{ID}")
async def edit(connect: Connect, one: Recording) -> None:
    before = ("GET", f"/api/v1/statuses/{ID}", one.response)
    source = json_answer({"id": one.json["id"], "text": "Before", "spoiler_text": ""})
    client = connect(the(one), ("GET", f"/api/v1/statuses/{ID}/source", source), before, origin=one.origin)

    reading.check_post(await settle(client.posts.edit(str(one.json["id"]), "After")), one.json)


@case("posts.delete", "DELETE", f"/api/v1/statuses/{ID}")
async def delete(connect: Connect, one: Recording) -> None:
    client = connect(the(one), origin=one.origin)

    await settle(client.posts.delete(one.path.rpartition("/")[2]))

    assert last_call(client) == (one.method, one.path)


@case("posts.delete", "DELETE", f"/api/v1/scheduled_statuses/{ID}")
async def delete_scheduled(connect: Connect, one: Recording) -> None:
    planned = Post(id=one.path.rpartition("/")[2], scheduled_at=LATER)
    client = connect(the(one), origin=one.origin)

    await settle(client.posts.delete(planned))

    assert last_call(client) == (one.method, one.path)


@case("posts.iterate_scheduled", "GET", "/api/v1/scheduled_statuses")
async def read_scheduled(connect: Connect, one: Recording) -> None:
    page = await first_page(connect(the(one), origin=one.origin).posts.iterate_scheduled())

    assert len(page.items) == len(one.json)
    for post, wire in zip(page.items, one.json, strict=True):
        reading.check_scheduled(post, wire)
    assert page.next_cursor == reading.next_query(one.headers)


@case("posts.reschedule", "PUT", f"/api/v1/scheduled_statuses/{ID}")
async def reschedule(connect: Connect, one: Recording) -> None:
    client = connect(("PUT", f"/api/v1/scheduled_statuses/{ID}", one.response), origin=one.origin)

    reading.check_scheduled(await settle(client.posts.reschedule(str(one.json["id"]), LATER)), one.json)


@case("posts.find", "GET", f"/api/v1/statuses/{ID}/source")
async def find(connect: Connect, one: Recording) -> None:
    author = {"id": "1", "acct": "shop"}
    status = {"id": one.json["id"], "created_at": "2026-03-01T12:00:00.000Z", "account": author}
    listed = ("GET", f"/api/v1/accounts/{ID}/statuses", json_answer([status]))
    attempt = Attempt(
        platform="mastodon",
        account=AccountRef(platform="mastodon", id="1"),
        kind="publish",
        step="part 1 post",
        key="k",
        started_at=NOON,
        deadline=NOON + timedelta(minutes=1),
        draft=Draft(text=one.json["text"]),
        results={"part 1 anchor": ""},
    )

    found = await settle(connect(the(one), listed, origin=one.origin).posts.find(attempt))

    assert (found.state, found.post and found.post.id) == (FoundState.PUBLISHED, one.json["id"])


# Media -------------------------------------------------------------------------------------


@case("media.upload", "POST", "/api/v2/media")
async def upload(connect: Connect, one: Recording) -> None:
    picture = Media.from_bytes(PICTURE, filename="dot.png", alt_text="A dot")

    file = await settle(connect(the(one), origin=one.origin).media.upload(picture))

    assert (file.id, file.url, file.alt_text, file.ready) == (
        str(one.json["id"]),
        one.json["url"],
        one.json["description"],
        True,
    )


@case("media.get", "GET", f"/api/v1/media/{ID}")
async def read_media(connect: Connect, one: Recording) -> None:
    client = connect(("GET", f"/api/v1/media/{ID}", one.response), origin=one.origin)

    file = await settle(client.media.get(str(one.json["id"])))

    assert (file.id, file.url, file.kind.value) == (
        str(one.json["id"]),
        one.json["url"],
        reading.KINDS[one.json["type"]],
    )


# Inbox -------------------------------------------------------------------------------------


def somebody() -> Message:
    """A message to answer."""
    author = Author(id="2", handle="customer")
    return Message(id="5", kind=MessageKind.MENTION, author=author, text="Where is it?", created_at=NOON)


@case("inbox.iterate", "GET", "/api/v1/notifications")
async def read_inbox(connect: Connect, one: Recording) -> None:
    client = connect(("GET", "/api/v1/notifications", one.response), origin=one.origin)

    page = await first_page(client.inbox.iterate(notices=True))

    assert len(page.items) == len(one.json)
    for message, wire in zip(page.items, one.json, strict=True):
        reading.check_message(message, wire)
    assert page.next_cursor == reading.next_query(one.headers)


@case("inbox.comments", "GET", f"/api/v1/statuses/{ID}/context")
async def read_comments(connect: Connect, one: Recording) -> None:
    page = await first_page(connect(the(one), origin=one.origin).inbox.comments(one.path.split("/")[4]))

    reading.check_comments(page.items, one.json, "1")


@case("inbox.like", "POST", f"/api/v1/statuses/{ID}/favourite")
async def like(connect: Connect, one: Recording) -> None:
    client = connect(the(one), origin=one.origin)

    await settle(client.inbox.like(Post(id=one.path.split("/")[4])))

    assert last_call(client) == (one.method, one.path)


@case("inbox.reply", "POST", "/api/v1/statuses", lambda one: bool(one.json.get("in_reply_to_id")))
async def reply(connect: Connect, one: Recording) -> None:
    post = await settle(connect(the(one), origin=one.origin).inbox.reply(somebody(), "It comes"))

    reading.check_post(post, one.json)


# Listening ---------------------------------------------------------------------------------


@case("listening.profile", "GET", "/api/v1/accounts/lookup")
async def read_profile(connect: Connect, one: Recording) -> None:
    client = connect(("GET", "/api/v1/accounts/lookup", one.response), origin=one.origin)

    reading.check_profile(await settle(client.listening.profile("@somebody")), one.json)


@case("listening.search", "GET", f"/api/v1/timelines/tag/{ID}")
async def search_hashtag(connect: Connect, one: Recording) -> None:
    client = connect(("GET", f"/api/v1/timelines/tag/{ID}", one.response), origin=one.origin)

    page = await first_page(client.listening.search("#hoot"))

    reading.check_posts(page.items, one.json)
    assert page.next_cursor == reading.next_query(one.headers)


@case("listening.search", "GET", "/api/v2/search")
async def search(connect: Connect, one: Recording) -> None:
    page = await first_page(connect(the(one), origin=one.origin).listening.search("mastodon"))

    reading.check_posts(page.items, one.json["statuses"])


@case("listening.trends", "GET", "/api/v1/trends/(tags|links)")
async def read_trends(connect: Connect, one: Recording) -> None:
    listing = connect(the(one), origin=one.origin).listening.trends(cursor=f"{one.path.split('/')[-1]}:0")

    reading.check_trends((await first_page(listing)).items, one.json)


# Logging in --------------------------------------------------------------------------------

BACK = "https://shop.example/back"


@case("login.start", "POST", "/api/v1/apps")
async def register(connect: Connect, one: Recording) -> None:
    url, state = await started(connect, one)

    assert state.client_id == one.json["client_id"]
    assert f"client_id={one.json['client_id']}" in url


async def started(connect: Connect, one: Recording) -> tuple[str, LoginState]:
    app = {"client_id": "shop", "client_secret": "not-a-real-secret"}
    given: dict[str, Any] = {} if one.path == "/api/v1/apps" else dict(app)
    login = Login("mastodon", base_url=one.origin, redirect_uri=BACK, transport=transport(the(one)), **given)
    return login.start() if isinstance(connect(), Mastodon) else await login.start_async()


@case("login.finish", "POST", "/oauth/token")
async def get_token(connect: Connect, one: Recording) -> None:
    _, state = await started(connect, one)
    login = Login("mastodon", base_url=one.origin, redirect_uri=BACK, transport=transport(the(one)))
    back = f"{BACK}?code=abc&state={state.nonce.reveal()}"

    credentials = (
        login.finish(back, state)
        if isinstance(connect(), Mastodon)
        else await login.finish_async(back, state)
    )

    assert credentials.access_token is not None
    assert credentials.access_token.reveal() == one.json["access_token"]
    assert set(credentials.scopes) == set(one.json["scope"].split())


# The same things, found elsewhere ------------------------------------------------------------


@dataclass(frozen=True)
class Kin:
    """Answers to calls that we do not offer, with things inside that we read elsewhere."""

    method: str
    path: str
    things: Callable[[Any], Iterable[Any]]
    read: Call

    def takes(self, one: Recording) -> bool:
        return one.status < 400 and one.method == self.method and bool(re.fullmatch(self.path, one.path))

    def __str__(self) -> str:
        reader: str = getattr(self.read, "__name__", "")
        return f"{reader} {self.method} {self.path.replace(ID, ':id')}"


def itself(value: Any) -> list[Any]:
    return [value]


def each(value: Any) -> list[Any]:
    return list(value)


def contact(instance: Any) -> list[Any]:
    """Return the person behind a server, where it names one."""
    account = instance.get("contact_account") or instance.get("contact", {}).get("account")
    return [account] if account else []


KIN = [
    Kin("GET", f"/api/v1/(timelines/(home|public|list/{ID})|favourites|bookmarks)", each, read_post),
    Kin("POST", f"/api/v1/statuses/{ID}/(un)?(favourite|reblog|bookmark|pin|mute)", itself, read_post),
    Kin(
        "POST",
        "/api/v1/statuses",
        lambda value: [] if "scheduled_at" in value else [value],
        read_post_insights,
    ),
    Kin("GET", f"/api/v1/statuses/{ID}/context", lambda value: value["ancestors"], read_post),
    Kin("GET", "/api/v2/notifications", lambda value: value["statuses"], read_post),
    Kin("GET", "/api/v2/notifications", lambda value: value["accounts"], read_profile),
    Kin(
        "GET", f"/api/v1/notifications/{ID}", lambda value: [] if "id" not in value else [[value]], read_inbox
    ),
    Kin(
        "GET",
        "/api/v1/conversations",
        lambda value: [one["last_status"] for one in value if one["last_status"]],
        read_post,
    ),
    Kin("GET", f"/api/v1/scheduled_statuses/{ID}", itself, reschedule),
    Kin("POST", "/api/v2/media", itself, read_media),
    Kin("GET", r"/api/v1/accounts/\d+", itself, read_profile),
    Kin("GET", f"/api/v1/accounts/({ID}/(followers|following)|search)", each, read_profile),
    Kin("GET", "/api/v1/(directory|blocks|mutes|endorsements|follow_requests)", each, read_profile),
    Kin("PATCH", "/api/v1/accounts/update_credentials", itself, read_profile),
    Kin("GET", "/api/v[12]/search", lambda value: value["accounts"], read_profile),
    Kin("GET", "/api/v2/suggestions", lambda value: [one["account"] for one in value], read_profile),
    Kin("GET", "/api/v[12]/instance", contact, read_profile),
]
