"""Simulators behind a real socket on the loopback interface."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator

import httpx
import pytest

from socialkit.sandbox import Fault, FaultPlan, MastodonSimulator, SandboxServer, serve
from socialkit.sandbox._server import _Server  # pyright: ignore[reportPrivateUsage]
from tests.sandbox.support import Caller


@pytest.fixture
def plan() -> FaultPlan:
    return FaultPlan()


@pytest.fixture
def served(server: MastodonSimulator, plan: FaultPlan) -> Iterator[SandboxServer]:
    with serve({"mastodon": server}, plan) as running:
        yield running


@pytest.fixture
def client(served: SandboxServer, main: Caller) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {main.token}"}
    with httpx.Client(base_url=served.url("mastodon"), headers=headers, timeout=5) as client:
        yield client


def test_requests_over_the_socket_change_the_same_world(
    client: httpx.Client, server: MastodonSimulator
) -> None:
    answer = client.post("/api/v1/statuses", data={"status": "Hello 🍂"})

    assert answer.json()["id"] == server.posts()[0].id
    assert server.posts()[0].text == "Hello 🍂"


def test_one_connection_carries_many_requests(client: httpx.Client) -> None:
    answers = [client.get("/api/v1/accounts/verify_credentials") for _ in range(3)]

    assert {answer.status_code for answer in answers} == {200}


def test_bodies_sent_in_chunks_are_read(client: httpx.Client, server: MastodonSimulator) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post("/api/v1/statuses", content=iter([b'{"status":', b' "Hello"}']), headers=headers)

    assert (answer.status_code, server.posts()[0].text) == (200, "Hello")


def test_links_and_redirects_keep_the_prefix(client: httpx.Client, served: SandboxServer) -> None:
    client.post("/api/v1/statuses", data={"status": "Hello"})
    metadata = client.get("/.well-known/oauth-authorization-server").json()
    page = client.get("/api/v1/timelines/home")

    assert metadata["token_endpoint"] == f"{served.url('mastodon')}/oauth/token"
    assert page.links["next"]["url"].startswith(f"{served.url('mastodon')}/api/v1/timelines/home?")


@pytest.mark.parametrize(("fault", "posts"), [(Fault.DROP_BEFORE_COMMIT, 0), (Fault.DROP_AFTER_COMMIT, 1)])
def test_a_dropped_line_closes_the_socket_without_an_answer(
    client: httpx.Client, server: MastodonSimulator, plan: FaultPlan, fault: Fault, posts: int
) -> None:
    plan.order("mastodon", "publish", fault)

    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/api/v1/statuses", data={"status": "Hello"})

    assert len(server.posts()) == posts


def test_a_slow_answer_outlasts_the_callers_patience(
    client: httpx.Client, server: MastodonSimulator, plan: FaultPlan
) -> None:
    plan.order("mastodon", "publish", Fault.SLOW)

    with pytest.raises(httpx.ReadTimeout):
        client.post("/api/v1/statuses", data={"status": "Hello"}, timeout=0.1)

    assert len(server.posts()) == 1


def test_a_slow_answer_comes_after_all_when_the_caller_stays(
    server: MastodonSimulator, main: Caller, plan: FaultPlan
) -> None:
    plan.order("mastodon", "me", Fault.SLOW)
    headers = {"Authorization": f"Bearer {main.token}"}
    with serve({"mastodon": server}, plan, longest_wait=0.1) as running:
        answer = httpx.get(f"{running.url('mastodon')}/api/v1/accounts/verify_credentials", headers=headers)

    assert answer.json()["username"] == "main"


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.TRUNCATED])
def test_unreadable_answers_reach_the_caller_whole(
    client: httpx.Client, plan: FaultPlan, fault: Fault
) -> None:
    plan.order("mastodon", "me", fault)

    answer = client.get("/api/v1/accounts/verify_credentials")

    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_the_root_lists_what_is_there_and_unknown_names_are_refused(served: SandboxServer) -> None:
    assert "mastodon" in httpx.get(served.url()).text
    assert httpx.get(served.url("nowhere") + "/api").status_code == 404


def test_nonsense_on_the_line_does_not_stop_the_server(served: SandboxServer, client: httpx.Client) -> None:
    host, _, port = served.url().removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(b"POST /mastodon/x HTTP/1.1\r\ncontent-length: many\r\n\r\n")
        line.recv(1_000)

    assert client.get("/api/v2/instance").status_code == 200


def test_many_who_come_at_once_are_let_wait() -> None:
    waiting = _Server({}, FaultPlan(), port=0, longest_wait=1)  # which listens, and takes nobody in yet
    with waiting, contextlib.ExitStack() as stack:
        door = ("127.0.0.1", waiting.server_address[1])
        callers = [stack.enter_context(socket.create_connection(door, timeout=1)) for _ in range(64)]

        assert {one.getpeername() for one in callers} == {door}


def test_a_closed_server_answers_no_more(server: MastodonSimulator) -> None:
    running = serve({"mastodon": server})
    address = running.url("mastodon")
    running.close()

    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/api/v2/instance")


def test_answers_tell_the_simulated_time_once(
    client: httpx.Client, server: MastodonSimulator, plan: FaultPlan
) -> None:
    told = client.get("/api/v1/instance").headers.get_list("date")
    server.clock.advance(90)
    later = client.get("/api/v1/instance").headers.get_list("date")
    plan.order("mastodon", "instance_v1", Fault.SERVER_ERROR)
    broken = client.get("/api/v1/instance")

    assert told == ["Mon, 02 Mar 2026 09:00:00 GMT"]
    assert later == ["Mon, 02 Mar 2026 09:01:30 GMT"]
    assert (broken.status_code, broken.headers.get_list("date")) == (500, later)
