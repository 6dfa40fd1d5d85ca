"""The calls of the simulated Threads that read: posts, replies, mentions, searches, quotas."""

from socialkit.sandbox._graph import GraphCall, GraphRefusal, Route, bad_parameter, missing
from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.threads import _render as show
from socialkit.sandbox.threads._records import Post
from socialkit.sandbox.threads._state import DAY, State, newest_first

ThCall = GraphCall[State]
FOLLOWED = 100
"""How many followers a profile needs to be looked at."""


def _listed(call: ThCall, posts: list[Post]) -> SimResponse:
    viewer, fields = call.token.owner, call.fields
    return call.page(posts, lambda one: show.post(call.state, one, fields, viewer), key=lambda one: one.id)


def get_me(call: ThCall) -> SimResponse:
    """The account itself."""
    call.require("threads_basic")
    return SimResponse.json(show.user(call.state.people[call.token.owner], call.fields))


def get_media(call: ThCall) -> SimResponse:
    """One post or reply."""
    call.require("threads_basic")
    one = call.state.post(call.path["node"])
    return SimResponse.json(show.post(call.state, one, call.fields, call.token.owner))


def get_container(call: ThCall) -> SimResponse:
    """How far an own container is."""
    call.require("threads_basic")
    one = call.state.containers[call.path["node"]]
    if one.owner != call.token.owner:
        raise missing(one.id)
    return SimResponse.json(show.container(call.state, one, call.fields))


def get_nothing(call: ThCall) -> SimResponse:
    """What is not there."""
    raise missing(call.path["node"], call.request.method)


def own_threads(call: ThCall) -> SimResponse:
    """Own posts."""
    call.require("threads_basic")
    return _listed(call, call.state.of(call.token.owner, replies=False))


def own_replies(call: ThCall) -> SimResponse:
    """Own replies."""
    call.require("threads_read_replies")
    return _listed(call, call.state.of(call.token.owner, replies=True))


def own_ghosts(call: ThCall) -> SimResponse:
    """Posts that vanish, and those that have."""
    call.require("threads_basic")
    return _listed(call, call.state.ghosts(call.token.owner))


def mentions(call: ThCall) -> SimResponse:
    """What mentions the account."""
    call.require("threads_manage_mentions")
    found = [one for one in call.state.posts.values() if call.token.owner in one.named]
    return _listed(call, newest_first(found))


def conversation(call: ThCall) -> SimResponse:
    """All that stands under a post at the top, flat."""
    call.require("threads_read_replies")
    one = call.state.post(call.path["node"])
    if one.root is not None:
        raise bad_parameter("The conversation of a reply cannot be read")
    found = call.state.under(one.id)
    backwards = call.params.flag("reverse")
    return _listed(call, found if backwards is None or backwards else found[::-1])


def pending_replies(call: ThCall) -> SimResponse:
    """What waits under an own post until it is approved, or was ignored."""
    call.require("threads_read_replies")
    one = call.state.post(call.path["node"])
    status = call.params.text("approval_status") or "pending"
    if status not in {"pending", "ignored"}:
        raise bad_parameter("Param approval_status must be one of {pending, ignored}")
    if one.owner != call.token.owner:
        raise GraphRefusal(10, "(#10) Application does not have permission for this action", status=403)
    return _listed(call, call.state.waiting(one.id, status))


def keyword_search(call: ThCall) -> SimResponse:
    """Posts that hold a word or a topic: of everybody with the permission, else own ones."""
    call.require("threads_keyword_search", "threads_basic")
    word = (call.params.text("q") or "").casefold()
    if not word:
        raise bad_parameter("The parameter q is required")
    wanted = f"#{word}" if call.params.text("search_mode") == "TAG" else word
    call.state.spend(call.token.owner, "keyword searches")
    everybody = "threads_keyword_search" in call.token.scopes
    found = [
        one
        for one in call.state.listed()
        if wanted in one.content.text.casefold() and (everybody or one.owner == call.token.owner)
    ]
    if found:  # empty answers do not count
        call.state.note(call.token.owner, "keyword searches")
    return _listed(call, newest_first(found))


def profile_posts(call: ThCall) -> SimResponse:
    """The posts of somebody whom enough people follow."""
    call.require("threads_profile_discovery")
    name = call.params.text("username") or ""
    found = call.state.known(name)
    if found is None or found.followers < FOLLOWED:
        raise missing(name or "?")
    call.state.spend(call.token.owner, "profile lookups")
    call.state.note(call.token.owner, "profile lookups")
    return _listed(call, call.state.of(found.id, replies=False))


def location_search(call: ThCall) -> SimResponse:
    """One place of any name that is looked for."""
    call.require("threads_location_tagging")
    name = call.params.text("q") or ""
    if not name:
        raise bad_parameter("The parameter q is required")
    call.state.spend(call.token.owner, "location searches")
    call.state.note(call.token.owner, "location searches")
    known: dict[str, show.Reader] = {
        "name": lambda: name,
        "address": lambda: "1 Main Street",
        "city": lambda: name,
        "country": lambda: "US",
        "postal_code": lambda: "94025",
        "latitude": lambda: 37.4529,
        "longitude": lambda: -122.1817,
    }
    return SimResponse.json({"data": [show.chosen("ThreadsLocation", "100200300", call.fields, known)]})


def publishing_limit(call: ThCall) -> SimResponse:
    """What the account did of what it may do in a day."""
    call.require("threads_basic")
    used = call.state.used(call.token.owner)
    names = {
        "quota": "posts",
        "reply_quota": "replies",
        "delete_quota": "deletions",
        "location_search_quota": "location searches",
    }
    told: dict[str, object] = {}
    for name, what in names.items():
        done, most = used[what]
        told[f"{name}_usage"] = done
        told[name.replace("quota", "config")] = _config(most)
    return SimResponse.json({"data": [{name: told[name] for name in call.fields if name in told}]})


def _config(total: int) -> dict[str, int]:
    return {"quota_total": total, "quota_duration": int(DAY.total_seconds())}


ROUTES: tuple[Route[State], ...] = (
    Route("own_threads", "GET", "me/threads", own_threads),
    Route("own_replies", "GET", "me/replies", own_replies),
    Route("own_ghosts", "GET", "me/ghost_posts", own_ghosts),
    Route("mentions", "GET", "me/mentions", mentions),
    Route("publishing_limit", "GET", "me/threads_publishing_limit", publishing_limit),
    Route("keyword_search", "GET", "keyword_search", keyword_search),
    Route("location_search", "GET", "location_search", location_search),
    Route("profile_posts", "GET", "profile_posts", profile_posts),
    Route("conversation", "GET", ":node/conversation", conversation),
    Route("pending_replies", "GET", ":node/pending_replies", pending_replies),
    Route("get_me", "GET", "me", get_me),
    Route("get_media", "GET", ":node", get_media, "Media"),
    Route("get_container", "GET", ":node", get_container, "Container"),
    Route("get_nothing", "GET", ":node", get_nothing),
)
