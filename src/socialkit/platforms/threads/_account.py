"""`account` of Threads: whose client it is, what its token is worth, and what it may still do today."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Generic

from socialkit.models import AwareTime, Limits, Model, Profile
from socialkit.operations import ModeT, operation
from socialkit.platforms._graph import GraphCalls, Inspected, WireList, token_in_use
from socialkit.platforms.base import Account, Core
from socialkit.platforms.threads._map import USER_FIELDS, to_profile
from socialkit.platforms.threads._wire import WireAllowed, WireQuotas, WireUser
from socialkit.platforms.threads._writing import OWN

__all__ = ["Allowance", "ThreadsAccount", "ThreadsToken"]

QUOTA_FIELDS: Final = (
    "quota_usage",
    "config",
    "reply_quota_usage",
    "reply_config",
    "delete_quota_usage",
    "delete_config",
    "location_search_quota_usage",
    "location_search_config",
)


class Allowance(Model):
    """How much of something Threads lets the account do, and how much it did.

    Example:
        >>> Allowance(name="posts", used=20, limit=250, per=timedelta(days=1)).left
        230
    """

    name: str
    """`posts`, `replies`, `deletions` or `location searches`."""
    used: int | None = None
    """None where Threads does not tell."""
    limit: int | None = None
    per: timedelta | None = None
    """In which time, counted back from now."""

    @property
    def left(self) -> int | None:
        """How much is left; None where Threads does not tell."""
        if self.used is None or self.limit is None:
            return None
        return max(0, self.limit - self.used)


class ThreadsToken(Model):
    """What Threads says of a token.

    Example:
        >>> ThreadsToken(valid=True, scopes=("threads_basic",)).scopes
        ('threads_basic',)
    """

    valid: bool
    scopes: tuple[str, ...] = ()
    ends_at: AwareTime | None = None


class ThreadsAccount(Account[ModeT], Generic[ModeT]):
    """The account behind a client."""

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls) -> None:
        super().__init__(mode, core)
        self._calls = calls

    async def _me(self) -> Profile:
        answer = await self._core.pipeline.call(self._calls.get(OWN, fields=USER_FIELDS), WireUser)
        return to_profile(answer.value, answer.raw, self._core.ref)

    async def _limits(self) -> Limits:
        return self._core.limits  # Threads tells none of what a post may hold: those that were given stay

    @operation
    async def quotas(self) -> tuple[Allowance, ...]:
        """Return what the account may still do today: publish, reply, delete, search places.

        `GET /me/threads_publishing_limit`
        ([reference](https://developers.facebook.com/docs/threads/troubleshooting)).
        """
        request = self._calls.get(OWN, "threads_publishing_limit", fields=QUOTA_FIELDS)
        told = (await self._core.pipeline.call(request, WireList[WireQuotas])).value.data
        wire = told[0] if told else WireQuotas()
        return (
            _allowance("posts", wire.quota_usage, wire.config),
            _allowance("replies", wire.reply_quota_usage, wire.reply_config),
            _allowance("deletions", wire.delete_quota_usage, wire.delete_config),
            _allowance("location searches", wire.location_search_quota_usage, wire.location_search_config),
        )

    @operation
    async def inspect(self) -> ThreadsToken:
        """Return what Threads says of the client's token; `can` goes by its scopes from now on.

        `GET /debug_token` ([reference](https://developers.facebook.com/docs/threads/troubleshooting)).
        """
        token = await token_in_use(self._core)
        request = self._calls.get("debug_token").replace(params=(("input_token", token),))
        told = (await self._core.pipeline.call(request, Inspected)).value.data
        self._core.granted(told.scopes)
        return ThreadsToken(valid=told.is_valid, scopes=told.scopes or (), ends_at=told.expires_at)


def _allowance(name: str, used: int | None, config: WireAllowed | None) -> Allowance:
    seconds = None if config is None else config.quota_duration
    return Allowance(
        name=name,
        used=used,
        limit=None if config is None else config.quota_total,
        per=None if seconds is None else timedelta(seconds=seconds),
    )
