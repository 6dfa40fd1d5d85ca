"""With what a command ends when what it works with is not as it should be, and what it says is left to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from socialkit.cli._command import perform
from socialkit.cli._endings import ending
from socialkit.cli._exits import Exit
from socialkit.cli._sending import carried
from socialkit.cli._session import Session
from socialkit.publishing._database import UnusableError
from socialkit.sandbox import MastodonSimulator
from tests.auth.places import TOKEN_KEY
from tests.cli.conftest import MAIN, TOKENS, Shop, publishing

BLUESKY = "acme/bluesky/main"
OWN = """
[[brands.acme.accounts]]
platform = "mastodon"
name = "own"
base_url = "https://mastodon.example"
access_token = "env:SOCIALKIT_OWN"
"""


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Return a shop whose platform listens on this machine, for logins that the world must not hand out."""
    monkeypatch.chdir(tmp_path)
    with sk.Sandbox(seed=7) as world:
        address = world.serve(platforms=("mastodon",)).url("mastodon")
        monkeypatch.setenv("SOCIALKIT_OWN", world.simulator("mastodon").connection("main")["access_token"])
        monkeypatch.setenv("SOCIALKIT_KEY", TOKEN_KEY)
        platform = world.simulator("mastodon")
        assert isinstance(platform, MastodonSimulator)
        platform.revoke_token("main")
        Path("agency.toml").write_text((TOKENS + OWN).replace("https://mastodon.example", address), "utf-8")
        yield Shop(world, tmp_path)


def test_a_login_that_is_dead_is_to_be_set_up_and_its_post_stays_planned(served: Shop) -> None:
    dead = served.run("post", "Roasted", "--to", "acme/mastodon/own", "--yes", "--json")

    assert (dead.exit, dead.items[0]["state"]) == (Exit.CONFIGURATION, "planned")
    assert "stays planned: set the account up" in dead.err


def test_health_names_the_command_that_mends_a_login(served: Shop) -> None:
    people, programs = served.run("health"), served.run("health", "--json")

    assert people.exit is Exit.FAILED
    assert f"{MAIN}: run\n  socialkit login {MAIN}\n" in people.out
    assert {item["account"]: item["login"] for item in programs.items} == {
        MAIN: f"socialkit login {MAIN}",
        "acme/mastodon/own": None,
    }


def test_what_merely_waits_is_no_matter_of_setting_up(shop: Shop) -> None:
    shop.world.fail("mastodon", "publish", sk.Fault.RATE_LIMITED, times=9)
    busy = shop.run("post", "Roasted", "--to", MAIN, "--yes")

    assert busy.exit is Exit.WAITING
    assert "a later 'socialkit queue run' sends it" in busy.err


def test_a_journal_that_is_none_has_to_be_set_up_and_one_that_says_no_has_refused(shop: Shop) -> None:
    Path("words.db").write_text("these are words, and no journal at all" * 100, "utf-8")
    none = [
        shop.run("queue", "list", "--journal", f"sqlite:///{path}", *more, "--json")
        for path in ("words.db", "nowhere/journal.db")
        for more in ((), ("--dry-run",))
    ]
    added = shop.run("post", "Roasted", "--to", MAIN, "--yes", "--journal", "sqlite:///nowhere/journal.db")

    assert {one.exit for one in (*none, added)} == {Exit.CONFIGURATION}
    assert shop.run("queue", "cancel", "no such").exit is Exit.REFUSED
    assert ending(UnusableError("the disk is full")) is Exit.FAILED
    assert not Path("nowhere").exists()


def test_an_error_that_programs_cannot_know_goes_by_the_name_of_one_that_they_can(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def unusable() -> None:
        raise UnusableError("the disk is full")

    assert perform(Session(command="post", as_json=True), unusable) is Exit.FAILED  # type: ignore[arg-type]
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "JournalError"


@pytest.mark.parametrize("error", [UnusableError("the disk is full"), LookupError("no such day")])
def test_whatever_breaks_off_while_something_is_sent_leaves_its_outcome_open(
    shop: Shop, error: Exception
) -> None:
    def carry(_delivery: object, _progress: object) -> Iterator[sk.Delivery]:
        raise error

    with publishing() as publisher, sk.Workspace.load("agency.toml") as workspace:
        answer = carried(workspace, publisher.plan("Roasted", to=MAIN), carry)

    assert (answer.exit, answer.error) == (Exit.UNKNOWN, error)
    assert "may be out or not" in answer.said[0]
    assert shop.texts() == []


def test_whoever_interrupts_between_two_accounts_is_told_what_stays_planned(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def interrupted() -> Generator[Callable[[], bool]]:
        yield lambda: bool(shop.texts())

    monkeypatch.setattr("socialkit.cli._sending.stopping", interrupted)
    said = shop.run("post", "Roasted", "--to", MAIN, "--to", BLUESKY, "--yes", "--json")

    assert (said.exit, [item["state"] for item in said.items]) == (Exit.WAITING, ["confirmed", "planned"])
    assert f"{BLUESKY} stays planned: a later 'socialkit queue run' sends it" in said.err


@pytest.mark.parametrize(
    "words",
    [
        ("inbox", "--since", "999999999d"),
        ("inbox", "--since", "9" * 5000 + "d"),
        ("inbox", "--since", "0001-01-01T00:00:00+14:00"),
        ("post", "Roasted", "--to", MAIN, "--at", "9999-12-31T23:59:59-14:00"),
    ],
    ids=lambda words: " ".join(words)[:60],
)
def test_a_time_beyond_the_calendar_is_not_understood(shop: Shop, words: tuple[str, ...]) -> None:
    said = shop.run(*words, "--dry-run")

    assert said.exit is Exit.USAGE
    assert "Traceback" not in said.err


def test_what_came_in_is_as_wide_as_it_is_where_nobody_looks(shop: Shop) -> None:
    shop.world.receive("mastodon", text="Where is my order?", author="robin")
    said = shop.run("inbox", "--account", MAIN)

    assert "Where is my order?\n" in said.out
    assert max(map(len, said.out.splitlines())) < 120


class Killed(BaseException):
    """The process is gone in the middle of a post."""


def test_what_a_killed_command_had_in_hand_is_told_with_when_it_is_looked_for(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator: Any = shop.world.simulator("mastodon")
    handle = simulator.handle

    def dies(request: Any) -> Any:
        if request.method == "POST":
            raise Killed
        return handle(request)

    with publishing() as publisher:
        (one,) = publisher.plan(sk.Draft(text="Roasted"), to=MAIN)
        monkeypatch.setattr(simulator, "handle", dies)
        with pytest.raises(Killed):
            publisher.run_due()
        (held,) = publisher.deliveries(state=sk.DeliveryState.SENDING)
    monkeypatch.setattr(simulator, "handle", handle)
    soon = shop.run("queue", "run", "--yes")

    assert held.next_look is not None
    wait = held.next_look - shop.world.clock.now()
    shop.world.clock.advance(wait.total_seconds() + 1)
    later = shop.run("queue", "run", "--yes", "--json")

    assert timedelta(minutes=4) < wait < timedelta(minutes=10)
    assert "nothing is due" in soon.err
    assert f"delivery {one.id[-8:]} is being sent, and is looked for from " in soon.err
    assert [item["delivery"] for item in later.items] == [one.id]
