"""A pytest plug-in, active wherever socialkit is installed."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from socialkit.sandbox import Sandbox

__all__ = ["socialkit_world"]

# A failing assertion of the suite shows its values, as one in a test does.
pytest.register_assert_rewrite("socialkit.testing._conformance", "socialkit.testing._token_stores")


@pytest.fixture
def socialkit_world() -> Generator[Sandbox]:
    """A world of simulated platforms, new for each test; see `socialkit.sandbox.Sandbox`."""
    from socialkit.sandbox import Sandbox  # noqa: PLC0415 - pytest loads every plug-in, used or not

    with Sandbox(seed=7) as world:
        yield world
