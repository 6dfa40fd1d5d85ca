"""What somebody at the terminal agrees to: they see it, and it is all that happens."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta

import pytest

import socialkit as sk
from socialkit.cli._asking import ask
from socialkit.cli._exits import Exit
from socialkit.cli._session import Session
from tests.cli.conftest import MAIN, Shop, publishing


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """Have somebody at the terminal who does something else first, and then agrees."""
    meanwhile: list[Callable[[], object]] = []
    monkeypatch.setattr("socialkit.cli._asking.at_terminal", lambda: True)

    def agree(_question: str, *, err: bool) -> bool:
        assert err
        for do in meanwhile:
            do()
        return True

    monkeypatch.setattr("typer.confirm", agree)
    return meanwhile


def plan(text: str, at: sk.WallTime | None = None) -> str:
    with publishing() as publisher:
        return publisher.plan(text, to=MAIN, at=at)[0].id


def test_a_round_shows_what_it_sends_and_sends_nothing_else(
    shop: Shop, person: list[Callable[[], object]]
) -> None:
    plan("Roasted [b]today\nand ground", sk.WallTime("2026-03-03 09:00", zone="Europe/Paris"))
    shop.world.clock.advance(timedelta(days=1).total_seconds())
    person.append(lambda: plan("Nobody saw this"))
    first = shop.run("queue", "run")
    seen = shop.texts()
    person.clear()
    second = shop.run("queue", "run", "--json")

    assert first.exit is Exit.DONE
    assert f"{MAIN}, 2026-03-03 09:00 CET:\n  Roasted [b]today\n  and ground\n" in first.err
    assert seen == ["Roasted [b]today\nand ground"]
    assert [item["text"] for item in second.items] == ["Nobody saw this"]
    assert shop.texts() == [*seen, "Nobody saw this"] or shop.texts() == ["Nobody saw this", *seen]


@pytest.mark.usefixtures("person")
def test_whoever_approves_or_has_something_sent_anew_sees_what_and_when(shop: Shop) -> None:
    (shop.folder / "authority.toml").write_text(
        '[[lines]]\nactors = ["maria"]\nactions = ["publish"]\npermission = "ask"\n'
        '[[lines]]\nactors = ["sam"]\nactions = ["approve"]\npermission = "yes"\n',
        "utf-8",
    )
    allowed = ("--authority", "authority.toml")
    words = (
        "post",
        "Autumn",
        "--to",
        MAIN,
        "--at",
        "2026-03-10 09:00",
        "--json",
        "--yes",
        "--actor",
        "maria",
    )
    (proposed,) = shop.run(*words, *allowed).items
    approved = shop.run("queue", "approve", proposed["delivery"], "--actor", "sam", *allowed)
    shop.world.fail("mastodon", "publish", sk.Fault.GARBAGE)
    unsure = plan("Perhaps")
    with publishing() as publisher:
        publisher.run_due(only=unsure)
    anew = shop.run("queue", "resolve", unsure, "--not-out")

    assert approved.exit is Exit.DONE
    assert f"{MAIN}, 2026-03-10 09:00 CET, proposed:\n  Autumn\n" in approved.err
    assert ", unknown:\n  Perhaps\n" in anew.err


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Generator[int]:
    openpty = getattr(os, "openpty", None)
    if openpty is None:
        pytest.skip("only some systems have such terminals")
    person, process = openpty()
    with os.fdopen(process, "r", encoding="utf-8", closefd=True) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        yield person
    os.close(person)


def test_what_was_typed_before_the_question_does_not_answer_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []
    monkeypatch.setattr("socialkit.cli._asking.at_terminal", lambda: True)
    with terminal(monkeypatch) as person:

        def confirm(_question: str, *, err: bool) -> bool:
            os.write(person, b"late\n")
            told.append(err)
            return sys.stdin.readline() == "late\n"

        monkeypatch.setattr("typer.confirm", confirm)
        os.write(person, b"y\n")
        ask(Session(command="post"), [], "Publish this?")

    assert told == [True]
