"""How the simulated Facebook shows its things: only what is asked for, and ids always."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from socialkit.sandbox._graph import Message
from socialkit.sandbox.facebook._records import Comment, Person, Photo, Post, Story, Video
from socialkit.sandbox.facebook._state import State

Shown = dict[str, object]
Reader = Callable[[], object]


def time(moment: datetime) -> str:
    """A time, without a colon in its offset."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def _chosen(identity: str, fields: Iterable[str], known: Mapping[str, Reader]) -> Shown:
    """What of a thing is asked for; what has no value is left out."""
    shown: Shown = {}
    for name in fields:
        value = known[name]() if name in known else None
        if value is not None:
            shown[name] = value
    return {**shown, "id": identity}


def unknown(fields: Iterable[str], known: Iterable[str]) -> str | None:
    """The first field that a node does not have."""
    return next((name for name in fields if name != "id" and name not in set(known)), None)


def person(state: State, owner: str) -> Shown:
    """Who wrote something."""
    one = state.people[owner]
    return {"id": one.id, "name": one.name}


def application(app: str | None) -> Shown | None:
    """What made something; not told of what somebody wrote by hand."""
    return None if app is None else {"id": app, "name": "An application"}


PAGE = frozenset(
    {
        *("name", "username", "link", "about", "category", "picture"),
        *("followers_count", "fan_count", "access_token", "tasks"),
    }
)
POST = frozenset(
    {
        "message",
        "place",
        "created_time",
        "updated_time",
        "permalink_url",
        "from",
        "is_published",
        "is_hidden",
        "scheduled_publish_time",
        "application",
        "attachments",
        "shares",
        "reactions",
        "comments",
    }
)
COMMENT = frozenset(
    {
        "application",
        "message",
        "from",
        "created_time",
        "parent",
        "is_hidden",
        "permalink_url",
        "like_count",
        "attachment",
    }
)
PHOTO = frozenset({"alt_text_custom", "link", "created_time"})
VIDEO = frozenset(
    {"status", "published", "post_id", "permalink_url", "title", "description", "scheduled_publish_time"}
)


STORY = frozenset({"post_id", "media_id", "media_type", "creation_time", "status", "url"})


def page(one: Person, fields: Iterable[str]) -> Shown:
    """A Page."""
    known: dict[str, Reader] = {
        "name": lambda: one.name,
        "username": lambda: one.name.replace(" ", "").lower(),
        "link": lambda: f"https://www.facebook.com/{one.id}",
        "about": lambda: f"All about {one.name}",
        "category": lambda: "Clothing Store",
        "followers_count": lambda: one.followers,
        "fan_count": lambda: one.followers,
        "picture": lambda: {"data": {"url": f"https://scontent.example/{one.id}.jpg"}},
    }
    return _chosen(one.id, fields, known)


def post(state: State, one: Post, fields: Iterable[str]) -> Shown:
    """A post; shares are left out while there are none."""
    comments = state.under(one.id, whole=True)
    known: dict[str, Reader] = {
        "message": lambda: one.message or None,
        "place": lambda: None if one.place is None else {"id": one.place},
        "created_time": lambda: time(one.created),
        "updated_time": lambda: time(one.updated),
        "permalink_url": lambda: f"https://www.facebook.com/{one.owner}/posts/{one.id.partition('_')[2]}",
        "from": lambda: person(state, one.owner),
        "is_published": lambda: one.scheduled is None,
        "is_hidden": lambda: one.hidden,
        "scheduled_publish_time": lambda: None if one.scheduled is None else int(one.scheduled.timestamp()),
        "application": lambda: application(one.app),
        "attachments": lambda: attachments(one),
        "shares": lambda: {"count": one.shares} if one.shares else None,
        "reactions": lambda: {"data": [], "summary": {"total_count": len(one.likes)}},
        "comments": lambda: {"data": [], "summary": {"total_count": len(comments)}},
    }
    return _chosen(one.id, fields, known)


def attachments(one: Post) -> Shown | None:
    """What hangs below a post; several pictures are an album."""
    if one.video is not None:
        return {"data": [{"media_type": "video", "type": "video_inline", "target": {"id": one.video}}]}
    pictures: list[Shown] = [
        {"media_type": "photo", "type": "photo", "target": {"id": name}} for name in one.photos
    ]
    if len(pictures) > 1:
        album = {"media_type": "album", "type": "album", "subattachments": {"data": pictures}}
        return {"data": [album]}
    if pictures:
        return {"data": pictures}
    if one.link is not None:
        return {"data": [{"media_type": "link", "type": "share", "url": one.link}]}
    return None


def comment(state: State, one: Comment, fields: Iterable[str]) -> Shown:
    """A comment."""
    parent = state.comments.get(one.parent or "")
    known: dict[str, Reader] = {
        "message": lambda: one.message,
        "from": lambda: person(state, one.owner),
        "created_time": lambda: time(one.created),
        "parent": lambda: None if parent is None else {"id": parent.id, "created_time": time(parent.created)},
        "is_hidden": lambda: one.hidden,
        "like_count": lambda: len(one.likes),
        "application": lambda: application(one.app),
        "permalink_url": lambda: f"https://www.facebook.com/{one.post}?comment_id={one.id}",
    }
    return _chosen(one.id, fields, known)


def photo(one: Photo, fields: Iterable[str]) -> Shown:
    """A picture."""
    known: dict[str, Reader] = {
        "alt_text_custom": lambda: one.alt_text,
        "link": lambda: f"https://www.facebook.com/photo.php?fbid={one.id}",
    }
    return _chosen(one.id, fields, known)


def video(state: State, one: Video, fields: Iterable[str]) -> Shown:
    """A video."""
    found = state.posts.get(one.post_id or "")
    known: dict[str, Reader] = {
        "status": lambda: video_status(state, one),
        "published": lambda: found is not None and found.scheduled is None,
        "post_id": lambda: one.post_id if _is_told(state, one) else None,
        "permalink_url": lambda: None if found is None else f"/reel/{one.id}/",
        "title": lambda: one.title or None,
        "description": lambda: one.description or None,
        "scheduled_publish_time": lambda: (
            None if found is None or found.scheduled is None else time(found.scheduled)
        ),
    }
    return _chosen(one.id, fields, known)


def _is_told(state: State, one: Video) -> bool:
    return one.released is not None and one.released + state.posts_told_after <= state.clock.now()


def video_status(state: State, one: Video) -> Shown:
    """How far a video is, phase by phase."""
    uploaded = one.finished or (one.size > 0 and one.received >= one.size)
    done = uploaded and one.ready_at is not None and one.ready_at <= state.clock.now()
    failed = done and one.failed
    found = state.posts.get(one.post_id or "")
    word = "error" if failed else "ready" if done else "processing" if uploaded else "uploading"
    working = "in_progress" if uploaded else "not_started"
    published = "draft" if found is None else "published" if found.scheduled is None else "scheduled"
    return {
        "video_status": word,
        "uploading_phase": {
            "status": "complete" if uploaded else "in_progress",
            "bytes_transfered": one.received,
        },
        "processing_phase": {"status": "error" if failed else "complete" if done else working},
        "publishing_phase": {
            "status": "complete" if found is not None else "not_started",
            "publish_status": published,
        },
    }


def story(state: State, one: Story, fields: Iterable[str]) -> Shown:
    """A story; its times are told in seconds."""
    known: dict[str, Reader] = {
        "post_id": lambda: one.id,
        "media_id": lambda: one.media,
        "media_type": lambda: "photo" if one.media in state.photos else "video",
        "creation_time": lambda: str(int(one.created.timestamp())),
        "status": lambda: "PUBLISHED",
        "url": lambda: f"https://facebook.com/stories/{one.id}",
    }
    return {name: value for name, value in _chosen(one.id, fields, known).items() if name != "id"}


def message(state: State, one: Message) -> Shown:
    """A private message."""
    return {
        "id": one.id,
        "message": one.text,
        "created_time": time(one.created),
        "from": person(state, one.sender),
    }
