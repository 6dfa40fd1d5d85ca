"""What the simulated X pushes: activities, signed with the app's consumer secret."""

import base64
import hashlib
import hmac
import json

from socialkit.sandbox._http import SimRequest
from socialkit.sandbox._params import Params
from socialkit.sandbox.x import _render as render
from socialkit.sandbox.x._call import Call
from socialkit.sandbox.x._facts import VOCABULARIES
from socialkit.sandbox.x._records import Event, Post, User
from socialkit.sandbox.x._state import State


def delivery(state: State, user: User, found: Post | Event, secret: str) -> SimRequest:
    """Return what is sent to an app's address about something that came in for an account."""
    event = _of_post(state, user, found) if isinstance(found, Post) else _of_message(state, user, found)
    number = int(hashlib.sha256(found.id.encode()).hexdigest()[:15], 16)
    body = json.dumps(
        {"data": {"event_uuid": str(number), "filter": {"user_id": user.id}, "tag": "sandbox", **event}}
    ).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    signature = f"sha256={base64.b64encode(digest).decode()}"
    headers = {"content-type": "application/json", "x-twitter-webhooks-signature": signature}
    return SimRequest("POST", "/", (), headers, body)


def _call(state: State) -> Call:
    names = VOCABULARIES[state.vocabulary]
    fields = ",".join(sorted(names.known - {"non_public_metrics", "organic_metrics"}))
    query = ((names.fields, fields), ("expansions", ",".join(sorted(names.expansions))))
    users = (("user.fields", "created_at,description,profile_image_url,public_metrics"),)
    return Call(state, SimRequest("GET", "/"), Params.of((*query, *users)), {}, None)


def _of_post(state: State, user: User, post: Post) -> dict[str, object]:
    parent, quoted = state.posts.get(post.reply_to or ""), state.posts.get(post.quote_of or "")
    kind = "post.mention.create"
    if parent is not None and parent.author == user.id:
        kind = "post.reply.create"
    elif quoted is not None and quoted.author == user.id:
        kind = "post.quote.create"
    call = _call(state)
    author = render.user(call, state.users[post.author])
    return {"event_type": kind, "payload": render.post(call, post), "includes": {"users": [author]}}


def _of_message(state: State, user: User, event: Event) -> dict[str, object]:
    call = _call(state)
    nothing: list[object] = []
    entities = dict.fromkeys(("hashtags", "symbols", "user_mentions", "urls"), nothing)
    message: dict[str, object] = {
        "type": "message_create",
        "id": event.id,
        "created_timestamp": str(int(event.created_at.timestamp() * 1000)),
        "message_create": {
            "target": {"recipient_id": user.id},
            "sender_id": event.sender,
            "message_data": {"text": event.text, "entities": entities},
        },
    }
    who = {"data": render.user(call, state.users[event.sender])}
    payload = {"direct_message_events": [message], "users": {event.sender: who}}
    return {"event_type": "dm.received", "payload": payload}
