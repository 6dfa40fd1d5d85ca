"""Numbers of the simulated Facebook: insights of posts and Pages, and of campaigns."""

import json
from datetime import date, timedelta

from socialkit.sandbox._graph import GraphCall, Route, bad_parameter, missing
from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.facebook import _render as show
from socialkit.sandbox.facebook._calls import node_of
from socialkit.sandbox.facebook._limits import told_days
from socialkit.sandbox.facebook._records import Post
from socialkit.sandbox.facebook._state import State

FbCall = GraphCall[State]
POST_METRICS = ("post_media_view", "post_total_media_view_unique", "post_clicks")
PAGE_METRICS = (
    "page_media_view",
    "page_total_media_view_unique",
    "page_views_total",
    "page_video_views",
)
VIDEO_METRICS = ("total_video_views", "fb_reels_total_plays")
PERIODS = frozenset({"day", "week", "days_28", "month", "lifetime", "total_over_range"})


def insights(call: FbCall) -> SimResponse:
    call.require("read_insights")
    state, node = call.state, node_of(call)
    page = node in state.people
    if not page and node not in state.posts:
        raise missing(node)
    period = call.params.text("period") or "day"
    if period not in PERIODS:
        raise bad_parameter("period must be one of the following values: day, week, days_28, lifetime")
    names = _names(call, PAGE_METRICS if page else POST_METRICS)
    return SimResponse.json({"data": [_metric(call, node, name, period) for name in names]})


def _names(call: FbCall, metrics: tuple[str, ...]) -> list[str]:
    """The metrics that are asked for; refuses the whole call for one that is none."""
    names = [one for one in (call.params.text("metric") or "").split(",") if one]
    known = set(metrics) - call.state.dead_metrics
    if not names or any(one not in known for one in names):
        raise bad_parameter("The value must be a valid insights metric")
    return names


def video_insights(call: FbCall) -> SimResponse:
    """How often a video was played: each view of its post is taken for a play."""
    call.require("read_insights")
    video = call.state.videos[node_of(call)]
    post = call.state.posts.get(video.post_id or "")
    plays = 0 if post is None else post.views
    told = [
        {
            "name": name,
            "period": "lifetime",
            "values": [{"value": plays}],
            "id": f"{video.id}/video_insights/{name}",
        }
        for name in _names(call, VIDEO_METRICS)
    ]
    return SimResponse.json({"data": told})


def _metric(call: FbCall, node: str, name: str, period: str) -> dict[str, object]:
    post = call.state.posts.get(node)
    value = _of_post(post, name) if post is not None else _of_page(call.state, node, name)
    told: dict[str, object] = {"value": value}
    if period != "lifetime":
        midnight = call.state.now.replace(hour=7, minute=0, second=0)
        told["end_time"] = show.time(midnight)
    return {
        "name": name,
        "period": period,
        "values": [told],
        "title": name.replace("_", " ").title(),
        "description": f"Described in the account's language: {name}",
        "id": f"{node}/insights/{name}/{period}",
    }


def _of_post(post: Post, name: str) -> int:
    views = post.views + 3 * len(post.likes)
    return {"post_media_view": views, "post_total_media_view_unique": views // 2}.get(name, views // 10)


def _of_page(state: State, page: str, name: str) -> int:
    views = sum(_of_post(one, "post_media_view") for one in state.visible(page))
    return {"page_media_view": views, "page_total_media_view_unique": views // 2}.get(name, 7)


def ad_insights(call: FbCall) -> SimResponse:
    """What two campaigns cost, a row for each day; a Page's token may not read it."""
    call.require("ads_read", "ads_management")
    span = json.loads(call.params.text("time_range") or "{}")
    if call.params.text("level") != "campaign" or call.params.text("time_increment") != "1":
        raise bad_parameter("only campaigns by day are simulated")
    first, last = date.fromisoformat(span["since"]), date.fromisoformat(span["until"])
    told_days(call, first)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    rows = [_row(campaign, day, call.fields) for day in days for campaign in (1, 2)]
    return call.page(rows, lambda one: one, key=lambda one: f"{one['campaign_id']} {one['date_start']}")


def _row(campaign: int, day: date, fields: list[str]) -> dict[str, object]:
    known: dict[str, object] = {
        "campaign_id": f"2385361967035039{campaign}",
        "campaign_name": ("Autumn", "Winter")[campaign - 1],
        "account_currency": "EUR",
        "spend": f"{campaign * 5}.36",
        "impressions": str(150 * campaign),
        "reach": str(126 * campaign),
        "clicks": str(campaign),
        "actions": [{"action_type": "link_click", "value": str(campaign)}],
        "date_start": day.isoformat(),
        "date_stop": day.isoformat(),
    }
    return {name: value for name, value in known.items() if name in fields}


ROUTES: tuple[Route[State], ...] = (
    Route("ad_insights", "GET", ":node/insights", ad_insights, "AdAccount"),
    Route("video_insights", "GET", ":node/video_insights", video_insights, "AdVideo"),
    Route("insights", "GET", ":node/insights", insights),
)
