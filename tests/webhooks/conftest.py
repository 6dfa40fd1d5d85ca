from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from socialkit.platforms import _registry
from tests.webhooks.support import Stage

Install: TypeAlias = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install Pixelwall, by the registration that is named."""

    def write(registration: str) -> None:
        info = tmp_path / "pixelwall_socialkit-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pixelwall-socialkit\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[socialkit.platforms]\npixelwall = {registration}\n")
        _registry._all.cache_clear()

    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    write("pixelwall:REGISTRATION")
    yield write
    _registry._all.cache_clear()


@pytest.fixture(params=[False, True], ids=["blocking", "async"])
def stage(request: pytest.FixtureRequest, install: Install) -> Iterator[Stage]:
    """Two brands with a wall each, in both modes."""
    del install
    with Stage(awaited=bool(request.param)) as stage:
        yield stage
