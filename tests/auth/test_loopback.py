"""The page that a browser comes back to: it takes one answer, that of its login, and shows nothing of it."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from socialkit.auth import LoginState, LoopbackPage, parse_callback
from socialkit.errors import ConfigurationError, RequestTimeoutError
from socialkit.transport import Secret, reveal
from tests.auth.support import NOON, shown, state

NOW = timedelta(0)
ANSWER = "code=planted-code&state=nonce-of-login"
LONG = timedelta(seconds=60)


class Waiting:
    """A page that waits, and browsers that come to it."""

    def __init__(self, page: LoopbackPage, kept: LoginState) -> None:
        self.page = page
        self.kept = kept
        self.place = urlsplit(page.address)
        page.listen(kept)

    def get(
        self, query: str = ANSWER, *lines: str, path: str = "/back", method: str = "GET"
    ) -> tuple[int, str]:
        """Ask as the headers say; the host's own name is in them if no line is given."""
        head = lines or (f"Host: {self.place.netloc}",)
        return self.send("\r\n".join([f"{method} {path}?{query} HTTP/1.1", *head, "", ""]).encode())

    def send(self, request: bytes) -> tuple[int, str]:
        with socket.create_connection(("127.0.0.1", self.place.port or 0), timeout=20) as line:
            line.sendall(request)
            answer = b"".join(iter(lambda: line.recv(65_536), b"")).decode()
        return int(answer.split(" ")[1]), answer

    def waits(self) -> bool:
        """Tell whether nobody was taken for the answer yet."""
        try:
            self.page.wait(NOW)
        except RequestTimeoutError:
            return True
        return False


@pytest.fixture
def waiting() -> Iterator[Waiting]:
    with LoopbackPage("http://127.0.0.1/back") as page:
        yield Waiting(page, state(redirect_uri=page.address))


def test_the_one_answer_is_taken_and_the_page_closes_itself(waiting: Waiting) -> None:
    status, answer = waiting.get()
    back = waiting.page.wait(LONG)
    waiting.page.close()
    waiting.page.close()

    assert status == 200
    assert reveal(back) == f"{waiting.page.address}?{ANSWER}"
    assert parse_callback(reveal(back), waiting.kept, now=NOON) == Secret("planted-code")
    assert "planted" not in answer + repr(back)
    with pytest.raises(ConnectionRefusedError):
        waiting.get()


def test_the_page_is_plain_and_loads_nothing(waiting: Waiting) -> None:
    _, answer = waiting.get()
    head, _, body = answer.partition("\r\n\r\n")

    assert "Content-Security-Policy: default-src 'none'; style-src 'sha256-" in head
    assert {"Cache-Control: no-store", "Referrer-Policy: no-referrer"} <= set(head.split("\r\n"))
    assert re.findall(r"<(?:html|title|h1|main)\b[^>]*>", body) == [
        '<html lang="en">',
        "<title>",
        "<main>",
        "<h1>",
    ]
    assert "pixelwall" in body
    assert not re.search(r"<script|<img|<form|https?://|\bon\w+=", body)
    assert "Python" not in head


FOREIGN: dict[str, tuple[Callable[[Waiting], tuple[int, str]], int]] = {
    "another name of this machine": (lambda to: to.get(ANSWER, f"Host: evil.example:{to.place.port}"), 403),
    "another port": (lambda to: to.get(ANSWER, "Host: 127.0.0.1:1"), 403),
    "no port": (lambda to: to.get(ANSWER, "Host: 127.0.0.1"), 403),
    "no host": (lambda to: to.get(ANSWER, "Accept: text/html"), 403),
    "two hosts": (lambda to: to.get(ANSWER, f"Host: {to.place.netloc}", "Host: evil.example"), 403),
    "another origin": (
        lambda to: to.get(ANSWER, f"Host: {to.place.netloc}", "Origin: https://evil.example"),
        403,
    ),
    "no origin to tell": (lambda to: to.get(ANSWER, f"Host: {to.place.netloc}", "Origin: null"), 403),
    "a picture of a page": (
        lambda to: to.get(ANSWER, f"Host: {to.place.netloc}", "Sec-Fetch-Dest: image"),
        403,
    ),
    "a frame": (lambda to: to.get(ANSWER, f"Host: {to.place.netloc}", "Sec-Fetch-Dest: iframe"), 403),
    "another path": (lambda to: to.get(path="/"), 404),
    "a path below": (lambda to: to.get(path="/back/more"), 404),
    "a whole address": (lambda to: to.get(path="http://evil.example/back"), 404),
    "another state": (lambda to: to.get("code=planted-code&state=another"), 400),
    "no state": (lambda to: to.get("code=planted-code"), 400),
    "an empty state": (lambda to: to.get("code=planted-code&state="), 400),
    "two states": (lambda to: to.get(f"{ANSWER}&state=nonce-of-login"), 400),
    "two codes": (lambda to: to.get(f"{ANSWER}&code=other"), 400),
    "neither code nor error": (lambda to: to.get("state=nonce-of-login"), 400),
    "the names of OAuth 1.0a": (lambda to: to.get("oauth_verifier=x&oauth_token=nonce-of-login"), 400),
    "a form": (lambda to: to.get(method="POST"), 501),
    "only the head": (lambda to: to.get(method="HEAD"), 501),
    "nonsense": (lambda to: to.send(b"planted-code nonsense here and there\r\n\r\n"), 400),
    "an endless line": (lambda to: to.send(b"GET /" + b"a" * 70_000), 414),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_whatever_is_not_the_answer_neither_ends_the_login_nor_learns_anything(
    waiting: Waiting, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    ask, expected = FOREIGN[name]
    status, answer = ask(waiting)

    assert status == expected
    assert waiting.waits()
    assert "planted" not in answer
    assert waiting.get()[0] == 200
    assert capfd.readouterr() == ("", "")


def test_a_refusal_is_an_answer(waiting: Waiting) -> None:
    status, _ = waiting.get("error=access_denied&state=nonce-of-login")

    assert status == 200
    with pytest.raises(ConfigurationError, match="refused: access_denied"):
        parse_callback(reveal(waiting.page.wait(LONG)), waiting.kept, now=NOON)


def test_of_many_who_bring_the_answer_one_is_taken(waiting: Waiting) -> None:
    seen: list[int] = []

    def come() -> None:
        try:
            seen.append(waiting.get()[0])
        except (OSError, IndexError):  # the page is closed already, or closes on those at its door
            seen.append(0)

    browsers = [threading.Thread(target=come) for _ in range(6)]
    for one in browsers:
        one.start()
    for one in browsers:
        one.join()

    assert seen.count(200) == 1
    assert set(seen) <= {200, 410, 0}


def test_a_connection_that_says_nothing_keeps_nobody_waiting(waiting: Waiting) -> None:
    with socket.create_connection(("127.0.0.1", waiting.place.port or 0)):  # browsers open some in advance
        assert waiting.get()[0] == 200
    assert waiting.page.wait(LONG)


def test_nobody_comes(waiting: Waiting) -> None:
    with pytest.raises(RequestTimeoutError, match="nobody came back") as caught:
        waiting.page.wait(NOW)
    waiting.page.close()

    assert caught.value.platform == "pixelwall"
    assert "nonce-of-login" not in shown(caught.value)
    with pytest.raises(ConnectionRefusedError):
        waiting.get()


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/back",
        "http://0.0.0.0/back",
        "http://shop.example/back",
        "http://127.0.0.1.shop.example/",
        "http://127.0.0.1@shop.example/",
        "http://me@127.0.0.1/",
        "http://127.0.0.1/?a=1",
        "http://127.0.0.1/#a",
        "http://127.0.0.1:99999/",
        "http://[broken/",
        "urn:ietf:wg:oauth:2.0:oob",
        "",
    ],
)
def test_an_address_that_does_not_lead_here_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match="does not lead to this machine"):
        LoopbackPage(address)


def test_a_port_that_is_taken_is_told_and_one_of_our_own_is_used_again() -> None:
    with LoopbackPage("http://localhost") as page:
        address = page.address
        with pytest.raises(ConfigurationError, match="cannot be listened on"):
            LoopbackPage(address)
    with LoopbackPage(address) as again:
        assert again.address == address
    assert urlsplit(address).hostname == "localhost"
    assert urlsplit(address).path == "/"
