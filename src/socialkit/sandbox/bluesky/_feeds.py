"""Endpoints: posts, feeds, and who reacted."""

from collections.abc import Callable, Iterable

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.bluesky import _actors as actors
from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky import _query as query
from socialkit.sandbox.bluesky._call import Call
from socialkit.sandbox.bluesky._errors import invalid
from socialkit.sandbox.bluesky._index import owner_of, parent_of, subject_of
from socialkit.sandbox.bluesky._records import Indexed, Json, part
from socialkit.sandbox.bluesky._route import Route
from socialkit.sandbox.bluesky._syntax import split_uri
from socialkit.sandbox.bluesky._text import when
from socialkit.sandbox.bluesky._views import Views

_REASON = "app.bsky.feed.defs#reason"


def views(call: Call) -> Views:
    """The eyes of the caller."""
    return Views(call.state, call.did, call.base_url)


def resolve_uri(call: Call, uri: str) -> str:
    """The address with the author's DID, whatever they were called in it."""
    who, collection, key = split_uri(uri)
    account = call.state.find(who)
    return f"at://{account.did}/{collection}/{key}" if account else uri


def visible(call: Call, posts: Iterable[Indexed]) -> list[Indexed]:
    """The posts that the caller may see."""
    return [one for one in posts if call.state.sees(call.did, one.record.did)]


def get_posts(call: Call) -> SimResponse:
    """Posts by address; those that are gone are left out."""
    wanted = dict.fromkeys(resolve_uri(call, uri) for uri in call.query["uris"])
    found = [call.state.index.get(uri, facts.POST) for uri in wanted]
    eyes = views(call)
    return call.answer(posts=[eyes.post(one) for one in visible(call, filter(None, found))])


def get_author_feed(call: Call) -> SimResponse:
    """What somebody wrote and repeated, the newest first."""
    state, account = call.state, actors.find_actor(call, call.query["actor"])
    _refuse_blocked(call, account.did)
    keep = _FILTERS.get(call.query["filter"], _everything)
    found = [one for one in state.index.linked("feed", account.did) if _shown(call, one) and keep(one)]
    chosen, cursor = call.page(found, lambda one: one.order)
    feed = [_item(call, one) for one in chosen]
    pinned = _pinned(call, account.did)
    if pinned is not None and call.query["includePins"] and call.query["cursor"] is None:
        feed = [one for one in feed if one["post"]["uri"] != pinned.uri]
        feed.insert(0, {"post": views(call).post(pinned), "reason": {"$type": f"{_REASON}Pin"}})
    return call.answer(feed=feed, cursor=cursor)


def _refuse_blocked(call: Call, did: str) -> None:
    index = call.state.index
    if call.did is None:
        return
    if index.edge("blockers", did, call.did) is not None:
        message = f"Requester has blocked actor: {did}"
        raise invalid(message, "BlockedActor")
    if index.edge("blockers", call.did, did) is not None:
        message = f"Requester is blocked by actor: {did}"
        raise invalid(message, "BlockedByActor")


def _pinned(call: Call, did: str) -> Indexed | None:
    profile = call.state.index.get(f"at://{did}/{facts.PROFILE}/self")
    pinned = part(profile.value, "pinnedPost") if profile else {}
    post = call.state.index.get(str(pinned.get("uri")), facts.POST)
    return post if post is not None and post.record.did == did else None


def _subject(call: Call, one: Indexed) -> Indexed | None:
    """The post that an entry of a feed shows."""
    if one.record.collection == facts.POST:
        return one
    return call.state.index.get(subject_of(one.value), facts.POST)


def _shown(call: Call, one: Indexed) -> bool:
    post = _subject(call, one)
    return post is not None and call.state.sees(call.did, post.record.did)


def _item(call: Call, one: Indexed) -> Json:
    eyes, post = views(call), _subject(call, one) or one
    shown: Json = {"post": eyes.post(post)}
    if "reply" in post.value and not post.refused:
        shown["reply"] = _answered(call, post)
    if one is not post:
        by = {"by": eyes.person(one.record.did), "uri": one.uri, "cid": one.record.cid}
        shown["reason"] = {"$type": f"{_REASON}Repost", **by, "indexedAt": when(one.sorted_at)}
    return shown


def _answered(call: Call, post: Indexed) -> Json:
    shown: Json = {which: _above(call, str(parent_of(post.value, which))) for which in ("root", "parent")}
    parent = call.state.index.get(str(parent_of(post.value, "parent")), facts.POST)
    above = parent_of(parent.value, "parent") if parent else None
    if above is not None and owner_of(above) in call.state.accounts:
        shown["grandparentAuthor"] = views(call).person(owner_of(above))
    return shown


def _above(call: Call, uri: str) -> Json:
    post, eyes = call.state.index.get(uri, facts.POST), views(call)
    if post is None:
        return eyes.missing(uri)
    if not call.state.sees(call.did, post.record.did):
        return {"$type": "app.bsky.feed.defs#blockedPost", **eyes.blocked(uri, post.record.did)}
    return {"$type": "app.bsky.feed.defs#postView", **eyes.post(post)}


def _everything(one: Indexed) -> bool:
    return bool(one.uri)


def _no_replies(one: Indexed) -> bool:
    return "reply" not in one.value


def _own_threads(one: Indexed) -> bool:
    above = [parent_of(one.value, which) for which in ("root", "parent")]
    return all(uri is None or owner_of(uri) == one.record.did for uri in above)


def embedded(one: Indexed) -> str:
    """What kind of media a post carries; empty: none."""
    embed = part(one.value, "embed")
    media = part(embed, "media") or embed
    return str(media.get("$type", "")).removeprefix("app.bsky.embed.")


def _with_media(one: Indexed) -> bool:
    return embedded(one) in {"images", "gallery"}


def _with_video(one: Indexed) -> bool:
    return embedded(one) == "video"


_FILTERS: dict[str, Callable[[Indexed], bool]] = {
    "posts_no_replies": _no_replies,
    "posts_and_author_threads": _own_threads,
    "posts_with_media": _with_media,
    "posts_with_video": _with_video,
}
"""Which entries of a feed a filter keeps; others keep everything."""


def get_timeline(call: Call) -> SimResponse:
    """What the account and those it follows write and repeat."""
    index, me = call.state.index, call.user.did
    sources = {me, *(one.value["subject"] for one in index.linked(facts.FOLLOW, me))} - call.user.muted
    found = [one for did in sources for one in index.linked("feed", did) if _shown(call, one)]
    chosen, cursor = call.page(found, lambda one: one.order)
    return call.answer(feed=[_item(call, one) for one in chosen], cursor=cursor)


def get_likes(call: Call) -> SimResponse:
    """Who likes a post."""
    uri = resolve_uri(call, call.query["uri"])
    chosen, cursor = call.page(_reactions(call, "likes", uri), lambda one: one.order)
    likes = [
        {
            "actor": actors.profile(call.state, one.record.did, call.did, call.base_url),
            "createdAt": one.value["createdAt"],
            "indexedAt": when(one.sorted_at),
        }
        for one in chosen
    ]
    return call.answer(uri=uri, cid=call.query["cid"], likes=likes, cursor=cursor)


def get_reposted_by(call: Call) -> SimResponse:
    """Who repeats a post."""
    uri = resolve_uri(call, call.query["uri"])
    chosen, cursor = call.page(_reactions(call, "reposts", uri), lambda one: one.order)
    people = [actors.profile(call.state, one.record.did, call.did, call.base_url) for one in chosen]
    return call.answer(uri=uri, cid=call.query["cid"], repostedBy=people, cursor=cursor)


def _reactions(call: Call, relation: str, uri: str) -> list[Indexed]:
    return visible(call, call.state.index.linked(relation, uri))


def get_quotes(call: Call) -> SimResponse:
    """The posts that quote a post."""
    uri, eyes = resolve_uri(call, call.query["uri"]), views(call)
    found = _reactions(call, "quotes", uri) if uri in call.state.index.records else []
    chosen, cursor = call.page(found, lambda one: one.order)
    return call.answer(
        uri=uri, cid=call.query["cid"], posts=[eyes.post(one) for one in chosen], cursor=cursor
    )


_FEED = "app.bsky.feed."
_URI = {"uri": query.text("at-uri", required=True), "cid": query.text("cid")}
ROUTES = (
    Route(
        f"{_FEED}getPosts",
        "GET",
        get_posts,
        "view",
        {"uris": query.texts("at-uri", maximum=25, required=True)},
    ),
    Route(
        f"{_FEED}getAuthorFeed",
        "GET",
        get_author_feed,
        "view",
        query.paged(
            actor=query.text("at-identifier", required=True),
            filter=query.text(default="posts_with_replies"),
            includePins=query.flag(),
        ),
    ),
    Route(f"{_FEED}getTimeline", "GET", get_timeline, "view", query.paged(algorithm=query.text())),
    Route(f"{_FEED}getLikes", "GET", get_likes, "view", query.paged(**_URI)),
    Route(f"{_FEED}getRepostedBy", "GET", get_reposted_by, "view", query.paged(**_URI)),
    Route(f"{_FEED}getQuotes", "GET", get_quotes, "view", query.paged(**_URI)),
)
