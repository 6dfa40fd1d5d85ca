from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable
from urllib.parse import unquote_plus

import pytest

from socialkit.errors import SocialKitError
from socialkit.models import WireModel
from socialkit.transport import Pipeline, Request, Response, Retry, Safety, Secret, redact, secrets_of
from tests.transport.conftest import Drive
from tests.transport.fakes import TokenAuthenticator
from tests.transport.loopback import Act, Loopback, Reply, closed_port, http

Serve = Callable[[Reply], Loopback]


class WirePin(WireModel):
    id: int


def everything(error: BaseException) -> str:
    """All that a crash reporter could see of an error, but for the frames of the test itself."""
    shown: list[str] = []
    chain: list[BaseException | None] = [error]
    while chain:
        link = chain.pop()
        if link is None:
            continue
        seen = traceback.TracebackException.from_exception(link, capture_locals=True, compact=True)
        frames = [frame for frame in seen.stack if "/tests/" not in frame.filename]
        shown += [*traceback.StackSummary.from_list(frames).format(), str(link), repr(link), repr(link.args)]
        shown.append(repr(vars(link)))
        chain += [link.__cause__, link.__context__]
    return unquote_plus("\n".join(shown))


def echo(status: int) -> Reply:
    return lambda request: http(
        b'{"error": "'
        + request.replace(b"\r\n", b" ").replace(b'"', b"'")
        + b'", "refresh_token": "planted-new"}',
        status,
        "X-Echo: " + re.findall(rb"Bearer (\S+)", request)[0].decode(),
    )


REPLIES: dict[str, Reply] = {
    "silence": lambda _: Act.HANG,
    "dropped": lambda _: Act.DROP,
    "401": echo(401),
    "403": echo(403),
    "429": echo(429),
    "500": echo(500),
    "302": echo(302),
    "misfit": echo(200),
    "garbage": lambda request: http(b"<html>" + request),
    "broken compression": lambda request: http(request, 200, "Content-Encoding: gzip"),
}


def ask(drive: Drive, url: str, request: Request) -> SocialKitError:
    pipeline = Pipeline(
        drive.transport(),
        platform="pixelwall",
        base_url=url,
        authenticator=TokenAuthenticator("planted-token"),
        retry=Retry(attempts=1),
        timeout=0.2,
    )
    with pytest.raises(SocialKitError) as caught:
        drive.run(pipeline.call(request, WirePin))
    return caught.value


def loaded(safety: Safety) -> Request:
    return Request(
        method="POST",
        url="pins",
        params=(("access_token", Secret("planted query/+")), ("client_secret", "planted-plain")),
        headers={"X-Key": Secret("planted-header")},
        form=(("password", Secret("planted é form")),),
        safety=safety,
    )


@pytest.mark.parametrize("safety", [Safety.READ, Safety.WRITE], ids=lambda safety: safety.value)
@pytest.mark.parametrize("case", REPLIES)
def test_no_secret_is_reachable_from_an_error(
    drive: Drive, serve: Serve, caplog: pytest.LogCaptureFixture, case: str, safety: Safety
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(REPLIES[case])

    error = ask(drive, server.url, loaded(safety))

    assert b"planted" in server.requests[0]
    assert "planted" not in everything(error)
    assert "planted" not in caplog.text
    assert error.platform == "pixelwall"


def test_no_secret_is_reachable_when_nobody_listens(drive: Drive) -> None:
    error = ask(drive, f"http://127.0.0.1:{closed_port()}", loaded(Safety.WRITE))

    assert "planted" not in everything(error)


@pytest.mark.parametrize(
    "broken",
    [
        {"headers": {"X-Key": Secret("planted\r\nX-Other: 1")}},
        {"headers": {"X-Key": Secret("planted\udc00")}},
        {"url": "pins\nplanted", "params": (("token", Secret("planted")),)},
        {"form": (("password", Secret("planted\udc00")),)},
    ],
)
def test_no_secret_is_reachable_when_the_request_cannot_be_sent(
    drive: Drive, broken: dict[str, object]
) -> None:
    error = ask(drive, "http://127.0.0.1:9", loaded(Safety.WRITE).replace(**broken))

    if "url" not in broken:
        assert "planted" not in everything(error)
    assert error.__context__ is None


def test_a_cancelled_call_shows_no_secret(serve: Serve) -> None:
    import asyncio

    from socialkit.transport import AsyncTransport

    server = serve(lambda _: Act.HANG)

    async def story() -> str:
        transport = AsyncTransport()
        request = Request(method="GET", url=server.url, params=(("access_token", Secret("planted")),))
        task = asyncio.create_task(transport.send(request))
        await asyncio.to_thread(server.asked.acquire)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError as error:
            return everything(error)
        finally:
            await transport.close()
        return "planted: not cancelled"

    assert "planted" not in asyncio.run(story())


def test_requests_and_answers_show_no_secret() -> None:
    request = loaded(Safety.READ).replace(
        url="https://user:planted@pixelwall.example/pins?token=planted&page=2"
    )
    response = Response(200, {"set-cookie": "planted"}, b"planted", "planted")

    assert "planted" not in repr(request) + repr(response) + str(request.shown())
    assert "page=2" in request.shown().url


def test_an_address_that_cannot_be_read_is_still_shown() -> None:
    assert str(Request(method="GET", url="https://[").shown()) == "GET an address that cannot be read"


def test_secrets_are_found_in_every_spelling() -> None:
    request = Request(method="GET", url="/", headers={"Authorization": Secret("Bearer planted/token")})

    shown = redact("planted/token planted%2Ftoken Bearer planted/token", secrets_of(request))

    assert shown == "*** *** ***"


@pytest.mark.parametrize(
    "text",
    [
        '{"access_token":"planted","id":"1"}',
        "access_token=planted&id=1",
        "{'accessJwt': 'planted'}",
        '{"password": "planted',
    ],
)
def test_unknown_secrets_are_known_by_their_field(text: str) -> None:
    assert "planted" not in redact(text, ())
