"""Every block of the README and the pages is what a reader can run: nothing here may be out of date."""

from __future__ import annotations

import ast
import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import tomllib
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Final
from unittest import mock

import pytest
from typer._click.exceptions import UsageError
from typer.core import TyperGroup
from typer.main import get_command

import socialkit as sk
from socialkit.cli._app import app
from socialkit.testing import png
from tests.docs.blocks import Block, Browser, blocks, pages, run, section
from tests.support import ROOT

ALL: Final = [block for page in pages() for block in blocks(page)]
LANGUAGES: Final = {"python", "text", "console", "toml"}
WIDEST: Final = 83
"""Characters that a page shows without scrolling."""
WRITTEN: Final = {"first.py"}
"""Files that a page tells its reader to write."""


def of(language: str) -> list[Block]:
    """Return the blocks that a reader runs; parts of files are run where they stand."""
    return [
        block for block in ALL if block.language == language and block.reason is None and block.source is None
    ]


def is_test(block: Block) -> bool:
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        for node in ast.parse(block.code).body
    )


def runnable_pages() -> list[Path]:
    return list(dict.fromkeys(block.page for block in of("python")))


def name_of(value: object) -> str:
    return value.relative_to(ROOT).as_posix() if isinstance(value, Path) else str(value)


@pytest.mark.parametrize("page", runnable_pages(), ids=name_of)
def test_the_python_of_a_page_runs_and_prints_what_it_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOCIALKIT_TOKEN", "not-a-real-token")
    (tmp_path / "jacket.png").write_bytes(png(64, 64))
    for file in (ROOT / "examples").glob("agency*.toml"):
        shutil.copy(file, tmp_path)
    listed = [block for block in of("python") if block.page == page and not is_test(block)]

    with sk.Sandbox(seed=7) as world, contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ))  # what a page sets ends with it
        if not any(".serve(" in block.code for block in listed):  # what is served is reached over its socket
            stack.enter_context(world.install())
        monkeypatch.setattr(webbrowser, "open", Browser(world))
        wrong = [
            f"{block} printed:\n{printed}"
            for block, printed in run(listed, world)
            if not block.prints(printed)
        ]

    assert wrong == []


@pytest.mark.parametrize("page", sorted({one.page for one in of("python") if is_test(one)}), ids=name_of)
def test_the_tests_that_a_page_shows_pass(page: Path, tmp_path: Path) -> None:
    module = tmp_path / "test_page.py"
    module.write_text("\n".join(one.code for one in of("python") if one.page == page), "utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.conftest", str(module)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("block", of("console"), ids=name_of)
def test_the_commands_that_a_page_shows_exist(block: Block) -> None:
    commands = [line[2:].partition("  #")[0] for line in block.code.splitlines() if line.startswith("$ ")]

    assert commands, "a console block shows commands behind `$ `"
    assert [command for command in commands if not exists(shlex.split(command))] == []


def exists(words: list[str]) -> bool:
    """Return whether a command is one that a reader can give, as far as this can be seen from here."""
    while words and "=" in words[0]:
        words = words[1:]
    program = Path(words[0]).name
    check = PROGRAMS.get(program)
    return check is not None and check(words[1:])


def is_target(words: list[str]) -> bool:
    targets = (ROOT / "Makefile").read_text("utf-8")
    return all(f"\n{word}:" in targets or f" {word}" in targets for word in words if "=" not in word)


def is_module_or_file(words: list[str]) -> bool:
    if words[0] == "-m":
        ours = ROOT.joinpath(*words[1].split("."), "__main__.py")
        return words[1] in {"venv", "pip", "pytest"} or ours.is_file()
    return words[0] in WRITTEN or (ROOT / words[0]).is_file()


def is_test_path(words: list[str]) -> bool:
    return all((ROOT / word).exists() for word in words if not word.startswith("-"))


def is_installation(words: list[str]) -> bool:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = set(document["project"]["optional-dependencies"])
    asked = {
        extra
        for word in words
        if "[" in word
        for extra in word.partition("[")[2].partition("]")[0].split(",")
    }
    return words[0] == "install" and asked <= extras


def is_ours(words: list[str]) -> bool:
    """Return whether our own command line takes the words; nothing is done."""
    command = get_command(app)
    while isinstance(command, TyperGroup) and words and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    if isinstance(command, TyperGroup):  # of which an option alone may do something, so it is not parsed
        return {*words} <= {name for option in command.params for name in option.opts}
    try:
        command.make_context("socialkit", words)
    except UsageError:
        return False
    return True


PROGRAMS: Final[dict[str, Callable[[list[str]], bool]]] = {
    "cd": lambda words: words == ["socialkit"],
    "git": lambda words: words[0] == "clone",
    "make": is_target,
    "pip": is_installation,
    "pytest": is_test_path,
    "python": is_module_or_file,
    "python3": is_module_or_file,
    "socialkit": is_ours,
}


def test_every_block_says_in_which_language_it_is() -> None:
    assert [str(block) for block in ALL if block.language not in LANGUAGES] == []


def test_the_parts_of_files_that_a_page_shows_are_whole_and_of_packages_whose_tests_run() -> None:
    parts = [block for block in ALL if block.source is not None]

    assert parts
    for block in parts:
        assert (block.source or "").startswith("examples/"), f"{block}: the examples have tests of their own"
        if block.language == "python":
            ast.parse(block.code, str(block))


def test_a_part_of_a_file_that_is_not_there_would_be_found() -> None:
    with pytest.raises(AssertionError, match="no section 'weather'"):
        section(ROOT / "examples" / "pixelwall" / "pyproject.toml", "weather")


def test_a_block_that_is_not_run_says_why() -> None:
    page = ROOT / "README.md"
    fence = "`" * 3

    found = blocks(page, f"<!-- not run: it asks a colleague -->\n{fence}python\nask()\n{fence}\n")

    assert [block.reason for block in found] == ["it asks a colleague"]
    assert [str(block) for block in ALL if block.reason is not None] == []


def test_a_wrong_output_would_be_found() -> None:
    page = ROOT / "README.md"
    fence = "`" * 3
    text = f"{fence}python\nprint(1 + 1)\n{fence}\n\n{fence}text\n3\n{fence}\n"

    with sk.Sandbox() as world:
        ((block, printed),) = run(blocks(page, text), world)

    assert printed == "2\n"
    assert not block.prints(printed)


def test_code_fits_the_column_in_which_it_stands() -> None:
    wide = [
        f"{block}: {line}"
        for block in ALL
        for line in block.code.splitlines()
        if len(line) > WIDEST and block.language != "text"
    ]

    assert wide == []
