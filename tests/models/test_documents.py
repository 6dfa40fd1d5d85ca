"""Documents: the same in TOML, YAML and JSON; every problem at once; never half a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from socialkit.errors import ConfigurationError, InvalidDraftError
from socialkit.models import Basis, Document, Draft, Model, Money, Period, Variant, WallTime
from socialkit.models._shared import Several

FORMS = ["toml", "yaml", "yml", "json"]
SECRET = "hunter2-not-a-real-one"


class Leaf(Model):
    name: str
    count: int = 0
    ratio: float | None = None
    active: bool = False
    on: date | None = None
    price: Money | None = None


class Tree(Document):
    title: str = ""
    leaves: Several[Leaf] = ()
    named: dict[str, Leaf] = {}
    at: WallTime | None = None
    period: Period | None = None
    draft: Draft | None = None
    password: SecretStr | None = None

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        for number, leaf in enumerate(self.leaves):
            if leaf.count > 100:
                yield f"leaves[{number}].count", "is over a hundred"
        if self.title == "bad":
            yield "title", "is bad"


unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The first example builds the models, which takes its time."""
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
leaves = st.builds(
    Leaf,
    name=words,
    count=st.integers(-(2**63), 100),
    ratio=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    active=st.booleans(),
    on=st.none() | st.dates(),
    price=st.none()
    | st.builds(Money.of_minor, st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY"])),
)
drafts = st.builds(Draft, text=words, variants=st.just({"x": Variant(text="", media=[])}))
trees = st.builds(
    Tree,
    title=words.filter(lambda text: text != "bad"),
    leaves=st.lists(leaves, max_size=3),
    named=st.dictionaries(words, leaves, max_size=3),
    at=st.none()
    | st.builds(
        WallTime,
        st.datetimes().map(lambda time: time.replace(fold=0)),
        zone=st.sampled_from(["UTC", "Europe/Paris"]),
    ),
    period=st.none() | st.just(Period.quarter(2026, 4, zone="Europe/Paris")),
    draft=st.none() | drafts,
)


def load(folder: Path, form: str, text: str | bytes) -> Tree:
    file = folder / f"tree.{form}"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return Tree.load(file)


def problems(folder: Path, form: str, text: str | bytes) -> list[str]:
    with pytest.raises(InvalidDraftError) as caught:
        load(folder, form, text)
    assert all(problem.basis is Basis.FILE for problem in caught.value.problems)
    return [str(problem) for problem in caught.value.problems]


def test_what_contradicts_is_told_beside_what_is_wrong_by_itself(tmp_path: Path) -> None:
    text = 'at = 3\nperiod = "soon"\ntitel = "x"\ntitle = "bad"\n[[leaves]]\nname = "a"\ncount = 101\n'
    found = problems(tmp_path, "toml", text)

    assert len(found) == 5
    assert found[-2:] == ["leaves[0].count is over a hundred", "title is bad"]
    assert "titel is not known here" in found


def test_nothing_is_said_to_contradict_what_is_wrong_by_itself(tmp_path: Path) -> None:
    text = 'title = "bad"\n[[leaves]]\nname = 3\ncount = 101\n[[leaves]]\ncount = 102\nname = "b"\n'

    (found,) = problems(tmp_path, "toml", text)
    assert found.startswith("leaves[0].name ")


@unhurried
@given(trees, st.sampled_from(FORMS))
@example(Tree(title="10:30"), "yaml")
@example(Tree(title="no", named={"yes": Leaf(name="<<"), "=": Leaf(name="~")}), "yaml")
@example(Tree(title="\x85\u2028 \ufeff\x00", named={"": Leaf(name="\r\n")}), "yaml")
@example(Tree(title="\x85"), "yaml")
@example(Tree(title="a\u2028b", named={"\u2029": Leaf(name="\r")}), "yaml")
@example(Tree(title="\x7f\x00\r\n\\\"'''"), "toml")
def test_a_document_is_read_as_it_was_written(tree: Tree, form: str) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, f"tree.{form}")
        tree.save(file)
        once = file.read_bytes()
        again = Tree.load(file)
        again.save(file)

        assert again == tree
        assert file.read_bytes() == once


@pytest.mark.parametrize("form", FORMS)
def test_what_a_variant_removes_stays_removed(form: str, tmp_path: Path) -> None:
    draft = Draft(text="One", thread=[Draft(text="Two")], variants={"x": Variant(text="", thread=[])})
    Tree(draft=draft).save(tmp_path / f"tree.{form}")
    read = Tree.load(tmp_path / f"tree.{form}").draft

    assert read is not None
    assert read.for_("x").thread == ()
    assert read.for_("x").text == ""
    assert read.for_("bluesky").text == "One"


def test_what_is_as_by_default_is_not_written(tmp_path: Path) -> None:
    Tree(title="Oak", leaves=[Leaf(name="one", active=False)]).save(tmp_path / "tree.json")

    assert (tmp_path / "tree.json").read_text() == (
        '{\n  "title": "Oak",\n  "leaves": [\n    {\n      "name": "one"\n    }\n  ]\n}\n'
    )


def test_yaml_has_times_leading_zeros_and_norwegian_as_texts(tmp_path: Path) -> None:
    text = "title: 10:30\nnamed:\n  a: {name: 007}\n  b: {name: no}\n  c: {name: 1e3}\n  d: {name: 0x1F}\n"
    tree = load(tmp_path, "yaml", text)

    assert tree.title == "10:30"
    assert [leaf.name for leaf in tree.named.values()] == ["007", "no", "1e3", "0x1F"]
    assert load(tmp_path, "yaml", "leaves: [{name: a, active: yes}, {name: b, active: true}]").leaves == (
        Leaf(name="a", active=True),
        Leaf(name="b", active=True),
    )


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (
            "toml",
            'leaves = [{name = "a", ratio = 0.1, on = 2026-10-01, price = {amount = 0.1, currency = "EUR"}}]',
        ),
        ("yaml", "leaves: [{name: a, ratio: 0.1, on: 2026-10-01, price: {amount: 0.10, currency: EUR}}]"),
        ("json", '{"leaves": [{"name": "a", "ratio": 0.1, "on": "2026-10-01", "price": "0.10 EUR"}]}'),
    ],
)
def test_amounts_in_files_are_the_decimals_that_stand_there(form: str, text: str, tmp_path: Path) -> None:
    tree = load(tmp_path, form, text)

    assert tree.leaves == (
        Leaf(name="a", ratio=0.1, on=date(2026, 10, 1), price=Money(Decimal("0.10"), "EUR")),
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_mark_before_the_text_is_passed_over(form: str, tmp_path: Path) -> None:
    Tree(title="Oak").save(tmp_path / f"tree.{form}")
    content = (tmp_path / f"tree.{form}").read_bytes()

    assert load(tmp_path, form, b"\xef\xbb\xbf" + content).title == "Oak"


def test_every_problem_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    text = (
        'titel = "x"\n[[leaves]]\nname = 1\ncount = "many"\n[[leaves]]\n[named.a]\nname = "a"\non = "soon"\n'
    )

    assert problems(tmp_path, "toml", text) == [
        "leaves[0].name is wrong: Input should be a valid string",
        "leaves[0].count is wrong: Input should be a valid integer, unable to parse string as an integer",
        "leaves[1].name is missing",
        "named.a.on is wrong: Input should be a valid date or datetime, input is too short",
        "titel is not known here",
    ]


def test_what_contradicts_itself_is_told_with_its_places(tmp_path: Path) -> None:
    text = 'title = "bad"\nleaves = [{name = "a"}, {name = "b", count = 101}]'

    assert problems(tmp_path, "toml", text) == ["leaves[1].count is over a hundred", "title is bad"]


@pytest.mark.parametrize(
    ("form", "text", "words"),
    [
        ("json", '{"title": "a", "title": "b"}', "title stands twice in one object"),
        ("json", '{"named": {"a": {"name": "x", "name": "y"}}}', "name stands twice in one object"),
        ("yaml", "title: a\ntitle: b", "title stands twice in one mapping"),
        ("yaml", "named: {a: {name: x, name: y}}", "named.a.name stands twice in one mapping"),
        ("toml", 'title = "a"\ntitle = "b"', "is no TOML"),
        ("yaml", "a: &a [x]\nb: *a", "has aliases"),
        ("yaml", "base: &a {name: x}\nnamed: {b: {<<: *a}}", "has aliases"),
        ("yaml", "title: !!python/object/apply:os.system ['true']", "of a kind that is not read"),
        ("yaml", "named: !!set {a, b}", "of a kind that is not read"),
        ("yaml", "title: !!bool maybe\n--- \ntitle: b", "is no YAML"),
        ("yaml", "title: !!timestamp soon", "of a kind that is not read"),
        ("yaml", "title: !!timestamp 2026-13-01", "is no YAML"),
        ("yaml", "title: !!binary aGk=", "of a kind that is not read"),
        ("yaml", "? [a]\n: b", "has a key that is no text"),
        ("yaml", "\tx", "is no YAML"),
        ("yaml", "title: \x00", "is no YAML"),
        ("json", '{"leaves": [{"name": "a", "ratio": NaN}]}', "NaN is no number"),
        ("json", "", "is no JSON"),
        ("json", "[]", "the file is wrong"),
        ("yaml", "- a", "the file is wrong"),
        ("json", "\xff".encode("latin-1"), "is not text in UTF-8"),
    ],
)
def test_a_file_that_is_not_of_its_form_is_refused(
    form: str, text: str | bytes, words: str, tmp_path: Path
) -> None:
    (problem,) = problems(tmp_path, form, text)

    assert words in problem


@pytest.mark.parametrize("number", ["1e999999999", "1e-999999999", "0e999999999", "1" * 5000])
@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("toml", 'leaves = [{{name = "a", count = {}}}]'),
        ("yaml", "leaves: [{{name: a, count: {}}}]"),
        ("json", '{{"leaves": [{{"name": "a", "count": {}}}]}}'),
    ],
)
def test_a_number_that_would_fill_the_memory_is_refused(
    form: str, text: str, number: str, tmp_path: Path
) -> None:
    if form == "yaml":
        number = number.replace("e", ".0e+").replace("+-", "-")

    assert len(problems(tmp_path, form, text.format(number))) == 1


def deep(form: str, depth: int) -> str:
    if form == "toml":
        return "title = " + "[" * depth + "]" * depth
    if form == "json":
        return '{"title": ' + "[" * depth + "]" * depth + "}"
    return "title: " + "[" * depth + "]" * depth


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("depth", [99, 1_000, 20_000])
def test_a_file_that_is_too_deep_is_refused(form: str, depth: int, tmp_path: Path) -> None:
    assert problems(tmp_path, form, deep(form, depth))


@pytest.mark.parametrize("part", ["a", '"a b"', "'a'", "a-1_"])
@pytest.mark.parametrize("dot", [".", " . "])
def test_a_name_of_many_parts_is_refused_before_it_takes_minutes(part: str, dot: str, tmp_path: Path) -> None:
    said = problems(tmp_path, "toml", dot.join([part] * 2_000) + " = 1")

    assert said == ["the file has names of more than 100 parts"]


def test_texts_with_dots_are_no_names(tmp_path: Path) -> None:
    dots = "... " * 500

    assert load(tmp_path, "toml", f'title = "{dots}"').title == dots


def test_a_few_bytes_of_yaml_do_not_become_gigabytes(tmp_path: Path) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    )

    assert problems(tmp_path, "yaml", bomb) == [
        "the file has aliases, which are not read: write out what they stand for"
    ]


TOKENS = """title leaves name : = " ' [ ] { } , - &a *a !! bool 1e9 0x 2026-10-01 T10:00 # | > é ~ << ---"""
PIECES = st.lists(
    st.sampled_from([*TOKENS.split(), "\n", "  ", "\t", "\x00", "\ufeff"]) | st.text(max_size=3), max_size=25
).map("".join)


@unhurried
@given(st.sampled_from(FORMS), PIECES | st.text())
def test_whatever_stands_in_a_file_it_is_read_or_refused(form: str, text: str) -> None:
    with TemporaryDirectory() as folder:
        found: object
        try:
            found = load(Path(folder), form, text.encode("utf-8", "surrogatepass"))
        except InvalidDraftError as error:
            found = error.problems

        assert isinstance(found, Tree) or found


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("toml", f"password = {SECRET}"),
        ("toml", f'password = "{SECRET}\n'),
        ("toml", f'passwort = "{SECRET}"'),
        ("toml", f'leaves = "{SECRET}"'),
        ("toml", f'leaves = [{{name = "a", count = "{SECRET}"}}]'),
        ("yaml", f"password: {SECRET}: x"),
        ("yaml", f'password: "{SECRET}\nx: y'),
        ("yaml", f"password: !!bool {SECRET}"),
        ("yaml", f"password: [{SECRET}"),
        ("yaml", f"- {SECRET}\nx"),
        ("yaml", f"leaves: {SECRET}"),
        ("json", f'{{"password": {SECRET}}}'),
        ("json", f'{{"password": "{SECRET}'),
        ("json", f'{{"leaves": ["{SECRET}"]}}'),
        ("json", f'["{SECRET}"]'),
    ],
)
def test_errors_never_quote_a_secret(form: str, text: str, tmp_path: Path) -> None:
    try:
        load(tmp_path, form, text)
    except InvalidDraftError as error:
        chain: BaseException | None = error
        while chain is not None:
            assert SECRET not in f"{chain} {chain!r}"
            chain = None if chain.__suppress_context__ else chain.__context__
    else:
        assert form == "yaml"  # a text after all


def test_toml_has_no_word_for_nothing(tmp_path: Path) -> None:
    tree = Tree(draft=Draft(text="One", variants={"x": Variant(first_comment=None)}))

    with pytest.raises(ConfigurationError, match=r"draft\.variants\.x\.first_comment is None"):
        tree.save(tmp_path / "tree.toml")
    assert not list(tmp_path.iterdir())
    tree.save(tmp_path / "tree.json")
    assert Tree.load(tmp_path / "tree.json") == tree


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "tree.json"
    Tree(title="old").save(file)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(ConfigurationError, match="cannot be written: No space left on device"):
            Tree(title="new").save(file)

    assert Tree.load(file).title == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["tree.json"]


def test_a_text_that_no_file_can_hold_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "tree.json"
    Tree(title="old").save(file)
    broken = Tree.model_construct(title="\ud800")

    with pytest.raises(ConfigurationError, match=r"tree\.json cannot be written") as caught:
        broken.save(file)
    assert "ud800" not in f"{caught.value}"
    assert Tree.load(file).title == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["tree.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_saved_file_keeps_who_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "tree.json"
    Tree(title="old").save(file)
    file.chmod(0o600)
    Tree(title="new").save(file)

    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["tree.txt", "tree", "tree.csv"])
def test_unknown_endings_are_refused(name: str, tmp_path: Path) -> None:
    for act in (Tree().save, Tree.load):
        with pytest.raises(ConfigurationError, match=r"are not known: use one of \.toml"):
            act(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"tree\.toml cannot be read: No such file"):
        Tree.load(tmp_path / "tree.toml")
    with pytest.raises(ConfigurationError, match=r"tree\.toml cannot be written: No such file"):
        Tree().save(tmp_path / "nowhere" / "tree.toml")


@pytest.mark.parametrize(("form", "library"), [("yaml", "yaml"), ("toml", "tomli_w")])
def test_a_missing_library_is_named(
    form: str, library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(ConfigurationError, match=r"pip install 'socialkit\[files\]'"):
        Tree(title="x").save(tmp_path / f"tree.{form}")


def test_wall_times_may_stand_as_yaml_and_toml_write_times(tmp_path: Path) -> None:
    at = WallTime(datetime(2026, 3, 29, 2, 30), zone="Europe/Paris")  # noqa: DTZ001

    assert load(tmp_path, "toml", 'at = {wall = 2026-03-29T02:30:00, zone = "Europe/Paris"}').at == at
    for wall in ("2026-03-29 02:30", "2026-03-29 02:30:00", "2026-03-29T02:30:00"):
        assert load(tmp_path, "yaml", f"at: {{wall: {wall}, zone: Europe/Paris}}").at == at


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_file_is_a_document_of_defaults_where_the_form_allows_it(form: str, tmp_path: Path) -> None:
    if form == "json":
        assert problems(tmp_path, form, "")
    else:
        assert load(tmp_path, form, "") == Tree()
