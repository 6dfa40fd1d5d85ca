"""Endpoints: accounts, search, volumes."""

from collections import Counter
from datetime import datetime, timedelta

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.x import _render as render
from socialkit.sandbox.x import _text as texts
from socialkit.sandbox.x._call import Call
from socialkit.sandbox.x._errors import RefusedError, invalid, missing
from socialkit.sandbox.x._facts import SEARCHED
from socialkit.sandbox.x._records import Post
from socialkit.sandbox.x._route import BETWEEN, PAGED, POSTS, USERS, Route

STEPS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


def users_me(call: Call) -> SimResponse:
    """The account that the token belongs to."""
    return call.answer({"data": render.user(call, call.user)})


def user_by_username(call: Call) -> SimResponse:
    """An account by its handle."""
    found = call.state.named(call.path["username"])
    if found is None:
        refusal = RefusedError(200, "")
        refusal.body = {"errors": [missing("user", call.path["username"], "username")]}
        raise refusal
    return call.answer({"data": render.user(call, found)})


def _found(call: Call) -> list[Post]:
    query = (call.params.text("query") or "").strip()
    if not query:
        name = "query"
        raise invalid(name, "The `query` query parameter can not be empty")
    since, start = call.state.now - SEARCHED, call.moment("start_time")
    if start is not None and not since <= start <= call.state.now:
        name = "start_time"
        raise invalid(name, "The `start_time` query parameter value is not within the last 7 days")
    fresh = [one for one in call.state.posts.values() if one.created_at >= since and one.repost_of is None]
    fits = [one for one in fresh if all(_fits(call, one, word) for word in query.split())]
    ordered = call.state.newest_first(iter(fits))
    return call.between(ordered, lambda one: int(one.id), lambda one: one.created_at)


def _fits(call: Call, one: Post, word: str) -> bool:
    operator, colon, value = word.partition(":")
    if colon and operator == "conversation_id":
        return one.root == value
    if colon and operator == "from":
        return call.state.users[one.author].username.lower() == value.lower().lstrip("@")
    if word.startswith("#"):
        return word[1:].lower() in texts.tags(one.text)
    return word.lower() in one.text.lower()


def search_recent(call: Call) -> SimResponse:
    """Posts of the last seven days."""
    chosen, meta = call.page(_found(call), lambda one: int(one.id), least=10)
    return call.answer(render.posts(call, chosen, meta))


def counts_recent(call: Call) -> SimResponse:
    """How many posts there were, in stretches of time."""
    granularity = call.params.text("granularity") or "hour"
    if granularity not in STEPS:
        name = "granularity"
        raise invalid(name, "The `granularity` query parameter value is not one of [minute,hour,day]")
    step, found = STEPS[granularity], _found(call)
    counted = Counter(_floor(one.created_at, step) for one in found)
    begin, now = _floor(min(counted, default=call.state.now), step), call.state.now
    count = f"{call.state.vocabulary}_count"
    data = list[dict[str, object]]()
    while begin <= now:
        end = begin + step
        data.append({"start": render.moment(begin), "end": render.moment(end), count: counted[begin]})
        begin = end
    total = f"total_{call.state.vocabulary}_count"
    return call.answer({"data": data, "meta": {total: len(found)}})


def _floor(value: datetime, step: timedelta) -> datetime:
    midnight = value.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (value - midnight) // step * step


_READ = ("tweet.read", "users.read")
ROUTES = (
    Route("users_me", "GET", "/2/users/me", users_me, _READ, shows=USERS),
    Route("user_by_username", "GET", "/2/users/by/username/:username", user_by_username, _READ, shows=USERS),
    Route(
        "search_recent",
        "GET",
        "/2/tweets/search/recent",
        search_recent,
        _READ,
        PAGED | BETWEEN | {"query", "next_token", "sort_order"},
        POSTS,
    ),
    Route(
        "counts_recent",
        "GET",
        "/2/tweets/counts/recent",
        counts_recent,
        (),
        BETWEEN | {"query", "granularity", "pagination_token", "next_token"},
        apps="too",
        signed=False,
    ),
)
