"""Whose a post is, where the token does not say it: a person's opens every account of theirs."""

from __future__ import annotations

from typing import Final

from socialkit.models import AccountRef
from socialkit.platforms._graph import GraphCalls
from socialkit.platforms.base import Core
from socialkit.platforms.instagram._wire import WireMedia

__all__ = ["OWNER", "Owners"]

OWNER: Final = "owner"
"""The field that names the owner of a post."""


class Owners:
    """Refuses posts of other accounts that the same token opens."""

    def __init__(self, core: Core, calls: GraphCalls) -> None:
        self._core = core
        self._calls = calls
        self.several = False
        """Whether the token may open other accounts besides; told once the account is known."""

    async def judge(self, post: WireMedia) -> None:
        """Raise unless a post that was read can be the account's.

        Raises:
            WrongAccountError: It is another account's.
        """
        if post.owner is None or post.owner.id == self._core.ref.id:
            return
        await self._core.identify()
        # Whoever is invited to be an author too may be told of a post that somebody else owns.
        if self.several:
            await self._core.mine(AccountRef(platform=self._core.facts.name, id=post.owner.id))

    async def prove(self, post: str) -> None:
        """Raise unless a post can be the account's; asks where the token leaves it open.

        Raises:
            WrongAccountError: It is another account's.
        """
        await self._core.identify()
        if self.several:
            request = self._calls.get(post, fields=("id", OWNER))
            await self.judge((await self._core.pipeline.call(request, WireMedia)).value)
