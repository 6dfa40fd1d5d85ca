from __future__ import annotations

import io
import json
from collections.abc import Callable

import httpx
import pytest
import respx

from socialkit.errors import (
    ConfigurationError,
    ConnectionFailedError,
    InvalidDraftError,
    RequestTimeoutError,
    TransportError,
    UnexpectedResponseError,
)
from socialkit.transport import Request, Response, Secret, Timeouts, Upload
from tests.transport.conftest import Drive
from tests.transport.loopback import Act, Loopback, Reply, closed_port, http

URL = "https://pixelwall.example/v2/pins"
Serve = Callable[[Reply], Loopback]


def sent(drive: Drive, request: Request) -> httpx.Request:
    with respx.mock:
        route = respx.route().respond(200, json={})
        drive.run(drive.transport().send(request))
        wire: httpx.Request = route.calls.last.request
        return wire


def test_the_query_and_headers_are_sent_in_the_clear(drive: Drive) -> None:
    request = Request(
        method="GET",
        url=URL,
        params=(("q", "a&b é"), ("access_token", Secret("planted"))),
        headers={"Authorization": Secret("Bearer planted")},
    )

    wire = sent(drive, request)

    assert str(wire.url) == f"{URL}?q=a%26b+%C3%A9&access_token=planted"
    assert wire.headers["authorization"] == "Bearer planted"
    assert wire.headers["user-agent"].startswith("socialkit/")
    assert wire.headers["host"] == "pixelwall.example"


def test_a_header_of_the_request_replaces_our_own(drive: Drive) -> None:
    wire = sent(drive, Request(method="GET", url=URL, headers={"user-agent": "shop/1"}))

    assert wire.headers.get_list("user-agent") == ["shop/1"]


def test_json_is_sent_as_utf8(drive: Drive) -> None:
    wire = sent(drive, Request(method="POST", url=URL, json={"text": "Bonjour é 🍂"}))

    assert json.loads(wire.content) == {"text": "Bonjour é 🍂"}
    assert wire.headers["content-type"] == "application/json"
    assert int(wire.headers["content-length"]) == len(wire.content)


def test_a_form_keeps_its_order_and_repeated_names(drive: Drive) -> None:
    wire = sent(drive, Request(method="POST", url=URL, form=(("b", "2"), ("a", Secret("1 &")), ("b", "3"))))

    assert wire.content == b"b=2&a=1+%26&b=3"
    assert wire.headers["content-type"] == "application/x-www-form-urlencoded"


def test_bytes_are_sent_as_they_are(drive: Drive) -> None:
    wire = sent(
        drive, Request(method="PUT", url=URL, content=b"\0\1", headers={"Content-Type": "image/jpeg"})
    )

    assert wire.content == b"\0\1"
    assert wire.headers["content-type"] == "image/jpeg"


def test_files_are_streamed_and_closed(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http())
    opened: list[io.BytesIO] = []

    def jacket() -> io.BytesIO:
        opened.append(io.BytesIO(b"jacket" * 50_000))
        return opened[-1]

    request = Request(
        method="POST",
        url=server.url,
        form=(("caption", "Waxed"),),
        files=(Upload("file", "jacket.jpg", "image/jpeg", jacket),),
    )
    drive.run(drive.transport().send(request))

    body = server.requests[0]
    assert b'name="caption"\r\n\r\nWaxed\r\n' in body
    assert b'name="file"; filename="jacket.jpg"\r\nContent-Type: image/jpeg\r\n\r\njacketjacket' in body
    assert body.count(b"jacket") == 50_001
    assert [file.closed for file in opened] == [True]


def test_files_are_closed_when_the_connection_fails(drive: Drive) -> None:
    file = io.BytesIO(b"jacket")
    request = Request(
        method="POST",
        url=f"http://127.0.0.1:{closed_port()}/",
        files=(Upload("file", "jacket.jpg", "image/jpeg", lambda: file),),
    )

    with pytest.raises(ConnectionFailedError):
        drive.run(drive.transport().send(request))

    assert file.closed


def test_a_file_that_cannot_be_opened_is_found_before_sending(drive: Drive) -> None:
    def missing() -> io.BytesIO:
        raise FileNotFoundError(2, "No such file")

    request = Request(method="POST", url=URL, files=(Upload("file", "jacket.jpg", "image/jpeg", missing),))

    with pytest.raises(InvalidDraftError, match=r"jacket\.jpg cannot be read: No such file"):
        drive.run(drive.transport().send(request))


def test_a_file_that_breaks_off_counts_as_sent(drive: Drive, serve: Serve) -> None:
    class Torn(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    server = serve(lambda _: http())
    request = Request(method="POST", url=server.url, files=(Upload("file", "a.jpg", "image/jpeg", Torn),))

    with pytest.raises(ConnectionFailedError) as caught:
        drive.run(drive.transport().send(request))

    assert caught.value.sent


def test_the_answer_is_ours(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http(b'{"id": "1"}', 201, "X-Left: 3", "X-Left: 4"))

    response = drive.run(drive.transport().send(Request(method="GET", url=server.url)))

    assert response == Response(201, {"content-length": "11", "x-left": "3, 4"}, b'{"id": "1"}', server.url)
    assert response.json() == {"id": "1"}


@respx.mock
@pytest.mark.parametrize(
    ("raised", "told", "was_sent"),
    [
        (httpx.ConnectError("refused"), ConnectionFailedError, False),
        (httpx.ConnectTimeout("slow"), RequestTimeoutError, False),
        (httpx.PoolTimeout("busy"), RequestTimeoutError, False),
        (httpx.ProxyError("407"), ConnectionFailedError, False),
        (httpx.ReadTimeout("slow"), RequestTimeoutError, True),
        (httpx.WriteTimeout("slow"), RequestTimeoutError, True),
        (httpx.ReadError("reset"), ConnectionFailedError, True),
        (httpx.WriteError("reset"), ConnectionFailedError, True),
        (httpx.CloseError("reset"), ConnectionFailedError, True),
        (httpx.RemoteProtocolError("rubbish"), ConnectionFailedError, True),
        (httpx.LocalProtocolError("rubbish"), ConnectionFailedError, True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_a_failure_says_whether_bytes_were_sent(
    drive: Drive, raised: httpx.TransportError, told: type[TransportError], was_sent: bool
) -> None:
    respx.get(URL).mock(side_effect=raised)

    with pytest.raises(told) as caught:
        drive.run(drive.transport().send(Request(method="GET", url=URL, operation="posts.get")))

    assert caught.value.sent is was_sent
    assert caught.value.operation == "posts.get"
    assert str(caught.value.request) == f"GET {URL}"
    assert type(caught.value.__cause__) is type(raised)


def test_nobody_listening_means_nothing_sent(drive: Drive) -> None:
    with pytest.raises(ConnectionFailedError) as caught:
        drive.run(drive.transport().send(Request(method="GET", url=f"http://127.0.0.1:{closed_port()}/")))

    assert not caught.value.sent


def test_a_dropped_connection_means_sent(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: Act.DROP)

    with pytest.raises(ConnectionFailedError) as caught:
        drive.run(drive.transport().send(Request(method="POST", url=server.url)))

    assert caught.value.sent


@pytest.mark.parametrize("by_request", [True, False])
def test_a_silent_server_times_out(drive: Drive, serve: Serve, by_request: bool) -> None:
    server = serve(lambda _: Act.HANG)
    transport = drive.transport(None if by_request else Timeouts(read=0.05))

    with pytest.raises(RequestTimeoutError) as caught:
        drive.run(transport.send(Request(method="GET", url=server.url, timeout=0.05 if by_request else None)))

    assert caught.value.sent


def test_an_answer_cut_short_is_a_broken_connection(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http(b'{"id": "1"}')[:-3] if len(server.requests) > 1 else Act.DROP)

    with pytest.raises(ConnectionFailedError):
        drive.run(drive.transport().send(Request(method="GET", url=server.url)))


def test_a_broken_compression_is_unexpected_and_repeatable(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http(b"not gzip", 200, "Content-Encoding: gzip"))

    with pytest.raises(UnexpectedResponseError) as caught:
        drive.run(drive.transport().send(Request(method="GET", url=server.url)))

    assert caught.value.repeatable


@pytest.mark.parametrize(("limit", "fits"), [(10, True), (9, False)])
def test_an_answer_is_read_up_to_its_limit(drive: Drive, serve: Serve, limit: int, fits: bool) -> None:
    server = serve(lambda _: http(b"0123456789"))
    call = drive.transport().send(Request(method="GET", url=server.url, max_bytes=limit))

    if fits:
        assert drive.run(call).content == b"0123456789"
    else:
        with pytest.raises(UnexpectedResponseError, match="longer than 9 bytes"):
            drive.run(call)


@pytest.mark.parametrize(
    "url", ["ftp://pixelwall.example/", "pins/1", "http://pixel wall/\n", "http://[::1/", "http:///x"]
)
def test_an_address_that_cannot_be_asked_is_refused(drive: Drive, url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"address .* be asked"):
        drive.run(drive.transport().send(Request(method="GET", url=url)))


@pytest.mark.parametrize("body", [{"json": {"text": "\ud800"}}, {"json": {"share": float("nan")}}])
def test_a_body_that_cannot_be_written_is_refused(drive: Drive, body: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written down"):
        drive.run(drive.transport().send(Request(method="POST", url=URL).replace(**body)))


def test_a_line_break_in_a_header_is_refused_by_name(drive: Drive) -> None:
    request = Request(method="GET", url=URL, headers={"Authorization": Secret("Bearer planted\n")})

    with pytest.raises(ConfigurationError, match="header Authorization has a line break") as caught:
        drive.run(drive.transport().send(request))

    assert "planted" not in str(caught.value)


def test_a_closed_client_says_so(drive: Drive) -> None:
    transport = drive.transport()
    drive.run(transport.close())

    with pytest.raises(ConfigurationError, match="the client is closed"):
        drive.run(transport.send(Request(method="GET", url=URL)))


def test_cookies_are_not_kept(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http(b"{}", 200, "Set-Cookie: session=planted; Path=/"))
    transport = drive.transport()

    for _ in range(2):
        drive.run(transport.send(Request(method="GET", url=server.url)))

    assert b"planted" not in server.requests[1]


def test_the_time_is_aware_utc(drive: Drive) -> None:
    offset = drive.transport().now().utcoffset()

    assert offset is not None
    assert not offset


def test_offloaded_functions_return_their_result(drive: Drive) -> None:
    assert drive.run(drive.transport().offload(divmod, 7, 2)) == (3, 1)
