"""A call on its way through the simulated network: who asks, what for, and how answers are paged."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox.bluesky._errors import forbidden, invalid, missing_token
from socialkit.sandbox.bluesky._facts import BASE_URL
from socialkit.sandbox.bluesky._records import Access, Account, Json, Repo
from socialkit.sandbox.bluesky._state import State

ItemT = TypeVar("ItemT")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Call:
    """One request with everything that an endpoint needs."""

    state: State
    request: SimRequest
    query: Json
    body: Json
    path: Mapping[str, str]
    access: Access | None = None
    did: str | None = None
    """Who asks; None for anybody."""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    """What the answer carries besides."""

    @property
    def base_url(self) -> str:
        """Where the caller reached the server."""
        return self.request.base_url or BASE_URL

    @property
    def user(self) -> Account:
        """The account that asks, or refuse."""
        if self.did is None:
            raise missing_token()
        account = self.state.accounts.get(self.did)
        if account is None:
            message = "Account not found"
            raise forbidden(message, "AccountNotFound")
        return account

    @property
    def repo(self) -> Repo:
        """The repository of the account that asks."""
        return self.state.repos[self.user.did]

    def answer(self, **body: Any) -> SimResponse:
        """Answer with what is not None."""
        return SimResponse.json({key: value for key, value in body.items() if value is not None})

    def page(
        self, items: Iterable[ItemT], key: Callable[[ItemT], tuple[datetime, int]], *, full: bool = False
    ) -> tuple[list[ItemT], str | None]:
        """Choose the items of a page, newest first, and the cursor of the next one.

        With `full` each page that is full has a next one, if only an empty one.
        """
        limit: int = self.query["limit"]
        found = sorted(items, key=key, reverse=True)
        cursor: str | None = self.query["cursor"]
        if cursor is not None:
            after = _read_cursor(cursor)
            found = [one for one in found if key(one) < after]
        chosen = found[:limit]
        more = len(found) > limit or (full and len(found) == limit)
        return chosen, _write_cursor(key(chosen[-1])) if more else None


def _write_cursor(order: tuple[datetime, int]) -> str:
    return f"{(order[0] - _EPOCH) // timedelta(microseconds=1)}__{order[1]}"


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    moment, _, number = cursor.partition("__")
    if not (moment.isdecimal() and number.isdecimal()):
        message = "Malformed cursor"
        raise invalid(message)
    return _EPOCH + timedelta(microseconds=int(moment)), int(number)
