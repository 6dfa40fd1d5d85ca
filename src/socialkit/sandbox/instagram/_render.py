"""How the simulated Instagram shows its things: only what is asked for, and ids always."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from socialkit.sandbox._graph import Conversation, Message, bad_parameter, inner_edge
from socialkit.sandbox.instagram._fields import Asked, asked
from socialkit.sandbox.instagram._records import Comment, Container, Media, User
from socialkit.sandbox.instagram._state import State

Shown = dict[str, object]
Reader = Callable[[Asked], object]

STATUSES = {
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "PUBLISHED": "Published: Media has been published.",
    "ERROR": "Error: Media upload has failed with error code 2207026",
    "EXPIRED": "Expired: Media was not published within 24 hours.",
}


def time(moment: datetime) -> str:
    """A time, without a colon in its offset."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def chosen(kind: str, identity: str, fields: Iterable[Asked], known: Mapping[str, Reader]) -> Shown:
    """What of a thing is asked for; refuses what it does not have, and leaves out what has no value."""
    shown: Shown = {}
    for one in fields:
        if one.name == "id":
            continue
        if one.name not in known:
            raise bad_parameter(f"Tried accessing nonexisting field ({one.name}) on node type ({kind})")
        value = known[one.name](one)
        if value is not None:
            shown[one.name] = value
    return {**shown, "id": identity}


def media(state: State, one: Media, fields: str) -> Shown:
    """A post, or a file of a carousel."""
    owner = state.users[one.owner]
    code = f"C{int(one.id) % 10**9:09d}"
    comments = [each for each in state.comments.values() if each.media == one.id]
    film = one.kind == "VIDEO"
    known: dict[str, Reader] = {
        "caption": lambda _asked: one.caption or None,
        "media_type": lambda _asked: one.kind,
        "media_product_type": lambda _asked: one.product,
        "media_url": lambda _asked: f"https://scontent.example/{one.id}.{'mp4' if film else 'jpg'}",
        "thumbnail_url": lambda _asked: f"https://scontent.example/{one.id}.jpg" if film else None,
        "permalink": lambda _asked: _link(one, owner.username, code),
        "shortcode": lambda _asked: code,
        "timestamp": lambda _asked: time(one.created),
        "username": lambda _asked: owner.username,
        "owner": lambda _asked: {"id": owner.id},
        "like_count": lambda _asked: None if one.likes_hidden else len(one.likes),
        "comments_count": lambda _asked: len(comments),
        "is_comment_enabled": lambda _asked: one.comments_on,
        "alt_text": lambda _asked: one.alt_text,
        "children": lambda inner: children(state, one, inner),
        "comments": lambda inner: edge(state, f"{one.id}/comments", state.under(one.id), inner),
    }
    return chosen("IGMedia", one.id, asked(fields), known)


def _link(one: Media, username: str, code: str) -> str:
    if one.product == "STORY":
        return f"https://www.instagram.com/stories/{username}/{one.id}"
    return f"https://www.instagram.com/{'reel' if one.product == 'REELS' else 'p'}/{code}/"


def children(state: State, one: Media, inner: Asked) -> Shown | None:
    """The files of a carousel."""
    if not one.children:
        return None
    return {"data": [media(state, each, inner.inner or "id") for each in one.children]}


def edge(state: State, path: str, comments: list[Comment], inner: Asked) -> Shown | None:
    """Comments inside of something; left out where there are none."""
    if not comments:
        return None
    fields = inner.inner or "id,text,timestamp"
    return inner_edge(
        comments,
        lambda each: comment(state, each, fields),
        key=lambda each: each.id,
        address=f"https://graph.facebook.com/v26.0/{path}",
    )


def comment(state: State, one: Comment, fields: str) -> Shown:
    """A comment."""
    owner = state.users[one.owner]
    known: dict[str, Reader] = {
        "text": lambda _asked: one.text,
        "timestamp": lambda _asked: time(one.created),
        "username": lambda _asked: owner.username,
        "from": lambda _asked: {"id": owner.writes_as, "username": owner.username},
        "hidden": lambda _asked: one.hidden,
        "parent_id": lambda _asked: one.parent,
        "like_count": lambda _asked: 0,
        "media": lambda _asked: {"id": one.media},
        "replies": lambda inner: edge(state, f"{one.id}/replies", state.answers(one.id), inner),
    }
    return chosen("IGComment", one.id, asked(fields), known)


def user(state: State, one: User, fields: str, more: Mapping[str, Reader] | None = None) -> Shown:
    """An account."""
    known: dict[str, Reader] = {
        "user_id": lambda _asked: int(one.id),
        "account_type": lambda _asked: "PERSONAL" if one.personal else "BUSINESS",
        "username": lambda _asked: one.username,
        "name": lambda _asked: one.name,
        "biography": lambda _asked: f"All about {one.name}",
        "website": lambda _asked: "https://shop.example/",
        "profile_picture_url": lambda _asked: f"https://scontent.example/{one.id}.jpg",
        "followers_count": lambda _asked: one.followers,
        "follows_count": lambda _asked: 7,
        "media_count": lambda _asked: len(state.of(one.id, stories=False)),
        **(more or {}),
    }
    return chosen("IGUser", one.id, asked(fields), known)


def page(state: State, identity: str, fields: str, token: str | None = None) -> Shown:
    """The Page to which an account is linked."""
    one = state.users[state.pages[identity]]
    linked = None if one.personal else one

    def link(inner: Asked) -> object:
        return None if linked is None else user(state, linked, inner.inner or "id")

    known: dict[str, Reader] = {
        "name": lambda _asked: f"The Page of {one.name}",
        "access_token": lambda _asked: token,
        "instagram_business_account": link,
    }
    return chosen("Page", identity, asked(fields), known)


def container(state: State, one: Container, fields: str) -> Shown:
    """A container."""
    status = state.status(one)
    known: dict[str, Reader] = {
        "status_code": lambda _asked: status,
        "status": lambda _asked: STATUSES[status],
    }
    return chosen("IGContainer", one.id, asked(fields), known)


def message(state: State, one: Message) -> Shown:
    """A private message."""
    sender = state.users[one.sender]
    return {
        "id": one.id,
        "message": one.text,
        "created_time": time(one.created),
        "from": {"id": sender.id, "username": sender.username},
    }


def conversation(state: State, one: Conversation) -> Shown:
    """A conversation with its newest messages."""
    newest = list(reversed(one.messages))[:20]
    return {
        "id": one.id,
        "updated_time": time(newest[0].created) if newest else time(state.now),
        "messages": {"data": [message(state, each) for each in newest]},
    }
