"""A call on its way through a simulated Graph API: which route it takes, and how it is answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from socialkit.sandbox._graph._paging import edge
from socialkit.sandbox._graph._tokens import Token, require
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._params import Params

StateT = TypeVar("StateT")
T = TypeVar("T")


@dataclass(slots=True)
class GraphCall(Generic[StateT]):
    """One request with everything that an endpoint needs."""

    state: StateT
    request: SimRequest
    params: Params
    path: Mapping[str, str]
    token: Token
    base_url: str

    def require(self, *scopes: str) -> None:
        """Refuse a token that has none of these scopes."""
        require(self.token, *scopes)

    @property
    def fields(self) -> list[str]:
        """The fields that are asked for, without what stands in them; the id is told always."""
        return field_names(self.params.text("fields") or "")

    def page(
        self,
        items: Sequence[T],
        show: Callable[[T], object],
        *,
        key: Callable[[T], str],
        default: int = 25,
    ) -> SimResponse:
        """Answer with a page of things."""
        page = edge(
            items,
            show,
            key=key,
            request=self.request,
            token=self.token.value,
            base_url=self.base_url,
            default=default,
        )
        return SimResponse.json(page)


@dataclass(frozen=True)
class Route(Generic[StateT]):
    """One endpoint below the version."""

    name: str
    method: str
    path: str
    """Segments that begin with a colon take any value."""
    call: Callable[[GraphCall[StateT]], SimResponse]
    kind: str | None = None
    """What the first segment must be the id of, for routes that differ by the kind of a node alone."""

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The values of the path's segments; None when the route does not fit."""
        wanted, given = self.path.split("/"), path.strip("/").split("/")
        if method != self.method or len(wanted) != len(given):
            return None
        if any(one != two and not one.startswith(":") for one, two in zip(wanted, given, strict=True)):
            return None
        return {one[1:]: two for one, two in zip(wanted, given, strict=True) if one.startswith(":")}


def find_route(
    routes: Sequence[Route[StateT]],
    method: str,
    path: str,
    kind_of: Callable[[str], str | None] = lambda _node: None,
) -> tuple[Route[StateT], dict[str, str]] | None:
    """The route of a method and of a path without its version, with the values of its segments.

    Args:
        routes: Literal paths before those with parameters.
        method: The request's.
        path: What stands behind the version.
        kind_of: Tells of what kind a node is, by its id.
    """
    node = path.strip("/").partition("/")[0]
    for route in routes:
        values = route.match(method, path)
        if values is not None and route.kind in {None, kind_of(node)}:
            return route, values
    return None


def field_names(text: str) -> list[str]:
    """The names in `id,from{id,name},reactions.summary(true)`, outermost alone."""
    names: list[str] = []
    depth, name = 0, ""
    for letter in f"{text},":
        if letter == "," and depth == 0:
            names.append(name.partition("{")[0].partition(".")[0].partition("(")[0].strip())
            name = ""
            continue
        depth += (letter in "{(") - (letter in "})")
        name += letter
    return [name for name in names if name]
