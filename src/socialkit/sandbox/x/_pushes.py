"""What the simulated X pushes: activities, signed with the app's consumer secret, until they are taken."""

import base64
import hashlib
import hmac
import json
from datetime import UTC
from typing import cast
from urllib.parse import urlencode

from socialkit.sandbox._http import SimRequest
from socialkit.sandbox._params import Params
from socialkit.sandbox.x import _render as render
from socialkit.sandbox.x._call import Call
from socialkit.sandbox.x._facts import VOCABULARIES
from socialkit.sandbox.x._records import Event, Hook, Post, User
from socialkit.sandbox.x._state import State

Json = dict[str, object]


class Pushes:
    """What the addresses of the app are sent: first what asks whether they are its own (CRC).

    Args:
        state: What X knows.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._waiting: list[tuple[str, Json]] = []
        """By the id of an address what it is told."""

    def due(self) -> list[SimRequest]:
        """What is sent now, each thing by itself."""
        return [request for _, request in self._due()]

    def answered(self, status: int, body: bytes) -> None:
        """Take note of what was answered to the first thing that is sent."""
        hook, request = next(iter(self._due()), (None, None))
        if hook is None or request is None:
            return
        if hook.challenge:
            right = _token_of(body) == self._digest(hook.challenge.encode())
            hook.valid, hook.challenge = status == 200 and right, ""
        elif 200 <= status < 300:
            self._waiting.remove(next(one for one in self._waiting if one[0] == hook.id))

    def _due(self) -> list[tuple[Hook, SimRequest]]:
        hooks = self._state.hooks
        asked = [(hook, self._asking(hook)) for hook in hooks.values() if hook.challenge]
        open_ = {key: hook for key, hook in hooks.items() if hook.valid and not hook.challenge}
        told = [(open_[key], self._signed(open_[key], one)) for key, one in self._waiting if key in open_]
        return [*asked, *told]

    def _asking(self, hook: Hook) -> SimRequest:
        return SimRequest.of("GET", f"{hook.url}?{urlencode({'crc_token': hook.challenge})}")

    def _signed(self, hook: Hook, told: Json) -> SimRequest:
        body = json.dumps({"data": told}).encode()
        headers = {"content-type": "application/json", "x-twitter-webhooks-signature": self._digest(body)}
        return SimRequest.of("POST", hook.url, headers=headers, body=body)

    def _digest(self, content: bytes) -> str:
        code = hmac.new(self._state.client_secret.encode(), content, hashlib.sha256).digest()
        return f"sha256={base64.b64encode(code).decode()}"

    # What happens to an account ---------------------------------------------------------

    def posted(self, user: User, post: Post) -> None:
        """Somebody wrote to an account, quoted or repeated it: told once, as what says most of it."""
        state = self._state
        kinds = {
            "post.repost.create": post.repost_of,
            "post.reply.create": post.reply_to,
            "post.quote.create": post.quote_of,
        }
        theirs = [kind for kind, key in kinds.items() if _author(state, key) == user.id]
        names = post.repost_of is None and user.id in state.names_of(post)
        named = ["post.mention.create"] if names else []
        call = _call(state)
        author = render.user(call, state.users[post.author])
        shown: Json = {"payload": render.post(call, post), "includes": {"users": [author]}}
        self._tell(user, [*theirs, *named], post.id, shown)

    def said(self, user: User, event: Event) -> None:
        """Somebody wrote to an account in private."""
        self._tell(user, ["dm.received"], event.id, {"payload": _message(self._state, user, event)})

    def liked(self, user: User, who: User, post: Post) -> None:
        """Somebody liked a post of an account."""
        now = self._state.now
        payload: Json = {
            "id": hashlib.sha256(f"{who.id} {post.id}".encode()).hexdigest()[:32],
            "created_at": render.moment(now),
            "timestamp_ms": str(int(now.astimezone(UTC).timestamp() * 1000)),
            "liked_tweet_author_id": post.author,
            "liked_tweet_id": post.id,
        }
        shown: Json = {"payload": payload, "includes": {"users": [render.user(_call(self._state), who)]}}
        self._tell(user, ["like.create"], f"{who.id} {post.id}", shown, direction="inbound")

    def followed(self, user: User, who: User) -> None:
        """Somebody follows an account from now on."""
        call = _call(self._state)
        both = {"source": {"data": render.user(call, who)}, "target": {"data": render.user(call, user)}}
        self._tell(user, ["follow.follow"], f"{who.id} {user.id}", {"payload": both})

    def _tell(self, user: User, kinds: list[str], identity: str, shown: Json, **narrowed: str) -> None:
        """Keep something for each address where the account is subscribed to one of the kinds that it is."""
        number = int.from_bytes(hashlib.sha256(identity.encode()).digest()[:8], signed=True)
        for hook in self._state.hooks:
            subscribed = {
                one.event
                for one in self._state.subscriptions.values()
                if (one.user, one.hook) == (user.id, hook)
            }
            kind = next((one for one in kinds if one in subscribed), None)
            if kind is not None:
                about = {"event_uuid": str(number), "filter": {"user_id": user.id, **narrowed}}
                self._waiting.append((hook, {**about, "event_type": kind, "tag": "sandbox", **shown}))


def _token_of(body: bytes) -> object:
    """What an address answered to its challenge."""
    try:
        document: object = json.loads(body)
    except ValueError:
        return None
    return cast("Json", document).get("response_token") if isinstance(document, dict) else None


def _author(state: State, post: str | None) -> str | None:
    found = state.posts.get(post or "")
    return None if found is None else found.author


def _call(state: State) -> Call:
    names = VOCABULARIES[state.vocabulary]
    fields = ",".join(sorted(names.known - {"non_public_metrics", "organic_metrics"}))
    query = ((names.fields, fields), ("expansions", ",".join(sorted(names.expansions))))
    users = (("user.fields", "created_at,description,profile_image_url,public_metrics"),)
    return Call(state, SimRequest("GET", "/"), Params.of((*query, *users)), {}, None)


def _message(state: State, user: User, event: Event) -> Json:
    call = _call(state)
    nothing: list[object] = []
    entities = dict.fromkeys(("hashtags", "symbols", "user_mentions", "urls"), nothing)
    message: Json = {
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
    return {"direct_message_events": [message], "users": {event.sender: who}}
