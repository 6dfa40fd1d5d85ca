"""oauth2-mock-server: a general OAuth 2 and OpenID Connect provider of others, which really checks PKCE."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.live.servers.node import own_node
from tests.live.servers.process import free_port, install, listens, running, wait_for

__all__ = ["VERSION", "install_oauth", "oauth"]

VERSION: Final = "9.3.0"
BEFORE: Final = "2026-11-01"


def install_oauth() -> Path:
    """Return where the server lies, installed first where it is not."""
    return install("oauth", f"{VERSION} {BEFORE}", _install)


def _install(folder: Path) -> None:
    own_node().install(folder, f"oauth2-mock-server@{VERSION}", before=BEFORE)


@contextmanager
def oauth(data: Path) -> Generator[str]:
    """Run the provider on loopback, and give its address."""
    folder, node = install_oauth(), own_node()
    log, port = data / "oauth.log", free_port()
    program = folder / "node_modules" / "oauth2-mock-server" / "dist" / "oauth2-mock-server.mjs"
    options = ("-a", "127.0.0.1", "-p", str(port))
    with running((node.program, program, *options), log, env=node.environment()) as process:
        wait_for(process, log, lambda: listens(port))
        yield f"http://127.0.0.1:{port}"
