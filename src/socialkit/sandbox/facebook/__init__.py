"""A simulated Facebook: Pages with posts, comments, private messages, videos and insights."""

from socialkit.sandbox.facebook._simulator import FacebookSimulator

__all__ = ["FacebookSimulator"]
