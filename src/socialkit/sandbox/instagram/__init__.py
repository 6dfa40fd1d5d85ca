"""A simulated Instagram: accounts with posts, reels, stories, comments, private messages and insights."""

from socialkit.sandbox.instagram._simulator import InstagramSimulator

__all__ = ["InstagramSimulator"]
