"""People as the app's view shows them, and the endpoints that do."""

from collections.abc import Iterable

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky import _query as query
from socialkit.sandbox.bluesky._call import Call
from socialkit.sandbox.bluesky._errors import invalid
from socialkit.sandbox.bluesky._records import Account, Indexed, Json, part
from socialkit.sandbox.bluesky._route import Route
from socialkit.sandbox.bluesky._schema import string, thing
from socialkit.sandbox.bluesky._state import State
from socialkit.sandbox.bluesky._text import when


def basic(state: State, did: str, viewer: str | None, base_url: str = facts.BASE_URL) -> Json:
    """Somebody as posts name their author."""
    account, profile = state.accounts[did], _profile(state, did)
    about = profile.value if profile else {}
    shown: Json = {"did": did, "handle": account.handle}
    shown |= {key: about[key] for key in ("displayName", "pronouns") if about.get(key)}
    if "avatar" in about:
        shown["avatar"] = picture(base_url, "avatar", did, about["avatar"])
    shown["associated"] = {"activitySubscription": {"allowSubscriptions": "followers"}}
    if viewer is not None:
        shown["viewer"] = _relation(state, did, viewer)
    shown["labels"] = self_labels(profile) if profile else []
    return shown | ({"createdAt": about["createdAt"]} if "createdAt" in about else {})


def _profile(state: State, did: str) -> Indexed | None:
    return state.index.get(f"at://{did}/{facts.PROFILE}/self")


def picture(base_url: str, preset: str, did: str, ref: Json) -> str:
    """Where a picture is found."""
    return f"{base_url}/img/{preset}/plain/{did}/{ref['ref']['$link']}@jpeg"


def self_labels(record: Indexed) -> list[Json]:
    """The labels that an author put on something."""
    values: list[Json] = part(record.value, "labels").get("values", [])
    return [
        {
            "src": record.record.did,
            "uri": record.uri,
            "cid": record.record.cid,
            "val": one["val"],
            "cts": when(record.sorted_at),
        }
        for one in values
    ]


def _relation(state: State, did: str, viewer: str) -> Json:
    index = state.index
    blocked_by = index.edge("blockers", viewer, did)
    blocking = index.edge("blockers", did, viewer)
    shown: Json = {
        "muted": did in state.accounts[viewer].muted,
        "mutedOnlyReposts": False,
        "mutedOnlyQuoteposts": False,
        "blockedBy": blocked_by is not None,
    }
    shown |= {"blocking": blocking.uri} if blocking else {}
    if blocked_by is None and blocking is None:
        following, followed_by = index.edge("followers", did, viewer), index.edge("followers", viewer, did)
        shown |= {"following": following.uri} if following else {}
        shown |= {"followedBy": followed_by.uri} if followed_by else {}
    return shown


def block_relation(state: State, did: str, viewer: str) -> Json:
    """How two people stand to each other of whom one blocks the other."""
    shown = _relation(state, did, viewer)
    return {key: shown[key] for key in ("blockedBy", "blocking") if key in shown}


def profile(state: State, did: str, viewer: str | None, base_url: str = facts.BASE_URL) -> Json:
    """Somebody as lists of people and notifications show them."""
    known = _profile(state, did)
    shown = basic(state, did, viewer, base_url)
    if known is not None:
        shown["indexedAt"] = when(known.sorted_at)
        shown |= {"description": known.value["description"]} if known.value.get("description") else {}
    return shown


def detailed(call: Call, did: str) -> Json:
    """Somebody with everything that is known of them."""
    state, known = call.state, _profile(call.state, did)
    about = known.value if known else {}
    shown = profile(state, did, call.did, call.base_url)
    shown |= {key: about[key] for key in ("website", "pinnedPost") if key in about}
    shown |= {"banner": picture(call.base_url, "banner", did, about["banner"])} if "banner" in about else {}
    follows = state.index.linked(facts.FOLLOW, did)
    shown |= {
        "followersCount": state.index.count("followers", did),
        "followsCount": len(follows),
        "postsCount": len(state.index.linked(facts.POST, did)),
    }
    more = {"lists": len(state.index.linked(facts.LIST, did)), "feedgens": 0, "starterPacks": 0}
    shown["associated"] = {**more, "labeler": False, **shown["associated"]}
    return shown


def find_actor(call: Call, name: str) -> Account:
    """The account of a handle or DID, or refuse."""
    account = call.state.find(name)
    if account is None:
        message = "Profile not found"
        raise invalid(message)
    return account


def get_profile(call: Call) -> SimResponse:
    """One profile."""
    return SimResponse.json(detailed(call, find_actor(call, call.query["actor"]).did))


def get_profiles(call: Call) -> SimResponse:
    """Several profiles; unknown people are left out."""
    found = [call.state.find(name) for name in call.query["actors"]]
    return call.answer(profiles=[detailed(call, one.did) for one in found if one is not None])


def search_actors(call: Call) -> SimResponse:
    """People whose handle, name or description has the words."""
    words = (call.query["q"] or call.query["term"] or "").lower()
    found = [one for one in call.state.accounts.values() if words in _words(call.state, one)]
    chosen, cursor = call.page(found, lambda one: (one.created_at, _place(call.state, one)))
    return call.answer(actors=_people(call, (one.did for one in chosen)), cursor=cursor)


def _words(state: State, account: Account) -> str:
    known = _profile(state, account.did)
    about = known.value if known else {}
    return f"{account.handle} {about.get('displayName', '')} {about.get('description', '')}".lower()


def _place(state: State, account: Account) -> int:
    return list(state.accounts).index(account.did)


def _people(call: Call, dids: Iterable[str]) -> list[Json]:
    return [profile(call.state, did, call.did, call.base_url) for did in dids if did in call.state.accounts]


def get_followers(call: Call) -> SimResponse:
    """Who follows somebody."""
    did = find_actor(call, call.query["actor"]).did
    chosen, cursor = call.page(call.state.index.linked("followers", did), lambda one: one.order)
    people = _people(call, (one.record.did for one in chosen))
    return call.answer(subject=_people(call, [did])[0], followers=people, cursor=cursor)


def get_follows(call: Call) -> SimResponse:
    """Whom somebody follows."""
    did = find_actor(call, call.query["actor"]).did
    chosen, cursor = call.page(call.state.index.linked(facts.FOLLOW, did), lambda one: one.order)
    people = _people(call, (one.value["subject"] for one in chosen))
    return call.answer(subject=_people(call, [did])[0], follows=people, cursor=cursor)


def mute_actor(call: Call) -> SimResponse:
    """Hear no more of somebody."""
    call.user.muted.add(find_actor(call, call.body["actor"]).did)
    return SimResponse(200)


def unmute_actor(call: Call) -> SimResponse:
    """Hear of somebody again."""
    call.user.muted.discard(find_actor(call, call.body["actor"]).did)
    return SimResponse(200)


_ACTOR = {"actor": query.text("at-identifier", required=True)}
_BODY = thing({"actor": string("at-identifier")})
ROUTES = (
    Route("app.bsky.actor.getProfile", "GET", get_profile, "view", _ACTOR),
    Route(
        "app.bsky.actor.getProfiles",
        "GET",
        get_profiles,
        "view",
        {"actors": query.texts("at-identifier", maximum=25, required=True)},
    ),
    Route(
        "app.bsky.actor.searchActors",
        "GET",
        search_actors,
        "view",
        {**query.paged(q=query.text(), term=query.text()), "limit": query.number(default=25)},
    ),
    Route("app.bsky.graph.getFollowers", "GET", get_followers, "view", query.paged(**_ACTOR)),
    Route("app.bsky.graph.getFollows", "GET", get_follows, "view", query.paged(**_ACTOR)),
    Route("app.bsky.graph.muteActor", "POST", mute_actor, "view", body=_BODY),
    Route("app.bsky.graph.unmuteActor", "POST", unmute_actor, "view", body=_BODY),
)
