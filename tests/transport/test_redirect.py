from __future__ import annotations

import pytest
import respx

from socialkit.transport import Request, Response, Safety, Secret
from socialkit.transport._redirect import follow
from tests.transport.conftest import Drive

URL = "https://pixelwall.example/v2/media"
OTHER = "https://cdn.example/jacket.jpg"


def request(**changes: object) -> Request:
    return Request(
        method="GET",
        url=URL,
        params=(("access_token", Secret("planted-query")), ("size", "big")),
        headers={"Authorization": Secret("Bearer planted"), "cookie": "planted", "X-Trace": "1"},
    ).replace(**changes)


def moved(location: str, status: int = 302) -> Response:
    return Response(status, {"location": location}, b"")


@respx.mock
def test_another_host_gets_no_credentials(drive: Drive) -> None:
    respx.get(url__startswith=URL).respond(302, headers={"location": f"{OTHER}?t=planted-query&w=1"})
    target = respx.get(url__startswith=OTHER).respond(200, content=b"jpeg")

    response = drive.run(drive.transport().send(request()))

    wire = target.calls.last.request
    assert response.content == b"jpeg"
    assert response.url == f"{OTHER}?w=1"
    assert str(wire.url) == f"{OTHER}?w=1"
    assert "planted" not in str(wire.headers.raw)
    assert wire.headers["x-trace"] == "1"


@respx.mock
def test_the_same_host_keeps_the_headers(drive: Drive) -> None:
    respx.get(url__startswith=URL).respond(301, headers={"location": "/v3/media?size=big"})
    target = respx.get("https://pixelwall.example/v3/media?size=big").respond(200)

    drive.run(drive.transport().send(request()))

    assert target.calls.last.request.headers["authorization"] == "Bearer planted"


@respx.mock
def test_a_circle_ends_after_five_redirects(drive: Drive) -> None:
    route = respx.get(url__startswith=URL).respond(302, headers={"location": URL})

    response = drive.run(drive.transport().send(request()))

    assert response.status == 302
    assert route.call_count == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://pixelwall.example/v2/media",
        "https://pixelwall.example:8443/v2/media",
        "https://pixelwall.example.evil.example/",
        "https://pixelwall.example@evil.example/",
        "//evil.example/",
    ],
)
def test_another_origin_or_a_downgrade_is_a_stranger(location: str) -> None:
    following = follow(request(), moved(location))

    assert following is not None
    assert dict(following.headers) == {"X-Trace": "1"}
    assert not following.signed


def test_the_way_up_to_https_keeps_credentials() -> None:
    following = follow(request(url="http://pixelwall.example/v2/media"), moved(URL))

    assert following is not None
    assert "Authorization" in following.headers


@pytest.mark.parametrize(
    "changes",
    [
        {"safety": Safety.WRITE},
        {"safety": Safety.PREPARE},
        {"safety": Safety.REPEATABLE},
        {"method": "POST"},
        {"accepts": frozenset({302})},
    ],
)
def test_anything_but_a_plain_read_is_not_followed(changes: dict[str, object]) -> None:
    assert follow(request(**changes), moved(OTHER)) is None


@pytest.mark.parametrize("location", ["ftp://pixelwall.example/", "file:///etc/passwd", "https://[", ""])
def test_an_address_that_leads_nowhere_is_not_followed(location: str) -> None:
    assert follow(request(), moved(location)) is None
