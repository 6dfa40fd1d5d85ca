"""Running a notebook as its reader does, cell by cell, without a server."""

from __future__ import annotations

import ast
import contextlib
import io
import json
from pathlib import Path
from typing import Any

__all__ = ["cells", "run"]


def cells(path: Path) -> list[dict[str, Any]]:
    """Return the code cells of a notebook."""
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cells"]
    return [cell for cell in found if cell["cell_type"] == "code"]


def run(path: Path) -> list[tuple[str, object]]:
    """Run all code cells in one namespace; return of each what it printed, and the value it shows."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    return [
        _cell(f"{path.name}, cell {number}", "".join(cell["source"]), namespace)
        for number, cell in enumerate(cells(path), 1)
    ]


def _cell(name: str, source: str, namespace: dict[str, Any]) -> tuple[str, object]:
    body = ast.parse(source, name).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    printed, shown = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), name, "exec"), namespace)
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), name, "eval"), namespace)
    return printed.getvalue(), shown
