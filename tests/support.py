"""Helpers that tests import: one test for both modes, where recorded traffic lies, faults of files."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from socialkit.errors import InvalidDraftError
from socialkit.testing import collect, settle, take

__all__ = [
    "ROOT",
    "NetworkBlockedError",
    "block_network",
    "collect",
    "corpus",
    "faults_in",
    "is_local",
    "settle",
    "take",
]

ROOT = Path(__file__).resolve().parent.parent


def corpus(*parts: str) -> Path:
    """Return a path in the recorded traffic, or skip the test where there is none."""
    folder = Path(os.environ.get("SOCIALKIT_CORPUS") or ROOT.parent / "shared" / "corpus")
    if not folder.is_dir():
        pytest.skip("corpus not present: set SOCIALKIT_CORPUS")
    return folder.joinpath(*parts)


def faults_in(file: Path, text: str, load: Callable[[Path], object]) -> list[str]:
    """Write a file that is refused, and return every problem that is told of it."""
    file.write_text(text, "utf-8")
    with pytest.raises(InvalidDraftError) as caught:
        load(file)
    return [str(problem) for problem in caught.value.problems]


class NetworkBlockedError(RuntimeError):
    """A test tried to leave this machine. (No `OSError`: code under test would take that for a bad line.)"""


def is_local(host: str | bytes | None) -> bool:
    """Tell whether a host is this machine, without asking a name server."""
    name = host.decode() if isinstance(host, bytes) else host or "localhost"
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def block_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections and name look-ups that leave this machine, until the patch is undone."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def require_local(family: int, address: Any) -> None:
        if family in {socket.AF_INET, socket.AF_INET6} and not is_local(address[0]):
            raise NetworkBlockedError(f"tests make no connection to {address[0]}:{address[1]}")

    def guarded_connect(self: socket.socket, address: Any, /) -> None:
        require_local(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any, /) -> int:
        require_local(self.family, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: str | bytes | None, *args: Any, **kwargs: Any) -> Any:
        if not is_local(host):
            raise NetworkBlockedError(f"tests look up no {host!r}")
        return getaddrinfo(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
