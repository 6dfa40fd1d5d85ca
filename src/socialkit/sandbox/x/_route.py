"""A route: which call a method and path lead to, and what it asks of the caller."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.x._call import Call


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint."""

    name: str
    method: str
    path: str
    """Segments that begin with a colon take any value."""
    call: Callable[[Call], SimResponse]
    scopes: tuple[str, ...] | None = None
    """All are needed of a token of OAuth 2.0; None: the route looks at no token."""
    query: frozenset[str] = frozenset()
    """The parameters that it knows, beside those of fields."""
    shows: frozenset[str] = frozenset()
    """What it shows: `posts`, `users`, `media`, `messages`."""
    apps: Literal["", "too", "alone"] = ""
    """Whether an app's own token may ask, too or alone."""
    signed: bool = True
    """Whether a person's may that signs, as OAuth 1.0a does."""

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The values of the path's segments; None when the route does not fit."""
        if method != self.method:
            return None
        wanted, given = self.path.split("/"), path.rstrip("/").split("/")
        if len(wanted) != len(given):
            return None
        if any(one != two and not one.startswith(":") for one, two in zip(wanted, given, strict=True)):
            return None
        return {one[1:]: two for one, two in zip(wanted, given, strict=True) if one.startswith(":")}


POSTS = frozenset({"posts", "users", "media"})
USERS = frozenset({"users"})
MESSAGES = frozenset({"messages", "users", "media"})
PAGED = frozenset({"max_results", "pagination_token"})
BETWEEN = frozenset({"since_id", "until_id", "start_time", "end_time"})
