"""Answers in the shape of X's documentation, made up here: whose token it is, and a file in pieces."""

from __future__ import annotations

from typing import Final

from benchmarks.bodies import ME, dumped

__all__ = ["UPLOAD_STEPS", "upload_body", "user_body"]

FILE: Final = "1900000000000000001"
UPLOAD_STEPS: Final = ("initialize", f"{FILE}/append", f"{FILE}/finalize")


def user_body() -> bytes:
    """Return the account of the token."""
    return dumped({"data": {"id": ME, "name": "The shop", "username": "shop"}})


def upload_body() -> bytes:
    """Return a file that is begun, goes on or is ready, whichever is asked for."""
    return dumped({"data": {"id": FILE, "media_key": f"7_{FILE}", "expires_after_secs": 86_400}})
