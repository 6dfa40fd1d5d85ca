from __future__ import annotations

import subprocess
import sys

from socialkit import transport


def test_all_is_sorted_and_complete() -> None:
    constants = sorted(name for name in transport.__all__ if name.isupper())
    classes = sorted(name for name in transport.__all__ if name[0].isupper() and not name.isupper())
    functions = sorted(name for name in transport.__all__ if name.islower())
    public = {name for name in vars(transport) if name[0].isalpha()}

    assert transport.__all__ == [*constants, *classes, *functions]
    assert set(transport.__all__) == public


def test_importing_makes_no_tls_context_and_reads_no_environment() -> None:
    code = (
        "import ssl, urllib.request\n"
        "ssl.SSLContext = None\n"
        "urllib.request.getproxies = None\n"
        "import socialkit.transport as transport\n"
        "transport.BlockingTransport(), transport.AsyncTransport()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stderr == ""
