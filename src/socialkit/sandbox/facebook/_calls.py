"""The calls of the simulated Facebook: posts, comments, likes, private messages, and what nodes tell."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from socialkit.sandbox._graph import (
    Conversation,
    GraphCall,
    GraphRefusal,
    Message,
    Route,
    bad_parameter,
    edge,
    missing,
)
from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.facebook import _render as show
from socialkit.sandbox.facebook._json import first, items
from socialkit.sandbox.facebook._limits import placed, private_text, unpublished_until_then
from socialkit.sandbox.facebook._records import Comment, Post
from socialkit.sandbox.facebook._state import APP_ID, PRIVATE_REPLY, State, outside_window

FbCall = GraphCall[State]
T = TypeVar("T", Comment, Message)
OK = {"success": True}
SOONEST = timedelta(minutes=10)
LATEST = timedelta(days=75)


def node_of(call: FbCall) -> str:
    """The node that a call is about; `me` is whoever's token it is."""
    node = call.path["node"]
    return call.token.owner if node == "me" else node


def checked(call: FbCall, kind: str, known: Iterable[str]) -> list[str]:
    """The fields that are asked for, or refuse one that the node does not have."""
    strange = show.unknown(call.fields, known)
    if strange is not None:
        raise bad_parameter(f"Tried accessing nonexisting field ({strange}) on node type ({kind})")
    return call.fields


def _own(call: FbCall, owner: str) -> None:
    if call.token.owner != owner:
        reason = "(#200) The user hasn't authorized the application to perform this action"
        raise GraphRefusal(200, reason, status=403)


# Nodes --------------------------------------------------------------------------------------


def get_page(call: FbCall) -> SimResponse:
    one = call.state.people.get(node_of(call))
    if one is None:
        raise missing(call.path["node"])
    if not one.page:
        return SimResponse.json({"id": one.id, "name": one.name} if not _personal(call) else {})
    call.require("pages_read_engagement", "pages_show_list")
    return SimResponse.json(show.page(one, checked(call, "Page", show.PAGE)))


def _personal(call: FbCall) -> bool:
    strange = show.unknown(call.fields, {"name", "picture"})
    if strange is not None:
        raise bad_parameter(f"Tried accessing nonexisting field ({strange}) on node type (User)")
    return False


def get_post(call: FbCall) -> SimResponse:
    call.require("pages_read_engagement")
    one = call.state.post(node_of(call))
    return SimResponse.json(show.post(call.state, one, checked(call, "PagePost", show.POST)))


def get_comment(call: FbCall) -> SimResponse:
    call.require("pages_read_user_content", "pages_read_engagement")
    one = call.state.comments[node_of(call)]
    return SimResponse.json(show.comment(call.state, one, checked(call, "Comment", show.COMMENT)))


def get_photo(call: FbCall) -> SimResponse:
    one = call.state.photos[node_of(call)]
    return SimResponse.json(show.photo(one, checked(call, "Photo", show.PHOTO)))


def get_video(call: FbCall) -> SimResponse:
    one = call.state.videos[node_of(call)]
    return SimResponse.json(show.video(call.state, one, checked(call, "Video", show.VIDEO)))


def get_nothing(call: FbCall) -> SimResponse:
    raise missing(call.path["node"], call.request.method)


# Posts --------------------------------------------------------------------------------------


def _listed(call: FbCall, posts: list[Post]) -> SimResponse:
    call.require("pages_read_engagement")
    inner = _inner_comments(call)

    def shown(one: Post) -> object:
        fields = checked(call, "PagePost", show.POST)
        told = show.post(call.state, one, fields)
        return told if inner is None else {**told, "comments": inner(one)}

    return call.page(posts, shown, key=lambda one: one.id)


def _inner_comments(call: FbCall) -> Callable[[Post], object] | None:
    """How comments are shown inside a listing of posts, where they are asked for with fields of their own."""
    text = call.params.text("fields") or ""
    place = text.find("comments.filter(stream)")
    if place < 0:
        return None
    fields = text[text.index("{", place) + 1 : text.index("}", place)].split(",")

    def inner(one: Post) -> object:
        newest = sorted(call.state.under(one.id, whole=True), key=_age, reverse=True)
        asked = {"filter": "stream", "order": "reverse_chronological", "fields": ",".join(fields)}
        return _within(
            call,
            (one.id, "comments"),
            newest,
            lambda each: show.comment(call.state, each, fields),
            {**asked, "limit": "100"},
        )

    return inner


def _within(
    call: FbCall,
    path: tuple[str, str],
    things: list[T],
    shown: Callable[[T], object],
    asked: dict[str, str],
) -> dict[str, object]:
    """The first page of an edge inside another answer; its neighbour is a call of its own."""
    version = call.request.path.strip("/").partition("/")[0]
    request = replace(call.request, path=f"/{version}/{'/'.join(path)}", query=tuple(asked.items()), body=b"")
    return edge(
        things,
        shown,
        key=lambda one: one.id,
        request=request,
        token=call.token.value,
        base_url=call.base_url,
    )


def _age(one: Comment) -> tuple[datetime, int]:
    return one.created, int(one.id.rpartition("_")[2])


def published_posts(call: FbCall) -> SimResponse:
    return _listed(call, call.state.visible(node_of(call)))


def scheduled_posts(call: FbCall) -> SimResponse:
    return _listed(call, call.state.waiting(node_of(call)))


def tagged(call: FbCall) -> SimResponse:
    page = node_of(call)
    return _by_others(call, [one for one in call.state.posts.values() if page in one.tagged])


def visitor_posts(call: FbCall) -> SimResponse:
    page = node_of(call)
    return _by_others(call, [one for one in call.state.posts.values() if one.wall == page])


def _by_others(call: FbCall, found: list[Post]) -> SimResponse:
    call.require("pages_read_user_content")
    newest = sorted(found, key=lambda one: (one.created, one.id), reverse=True)
    return call.page(
        newest,
        lambda one: show.post(call.state, one, checked(call, "PagePost", show.POST)),
        key=lambda one: one.id,
    )


def post_feed(call: FbCall) -> SimResponse:
    call.require("pages_manage_posts")
    state, owner, params = call.state, node_of(call), call.params
    message, link = params.text("message") or "", params.text("link")
    photos = [str(one.get("media_fbid", "")) for one in items(params.text("attached_media"))]
    if not (message.strip() or link or photos):
        raise bad_parameter("Invalid parameter: message, link or attached_media is required")
    for one in photos:
        if one not in state.photos or state.photos[one].owner != owner:
            raise bad_parameter(f"Invalid attached_media: {one}", 2069019)
    unpublished_until_then(call)
    place, tags = placed(call)
    at = schedule(call)
    newest = next(iter(state.visible(owner)), None)
    if state.refuses_repeats and at is None and not photos and _repeats(newest, message, link):
        raise GraphRefusal(506, "(#506) Duplicate status message")
    post = state.publish(owner, message, at)
    post.link, post.photos, post.app = link, photos, APP_ID
    shown = call.fields or ["id"]
    post.place, post.with_people = place, tags
    return SimResponse.json(show.post(state, post, checked(call, "PagePost", show.POST) or shown))


def _repeats(newest: Post | None, message: str, link: str | None) -> bool:
    """Whether a post without files says what the one before it says: refused only right after it."""
    if newest is None or newest.photos or newest.video is not None:
        return False
    return (newest.message, newest.link) == (message, link)


def schedule(call: FbCall) -> datetime | None:
    """When a post is to go out; None for at once. Refuses what lies outside the window."""
    seconds = call.params.number("scheduled_publish_time")
    if seconds is None:
        return None
    at, now = datetime.fromtimestamp(seconds, UTC), call.state.clock.now()
    if not SOONEST <= at - now <= LATEST:
        raise bad_parameter("The specified scheduled publish time is invalid.")
    return at


def post_post(call: FbCall) -> SimResponse:
    call.require("pages_manage_posts")
    post, params = call.state.post(node_of(call), "post"), call.params
    hidden = params.flag("is_hidden")
    _own(call, post.owner if hidden is None else post.wall or post.owner)
    if hidden is not None:
        post.hidden = hidden
        return SimResponse.json(OK)
    if params.text("message") is not None:
        post.message, post.updated = call.state.fitting(params.text("message") or ""), call.state.now
    if params.text("attached_media") is not None:
        post.photos = [str(one.get("media_fbid", "")) for one in items(params.text("attached_media"))]
    if params.text("scheduled_publish_time") is not None:
        if post.scheduled is None:
            raise bad_parameter("Cannot reschedule a post that is published")
        post.scheduled = schedule(call)
    return SimResponse.json(OK)


def delete_node(call: FbCall) -> SimResponse:
    state, node = call.state, node_of(call)
    if node in state.posts:
        call.require("pages_manage_posts")
        _own(call, state.posts[node].wall or state.posts[node].owner)
        state.remove_post(state.posts[node])
    elif node in state.videos:
        call.require("pages_manage_posts")
        _own(call, state.videos[node].owner)
        state.remove_video(state.videos[node])
    elif node in state.comments:
        call.require("pages_manage_engagement")
        state.remove_comment(state.comments[node])
    else:
        raise missing(node, "delete")
    return SimResponse.json(OK)


# Comments and likes -------------------------------------------------------------------------


def get_comments(call: FbCall) -> SimResponse:
    call.require("pages_read_user_content", "pages_read_engagement")
    node = call.state.shown(node_of(call))
    if node not in call.state.posts and node not in call.state.comments:
        raise missing(node)
    found = call.state.under(node, whole=call.params.text("filter") == "stream")
    backwards = call.params.text("order") == "reverse_chronological"
    ordered = sorted(found, key=_age, reverse=backwards)
    return call.page(
        ordered,
        lambda one: show.comment(call.state, one, checked(call, "Comment", show.COMMENT)),
        key=lambda one: one.id,
    )


def post_comments(call: FbCall) -> SimResponse:
    call.require("pages_manage_engagement")
    node, message = call.state.shown(node_of(call)), call.params.text("message") or ""
    if node not in call.state.posts and node not in call.state.comments:
        raise missing(node, "post")
    if not message.strip():
        raise bad_parameter("Invalid parameter: message is required")
    new = call.state.comment(node, call.token.owner, message)
    new.app = APP_ID
    return SimResponse.json(show.comment(call.state, new, checked(call, "Comment", show.COMMENT)))


def post_comment(call: FbCall) -> SimResponse:
    call.require("pages_manage_engagement")
    one, hidden = call.state.comments[node_of(call)], call.params.flag("is_hidden")
    if hidden is not None:
        _own(call, call.state.page_of(one.post))
        one.hidden = hidden
    return SimResponse.json(OK)


def _liked(call: FbCall) -> set[str]:
    node = call.state.shown(node_of(call))
    found = call.state.posts.get(node) or call.state.comments.get(node)
    if found is None:
        raise missing(node, call.request.method)
    return found.likes


def post_likes(call: FbCall) -> SimResponse:
    call.require("pages_manage_engagement")
    _liked(call).add(call.token.owner)
    return SimResponse.json(OK)


def get_likes(call: FbCall) -> SimResponse:
    call.require("pages_read_engagement")
    names = sorted(_liked(call))
    return call.page(names, lambda one: {"id": one}, key=lambda one: one)


# Private messages ---------------------------------------------------------------------------


def conversations(call: FbCall) -> SimResponse:
    call.require("pages_messaging")
    page, person = node_of(call), call.params.text("user_id")
    found = [one for one in call.state.conversations.values() if one.account == page and one.messages]
    chosen = [one for one in found if person in {None, one.person}]
    newest = sorted(chosen, key=lambda one: (one.messages[-1].created, one.id), reverse=True)
    return call.page(newest, lambda one: _conversation(call, one), key=lambda one: one.id)


def _conversation(call: FbCall, one: Conversation) -> dict[str, object]:
    """A conversation with its newest messages."""
    newest = _newest(one)
    inner = _within(
        call,
        (one.id, "messages"),
        newest,
        lambda each: show.message(call.state, each),
        {"limit": "25"},
    )
    return {"id": one.id, "updated_time": show.time(newest[0].created), "messages": inner}


def _newest(one: Conversation) -> list[Message]:
    return sorted(one.messages, key=lambda each: (each.created, each.id), reverse=True)


def messages_of(call: FbCall) -> SimResponse:
    call.require("pages_messaging")
    one = next((one for one in call.state.conversations.values() if one.id == node_of(call)), None)
    if one is None:
        raise missing(call.path["node"])
    return call.page(_newest(one), lambda each: show.message(call.state, each), key=lambda each: each.id)


def post_messages(call: FbCall) -> SimResponse:
    call.require("pages_messaging")
    state, page = call.state, node_of(call)
    recipient, message = first(call.params.text("recipient")), first(call.params.text("message"))
    text = private_text(str(message.get("text", "")))
    answers = recipient.get("comment_id") or recipient.get("post_id")
    if answers is not None:
        person = _asker(call, str(answers))
    else:
        person = str(recipient.get("id", ""))
        if person not in state.people:
            raise bad_parameter("No matching user found", 2018001)
        if not state.may_write(page, person):
            raise outside_window()
    sent = state.send(page, person, page, text, None if answers is None else str(answers))
    return SimResponse.json({"recipient_id": person, "message_id": sent.id})


def _asker(call: FbCall, thing: str) -> str:
    """Who is answered in private: once, within seven days."""
    state = call.state
    found = state.comments.get(thing) or state.posts.get(thing)
    if found is None:
        raise missing(thing, "post")
    if state.clock.now() - found.created > PRIVATE_REPLY:
        raise outside_window()
    thread = state.conversation(node_of(call), found.owner)
    if any(one.answers == thing for one in thread.messages):
        message = "(#10900) Activity already replied to"
        raise GraphRefusal(10900, message)
    return found.owner


def subscribe(call: FbCall) -> SimResponse:
    call.require("pages_manage_metadata")
    fields = tuple((call.params.text("subscribed_fields") or "").split(","))
    call.state.subscribed[node_of(call)] = fields
    return SimResponse.json(OK)


ROUTES: tuple[Route[State], ...] = (
    Route("published_posts", "GET", ":node/published_posts", published_posts),
    Route("scheduled_posts", "GET", ":node/scheduled_posts", scheduled_posts),
    Route("tagged", "GET", ":node/tagged", tagged),
    Route("visitor_posts", "GET", ":node/visitor_posts", visitor_posts),
    Route("post_feed", "POST", ":node/feed", post_feed, "Page"),
    Route("get_comments", "GET", ":node/comments", get_comments),
    Route("post_comments", "POST", ":node/comments", post_comments),
    Route("get_likes", "GET", ":node/likes", get_likes),
    Route("post_likes", "POST", ":node/likes", post_likes),
    Route("conversations", "GET", ":node/conversations", conversations),
    Route("messages_of", "GET", ":node/messages", messages_of),
    Route("post_messages", "POST", ":node/messages", post_messages),
    Route("subscribe", "POST", ":node/subscribed_apps", subscribe),
    Route("get_page", "GET", ":node", get_page, "Page"),
    Route("get_page", "GET", ":node", get_page, "User"),
    Route("get_post", "GET", ":node", get_post, "PagePost"),
    Route("get_comment", "GET", ":node", get_comment, "Comment"),
    Route("get_photo", "GET", ":node", get_photo, "Photo"),
    Route("get_video", "GET", ":node", get_video, "AdVideo"),
    Route("get_nothing", "GET", ":node", get_nothing),
    Route("post_post", "POST", ":node", post_post, "PagePost"),
    Route("post_comment", "POST", ":node", post_comment, "Comment"),
    Route("delete_node", "DELETE", ":node", delete_node),
)
