"""Installs every server, where it is not there yet: `python -m tests.live.servers`."""

from __future__ import annotations

import sys
import time

from tests.live.servers.bluesky import install_bluesky
from tests.live.servers.kepi import install_kepi
from tests.live.servers.oauth import install_oauth
from tests.live.servers.posthole import install_posthole
from tests.live.servers.prism import install_prism


def main() -> None:
    """Install them one after the other, and tell what each took."""
    for server in (install_kepi, install_prism, install_oauth, install_posthole, install_bluesky):
        begun = time.monotonic()
        folder = server()
        sys.stdout.write(f"{folder.name}: {time.monotonic() - begun:.0f} s\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
