"""The journal's table of tokens; what stands in it is encrypted."""

from __future__ import annotations

from typing import Final

__all__ = ["TOKENS"]

TOKENS: Final = """
CREATE TABLE tokens (
    name TEXT PRIMARY KEY,
    sealed TEXT NOT NULL
)
"""
