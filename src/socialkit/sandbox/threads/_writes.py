"""The calls of the simulated Threads that write: containers, publishing, hiding, deleting."""

import json
import re
from typing import cast

from socialkit.sandbox._graph import GraphCall, GraphRefusal, Route, bad_parameter, missing
from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.threads import _render as show
from socialkit.sandbox.threads._records import Content
from socialkit.sandbox.threads._state import State
from socialkit.sandbox.threads._text import LINK, length, links

ThCall = GraphCall[State]
TEXT, ALT_TEXT, LINKS, TOPIC, OPTION, LONG_TEXT = 500, 1_000, 5, 50, 25, 10_000
FILES = range(2, 21)
CONTROLS = frozenset(
    {"everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only"}
)
OF_TEXT = ("link_attachment", "poll_attachment", "gif_attachment", "text_attachment", "is_ghost_post")
"""What stands in posts of text alone."""
NOT_BESIDE_POLLS = ("link_attachment", "text_attachment")
NOT_BESIDE_GHOSTS = (
    *("link_attachment", "poll_attachment", "gif_attachment", "text_attachment", "topic_tag", "location_id"),
    *("reply_control", "enable_reply_approvals", "allowlisted_country_codes", "reply_to_id", "quote_post_id"),
)
COUNTRY = re.compile(r"[A-Z]{2}")


def post_threads(call: ThCall) -> SimResponse:
    """Make a container."""
    call.require("threads_content_publish")
    params, kind = call.params, call.params.text("media_type") or ""
    if params.text("reply_control") is not None:
        call.require("threads_manage_replies")
    item = params.flag("is_carousel_item") or False
    if kind not in {"TEXT", "IMAGE", "VIDEO", "CAROUSEL"} or (item and kind not in {"IMAGE", "VIDEO"}):
        raise bad_parameter("Param media_type must be one of {TEXT, IMAGE, VIDEO, CAROUSEL}")
    content = _content(call, kind)
    _require_whole(call, content)
    _require_options(call, content)
    _require_attachments(call, content)
    made = call.state.contain(call.token.owner, content, item=item)
    return SimResponse.json({"id": made.id})


def _content(call: ThCall, kind: str) -> Content:
    params = call.params
    return Content(
        kind=kind,
        text=params.text("text") or "",
        url=params.text(f"{kind.lower()}_url"),
        alt_text=params.text("alt_text"),
        children=_children(call) if kind == "CAROUSEL" else (),
        reply_to=_answered(call),
        quotes=_quoted(call),
        link=params.text("link_attachment"),
        topic=params.text("topic_tag"),
        spoiler=params.flag("is_spoiler_media") or False,
        ghost=params.flag("is_ghost_post") or False,
        approvals=params.flag("enable_reply_approvals") or False,
        countries=tuple(one for one in (params.text("allowlisted_country_codes") or "").split(",") if one),
    )


def _require_whole(call: ThCall, content: Content) -> None:
    if content.kind == "TEXT" and not (content.text.strip() or content.link):
        raise bad_parameter("The parameter text is required")
    if content.kind in {"IMAGE", "VIDEO"}:
        _require_address(f"{content.kind.lower()}_url", content.url)
    if length(content.text) > TEXT:
        raise bad_parameter(f"Param text must be at most {TEXT} characters long.")
    if len(content.alt_text or "") > ALT_TEXT:
        raise bad_parameter(f"Param alt_text must be at most {ALT_TEXT} characters long.")
    found = links(content.text) | ({content.link} if content.link else set[str]())
    if len(found) > LINKS:
        raise GraphRefusal("THREADS_API__LINK_LIMIT_EXCEEDED", "The post has too many links")


def _require_address(name: str, url: str | None) -> None:
    if not url:
        raise bad_parameter(f"The parameter {name} is required")
    if not url.startswith(("http://", "https://")):
        raise bad_parameter(f"Param {name} must be an address")


def _require_options(call: ThCall, content: Content) -> None:
    params = call.params
    control, topic = params.text("reply_control"), content.topic
    if params.text("location_id") is not None:
        call.require("threads_location_tagging")
    if control is not None and control not in CONTROLS:
        raise bad_parameter(f"Param reply_control must be one of {sorted(CONTROLS)}")
    if topic is not None and (not 1 <= len(topic) <= TOPIC or set(topic) & set(".&")):
        raise bad_parameter("Param topic_tag is not a valid topic")
    if not all(COUNTRY.fullmatch(one) for one in content.countries):
        raise bad_parameter("Param allowlisted_country_codes must hold country codes")
    if content.ghost and any(params.text(name) is not None for name in NOT_BESIDE_GHOSTS):
        raise bad_parameter("Ghost posts are posts of text, no replies, and support nothing else")


def _require_attachments(call: ThCall, content: Content) -> None:
    params = call.params
    given = [name for name in OF_TEXT if params.text(name) is not None]
    if given and content.kind != "TEXT":
        raise bad_parameter(f"Param {given[0]} is only for posts of text")
    if "poll_attachment" in given and set(given) & set(NOT_BESIDE_POLLS):
        raise bad_parameter("Param poll_attachment cannot be used with a link or text attachment")
    if content.link is not None and not LINK.fullmatch(content.link):
        raise bad_parameter("Param link_attachment is not a valid URL")
    poll = _object(params.text("poll_attachment"))
    if poll and not (2 <= len(poll) <= 4 and all(0 < len(str(one)) <= OPTION for one in poll.values())):
        raise bad_parameter("Param poll_attachment is not a valid poll")
    if len(str(_object(params.text("text_attachment")).get("plaintext", ""))) > LONG_TEXT:
        raise bad_parameter("Param text_attachment is too long")


def _object(text: str | None) -> dict[str, object]:
    """A parameter that is JSON; refuses what is none."""
    try:
        value: object = json.loads(text or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise bad_parameter("Param must be a JSON object")
    return cast("dict[str, object]", value)


def _children(call: ThCall) -> tuple[str, ...]:
    state = call.state
    names = tuple(one for one in (call.params.text("children") or "").split(",") if one)
    if len(names) not in FILES:
        raise bad_parameter("Param children must hold 2 to 20 containers")
    for name in names:
        one = state.containers.get(name)
        if one is None or one.owner != call.token.owner or not one.item:
            raise bad_parameter(f"Param children holds {name}, which is no item")
        if state.status(one) != "FINISHED":
            raise not_seen()
    return names


def _answered(call: ThCall) -> str | None:
    name = call.params.text("reply_to_id")
    if name is None:
        return None
    call.require("threads_manage_replies")
    above = call.state.posts.get(name)
    if above is None or call.state.is_archived(above):
        raise bad_parameter("The thread to reply to does not exist")
    root = call.state.posts.get(above.root or above.id)
    if root is None or root.owner != call.token.owner:
        call.require("threads_keyword_search", "threads_manage_mentions")
    return name


def _quoted(call: ThCall) -> str | None:
    name = call.params.text("quote_post_id")
    if name is not None and name not in call.state.posts:
        raise bad_parameter("The thread to quote does not exist")
    return name


def not_seen() -> GraphRefusal:
    """The container is not there yet (24/4279009)."""
    message = "The requested resource does not exist"
    return GraphRefusal(24, message, subcode=4279009, transient=False)


def threads_publish(call: ThCall) -> SimResponse:
    """Publish a container."""
    call.require("threads_content_publish")
    state, name = call.state, call.params.text("creation_id") or ""
    one = state.containers.get(name)
    if state.hasty:
        state.hasty -= 1
        raise not_seen()
    if one is None or one.owner != call.token.owner or state.status(one) == "IN_PROGRESS":
        raise not_seen()
    if one.item or state.status(one) != "FINISHED":
        raise bad_parameter(f"The container cannot be published: {state.status(one)}")
    if one.content.reply_to is not None and one.content.reply_to not in state.posts:
        raise bad_parameter("The thread to reply to does not exist")
    state.spend(one.owner, "posts" if one.content.reply_to is None else "replies")
    post = state.publish(one.owner, one.content)
    one.published = post.id
    state.pushes.happened(one.owner, "publish", show.pushed(state, post), state.now)
    return SimResponse.json({"id": post.id})


def repost(call: ThCall) -> SimResponse:
    """Repeat a post."""
    call.require("threads_content_publish")
    one = call.state.post(call.path["node"], "post")
    made = call.state.publish(call.token.owner, Content(kind="REPOST", repeats=one.id))
    one.reposts += 1
    return SimResponse.json({"id": made.id})


def manage_reply(call: ThCall) -> SimResponse:
    """Hide a reply to the post at the top and what stands under it, or show them: only its owner may."""
    call.require("threads_manage_replies")
    one, hide = call.state.post(call.path["node"], "post"), call.params.flag("hide")
    root = call.state.posts.get(one.root or "")
    if root is None or root.owner != call.token.owner:
        raise GraphRefusal(10, "(#10) Application does not have permission for this action", status=403)
    if hide is None:
        raise bad_parameter("The parameter hide is required")
    if one.content.reply_to != root.id:
        raise bad_parameter("Only replies to the post at the top can be hidden")
    one.hidden = hide
    return SimResponse.json({"success": True})


def manage_pending_reply(call: ThCall) -> SimResponse:
    """Show a reply that waits, or ignore it: only the owner of the post at the top may."""
    call.require("threads_manage_replies")
    one, approve = call.state.post(call.path["node"], "post"), call.params.flag("approve")
    root = call.state.posts.get(one.root or "")
    if root is None or root.owner != call.token.owner:
        raise GraphRefusal(10, "(#10) Application does not have permission for this action", status=403)
    if approve is None or one.waits is None:
        raise bad_parameter("The reply does not wait, or the parameter approve is missing")
    one.waits = None if approve else "ignored"
    return SimResponse.json({"success": True})


def delete_node(call: ThCall) -> SimResponse:
    """Delete an own post or reply."""
    call.require("threads_delete")
    one = call.state.post(call.path["node"], "delete")
    if one.owner != call.token.owner:
        raise missing(one.id, "delete")
    call.state.spend(one.owner, "deletions")
    call.state.remove(one)
    gone: dict[str, object] = {
        "id": one.id,
        "owner": {"owner_id": one.owner},
        "deleted_at": show.time(call.state.now),
    }
    call.state.pushes.happened(one.owner, "delete", gone, call.state.now)
    return SimResponse.json({"success": True, "deleted_id": one.id})


ROUTES: tuple[Route[State], ...] = (
    Route("post_threads", "POST", "me/threads", post_threads),
    Route("threads_publish", "POST", "me/threads_publish", threads_publish),
    Route("repost", "POST", ":node/repost", repost),
    Route("manage_pending_reply", "POST", ":node/manage_pending_reply", manage_pending_reply),
    Route("manage_reply", "POST", ":node/manage_reply", manage_reply),
    Route("delete_node", "DELETE", ":node", delete_node),
)
