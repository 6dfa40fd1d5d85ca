"""Simulated platforms: stateful, with limits, a clock that stands still, and faults to order.

Nothing here opens a connection unless `serve` is called, which listens on the loopback interface only.
"""

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._dispatch import dispatch
from socialkit.sandbox._faults import Fault, FaultPlan
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._server import SandboxServer, serve
from socialkit.sandbox._simulator import LineDropped, SimMedia, SimPost, Simulator, TimedOut
from socialkit.sandbox._world import Sandbox
from socialkit.sandbox.mastodon import MastodonSimulator
from socialkit.sandbox.x import XSimulator

__all__ = [
    "Clock",
    "Fault",
    "FaultPlan",
    "LineDropped",
    "MastodonSimulator",
    "Sandbox",
    "SandboxServer",
    "SimMedia",
    "SimPost",
    "SimRequest",
    "SimResponse",
    "Simulator",
    "TimedOut",
    "XSimulator",
    "dispatch",
    "serve",
]
