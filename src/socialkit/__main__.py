"""`python -m socialkit`: the same as `socialkit`."""

from __future__ import annotations

import sys

from socialkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
