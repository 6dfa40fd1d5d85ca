"""Requests and their parameters."""

from __future__ import annotations

import pytest

from socialkit.sandbox import SimRequest, SimResponse
from socialkit.sandbox._params import BadBodyError, Params


def form(body: str) -> Params:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return SimRequest.of("post", "/", headers=headers, body=body.encode()).params()


def test_header_names_become_lower_case_and_methods_upper_case() -> None:
    request = SimRequest.of("post", "/path?a=1", headers={"Content-Type": "text/plain"})

    assert (request.method, request.path, request.query) == ("POST", "/path", (("a", "1"),))
    assert request.headers == {"content-type": "text/plain"}


def test_arrays_and_nested_arrays_of_a_form_are_nested() -> None:
    params = form("media_ids%5B%5D=1&media_ids%5B%5D=2&poll%5Boptions%5D%5B%5D=yes&poll%5Bexpires_in%5D=300")

    assert params.texts("media_ids") == ["1", "2"]
    poll = params.group("poll")
    assert poll is not None
    assert (poll.texts("options"), poll.number("expires_in")) == (["yes"], 300)


@pytest.mark.parametrize("mark", ["", "0"])
def test_lists_of_groups_are_read_with_and_without_numbers(mark: str) -> None:
    groups = form(f"m[{mark}][id]=1&m[{mark}][description]=a&m[{mark and 1}][id]=2").groups("m")

    assert [dict(group) for group in groups] == [{"id": "1", "description": "a"}, {"id": "2"}]


def test_json_bodies_keep_their_structure_and_win_over_the_query() -> None:
    headers = {"content-type": "application/json; charset=utf-8"}
    request = SimRequest.of("POST", "/?a=1&b=2", headers=headers, body=b'{"a": true, "list": [1]}')

    params = request.params()

    assert (params.flag("a"), params.text("b"), params.texts("list")) == (True, "2", ["1"])


def test_multipart_files_keep_every_byte() -> None:
    content = bytes(range(256)) + b"\r\n--\r\n"
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
        + content
        + b"\r\n--x--\r\n"
    )
    request = SimRequest.of(
        "POST", "/", headers={"content-type": "multipart/form-data; boundary=x"}, body=body
    )

    file = request.params().file("file")

    assert file is not None
    assert (file.name, file.content_type, file.content) == ("a.bin", "application/octet-stream", content)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"nothing"),
    ],
)
def test_bodies_that_are_not_what_they_claim_are_refused(kind: str, body: bytes) -> None:
    with pytest.raises(BadBodyError):
        SimRequest.of("POST", "/", headers={"content-type": kind}, body=body).params()


@pytest.mark.parametrize("text", ["", "x", "1.5", "9" * 99])
def test_what_is_no_number_counts_as_absent(text: str) -> None:
    assert Params.of([("limit", text)]).number("limit") is None


def test_more_headers_do_not_replace_those_an_answer_has() -> None:
    answer = SimResponse.json({}, headers={"a": "1"}).with_headers({"a": "2", "b": "3"})

    assert (answer.headers["a"], answer.headers["b"]) == ("1", "3")
