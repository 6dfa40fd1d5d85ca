"""Endpoints that X keeps for apps: their own token, what was read, and where it pushes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.x import _render as render
from socialkit.sandbox.x._call import Call
from socialkit.sandbox.x._errors import RefusedError, invalid, missing
from socialkit.sandbox.x._facts import ADDRESS, EVENTS
from socialkit.sandbox.x._oauth import require_app
from socialkit.sandbox.x._records import Hook, Subscription, Token
from socialkit.sandbox.x._route import Route
from socialkit.sandbox.x._state import State

USAGE = frozenset(
    {
        *("cap_reset_day", "daily_client_app_usage", "daily_project_usage"),
        *("project_cap", "project_id", "project_usage"),
    }
)
PROJECT = "1"


def app_token(call: Call) -> SimResponse:
    """Give the app a token of its own."""
    require_app(call)
    if call.params.text("grant_type") != "client_credentials":
        raise RefusedError(403, "Unable to verify your credentials")
    state = call.state
    token = Token(state.secret(), "", (), app=True)
    state.tokens[token.value] = token
    return call.answer({"token_type": "bearer", "access_token": token.value})


def usage(call: Call) -> SimResponse:
    """How many posts were read."""
    days = call.params.number("days") or 7
    if not 1 <= days <= 90:
        name = "days"
        raise invalid(name, f"The `days` query parameter value [{days}] is not between 1 and 90")
    wanted = set(call.items("usage.fields"))
    if wanted - USAGE:
        name = "usage.fields"
        raise invalid(
            name, f"The `usage.fields` query parameter value is not one of [{','.join(sorted(USAGE))}]"
        )
    everything = _usage(call.state, days)
    shown = {name: value for name, value in everything.items() if name in (wanted or {"project_usage"})}
    return call.answer({"data": shown})


def _usage(state: State, days: int) -> dict[str, object]:
    """All that is known of reading, by day for so many days."""
    first = state.now.date() - timedelta(days=days - 1)
    told = [
        {"date": render.moment(datetime(day.year, day.month, day.day, tzinfo=UTC)), "usage": str(len(read))}
        for day, read in sorted(state.read.items())
        if day >= first
    ]
    return {
        "cap_reset_day": 1,
        "project_cap": str(state.cap),
        "project_id": PROJECT,
        "project_usage": str(state.used()),
        "daily_project_usage": {"project_id": PROJECT, "usage": told},
    }


def get_webhooks(call: Call) -> SimResponse:
    """Where X pushes."""
    found = [_hook(one) for one in call.state.hooks.values()]
    return call.answer({"data": found, "meta": {"result_count": len(found)}})


def _hook(one: Hook) -> dict[str, object]:
    return {"id": one.id, "url": one.url, "valid": one.valid, "created_at": render.moment(one.created_at)}


def create_webhook(call: Call) -> SimResponse:
    """Push somewhere, once an answer has come from there."""
    url, state = call.body("url").get("url"), call.state
    if not isinstance(url, str) or not ADDRESS.fullmatch(url) or len(url) > 200:
        name = "url"
        raise invalid(name, "url is https, without a port, of at most 200 characters")
    if any(one.url == url for one in state.hooks.values()):
        name = "url"
        raise invalid(name, "url is registered already")
    hook = Hook(state.snowflake(), url, state.now, state.secret())
    state.hooks[hook.id] = hook
    return call.answer({"data": _hook(hook)})


def delete_webhook(call: Call) -> SimResponse:
    """Push there no more."""
    return _deleted(call, "webhook", call.state.hooks.pop(call.path["id"], None))


def _deleted(call: Call, kind: str, gone: object) -> SimResponse:
    if gone is None:
        refusal = RefusedError(404, "")
        refusal.body = missing(kind, call.path["id"], "id")
        raise refusal
    return call.answer({"data": {"deleted": True}})


def get_subscriptions(call: Call) -> SimResponse:
    """What X pushes."""
    found = [_subscription(one) for one in call.state.subscriptions.values()]
    return call.answer({"data": found})


def _subscription(one: Subscription) -> dict[str, object]:
    moment = render.moment(one.created_at)
    shown = {"subscription_id": one.id, "event_type": one.event, "filter": {"user_id": one.user}}
    return {**shown, "webhook_id": one.hook, "created_at": moment, "updated_at": moment}


def create_subscription(call: Call) -> SimResponse:
    """Push one kind of activity."""
    body, state = call.body("event_type", "filter", "tag", "webhook_id"), call.state
    filter_: Any = body.get("filter") or {"user_id": None}
    event, user = str(body.get("event_type")), str(filter_.get("user_id"))
    if event not in EVENTS or user not in state.users or body.get("webhook_id") not in state.hooks:
        name = "event_type"
        raise invalid(name, "there is no such kind of activity, no such account, or no such webhook")
    assert call.token is not None
    needed = EVENTS[event]
    if not call.token.app and not call.token.secret and needed not in call.token.scopes:
        raise RefusedError(403, "Forbidden")
    one = Subscription(state.snowflake(), event, user, body["webhook_id"], state.now)
    state.subscriptions[one.id] = one
    return call.answer({"data": {"subscription": _subscription(one)}})


def delete_subscription(call: Call) -> SimResponse:
    """Push it no more."""
    return _deleted(call, "subscription", call.state.subscriptions.pop(call.path["id"], None))


_HOOKS, _ACTIVITY = "/2/webhooks", "/2/activity/subscriptions"
ROUTES = (
    Route("app_token", "POST", "/oauth2/token", app_token),
    Route("usage", "GET", "/2/usage/tweets", usage, (), frozenset({"days", "usage.fields"}), apps="alone"),
    Route("get_webhooks", "GET", _HOOKS, get_webhooks, (), apps="alone"),
    Route("create_webhook", "POST", _HOOKS, create_webhook, (), apps="too"),
    Route("delete_webhook", "DELETE", f"{_HOOKS}/:id", delete_webhook, (), apps="too"),
    Route(
        "get_subscriptions",
        "GET",
        _ACTIVITY,
        get_subscriptions,
        ("tweet.read", "like.read"),
        frozenset({"max_results", "pagination_token"}),
        apps="too",
    ),
    Route("create_subscription", "POST", _ACTIVITY, create_subscription, (), apps="too"),
    Route("delete_subscription", "DELETE", f"{_ACTIVITY}/:id", delete_subscription, (), apps="alone"),
)
