"""Endpoints: notifications and conversations."""

from collections.abc import Iterable
from functools import partial

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.mastodon import _render as render
from socialkit.sandbox.mastodon import _render_status as show
from socialkit.sandbox.mastodon._call import Call
from socialkit.sandbox.mastodon._errors import not_found
from socialkit.sandbox.mastodon._records import Conversation, Notice
from socialkit.sandbox.mastodon._render import Json, when
from socialkit.sandbox.mastodon._route import Route

GROUPABLE = frozenset({"favourite", "follow", "reblog"})
SAMPLE = 8
"""Accounts named in a group of notifications."""


def _wanted(call: Call) -> list[Notice]:
    types, without = call.params.texts("types"), call.params.texts("exclude_types")
    author = call.params.text("account_id")
    me = call.user.id
    return [
        one
        for one in call.state.notices.values()
        if one.account_id == me
        and (not types or one.kind in types)
        and one.kind not in without
        and author in {None, one.from_id}
    ]


def notifications(call: Call) -> SimResponse:
    """What happened to the account."""
    shown = partial(show.notice, call.state)
    return call.page(_wanted(call), lambda one: int(one.id), shown, default=40, always=True)


def _own(call: Call) -> Notice:
    one = call.state.notices.get(call.path["id"])
    if one is None or one.account_id != call.user.id:
        raise not_found()
    return one


def get_notification(call: Call) -> SimResponse:
    """One notification."""
    return SimResponse.json(show.notice(call.state, _own(call)))


def dismiss_notification(call: Call) -> SimResponse:
    """Forget a notification."""
    del call.state.notices[_own(call).id]
    return SimResponse.json({})


def clear_notifications(call: Call) -> SimResponse:
    """Forget all notifications."""
    me = call.user.id
    call.state.notices = {key: one for key, one in call.state.notices.items() if one.account_id != me}
    return SimResponse.json({})


def unread_count(call: Call) -> SimResponse:
    """How many notifications there are; no marker is kept, so all count as unread."""
    return SimResponse.json({"count": min(len(_wanted(call)), call.params.number("limit") or 100)})


def grouped_notifications(call: Call) -> SimResponse:
    """What happened to the account, likes and the like of one hour gathered."""
    wanted = call.params.texts("grouped_types")
    kinds = GROUPABLE & set(wanted) if wanted else GROUPABLE
    chosen, headers = call.select(_wanted(call), lambda one: int(one.id), default=40, always=True)
    state = call.state
    groups: dict[str, list[Notice]] = {}
    for one in chosen:
        key = render.group_key(one) if one.kind in kinds else f"ungrouped-{one.id}"
        groups.setdefault(key, []).append(one)
    members = [one for group in groups.values() for one in group]
    people = dict.fromkeys(one.from_id for one in members)
    statuses = dict.fromkeys(one.status_id for one in members if one.status_id in state.statuses)
    body: Json = {
        "accounts": [render.account(state, state.accounts[one], call.viewer) for one in people],
        "statuses": [show.status(state, state.statuses[one], call.viewer) for one in statuses if one],
        "notification_groups": [_group(key, group) for key, group in groups.items()],
    }
    return SimResponse.json(body, headers=headers)


def _group(key: str, group: list[Notice]) -> Json:
    newest, oldest = group[0], group[-1]
    body: Json = {
        "group_key": key,
        "notifications_count": len(group),
        "type": newest.kind,
        "most_recent_notification_id": int(newest.id),
        "page_min_id": oldest.id,
        "page_max_id": newest.id,
        "latest_page_notification_at": when(newest.created_at),
        "sample_account_ids": list(dict.fromkeys(one.from_id for one in group))[:SAMPLE],
    }
    return body | ({"status_id": newest.status_id} if newest.status_id else {})


def conversations(call: Call) -> SimResponse:
    """Runs of direct messages, the last written first."""
    me = call.user.id
    own: Iterable[Conversation] = [
        one for one in call.state.conversations.values() if one.account_id == me and not one.hidden
    ]
    return call.page(own, lambda one: int(one.status_ids[-1]), partial(show.conversation, call.state))


def _own_conversation(call: Call) -> Conversation:
    one = call.state.conversations.get(call.path["id"])
    if one is None or one.account_id != call.user.id:
        raise not_found()
    return one


def read_conversation(call: Call) -> SimResponse:
    """Mark a conversation as read."""
    one = _own_conversation(call)
    one.unread = False
    return SimResponse.json(show.conversation(call.state, one))


def delete_conversation(call: Call) -> SimResponse:
    """Take a conversation out of the list; its messages stay, and a new one brings it back."""
    one = _own_conversation(call)
    one.hidden = True
    return SimResponse.json({})


_NOTICES, _TALKS = "/api/v1/notifications", "/api/v1/conversations"
_READ, _WRITE, _TALK = ("read:notifications",), ("write:notifications",), ("write:conversations",)
ROUTES = (
    Route("notifications", "GET", _NOTICES, notifications, _READ),
    Route("notifications_unread_count", "GET", f"{_NOTICES}/unread_count", unread_count, _READ),
    Route("clear_notifications", "POST", f"{_NOTICES}/clear", clear_notifications, _WRITE),
    Route("get_notification", "GET", f"{_NOTICES}/:id", get_notification, _READ),
    Route("dismiss_notification", "POST", f"{_NOTICES}/:id/dismiss", dismiss_notification, _WRITE),
    Route("grouped_notifications", "GET", "/api/v2/notifications", grouped_notifications, _READ),
    Route("conversations", "GET", _TALKS, conversations, ("read:statuses",)),
    Route("read_conversation", "POST", f"{_TALKS}/:id/read", read_conversation, _TALK),
    Route("delete_conversation", "DELETE", f"{_TALKS}/:id", delete_conversation, _TALK),
)
