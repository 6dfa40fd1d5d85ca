"""The base of a client's namespaces: `posts`, `inbox` and so on."""

from __future__ import annotations

from typing import Generic

from socialkit.operations import ModeT, Operations
from socialkit.platforms.base._core import Core

__all__ = ["Namespace"]


class Namespace(Operations[ModeT], Generic[ModeT]):
    """Operations of one kind, on one client."""

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode)
        self._core = core
