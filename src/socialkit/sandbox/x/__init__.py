"""A simulated X."""

from socialkit.sandbox.x._simulator import XSimulator

__all__ = ["XSimulator"]
