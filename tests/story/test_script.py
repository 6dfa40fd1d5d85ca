"""The story as a stranger starts it: from a terminal, and in a notebook."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest

import socialkit as sk
from examples.agency_quarter.__main__ import main
from examples.agency_quarter.month import show_case
from tests.docs.blocks import blocks
from tests.story.notebook import cells, run
from tests.support import ROOT

NOTEBOOK = ROOT / "examples" / "notebooks" / "agency_quarter.ipynb"


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty folder for what the script leaves."""
    return tmp_path_factory.mktemp("left") / "reports"


@pytest.fixture(scope="module")
def printed(left: Path) -> str:
    """Run the script as a command, and return what it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main([str(left)]) == 0
    return printed.getvalue()


def test_the_story_has_every_part(printed: str) -> None:
    text = " ".join(printed.split())

    for part in (
        "'best coffee', which is never used",
        "campaign spring, 900.00 EUR, 20 posts",
        "Robin approves 40 posts.",
        "prices -> sales, first answer by",
        "complaint -> customer service, first answer by Mon 09 Mar",
        "press -> PR",
        "thanks -> community",
        "all posts of kettle are held back",
        "Robin ends the freeze",
        "in private: proposed",
        "of them missing",
        "<- campaign spring <- objective talk",
        "in the air: wholesale: no posts",
        "no delivery; say why it exists",
        "first visit spring, bluesky 212.75 EUR",
        "last visit spring, bluesky 212.75 EUR",
        "left of the budget: 190.60 EUR",
        "kettle on social media",
        "loom on social media",
    ):
        assert part in text, part


def test_the_story_fits_a_terminal(printed: str, left: Path) -> None:
    wide = [line for line in printed.splitlines() if len(line) > 80 and str(left) not in line]

    assert wide == []


def test_the_story_obeys_nothing_that_strangers_write(capsys: pytest.CaptureFixture[str]) -> None:
    router = sk.Router.load(ROOT / "examples" / "agency_quarter" / "rules.toml")
    with sk.Sandbox() as world, sk.Journal.open("sqlite://") as journal:
        desk = sk.Desk(world.workspace(kettle=["mastodon"]), journal, router=router)
        world.receive("mastodon", text="hi \x1b[2J\x1b]0;pwned\x07\x9b31m there", author="ada")
        (case,) = desk.sweep()
        show_case(case)

    printed = capsys.readouterr().out
    assert "there" in printed
    assert [one for one in printed if not one.isprintable() and one != "\n"] == []


def test_the_story_leaves_its_reports_and_nothing_else(printed: str, left: Path) -> None:
    assert sorted(file.name for file in left.iterdir()) == ["kettle.html", "loom.html"]
    assert all(str(left / f"{brand}.html") in printed for brand in ("kettle", "loom"))


def test_the_notebook_lies_here_without_what_it_shows() -> None:
    assert [(cell["outputs"], cell["execution_count"]) for cell in cells(NOTEBOOK)] == [
        ([], None) for _ in cells(NOTEBOOK)
    ]


def test_the_notebook_runs_to_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(NOTEBOOK.parent)
    shown = run(NOTEBOOK)

    assert "sales public confirmed\nPR private confirmed\n" in [printed for printed, _ in shown]
    page = getattr(shown[-1][1], "_repr_html_", str)()
    assert "People talk about the spring roast" in page
    assert "not offered" in page


def shown_on_the_page(language: str) -> list[str]:
    """Return the lines of the tutorial's blocks in a language."""
    listed = blocks(ROOT / "docs" / "tutorials" / "a-quarter-for-two-clients.md")
    return [line for one in listed if one.language == language for line in one.code.splitlines() if line]


def test_the_tutorial_shows_what_the_script_prints(printed: str) -> None:
    missing = set(shown_on_the_page("text")) - {line[4:] for line in printed.splitlines()}

    assert shown_on_the_page("text")
    assert missing == set()


def test_the_tutorial_shows_what_the_files_hold() -> None:
    files = (ROOT / "examples" / "agency_quarter").rglob("*.toml")
    held = {line.partition(" #")[0] for file in files for line in file.read_text("utf-8").splitlines()}

    assert shown_on_the_page("toml")
    assert set(shown_on_the_page("toml")) <= held
