"""What holds for every file that is tracked, and for the files that a reader meets first."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import ROOT

REGISTRY = re.compile(
    r"\b(?:pypi|pythonhosted|npmjs|crates|rubygems|anaconda)\.(?:org|com|io)\b", re.IGNORECASE
)
MACHINE_PATH = re.compile(r"(?<![\w.}\])])/(?:home|root|work|Users)/")
PINNED = re.compile(r"[A-Za-z0-9][\w.-]*==[\w.+!]+")
ADDRESS = re.compile(r"://|@|^-", re.MULTILINE)


def git(*arguments: str) -> str:
    program = shutil.which("git")
    if program is None or not (ROOT / ".git").exists():
        pytest.skip("not a git working tree")
    return subprocess.run([program, *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def tracked_texts() -> dict[str, str]:
    """Texts that are tracked or about to be, by path."""
    texts: dict[str, str] = {}
    for name in git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        path = ROOT / name
        if name and path.is_file() and b"\0" not in (content := path.read_bytes()):
            texts[name] = content.decode()
    return texts


def lines_with(pattern: re.Pattern[str], texts: dict[str, str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def requirement_files() -> list[Path]:
    return sorted(ROOT.glob("requirements*.txt"))


def test_no_tracked_file_names_a_registry() -> None:
    assert lines_with(REGISTRY, tracked_texts()) == []


def test_no_tracked_file_names_a_path_of_one_machine() -> None:
    assert lines_with(MACHINE_PATH, tracked_texts()) == []


@pytest.mark.parametrize("line", ["see /" + "home/ada/notes", 'open("/' + 'root/x")', "/" + "work/main"])
def test_paths_of_one_machine_are_found(line: str) -> None:
    assert lines_with(MACHINE_PATH, {"page.md": line}) == [f"page.md:1: {line}"]


@pytest.mark.parametrize(
    "line", ["https://social.example/docs/home/", "{base}/home/timeline", "at work/home"]
)
def test_addresses_are_no_paths_of_a_machine(line: str) -> None:
    assert lines_with(MACHINE_PATH, {"page.md": line}) == []


def test_the_readme_is_short() -> None:
    readme = ROOT / "README.md"

    assert len(readme.read_text().splitlines()) < 150 if readme.exists() else True


def test_the_licence_is_there() -> None:
    licence = (ROOT / "LICENSE").read_text()

    assert licence.startswith("MIT License")
    assert "The socialkit authors" in licence


@pytest.mark.parametrize("path", requirement_files(), ids=lambda path: path.name)
def test_requirements_are_pinned_and_name_no_address(path: Path) -> None:
    text = path.read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]

    assert not ADDRESS.search(text)
    assert [line for line in lines if not PINNED.fullmatch(line)] == []
    assert lines == sorted(lines, key=lambda line: line.partition("==")[0].lower())


def test_there_is_a_requirement_file() -> None:
    assert [path.name for path in requirement_files()] == ["requirements-dev.txt"]


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "src" / "socialkit" / "py.typed").read_bytes() == b""
