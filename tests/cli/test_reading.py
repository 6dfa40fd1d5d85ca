"""The commands that only read, what they leave alone, and what a stranger's words may do: nothing."""

from __future__ import annotations

import io
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import socialkit as sk
from socialkit.cli._answers import Answer, Column, Item, of, say, show
from socialkit.cli._app import app
from socialkit.cli._exits import Exit
from tests.cli.conftest import MAIN, Shop
from tests.support import ROOT

HOSTILE = "\x1b[2J\x1b]0;owned\x07[bold red]Where[/] is\u202e my\r\norder?\x9b31m"
PLANTED = "planted-secret-of-acme"

CHANGES = [
    ("init", "new.toml", "--dry-run"),
    ("post", "Roasted", "--to", MAIN, "--dry-run"),
    ("queue", "add", "Roasted", "--to", MAIN, "--slot", "daily 09:00", "--dry-run"),
    ("queue", "run", "--dry-run"),
    ("queue", "cancel", "KEPT", "--dry-run"),
    ("report", "acme", "--html", "acme.html", "--dry-run"),
]


def test_a_stranger_s_words_neither_move_the_cursor_nor_restyle_anything(shop: Shop) -> None:
    shop.world.receive("mastodon", text=HOSTILE, author="robin")
    people = shop.run("inbox", "--account", MAIN)
    programs = shop.run("inbox", "--account", MAIN, "--json")
    client = sk.Workspace.load("agency.toml").brand("acme").client("mastodon")
    (message,) = client.inbox.iterate()

    assert "[bold red]Where[/] is my order?" in people.out
    assert [one for one in people.out if not one.isprintable() and one != "\n"] == []
    assert programs.out.isascii()
    assert programs.items[0]["text"] == message.text
    assert "\u202e" in message.text
    assert "@robin" in people.out
    assert people.err == ""  # no bar, where nobody looks


def test_nothing_that_is_shown_holds_what_a_terminal_would_obey(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer(
        items=[{"name": HOSTILE}],
        columns=[Column("name", of("name"))],
        entry=lambda item: (str(item["name"]), [str(item["name"])]),
        said=[HOSTILE],
        failed={HOSTILE: sk.SocialKitError(HOSTILE)},
        error=sk.InvalidDraftError(HOSTILE, problems=[sk.Problem(field="text", message=HOSTILE)]),
    )
    for one in (answer, replace(answer, text=HOSTILE)):
        show("accounts", one, as_json=False, dry_run=False)
    told = capsys.readouterr()

    assert [one for one in told.out + told.err if not one.isprintable() and one != "\n"] == []
    assert told.out.count("[bold red]Where[/]") == 4
    assert told.err.count("[bold red]Where[/]") == 10


def test_an_address_stays_whole_in_a_narrow_terminal_and_words_are_broken_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal, address = Terminal(), f"https://mastodon.example/{'a' * 100}"
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    say(address)
    item: Item = {"name": "autumn " * 10}
    answer = Answer(items=[item], columns=[Column("name", of("name"))], entry=lambda _: ("where", [address]))
    show("accounts", answer, as_json=False, dry_run=False)
    lines = re.sub(r"\x1b\[\d*m", "", terminal.getvalue()).splitlines()

    assert [line.strip() for line in lines if len(line) > 40] == [address, address]
    assert max(len(line) for line in lines if "autumn" in line) > 30


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_one_account_that_fails_hides_nobody_else_s_messages(shop: Shop) -> None:
    shop.world.receive("bluesky", text="Hello", author="robin")
    shop.world.fail("mastodon", "iterate", sk.Fault.SERVER_ERROR, times=9)
    said = shop.run("inbox", "--brand", "acme", "--json")

    assert said.exit is Exit.FAILED
    assert {*said.document["failed"]} == {MAIN}
    assert shop.run("inbox", "--since", "long ago").exit is Exit.USAGE
    assert shop.run("inbox", "--since", "2026-03-01", "--brand", "other").exit is Exit.FAILED
    assert [item["account"] for item in said.items] == ["acme/bluesky/main"]


@pytest.mark.parametrize("words", CHANGES, ids=" ".join)
def test_a_dry_run_changes_nothing(shop: Shop, words: tuple[str, ...]) -> None:
    with sk.Workspace.load("agency.toml") as workspace, sk.Journal.open("sqlite:///journal.db") as journal:
        (kept,) = sk.Publisher(workspace, journal).plan("Kept", to=MAIN)
    before = {name: text for name, text in shop.files().items() if not name.startswith("journal.db-")}
    said = shop.run(*(kept.id if word == "KEPT" else word for word in words))
    with sk.Workspace.load("agency.toml") as workspace, sk.Journal.open("sqlite:///journal.db") as journal:
        after = list(journal.deliveries())

    assert said.exit is Exit.DONE
    assert said.out + said.err
    assert {name: text for name, text in shop.files().items() if not name.startswith("journal.db-")} == before
    assert after == [kept]
    assert shop.texts() == []


def test_a_file_is_written_to_begin_with_and_never_over_another(shop: Shop) -> None:
    first = shop.run("init", "new.toml", "--brand", 'Café "Zoë"', "--zone", "Europe/Paris")
    text = Path("new.toml").read_text("utf-8")
    again = shop.run("init", "new.toml", "--brand", "other")
    wrong = [shop.run("init", "other.toml", *more).exit for more in (("--zone", "Mars"), ("--brand", "a/b"))]

    assert (first.exit, again.exit, wrong) == (Exit.DONE, Exit.REFUSED, [Exit.USAGE, Exit.CONFIGURATION])
    assert Path("new.toml").read_text("utf-8") == text
    assert [(one.key, one.zone) for one in sk.Workspace.load("new.toml").brands] == [
        ('Café "Zoë"', "Europe/Paris")
    ]
    uncommented = text.replace("# [[", "[[").replace("# platform", "platform").replace("# base", "base")
    for name in ("id", "access_token", "identifier", "password"):
        uncommented = uncommented.replace(f"# {name} =", f"{name} =")
    Path("whole.toml").write_text(uncommented, "utf-8")
    assert len(sk.Workspace.load("whole.toml").accounts()) == 3
    (brand,) = tomllib.loads(uncommented)["brands"].values()
    assert [one["platform"] for one in brand["accounts"] if one["id"]] == ["mastodon", "bluesky", "threads"]


def test_accounts_and_platforms_are_listed_without_a_secret_or_a_call(shop: Shop) -> None:
    accounts = shop.run("accounts", "--json")
    platforms = shop.run("platforms", "--json")

    assert [item["account"] for item in accounts.items] == [MAIN, "acme/bluesky/main", "other/mastodon/main"]
    assert {"bluesky", "mastodon"} <= {item["platform"] for item in platforms.items}
    assert shop.run("accounts", "--brand", "acme").out.count("acme/") == 2


def test_a_check_tells_every_problem_by_the_documented_limits_or_an_account_s(shop: Shop) -> None:
    wide = shop.run("check", "x" * 400, "--json")
    one = shop.run("check", "x" * 400, "--to", MAIN, "--json")

    fits = {item["platform"]: not item["problems"] for item in wide.items}
    assert (wide.exit, one.exit) == (Exit.REFUSED, Exit.DONE)
    assert (fits["mastodon"], fits["bluesky"]) == (True, False)
    assert [item["account"] for item in one.items] == [MAIN]
    assert shop.run("check", "x", "--to", MAIN, "--platform", "mastodon").exit is Exit.USAGE


def test_a_report_is_read_now_and_fits_its_reader(shop: Shop) -> None:
    shop.run("post", "Roasted today", "--to", MAIN, "--yes")
    said = shop.run("report", "acme", "--month", "2026-03", "--reader", "HR", "--html", "acme.html")

    assert said.exit is Exit.DONE
    assert said.out.startswith("acme on social media\n1 Mar 2026 to 31 Mar 2026 (Europe/Paris)")
    assert re.search(r"^Posts out +1$", said.out, re.MULTILINE)
    assert "<html" in Path("acme.html").read_text("utf-8")
    assert shop.run("report", "acme", "--reader", "nobody").exit is Exit.USAGE


def test_no_secret_is_shown_whatever_goes_wrong(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACME", "ACME_BLUESKY", "OTHER", "JOURNAL_PASSWORD"):
        monkeypatch.setenv(f"SOCIALKIT_{name}", PLANTED)
    Path("clear.toml").write_text(
        '[brands.acme]\nzone = "UTC"\n[[brands.acme.accounts]]\nplatform = "mastodon"\n'
        f'base_url = "https://mastodon.example"\naccess_token = "{PLANTED}"\n',
        "utf-8",
    )
    shop.world.fail("mastodon", "publish", sk.Fault.GARBAGE)
    said = [
        shop.run("accounts"),
        shop.run("accounts", "--workspace", "clear.toml", "--json"),
        shop.run("post", "Roasted", "--to", MAIN, "--yes", "--json"),
        shop.run("queue", "list", "--journal", f"mysql://maria:{PLANTED}@127.0.0.1:1/journal"),
        shop.run("--help"),
    ]

    assert [one.exit for one in said] == [
        Exit.DONE,
        Exit.CONFIGURATION,
        Exit.UNKNOWN,
        Exit.CONFIGURATION,
        Exit.DONE,
    ]
    assert [one for one in said if PLANTED in one.out + one.err] == []


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("socialkit post --to acme/m", {MAIN}),
        ("socialkit accounts --brand o", {"other"}),
        ("socialkit queue list --account other", {"other/mastodon/main"}),
        ("socialkit accounts --workspace gone.toml --brand o", set[str]()),
        ("socialkit check --platform mast", {"mastodon"}),
        ("socialkit queue list --state p", {"proposed", "planned"}),
    ],
)
def test_a_shell_offers_the_names_of_the_workspace_s_file(shop: Shop, typed: str, offered: set[str]) -> None:
    agency = Path("agency.toml").read_text("utf-8")
    Path("agency.toml").write_text(agency + '[brands."o\\u001b[2J"]\nzone = "UTC"\n[[wrong]]\n', "utf-8")
    asked = {"_SOCIALKIT_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": typed}
    result = CliRunner().invoke(app, prog_name="socialkit", env=asked)

    assert {line.strip('()"') for line in result.stdout.split('"')[1::2]} == offered


def test_every_answer_for_programs_is_one_document_of_one_shape(shop: Shop) -> None:
    said = [
        shop.run(*words, "--json")
        for words in (
            ("accounts",),
            ("accounts", "--brand", "gone"),
            ("queue", "list"),
            ("check", "Hello", "--platform", "x"),
        )
    ]
    documents: list[Mapping[str, object]] = [json.loads(one.out) for one in said]

    fields = {"format", "command", "outcome", "exit", "dry_run", "items", "failed", "error"}
    assert {frozenset(one) for one in documents} == {frozenset(fields)}
    assert [one["exit"] for one in documents] == [int(one.exit) for one in said]
    assert [one["command"] for one in documents] == ["accounts", "accounts", "queue list", "check"]
    assert [one["outcome"] for one in documents] == ["done", "configuration", "done", "done"]


def test_the_reference_names_every_end_and_what_stands_in_each_answer(shop: Shop) -> None:
    page = (ROOT / "docs" / "reference" / "command-line.md").read_text("utf-8")
    documented = page.partition("## Documents")[2].splitlines()
    shop.world.receive("mastodon", text="Hello", author="robin")
    answers = {
        "`accounts`": ("accounts",),
        "`platforms`": ("platforms",),
        "`check`": ("check", "Hello"),
        "`post`, `queue add` with `--dry-run`; `check --to`": ("check", "Hello", "--to", MAIN),
        "`post`, `queue …`": ("post", "Hello", "--to", MAIN, "--yes"),
        "`inbox`": ("inbox",),
        "`report`": ("report", "acme", "--month", "2026-03"),
        "`init`": ("init", "new.toml"),
    }
    for name, words in answers.items():
        told = next(line for line in documented if line.startswith(f"| {name} |"))
        fields = re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", told.split(" | ")[1]))

        assert fields == [*shop.run(*words, "--json").items[0]]
    for one in Exit:
        assert f"\n| {one.value} | {one.name.lower()} | " in page
