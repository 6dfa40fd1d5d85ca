"""Endpoints: a post with what it answers and what answers it."""

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky import _query as query
from socialkit.sandbox.bluesky._call import Call
from socialkit.sandbox.bluesky._errors import invalid
from socialkit.sandbox.bluesky._feeds import resolve_uri, views
from socialkit.sandbox.bluesky._index import owner_of, parent_of
from socialkit.sandbox.bluesky._records import Indexed, Json
from socialkit.sandbox.bluesky._route import Route
from socialkit.sandbox.bluesky._schema import string, thing

_DEFS = "app.bsky.feed.defs#"


def get_post_thread(call: Call) -> SimResponse:
    """A post, the posts above it and the replies below.

    Replies that the thread's author hides are in it all the same: clients fold them away by the gate.
    """
    uri = resolve_uri(call, call.query["uri"])
    post = call.state.index.get(uri, facts.POST)
    if post is None:
        message = f"Post not found: {uri}"
        raise invalid(message, "NotFound")
    if not call.state.sees(call.did, post.record.did):
        return call.answer(thread=_blocked(call, post), threadgate=_gate(call, post))
    node = _node(call, post)
    if not post.refused:
        parent = _parent(call, post, call.query["parentHeight"])
        node |= {"parent": parent} if parent else {}
        node |= _replies(call, post, call.query["depth"])
    return call.answer(thread=node, threadgate=_gate(call, post))


def _gate(call: Call, post: Indexed) -> Json | None:
    gate = call.state.index.gate(_root(post), facts.THREADGATE)
    return views(call).gate(gate) if gate else None


def _root(post: Indexed) -> str:
    return parent_of(post.value, "root") or post.uri


def _node(call: Call, post: Indexed) -> Json:
    liked = call.state.index.edge("likes", post.uri, owner_of(_root(post)))
    context = {"rootAuthorLike": liked.uri} if liked else {}
    return {"$type": f"{_DEFS}threadViewPost", "post": views(call).post(post), "threadContext": context}


def _blocked(call: Call, post: Indexed) -> Json:
    return {"$type": f"{_DEFS}blockedPost", **views(call).blocked(post.uri, post.record.did)}


def _parent(call: Call, post: Indexed, height: int) -> Json | None:
    uri = parent_of(post.value, "parent")
    if uri is None or height < 1:
        return None
    above = call.state.index.get(uri, facts.POST)
    if above is None:
        return views(call).missing(uri)
    if _root(above) != _root(post):
        return None  # another thread, whatever the reply says
    if not call.state.sees(call.did, above.record.did):
        return _blocked(call, above)
    node, further = _node(call, above), _parent(call, above, height - 1)
    return node | ({"parent": further} if further else {})


def _replies(call: Call, post: Indexed, depth: int) -> Json:
    if depth < 1:
        return {}
    below = [
        one
        for one in call.state.index.linked("replies", post.uri)
        if not one.refused and _root(one) == _root(post)
    ]
    nodes: list[Json] = []
    for one in reversed(below):
        if call.state.sees(call.did, one.record.did):
            nodes.append(_node(call, one) | _replies(call, one, depth - 1))
        else:
            nodes.append(_blocked(call, one))
    return {"replies": nodes}


def mute_thread(call: Call) -> SimResponse:
    """Hear no more of a thread."""
    call.user.muted_threads.add(call.body["root"])
    return SimResponse(200)


def unmute_thread(call: Call) -> SimResponse:
    """Hear of a thread again."""
    call.user.muted_threads.discard(call.body["root"])
    return SimResponse(200)


_ROOT = thing({"root": string("at-uri")})
ROUTES = (
    Route(
        "app.bsky.feed.getPostThread",
        "GET",
        get_post_thread,
        "view",
        {
            "uri": query.text("at-uri", required=True),
            "depth": query.number(0, 1_000, default=6),
            "parentHeight": query.number(0, 1_000, default=80),
        },
    ),
    Route("app.bsky.graph.muteThread", "POST", mute_thread, "view", body=_ROOT),
    Route("app.bsky.graph.unmuteThread", "POST", unmute_thread, "view", body=_ROOT),
)
