"""How a desk answers, and finds out what became of its answers."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Generic

from socialkit.desk._keeping import PAGE, Keeping
from socialkit.desk._models import SETTLED, Case, CaseState
from socialkit.desk._rows import case_of
from socialkit.errors import JournalError
from socialkit.operations import ModeT
from socialkit.publishing import Delivery, DeliveryState
from socialkit.publishing._cases import ChangedError, Detail
from socialkit.publishing._journal import seen
from socialkit.publishing._publisher import PublisherBase
from socialkit.routing import Stance

__all__ = ["Answering"]

EVENTS: Final = {
    CaseState.ANSWERED: "answered",
    CaseState.ANSWERING: "answering",
    CaseState.OPEN: "reopened",
}


class Answering(Keeping[ModeT], Generic[ModeT]):
    """Answers to cases, and what became of them."""

    async def _answer(self, case: Case, text: str) -> Delivery:
        private = case.decision.stance is Stance.PRIVATE
        key = _key(case)
        return await PublisherBase.reply(self._publisher, case.message, text, private=private, key=key)

    async def _planned(self, case: Case) -> str | None:
        book = await self._book()
        return await self._inside.run(book.filled, case.account.key, _key(case))

    async def _answered_by(self, case: Case, delivery: Delivery) -> Case:
        state = SETTLED.get(delivery.state, CaseState.ANSWERING)
        changes: dict[str, object] = {"answers": _added(case.answers, delivery.id)}
        if state is CaseState.ANSWERED:
            more = delivery.message is not None and delivery.message.id != case.message.id
            due = case.decision.first_response_due if more else None
            changes |= {"answered_at": self._out_at(delivery), "first_response_due": due}
            state = CaseState.OPEN if more else state
        elif state is CaseState.OPEN:
            changes["because"] = delivery.because
        detail: Detail = {
            "delivery": delivery.id,
            "state": delivery.state.value,
            "because": delivery.because,
        }
        return await self._change(case, EVENTS[state], {**changes, "state": state}, detail)

    def _out_at(self, delivery: Delivery) -> datetime:
        """Return when an answer was out, by its platform's word: who looks for it may come much later."""
        now = self._inside.now()
        published = None if delivery.post is None else delivery.post.published_at
        return now if published is None else min(published, now)

    async def _settle(self, case: Case) -> Case:
        """Return a case with what is known by now of its last answer."""
        if case.state is not CaseState.ANSWERING:
            return case
        planned = await self._planned(case)
        if planned is None:
            return case
        delivery = seen(await self._inside.row(planned))
        if delivery.state is DeliveryState.MISSED:
            delivery = await self._given_up(delivery)
        known = planned in case.answers
        if known and delivery.state not in SETTLED:
            return case
        return await self._answered_by(case, delivery)

    async def _undecided(self, case: Case) -> JournalError:
        """Return the error that says how an answer stands beside which there may be no other."""
        if case.answer_hangs:
            how = "it was begun and never planned: answer it again"
        else:
            delivery = seen(await self._inside.row(case.answers[-1]))
            how = f"delivery {delivery.id} ({delivery.state.value})"
        message = f"an answer to case {case.id} is not decided yet: {how}"
        return JournalError(message, platform=case.account.platform)

    async def _given_up(self, delivery: Delivery) -> Delivery:
        """Cancel an answer that was missed: the case gets another one, and nobody shall send both."""
        planner = await self._inside.planner()
        because = delivery.because or "it was missed"
        return seen(await self._inside.run(planner.cancel, delivery.id, self._inside.micros(), because))

    async def _settled(self) -> list[Case]:
        """Settle all cases that are being answered, and return those that are so no more."""
        book, after, found = await self._book(), "", list[Case]()
        while rows := await self._inside.run(book.page, {"state": CaseState.ANSWERING}, after, PAGE):
            for row in rows:
                try:
                    settled = await self._settle(case_of(row))
                except ChangedError:
                    continue  # somebody else has just looked, or added to it
                if settled.state is not CaseState.ANSWERING:
                    found.append(settled)
            after = rows[-1].id
        return found


def _key(case: Case) -> str:
    return f"case {case.id} answer {case.answers_begun}"


def _added(answers: tuple[str, ...], delivery: str) -> tuple[str, ...]:
    return answers if delivery in answers else (*answers, delivery)
