from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import cast

import pytest

from tests.security.support import Server
from tests.transport.loopback import Loopback, Reply


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def blocking(request: pytest.FixtureRequest) -> bool:
    return cast("bool", request.param)


@pytest.fixture
def serve() -> Iterator[Callable[[Reply], Loopback]]:
    with ExitStack() as stack:
        yield lambda reply: stack.enter_context(Server(reply))
