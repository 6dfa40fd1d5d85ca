"""What holds for every test: nothing leaves this machine."""

from __future__ import annotations

import os
from typing import Final

import pytest
from hypothesis import settings

from tests.support import block_network

EXAMPLES: Final = int(os.environ.get("SOCIALKIT_EXAMPLES", "40"))
"""What a property test draws that says no other number."""
settings.register_profile("socialkit", max_examples=EXAMPLES)
settings.load_profile("socialkit")

_PATCH = pytest.StashKey[pytest.MonkeyPatch]()


def pytest_configure(config: pytest.Config) -> None:
    """Close the network before anything is collected: doctests and fixtures of sessions come too."""
    config.stash[_PATCH] = pytest.MonkeyPatch()
    block_network(config.stash[_PATCH])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Open it again."""
    config.stash[_PATCH].undo()
