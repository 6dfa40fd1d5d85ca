"""Endpoints: accounts, relations between them, reports."""

from datetime import timedelta
from functools import partial

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.mastodon import _render as render
from socialkit.sandbox.mastodon import _render_status as show
from socialkit.sandbox.mastodon._call import Call
from socialkit.sandbox.mastodon._errors import forbidden, invalid, not_found
from socialkit.sandbox.mastodon._facts import MAX_REPORT_COMMENT
from socialkit.sandbox.mastodon._records import Account, Report, Status
from socialkit.sandbox.mastodon._route import Route

CATEGORIES = frozenset({"spam", "legal", "violation", "other"})


def verify_credentials(call: Call) -> SimResponse:
    """The account that the token acts for."""
    return SimResponse.json(render.own_account(call.state, call.user))


def lookup(call: Call) -> SimResponse:
    """An account by its address."""
    username, _, domain = (call.params.text("acct") or "").lstrip("@").partition("@")
    account = call.state.find_account(username, domain or None)
    if account is None:
        raise not_found()
    return SimResponse.json(render.account(call.state, account, call.viewer))


def get_account(call: Call) -> SimResponse:
    """An account by its id."""
    account = call.state.get_account(call.path["id"])
    return SimResponse.json(render.account(call.state, account, call.viewer))


def get_accounts(call: Call) -> SimResponse:
    """Several accounts by id; unknown ones are left out."""
    known = [call.state.accounts[one] for one in call.params.texts("id") if one in call.state.accounts]
    return SimResponse.json([render.account(call.state, one, call.viewer) for one in known])


def search_accounts(call: Call) -> SimResponse:
    """Accounts whose name holds the words."""
    found = matching_accounts(call, call.params.text("q") or "")[: call.limit(40)]
    return SimResponse.json([render.account(call.state, one, call.viewer) for one in found])


def matching_accounts(call: Call, words: str) -> list[Account]:
    """Accounts whose address or name holds the words."""
    words = words.strip().lstrip("@").lower()
    if not words:
        return []
    people = call.state.accounts.values()
    return [one for one in people if words in one.acct.lower() or words in one.display_name.lower()]


def account_statuses(call: Call) -> SimResponse:
    """Statuses of an account, as far as the caller may see them."""
    account = call.state.get_account(call.path["id"])
    if call.viewer is not None and (account.id, call.viewer) in call.state.blocks:
        return SimResponse.json([])
    seen = [one for one in call.state.by_author(account.id) if _listed(call, one)]
    return call.page(seen, lambda one: int(one.id), lambda one: show.status(call.state, one, call.viewer))


def _listed(call: Call, one: Status) -> bool:
    params, state = call.params, call.state
    original = state.statuses.get(one.reblog_of_id or "", one)
    tag = (params.text("tagged") or "").lower()
    return (
        state.sees(call.viewer, one)
        and state.sees(call.viewer, original)
        and not (params.flag("only_media") and not one.media_ids)
        and not (params.flag("exclude_replies") and one.reply_to_account_id not in {None, one.account_id})
        and not (params.flag("exclude_reblogs") and one.reblog_of_id is not None)
        and not (params.flag("pinned") and one.pinned is None)
        and not (tag and tag not in one.tags)
    )


def followers(call: Call) -> SimResponse:
    """Who follows an account; pages only by the links."""
    account = call.state.get_account(call.path["id"])
    return _people(
        call, {one: key for (one, other), key in call.state.follows.items() if other == account.id}
    )


def following(call: Call) -> SimResponse:
    """Whom an account follows; pages only by the links."""
    account = call.state.get_account(call.path["id"])
    return _people(
        call, {other: key for (one, other), key in call.state.follows.items() if one == account.id}
    )


def blocks(call: Call) -> SimResponse:
    """Whom the caller blocks; pages only by the links."""
    me = call.user.id
    return _people(call, {other: key for (one, other), key in call.state.blocks.items() if one == me})


def _people(call: Call, found: dict[str, int]) -> SimResponse:
    people = [call.state.accounts[one] for one in found]
    shown = partial(render.account, call.state, viewer=call.viewer)
    return call.page(people, lambda one: found[one.id], shown, default=40, back="since_id")


def relationships(call: Call) -> SimResponse:
    """How the caller stands to other accounts."""
    me = call.user.id
    known = [one for one in call.params.texts("id") if one in call.state.accounts]
    return SimResponse.json([render.relationship(call.state, me, one) for one in known])


def _relation(call: Call, other: Account) -> SimResponse:
    return SimResponse.json(render.relationship(call.state, call.user.id, other.id))


def follow(call: Call) -> SimResponse:
    """Follow an account."""
    me, other = call.user.id, call.state.get_account(call.path["id"])
    if other.id == me or call.state.blocked(me, other.id):
        raise forbidden()
    if (me, other.id) not in call.state.follows:
        call.state.follows[me, other.id] = call.state.number()
        call.state.notify(other.id, "follow", me)
    return _relation(call, other)


def unfollow(call: Call) -> SimResponse:
    """Stop following an account."""
    other = call.state.get_account(call.path["id"])
    call.state.follows.pop((call.user.id, other.id), None)
    return _relation(call, other)


def block(call: Call) -> SimResponse:
    """Block an account: both stop following each other."""
    me, other = call.user.id, call.state.get_account(call.path["id"])
    if other.id == me:
        raise forbidden()
    call.state.blocks.setdefault((me, other.id), call.state.number())
    call.state.follows.pop((me, other.id), None)
    call.state.follows.pop((other.id, me), None)
    return _relation(call, other)


def unblock(call: Call) -> SimResponse:
    """Unblock an account."""
    other = call.state.get_account(call.path["id"])
    call.state.blocks.pop((call.user.id, other.id), None)
    return _relation(call, other)


def mute(call: Call) -> SimResponse:
    """Mute an account, with its notifications unless told otherwise, for a while or for good."""
    me, other = call.user.id, call.state.get_account(call.path["id"])
    seconds = call.params.number("duration") or 0
    until = call.state.now + timedelta(seconds=seconds) if 0 < seconds < 10**9 else None
    wanted = call.params.flag("notifications")
    call.state.mutes[me, other.id] = (wanted is None or wanted, until)
    return _relation(call, other)


def unmute(call: Call) -> SimResponse:
    """Unmute an account."""
    other = call.state.get_account(call.path["id"])
    call.state.mutes.pop((call.user.id, other.id), None)
    return _relation(call, other)


def post_report(call: Call) -> SimResponse:
    """Report an account to the moderators."""
    state, params = call.state, call.params
    target = state.get_account(params.text("account_id") or "")
    comment = params.text("comment") or ""
    if len(comment) > MAX_REPORT_COMMENT:
        reason = f"Comment is too long (maximum is {MAX_REPORT_COMMENT} characters)"
        raise invalid(reason)
    rules = params.texts("rule_ids")
    category = "violation" if rules else params.text("category") or "other"
    if category not in CATEGORIES:
        reason = "Category is not included in the list"
        raise invalid(reason)
    statuses = [one for one in params.texts("status_ids") if _written_by(call, one, target)]
    forward = bool(params.flag("forward")) and target.domain is not None
    number = str(state.number())
    report = Report(number, call.user.id, target.id, statuses, comment, category, rules, forward, state.now)
    state.reports[report.id] = report
    return SimResponse.json(render.report(state, report))


def _written_by(call: Call, status_id: str, target: Account) -> bool:
    return call.state.status(status_id, call.viewer).account_id == target.id


_ONE = "/api/v1/accounts/:id"
_READ, _FOLLOWS, _BLOCKS, _MUTES = ("read:accounts",), ("write:follows",), ("write:blocks",), ("write:mutes",)
ROUTES = (
    Route(
        "verify_credentials",
        "GET",
        "/api/v1/accounts/verify_credentials",
        verify_credentials,
        ("profile", "read:accounts"),
    ),
    Route("lookup_account", "GET", "/api/v1/accounts/lookup", lookup, _READ, anonymous=True),
    Route("relationships", "GET", "/api/v1/accounts/relationships", relationships, ("read:follows",)),
    Route("search_accounts", "GET", "/api/v1/accounts/search", search_accounts, _READ),
    Route("get_accounts", "GET", "/api/v1/accounts", get_accounts, _READ, anonymous=True),
    Route("get_account", "GET", _ONE, get_account, _READ, anonymous=True),
    Route(
        "account_statuses", "GET", f"{_ONE}/statuses", account_statuses, ("read:statuses",), anonymous=True
    ),
    Route("followers", "GET", f"{_ONE}/followers", followers, _READ, anonymous=True),
    Route("following", "GET", f"{_ONE}/following", following, _READ, anonymous=True),
    Route("blocks", "GET", "/api/v1/blocks", blocks, ("read:blocks",)),
    Route("follow", "POST", f"{_ONE}/follow", follow, _FOLLOWS),
    Route("unfollow", "POST", f"{_ONE}/unfollow", unfollow, _FOLLOWS),
    Route("block", "POST", f"{_ONE}/block", block, _BLOCKS),
    Route("unblock", "POST", f"{_ONE}/unblock", unblock, _BLOCKS),
    Route("mute_account", "POST", f"{_ONE}/mute", mute, _MUTES),
    Route("unmute_account", "POST", f"{_ONE}/unmute", unmute, _MUTES),
    Route("post_report", "POST", "/api/v1/reports", post_report, ("write:reports",), rate="reports"),
)
