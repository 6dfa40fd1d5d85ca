"""What tests of wrong arguments share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.security.support import ME, Serve, close, connect, outcome


async def refused(blocking: bool, serve: Serve, call: Callable[[Any], Any], **given: Any) -> object:
    """Return what a call raises, and be sure that nothing was sent."""
    server = serve(lambda _: ME)
    client = connect(blocking, server.url, **given)
    result = await outcome(call, client)
    await close(client)
    assert server.requests == []
    return result
