"""The part of a publisher that answers, hides and deletes, through the journal as everything."""

from __future__ import annotations

from typing import Generic, final

from socialkit.errors import ConfigurationError
from socialkit.models import Draft, Message, Post, WriteKind
from socialkit.operations import ModeT, operation
from socialkit.platforms.base import of_type
from socialkit.publishing._carrying import Carrying
from socialkit.publishing._journal import seen
from socialkit.publishing._models import Delivery, DeliveryState
from socialkit.publishing._rows import Body, to_micros
from socialkit.publishing._times import ANSWER_NOT_AFTER

__all__ = ["Answers"]


class Answers(Carrying[ModeT], Generic[ModeT]):
    """Doing something to what is there already."""

    @final
    @operation
    async def reply(
        self, message: Message, text: str, *, private: bool = False, key: str | None = None
    ) -> Delivery:
        """Answer a message through the journal, and return the delivery as it stands then.

        Under a freeze that includes replies it is *held*, as hiding and deleting are: it stands in the
        journal and may leave when it is thawed, so do not answer again. An answer that did not leave within a
        day is missed; the day begins when it is approved, where somebody has to.

        Args:
            message: What to answer.
            text: The answer.
            private: Answer so that only the author sees it.
            key: What names this answer on its account, so that whoever is not sure whether it was planned
                can ask again: the answer of that name is returned and no second one is made, unless it was
                refused or cancelled.

        Raises:
            JournalError: Another answer has that key.
        """
        words = Draft(text=of_type(text, str, "text"))
        return await self._act("reply", message, draft=words, private=private, key=key)

    @final
    @operation
    async def hide(self, message: Message) -> Delivery:
        """Hide somebody's comment from others."""
        return await self._act("hide", of_type(message, Message, "message"))

    @final
    @operation
    async def unhide(self, message: Message) -> Delivery:
        """Show a hidden comment again."""
        return await self._act("unhide", of_type(message, Message, "message"))

    @final
    @operation
    async def delete(self, thing: Post | Message) -> Delivery:
        """Delete a post of the account, or somebody's comment under one."""
        return await self._delete(thing)

    # Below ---------------------------------------------------------------------------------------------

    async def _delete(self, thing: Post | Message) -> Delivery:
        if isinstance(thing, Message):
            return await self._act("delete comment", thing)
        return await self._act("delete", of_type(thing, Post | Message, "thing"))

    async def _act(
        self,
        kind: WriteKind,
        thing: Post | Message,
        *,
        draft: Draft | None = None,
        private: bool = False,
        key: str | None = None,
    ) -> Delivery:
        account = of_type(thing, Post | Message, "message").account
        if account is None:
            message = "it does not say whose it is: read it through its account's client"
            raise ConfigurationError(message)
        await self._inside.mine()
        (ref,) = self._inside.accounts.accounts_for(account)
        body = Body(
            account=self._inside.client(ref).ref,
            actor=self._inside.actor,
            draft=draft,
            message=thing if isinstance(thing, Message) else None,
            post=thing if isinstance(thing, Post) else None,
            target=thing.id,
            private=private,
            slot=key,
        )
        (delivery,) = await self._planned([body], kind, None, ANSWER_NOT_AFTER)
        if delivery.state is DeliveryState.PROPOSED:
            return delivery
        worker, carrier = await self._inside.worker(), await self._inside.carrier()
        moment = max(self._inside.micros(), to_micros(delivery.at))
        for lease in await self._inside.run(worker.take, moment, 1, delivery.id):
            return await self._carried(lease, carrier.send, None)
        # A freeze holds it back, or another worker has it already, or has had it.
        return seen(await self._inside.row(delivery))
