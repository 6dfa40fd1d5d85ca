"""The package of another platform, installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from socialkit.platforms import _registry

ENTRY = "[socialkit.platforms]\npixelwall = pixelwall:REGISTRATION\n"


@pytest.fixture(scope="session", autouse=True)
def pixelwall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Leave what an installer leaves of a package: its metadata with its entry point."""
    folder = tmp_path_factory.mktemp("packages")
    info = folder / "pixelwall_socialkit-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pixelwall-socialkit\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY)
    sys.path.append(str(folder))
    _registry._all.cache_clear()
    yield
    sys.path.remove(str(folder))
    _registry._all.cache_clear()
