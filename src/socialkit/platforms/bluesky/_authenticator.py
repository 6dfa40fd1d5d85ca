"""What signs the requests of a client: the session of a password, or that of a consent."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from socialkit.auth import (
    AsyncTokenStore,
    Credentials,
    ProofKey,
    Prover,
    Refreshing,
    RefreshModel,
    Stored,
    TokenStore,
)
from socialkit.errors import ConfigurationError
from socialkit.operations import Mode
from socialkit.platforms.base import host_of
from socialkit.platforms.bluesky._oauth import KEY, renewed
from socialkit.platforms.bluesky._session import REMEDY, Logins, move
from socialkit.transport import Pipeline, Request, Response, Secret, Transport

__all__ = ["Session"]

BOUND: Final = "dpop"


class Session(Refreshing):
    """Signs, renews, and sends requests to the account's own server; knows the nonces of servers."""

    def __init__(
        self,
        credentials: Credentials,
        pipeline: Pipeline,
        *,
        identifier: str | None,
        password: Secret | None,
        key: str,
        mode: type[Mode],
        tokens: TokenStore | AsyncTokenStore | None,
    ) -> None:
        super().__init__(
            credentials,
            refresh=self._renewed_tokens,
            key=key,
            mode=mode,
            tokens=tokens,
            model=RefreshModel.APP_PASSWORD,
            place=self._placed,
            hidden=() if password is None else (password,),
            remedy=REMEDY,
            platform="bluesky",
            host=host_of(pipeline.base_url) or None,
        )
        self._pipeline = pipeline
        self._has_password = password is not None
        self._logins = Logins(pipeline, identifier, password)
        self._provers: dict[Secret, Prover] = {}

    async def renew(self, refused: Request, transport: Transport, /) -> bool:
        """Get new tokens after a refusal, or none when it was the proof's nonce that was too old."""
        if any(prover.outdated(refused) for prover in self._provers.values()):
            return True
        return await super().renew(refused, transport)

    def renews(self, stored: Stored) -> bool:
        """Return whether the session goes on by itself: with a password, or as long as it is refreshed."""
        if stored.token_type.lower() == BOUND:
            return bool(stored.refresh_token) and stored.refresh_expires_at is None
        # Each refresh gives a refresh token that lives as long as the first one did.
        return self._has_password or bool(stored.refresh_token)

    def heard(self, request: Request, response: Response, /) -> None:
        """Take note of the nonce for the next proof."""
        for prover in self._provers.values():
            prover.heard(request, response)

    async def _renewed_tokens(self, stored: Stored, transport: Transport, /) -> Stored:
        if stored.token_type.lower() == BOUND:
            return await renewed(stored, self._prover(stored), self._pipeline)
        return await self._logins(stored, transport)

    def _placed(self, request: Request, stored: Stored, now: datetime) -> Request:
        moved = move(request, stored, self._pipeline.base_url)
        if stored.token_type.lower() != BOUND:
            return moved
        return self._prover(stored).prove(moved, now, stored.access_token)

    def _prover(self, stored: Stored) -> Prover:
        key = stored.extra.get(KEY)
        if not isinstance(key, Secret):
            message = f"the key of the login is missing: {REMEDY}"
            raise ConfigurationError(message, platform="bluesky")
        if key not in self._provers:
            self._provers = {key: Prover(ProofKey(key))}  # one login at a time
        return self._provers[key]
