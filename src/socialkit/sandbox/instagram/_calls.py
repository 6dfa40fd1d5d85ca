"""The calls of the simulated Instagram: what nodes tell, comments, private messages, hashtags."""

import json
from datetime import timedelta
from typing import Any, cast

from socialkit.sandbox._graph import GraphCall, GraphRefusal, Route, bad_parameter
from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.instagram import _render as show
from socialkit.sandbox.instagram._access import mine, need, with_facebook
from socialkit.sandbox.instagram._fields import Asked, asked
from socialkit.sandbox.instagram._records import Comment, Media
from socialkit.sandbox.instagram._state import (
    INSTAGRAM,
    PRIVATE_REPLY,
    USER,
    State,
    hashtags_in,
    newest,
    no_such,
    outside_window,
)

IgCall = GraphCall[State]
OK = {"success": True}
SEARCHED = timedelta(hours=24)
PRIVATE_BYTES = 1_000
OF_ACCOUNTS = frozenset({"comments", "live_comments", "mentions", "story_insights"})
"""What an account can have pushed, and a Page does not know by these names."""


def _asked(call: IgCall, default: str = "id") -> str:
    return call.params.text("fields") or default


# Nodes --------------------------------------------------------------------------------------


def get_me(call: IgCall) -> SimResponse:
    """Whoever's token it is: a Page, a person, or the account itself."""
    state, token = call.state, call.token
    if token.kind == INSTAGRAM:
        need(call, "basic")
        return SimResponse.json(show.user(state, state.users[token.owner], _asked(call)))
    if token.kind == USER:
        one = state.users[token.owner]
        known: dict[str, show.Reader] = {"name": lambda _asked: one.name}
        return SimResponse.json(show.chosen("User", one.id, asked(_asked(call)), known))
    return SimResponse.json(show.page(state, token.owner, _asked(call)))


def get_user(call: IgCall) -> SimResponse:
    need(call, "basic")
    state, owner = call.state, mine(call)

    def comment(inner: Asked) -> object:
        found = state.comments.get(inner.argument)
        return None if found is None else show.comment(state, found, inner.inner or "id")

    def media(inner: Asked) -> object:
        found = state.media.get(inner.argument)
        if found is None or owner not in found.tagged:
            raise no_such(inner.argument)
        return show.media(state, found, inner.inner or "id")

    def discovery(inner: Asked) -> object:
        with_facebook(call)
        found = next((one for one in state.users.values() if one.username == inner.argument), None)
        if found is None or found.page is None:
            raise no_such(inner.argument)
        return show.user(state, found, inner.inner or "id")

    more = {"mentioned_comment": comment, "mentioned_media": media, "business_discovery": discovery}
    return SimResponse.json(show.user(state, state.users[owner], _asked(call), more))


def get_media(call: IgCall) -> SimResponse:
    need(call, "basic")
    one = call.state.media[call.path["node"]]
    if one.owner not in call.state.accounts_of(call.token):
        raise no_such(one.id)
    return SimResponse.json(show.media(call.state, one, _asked(call)))


def get_comment(call: IgCall) -> SimResponse:
    need(call, "manage_comments")
    one = _seen_comment(call)
    return SimResponse.json(show.comment(call.state, one, _asked(call)))


def get_nothing(call: IgCall) -> SimResponse:
    raise no_such(call.path["node"], call.request.method)


# Posts --------------------------------------------------------------------------------------


def _listed(call: IgCall, found: list[Media]) -> SimResponse:
    fields = _asked(call)
    return call.page(found, lambda one: show.media(call.state, one, fields), key=lambda one: one.id)


def list_media(call: IgCall) -> SimResponse:
    need(call, "basic")
    return _listed(call, call.state.of(mine(call), stories=False))


def list_stories(call: IgCall) -> SimResponse:
    need(call, "basic")
    return _listed(call, call.state.of(mine(call), stories=True))


def list_tags(call: IgCall) -> SimResponse:
    with_facebook(call)
    need(call, "manage_comments")
    owner = mine(call)
    found = [one for one in call.state.media.values() if owner in one.tagged]
    return _listed(call, sorted(found, key=newest, reverse=True))


# Comments -----------------------------------------------------------------------------------


def _own_media(call: IgCall, name: str) -> Media:
    """A post of the caller's account; refuses any other."""
    one = call.state.media.get(name)
    if one is None or one.owner not in call.state.accounts_of(call.token):
        raise no_such(name, call.request.method)
    return one


def _seen_comment(call: IgCall) -> Comment:
    """A comment of the caller's account, or under its posts; refuses any other."""
    name, accounts = call.path["node"], call.state.accounts_of(call.token)
    one = call.state.comments.get(name)
    if one is None or not {one.owner, call.state.media[one.media].owner} & {*accounts}:
        raise no_such(name, call.request.method)
    return one


def list_comments(call: IgCall) -> SimResponse:
    need(call, "manage_comments")
    one, fields = _own_media(call, call.path["node"]), _asked(call, "id,text,timestamp")
    found = call.state.under(one.id)
    return call.page(found, lambda each: show.comment(call.state, each, fields), key=lambda each: each.id)


def list_replies(call: IgCall) -> SimResponse:
    need(call, "manage_comments")
    one, fields = _seen_comment(call), _asked(call, "id,text,timestamp")
    found = call.state.answers(one.id)
    return call.page(found, lambda each: show.comment(call.state, each, fields), key=lambda each: each.id)


def _written(call: IgCall, above: str) -> SimResponse:
    text = call.params.text("message") or ""
    if not text.strip():
        raise bad_parameter("The parameter message is required")
    state = call.state
    made = state.comment(above, state.accounts_of(call.token)[0], text)
    if state.media[made.media].owner == made.owner:
        state.pushes.changed(made.owner, "comments", state.told(made), state.now)
    return SimResponse.json({"id": made.id})


def post_comments(call: IgCall) -> SimResponse:
    need(call, "manage_comments")
    one = _own_media(call, call.path["node"])
    if not one.comments_on:
        raise bad_parameter("Comments are switched off")
    return _written(call, one.id)


def post_replies(call: IgCall) -> SimResponse:
    need(call, "manage_comments")
    return _written(call, _seen_comment(call).id)


def post_mentions(call: IgCall) -> SimResponse:
    """Answer a post or comment of somebody else that names the account."""
    with_facebook(call)
    need(call, "manage_comments")
    owner, media = mine(call), call.params.text("media_id") or ""
    found = call.state.media.get(media)
    if found is None or owner not in found.tagged:
        raise no_such(media, "post")
    return _written(call, call.params.text("comment_id") or media)


def post_comment(call: IgCall) -> SimResponse:
    """Hide a comment, or show it again."""
    need(call, "manage_comments")
    one, hidden = call.state.comments[call.path["node"]], call.params.flag("hide")
    owner = call.state.media[one.media].owner
    if owner not in call.state.accounts_of(call.token):
        raise no_such(one.id, "post")
    if hidden is None:
        raise bad_parameter("The parameter hide is required")
    one.hidden = hidden and one.owner != owner  # own comments stay visible
    return SimResponse.json(OK)


def delete_comment(call: IgCall) -> SimResponse:
    need(call, "manage_comments")
    one = call.state.comments[call.path["node"]]
    if call.state.media[one.media].owner not in call.state.accounts_of(call.token):
        raise no_such(one.id, "delete")
    call.state.remove(one)
    return SimResponse.json(OK)


def delete_media(call: IgCall) -> SimResponse:
    """Delete a post, as Meta's node specification lists it: with Facebook's login alone."""
    with_facebook(call)
    need(call, "content_publish")
    one = _own_media(call, call.path["node"])
    for comment in call.state.under(one.id):
        call.state.remove(comment)
    call.state.media.pop(one.id)
    return SimResponse.json(OK)


# Private messages ---------------------------------------------------------------------------


def conversations(call: IgCall) -> SimResponse:
    need(call, "manage_messages")
    if call.params.text("platform") != "instagram" and call.token.kind != INSTAGRAM:
        return SimResponse.json({"data": []})  # those of the Page on Messenger
    account, person = mine(call), call.params.text("user_id")
    threads = call.state.conversations.values()
    found = [one for one in threads if one.account == account and one.messages]
    wanted = [one for one in found if person in {None, one.person}]
    ordered = sorted(wanted, key=lambda one: (one.messages[-1].created, one.id), reverse=True)
    return call.page(ordered, lambda one: show.conversation(call.state, one), key=lambda one: one.id)


def _object(call: IgCall, name: str) -> dict[str, Any]:
    """A parameter that is an object, as JSON in a form or as such in a body."""
    text = call.params.text(name)
    try:
        value: object = json.loads(text or "{}")
    except ValueError:
        raise bad_parameter(f"Param {name} must be a JSON object") from None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def post_messages(call: IgCall) -> SimResponse:
    need(call, "manage_messages")
    state, account = call.state, mine(call)
    recipient, text = _object(call, "recipient"), str(_object(call, "message").get("text", ""))
    if not text.strip():
        raise bad_parameter("Param message must be non-empty")
    if len(text.encode()) > PRIVATE_BYTES:
        raise bad_parameter("Length of param message[text] must be less than or equal to 1000")
    comment = recipient.get("comment_id")
    person = str(recipient.get("id", "")) if comment is None else _asker(call, str(comment), account)
    if person not in state.users:
        raise bad_parameter("No matching user found", 2018001)
    if comment is None and not state.may_write(account, person):
        raise outside_window()
    sent = state.send(account, person, account, text, None if comment is None else str(comment))
    return SimResponse.json({"recipient_id": person, "message_id": sent.id})


def _asker(call: IgCall, comment: str, account: str) -> str:
    """Who is answered in private: once, within seven days."""
    state = call.state
    found = state.comments.get(comment)
    if found is None or state.media[found.media].owner != account:
        raise no_such(comment, "post")
    if state.clock.now() - found.created > PRIVATE_REPLY:
        raise outside_window()
    thread = state.conversation(account, found.owner)
    if any(one.answers == comment for one in thread.messages):
        message = "(#10900) Activity already replied to"
        raise GraphRefusal(10900, message)
    return found.owner


def subscribe(call: IgCall) -> SimResponse:
    """With Facebook's login it is the Page that is subscribed, which has other names for what it pushes."""
    own = call.token.kind == INSTAGRAM
    if own:
        need(call, "manage_comments", "manage_messages")
    else:
        call.require("pages_manage_metadata")
    fields = tuple((call.params.text("subscribed_fields") or "").split(","))
    if not own and not OF_ACCOUNTS.isdisjoint(fields):
        raise bad_parameter(f"Param subscribed_fields must be one of a Page's, not {', '.join(fields)}")
    call.state.subscribed[mine(call)] = fields
    return SimResponse.json(OK)


# Hashtags -----------------------------------------------------------------------------------


def hashtag_search(call: IgCall) -> SimResponse:
    with_facebook(call)
    need(call, "basic")
    name = call.params.text("q") or ""
    if call.params.text("user_id") not in call.state.accounts_of(call.token):
        raise bad_parameter("user_id is required")
    found = call.state.hashtag(name)
    if found is None:
        raise no_such(name)
    # With which code it is refused, no page says.
    if not call.state.may_search(call.params.text("user_id") or "", name):
        raise bad_parameter("Too many different hashtags were searched for in seven days")
    return SimResponse.json({"data": [{"id": found}]})


def _tagged(call: IgCall) -> list[Media]:
    """The posts under a hashtag, the newest first."""
    with_facebook(call)
    need(call, "basic")
    state = call.state
    if call.params.text("user_id") not in state.accounts_of(call.token):
        raise bad_parameter("user_id is required")
    name = state.hashtags.get(call.path["node"])
    if name is None:
        raise no_such(call.path["node"])
    found = [one for one in state.media.values() if name in hashtags_in(one.caption)]
    return sorted(found, key=newest, reverse=True)


def recent_media(call: IgCall) -> SimResponse:
    since = call.state.clock.now() - SEARCHED
    return _listed(call, [one for one in _tagged(call) if one.created > since])


def top_media(call: IgCall) -> SimResponse:
    return _listed(call, sorted(_tagged(call), key=lambda one: len(one.likes), reverse=True))


ROUTES: tuple[Route[State], ...] = (
    Route("hashtag_search", "GET", "ig_hashtag_search", hashtag_search),
    Route("get_me", "GET", "me", get_me),
    Route("list_media", "GET", ":node/media", list_media),
    Route("list_stories", "GET", ":node/stories", list_stories),
    Route("list_tags", "GET", ":node/tags", list_tags),
    Route("list_comments", "GET", ":node/comments", list_comments),
    Route("post_comments", "POST", ":node/comments", post_comments),
    Route("list_replies", "GET", ":node/replies", list_replies),
    Route("post_replies", "POST", ":node/replies", post_replies),
    Route("post_mentions", "POST", ":node/mentions", post_mentions),
    Route("conversations", "GET", ":node/conversations", conversations),
    Route("post_messages", "POST", ":node/messages", post_messages),
    Route("subscribe", "POST", ":node/subscribed_apps", subscribe),
    Route("recent_media", "GET", ":node/recent_media", recent_media),
    Route("top_media", "GET", ":node/top_media", top_media),
    Route("get_user", "GET", ":node", get_user, "IGUser"),
    Route("get_media", "GET", ":node", get_media, "IGMedia"),
    Route("get_comment", "GET", ":node", get_comment, "IGComment"),
    Route("get_nothing", "GET", ":node", get_nothing),
    Route("post_comment", "POST", ":node", post_comment, "IGComment"),
    Route("delete_comment", "DELETE", ":node", delete_comment, "IGComment"),
    Route("delete_media", "DELETE", ":node", delete_media, "IGMedia"),
)
