"""What holds for every test: nothing leaves this machine."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from typing import Final

import pytest
from _pytest.doctest import DoctestModule
from hypothesis import settings

from tests.support import block_network

EXAMPLES: Final = int(os.environ.get("SOCIALKIT_EXAMPLES", "30"))
"""What a property test draws that says no other number."""
settings.register_profile("socialkit", max_examples=EXAMPLES)
settings.load_profile("socialkit")

_PATCH = pytest.StashKey[pytest.MonkeyPatch]()


def pytest_configure(config: pytest.Config) -> None:
    """Close the network before anything is collected: doctests and fixtures of sessions come too."""
    config.stash[_PATCH] = pytest.MonkeyPatch()
    block_network(config.stash[_PATCH])


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for examples among what users read alone: no test has any."""
    found = yield
    return [one for one in found if not isinstance(one, DoctestModule)]


def pytest_collection() -> None:
    """Look for no garbage among many thousands of tests, which all stay."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for it again, but not among the tests."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Open it again."""
    config.stash[_PATCH].undo()
