"""What a platform gives so that somebody can log in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from socialkit.auth import Credentials, LoginState
from socialkit.transport import Pipeline, Secret

__all__ = ["LoginFlow", "LoginPlan"]


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
