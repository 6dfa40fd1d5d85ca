"""Numbers of the simulated Threads: insights of posts, of accounts, and of who follows them."""

from datetime import timedelta

from socialkit.sandbox._graph import GraphCall, GraphRefusal, Route, bad_parameter
from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.threads import _render as show
from socialkit.sandbox.threads._records import Post
from socialkit.sandbox.threads._state import State

ThCall = GraphCall[State]
POST_METRICS = ("views", "likes", "replies", "reposts", "quotes", "shares")
ACCOUNT_METRICS = (
    *("views", "likes", "replies", "reposts", "quotes", "clicks"),
    *("followers_count", "follower_demographics"),
)
TIMELESS = frozenset({"followers_count", "follower_demographics"})
"""What may not be asked for a window of time."""
PARTS = {
    "country": ("FR", "DE"),
    "city": ("Paris, Ile-de-France", "Berlin, Berlin"),
    "age": ("18-24", "25-34"),
    "gender": ("F", "M"),
}
FOLLOWED = 100


def _names(call: ThCall, known: tuple[str, ...]) -> list[str]:
    names = [one for one in (call.params.text("metric") or "").split(",") if one]
    alive = set(known) - call.state.dead_metrics
    if not names or any(one not in alive for one in names):
        raise bad_parameter("Param metric must be one of {" + ", ".join(known) + "}")
    return names


def _metric(node: str, name: str, period: str, **told: object) -> dict[str, object]:
    return {
        "name": name,
        "period": period,
        **told,
        "title": name.title(),
        "description": f"Described in the account's language: {name}",
        "id": f"{node}/insights/{name}/{period}",
    }


def insights(call: ThCall) -> SimResponse:
    """What became of an own post; of one that repeats another, nothing."""
    call.require("threads_manage_insights")
    one = call.state.post(call.path["node"])
    if one.owner != call.token.owner:
        raise GraphRefusal(10, "(#10) Application does not have permission for this action", status=403)
    values = _of_post(call.state, one)
    told = [
        _metric(one.id, name, "lifetime", values=[{"value": values[name]}])
        for name in _names(call, POST_METRICS)
        if one.content.repeats is None  # of what repeats another post nothing is told
    ]
    return SimResponse.json({"data": told})


def _of_post(state: State, one: Post) -> dict[str, int]:
    likes = len(one.likes)
    replies = state.under(one.id) if one.root is None else state.answers(one.id)
    return {
        "views": 10 + 3 * likes,
        "likes": likes,
        "replies": len(replies),
        "reposts": one.reposts,
        "quotes": one.quotes,
        "shares": 0,
    }


def threads_insights(call: ThCall) -> SimResponse:
    """What became of the account, in a window of time where one is asked for."""
    call.require("threads_manage_insights")
    names, params = _names(call, ACCOUNT_METRICS), call.params
    window = params.text("since") is not None or params.text("until") is not None
    if window and TIMELESS & set(names):
        raise bad_parameter("since and until are not supported for followers_count")
    return SimResponse.json({"data": [_of_account(call, name) for name in names]})


def _of_account(call: ThCall, name: str) -> dict[str, object]:
    state, owner = call.state, call.token.owner
    posts = [_of_post(state, one) for one in state.posts.values() if one.owner == owner]
    total = {each: sum(one[each] for one in posts) for each in POST_METRICS}
    if name == "views":
        midnight = state.now.replace(hour=8, minute=0, second=0)
        days = [{"value": 7, "end_time": show.time(midnight - timedelta(days=back))} for back in (1, 0)]
        return _metric(owner, name, "day", values=days)
    if name == "clicks":
        told = [
            {"value": 2, "link_url": "https://shop.example"},
            {"value": 1, "link_url": "https://a.example"},
        ]
        return _metric(owner, name, "day", link_total_values=told)
    if name == "followers_count":
        return _metric(owner, name, "day", total_value={"value": state.people[owner].followers})
    if name == "follower_demographics":
        return _metric(owner, name, "day", total_value={"breakdowns": [_breakdown(call)]})
    return _metric(owner, name, "day", total_value={"value": total[name]})


def _breakdown(call: ThCall) -> dict[str, object]:
    by, followers = call.params.text("breakdown") or "", call.state.people[call.token.owner].followers
    if by not in PARTS:
        raise bad_parameter("Param breakdown must be one of {country, city, age, gender}")
    if followers < FOLLOWED:
        raise bad_parameter("Not enough followers to show follower demographics")
    half = followers // 2
    results = [
        {"dimension_values": [name], "value": value}
        for name, value in zip(PARTS[by], (half, followers - half), strict=True)
    ]
    return {"dimension_keys": [by], "results": results}


ROUTES: tuple[Route[State], ...] = (
    Route("threads_insights", "GET", "me/threads_insights", threads_insights),
    Route("insights", "GET", ":node/insights", insights),
)
