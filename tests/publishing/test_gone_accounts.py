"""An account that is gone, or lets nobody in any more: what is open says so, and stays in the journal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from socialkit.publishing import DeliveryState
from socialkit.sandbox import Fault
from socialkit.sandbox._http import SimResponse
from tests.publishing.stage import SETTLED, Stage, one
from tests.support import settle

State = DeliveryState
ANSWERS = {
    "the account is gone": (410, "This account is gone"),
    "the login is gone": (401, "The access token was revoked"),
    "the login is closed": (403, "Your login is currently disabled"),
}


def gone(stage: Stage, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, str]) -> None:
    """Have the platform answer everything so."""
    simulator: Any = stage.world.simulator("mastodon")
    status, words = answer

    def refused(_: object) -> SimResponse:
        return SimResponse.json({"error": words}, status)

    monkeypatch.setattr(simulator, "handle", refused)


@pytest.mark.parametrize("answer", ANSWERS)
async def test_what_was_planned_for_an_account_that_is_gone_ends_with_its_reason(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    publisher = stage.acme()
    delivery = await one(publisher.plan("One", to="mastodon"))
    with monkeypatch.context() as patch:
        gone(stage, patch, ANSWERS[answer])
        states: list[State] = []
        for _ in range(8):
            states += [found.state for found in await settle(publisher.run_due())]
            stage.pass_time(timedelta(minutes=20))
    (after,) = stage.journal.deliveries()

    assert after.id == delivery.id
    assert after.state in {State.REFUSED, State.MISSED}
    assert states
    assert stage.texts() == []
    told = [str(event.detail.get("because")) for event in stage.journal.events()]
    assert any(ANSWERS[answer][1] in because for because in told)
    assert stage.flaws() == []


@pytest.mark.parametrize("answer", ANSWERS)
async def test_what_was_unknown_when_an_account_went_waits_with_its_reason(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    publisher = stage.acme()
    await one(publisher.plan("One", to="mastodon", not_after=timedelta(days=9)))
    stage.world.fail("mastodon", "publish", Fault.DROP_AFTER_COMMIT)
    await settle(publisher.run_due())
    stage.pass_time()
    with monkeypatch.context() as patch:
        gone(stage, patch, ANSWERS[answer])
        for _ in range(30):
            await settle(publisher.reconcile())
            stage.pass_time(timedelta(minutes=1))
        (waiting,) = stage.journal.deliveries()
        assert waiting.state is State.UNKNOWN
        assert ANSWERS[answer][1] in (waiting.because or "")
        assert stage.history(waiting).count("looked for") <= 3
    stage.pass_time(SETTLED)

    assert [found.state for found in await settle(publisher.reconcile())] == [State.CONFIRMED]
    assert stage.texts() == ["One"]
