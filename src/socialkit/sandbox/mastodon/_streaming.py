"""Endpoints: what happens now, as server-sent events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from socialkit.sandbox._feed import Feed
from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.mastodon import _render_status as show
from socialkit.sandbox.mastodon._call import Call
from socialkit.sandbox.mastodon._route import Route

if TYPE_CHECKING:
    from socialkit.sandbox.mastodon._records import Notice
    from socialkit.sandbox.mastodon._state import State

GREETING = b":)\n"
ALIVE = b":thump\n"
HEADERS = {"content-type": "text/event-stream", "cache-control": "private, no-store"}


def user_notification(call: Call) -> SimResponse:
    """What the account is told, from now on."""
    feed, me = Feed(), call.user.id
    state = call.state

    def tell(notice: Notice) -> None:
        if notice.account_id == me:
            feed.put(_frame(state, notice))

    state.listeners = [(one, listener) for one, listener in state.listeners if not one.closed]
    state.listeners.append((feed, tell))
    feed.put(GREETING)
    feed.beat(state.clock, ALIVE)
    return SimResponse(200, HEADERS, feed=feed)


def _frame(state: State, notice: Notice) -> bytes:
    body = json.dumps(show.notice(state, notice), ensure_ascii=False, separators=(",", ":"))
    return f"event: notification\ndata: {body}\n\n".encode()


def health(call: Call) -> SimResponse:
    """Whether the streaming server runs."""
    del call
    return SimResponse(200, {"content-type": "text/plain"}, b"OK")


ROUTES = (
    Route("streaming_health", "GET", "/api/v1/streaming/health", health),
    Route(
        "stream_notifications",
        "GET",
        "/api/v1/streaming/user/notification",
        user_notification,
        ("read:notifications",),
    ),
)
