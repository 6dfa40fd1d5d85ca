"""Endpoints: timelines, search, trends."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from zlib import crc32

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.mastodon import _render as render
from socialkit.sandbox.mastodon import _render_status as show
from socialkit.sandbox.mastodon._accounts import matching_accounts
from socialkit.sandbox.mastodon._call import Call
from socialkit.sandbox.mastodon._errors import unauthorized, unprocessable
from socialkit.sandbox.mastodon._facts import BASE_URL
from socialkit.sandbox.mastodon._records import Status
from socialkit.sandbox.mastodon._render import Json
from socialkit.sandbox.mastodon._route import Route
from socialkit.sandbox.mastodon._text import links

TREND_DAYS = 7


def _public(call: Call) -> Iterable[Status]:
    state = call.state
    for one in state.statuses.values():
        hidden = call.viewer is not None and state.blocked(call.viewer, one.account_id)
        if one.visibility == "public" and one.reblog_of_id is None and not hidden:
            yield one


def _timeline(call: Call, statuses: Iterable[Status], *, always: bool = False) -> SimResponse:
    params, state = call.params, call.state
    kept = [
        one
        for one in statuses
        if not (params.flag("only_media") and not one.media_ids)
        and not (params.flag("local") and state.accounts[one.account_id].domain)
        and not (params.flag("remote") and not state.accounts[one.account_id].domain)
    ]
    return call.page(
        kept, lambda one: int(one.id), lambda one: show.status(state, one, call.viewer), always=always
    )


def home_timeline(call: Call) -> SimResponse:
    """What the account and those it follows write."""
    state, me = call.state, call.user.id
    sources = {me, *(other for one, other in state.follows if one == me)}
    seen = [
        one
        for one in state.statuses.values()
        if one.account_id in sources
        and state.sees(me, one)
        and one.visibility != "direct"
        and state.mute(me, one.account_id) is None
    ]
    return _timeline(call, seen, always=True)


def public_timeline(call: Call) -> SimResponse:
    """What everybody may read."""
    return _timeline(call, (one for one in _public(call) if one.reply_to_id is None))


def tag_timeline(call: Call) -> SimResponse:
    """What everybody may read under a hashtag."""
    asked = {call.path["hashtag"].lower(), *(tag.lower() for tag in call.params.texts("any"))}
    every = {tag.lower() for tag in call.params.texts("all")}
    none = {tag.lower() for tag in call.params.texts("none")}
    found = (
        one
        for one in _public(call)
        if asked & {*one.tags} and every <= {*one.tags} and not none & {*one.tags}
    )
    return _timeline(call, found)


def search(call: Call) -> SimResponse:
    """Search accounts, statuses and hashtags; only public statuses are found, and only by users."""
    words, kind = (call.params.text("q") or "").strip(), call.params.text("type")
    if not words:
        reason = "Parameter q is missing"
        raise unprocessable(reason)
    if call.viewer is None and (call.params.flag("resolve") or call.params.number("offset")):
        reason = "Search queries resolving remote resources or paging need an authenticated user"
        raise unauthorized(reason)
    start, limit = call.params.number("offset") or 0, call.limit(20)
    cut = slice(start, start + limit)
    people = matching_accounts(call, words) if kind in {None, "accounts"} else []
    statuses = _matching_statuses(call, words) if kind in {None, "statuses"} else []
    names = _matching_tags(call, words) if kind in {None, "hashtags"} else []
    return SimResponse.json(
        {
            "accounts": [render.account(call.state, one, call.viewer) for one in people[cut]],
            "statuses": [show.status(call.state, one, call.viewer) for one in statuses[cut]],
            "hashtags": [_tag(call, name) for name in names[cut]],
        }
    )


def _matching_statuses(call: Call, words: str) -> list[Status]:
    author = call.params.text("account_id")
    if call.viewer is None:
        return []
    found = [
        one
        for one in _public(call)
        if words.lower() in f"{one.spoiler_text} {one.text}".lower() and author in {None, one.account_id}
    ]
    low, high = call.params.number("min_id"), call.params.number("max_id")
    found = [
        one for one in found if (low is None or int(one.id) > low) and (high is None or int(one.id) < high)
    ]
    return sorted(found, key=lambda one: int(one.id), reverse=True)


def _matching_tags(call: Call, words: str) -> list[str]:
    names = dict.fromkeys(name for one in _public(call) for name in one.tags)
    return [name for name in names if name.startswith(words.lstrip("#").lower())]


def _tag(call: Call, name: str) -> Json:
    used = [one for one in _public(call) if name in one.tags]
    body: Json = {
        "id": str(crc32(name.encode())),
        "name": name,
        "url": f"{BASE_URL}/tags/{name}",
        "history": _history(call, used),
    }
    return body if call.viewer is None else body | {"following": False, "featuring": False}


def _history(call: Call, used: list[Status]) -> list[Json]:
    today = call.state.now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=number) for number in range(TREND_DAYS)]
    return [
        {
            "day": str(int(day.timestamp())),
            "accounts": str(len({one.account_id for one in used if one.created_at.date() == day.date()})),
            "uses": str(sum(one.created_at.date() == day.date() for one in used)),
        }
        for day in days
    ]


def _recent(call: Call) -> list[Status]:
    since = call.state.now - timedelta(days=TREND_DAYS)
    return [one for one in _public(call) if one.created_at > since]


def _slice(call: Call, default: int) -> slice:
    start = max(call.params.number("offset") or 0, 0)
    return slice(start, start + call.limit(default))


def trending_tags(call: Call) -> SimResponse:
    """The most used hashtags of the week."""
    counted = Counter(name for one in _recent(call) for name in one.tags)
    names = [name for name, _ in counted.most_common()][_slice(call, 10)]
    return SimResponse.json([_tag(call, name) for name in names])


def trending_statuses(call: Call) -> SimResponse:
    """The statuses of the week with the most likes and boosts."""
    scored = [(len(one.favourites) + len(call.state.boosts(one.id)), one) for one in _recent(call)]
    ranked = sorted((pair for pair in scored if pair[0]), key=lambda pair: pair[0], reverse=True)
    return SimResponse.json(
        [show.status(call.state, one, call.viewer) for _, one in ranked[_slice(call, 20)]]
    )


def trending_links(call: Call) -> SimResponse:
    """The most used links of the week."""
    counted = Counter(url for one in _recent(call) for url in links(one.text))
    urls = [url for url, _ in counted.most_common()][_slice(call, 10)]
    return SimResponse.json([_link(call, url) for url in urls])


def _link(call: Call, url: str) -> Json:
    used = [one for one in _recent(call) if url in links(one.text)]
    empty = ("description", "author_name", "author_url", "provider_name", "provider_url", "html", "embed_url")
    return {
        "url": url,
        "title": url,
        **dict.fromkeys(empty, ""),
        "language": "en",
        "type": "link",
        "width": 0,
        "height": 0,
        "image": None,
        "image_description": "",
        "blurhash": None,
        "published_at": None,
        "missing_attribution": False,
        "authors": [],
        "history": _history(call, used),
    }


_STATUSES = ("read:statuses",)
ROUTES = (
    Route("home_timeline", "GET", "/api/v1/timelines/home", home_timeline, _STATUSES),
    Route("public_timeline", "GET", "/api/v1/timelines/public", public_timeline, _STATUSES, anonymous=True),
    Route("tag_timeline", "GET", "/api/v1/timelines/tag/:hashtag", tag_timeline, _STATUSES, anonymous=True),
    Route("search", "GET", "/api/v2/search", search, ("read:search",), anonymous=True, application=True),
    Route("trending_tags", "GET", "/api/v1/trends/tags", trending_tags, ("read",), anonymous=True),
    Route(
        "trending_statuses", "GET", "/api/v1/trends/statuses", trending_statuses, ("read",), anonymous=True
    ),
    Route("trending_links", "GET", "/api/v1/trends/links", trending_links, ("read",), anonymous=True),
)
