"""Endpoints: private messages."""

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.x import _render as render
from socialkit.sandbox.x._call import Call
from socialkit.sandbox.x._errors import forbidden, invalid
from socialkit.sandbox.x._facts import PRIVATE_LIFE
from socialkit.sandbox.x._records import Event
from socialkit.sandbox.x._route import MESSAGES, PAGED, Route


def _mine(call: Call, conversation: str | None) -> list[Event]:
    since, me = call.state.now - PRIVATE_LIFE, call.user.id
    found = [
        one
        for one in call.state.events.values()
        if me in one.conversation.split("-")
        and (conversation is None or one.conversation == conversation)
        and one.created_at >= since
    ]
    return sorted(found, key=lambda one: int(one.id), reverse=True)


def _page(call: Call, conversation: str | None) -> SimResponse:
    kinds = call.items("event_types")
    found = _mine(call, conversation) if not kinds or "MessageCreate" in kinds else []
    chosen, meta = call.page(found, lambda one: int(one.id), least=1, default=100)
    answer: dict[str, object] = {"data": [render.event(call, one) for one in chosen]} if chosen else {}
    if "sender_id" in call.items("expansions") and chosen:
        users = [call.state.users[one] for one in dict.fromkeys(event.sender for event in chosen)]
        answer["includes"] = {"users": [render.user(call, one) for one in users]}
    return call.answer({**answer, "meta": meta})


def dm_events(call: Call) -> SimResponse:
    """Everything that was said in private, for thirty days."""
    return _page(call, None)


def _with(call: Call) -> str:
    other = call.state.users.get(call.path["id"])
    if other is None:
        raise forbidden("You cannot send messages to this user.")
    return call.state.conversation(call.user.id, other.id)


def events_with(call: Call) -> SimResponse:
    """What was said with somebody."""
    return _page(call, _with(call))


def events_of(call: Call) -> SimResponse:
    """What was said in a conversation."""
    return _page(call, call.path["id"])


def _send(call: Call, conversation: str) -> SimResponse:
    text = call.body("text", "attachments").get("text")
    if not isinstance(text, str) or not text:
        name = "text"
        raise invalid(name, "text or attachments is required")
    if call.user.id not in conversation.split("-"):
        raise forbidden("You are not in this conversation.")
    event = call.state.say(call.user, conversation, text)
    data = {"dm_conversation_id": conversation, "dm_event_id": event.id}
    return call.answer({"data": data}, 201)


def send_with(call: Call) -> SimResponse:
    """Write to somebody."""
    return _send(call, _with(call))


def send_to(call: Call) -> SimResponse:
    """Write into a conversation."""
    return _send(call, call.path["id"])


_READ = ("dm.read", "tweet.read", "users.read")
_WRITE = ("dm.write", "tweet.read", "users.read")
_TYPES = PAGED | {"event_types"}
_ONE = "/2/dm_conversations"
ROUTES = (
    Route("dm_events", "GET", "/2/dm_events", dm_events, _READ, _TYPES, MESSAGES),
    Route("conversation_events", "GET", f"{_ONE}/with/:id/dm_events", events_with, _READ, _TYPES, MESSAGES),
    Route("conversation_events", "GET", f"{_ONE}/:id/dm_events", events_of, _READ, _TYPES, MESSAGES),
    Route("send_message", "POST", f"{_ONE}/with/:id/messages", send_with, _WRITE),
    Route("send_message", "POST", f"{_ONE}/:id/messages", send_to, _WRITE),
)
