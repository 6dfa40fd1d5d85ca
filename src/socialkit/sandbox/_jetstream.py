"""A simulated Jetstream: the events of a network, replayed from a cursor."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from socialkit.sandbox._feed import Feed
from socialkit.sandbox._http import SimRequest, SimResponse

MOST = 100
"""Collections that one caller may choose."""


def jetstream(events: Iterable[Mapping[str, Any]], request: SimRequest) -> SimResponse:
    """Answer a subscription with the events since its cursor that it wants; the caller puts later ones in.

    Args:
        events: What happened, oldest first, each as Jetstream sends it.
        request: What is asked: `cursor`, `wantedCollections` and `wantedDids` count.
    """
    if len(_all(request, "wantedCollections")) > MOST:
        return SimResponse(400, {"content-type": "text/plain"}, b"too many wanted collections")
    feed = Feed()
    since = next(iter(_all(request, "cursor")), None)
    for event in events:
        if since is not None and event["time_us"] >= int(since) and wants(request, event):
            feed.put(json.dumps(event).encode())
    return SimResponse(101, {"upgrade": "websocket"}, feed=feed)


def wants(request: SimRequest, event: Mapping[str, Any]) -> bool:
    """Return whether a subscription wants an event; those of identities and accounts have no collection."""
    dids, collections = _all(request, "wantedDids"), _all(request, "wantedCollections")
    if dids and event["did"] not in dids:
        return False
    commit: Mapping[str, Any] | None = event.get("commit")
    return commit is None or not collections or any(_fits(commit["collection"], one) for one in collections)


def _fits(collection: str, wanted: str) -> bool:
    return collection.startswith(wanted[:-1]) if wanted.endswith(".*") else collection == wanted


def _all(request: SimRequest, name: str) -> list[str]:
    return [value for key, value in request.query if key == name]
