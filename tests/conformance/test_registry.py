"""Every platform of the registry is in the suite."""

from __future__ import annotations

import importlib
import inspect

import pytest

from socialkit.platforms import find, names
from socialkit.testing import PlatformConformance


@pytest.mark.parametrize("platform", names())
def test_every_platform_passes_the_suite(platform: str) -> None:
    module = importlib.import_module(f"tests.conformance.test_{platform}")
    suites = [
        one
        for _, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, PlatformConformance) and one is not PlatformConformance
    ]

    assert [one.platform for one in suites] == [platform]


@pytest.mark.parametrize("platform", names())
def test_every_platform_has_a_simulator_of_its_name(platform: str) -> None:
    assert find(platform).load_simulator().name == platform
