"""Endpoints: statuses, scheduled statuses, polls."""

from datetime import UTC, datetime
from functools import partial

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.mastodon import _render as render
from socialkit.sandbox.mastodon import _render_status as show
from socialkit.sandbox.mastodon._call import Call
from socialkit.sandbox.mastodon._errors import invalid, not_found
from socialkit.sandbox.mastodon._facts import IDEMPOTENCY_LIFE, SCHEDULE_AHEAD
from socialkit.sandbox.mastodon._publish import (
    apply_content,
    publish,
    read_content,
    read_frame,
    remove,
    snapshot,
)
from socialkit.sandbox.mastodon._records import Content, Poll, Scheduled, Status
from socialkit.sandbox.mastodon._route import Route

ANONYMOUS_ANCESTORS = 40
ANONYMOUS_DESCENDANTS = 60
DESCENDANTS = 4_096


def answer(call: Call, status: Status) -> SimResponse:
    """Answer with a status as the caller sees it."""
    return SimResponse.json(show.status(call.state, status, call.viewer))


def own_status(call: Call) -> Status:
    """The caller's own status named in the path, or refuse."""
    status = call.state.statuses.get(call.path["id"])
    if status is None or status.account_id != call.user.id:
        raise not_found()
    return status


def post_status(call: Call) -> SimResponse:
    """Publish or schedule."""
    state, author, key = call.state, call.user, call.request.headers.get("idempotency-key")
    key = key if state.knows_idempotency else None
    planned = read_moment(call.params.text("scheduled_at"))
    planned = planned if planned is not None and planned > state.now else None
    if key and planned is None:
        known = state.idempotency.get((author.id, key))
        if known is not None and known[1] > state.now:
            return answer(call, state.status(known[0], author.id))
    frame = read_frame(state, author, call.params)
    content = read_content(state, author, call.params)
    app = call.token.app if call.token else None
    frame.app = app
    if planned is not None:
        return _schedule(call, planned, frame, content)
    status = publish(state, frame, content, app)
    if key:
        state.idempotency[author.id, key] = (status.id, state.now + IDEMPOTENCY_LIFE)
    return answer(call, status)


def read_moment(text: str | None) -> datetime | None:
    """Read a time that a caller sent, or refuse; without an offset it is UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        reason = "Scheduled at is not a time"
        raise invalid(reason) from None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _ahead(call: Call, moment: datetime) -> datetime:
    if moment < call.state.now + SCHEDULE_AHEAD:
        reason = "Scheduled at The scheduled date must be in the future"
        raise invalid(reason)
    return moment


def _schedule(call: Call, moment: datetime, frame: Status, content: Content) -> SimResponse:
    state = call.state
    one = Scheduled(str(state.number()), frame.account_id, _ahead(call, moment), frame, content, {})
    frame.media_ids = content.media_ids
    for media_id in content.media_ids:
        state.media[media_id].status_id = f"scheduled-{one.id}"
    one.params = _scheduled_params(call, frame, content)
    state.scheduled[one.id] = one
    return SimResponse.json(show.scheduled(state, one))


def _scheduled_params(call: Call, frame: Status, content: Content) -> dict[str, object]:
    reply_to, poll = frame.reply_to_id, call.params.group("poll")
    return {
        "text": content.text,
        "media_ids": content.media_ids or None,
        "sensitive": call.params.flag("sensitive"),
        "spoiler_text": content.spoiler_text or None,
        "visibility": call.params.text("visibility"),
        "language": call.params.text("language"),
        "scheduled_at": None,
        "poll": None
        if poll is None or content.poll is None
        else _poll_params(content.poll, poll.number("expires_in")),
        "allowed_mentions": None,
        "idempotency": call.request.headers.get("idempotency-key"),
        "with_rate_limit": False,
        "in_reply_to_id": int(reply_to) if reply_to else None,
        "application_id": int(frame.app.id) if frame.app else 0,
        "quoted_status_id": frame.quote_of_id,
        "quote_approval_policy": content.quote_policy,
    }


def _poll_params(poll: Poll, seconds: int | None) -> dict[str, object]:
    return {
        "options": poll.options,
        "expires_in": seconds,
        "multiple": poll.multiple,
        "hide_totals": poll.hide_totals,
    }


def get_status(call: Call) -> SimResponse:
    """One status."""
    return answer(call, call.state.status(call.path["id"], call.viewer))


def get_statuses(call: Call) -> SimResponse:
    """Several statuses by id; those the caller may not see are left out."""
    wanted = [call.state.statuses[one] for one in call.params.texts("id") if one in call.state.statuses]
    seen = [one for one in wanted if call.state.sees(call.viewer, one)]
    return SimResponse.json([show.status(call.state, one, call.viewer) for one in seen])


def put_status(call: Call) -> SimResponse:
    """Change a status. What is not given is emptied: files, poll and warning too, as on real servers."""
    state, status = call.state, own_status(call)
    content = read_content(state, call.user, call.params, status)
    changed_media = _change_media(call, status)
    if content.poll is not None and status.poll is not None:
        content.poll.id = status.poll.id
        content.poll.votes = status.poll.votes if content.poll.options == status.poll.options else {}
    before, mentioned = snapshot(status, status.created_at), set(status.mention_ids)
    apply_content(state, status, content)
    if changed_media or snapshot(status, status.created_at) != before:
        status.edited_at = state.now
        status.edits.append(snapshot(status, state.now))
        for account_id in set(status.mention_ids) - mentioned:
            state.notify(account_id, "mention", status.account_id, status.id)
        for boost in state.boosts(status.id):
            state.notify(boost.account_id, "update", status.account_id, status.id)
        for quote in state.quotes(status.id):
            state.notify(quote.account_id, "quoted_update", status.account_id, quote.id)
    return answer(call, status)


def _change_media(call: Call, status: Status) -> bool:
    changed = False
    for part in call.params.groups("media_attributes"):
        media = call.state.media.get(part.text("id") or "")
        if media is None or media.status_id != status.id or "description" not in part:
            continue
        changed = changed or media.description != part.text("description")
        media.description = part.text("description")
    return changed


def delete_status(call: Call) -> SimResponse:
    """Delete a status and hand its source back."""
    status = own_status(call)
    body = show.status(call.state, status, call.viewer, source=True)
    remove(call.state, status, with_media=bool(call.params.flag("delete_media")))
    return SimResponse.json(body)


def status_context(call: Call) -> SimResponse:
    """What stands above and below a status."""
    state, status = call.state, call.state.status(call.path["id"], call.viewer)
    above: list[Status] = []
    parent = state.statuses.get(status.reply_to_id or "")
    while parent is not None:
        above.insert(0, parent)
        parent = state.statuses.get(parent.reply_to_id or "")
    below = _descend(call, status.id)
    if call.viewer is None:
        above, below = above[-ANONYMOUS_ANCESTORS:], below[:ANONYMOUS_DESCENDANTS]
    return SimResponse.json(
        {
            name: [show.status(state, one, call.viewer) for one in found if state.sees(call.viewer, one)]
            for name, found in (("ancestors", above), ("descendants", below[:DESCENDANTS]))
        }
    )


def _descend(call: Call, status_id: str) -> list[Status]:
    found: list[Status] = []
    waiting = call.state.replies(status_id)[::-1]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += call.state.replies(one.id)[::-1]
    return found


def status_source(call: Call) -> SimResponse:
    """The plain text of an own status."""
    status = own_status(call)
    return SimResponse.json({"id": status.id, "text": status.text, "spoiler_text": status.spoiler_text})


def status_history(call: Call) -> SimResponse:
    """Every version of a status."""
    status = call.state.status(call.path["id"], call.viewer)
    return SimResponse.json([show.edit(call.state, one, status) for one in status.edits])


def _own_scheduled(call: Call) -> Scheduled:
    one = call.state.scheduled.get(call.path["id"])
    if one is None or one.account_id != call.user.id:
        raise not_found()
    return one


def scheduled_statuses(call: Call) -> SimResponse:
    """What waits for its time."""
    own = [one for one in call.state.scheduled.values() if one.account_id == call.user.id]
    return call.page(own, lambda one: int(one.id), partial(show.scheduled, call.state))


def get_scheduled_status(call: Call) -> SimResponse:
    """One status that waits for its time."""
    return SimResponse.json(show.scheduled(call.state, _own_scheduled(call)))


def put_scheduled_status(call: Call) -> SimResponse:
    """Change when a status goes out."""
    one = _own_scheduled(call)
    moment = read_moment(call.params.text("scheduled_at"))
    one.scheduled_at = _ahead(call, moment) if moment else one.scheduled_at
    return SimResponse.json(show.scheduled(call.state, one))


def delete_scheduled_status(call: Call) -> SimResponse:
    """Give a planned status up; its files become free again."""
    one = _own_scheduled(call)
    del call.state.scheduled[one.id]
    for media_id in one.status.media_ids:
        call.state.media[media_id].status_id = None
    return SimResponse.json({})


def _poll_status(call: Call) -> tuple[Status, Poll]:
    for one in call.state.statuses.values():
        if one.poll is not None and one.poll.id == call.path["id"] and call.state.sees(call.viewer, one):
            return one, one.poll
    raise not_found()


def get_poll(call: Call) -> SimResponse:
    """A poll."""
    status, poll = _poll_status(call)
    return SimResponse.json(render.poll(call.state, poll, call.viewer, status.account_id))


def post_vote(call: Call) -> SimResponse:
    """Vote in a poll."""
    status, poll = _poll_status(call)
    choices = call.params.texts("choices")
    if poll.expires_at <= call.state.now:
        reason = "The poll has already ended"
        raise invalid(reason)
    if call.user.id in poll.votes:
        reason = "You have already voted on this poll"
        raise invalid(reason)
    numbers = [int(one) for one in choices if one.isdecimal() and int(one) < len(poll.options)]
    if not numbers or len(numbers) < len(choices) or (len(numbers) > 1 and not poll.multiple):
        reason = "The chosen vote option does not exist"
        raise invalid(reason)
    poll.votes[call.user.id] = numbers
    return SimResponse.json(render.poll(call.state, poll, call.viewer, status.account_id))


_STATUS, _PLANNED = "/api/v1/statuses/:id", "/api/v1/scheduled_statuses"
ROUTES = (
    Route("post_status", "POST", "/api/v1/statuses", post_status, ("write:statuses",), rate="statuses"),
    Route("get_statuses", "GET", "/api/v1/statuses", get_statuses, ("read:statuses",), anonymous=True),
    Route("get_status", "GET", _STATUS, get_status, ("read:statuses",), anonymous=True),
    Route("put_status", "PUT", _STATUS, put_status, ("write:statuses",), rate="statuses"),
    Route("delete_status", "DELETE", _STATUS, delete_status, ("write:statuses",), rate="delete"),
    Route("status_context", "GET", f"{_STATUS}/context", status_context, ("read:statuses",), anonymous=True),
    Route("status_source", "GET", f"{_STATUS}/source", status_source, ("read:statuses",)),
    Route("status_history", "GET", f"{_STATUS}/history", status_history, ("read:statuses",), anonymous=True),
    Route("scheduled_statuses", "GET", _PLANNED, scheduled_statuses, ("read:statuses",)),
    Route("get_scheduled_status", "GET", f"{_PLANNED}/:id", get_scheduled_status, ("read:statuses",)),
    Route("put_scheduled_status", "PUT", f"{_PLANNED}/:id", put_scheduled_status, ("write:statuses",)),
    Route(
        "delete_scheduled_status", "DELETE", f"{_PLANNED}/:id", delete_scheduled_status, ("write:statuses",)
    ),
    Route("get_poll", "GET", "/api/v1/polls/:id", get_poll, ("read:statuses",), anonymous=True),
    Route("post_vote", "POST", "/api/v1/polls/:id/votes", post_vote, ("write:statuses",)),
)
