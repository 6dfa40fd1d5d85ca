"""A call on its way through the simulated X: who asks, what for, and how answers are paged."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._params import Params
from socialkit.sandbox.x._errors import invalid
from socialkit.sandbox.x._facts import VOCABULARIES, Names
from socialkit.sandbox.x._records import Token, User
from socialkit.sandbox.x._state import State

ItemT = TypeVar("ItemT")


@dataclass(slots=True)
class Call:
    """One request with everything that an endpoint needs."""

    state: State
    request: SimRequest
    params: Params
    path: Mapping[str, str]
    token: Token | None

    @property
    def user(self) -> User:
        """The account that asks."""
        assert self.token is not None
        return self.state.users[self.token.user]

    @property
    def names(self) -> Names:
        """The vocabulary in which the platform speaks."""
        return VOCABULARIES[self.state.vocabulary]

    def items(self, name: str) -> list[str]:
        """The items of a parameter that commas separate."""
        return [one for one in (self.params.text(name) or "").split(",") if one]

    def body(self, *known: str) -> dict[str, Any]:
        """The JSON body; refuses fields that nobody knows."""
        try:
            value: object = json.loads(self.request.body or b"{}")
        except ValueError as error:
            parameter = "body"
            raise invalid(parameter, "The body is no JSON") from error
        if not isinstance(value, dict):
            parameter = "body"
            raise invalid(parameter, "The body is no JSON object")
        fields = cast("dict[str, Any]", value)
        for name in fields:
            if name not in known:
                raise invalid(name, f"The body parameter [{name}] is not one of [{','.join(known)}]")
        return fields

    def page(
        self,
        items: list[ItemT],
        key: Callable[[ItemT], int],
        *,
        least: int = 5,
        most: int = 100,
        default: int = 10,
    ) -> tuple[list[ItemT], dict[str, object]]:
        """Choose the items of a page, newest first, and say where it stands."""
        size = self.params.number("max_results")
        if size is not None and not least <= size <= most:
            name = "max_results"
            raise invalid(
                name, f"The `max_results` query parameter value [{size}] is not between {least} and {most}"
            )
        size, token = size or default, self.params.text("pagination_token") or self.params.text("next_token")
        rest = [one for one in items if token is None or key(one) < _read_token(token)]
        chosen = rest[:size]
        meta: dict[str, object] = {"result_count": len(chosen)}
        if len(rest) > size:
            meta["next_token"] = _write_token(key(chosen[-1]))
        return chosen, meta

    def between(
        self, items: list[ItemT], key: Callable[[ItemT], int], time: Callable[[ItemT], datetime]
    ) -> list[ItemT]:
        """Keep what lies between the ids and times that the caller named."""
        since, until = self.params.number("since_id"), self.params.number("until_id")
        start, end = self.moment("start_time"), self.moment("end_time")
        return [
            one
            for one in items
            if (since is None or key(one) > since)
            and (until is None or key(one) < until)
            and (start is None or time(one) >= start)
            and (end is None or time(one) < end)
        ]

    def moment(self, name: str) -> datetime | None:
        """A time that the caller named."""
        text = self.params.text(name)
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise invalid(name, f"The `{name}` query parameter value [{text}] is not a date") from error
        if moment.tzinfo is None:
            raise invalid(name, f"The `{name}` query parameter value [{text}] has no time zone")
        return moment

    @staticmethod
    def answer(value: object, status: int = 200) -> SimResponse:
        """Answer with a JSON document."""
        return SimResponse.json(value, status)


def _write_token(last: int) -> str:
    return base64.b32hexencode(f"{last:019d}".encode()).decode().rstrip("=").lower()


def _read_token(token: str) -> int:
    padded = token.upper() + "=" * (-len(token) % 8)
    try:
        return int(base64.b32hexdecode(padded))
    except ValueError as error:
        name = "pagination_token"
        raise invalid(name, "The `pagination_token` query parameter value is not valid") from error
