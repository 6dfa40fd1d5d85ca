"""What a platform gives so that somebody can log in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from socialkit.auth import Credentials, LoginState
from socialkit.transport import Pipeline, Secret

__all__ = ["AsksByAccount", "LoginFlow", "LoginPlan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPlan:
    """What an application gives for a login."""

    redirect_uri: str
    base_url: str | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    scopes: tuple[str, ...] = ()
    """What to ask for; empty is what the platform's flow suggests."""
    app_name: str = "socialkit"
    """What people see, where an app is registered on the way."""


class LoginFlow(Protocol):
    """One platform's authorization-code flow."""

    def base_url(self, plan: LoginPlan) -> str:
        """Return where the platform listens.

        Raises:
            ConfigurationError: The plan lacks something.
        """
        ...

    async def start(self, plan: LoginPlan, pipeline: Pipeline, now: datetime) -> tuple[str, LoginState]:
        """Return where to send somebody, and what to remember until they are back."""
        ...

    async def finish(self, code: Secret, state: LoginState, pipeline: Pipeline) -> Credentials:
        """Return the credentials that a code is worth."""
        ...


@runtime_checkable
class AsksByAccount(Protocol):
    """A login flow that asks for other scopes by what an account's client is opened with."""

    def scopes_for(self, given: Mapping[str, object], /) -> tuple[str, ...]:
        """Return what to ask for where nobody said it; empty for what is usual.

        Args:
            given: The arguments of the account's client.
        """
        ...
