"""Every public name stands on a page of the reference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import griffe
import pytest

from tests.docs.blocks import DOCS
from tests.support import ROOT

DIRECTIVE: Final = re.compile(r"^::: (?P<name>[\w.]+)\n(?P<options>(?:    .*\n?)*)", re.MULTILINE)
LISTED: Final = re.compile(r"^        - (\w+)$", re.MULTILINE)
SOURCE: Final = ROOT / "src"


@pytest.fixture(scope="module")
def package() -> griffe.Module:
    loaded = griffe.load("socialkit", search_paths=[SOURCE], docstring_parser="google")
    assert isinstance(loaded, griffe.Module)
    return loaded


@pytest.fixture(scope="module")
def shown() -> Mapping[str, set[str] | None]:
    """Return the names that the pages list of each package; None where they show all that is documented."""
    found: dict[str, set[str] | None] = {}
    for page in sorted((DOCS / "reference").glob("*.md")):
        for match in DIRECTIVE.finditer(page.read_text("utf-8") + "\n"):
            listed = set(LISTED.findall(match["options"]))
            before = found.get(match["name"], set[str]())
            found[match["name"]] = before | listed if listed and before is not None else None
    return found


def faces(module: griffe.Module) -> list[griffe.Module]:
    """Return a package and those in it, each with a list of what it offers: those that users import from."""
    inner = [one for one in module.members.values() if isinstance(one, griffe.Module)]
    public = [one for one in inner if not one.name.startswith("_")]
    return [module, *(face for one in public for face in faces(one) if face.exports)]


def test_every_public_name_stands_on_a_page_of_the_reference(
    package: griffe.Module, shown: Mapping[str, set[str] | None]
) -> None:
    missing = [
        f"{face.path}.{name}"
        for face in faces(package)
        for name in map(str, face.exports or ())
        if not stands(face, name, shown)
    ]

    assert missing == []


def stands(face: griffe.Module, name: str, shown: Mapping[str, set[str] | None]) -> bool:
    """Return whether a name is on a page, where it is offered or one package further out."""
    if name.startswith("__"):
        return True
    if face.path in shown:
        listed = shown[face.path]
        # What has no docstring is left out where nobody lists it.
        return face[name].has_docstrings if listed is None else name in listed
    parent = face.parent
    return isinstance(parent, griffe.Module) and name in map(str, parent.exports or ())


def test_no_page_lists_a_name_that_nobody_offers(
    package: griffe.Module, shown: Mapping[str, set[str] | None]
) -> None:
    faces_by_path = {face.path: face for face in faces(package)}

    assert shown.keys() <= faces_by_path.keys()
    for path, listed in shown.items():
        assert (listed or set()) <= set(map(str, faces_by_path[path].exports or ()))
