"""How the simulated Threads shows things: only fields that were asked for, and only those with a value."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from socialkit.sandbox._graph import bad_parameter
from socialkit.sandbox.threads._records import Container, Content, Post, User
from socialkit.sandbox.threads._state import State

Shown = dict[str, object]
Reader = Callable[[], object]

TYPES = {
    "TEXT": "TEXT_POST",
    "IMAGE": "IMAGE",
    "VIDEO": "VIDEO",
    "CAROUSEL": "CAROUSEL_ALBUM",
    "REPOST": "REPOST_FACADE",
}


def time(moment: datetime) -> str:
    """A time as Threads writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")


def chosen(kind: str, name: str, fields: Iterable[str], known: Mapping[str, Reader]) -> Shown:
    """The fields that are asked for; refuses one that the kind does not have."""
    shown: Shown = {"id": name}
    for field in fields:
        if field == "id":
            continue
        if field not in known:
            raise bad_parameter(f"Tried accessing nonexisting field ({field}) on node type ({kind})")
        value = known[field]()
        if value is not None:
            shown[field] = value
    return shown


def user(one: User, fields: Iterable[str]) -> Shown:
    """An account, as it sees itself."""
    known: dict[str, Reader] = {
        "username": lambda: one.name,
        "name": lambda: f"The {one.name}",
        "threads_profile_picture_url": lambda: f"https://scontent.example/{one.id}.jpg",
        "threads_biography": lambda: f"All about {one.name}",
        "is_verified": lambda: False,
    }
    return chosen("ThreadsUser", one.id, fields, known)


def container(state: State, one: Container, fields: Iterable[str]) -> Shown:
    """A container."""
    status = state.status(one)
    known: dict[str, Reader] = {
        "status": lambda: status,
        "error_message": lambda: "FAILED_PROCESSING_VIDEO" if status == "ERROR" else None,
    }
    return chosen("ThreadsContainer", one.id, fields, known)


def post(state: State, one: Post, fields: Iterable[str], viewer: str) -> Shown:
    """A post or reply; whose it is by number only its owner is told."""
    handle, code = state.people[one.owner].name, f"D{one.id[-8:]}"
    known: dict[str, Reader] = {
        "media_product_type": lambda: "THREADS",
        "permalink": lambda: f"https://www.threads.com/@{handle}/post/{code}",
        "owner": lambda: {"id": one.owner} if one.owner == viewer else None,
        "username": lambda: handle,
        "timestamp": lambda: time(one.created),
        "shortcode": lambda: code,
        "has_replies": lambda: bool(state.answers(one.id)),
        **_of_content(one.content),
        **_of_reply(state, one, viewer),
    }
    return chosen("ThreadsMedia", one.id, fields, known)


def _of_content(content: Content) -> dict[str, Reader]:
    files = [{"id": each} for each in content.children]
    return {
        "media_type": lambda: TYPES[content.kind],
        "media_url": lambda: content.url,
        "thumbnail_url": lambda: f"{content.url}.jpg" if content.kind == "VIDEO" else None,
        "gif_url": lambda: None,
        "text": lambda: content.text or None,
        "alt_text": lambda: content.alt_text,
        "children": lambda: {"data": files} if files else None,
        "is_quote_post": lambda: content.quotes is not None,
        "quoted_post": lambda: _named(content.quotes),
        "reposted_post": lambda: _named(content.repeats),
        "link_attachment_url": lambda: content.link,
        "topic_tag": lambda: content.topic,
    }


def _of_reply(state: State, one: Post, viewer: str) -> dict[str, Reader]:
    hushed = "HIDDEN" if state.is_hidden(one) else "NOT_HUSHED"
    return {
        "is_reply": lambda: one.root is not None,
        "is_reply_owned_by_me": lambda: None if one.root is None else one.owner == viewer,
        "root_post": lambda: _named(one.root),
        "replied_to": lambda: _named(one.content.reply_to),
        "hide_status": lambda: hushed if one.root is not None else None,
        "reply_audience": lambda: "EVERYONE",
    }


def _named(name: str | None) -> Shown | None:
    return None if name is None else {"id": name}


def pushed(state: State, one: Post) -> Shown:
    """A post or reply of somebody, as pushes tell it."""
    fields = ("username", "text", "media_type", "permalink", "replied_to", "shortcode", "timestamp")
    shown = post(state, one, fields, one.owner)
    above = state.posts.get(one.root or "")
    if above is None:
        return shown
    owner = state.people[above.owner]
    return {**shown, "root_post": {"id": above.id, "owner_id": owner.id, "username": owner.name}}
