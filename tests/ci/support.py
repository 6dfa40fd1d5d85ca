"""The checks of `.ci`, which lie outside every package."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

from tests.support import ROOT


def script(name: str) -> Any:
    """Return one as a module."""
    known = f"socialkit_ci_{name}"
    spec = importlib.util.spec_from_file_location(known, ROOT / ".ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[known] = importlib.util.module_from_spec(spec)  # dataclasses look there
    spec.loader.exec_module(module)
    return module
