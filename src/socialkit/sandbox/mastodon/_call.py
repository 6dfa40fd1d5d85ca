"""A call on its way through the simulated instance: who asks, what for, and how answers are paged."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._params import Params
from socialkit.sandbox.mastodon._errors import unprocessable
from socialkit.sandbox.mastodon._facts import BASE_URL
from socialkit.sandbox.mastodon._records import Account, Token
from socialkit.sandbox.mastodon._state import State

ItemT = TypeVar("ItemT")
_CURSORS = frozenset({"max_id", "since_id", "min_id"})


@dataclass(slots=True)
class Call:
    """One request with everything that an endpoint needs."""

    state: State
    request: SimRequest
    params: Params
    path: Mapping[str, str]
    token: Token | None

    @property
    def base_url(self) -> str:
        """Where the caller reached the instance."""
        return self.request.base_url or BASE_URL

    @property
    def viewer(self) -> str | None:
        """Id of the account that asks; None for applications and for anybody."""
        return self.token.account_id if self.token else None

    @property
    def user(self) -> Account:
        """The account that asks, or refuse."""
        if self.viewer is None:
            reason = "This method requires an authenticated user"
            raise unprocessable(reason)
        return self.state.accounts[self.viewer]

    def limit(self, default: int) -> int:
        """How many items the caller wants, at most twice the default."""
        wanted = self.params.number("limit")
        return default if wanted is None else min(abs(wanted), default * 2)

    def page(
        self,
        items: Iterable[ItemT],
        key: Callable[[ItemT], int],
        show: Callable[[ItemT], object],
        *,
        default: int = 20,
        always: bool = False,
        back: str = "min_id",
    ) -> SimResponse:
        """Answer with a page of items, newest first, and links to its neighbours.

        Args:
            items: What there is, in any order.
            key: By what it is ordered.
            show: How an item is shown.
            default: How many items unless the caller says; twice as many at most.
            always: Whether a page that is not full has a next page too.
            back: The keyword of the previous page.
        """
        chosen, headers = self.select(items, key, default=default, always=always, back=back)
        return SimResponse.json([show(one) for one in chosen], headers=headers)

    def select(
        self,
        items: Iterable[ItemT],
        key: Callable[[ItemT], int],
        *,
        default: int = 20,
        always: bool = False,
        back: str = "min_id",
    ) -> tuple[list[ItemT], dict[str, str]]:
        """Choose the items of a page; the headers hold the links to its neighbours."""
        limit = self.limit(default)
        chosen = _choose(sorted(items, key=key, reverse=True), key, self.params, limit)
        if not chosen:
            return [], {}
        links = [self._link(back, key(chosen[0]), "prev")]
        if always or len(chosen) == limit:
            links.insert(0, self._link("max_id", key(chosen[-1]), "next"))
        return chosen, {"link": ", ".join(links)}

    def _link(self, keyword: str, value: int, relation: str) -> str:
        kept = [(name, text) for name, text in self.request.query if name not in _CURSORS]
        query = urlencode([*kept, (keyword, str(value))])
        return f'<{self.base_url}{self.request.path}?{query}>; rel="{relation}"'


def _choose(items: list[ItemT], key: Callable[[ItemT], int], params: Params, limit: int) -> list[ItemT]:
    highest, newer, oldest = (_cursor(params, name) for name in ("max_id", "since_id", "min_id"))
    if highest is not None:
        items = [one for one in items if key(one) < highest]
    if oldest is not None:
        items = [one for one in items if key(one) > oldest]
        return items[-limit:] if limit else []
    if newer is not None:
        items = [one for one in items if key(one) > newer]
    return items[:limit]


def _cursor(params: Params, name: str) -> int | None:
    return None if not params.text(name) else params.number(name) or 0
