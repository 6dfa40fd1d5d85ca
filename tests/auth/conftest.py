from __future__ import annotations

from typing import cast

import pytest

from socialkit.operations import Async, Mode, Sync
from tests.auth.support import FakeTransport


@pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
def mode(request: pytest.FixtureRequest) -> type[Mode]:
    return cast("type[Mode]", request.param)


@pytest.fixture
def transport(mode: type[Mode]) -> FakeTransport:
    return FakeTransport(mode)
