"""Tables in the pages say what the code declares."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

import socialkit as sk
from socialkit import errors
from socialkit.platforms import find, names
from socialkit.sandbox import Simulator
from socialkit.testing import PlatformConformance
from socialkit.testing._conformance._suite import Suite
from tests.docs.blocks import DOCS, pages
from tests.support import ROOT
from tests.truth.operations import offered, public_operations


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_tables", DOCS / "_extensions" / "tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_marker_of_the_pages_becomes_a_table(tables: ModuleType) -> None:
    marked = [page for page in pages() if tables.MARKER.search(page.read_text("utf-8"))]

    assert {page.relative_to(DOCS).as_posix() for page in marked} == {
        "concepts/capabilities-and-limits.md",
        "concepts/metrics.md",
        "how-to/add-a-platform.md",
        "index.md",
        "platforms/bluesky.md",
        "platforms/facebook.md",
        "platforms/instagram.md",
        "platforms/mastodon.md",
        "platforms/threads.md",
        "platforms/x.md",
    }
    for page in marked:
        assert "<!-- table" not in tables.fill(page.read_text("utf-8"))


def test_the_guide_names_all_that_a_simulator_must_have_and_says_what_it_does(tables: ModuleType) -> None:
    guide = (DOCS / "how-to" / "add-a-platform.md").read_text("utf-8")
    rows = [row.strip("| ").split(" | ") for row in tables.simulator().splitlines()[2:]]

    assert "<!-- table: simulator -->" in guide
    assert {name.strip("`") for name, _ in rows} == Simulator.__abstractmethods__
    assert all(said.endswith(".") for _, said in rows)


def test_the_guide_explains_everything_by_which_platforms_differ_in_the_suite(tables: ModuleType) -> None:
    guide = (DOCS / "how-to" / "add-a-platform.md").read_text("utf-8")
    rows = [row.strip("|").split(" | ") for row in tables.suite().splitlines()[2:]]
    declared = {name: getattr(PlatformConformance, name, None) for name in Suite.__annotations__}

    assert "<!-- table: suite -->" in guide
    assert {name.strip(" `"): said.strip().endswith(".") for name, _, said in rows} == dict.fromkeys(
        declared, True
    )
    assert {name.strip(" `"): unless.strip(" `") for name, unless, _ in rows} == {
        name: "" if value is None else repr(value) for name, value in declared.items()
    }


def test_the_catalogue_of_metrics_shows_each_definition(tables: ModuleType) -> None:
    rows = {row.split("`")[1]: row for row in tables.metrics().splitlines()[2:]}

    assert rows.keys() == sk.metrics.CATALOGUE.keys()
    assert "| nothing |" in rows["reach"]
    assert "| subjects, time, accounts |" in rows["likes"]


def test_an_unknown_table_stops_the_build(tables: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"mastodon\.weather"):
        tables.fill("<!-- table: mastodon.weather -->")


@pytest.mark.parametrize("platform", names())
def test_a_platforms_page_has_all_its_tables(tables: ModuleType, platform: str) -> None:
    page = (DOCS / "platforms" / f"{platform}.md").read_text("utf-8")

    for name in ("capabilities", "scopes", "limits", "errors", "evidence"):
        assert f"<!-- table: {platform}.{name} -->" in page


@pytest.mark.parametrize("platform", names())
def test_the_table_of_capabilities_has_each_one_and_what_stands_in_its_place(
    tables: ModuleType, platform: str
) -> None:
    table = tables.capabilities(platform)

    for capability in sk.Capability:
        assert f"`{capability.name}`" in table
    for instead in find(platform).load_facts().instead.values():
        assert instead in table


def test_a_limit_that_is_not_known_has_no_row(tables: ModuleType) -> None:
    assert "500 graphemes" in tables.limits("mastodon")
    assert "16 MiB, 33,177,600 pixels" in tables.limits("mastodon")
    assert "8 MB, 1:10 to 10:1 wide" in tables.limits("threads")
    assert "at most 100,000,000 bits a second" in tables.limits("threads")
    assert [line for line in tables.limits("mastodon").splitlines() if line.endswith("|  |")] == []


def test_evidence_is_shown_the_best_first_and_says_by_what(tables: ModuleType) -> None:
    known = {
        "posts.edit": tables.Proof(sk.Evidence.SPEC, "an OpenAPI document"),
        "posts.get": tables.Proof(sk.Evidence.SERVER, "pixelwall 2.0"),
    }

    rows = [row.strip("| ").split(" | ") for row in tables.evidence_table(known).splitlines()[2:]]
    short = [row.strip("| ").split(" | ") for row in tables.short_evidence_table(known).splitlines()[2:]]

    assert rows[0] == ["`posts.get`", "server", "pixelwall 2.0"]
    assert rows[1] == ["`posts.edit`", "spec", "an OpenAPI document"]
    assert short[0] == ["server: run against a real server (pixelwall 2.0)", "`posts.get`"]


def test_what_is_not_offered_is_never_called_documented(tables: ModuleType) -> None:
    refused = tables.Proof(sk.Evidence.DOCUMENTED, "it is refused", offered=False)
    known = {"inbox.hide": refused, "posts.get": tables.Proof(sk.Evidence.DOCUMENTED, "a page")}

    rows = [row.strip("| ").split(" | ") for row in tables.evidence_table(known).splitlines()[2:]]
    short = [row.strip("| ").split(" | ") for row in tables.short_evidence_table(known).splitlines()[2:]]

    assert rows == [["`posts.get`", "documented", "a page"], ["`inbox.hide`", "not offered", "it is refused"]]
    assert [operations for _, operations in short] == ["`posts.get`", "`inbox.hide`"]
    assert short[1][0].startswith("not offered: ")


@pytest.mark.parametrize("platform", names())
def test_the_tables_call_not_offered_exactly_what_is_refused(tables: ModuleType, platform: str) -> None:
    with sk.Sandbox() as world:
        client = world.connect(platform)
        refused = public_operations(platform, client) - offered(platform, client)
    rows = [row.strip("| ").split(" | ") for row in tables.evidence(platform).splitlines()[2:]]

    assert {row[0].strip("`") for row in rows if row[1] == "not offered"} == refused
    assert refused


@pytest.mark.parametrize("platform", names())
def test_every_operation_that_has_evidence_has_a_row(tables: ModuleType, platform: str) -> None:
    entry = next(entry for entry in sk.catalogue() if entry.name == platform)

    for operation in entry.evidence:
        assert f"| `{operation}` |" in tables.evidence(platform)
        assert f"`{operation}`" in tables.evidence_in_short(platform)


def test_without_evidence_the_page_says_so(tables: ModuleType) -> None:
    assert "Nothing is recorded yet" in tables.evidence_table({})
    assert "Nothing is recorded yet" in tables.short_evidence_table({})


def test_the_readme_shows_the_evidence_of_today(tables: ModuleType) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    assert tables.REGION.search(readme) is not None
    assert readme == tables.renew(readme), "run: python docs/_extensions/tables.py README.md"


def test_the_readme_leads_to_every_how_to_page() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    for page in (DOCS / "how-to").glob("*.md"):
        assert f"(docs/how-to/{page.name})" in readme


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) < 150


def test_the_page_on_errors_shows_the_whole_tree() -> None:
    page = (DOCS / "concepts" / "errors.md").read_text("utf-8")
    shown = {word for line in page.splitlines() if line.startswith(("├", "│", "└")) for word in line.split()}

    assert shown - {"├──", "│", "└──"} == set(errors.__all__) - {"SocialKitError", "SentRequest"}
