"""`post` and `queue`: once however often, told plainly, and never without somebody's word."""

from __future__ import annotations

from datetime import timedelta

import pytest

import socialkit as sk
from socialkit.cli._exits import Exit
from tests.cli.conftest import MAIN, Shop

DELIVERY = {
    "delivery",
    "key",
    "account",
    "kind",
    "state",
    "at",
    "zone",
    "text",
    "because",
    "posts",
    "missing",
    "next_look",
    "actor",
}
"""What programs may rely on, as the reference has it."""


def test_a_command_that_is_repeated_with_its_key_is_the_same_post(shop: Shop) -> None:
    first = shop.run("post", "Roasted today", "--to", MAIN, "--key", "roast", "--yes", "--json")
    again = shop.run("post", "Roasted today", "--to", MAIN, "--key", "roast", "--yes", "--json")
    other = shop.run("post", "Ground today", "--to", MAIN, "--key", "roast", "--yes", "--json")

    assert (first.exit, again.exit, other.exit) == (Exit.DONE, Exit.DONE, Exit.REFUSED)
    assert first.items == again.items
    assert {*first.items[0]} == DELIVERY
    assert first.items[0]["posts"][0]["id"] == shop.world.posts("mastodon")[0].id
    assert other.document["error"]["kind"] == "JournalError"
    assert shop.texts() == ["Roasted today"]


def test_an_unknown_outcome_is_said_and_never_sent_again_until_it_is_found(shop: Shop) -> None:
    words = ("post", "Roasted today", "--to", MAIN, "--yes")
    shop.world.fail("mastodon", "publish", sk.Fault.DROP_AFTER_COMMIT)
    lost = shop.run(*words)
    doubled = shop.run(*words)
    shop.world.clock.advance(timedelta(hours=1).total_seconds())
    found = shop.run("queue", "run", "--yes", "--json")

    assert lost.exit is Exit.UNKNOWN
    assert "Do not send it again" in lost.err
    assert doubled.exit is Exit.REFUSED
    assert "says the same and is unknown" in doubled.err
    assert (found.exit, [one["state"] for one in found.items]) == (Exit.DONE, ["confirmed"])
    assert shop.texts() == ["Roasted today"]


def test_a_repeated_command_looks_for_what_its_key_names(shop: Shop) -> None:
    words = ("post", "Roasted today", "--to", MAIN, "--key", "roast", "--yes")
    shop.world.fail("mastodon", "publish", sk.Fault.DROP_AFTER_COMMIT)
    ends = [shop.run(*words).exit]
    shop.world.clock.advance(timedelta(hours=1).total_seconds())
    ends.append(shop.run(*words).exit)

    assert ends == [Exit.UNKNOWN, Exit.DONE]
    assert shop.texts() == ["Roasted today"]


def test_what_has_to_wait_or_fails_in_the_middle_has_an_end_of_its_own(shop: Shop) -> None:
    shop.world.fail("mastodon", "publish", sk.Fault.RATE_LIMITED, times=9)
    waits = shop.run("post", "Roasted today", "--to", MAIN, "--yes", "--json")
    shop.world.forget_faults()
    with sk.Workspace.load("agency.toml") as workspace, sk.Journal.open("sqlite:///other.db") as journal:
        publisher = sk.Publisher(workspace, journal)
        publisher.plan(sk.Draft(text="One", thread=[sk.Draft(text="Two")]), to=MAIN)
    shop.world.fail("mastodon", "publish", sk.Fault.RATE_LIMITED, times=9, after=1)
    parts = shop.run("queue", "run", "--journal", "sqlite:///other.db", "--yes", "--json")

    assert (waits.exit, waits.items[0]["state"]) == (Exit.WAITING, "planned")
    assert (parts.exit, parts.items[0]["state"]) == (Exit.INCOMPLETE, "incomplete")
    assert parts.items[0]["missing"] == ["part 2 post"]


def test_nothing_becomes_public_without_somebody_s_word(shop: Shop) -> None:
    said = [
        shop.run("post", "Roasted today", "--to", MAIN, "--json"),
        shop.run("queue", "add", "Roasted today", "--to", MAIN, "--slot", "daily 09:00", "--json"),
    ]

    assert [one.exit for one in said] == [Exit.REFUSED] * 2
    assert {one.document["error"]["kind"] for one in said} == {"DeclinedError"}
    assert shop.run("queue", "list", "--json").items == []
    assert shop.texts() == []


@pytest.mark.parametrize(("answer", "texts"), [("y", ["Roasted [b]today"]), ("n", []), ("", [])])
def test_somebody_at_the_terminal_sees_what_they_agree_to(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, answer: str, texts: list[str]
) -> None:
    monkeypatch.setattr("socialkit.cli._asking.at_terminal", lambda: True)
    said = shop.run("post", "Roasted [b]today", "--to", MAIN, given=f"{answer}\n")

    assert f"{MAIN}:\n  Roasted [b]today" in said.err
    assert "Publish this on 1 account now?" in said.err
    assert said.exit is (Exit.DONE if texts else Exit.REFUSED)
    assert shop.texts() == texts


def test_what_an_account_would_refuse_is_told_whole_before_anything_is_written_down(shop: Shop) -> None:
    said = shop.run("post", "x" * 600, "--to", MAIN, "--to", "acme/bluesky/main", "--yes", "--json")

    assert said.exit is Exit.REFUSED
    assert [one.partition(":")[0] for one in said.document["error"]["problems"]] == [
        MAIN,
        "acme/bluesky/main",
    ]
    assert shop.run("queue", "list", "--json").items == []


def test_a_time_without_an_offset_is_the_brand_s(shop: Shop) -> None:
    planned = shop.run("post", "Later", "--to", MAIN, "--at", "2026-03-10 09:00", "--yes", "--json")
    skipped = shop.run("post", "Never", "--to", MAIN, "--at", "2026-03-29 02:30", "--yes")
    apart = shop.run("post", "Both", "--to", MAIN, "--to", "other/mastodon/main", "--at", "2026-03-10 09:00")

    assert (planned.exit, planned.items[0]["state"]) == (Exit.DONE, "planned")
    assert planned.items[0]["at"] == "2026-03-10T08:00:00+00:00"
    assert (skipped.exit, apart.exit) == (Exit.USAGE, Exit.USAGE)
    assert "2026-03-10 09:00 CET" in shop.run("queue", "list").out
    assert shop.texts() == []


def test_a_queue_gives_each_post_a_slot_and_a_person_decides_about_it(shop: Shop) -> None:
    words = ("--to", MAIN, "--slot", "MO,TU 09:30", "--yes", "--json")
    one, two, again = (
        shop.run("queue", "add", text, "--key", text, *words).items[0] for text in ("One", "Two", "One")
    )
    cancelled = shop.run("queue", "cancel", two["delivery"][-8:], "--note", "recall", "--json")
    left = shop.run("queue", "list", "--json")

    assert [one["at"], two["at"]] == ["2026-03-03T08:30:00+00:00", "2026-03-09T08:30:00+00:00"]
    assert again["delivery"] == one["delivery"]
    assert (cancelled.items[0]["state"], cancelled.items[0]["because"]) == ("cancelled", "recall")
    assert [item["delivery"] for item in left.items] == [one["delivery"]]
    assert shop.run("queue", "cancel", "no such").exit is Exit.REFUSED
    for mistyped in (("--account", "acme/mastodon/man"), ("--brand", "acm"), ("--state", "plannd")):
        assert shop.run("queue", "list", *mistyped).exit in {Exit.CONFIGURATION, Exit.USAGE}


def test_the_authority_is_asked_by_the_actor_s_name(shop: Shop) -> None:
    (shop.folder / "authority.toml").write_text(
        '[[lines]]\nactors = ["maria"]\nactions = ["publish"]\npermission = "ask"\n', "utf-8"
    )
    words = ("post", "Roasted", "--to", MAIN, "--yes", "--authority", "authority.toml", "--json")
    said = [shop.run(*words, "--actor", actor) for actor in ("maria", "sam")]

    assert [one.exit for one in said] == [Exit.WAITING, Exit.REFUSED]
    assert said[0].items[0]["state"] == "proposed"
    assert shop.texts() == []
