"""Numbers of the simulated Instagram: insights of posts, of accounts, and of who follows them."""

from socialkit.sandbox._graph import GraphCall, GraphRefusal, Route, bad_parameter
from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.instagram._access import mine, need
from socialkit.sandbox.instagram._records import Media
from socialkit.sandbox.instagram._state import State, no_such

IgCall = GraphCall[State]
Shown = dict[str, object]

SHARED = {"views", "reach", "shares", "total_interactions", "reposts"}
LIKED = {"likes", "comments", "saved"}
POST_METRICS = {
    "FEED": SHARED | LIKED | {"follows", "profile_visits", "profile_activity"},
    "REELS": SHARED | LIKED | {"ig_reels_avg_watch_time", "ig_reels_video_view_total_time"},
    "STORY": SHARED | {"follows", "profile_visits", "replies", "navigation", "link_clicks"},
}
ACCOUNT_METRICS = {
    "reach",
    "views",
    "accounts_engaged",
    "total_interactions",
    "likes",
    "comments",
    "saves",
    "shares",
    "replies",
    "reposts",
    "profile_links_taps",
}
PEOPLE = {
    "age": {"18-24": 30, "25-34": 90},
    "city": {"Berlin, Berlin": 70, "Lyon, Rhône": 50},
    "country": {"DE": 70, "FR": 50},
    "gender": {"F": 60, "M": 40, "U": 20},
}
TIMEFRAMES = {"this_week", "this_month"}
FEWEST = 100
VIEWERS = 5
"""Fewer viewers of a story are not told."""


def insights(call: IgCall) -> SimResponse:
    need(call, "manage_insights")
    state, node = call.state, call.path["node"]
    names = [one for one in (call.params.text("metric") or "").split(",") if one]
    if node in state.media:
        return _of_post(call, state.media[node], names)
    owner = mine(call)
    if names == ["follower_demographics"]:
        return _audience(call, owner)
    known = ACCOUNT_METRICS - state.dead_metrics
    if not names or any(one not in known for one in names):
        raise bad_parameter("metric must be one of the following values: " + ", ".join(sorted(known)))
    if call.params.text("period") != "day" or call.params.text("metric_type") != "total_value":
        raise bad_parameter("Incompatible metrics: they need metric_type=total_value and period=day")
    return SimResponse.json({"data": [_total(state, owner, name) for name in names]})


def _of_post(call: IgCall, one: Media, names: list[str]) -> SimResponse:
    if one.owner not in call.state.accounts_of(call.token):
        raise no_such(one.id)
    known = POST_METRICS[one.product] - call.state.dead_metrics
    strange = [name for name in names if name not in known]
    if not names or strange:
        what = ", ".join(strange)
        raise bad_parameter(f"The Media Insights API does not support the {what} metric for this media")
    if one.product == "STORY" and _views(one) // 2 < VIEWERS:
        raise GraphRefusal(10, "(#10) Too few people saw the story", status=403)
    return SimResponse.json({"data": [_lifetime(one, name) for name in names]})


def _views(one: Media) -> int:
    return one.views + 3 * len(one.likes)


def _lifetime(one: Media, name: str) -> Shown:
    views = _views(one)
    value = {"views": views, "reach": views // 2, "likes": len(one.likes)}.get(name, views // 10)
    return {
        "name": name,
        "period": "lifetime",
        "values": [{"value": value}],
        "title": name.replace("_", " ").title(),
        "description": f"Described in the account's language: {name}",
        "id": f"{one.id}/insights/{name}/lifetime",
    }


def _total(state: State, owner: str, name: str) -> Shown:
    posts = state.of(owner, stories=False)
    views = sum(_views(one) for one in posts)
    likes = sum(len(one.likes) for one in posts)
    value = {"views": views, "reach": views // 2, "likes": likes}.get(name, views // 10)
    return {
        "name": name,
        "period": "day",
        "title": name.replace("_", " ").title(),
        "description": f"Described in the account's language: {name}",
        "total_value": {"value": value},
        "id": f"{owner}/insights/{name}/day",
    }


def _audience(call: IgCall, owner: str) -> SimResponse:
    dimension = call.params.text("breakdown") or ""
    if call.params.text("timeframe") not in TIMEFRAMES or call.params.text("period") != "lifetime":
        raise bad_parameter("timeframe must be this_week or this_month")
    if dimension not in PEOPLE:
        raise bad_parameter("breakdown must be one of age, city, country, gender")
    if call.state.users[owner].followers < FEWEST:
        return SimResponse.json({"data": []})
    results = [
        {"dimension_values": [name], "value": value} for name, value in sorted(PEOPLE[dimension].items())
    ]
    told = {
        "name": "follower_demographics",
        "period": "lifetime",
        "title": "Follower demographics",
        "description": "Described in the account's language",
        "total_value": {"breakdowns": [{"dimension_keys": [dimension], "results": results}]},
        "id": f"{owner}/insights/follower_demographics/lifetime",
    }
    return SimResponse.json({"data": [told]})


ROUTES: tuple[Route[State], ...] = (Route("insights", "GET", ":node/insights", insights),)
