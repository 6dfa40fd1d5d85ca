"""A simulated Jetstream: what happens on the network, replayed from a cursor and then as it happens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from socialkit.sandbox._feed import Feed
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox.bluesky._call import Call
from socialkit.sandbox.bluesky._route import Route
from socialkit.sandbox.bluesky._syntax import is_did, is_nsid

if TYPE_CHECKING:
    from socialkit.sandbox.bluesky._records import Json

COLLECTIONS, DIDS = 100, 10_000
"""How many of them one caller may choose."""


def subscribe(call: Call) -> SimResponse:
    """Events since a cursor, or from now on; no cursor reaches further back than the world."""
    state, request = call.state, call.request
    since = _all(request, "cursor")
    if since and not since[0].lstrip("-").isdecimal():
        return _refused("invalid cursor")
    collections, dids = _all(request, "wantedCollections"), _all(request, "wantedDids")
    if len(collections) > COLLECTIONS or not all(one.endswith(".*") or is_nsid(one) for one in collections):
        return _refused("too many wanted collections, or an invalid one")
    if len(dids) > DIDS or not all(is_did(one) for one in dids):
        return _refused("too many wanted DIDs, or an invalid one")
    feed = Feed()

    def tell(event: Json) -> None:
        if _wants(request, event):
            feed.put(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode())

    for event in state.happened:
        if since and event["time_us"] >= int(since[0]):
            tell(event)
    state.listeners = [(one, listener) for one, listener in state.listeners if not one.closed]
    state.listeners.append((feed, tell))
    return SimResponse(101, {"upgrade": "websocket"}, feed=feed)


def _refused(message: str) -> SimResponse:
    return SimResponse(400, {"content-type": "text/plain; charset=utf-8"}, message.encode())


def _wants(request: SimRequest, event: Json) -> bool:
    """Whether a caller wants an event; those of identities and accounts have no collection."""
    dids, collections = _all(request, "wantedDids"), _all(request, "wantedCollections")
    if dids and event["did"] not in dids:
        return False
    commit: Json | None = event.get("commit")
    return commit is None or not collections or any(_fits(commit["collection"], one) for one in collections)


def _fits(collection: str, wanted: str) -> bool:
    return collection.startswith(wanted[:-1]) if wanted.endswith(".*") else collection == wanted


def _all(request: SimRequest, name: str) -> list[str]:
    return [value for key, value in request.query if key == name]


ROUTES = (Route("subscribe", "GET", subscribe, path="/subscribe"),)
