"""Logging in by consent at the real authorization server, as somebody does in a browser."""

from __future__ import annotations

from collections.abc import Awaitable
from http.cookies import SimpleCookie
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from socialkit.platforms import AsyncBluesky, Bluesky
from socialkit.platforms._login import Login
from tests.live.conftest import Prove
from tests.live.line import Line
from tests.live.servers.bluesky import BlueskyNetwork, Member
from tests.support import settle

pytestmark = pytest.mark.live

BACK: Final = "http://127.0.0.1/back"
SCOPES: Final = ["atproto", "transition:generic"]
PROGRAM: Final = "http://localhost?" + urlencode({"redirect_uri": BACK, "scope": " ".join(SCOPES)})
"""A program under development needs no document about it: its id says everything."""
PAGE: Final = "/@atproto/oauth-provider/~api"
VISIT: Final = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
CLICK: Final = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "same-origin", "sec-fetch-dest": "empty"}


class Browser:
    """Somebody's browser. It keeps cookies by hand: a cookie jar keeps secure ones for https alone."""

    def __init__(self, url: str) -> None:
        self._url = url
        parts = urlsplit(url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._cookies: dict[str, str] = {}

    def agree(self, somebody: Member) -> str:
        """Sign in and agree; return the address that the browser is sent back to."""
        with httpx.Client(trust_env=False) as http:
            self._keep(http.get(self._url, headers=VISIT))
            signed = self._click(
                http,
                "/sign-in",
                {
                    "locale": "en",
                    "username": somebody.handle,
                    "password": somebody.password,
                    "remember": False,
                },
            )
            token = {"authorization": f"Bearer {signed['ephemeralToken']}"}
            agreed = self._click(http, "/consent", {"did": somebody.did}, token)
            here = {**VISIT, "sec-fetch-site": "same-origin", "referer": self._url, **self._cookie()}
            back = http.get(agreed["url"], headers=here)
        return back.headers["location"]

    def _click(
        self, http: httpx.Client, name: str, body: dict[str, Any], more: dict[str, str] | None = None
    ) -> dict[str, Any]:
        headers = {
            **CLICK,
            **self._cookie(),
            **(more or {}),
            "origin": self._origin,
            "referer": self._url,
            "x-csrf-token": self._cookies["csrf-token"],
        }
        answer = http.post(f"{self._origin}{PAGE}{name}", json=body, headers=headers)
        assert answer.is_success, answer.text
        self._keep(answer)
        found: dict[str, Any] = answer.json()
        return found

    def _keep(self, answer: httpx.Response) -> None:
        assert answer.is_success, answer.text
        for line in answer.headers.get_list("set-cookie"):
            self._cookies |= {name: one.value for name, one in SimpleCookie(line).items()}

    def _cookie(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}


@pytest.mark.parametrize("kind", [Bluesky, AsyncBluesky], ids=["blocking", "async"])
async def test_somebody_logs_in_and_posts(
    network: BlueskyNetwork, line: Line, prove: Prove, kind: type[Bluesky | AsyncBluesky]
) -> None:
    robin = network.join("robin")
    login = Login("bluesky", base_url=line.url, client_id=PROGRAM, redirect_uri=BACK, scopes=SCOPES)
    blocking = kind is Bluesky
    url, state = login.start() if blocking else await login.start_async()
    back = Browser(url).agree(robin)
    credentials = login.finish(back, state) if blocking else await login.finish_async(back, state)
    client = kind(credentials, base_url=line.url)
    post = await settle(client.posts.publish("Here I am"))
    closed = client.close()
    if isinstance(closed, Awaitable):
        await closed
    prove("login.start")
    prove("login.finish")

    assert (credentials.account_id, credentials.token_type) == (robin.did, "DPoP")
    assert set(credentials.scopes) == set(SCOPES)
    (record,) = network.ask("com.atproto.repo.listRecords", repo=robin.did, collection="app.bsky.feed.post")[
        "records"
    ]
    assert (record["uri"], record["value"]["text"]) == (post.id, "Here I am")
