"""Endpoints: searching posts, trends."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.bluesky import _query as query
from socialkit.sandbox.bluesky._actors import basic
from socialkit.sandbox.bluesky._call import Call
from socialkit.sandbox.bluesky._errors import forbidden, invalid
from socialkit.sandbox.bluesky._facts import POST
from socialkit.sandbox.bluesky._feeds import views, visible
from socialkit.sandbox.bluesky._index import mentions
from socialkit.sandbox.bluesky._records import Indexed, Json
from socialkit.sandbox.bluesky._route import Route
from socialkit.sandbox.bluesky._text import features, tags, when

_WORD = re.compile(r'"[^"]*"|\S+')
TREND_DAYS = 7
HOT = 10
"""Posts from which a trend is marked as hot."""


def _posts(call: Call) -> list[Indexed]:
    every = [one for one in call.state.index.records.values() if one.record.collection == POST]
    return visible(call, every)


def search_posts(call: Call) -> SimResponse:
    """Posts that have all the words; only people who are logged in may search."""
    if call.did is None:
        message = "Forbidden"
        raise forbidden(message)
    if str(call.query["q"]).count('"') % 2:
        message = "unbalanced quotation marks"
        raise invalid(message, "BadQueryString")
    words: list[str] = _WORD.findall(call.query["q"])
    found = [one for one in _posts(call) if _has_words(call, one, words) and _fits(call, one)]
    if call.query["sort"] == "top":
        return _top(call, found)
    chosen, cursor = call.page(found, lambda one: one.order)
    eyes = views(call)
    return call.answer(posts=[eyes.post(one) for one in chosen], cursor=cursor, hitsTotal=len(found))


def _top(call: Call, found: list[Indexed]) -> SimResponse:
    index, eyes, cursor = call.state.index, views(call), str(call.query["cursor"] or 0)
    if not cursor.isdecimal():
        message = "Malformed cursor"
        raise invalid(message)
    start = int(cursor)
    ranked = sorted(found, key=lambda one: (index.count("likes", one.uri), one.order), reverse=True)
    end = start + int(call.query["limit"])
    return call.answer(
        posts=[eyes.post(one) for one in ranked[start:end]],
        cursor=str(end) if end < len(ranked) else None,
        hitsTotal=len(found),
    )


def _has_words(call: Call, one: Indexed, words: list[str]) -> bool:
    text = str(one.value.get("text", "")).lower()
    return all(_has_word(call, one, text, word) for word in words)


def _has_word(call: Call, one: Indexed, text: str, word: str) -> bool:
    kind, _, rest = word.partition(":")
    if kind in {"from", "mentions"} and rest:
        named = call.state.find(rest.lstrip("@"))
        return named is not None and named.did in (
            [one.record.did] if kind == "from" else mentions(one.value)
        )
    if word.startswith("#"):
        return word[1:].lower() in tags(one.value)
    links = " ".join(features(one.value, "link", "uri")).lower()
    return word.strip('"').lower() in text or word.lower() in links


def _fits(call: Call, one: Indexed) -> bool:
    wanted, value = call.query, one.value
    since, until = _moment(wanted["since"]), _moment(wanted["until"])
    hosts = [urlsplit(link).hostname or "" for link in features(value, "link", "uri")]
    found: list[tuple[object, bool]] = [
        (since, since is None or one.sorted_at >= since),
        (until, until is None or one.sorted_at < until),
        (wanted["author"], _is(call, wanted["author"], [one.record.did])),
        (wanted["mentions"], _is(call, wanted["mentions"], mentions(value))),
        (wanted["lang"], wanted["lang"] in value.get("langs", [])),
        (wanted["domain"], wanted["domain"] in hosts),
        (wanted["url"], wanted["url"] in features(value, "link", "uri")),
        (wanted["tag"], {tag.lower() for tag in wanted["tag"]} <= {*tags(value)}),
    ]
    return all(fits for asked, fits in found if asked)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = f"not a time: {text}"
        raise invalid(message, "BadQueryString") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is(call: Call, name: str | None, dids: list[str]) -> bool:
    account = call.state.find(name) if name else None
    return account is not None and account.did in dids


def _trending(call: Call) -> list[tuple[str, list[Indexed]]]:
    """Hashtags of the week with their posts, the most used first."""
    since = call.state.now - timedelta(days=TREND_DAYS)
    recent = [one for one in _posts(call) if one.sorted_at > since]
    counted = Counter(tag for one in recent for tag in tags(one.value))
    limit: int = call.query["limit"]
    return [(tag, [one for one in recent if tag in tags(one.value)]) for tag, _ in counted.most_common(limit)]


def get_trends(call: Call) -> SimResponse:
    """What people write about this week."""
    return call.answer(trends=[_trend(call, tag, posts) for tag, posts in _trending(call)])


def _trend(call: Call, tag: str, posts: list[Indexed]) -> Json:
    people = list(dict.fromkeys(one.record.did for one in posts))[:5]
    return {
        "topic": tag,
        "displayName": tag,
        "link": f"/search?q={quote(tag)}",
        "startedAt": when(min(one.sorted_at for one in posts)),
        "postCount": len(posts),
        **({"status": "hot"} if len(posts) >= HOT else {}),
        "actors": [basic(call.state, did, call.did, call.base_url) for did in people],
    }


def get_trending_topics(call: Call) -> SimResponse:
    """What people write about this week, by name only."""
    topics = [{"topic": tag, "link": f"/search?q={quote(tag)}"} for tag, _ in _trending(call)]
    return call.answer(topics=topics, suggested=[])


_WHO = query.text("at-identifier")
_LIMIT = {"limit": query.number(1, 25, 10)}
ROUTES = (
    Route(
        "app.bsky.feed.searchPosts",
        "GET",
        search_posts,
        "view",
        {
            "q": query.text(required=True),
            "sort": query.text(default="latest"),
            "since": query.text(),
            "until": query.text(),
            "mentions": _WHO,
            "author": _WHO,
            "lang": query.text("language"),
            "domain": query.text(),
            "url": query.text("uri"),
            "tag": query.texts(),
            "limit": query.number(default=25),
            "cursor": query.text(),
        },
    ),
    Route("app.bsky.unspecced.getTrends", "GET", get_trends, "view", _LIMIT),
    Route("app.bsky.unspecced.getTrendingTopics", "GET", get_trending_topics, "view", _LIMIT),
)
