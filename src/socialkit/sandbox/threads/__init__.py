"""A simulated Threads: posts by way of containers, replies, mentions, insights and quotas."""

from socialkit.sandbox.threads._simulator import ThreadsSimulator

__all__ = ["ThreadsSimulator"]
