"""Answers in the shape that the documentation shows, with a field and a value that nobody knows."""

from __future__ import annotations

import json
from typing import Any

import httpx
import respx

HOST = "https://mastodon.example"

ACCOUNT: dict[str, Any] = {
    "id": "7",
    "username": "shop",
    "acct": "shop",
    "display_name": "The shop",
    "note": "<p>Jackets</p>",
    "followers_count": 12,
    "following_count": 3,
    "statuses_count": 40,
    "from_a_newer_version": {"colour": "infrared"},
}


def status(number: str = "9", **changes: Any) -> dict[str, Any]:
    """Return a status."""
    return {
        "id": number,
        "created_at": "2026-03-02T09:00:00.000Z",
        "account": ACCOUNT,
        "content": "<p>Autumn is here</p>",
        "url": f"{HOST}/@shop/{number}",
        "visibility": "circle",
        "spoiler_text": "",
        "language": "en",
        "media_attachments": [],
        "favourites_count": 2,
        "from_a_newer_version": ["something"],
    } | changes


def attachment(number: str = "m1", **changes: Any) -> dict[str, Any]:
    """Return an attachment that is ready."""
    return {"id": number, "type": "image", "url": f"{HOST}/media/{number}.png", "description": None} | changes


def body(request: httpx.Request) -> Any:
    """Return the JSON that was sent."""
    return json.loads(request.content)


def requests(route: respx.Route) -> list[httpx.Request]:
    """Return what was sent to a route, in order."""
    calls: Any = route.calls
    return [call.request for call in calls]
