"""Endpoints: private messages between two people. They stand behind a service of their own."""

from typing import TypeVar

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.bluesky import _actors as actors
from socialkit.sandbox.bluesky import _query as query
from socialkit.sandbox.bluesky._call import Call
from socialkit.sandbox.bluesky._errors import invalid
from socialkit.sandbox.bluesky._records import Account, Convo, Json, Log, Message, part
from socialkit.sandbox.bluesky._route import Route
from socialkit.sandbox.bluesky._schema import Check, anything, array, string, thing
from socialkit.sandbox.bluesky._state import State
from socialkit.sandbox.bluesky._text import when

ItemT = TypeVar("ItemT")
_DEFS = "chat.bsky.convo.defs#"


def convo_of(state: State, one: Account, other: Account) -> Convo:
    """The conversation of two people, made when it is new."""
    members = tuple(sorted({one.did, other.did}))
    for known in state.convos.values():
        if known.members == members:
            return known
    made = Convo(state.tid(), members, state.tid(), accepted={one.did})
    state.convos[made.id] = made
    for did in members:
        _log(state, did, "logBeginConvo", made, made.rev)
    return made


def write(state: State, convo: Convo, sender: Account, message: Json) -> Message:
    """Add a message to a conversation."""
    made = Message(
        id=state.tid(),
        rev=state.tid(),
        sender=sender.did,
        text=message["text"],
        sent_at=state.now,
        facets=message.get("facets"),
        reply_to=part(message, "replyTo").get("messageId"),
    )
    convo.messages.append(made)
    convo.rev = made.rev
    convo.accepted.add(sender.did)
    convo.read[sender.did] = made.rev
    for did in convo.members:
        _log(state, did, "logCreateMessage", convo, made.rev, message=_tagged(convo, made))
    return made


def _log(state: State, did: str, kind: str, convo: Convo, rev: str, **more: Json) -> None:
    body = {"$type": f"{_DEFS}{kind}", "rev": rev, "convoId": convo.id, **more}
    state.logs.append(Log(did, rev, body))


def _message(convo: Convo, one: Message) -> Json:
    shown: Json = {
        "id": one.id,
        "rev": one.rev,
        "text": one.text,
        "sender": {"did": one.sender},
        "sentAt": when(one.sent_at),
    }
    shown |= {"facets": one.facets} if one.facets else {}
    answered = next((other for other in convo.messages if other.id == one.reply_to), None)
    return shown | ({"replyTo": _tagged(convo, answered)} if answered else {})


def _tagged(convo: Convo, one: Message) -> Json:
    return {"$type": f"{_DEFS}messageView", **_message(convo, one)}


def _shown(call: Call, convo: Convo) -> Json:
    me, last = call.user.did, convo.messages[-1] if convo.messages else None
    return {
        "id": convo.id,
        "rev": convo.rev,
        "members": [_member(call, did) for did in convo.members],
        **({"lastMessage": _tagged(convo, last)} if last else {}),
        "muted": False,
        "status": "accepted" if me in convo.accepted else "request",
        "unreadCount": len(_unread(convo, me)),
        "kind": {"$type": f"{_DEFS}directConvo"},
    }


def _member(call: Call, did: str) -> Json:
    kind = {"$type": "chat.bsky.actor.defs#directConvoMember"}
    return {**actors.basic(call.state, did, call.did, call.base_url), "kind": kind}


def _unread(convo: Convo, did: str) -> list[Message]:
    return [one for one in convo.messages if one.sender != did and one.rev > convo.read.get(did, "")]


def _own(call: Call) -> Convo:
    convo = call.state.convos.get(call.query.get("convoId") or call.body.get("convoId") or "")
    if convo is None or call.user.did not in convo.members:
        message = "Convo not found"
        raise invalid(message, "InvalidConvo")
    return convo


def list_convos(call: Call) -> SimResponse:
    """The account's conversations in which something was said, the last used first."""
    me = call.user.did
    found = [one for one in call.state.convos.values() if me in one.members and one.messages]
    if call.query["readState"] == "unread":
        found = [one for one in found if _unread(one, me)]
    if call.query["status"]:
        found = [one for one in found if (me in one.accepted) == (call.query["status"] == "accepted")]
    found = sorted(found, key=lambda one: one.rev, reverse=True)
    chosen, cursor = _cut(call, [(one.rev, one) for one in found])
    return call.answer(convos=[_shown(call, one) for one in chosen], cursor=cursor)


def _cut(call: Call, items: list[tuple[str, ItemT]]) -> tuple[list[ItemT], str | None]:
    cursor: str | None = call.query["cursor"]
    limit: int = call.query["limit"]
    left = [(rev, one) for rev, one in items if cursor is None or rev < cursor]
    return [one for _, one in left[:limit]], left[limit - 1][0] if len(left) > limit else None


def get_convo(call: Call) -> SimResponse:
    """One conversation."""
    return call.answer(convo=_shown(call, _own(call)))


def get_convo_for_members(call: Call) -> SimResponse:
    """The conversation with somebody, made when it is new."""
    others = [did for did in call.query["members"] if did != call.user.did]
    if len(others) != 1:
        message = "the sandbox knows conversations of two only"
        raise invalid(message)
    other = call.state.accounts.get(others[0])
    if other is None:
        message = "Recipient not found"
        raise invalid(message, "RecipientNotFound")
    if call.state.index.blocked(call.user.did, other.did):
        message = "block between recipient and sender"
        raise invalid(message, "BlockedActor")
    return call.answer(convo=_shown(call, convo_of(call.state, call.user, other)))


def get_messages(call: Call) -> SimResponse:
    """What was said in a conversation, the newest first."""
    convo = _own(call)
    chosen, cursor = _cut(call, [(one.rev, one) for one in reversed(convo.messages)])
    return call.answer(messages=[_tagged(convo, one) for one in chosen], cursor=cursor)


def send_message(call: Call) -> SimResponse:
    """Say something."""
    convo = _own(call)
    other = next((did for did in convo.members if did != call.user.did), call.user.did)
    if call.state.index.blocked(call.user.did, other):
        message = "block between recipient and sender"
        raise invalid(message, "BlockedActor")
    asked = part(call.body["message"], "replyTo").get("messageId")
    if asked is not None and asked not in {one.id for one in convo.messages}:
        message = "Reply target not found"
        raise invalid(message, "ReplyTargetNotFound")
    return SimResponse.json(_message(convo, write(call.state, convo, call.user, call.body["message"])))


def update_read(call: Call) -> SimResponse:
    """Mark a conversation as read, up to a message if one is named."""
    convo, state = _own(call), call.state
    wanted = call.body.get("messageId")
    upto = next((one for one in reversed(convo.messages) if wanted in {None, one.id}), None)
    if upto is not None:
        convo.read[call.user.did] = max(upto.rev, convo.read.get(call.user.did, ""))
        convo.rev = state.tid()
        _log(state, call.user.did, "logReadMessage", convo, convo.rev, message=_tagged(convo, upto))
    return call.answer(convo=_shown(call, convo))


def accept_convo(call: Call) -> SimResponse:
    """Take a request for a conversation."""
    convo = _own(call)
    convo.accepted.add(call.user.did)
    convo.rev = call.state.tid()
    _log(call.state, call.user.did, "logAcceptConvo", convo, convo.rev)
    return call.answer(rev=convo.rev)


def get_log(call: Call) -> SimResponse:
    """What happened in the account's conversations since a cursor, the oldest first."""
    cursor = call.query["cursor"] or ""
    found = [one for one in call.state.logs if one.did == call.user.did and one.rev > cursor]
    return call.answer(
        logs=[one.body for one in found], cursor=found[-1].rev if found else call.query["cursor"]
    )


_CONVO = "chat.bsky.convo."
_ID = {"convoId": query.text(required=True)}
_MESSAGE: Check = thing(
    {"text": string(size=10_000, graphemes=1_000)},
    {"facets": array(anything), "embed": anything, "replyTo": thing({"messageId": string()})},
)
ROUTES = (
    Route(
        f"{_CONVO}listConvos",
        "GET",
        list_convos,
        "chat",
        query.paged(readState=query.text(), status=query.text(), kind=query.text()),
    ),
    Route(f"{_CONVO}getConvo", "GET", get_convo, "chat", _ID),
    Route(
        f"{_CONVO}getConvoForMembers",
        "GET",
        get_convo_for_members,
        "chat",
        {"members": query.texts("did", maximum=10, required=True)},
    ),
    Route(f"{_CONVO}getMessages", "GET", get_messages, "chat", query.paged(**_ID)),
    Route(
        f"{_CONVO}sendMessage",
        "POST",
        send_message,
        "chat",
        body=thing({"convoId": string(), "message": _MESSAGE}),
    ),
    Route(
        f"{_CONVO}updateRead",
        "POST",
        update_read,
        "chat",
        body=thing({"convoId": string()}, {"messageId": string()}),
    ),
    Route(f"{_CONVO}acceptConvo", "POST", accept_convo, "chat", body=thing({"convoId": string()})),
    Route(f"{_CONVO}getLog", "GET", get_log, "chat", {"cursor": query.text()}),
)
