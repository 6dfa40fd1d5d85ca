"""A page can be read: with or without eyes, by day and by night; and strangers' texts do nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import wcswidth

import socialkit as sk
from socialkit.errors import ConfigurationError
from socialkit.metrics import Table
from socialkit.reports import Reader
from socialkit.reports._plain import clipped, columns, wrapped
from socialkit.reports._style import DARK, LIGHT, ROOT, style
from socialkit.text import plain
from tests.reports.support import END, delivery, journal, observation, report, strategy

VOID: Final = {"meta", "br", "rect", "path", "line"}
LOADS: Final = {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a", "source", "use"}
HOSTILE: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><svg onload=alert(1)>",
    "\x1b[2J\x1b]0;owned\x07gone\x9b31m",
    "\u202egnp.exe\u2066",
    "a\r\n\tb\0c",
    "\ud800 half",
    "z" + "\u0301" * 500,
    "&lt;b&gt; {{7*7}} ${x}",
    "家族 👩‍👩‍👧‍👦 Ἀθῆναι नमस्ते",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60), st.text(st.characters(), max_size=30))


@dataclass
class Node:
    """An element of a page."""

    tag: str
    attributes: dict[str, str | None]
    children: list[Node] = field(default_factory=list["Node"])
    text: str = ""

    def all(self, tag: str) -> list[Node]:
        inner = [found for child in self.children for found in child.all(tag)]
        return [self, *inner] if self.tag == tag else inner

    @property
    def words(self) -> str:
        return self.text + "".join(child.words for child in self.children)


class Reading(HTMLParser):
    """Reads a page into elements; what is not closed in order is wrong."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = Node("", {})
        self.open = [self.root]
        self.tags: list[Node] = []
        self.feed(page)
        self.close()
        assert len(self.open) == 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        node = Node(tag, dict(attrs))
        self.tags.append(node)
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].text += data


def full(text: str = "Autumn is here", reader: Reader = "marketing director") -> sk.Report:
    """Return a report in which a stranger's text stands wherever one can."""
    clean = text.encode("utf-8", "replace").decode()
    goal = sk.Objective(
        key="liked", goal=clean or "-", kpi=sk.KPI(metric="likes", target=9, baseline=0, by=END)
    )
    entries = [
        delivery("1", text=text, purpose=sk.Purpose(pillar=text, objective="liked", campaign=text)),
        delivery(None, text=text, state="refused", because=text),
    ]
    rows = [observation("likes", 3, platform=clean or "-"), observation("impressions", None, native=text)]
    cost = sk.Cost(day=END, amount=sk.Money(7, "EUR"), kind=sk.CostKind.ADS, campaign="autumn")
    return report(
        reader=reader,
        journal=journal(*entries),
        table=Table(rows),
        strategy=strategy(goal),
        ledger=sk.CostLedger(entries=[cost]),
    )


def file_of(made: sk.Report, folder: Path) -> str:
    made.to_html(folder / "report.html")
    return (folder / "report.html").read_text("utf-8")


@pytest.mark.parametrize("reader", get_args(Reader))
def test_a_file_is_whole_and_needs_nothing_else(reader: Reader, tmp_path: Path) -> None:
    page = file_of(full(reader=reader), tmp_path)
    reading = Reading(page)

    assert page.startswith("<!DOCTYPE html>")
    assert {node.tag for node in reading.tags} & LOADS == set()
    assert not re.search(r"url\(|@import|https?:|//\w", page)
    assert {name for node in reading.tags for name in node.attributes if name.startswith("on")} == set()
    assert list(tmp_path.iterdir()) == [tmp_path / "report.html"]


def test_a_page_says_to_everyone_what_it_holds(tmp_path: Path) -> None:
    root = Reading(file_of(full(), tmp_path)).root
    (html,) = root.all("html")

    assert html.attributes["lang"] == "en"
    assert [one.words for one in root.all("title")] == [one.words for one in root.all("h1")]
    assert len(root.all("main")) == 1
    assert len(root.all("h2")) == len(root.all("section")) + len(root.all("footer"))
    assert root.all("h3") == []
    for table in root.all("table"):
        assert table.all("caption")[0].words
        assert {one.attributes["scope"] for one in table.all("th")} == {"col", "row"}
        heads = len(table.all("thead")[0].all("th"))
        for row in table.all("tbody")[0].all("tr"):
            assert [len(row.all("th")), len(row.all("td"))] == [1, heads - 1]
    assert root.all("svg")
    for svg in root.all("svg"):
        assert svg.attributes["role"] == "img"
        assert svg.attributes["aria-label"]


def test_what_is_missing_is_a_gap_with_a_mark_and_zero_is_a_bar(tmp_path: Path) -> None:
    def picture(value: float | None) -> Node:
        aims = strategy(
            sk.Objective(key="a", goal="liked", kpi=sk.KPI(metric="likes", target=9, baseline=0, by=END))
        )
        sent = journal(delivery("1", purpose=sk.Purpose(objective="a")))
        made = report(strategy=aims, journal=sent, table=Table([observation("likes", value)]))
        return Reading(file_of(made, tmp_path)).root.all("svg")[0]

    def classes(node: Node) -> list[str | None]:
        return [one.attributes["class"] for one in node.children]

    assert classes(picture(None)) == ["gap", "cross"]
    assert picture(None).attributes["aria-label"] == "liked: not known, its value is not known"
    assert classes(picture(0)) == ["track", "full"]
    assert picture(0).attributes["aria-label"] == "liked: 0.0 %"
    assert picture(4.5).children[1].attributes["width"] == "50.00%"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_strangers_wrote_does_nothing(text: str, tmp_path: Path) -> None:
    made = full(text)
    harmless = Reading(file_of(full("x"), tmp_path))
    page = file_of(made, tmp_path)
    reading = Reading(page)

    assert [node.tag for node in reading.tags] == [node.tag for node in harmless.tags]
    for shown in (page, made._repr_html_(), made.to_text(80)):
        shown.encode()
        assert not re.search("[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


@settings(max_examples=40)
@given(texts)
def test_any_text_leaves_the_page_as_it_is(text: str) -> None:
    tags = [node.tag for node in Reading(full(f"x{text}")._repr_html_()).tags]

    assert tags == [node.tag for node in Reading(full("x")._repr_html_()).tags]


@settings(max_examples=40)
@given(texts, st.integers(40, 160))
def test_no_line_is_wider_than_the_terminal(text: str, width: int) -> None:
    shown = full(text).to_text(width)

    assert max(wcswidth(line) for line in shown.splitlines()) <= width
    assert min(wcswidth(line) for line in shown.splitlines()) >= 0


@given(st.text(max_size=80), st.integers(2, 30))
def test_wrapping_loses_nothing_but_blanks(text: str, width: int) -> None:
    lines = wrapped(plain(text), width)

    assert "".join("".join(lines).split()) == "".join(plain(text).split())
    assert max((columns(line) for line in lines), default=0) <= width


@given(st.text(max_size=80), st.integers(2, 30))
def test_a_clipped_text_fits(text: str, width: int) -> None:
    short = clipped(text, width)

    assert columns(short) <= width
    assert plain(text).startswith(short.removesuffix("…"))


def test_columns_stand_below_each_other_whatever_the_script() -> None:
    made = full("家族 👩‍👩‍👧‍👦 नमस्ते")
    shown = made.to_text(120).splitlines()
    start = shown.index(next(one for one in shown if one.startswith("Post ")))
    head, rule, row = shown[start : start + 3]

    assert wcswidth(head) == wcswidth(rule) == wcswidth(row)


def test_below_forty_columns_there_is_no_room() -> None:
    with pytest.raises(ValueError, match="needs 40 columns, not 39"):
        full().to_text(39)


def test_a_notebook_keeps_its_own_looks() -> None:
    page = full()._repr_html_()

    assert page.startswith(f'<div class="{ROOT}">')
    assert "id" not in {name for node in Reading(page).tags for name in node.attributes}
    rules = re.sub(r"@media[^{]*\{", "", style())
    for selectors in re.findall(r"([^{}]+)\{[^{}]*\}", rules):
        assert all(one.strip().startswith(f".{ROOT}") for one in selectors.split(","))


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(colours: Any) -> None:
    for ink in ("ink", "soft"):
        for ground in ("page", "card"):
            assert contrast(colours[ink], colours[ground]) >= 4.5
    for shape in ("bar", "mark", "soft"):
        assert contrast(colours[shape], colours["page"]) >= 3
    assert contrast(colours["bar"], colours["track"]) >= 3


def test_both_schemes_have_the_same_colours_to_fill() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert set(re.findall(r"var\(--(\w+)\)", style())) == set(LIGHT)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as WCAG 2 defines it."""
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_file_that_cannot_be_written_is_a_mistake_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"report\.html cannot be written"):
        report().to_html(tmp_path / "nowhere" / "report.html")


def test_the_same_inputs_give_the_same_page(tmp_path: Path) -> None:
    assert file_of(full(), tmp_path) == file_of(full(), tmp_path)


def test_a_file_says_on_which_paper_it_fits_and_a_notebook_keeps_its_own(tmp_path: Path) -> None:
    made = report()
    file = tmp_path / "report.html"
    made.to_html(file)

    assert file.read_text("utf-8").count("@page { size: A4;") == 1
    assert "@page" not in made._repr_html_()
