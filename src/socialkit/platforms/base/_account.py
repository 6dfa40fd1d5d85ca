"""`client.account`: whose client it is, and what the server allows it."""

from __future__ import annotations

from typing import Generic, final

from socialkit.models import AccountRef, Limits, Profile
from socialkit.operations import ModeT, operation
from socialkit.platforms.base._core import Core
from socialkit.platforms.base._namespace import Namespace

__all__ = ["Account"]


class Account(Namespace[ModeT], Generic[ModeT]):
    """The account behind a client."""

    namespace = "account"

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        core.who = self._me

    @property
    def ref(self) -> AccountRef:
        """Whose client this is; without `id` until the platform was asked (`me()`, or any write)."""
        return self._core.ref

    @final
    @operation
    async def me(self) -> Profile:
        """Return the account's own profile.

        Raises:
            AuthenticationError: The platform does not accept the credentials.
            WrongAccountError: The credentials are another account's than the client was opened for.
        """
        profile = await self._core.confirm(self._me)
        return profile.model_copy(update={"account": self._core.ref})

    @final
    @operation
    async def refresh_limits(self) -> Limits:
        """Read the limits that this server and account have; `check` judges by them from now on.

        `check` itself never touches the network, and each problem says on which basis it stands.
        """
        self._core.limits = await self._limits()
        return self._core.limits

    async def _me(self) -> Profile:
        raise NotImplementedError

    async def _limits(self) -> Limits:
        return self._core.facts.limits
