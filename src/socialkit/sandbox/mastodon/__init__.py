"""A simulated Mastodon server."""

from socialkit.sandbox.mastodon._simulator import MastodonSimulator

__all__ = ["MastodonSimulator"]
