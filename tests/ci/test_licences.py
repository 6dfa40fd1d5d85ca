"""What is installed under a licence that nobody agreed to is refused, and so is what says nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ci.support import script

Install = Callable[..., None]

EXCEPTION = {"lent": {"licence": "LGPL-3.0-only", "reach": "extras", "because": "only for a test"}}


@pytest.fixture(scope="module")
def licences() -> Any:
    return script("licences")


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Put a made-up package where the check looks; `shop` is the one whose needs are looked through."""

    def installed(name: str, *lines: str) -> None:
        place = tmp_path / f"{name}-1.0.dist-info"
        place.mkdir()
        text = "\n".join(("Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *lines))
        (place / "METADATA").write_text(f"{text}\n", "utf-8")

    installed("shop", "Requires-Dist: made-up")
    return installed


@pytest.fixture
def found(licences: Any, tmp_path: Path) -> Callable[..., list[str]]:
    def problems(*tools: str) -> list[str]:
        rules = licences.Rules(frozenset({"MIT", "ISC"}), {"MIT License": "MIT"}, EXCEPTION)
        return list(licences.problems(rules, tools, "shop", [str(tmp_path)]))

    return problems


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("License-Expression: GPL-3.0-or-later", "GPL-3.0-or-later is not"),
        ("License-Expression: MIT AND GPL-3.0-only", "MIT AND GPL-3.0-only is not"),
        ("License-Expression: (MIT OR ISC) AND AGPL-3.0-only", "(MIT OR ISC) AND AGPL-3.0-only is not"),
        ("License-Expression: MIT WITH a-condition", "MIT WITH a-condition is not"),
        ("License-Expression: (MIT", "(MIT is not"),
        ("Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)", "GNU General"),
        ("License: GPL", "GPL is not"),
        ("License: GPL\nClassifier: License :: OSI Approved :: MIT License", "GPL is not"),
        ("License: UNKNOWN", "says nothing of its licence"),
        ("Summary: A package", "says nothing of its licence"),
    ],
)
def test_a_package_that_is_not_permissive_or_says_nothing_is_refused(
    install: Install, found: Callable[..., list[str]], said: str, why: str
) -> None:
    install("made-up", said)

    (problem,) = found()
    assert problem.startswith(f"made-up (core): {why}")


@pytest.mark.parametrize(
    "said",
    [
        "License-Expression: MIT",
        "License-Expression: GPL-3.0-only OR (MIT AND ISC)",
        "Classifier: License :: OSI Approved :: MIT License",
        "License: MIT",
    ],
)
def test_a_package_that_can_be_had_under_a_permissive_licence_is_let_in(
    install: Install, found: Callable[..., list[str]], said: str
) -> None:
    install("made-up", said)

    assert found() == []


def test_what_a_need_needs_and_what_a_tool_is_are_looked_at_too(
    install: Install, found: Callable[..., list[str]]
) -> None:
    install("made-up", "License: MIT", "Requires-Dist: deep_er", 'Requires-Dist: never; extra == "x"')
    install("deep.er", "License: GPL")
    install("tool", "License: GPL")

    assert [one.partition(":")[0] for one in found("tool")] == ["deep-er (core)", "tool (development)"]


@pytest.mark.usefixtures("install")
def test_what_is_not_installed_is_unknown(found: Callable[..., list[str]]) -> None:
    assert found() == ["made-up: is not installed, so its licence is unknown"]


@pytest.mark.parametrize(
    ("licence", "need", "refused"),
    [
        ("LGPL-3.0-only", 'lent; extra == "far"', []),
        ("LGPL-3.0-only", "lent", ["lent (core): LGPL-3.0-only is let in for extras alone"]),
        (
            "AGPL-3.0-only",
            'lent; extra == "far"',
            ["lent (extras): AGPL-3.0-only is not in the list of allowed licences"],
        ),
    ],
)
def test_an_exception_holds_for_its_licence_and_no_nearer_to_users(
    licences: Any, install: Install, tmp_path: Path, licence: str, need: str, refused: list[str]
) -> None:
    install("store", "Provides-Extra: far", f"Requires-Dist: {need}")
    install("lent", f"License-Expression: {licence}")
    rules = licences.Rules(frozenset({"MIT"}), {}, EXCEPTION)

    assert list(licences.problems(rules, (), "store", [str(tmp_path)])) == refused


def test_all_that_is_installed_here_was_agreed_to(licences: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert licences.main() == 0
    assert "0 of them" in capsys.readouterr().out


def test_each_exception_tells_why(licences: Any) -> None:
    rules = licences.Rules.load()

    assert {
        name for name, one in rules.exceptions.items() if set(one) != {"licence", "reach", "because"}
    } == set()
    assert {one["reach"] for one in rules.exceptions.values()} <= set(licences.REACHES)
