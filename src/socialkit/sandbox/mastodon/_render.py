"""Accounts, files, polls and the like as the API shows them."""

from datetime import UTC, datetime
from typing import TypeAlias

from socialkit.sandbox.mastodon._facts import BASE_URL
from socialkit.sandbox.mastodon._records import Account, App, Attachment, Notice, Poll, Report
from socialkit.sandbox.mastodon._state import State, account_url

Json: TypeAlias = dict[str, object]

MISSING_PUBLIC_KEY = "sandbox-vapid-key"


def when(moment: datetime) -> str:
    """A time as the API writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def account(state: State, one: Account, viewer: str | None = None) -> Json:
    """An account as everybody sees it."""
    published = [status for status in state.by_author(one.id) if status.visibility != "direct"]
    newest = max((status.created_at for status in published), default=None)
    avatar, header = f"{BASE_URL}/avatars/original/missing.png", f"{BASE_URL}/headers/original/missing.png"
    return {
        "id": one.id,
        "username": one.username,
        "acct": one.acct,
        "display_name": one.display_name,
        "locked": one.locked,
        "bot": False,
        "discoverable": True,
        "indexable": True,
        "group": False,
        "created_at": when(one.created_at),
        "note": f"<p>{one.note}</p>" if one.note else "",
        "url": account_url(one),
        "uri": f"https://{one.domain}/users/{one.username}"
        if one.domain
        else f"{BASE_URL}/ap/users/{one.id}",
        "avatar": avatar,
        "avatar_static": avatar,
        "avatar_description": "",
        "header": header,
        "header_static": header,
        "header_description": "",
        "followers_count": sum(target == one.id for _, target in state.follows),
        "following_count": sum(follower == one.id for follower, _ in state.follows),
        "statuses_count": len(published),
        "last_status_at": newest.date().isoformat() if newest else None,
        "hide_collections": None,
        "show_media": True,
        "show_media_replies": True,
        "show_featured": True,
        "noindex": False,
        "feature_approval": {
            "automatic": ["public"],
            "manual": [],
            "current_user": "automatic" if viewer is not None else "denied",
        },
        "emojis": [],
        "roles": [],
        "fields": [],
    }


def own_account(state: State, one: Account) -> Json:
    """An account as it sees itself."""
    own: Json = {
        "source": {
            "privacy": "public",
            "sensitive": False,
            "language": None,
            "note": one.note,
            "fields": [],
            "follow_requests_count": 0,
            "hide_collections": None,
            "discoverable": True,
            "indexable": True,
            "attribution_domains": [],
            "quote_policy": "public",
        },
        "role": {
            "id": "-99",
            "name": "",
            "permissions": "65536",
            "color": "",
            "highlighted": False,
            "collection_limit": 10,
        },
    }
    return account(state, one, one.id) | own


def relationship(state: State, viewer: str, other: str) -> Json:
    """How the viewer stands to another account."""
    following = (viewer, other) in state.follows
    mute = state.mute(viewer, other)
    return {
        "id": other,
        "following": following,
        "showing_reblogs": following,
        "notifying": False,
        "languages": None,
        "followed_by": (other, viewer) in state.follows,
        "blocking": (viewer, other) in state.blocks,
        "blocked_by": (other, viewer) in state.blocks,
        "muting": mute is not None,
        "muting_notifications": mute is not None and mute[0],
        "muting_expires_at": when(mute[1]) if mute and mute[1] else None,
        "requested": False,
        "requested_by": False,
        "domain_blocking": False,
        "endorsed": False,
        "note": "",
    }


def app(one: App) -> Json:
    """An application without its secrets."""
    return {
        "id": one.id,
        "name": one.name,
        "website": one.website,
        "scopes": one.scopes,
        "redirect_uris": one.redirect_uris,
        "vapid_key": MISSING_PUBLIC_KEY,
        "redirect_uri": "\n".join(one.redirect_uris),
    }


def attachment(state: State, one: Attachment) -> Json:
    """A file; its addresses are null while it is processed."""
    ready = one.ready_at <= state.now and not one.failed
    base = f"{BASE_URL}/system/media_attachments/files/{one.id}"
    return {
        "id": one.id,
        "type": one.kind,
        "url": f"{base}/original/{one.file_name}" if ready else None,
        "preview_url": None if one.kind == "audio" or not ready else f"{base}/small/{one.file_name}",
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": _meta(one) if ready else None,
        "description": one.description,
        "blurhash": "L6PZfSi_.AyE_3t7t7R**0o#DgR4" if ready and one.kind != "audio" else None,
    }


def _meta(one: Attachment) -> Json:
    if one.kind == "audio":
        return {"original": {"duration": 3.0, "bitrate": 128_000}}
    width, height = one.size
    still: Json = {
        "width": width,
        "height": height,
        "size": f"{width}x{height}",
        "aspect": width / height if height else 1.0,
    }
    moving: Json = {
        "width": width,
        "height": height,
        "frame_rate": "30/1",
        "duration": 3.0,
        "bitrate": 500_000,
    }
    meta: Json = {"original": still if one.kind == "image" else moving, "small": still}
    if one.focus is not None:
        meta["focus"] = {"x": one.focus[0], "y": one.focus[1]}
    return meta


def poll(state: State, one: Poll, viewer: str | None, author: str) -> Json:
    """A poll, with totals hidden while the author wants it so."""
    expired = one.expires_at <= state.now
    votes = [choice for choices in one.votes.values() for choice in choices]
    hidden = one.hide_totals and not expired
    body: Json = {
        "id": one.id,
        "expires_at": when(one.expires_at),
        "expired": expired,
        "multiple": one.multiple,
        "votes_count": len(votes),
        "voters_count": len(one.votes),
        "options": [
            {"title": title, "votes_count": None if hidden else votes.count(number)}
            for number, title in enumerate(one.options)
        ],
        "emojis": [],
    }
    if viewer is not None:
        body |= {"voted": viewer in one.votes or viewer == author, "own_votes": one.votes.get(viewer, [])}
    return body


def report(state: State, one: Report) -> Json:
    """A report as its author sees it."""
    return {
        "id": one.id,
        "action_taken": False,
        "action_taken_at": None,
        "category": one.category,
        "comment": one.comment,
        "forwarded": one.forward,
        "created_at": when(one.created_at),
        "status_ids": one.status_ids or None,
        "rule_ids": one.rule_ids or None,
        "collection_ids": None,
        "target_account": account(state, state.accounts[one.target_id]),
    }


def group_key(one: Notice) -> str:
    """The key under which clients gather notifications."""
    if one.kind not in {"favourite", "reblog", "follow"}:
        return f"ungrouped-{one.id}"
    hour = int(one.created_at.timestamp() // 3_600)
    return f"{one.kind}-{one.status_id}-{hour}" if one.status_id else f"{one.kind}-{hour}"
