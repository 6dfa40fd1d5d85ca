"""A simulated Bluesky: a personal data server, the app's view of the network, videos and chats."""

from socialkit.sandbox.bluesky._simulator import BlueskySimulator

__all__ = ["BlueskySimulator"]
