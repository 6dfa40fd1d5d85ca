"""Statuses and what holds them, as the API shows them."""

from socialkit.sandbox.mastodon import _render as render
from socialkit.sandbox.mastodon._facts import BASE_URL
from socialkit.sandbox.mastodon._records import Conversation, Edit, Notice, Scheduled, Status
from socialkit.sandbox.mastodon._render import Json, when
from socialkit.sandbox.mastodon._state import State, account_url
from socialkit.sandbox.mastodon._text import link_html, to_html


def status(state: State, one: Status, viewer: str | None, *, source: bool = False) -> Json:
    """A status as a viewer sees it; with `source` the plain text takes the place of the HTML."""
    original = state.statuses.get(one.reblog_of_id or "", one)
    url = status_url(state, one)
    own = viewer == one.account_id and one.reblog_of_id is None and one.visibility != "direct"
    return {
        "id": one.id,
        "created_at": when(one.created_at),
        "in_reply_to_id": one.reply_to_id,
        "in_reply_to_account_id": one.reply_to_account_id,
        "sensitive": original.sensitive,
        "spoiler_text": original.spoiler_text,
        "visibility": one.visibility,
        "language": original.language,
        "uri": f"{BASE_URL}/ap/users/{one.account_id}/statuses/{one.id}"
        + ("/activity" if one.reblog_of_id else ""),
        "url": url,
        **_counts(state, original),
        "edited_at": when(original.edited_at) if original.edited_at else None,
        **(_marks(state, original, viewer) if viewer is not None else {}),
        **({"pinned": one.pinned is not None} if own else {}),
        **({"text": original.text} if source else {"content": html(state, original)}),
        **({"filtered": []} if viewer is not None else {}),
        "reblog": status(state, original, viewer) if original is not one else None,
        **_application(one),
        "account": render.account(state, state.accounts[one.account_id], viewer),
        **_parts(state, original, viewer),
        "emojis": [],
        "tagged_collections": [],
        "quote": _quote(state, original, viewer),
        "card": None,
        "poll": render.poll(state, original.poll, viewer, original.account_id) if original.poll else None,
        "quote_approval": _quote_approval(original, viewer),
    }


def status_url(state: State, one: Status) -> str:
    """Where people find a status."""
    return f"{account_url(state.accounts[one.account_id])}/{one.id}"


def html(state: State, one: Status) -> str:
    """The text of a status as HTML, the quoted status first."""
    body = to_html(one.text, state.profile)
    quoted = state.statuses.get(one.quote_of_id or "")
    if quoted is None:
        return body
    return f'<p class="quote-inline">RE: {link_html(status_url(state, quoted))}</p>{body}'


def _counts(state: State, one: Status) -> Json:
    return {
        "replies_count": sum(reply.visibility in {"public", "unlisted"} for reply in state.replies(one.id)),
        "reblogs_count": len(state.boosts(one.id)),
        "favourites_count": len(one.favourites),
        "quotes_count": len(state.quotes(one.id)),
    }


def _marks(state: State, one: Status, viewer: str) -> Json:
    return {
        "favourited": viewer in one.favourites,
        "reblogged": any(boost.account_id == viewer for boost in state.boosts(one.id)),
        "muted": viewer in one.muted_by,
        "bookmarked": viewer in one.bookmarks,
    }


def _application(one: Status) -> Json:
    if one.app is None:
        return {}
    return {"application": {"name": one.app.name, "website": one.app.website}}


def _parts(state: State, one: Status, viewer: str | None) -> Json:
    del viewer
    mentioned = [state.accounts[account_id] for account_id in one.mention_ids]
    return {
        "media_attachments": [
            render.attachment(state, state.media[media_id])
            for media_id in one.media_ids
            if media_id in state.media
        ],
        "mentions": [
            {"id": who.id, "username": who.username, "url": account_url(who), "acct": who.acct}
            for who in mentioned
        ],
        "tags": [{"name": name, "url": f"{BASE_URL}/tags/{name}"} for name in one.tags],
    }


def _quote(state: State, one: Status, viewer: str | None) -> Json | None:
    if one.quote_of_id is None:
        return None
    quoted = state.statuses.get(one.quote_of_id)
    if quoted is None:
        return {"state": "deleted", "quoted_status": None}
    if not state.sees(viewer, quoted):
        return {"state": "unauthorized", "quoted_status": None}
    if quoted.quote_of_id is not None:
        return {"state": "accepted", "quoted_status_id": quoted.id}
    return {"state": "accepted", "quoted_status": status(state, quoted, viewer)}


def _quote_approval(one: Status, viewer: str | None) -> Json:
    open_to = {"public": ["public"], "followers": ["followers"]}.get(one.quote_policy, [])
    if one.visibility in {"private", "direct"}:
        open_to = []
    allowed = viewer == one.account_id or "public" in open_to
    return {
        "automatic": open_to,
        "manual": [],
        "current_user": "automatic" if allowed and viewer else "denied",
    }


def edit(state: State, one: Edit, parent: Status) -> Json:
    """A version of a status."""
    body: Json = {
        "content": to_html(one.text, state.profile),
        "spoiler_text": one.spoiler_text,
        "sensitive": one.sensitive,
        "created_at": when(one.created_at),
        "account": render.account(state, state.accounts[parent.account_id]),
        "media_attachments": [
            render.attachment(state, state.media[media_id])
            for media_id in one.media_ids
            if media_id in state.media
        ],
        "emojis": [],
    }
    if one.poll_options is not None:
        body["poll"] = {"options": [{"title": title} for title in one.poll_options]}
    return body


def scheduled(state: State, one: Scheduled) -> Json:
    """A status that waits for its time."""
    return {
        "id": one.id,
        "scheduled_at": when(one.scheduled_at),
        "params": one.params,
        "media_attachments": [
            render.attachment(state, state.media[media_id])
            for media_id in one.status.media_ids
            if media_id in state.media
        ],
    }


def notice(state: State, one: Notice) -> Json:
    """A notification."""
    body: Json = {
        "id": one.id,
        "type": one.kind,
        "created_at": when(one.created_at),
        "group_key": render.group_key(one),
        "account": render.account(state, state.accounts[one.from_id], one.account_id),
    }
    if one.status_id in state.statuses:
        body["status"] = status(state, state.statuses[one.status_id], one.account_id)
    return body


def conversation(state: State, one: Conversation) -> Json:
    """A conversation as its owner sees it."""
    last = state.statuses.get(one.status_ids[-1]) if one.status_ids else None
    return {
        "id": one.id,
        "unread": one.unread,
        "accounts": [render.account(state, state.accounts[other], one.account_id) for other in one.others],
        "last_status": status(state, last, one.account_id) if last else None,
    }
