"""A route: which call a method and path lead to, and what it asks of the caller."""

from collections.abc import Callable
from dataclasses import dataclass

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.mastodon._call import Call


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint."""

    name: str
    method: str
    path: str
    """Segments that begin with a colon take any value."""
    call: Callable[[Call], SimResponse]
    scopes: tuple[str, ...] = ()
    """Any one of them suffices; none: the route does not look at tokens."""
    anonymous: bool = False
    """Whether the route answers callers without a token too."""
    application: bool = False
    """Whether a token that belongs to nobody suffices."""
    rate: str = "call"
    """The family of calls whose budget it spends besides the general one."""
    deprecated: str = ""
    """Since when, as the `Deprecation` header gives it."""

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
