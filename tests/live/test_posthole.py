"""posthole takes a login with Instagram itself, and a post of one picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from socialkit.auth import Credentials
from socialkit.errors import AuthenticationError
from socialkit.models import Draft, Media
from socialkit.operations import Async, Mode, Sync
from socialkit.platforms._login import Login
from socialkit.platforms.instagram import INSTAGRAM_SCOPES, AsyncInstagram, Instagram
from socialkit.testing._transports import RecordingTransport
from socialkit.transport import Request, Response, default_transport
from tests.live.servers.posthole import ACCOUNT, posthole
from tests.support import settle

pytestmark = pytest.mark.live

BACK: Final = "http://127.0.0.1/back"
DRAFT: Final = Draft(
    text="Autumn is here", media=[Media.from_url("https://shop.example/leaf.jpg", alt_text="A leaf")]
)


class InTheAddress(RecordingTransport):
    """Puts the token where posthole looks for it; Meta takes it in the header, too."""

    async def send(self, request: Request, /) -> Response:
        headers = dict(request.headers)
        token = headers.pop("Authorization", None) or headers.pop("authorization", None)
        if token is not None:
            told = token if isinstance(token, str) else token.reveal()
            pair = ("access_token", told.removeprefix("Bearer "))
            request = request.replace(headers=headers, params=(*request.params, pair))
        return await super().send(request)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    with posthole(folder) as url:
        yield url


@pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
def mode(request: pytest.FixtureRequest) -> type[Mode]:
    kind: type[Mode] = request.param
    return kind


async def logged_in(server: str, mode: type[Mode]) -> Credentials:
    """Log in as the person who sits before posthole's page would."""
    login = Login(
        "instagram",
        base_url=server,
        redirect_uri=BACK,
        client_id="app",
        client_secret="made-up",
        scopes=INSTAGRAM_SCOPES,
    )
    start, finish = ("start", "finish") if mode is Sync else ("start_async", "finish_async")
    url, state = await settle(getattr(login, start)())
    asked = {name: value for name, (value,) in parse_qs(urlsplit(str(url)).query).items()}
    async with httpx.AsyncClient(trust_env=False) as person:
        form = {"account_id": ACCOUNT, "redirect_uri": asked["redirect_uri"], "state": asked["state"]}
        answer = await person.post(f"{server}/oauth/authorize", data=form)
    credentials: Credentials = await settle(getattr(login, finish)(answer.headers["location"], state))
    return credentials


def opened(server: str, mode: type[Mode], credentials: Credentials) -> Any:
    kind: Any = Instagram if mode is Sync else AsyncInstagram
    transport = InTheAddress(default_transport(mode, "instagram"))
    return kind(credentials, base_url=server, login="instagram", transport=transport)


async def test_a_login_and_a_picture_go_through(server: str, mode: type[Mode]) -> None:
    credentials = await logged_in(server, mode)
    client = opened(server, mode, credentials)
    me = await settle(client.account.me())
    post = await settle(client.posts.publish(DRAFT))
    async with httpx.AsyncClient(trust_env=False) as person:
        inbox = (await person.get(f"{server}/posts")).text
    await settle(client.close())

    assert (credentials.account_id, me.id) == (ACCOUNT, ACCOUNT)
    assert credentials.expires_at is not None
    assert post.text == "Autumn is here"
    assert "Autumn is here" in inbox


async def test_a_token_that_is_none_is_refused(server: str, mode: type[Mode]) -> None:
    client = opened(server, mode, Credentials(access_token="made-up"))

    with pytest.raises(AuthenticationError):
        await settle(client.account.me())
    await settle(client.close())
