"""Whoever meets a class in the reference finds it used there."""

from __future__ import annotations

import importlib
from enum import Enum

import pytest

PACKAGES = ["authority", "campaign", "models", "strategy"]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_class_has_an_example(package: str) -> None:
    module = importlib.import_module(f"socialkit.{package}")
    public = [getattr(module, name) for name in module.__all__]
    # The members of an enumeration are its example.
    classes: list[type[object]] = [
        one for one in public if isinstance(one, type) and not issubclass(one, Enum)
    ]

    assert classes
    assert [one.__name__ for one in classes if ">>>" not in (one.__doc__ or "")] == []
