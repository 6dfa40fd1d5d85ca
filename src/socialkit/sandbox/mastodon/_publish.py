"""Making and changing statuses: what is checked, and what follows from it."""

from dataclasses import replace
from datetime import datetime, timedelta

from socialkit.sandbox._params import Params
from socialkit.sandbox.mastodon import _facts as facts
from socialkit.sandbox.mastodon._errors import forbidden, invalid, not_found, unprocessable
from socialkit.sandbox.mastodon._records import (
    Account,
    App,
    Attachment,
    Content,
    Conversation,
    Edit,
    Poll,
    Status,
)
from socialkit.sandbox.mastodon._state import State
from socialkit.sandbox.mastodon._text import entities, graphemes, length, tags

VISIBILITIES = frozenset({"public", "unlisted", "private", "direct"})
QUOTE_POLICIES = frozenset({"public", "followers", "nobody"})
LANGUAGE = "en"
"""Of accounts that never chose one."""


def read_content(state: State, author: Account, params: Params, current: Status | None = None) -> Content:
    """Check what a caller wants to say, or refuse."""
    poll = _read_poll(state, params.group("poll"))
    media = _read_media(state, author, params.texts("media_ids"), current)
    if poll is not None and media:
        raise unprocessable("Cannot attach more than 4 files")
    text, spoiler = params.text("status") or "", params.text("spoiler_text") or ""
    if not text.strip() and not media and spoiler:
        text, spoiler = spoiler, ""
    if not text.strip() and not media:
        raise invalid("Text can't be blank")
    if length(spoiler + text) > facts.MAX_CHARACTERS:
        raise invalid(f"Text character limit of {facts.MAX_CHARACTERS} exceeded")
    policy = params.text("quote_approval_policy") or (current.quote_policy if current else "public")
    if policy not in QUOTE_POLICIES:
        raise invalid("Quote approval policy is not included in the list")
    return Content(
        text=text.strip(),
        spoiler_text=spoiler,
        sensitive=bool(params.flag("sensitive")) or bool(spoiler),
        language=params.text("language") or (current.language if current else LANGUAGE),
        media_ids=[one.id for one in media],
        poll=poll,
        quote_policy=policy,
    )


def _read_poll(state: State, params: Params | None) -> Poll | None:
    options = params.texts("options") if params else []
    if params is None or not options:
        return None
    seconds = params.number("expires_in") or 0
    if not 1 < len(options) <= facts.POLL_OPTIONS:
        raise invalid(f"Options must contain between 2 and {facts.POLL_OPTIONS} items")
    if any(graphemes(option) > facts.POLL_OPTION_CHARACTERS for option in options):
        raise invalid(f"Options cannot be longer than {facts.POLL_OPTION_CHARACTERS} characters each")
    if len({option.strip().lower() for option in options}) < len(options):
        raise invalid("Options contain duplicate items")
    if not facts.POLL_SHORTEST <= seconds <= facts.POLL_LONGEST:
        raise invalid("Expires at is too soon or too far into the future")
    ends = state.now + timedelta(seconds=seconds)
    return Poll("", options, ends, bool(params.flag("multiple")), bool(params.flag("hide_totals")))


def _read_media(state: State, author: Account, ids: list[str], current: Status | None) -> list[Attachment]:
    if len(ids) > facts.MAX_MEDIA:
        raise unprocessable("Cannot attach more than 4 files")
    free = {None, current.id if current else None}
    found = [state.media[one] for one in ids if one in state.media]
    found = [one for one in found if one.account_id == author.id and one.status_id in free]
    if len(found) < len(ids):
        missing = ", ".join(one for one in ids if one not in {media.id for media in found})
        raise unprocessable(f"Media {missing} not found or already attached to another post")
    if len(found) > 1 and any(one.kind in {"video", "audio"} for one in found):
        raise unprocessable("Cannot attach a video to a post that already contains images")
    if any(one.failed or one.ready_at > state.now for one in found):
        raise unprocessable("Cannot attach files that have not finished processing. Try again in a moment!")
    return found


def read_frame(state: State, author: Account, params: Params) -> Status:
    """Check what only a new status has: visibility, the status it answers, the one it quotes."""
    visibility = params.text("visibility") or "public"
    if visibility not in VISIBILITIES:
        raise invalid("Visibility is not included in the list")
    frame = Status("", author.id, state.now, visibility=visibility)
    reply_to = params.text("in_reply_to_id")
    if reply_to:
        parent = state.statuses.get(reply_to)
        if parent is None or not state.sees(author.id, parent):
            raise not_found("The post you are trying to reply to does not appear to exist.")
        parent = state.statuses.get(parent.reblog_of_id or "", parent)
        frame.reply_to_id, frame.reply_to_account_id, frame.root_id = (
            parent.id,
            parent.account_id,
            parent.root_id,
        )
    quoted = params.text("quoted_status_id")
    if quoted:
        frame.quote_of_id = _may_quote(state, author, quoted)
    return frame


def _may_quote(state: State, author: Account, status_id: str) -> str:
    quoted = state.status(status_id, author.id)
    own = quoted.account_id == author.id
    follower = (author.id, quoted.account_id) in state.follows
    open_to = quoted.quote_policy == "public" or (quoted.quote_policy == "followers" and follower)
    if not own and (quoted.visibility in {"private", "direct"} or not open_to):
        raise forbidden()
    return quoted.id


def publish(
    state: State, frame: Status, content: Content, app: App | None, at: datetime | None = None
) -> Status:
    """Make a status public to those who may see it, and tell who is concerned."""
    moment = at or state.now
    new = replace(frame, id=state.snowflake(moment), created_at=moment, app=app)
    new.root_id = frame.root_id or new.id
    state.statuses[new.id] = new
    apply_content(state, new, content)
    new.edits = [snapshot(new, moment)]
    for account_id in new.mention_ids:
        state.notify(account_id, "mention", new.account_id, new.id)
    quoted = state.statuses.get(new.quote_of_id or "")
    if quoted is not None:
        state.notify(quoted.account_id, "quote", new.account_id, new.id)
    if new.visibility == "direct":
        _converse(state, new)
    return new


def apply_content(state: State, status: Status, content: Content) -> None:
    """Write content into a status, with its mentions, tags and files."""
    status.text, status.spoiler_text = content.text, content.spoiler_text
    status.sensitive, status.language = content.sensitive, content.language
    status.quote_policy = content.quote_policy
    if content.poll is not None and not content.poll.id:
        content.poll.id = str(state.number())
    status.poll = content.poll
    for media_id in {*status.media_ids, *content.media_ids} & state.media.keys():
        state.media[media_id].status_id = status.id if media_id in content.media_ids else None
    status.media_ids = content.media_ids
    status.tags = tags(content.text)
    named = [one for one in entities(content.text) if one.kind == "mention"]
    found = [state.find_account(one.value, one.domain) for one in named]
    status.mention_ids = list(dict.fromkeys(one.id for one in found if one is not None))


def snapshot(status: Status, moment: datetime) -> Edit:
    """The status as it is now, for its history."""
    options = list(status.poll.options) if status.poll else None
    return Edit(moment, status.text, status.spoiler_text, status.sensitive, list(status.media_ids), options)


def _converse(state: State, status: Status) -> None:
    members = dict.fromkeys([status.account_id, *status.mention_ids])
    for owner in members:
        if state.accounts[owner].domain or state.blocked(owner, status.account_id):
            continue
        others = tuple(sorted(member for member in members if member != owner)) or (owner,)
        view = _conversation(state, owner, status.root_id, others)
        view.status_ids.append(status.id)
        view.hidden = False
        view.unread = owner != status.account_id


def _conversation(state: State, owner: str, root: str, others: tuple[str, ...]) -> Conversation:
    for one in state.conversations.values():
        if (one.account_id, one.root_id, one.others) == (owner, root, others):
            return one
    new = Conversation(str(state.number()), owner, root, others)
    state.conversations[new.id] = new
    return new


def remove(state: State, status: Status, *, with_media: bool = False) -> None:
    """Delete a status with its boosts and notices; its files stay for a new draft unless told otherwise."""
    for boost in state.boosts(status.id):
        remove(state, boost)
    for reply in state.replies(status.id):
        reply.reply_to_id = reply.reply_to_account_id = None
    del state.statuses[status.id]
    for media_id in [] if status.reblog_of_id else status.media_ids:
        if with_media:
            state.media.pop(media_id, None)
        elif media_id in state.media:
            state.media[media_id].status_id = None
    state.notices = {key: one for key, one in state.notices.items() if one.status_id != status.id}
    for view in [one for one in state.conversations.values() if status.id in one.status_ids]:
        view.status_ids.remove(status.id)
        if not view.status_ids:
            del state.conversations[view.id]
