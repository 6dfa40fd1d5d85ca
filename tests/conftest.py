"""What holds for every test: nothing leaves this machine."""

from __future__ import annotations

import pytest

from tests.support import block_network

_PATCH = pytest.StashKey[pytest.MonkeyPatch]()


def pytest_configure(config: pytest.Config) -> None:
    """Close the network before anything is collected: doctests and fixtures of sessions come too."""
    config.stash[_PATCH] = pytest.MonkeyPatch()
    block_network(config.stash[_PATCH])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Open it again."""
    config.stash[_PATCH].undo()
