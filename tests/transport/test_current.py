from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest

from socialkit.operations import Async, Sync
from socialkit.transport import (
    AsyncTransport,
    BlockingTransport,
    BudgetOwner,
    RateBudget,
    default_transport,
    installed,
    shared_budget,
    sharing_budgets,
)
from tests.transport.fakes import SteppedTransport


def test_a_mode_gets_its_transport() -> None:
    assert isinstance(default_transport(Sync, "pixelwall"), BlockingTransport)
    assert isinstance(default_transport(Async, "pixelwall"), AsyncTransport)


def test_the_innermost_factory_makes_the_transports() -> None:
    outer, inner = SteppedTransport(), SteppedTransport()

    with installed(lambda _mode, _platform: outer):
        with installed(lambda _mode, _platform: inner):
            assert default_transport(Sync, "pixelwall") is inner
        assert default_transport(Async, "pixelwall") is outer

    assert isinstance(default_transport(Sync, "pixelwall"), BlockingTransport)


def test_factories_may_leave_in_any_order() -> None:
    outer, inner = SteppedTransport(), SteppedTransport()
    first, second = installed(lambda _mode, _platform: outer), installed(lambda _mode, _platform: inner)
    first.__enter__()
    second.__enter__()

    first.__exit__(None, None, None)
    between = default_transport(Sync, "pixelwall")
    second.__exit__(None, None, None)

    assert between is inner
    assert isinstance(default_transport(Sync, "pixelwall"), BlockingTransport)


def test_a_failure_inside_removes_the_factory() -> None:
    with pytest.raises(ZeroDivisionError), installed(lambda _mode, _platform: SteppedTransport()):
        raise ZeroDivisionError

    assert isinstance(default_transport(Sync, "pixelwall"), BlockingTransport)


def test_a_factory_is_told_mode_and_platform() -> None:
    asked: list[tuple[object, str]] = []

    def make(mode: object, platform: str) -> SteppedTransport:
        asked.append((mode, platform))
        return SteppedTransport()

    with installed(make):
        default_transport(Async, "pixelwall")

    assert asked == [(Async, "pixelwall")]


def test_budgets_of_a_block_that_was_left_are_not_those_of_a_later_one() -> None:
    owner = BudgetOwner(name="pixelwall", brand="acme")
    made = [RateBudget(None) for _ in range(50)]  # kept, as clients keep them that are still open

    for budget in made:
        maker: Any = Mock(return_value=budget)
        with sharing_budgets(maker):
            assert shared_budget("the account", owner=owner) is budget
