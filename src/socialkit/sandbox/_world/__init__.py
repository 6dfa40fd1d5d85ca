"""The world that users see: the one part of the sandbox that knows clients."""

from socialkit.sandbox._world._sandbox import Sandbox

__all__ = ["Sandbox"]
