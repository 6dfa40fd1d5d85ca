"""The direction of the house's arrows: who may import whom.

The checker reads sources, so it also sees imports inside functions and those for type checkers alone.
"""

from __future__ import annotations

import ast
import graphlib
import importlib
import inspect
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

import pytest

from tests.support import ROOT

PACKAGE = "socialkit"
SOURCE = ROOT / "src" / PACKAGE

GROUND = frozenset({"_lazy", "_version"})  # import nothing of ours; everybody may import them
FACTS = GROUND | {"models", "errors"}
DOMAIN = frozenset({"campaign", "strategy", "metrics", "routing", "authority"})
CALLS = FACTS | {"text", "_listing", "_streaming", "operations", "transport", "auth"}
PLATFORMS = CALLS | {"platforms", "platforms.base"}
PUBLISHING = PLATFORMS | {"authority", "publishing", "webhooks"}
WORK = PUBLISHING | {"workspace", "desk", "collect"}

ALLOWED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(GROUND, GROUND),
    "models": FACTS,
    "errors": FACTS,
    "text": FACTS,
    **dict.fromkeys(["_listing", "_streaming", "operations", "transport", "auth"], CALLS),
    "platforms.base": PLATFORMS,
    "platforms": PLATFORMS,
    "publishing": PUBLISHING,
    "webhooks": PUBLISHING,
    "workspace": WORK | DOMAIN,
    "collect": WORK | DOMAIN,
    "desk": WORK | {"routing"},
    **dict.fromkeys(["cli", "reports"], WORK | DOMAIN | {"cli", "reports", "testing", "sandbox"}),
    "__main__": frozenset({"cli"}),
    "testing": WORK | {"sandbox"},
    "campaign": FACTS | {"text", "strategy", "metrics"},
    "strategy": FACTS | {"text", "metrics"},
    "metrics": FACTS | {"text"},
    "routing": FACTS | {"text"},
    "authority": FACTS | {"text"},
    "sandbox": GROUND | {"models"},
    "sandbox._world": WORK,
}
"""Whom the modules of a unit may import, besides their own unit."""

NAMED_ONLY = {("errors", "models")}
"""Arrows that close a circle for a type checker alone: an error names the post it is about."""


@dataclass(frozen=True)
class Arrow:
    """An import of one of our modules by another."""

    importer: str
    imported: str
    for_types: bool

    def __str__(self) -> str:
        return f"{self.importer} -> {self.imported}"


def unit(module: str) -> str:
    """Return the room of the house that a module stands in."""
    parts = module.split(".")
    room = ".".join(parts[:2])
    return room if room in {"platforms.base", "sandbox._world"} else parts[0]


def imports(tree: ast.Module) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Yield every import of a module, and whether only a type checker follows it."""

    def walk(node: ast.AST, *, for_types: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, for_types
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for guarded in node.body:
                yield from walk(guarded, for_types=True)
            for other in node.orelse:
                yield from walk(other, for_types=for_types)
        else:
            for child in ast.iter_child_nodes(node):
                yield from walk(child, for_types=for_types)

    return walk(tree, for_types=False)


def targets(node: ast.Import | ast.ImportFrom, modules: Container[str]) -> Iterator[str]:
    """Yield the dotted names of the modules that an import means."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    package = node.module or ""
    for alias in node.names:
        inner = f"{package}.{alias.name}"
        yield inner if inner.removeprefix(f"{PACKAGE}.") in modules else package


def is_package(module: str, modules: Mapping[str, object]) -> bool:
    return not module or any(other.startswith(f"{module}.") for other in modules)


def arrows(sources: Mapping[str, str]) -> set[Arrow]:
    """Return who imports whom.

    A package that names its parts for type checkers alone loads them lazily: no arrow.
    """
    found: set[Arrow] = set()
    for module, source in sources.items():
        for node, for_types in imports(ast.parse(source)):
            if for_types and is_package(module, sources):
                continue
            for name in targets(node, sources):
                imported = name.removeprefix(PACKAGE).removeprefix(".")
                if name.split(".")[0] == PACKAGE and imported != module:
                    found.add(Arrow(module, imported, for_types))
    return found


def wrong(arrow: Arrow) -> str | None:
    """Return what is wrong with an arrow."""
    importer, imported = unit(arrow.importer), unit(arrow.imported)
    if not importer:
        return None
    if not imported:
        return f"{arrow}: the public face is for users"
    if importer not in ALLOWED:
        return f"{arrow}: {importer} has no room in the house"
    if importer == "platforms.base" and is_platform(arrow.imported):
        return f"{arrow}: the base knows no platform"
    if importer == imported == "sandbox":
        return between_simulators(arrow)
    if imported != importer and imported not in ALLOWED[importer] and not is_face_of_world(arrow):
        return f"{arrow}: {importer} may not import {imported}"
    return None


def is_platform(module: str) -> bool:
    room, _, name = module.partition(".")
    return room == "platforms" and bool(name) and not name.startswith("_") and name.split(".")[0] != "base"


def is_face_of_world(arrow: Arrow) -> bool:
    """Tell whether the sandbox hands on, or starts, its world; or the world stands on the sandbox."""
    pair = (arrow.importer, unit(arrow.imported))
    return pair in {("sandbox", "sandbox._world"), ("sandbox.__main__", "sandbox._world")} or (
        unit(arrow.importer) == "sandbox._world" and unit(arrow.imported) == "sandbox"
    )


def between_simulators(arrow: Arrow) -> str | None:
    """Simulators share the sandbox's private modules, and know nothing of one another."""
    simulators = [
        module.split(".")[1] if "." in module else "" for module in (arrow.importer, arrow.imported)
    ]
    importer, imported = (name if not name.startswith("_") else "" for name in simulators)
    if importer and imported and importer != imported:
        return f"{arrow}: a simulator may not import another"
    return None


def circle(edges: set[tuple[str, str]]) -> list[str]:
    """Return one circle among the edges, if there is one."""
    sorter: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter()
    for importer, imported in edges:
        sorter.add(importer, imported)
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        return list(reversed(error.args[1]))
    return []


def problems(sources: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the imports of modules, given as dotted name (without ours) and source."""
    every = arrows(sources)
    found = sorted(filter(None, map(wrong, every)))
    solid = {
        arrow
        for arrow in every
        if not (arrow.for_types and (unit(arrow.importer), unit(arrow.imported)) in NAMED_ONLY)
    }
    inner = circle({(arrow.importer, arrow.imported) for arrow in solid})
    rooms = {tuple(module.split(".")[0] for module in (arrow.importer, arrow.imported)) for arrow in solid}
    outer = circle({(importer, imported) for importer, imported in rooms if importer != imported})
    return found + [f"circle: {' -> '.join(names)}" for names in (inner, outer) if names]


def house() -> dict[str, str]:
    """Return the sources of the package by dotted name, without the package's own."""
    sources: dict[str, str] = {}
    for path in SOURCE.rglob("*.py"):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        sources[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text()
    return sources


def test_arrows_of_the_house_point_one_way() -> None:
    assert problems(house()) == []


def test_httpx_is_imported_in_transport_only() -> None:
    users = {
        module
        for module, source in house().items()
        for node, _ in imports(ast.parse(source))
        if any(name.split(".")[0] == "httpx" for name in targets(node, ()))
    }

    assert {module for module in users if unit(module) != "transport"} == set()


def packages() -> list[str]:
    return sorted(
        ".".join([PACKAGE, *path.parent.relative_to(SOURCE).parts]) for path in SOURCE.rglob("__init__.py")
    )


@pytest.mark.parametrize("package", packages())
def test_no_function_has_the_name_of_a_subpackage(package: str) -> None:
    folder = SOURCE.joinpath(*package.split(".")[1:])
    children = {
        path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    module = importlib.import_module(package)
    names: list[str] = getattr(module, "__all__", [])

    assert {name for name in names if inspect.isroutine(getattr(module, name))} & children == set()


LAYERS = {"errors": "", "models": "", "text": "", "transport": "", "operations": "", "platforms.base": ""}


@pytest.mark.parametrize(
    "sources",
    [
        {"platforms.pixelwall": "from socialkit.platforms.base import Platform"},
        {"platforms.pixelwall": "import asyncio, httpx\nfrom pydantic import BaseModel"},
        {
            "errors": "if TYPE_CHECKING:\n    from socialkit.models import Post",
            "models": "import socialkit.errors",
        },
        {"text": "def f():\n    from socialkit.models import Post"},
        {"campaign": "from socialkit import strategy", "strategy": "import socialkit.metrics", "metrics": ""},
        {
            "": "if TYPE_CHECKING:\n    from socialkit.cli import main",
            "cli": "import socialkit.reports",
            "reports": "",
        },
        {
            "desk": "if TYPE_CHECKING:\n    from socialkit.desk._desk import Desk",
            "desk._desk": "from socialkit.desk import Case",
        },
        {
            "desk": "import socialkit.routing",
            "routing": "",
            "publishing": "import socialkit.authority",
            "authority": "",
        },
        {
            "sandbox._world": "import socialkit.platforms\nimport socialkit.sandbox.x",
            "platforms": "",
            "sandbox.x": "",
        },
        {
            "sandbox": "from socialkit.sandbox._world import World",
            "sandbox._world": "import socialkit.transport",
        },
        {"sandbox.x": "import socialkit.models, socialkit.sandbox._clock", "sandbox._clock": ""},
        {"sandbox.x._flow": "import socialkit.sandbox.x._state", "sandbox.x._state": "", "sandbox.x": ""},
        {"platforms.base": "import socialkit.platforms._limits", "platforms._limits": "", "platforms": ""},
    ],
)
def test_right_arrows_pass(sources: dict[str, str]) -> None:
    assert problems(LAYERS | sources) == []


@pytest.mark.parametrize(
    ("sources", "problem"),
    [
        ({"models._post": "import socialkit.text"}, "models._post -> text: models may not import text"),
        (
            {"errors": "def f():\n    import socialkit.transport"},
            "errors -> transport: errors may not import transport",
        ),
        (
            {"text": "if TYPE_CHECKING:\n    from socialkit.operations import Run"},
            "text -> operations: text may not import operations",
        ),
        (
            {"platforms.base": "from socialkit.platforms import pixelwall", "platforms.pixelwall": ""},
            "platforms.base -> platforms.pixelwall: the base knows no platform",
        ),
        ({"platforms.x": "from socialkit import Post"}, "platforms.x -> : the public face is for users"),
        (
            {"metrics": "import socialkit.strategy", "strategy": ""},
            "metrics -> strategy: metrics may not import strategy",
        ),
        (
            {"routing": "import socialkit.authority", "authority": ""},
            "routing -> authority: routing may not import authority",
        ),
        (
            {"desk": "import socialkit.campaign", "campaign": ""},
            "desk -> campaign: desk may not import campaign",
        ),
        (
            {"sandbox.x": "from socialkit.platforms.base import Post"},
            "sandbox.x -> platforms.base: sandbox may not import platforms.base",
        ),
        (
            {"sandbox.x": "from socialkit.sandbox._world import World", "sandbox._world": ""},
            "sandbox.x -> sandbox._world: sandbox may not import sandbox._world",
        ),
        (
            {"sandbox.x": "from socialkit.sandbox.y import reply", "sandbox.y": ""},
            "sandbox.x -> sandbox.y: a simulator may not import another",
        ),
        ({"sandbox.x": "import socialkit.text"}, "sandbox.x -> text: sandbox may not import text"),
        ({"attic": "import socialkit.text"}, "attic -> text: attic has no room in the house"),
    ],
)
def test_wrong_arrows_are_found(sources: dict[str, str], problem: str) -> None:
    assert problems(LAYERS | sources) == [problem]


@pytest.mark.parametrize(
    "sources",
    [
        {"models._a": "import socialkit.models._b", "models._b": "import socialkit.models._a", "models": ""},
        {"models._a": "from socialkit.models import B", "models": "from socialkit.models._a import A"},
        {
            "models._a": "import socialkit.errors",
            "errors": "def f():\n    import socialkit.models._a",
            "models": "",
        },
        {
            "transport._a": "import socialkit.auth",
            "auth": "",
            "auth._b": "if TYPE_CHECKING:\n    import socialkit.transport",
        },
    ],
)
def test_circles_are_found(sources: dict[str, str]) -> None:
    found = problems(LAYERS | sources)

    assert found
    assert all(problem.startswith("circle: ") for problem in found)
