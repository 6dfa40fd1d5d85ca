"""The journal's table of what platforms pushed; a name tells nothing but that it was there."""

from __future__ import annotations

from typing import Final

__all__ = ["PUSHES"]

PUSHES: Final = """
CREATE TABLE pushes (
    name TEXT PRIMARY KEY,
    claimed_at BIGINT NOT NULL,
    open_until BIGINT
);
CREATE INDEX pushes_claimed ON pushes (claimed_at)
"""
