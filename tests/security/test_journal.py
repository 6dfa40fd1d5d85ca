"""What is kept and shown of work with servers that fail and repeat what they were told: never a secret."""

from __future__ import annotations

import io
import json
import logging
import pickle
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import socialkit as sk
from socialkit.operations import Async
from socialkit.testing import settle
from tests.security.support import (
    ACCESS,
    FAULTS,
    GIF,
    NOON,
    STATUS,
    Serve,
    close,
    haste,
    leaks,
    logged,
    reading,
    token_of,
)
from tests.transport.loopback import Reply, Sent, http

KEPT_IN = "SOCIALKIT_TEST_ONLY_TOKEN"
MINUTE = timedelta(minutes=1)
WRITES = ["400", "401", "500", "object", "cut", "away"]
MARCH = sk.Period.month(2026, 3, zone="UTC")

Open = Callable[[str], sk.Workspace]


@pytest.fixture
def agency(blocking: bool, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a workspace of one account, whose token is named and not given."""
    monkeypatch.setenv(KEPT_IN, ACCESS)

    def opened(url: str) -> sk.Workspace:
        token = sk.SecretRef(f"env:{KEPT_IN}")
        account = sk.Account("mastodon", base_url=url, access_token=token)
        brand = sk.Brand("acme", account)
        return sk.Workspace(brand, clock=lambda: NOON, transports=lambda mode, _: haste(mode is not Async))

    assert blocking in {True, False}
    return opened


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[sk.Journal]:
    with sk.Journal.open(f"sqlite:///{tmp_path}/journal.db") as opened:
        yield opened


def failing(fault: str) -> Reply:
    """Answer what is read, a file among it, and fail at each write."""

    def reply(request: bytes) -> Sent:
        if request.startswith(b"GET /dot.gif"):
            return http(GIF)
        return reading(request) if request.startswith(b"GET") else FAULTS[fault](request)

    return reply


def written_down(folder: Path) -> dict[str, list[str]]:
    """Return the files of a folder that hold a planted secret, and where."""
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert any(one.name == "journal.db" for one in files)
    found = {one.name: leaks(one.read_bytes().decode("latin-1")) for one in files}
    return {name: places for name, places in found.items() if places}


@pytest.mark.parametrize("fault", WRITES)
async def test_a_journal_of_failures_holds_no_secret(
    blocking: bool,
    agency: Open,
    journal: sk.Journal,
    serve: Serve,
    fault: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(failing(fault))
    workspace = agency(server.url)
    publisher: Any = (sk.Publisher if blocking else sk.AsyncPublisher)(workspace, journal, actor="maria")
    file = sk.Media.from_url(
        f"{server.url}/dot.gif?X-Amz-Signature={ACCESS}", alt_text="A dot", internal=True
    )
    for draft in (sk.Draft(text="One", media=[file]), sk.Draft(text="Two", thread=[sk.Draft(text="Three")])):
        await settle(publisher.plan(draft, to="mastodon"))
    for minutes in range(2):
        await settle(publisher.run_due(now=NOON + minutes * MINUTE))
        await settle(publisher.reconcile())
    exported = io.StringIO()
    journal.export(exported)
    audited = [journal.export_audit(exported, form=form) for form in ("jsonl", "csv")]
    audit = list(journal.audit())
    told = [*journal.deliveries(), *journal.events(), *journal.verify(), *audit]
    page = sk.Report(workspace.brand("acme"), MARCH, reader="HR", journal=journal, now=NOON)
    page.to_html(tmp_path / "report.html")
    acme = workspace.brand("acme")
    await close(acme.client("mastodon") if blocking else acme.client_async("mastodon"))

    assert any(ACCESS.encode() in request for request in server.requests if request.startswith(b"POST"))
    assert len(told) > 4
    assert audited == [len(audit)] * 2 != [0, 0]
    assert [found for one in told if (found := leaks(one))] == []
    assert leaks(exported.getvalue()) == leaks(str(page)) == leaks(pickle.dumps(told).decode("latin-1")) == []
    assert written_down(tmp_path) == {}
    assert logged(caplog.records) == []


SPELT: dict[str, Callable[[str], str]] = {
    "as it is": lambda token: token,
    "with slashes escaped": lambda token: token.replace("/", "\\/"),
    "quoted": lambda token: quote(token, safe=""),
    "in base64": lambda token: b64encode(token.encode()).decode(),
    "escaped": lambda token: "".join(f"\\u{ord(one):04X}" for one in token),
}


def repeating(spelt: str) -> Reply:
    """Answer all that is asked, and repeat the token in each status."""

    def reply(request: bytes) -> Sent:
        told = (
            f'{STATUS[:-1]}, "debug": {{"authorization": "Bearer {SPELT[spelt](token_of(request) or "")}"}}}}'
        )
        if not request.startswith((b"POST /api/v1/statuses", b"GET /api/v1/statuses/1 ")):
            return reading(request)
        return http(told.encode())

    return reply


@pytest.mark.parametrize("spelt", SPELT)
async def test_a_good_answer_that_repeats_the_token_does_not_get_it_kept(
    blocking: bool, agency: Open, journal: sk.Journal, serve: Serve, spelt: str, tmp_path: Path
) -> None:
    server = serve(repeating(spelt))
    workspace = agency(server.url)
    publisher: Any = (sk.Publisher if blocking else sk.AsyncPublisher)(workspace, journal, actor="maria")
    (planned,) = await settle(publisher.plan("One", to="mastodon"))
    out = await settle(publisher.deliver(planned))
    acme = workspace.brand("acme")
    client: Any = acme.client("mastodon") if blocking else acme.client_async("mastodon")
    posts: list[Any] = [
        out.post,
        await settle(client.posts.publish("Two")),
        await settle(client.posts.get("1")),
    ]
    await close(client)

    assert out.state is sk.DeliveryState.CONFIRMED
    assert [leaks(one) + leaks(one.model_dump()) for one in (*posts, *journal.deliveries())] == [[]] * 4
    for post in posts:
        assert "***" in post.raw["debug"]["authorization"]
        assert json.loads(STATUS).items() <= dict(post.raw).items()
    assert written_down(tmp_path) == {}


def me(client: Any) -> Any:
    return client.account.me()


@pytest.mark.parametrize("fault", ["401", "500", "page", "list", "not http"])
async def test_what_failed_in_a_sweep_or_a_map_shows_no_secret(
    blocking: bool,
    agency: Open,
    journal: sk.Journal,
    serve: Serve,
    fault: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    workspace = agency(serve(FAULTS[fault]).url)
    router = sk.Router(default=sk.RoutingRule(key="rest", department="care"))
    kind: Any = sk.Desk if blocking else sk.AsyncDesk
    desk = kind(workspace, journal, router=router, actor="maria")
    sweep = await settle(desk.sweep())
    mapping: Any = workspace.map if blocking else workspace.map_async
    results = await settle(mapping(me, each="account"))
    acme = workspace.brand("acme")
    await close(acme.client("mastodon") if blocking else acme.client_async("mastodon"))

    assert sweep.failed()
    assert results.failed()
    assert [leaks(one) for one in (*sweep.failed().values(), *results.failed().values())] == [[], []]
    assert leaks(repr(sweep)) == leaks(repr(results)) == leaks(workspace) == logged(caplog.records) == []
    assert written_down(tmp_path) == {}


def test_a_named_secret_is_pickled_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEPT_IN, ACCESS)
    named = sk.SecretRef(f"env:{KEPT_IN}")

    for thing in (named, sk.Account("mastodon", base_url="https://social.example", access_token=named)):
        with pytest.raises(TypeError) as caught:
            pickle.dumps(thing)
        assert leaks(caught.value) == leaks(thing) == []
