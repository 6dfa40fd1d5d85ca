"""Endpoints: what readers do with a status."""

from functools import partial

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.mastodon import _render as render
from socialkit.sandbox.mastodon import _render_status as show
from socialkit.sandbox.mastodon._call import Call
from socialkit.sandbox.mastodon._errors import forbidden, invalid
from socialkit.sandbox.mastodon._facts import MAX_PINNED
from socialkit.sandbox.mastodon._publish import remove
from socialkit.sandbox.mastodon._records import Account, Status
from socialkit.sandbox.mastodon._route import Route
from socialkit.sandbox.mastodon._statuses import answer


def _target(call: Call) -> Status:
    user = call.user
    status = call.state.status(call.path["id"], user.id)
    return call.state.statuses.get(status.reblog_of_id or "", status)


def favourite(call: Call) -> SimResponse:
    """Like a status."""
    status = _target(call)
    if call.user.id not in status.favourites:
        status.favourites[call.user.id] = call.state.number()
        call.state.notify(status.account_id, "favourite", call.user.id, status.id)
    return answer(call, status)


def unfavourite(call: Call) -> SimResponse:
    """Take a like back."""
    status = _target(call)
    status.favourites.pop(call.user.id, None)
    _unnotify(call, "favourite", status)
    return answer(call, status)


def _unnotify(call: Call, kind: str, status: Status) -> None:
    gone = [
        one.id
        for one in call.state.notices.values()
        if (one.kind, one.from_id, one.status_id) == (kind, call.user.id, status.id)
    ]
    for notice_id in gone:
        del call.state.notices[notice_id]


def reblog(call: Call) -> SimResponse:
    """Boost a status; a second boost answers with the first."""
    state, status = call.state, _target(call)
    own = status.account_id == call.user.id
    if status.visibility == "direct" or (status.visibility == "private" and not own):
        raise forbidden()
    boost = next((one for one in state.boosts(status.id) if one.account_id == call.user.id), None)
    if boost is None:
        wanted = call.params.text("visibility") or "public"
        visibility = status.visibility if status.visibility == "private" else wanted
        boost = Status(
            state.snowflake(), call.user.id, state.now, visibility=visibility, reblog_of_id=status.id
        )
        boost.app = call.token.app if call.token else None
        state.statuses[boost.id] = boost
        state.notify(status.account_id, "reblog", call.user.id, status.id)
    return answer(call, boost)


def unreblog(call: Call) -> SimResponse:
    """Take a boost back."""
    status = _target(call)
    for boost in call.state.boosts(status.id):
        if boost.account_id == call.user.id:
            remove(call.state, boost)
    _unnotify(call, "reblog", status)
    return answer(call, status)


def bookmark(call: Call) -> SimResponse:
    """Save a status."""
    status = _target(call)
    status.bookmarks.setdefault(call.user.id, call.state.number())
    return answer(call, status)


def unbookmark(call: Call) -> SimResponse:
    """Forget a saved status."""
    status = _target(call)
    status.bookmarks.pop(call.user.id, None)
    return answer(call, status)


def bookmarks(call: Call) -> SimResponse:
    """Saved statuses."""
    me = call.user.id
    saved = [one for one in call.state.statuses.values() if me in one.bookmarks and call.state.sees(me, one)]
    return call.page(saved, lambda one: one.bookmarks[me], lambda one: show.status(call.state, one, me))


def favourites(call: Call) -> SimResponse:
    """Liked statuses."""
    me = call.user.id
    liked = [one for one in call.state.statuses.values() if me in one.favourites and call.state.sees(me, one)]
    return call.page(liked, lambda one: one.favourites[me], lambda one: show.status(call.state, one, me))


def pin(call: Call) -> SimResponse:
    """Pin an own status to the profile."""
    status, me = _target(call), call.user.id
    reason = ""
    if status.account_id != me:
        reason = "Someone else's post cannot be pinned"
    elif status.visibility == "direct":
        reason = "Posts that are only visible to mentioned users cannot be pinned"
    elif (
        status.pinned is None
        and sum(one.pinned is not None for one in call.state.by_author(me)) >= MAX_PINNED
    ):
        reason = "You have already pinned the maximum number of posts"
    if reason:
        raise invalid(reason)
    status.pinned = status.pinned or call.state.number()
    return answer(call, status)


def unpin(call: Call) -> SimResponse:
    """Take an own status from the top of the profile."""
    status = _target(call)
    if status.account_id == call.user.id:
        status.pinned = None
    return answer(call, status)


def mute_status(call: Call) -> SimResponse:
    """Hear no more of a thread."""
    status = _target(call)
    status.muted_by.add(call.user.id)
    return answer(call, status)


def unmute_status(call: Call) -> SimResponse:
    """Hear of a thread again."""
    status = _target(call)
    status.muted_by.discard(call.user.id)
    return answer(call, status)


def favourited_by(call: Call) -> SimResponse:
    """Who liked a status; pages only by the links."""
    status = call.state.status(call.path["id"], call.viewer)
    return _audience(call, status.favourites)


def reblogged_by(call: Call) -> SimResponse:
    """Who boosted a status; pages only by the links."""
    status = call.state.status(call.path["id"], call.viewer)
    boosts = [one for one in call.state.boosts(status.id) if one.visibility in {"public", "unlisted"}]
    return _audience(call, {one.account_id: int(one.id) for one in boosts})


def _audience(call: Call, found: dict[str, int]) -> SimResponse:
    people: list[Account] = [call.state.accounts[one] for one in found]
    shown = partial(render.account, call.state, viewer=call.viewer)
    return call.page(people, lambda one: found[one.id], shown, default=40, back="since_id")


def quotes(call: Call) -> SimResponse:
    """Who quoted an own status."""
    status = call.state.status(call.path["id"], call.viewer)
    seen = [one for one in call.state.quotes(status.id) if call.state.sees(call.viewer, one)]
    return call.page(seen, lambda one: int(one.id), lambda one: show.status(call.state, one, call.viewer))


_STATUS = "/api/v1/statuses/:id"
ROUTES = (
    Route("favourite", "POST", f"{_STATUS}/favourite", favourite, ("write:favourites",)),
    Route("unfavourite", "POST", f"{_STATUS}/unfavourite", unfavourite, ("write:favourites",)),
    Route("reblog", "POST", f"{_STATUS}/reblog", reblog, ("write:statuses",), rate="statuses"),
    Route("unreblog", "POST", f"{_STATUS}/unreblog", unreblog, ("write:statuses",), rate="delete"),
    Route("bookmark", "POST", f"{_STATUS}/bookmark", bookmark, ("write:bookmarks",)),
    Route("unbookmark", "POST", f"{_STATUS}/unbookmark", unbookmark, ("write:bookmarks",)),
    Route("bookmarks", "GET", "/api/v1/bookmarks", bookmarks, ("read:bookmarks",)),
    Route("favourites", "GET", "/api/v1/favourites", favourites, ("read:favourites",)),
    Route("pin", "POST", f"{_STATUS}/pin", pin, ("write:accounts",)),
    Route("unpin", "POST", f"{_STATUS}/unpin", unpin, ("write:accounts",)),
    Route("mute_status", "POST", f"{_STATUS}/mute", mute_status, ("write:mutes",)),
    Route("unmute_status", "POST", f"{_STATUS}/unmute", unmute_status, ("write:mutes",)),
    Route(
        "favourited_by", "GET", f"{_STATUS}/favourited_by", favourited_by, ("read:accounts",), anonymous=True
    ),
    Route("reblogged_by", "GET", f"{_STATUS}/reblogged_by", reblogged_by, ("read:accounts",), anonymous=True),
    Route("quotes", "GET", f"{_STATUS}/quotes", quotes, ("read:statuses",)),
)
