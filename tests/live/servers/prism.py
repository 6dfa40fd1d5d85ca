"""Prism, a server that checks every request against an OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.live.servers.node import own_node
from tests.live.servers.process import free_port, install, listens, running, wait_for

__all__ = ["VERSION", "install_prism", "prism"]

VERSION: Final = "5.16.0"
BEFORE: Final = "2026-11-01"


def install_prism() -> Path:
    """Return where the server lies, installed first where it is not."""
    return install("prism", f"{VERSION} {BEFORE}", _install)


def _install(folder: Path) -> None:
    own_node().install(folder, f"@stoplight/prism-cli@{VERSION}", before=BEFORE)


@contextmanager
def prism(document: Mapping[str, Any], data: Path) -> Generator[str]:
    """Serve a document on loopback, and give the address."""
    folder, node = install_prism(), own_node()
    spec, log, port = data / "openapi.json", data / "prism.log", free_port()
    spec.write_text(json.dumps(document))
    program = folder / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
    options = ("mock", "--host", "127.0.0.1", "--port", str(port), spec)
    with running((node.program, program, *options), log, env=node.environment()) as process:
        wait_for(process, log, lambda: listens(port))
        yield f"http://127.0.0.1:{port}"
