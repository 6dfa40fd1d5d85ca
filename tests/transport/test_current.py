from __future__ import annotations

import pytest

from socialkit.operations import Async, Sync
from socialkit.transport import AsyncTransport, BlockingTransport, default_transport, installed
from tests.transport.fakes import SteppedTransport


def test_a_mode_gets_its_transport() -> None:
    assert isinstance(default_transport(Sync), BlockingTransport)
    assert isinstance(default_transport(Async), AsyncTransport)


def test_the_innermost_factory_makes_the_transports() -> None:
    outer, inner = SteppedTransport(), SteppedTransport()

    with installed(lambda _: outer):
        with installed(lambda _: inner):
            assert default_transport(Sync) is inner
        assert default_transport(Async) is outer

    assert isinstance(default_transport(Sync), BlockingTransport)


def test_factories_may_leave_in_any_order() -> None:
    outer, inner = SteppedTransport(), SteppedTransport()
    first, second = installed(lambda _: outer), installed(lambda _: inner)
    first.__enter__()
    second.__enter__()

    first.__exit__(None, None, None)
    between = default_transport(Sync)
    second.__exit__(None, None, None)

    assert between is inner
    assert isinstance(default_transport(Sync), BlockingTransport)


def test_a_failure_inside_removes_the_factory() -> None:
    with pytest.raises(ZeroDivisionError), installed(lambda _: SteppedTransport()):
        raise ZeroDivisionError

    assert isinstance(default_transport(Sync), BlockingTransport)
