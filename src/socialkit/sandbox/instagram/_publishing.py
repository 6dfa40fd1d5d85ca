"""Containers of the simulated Instagram, and publishing them."""

import json
from datetime import timedelta

from socialkit.sandbox._graph import GraphCall, GraphRefusal, Route, bad_parameter
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox.instagram import _render as show
from socialkit.sandbox.instagram._access import mine, need
from socialkit.sandbox.instagram._drafts import require_fitting
from socialkit.sandbox.instagram._records import Container, Media
from socialkit.sandbox.instagram._state import (
    CONTAINERS_A_DAY,
    DAY,
    POSTS_A_DAY,
    PROCESSING,
    State,
    no_such,
)

IgCall = GraphCall[State]
FEWEST, MOST = 2, 10
KINDS = frozenset({"REELS", "STORIES", "CAROUSEL", "VIDEO"})
PICTURES = (".jpg", ".jpeg")


def post_media(call: IgCall) -> SimResponse:
    """Make a container."""
    need(call, "content_publish")
    state, owner, params = call.state, mine(call), call.params
    since = state.clock.now() - DAY
    made = [one for one in state.containers.values() if one.owner == owner and one.created > since]
    if len(made) >= CONTAINERS_A_DAY:
        raise GraphRefusal(9, "(#9) Too many containers were made", subcode=2207042)
    values = {name: params.text(name) or "" for name in params}
    kind = values.get("media_type", "")
    if kind and kind not in KINDS:
        raise bad_parameter(f"Unknown media type: {kind}", 2207023)
    require_fitting(values)
    new = Container(state.number(), owner, state.clock.now(), values)
    if kind == "CAROUSEL":
        _gather(state, new)
    else:
        _take_file(state, new, kind)
    state.containers[new.id] = new
    return SimResponse.json({"id": new.id})


def _gather(state: State, new: Container) -> None:
    """Take up the files of a carousel."""
    text = new.values.get("children", "")
    names = json.loads(text) if text.startswith("[") else text.split(",")
    known = [str(one) for one in names if str(one) in state.containers]
    if not FEWEST <= len(known) <= MOST or len(known) != len(names):
        raise bad_parameter("The carousel has too few or too many files", 2207028)
    if any(state.containers[one].values.get("is_carousel_item") != "true" for one in known):
        raise bad_parameter("A child is no carousel item", 2207028)
    new.children, new.ready_at = known, new.created


def _take_file(state: State, new: Container, kind: str) -> None:
    """Fetch a file, or wait for its bytes."""
    picture, film = new.values.get("image_url"), new.values.get("video_url")
    resumable = new.values.get("upload_type") == "resumable"
    new.film = film is not None or resumable
    if resumable and kind in {"REELS", "VIDEO", "STORIES"}:
        new.awaits_bytes = True
        return
    address = film if new.film else picture
    if not address:
        raise bad_parameter("The parameter image_url or video_url is required")
    if not address.startswith(("http://", "https://")) or not address.isascii():
        raise GraphRefusal(9004, "Only photo or video can be accepted as media type.", subcode=2207052)
    if new.film and kind not in {"REELS", "VIDEO", "STORIES"}:
        raise bad_parameter("video_url needs a media type", 2207023)
    path = address.partition("?")[0].lower()
    if not new.film and "." in path.rpartition("/")[2] and not path.endswith(PICTURES):
        raise GraphRefusal(36001, "The image format is not supported.", subcode=2207005)
    _begin(state, new)


def _begin(state: State, one: Container) -> None:
    """Work on a file."""
    one.ready_at = state.clock.now() + (PROCESSING if one.film else timedelta())
    if one.film and state.failing_videos:
        state.failing_videos -= 1
        one.failed = True


def take_bytes(state: State, request: SimRequest, node: str) -> SimResponse:
    """Take the bytes of a video."""
    one = state.containers.get(node)
    if one is None or not one.awaits_bytes:
        return _not_taken("There is no such upload")
    size = request.headers.get("file_size", "")
    if request.headers.get("offset") != "0" or size != str(len(request.body)):
        return _not_taken("The size of the file is another one")
    one.received, one.awaits_bytes = len(request.body), False
    _begin(state, one)
    return SimResponse.json({"success": True, "message": "Upload successful."})


def _not_taken(reason: str) -> SimResponse:
    told = {"debug_info": {"retriable": False, "type": "ProcessingFailedError", "message": reason}}
    return SimResponse.json(told, 400)


def get_container(call: IgCall) -> SimResponse:
    one = call.state.containers[call.path["node"]]
    if one.owner not in call.state.accounts_of(call.token):
        raise no_such(one.id)
    if one.published is not None and call.state.clock.now() - one.created >= DAY:
        raise no_such(one.id)
    return SimResponse.json(show.container(call.state, one, call.params.text("fields") or "id"))


def media_publish(call: IgCall) -> SimResponse:
    """Publish a container, once."""
    need(call, "content_publish")
    state, owner = call.state, mine(call)
    one = state.containers.get(call.params.text("creation_id") or "")
    if one is None or one.owner != owner:
        raise GraphRefusal(24, "The requested resource does not exist", subcode=2207006)
    if one.values.get("is_carousel_item") == "true":
        raise bad_parameter("A carousel item cannot be published by itself")
    status = state.status(one)
    if status == "PUBLISHED":
        raise bad_parameter("The media was published already")
    if status in {"ERROR", "EXPIRED"}:
        raise GraphRefusal(24, "The media is not there any more", subcode=2207008)
    waiting = [child for child in one.children if state.status(state.containers[child]) != "FINISHED"]
    if status != "FINISHED" or waiting:
        raise GraphRefusal(9007, "The media is not ready to be published", subcode=2207027)
    if state.used(owner) >= POSTS_A_DAY:
        raise GraphRefusal(9, "(#9) The limit of posts is reached", subcode=2207042)
    new = _published(state, one)
    state.media[new.id] = new
    one.published, one.published_at = new.id, state.now
    if state.blocking:
        state.blocking = False
        raise GraphRefusal(4, "Application request limit reached", subcode=2207051, status=403)
    return SimResponse.json({"id": new.id})


def _published(state: State, one: Container) -> Media:
    kind = one.values.get("media_type", "")
    product = {"REELS": "REELS", "STORIES": "STORY"}.get(kind, "FEED")
    shape = "CAROUSEL_ALBUM" if one.children else "VIDEO" if one.film else "IMAGE"
    caption = "" if product == "STORY" else one.values.get("caption", "")
    new = Media(
        state.number(),
        one.owner,
        state.now,
        shape,
        product,
        one.values.get("video_url") or one.values.get("image_url") or "",
        caption,
        None if one.film else one.values.get("alt_text") or None,
    )
    new.children = [_published(state, state.containers[child]) for child in one.children]
    return new


def content_publishing_limit(call: IgCall) -> SimResponse:
    need(call, "content_publish")
    used = call.state.used(mine(call))
    config = {"quota_total": POSTS_A_DAY, "quota_duration": int(DAY.total_seconds())}
    return SimResponse.json({"data": [{"quota_usage": used, "config": config}]})


def post_node(call: IgCall) -> SimResponse:
    """Switch the comments of a post."""
    need(call, "manage_comments")
    one = call.state.media[call.path["node"]]
    on = call.params.flag("comment_enabled")
    if one.owner not in call.state.accounts_of(call.token):
        raise no_such(one.id, "post")
    if on is None:
        raise bad_parameter("The parameter comment_enabled is required")
    one.comments_on = on
    return SimResponse.json({"success": True})


ROUTES: tuple[Route[State], ...] = (
    Route("post_media", "POST", ":node/media", post_media),
    Route("media_publish", "POST", ":node/media_publish", media_publish),
    Route("content_publishing_limit", "GET", ":node/content_publishing_limit", content_publishing_limit),
    Route("get_container", "GET", ":node", get_container, "IGContainer"),
    Route("switch_comments", "POST", ":node", post_node, "IGMedia"),
)
