"""Libraries that are measured beside ours and live in an environment of their own."""

from __future__ import annotations

import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path
from typing import Final

__all__ = ["ATPROTO", "python_with"]

ATPROTO: Final = "atproto==0.0.73"
FOLDER: Final = Path(__file__).parent.parent / "build" / "benchmarks"
SHARED: Final = ("httpx", "pydantic")
"""What both use, and what must not differ therefore."""


def python_with(requirement: str) -> str:
    """Return the Python of an environment with a library; it is made where it is missing."""
    wanted = [requirement, *(f"{name}=={version(name)}" for name in SHARED)]
    folder = FOLDER / "-".join(wanted).replace("==", "-")
    python, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        venv.create(folder, clear=True, with_pip=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        subprocess.run([*pip, *wanted], check=True, stdout=sys.stderr)
        ready.touch()
    return str(python)
