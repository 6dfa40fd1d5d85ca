"""Pages as the Graph API gives them: opaque cursors, and addresses of neighbours that hold the token."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from socialkit.sandbox._graph._errors import bad_parameter
from socialkit.sandbox._http import SimRequest
from socialkit.sandbox._params import Params

T = TypeVar("T")

_PLACES = frozenset({"after", "before", "access_token"})


def edge(
    items: Sequence[T],
    show: Callable[[T], object],
    *,
    key: Callable[[T], str],
    request: SimRequest,
    token: str,
    base_url: str,
    default: int = 25,
    most: int = 100,
) -> dict[str, object]:
    """A page of things.

    Args:
        items: All that there are, in the order of the edge.
        show: How one is shown.
        key: What tells one from the others.
        request: What was asked.
        token: The caller's, which stands in the addresses of neighbours.
        base_url: Where the caller reached the platform.
        default: How many, unless the caller says.
        most: How many at most.
    """
    params = request.params()
    start = _start(items, key, params)
    size = min(max(params.number("limit") or default, 1), most)
    chosen = items[start : start + size]
    if not chosen:
        return {"data": []}
    paging: dict[str, object] = {
        "cursors": {"before": _cursor(key(chosen[0])), "after": _cursor(key(chosen[-1]))}
    }
    if start + size < len(items):
        kept = [(name, value) for name, value in request.query if name not in _PLACES]
        query = urlencode([("access_token", token), *kept, ("after", _cursor(key(chosen[-1])))])
        paging["next"] = f"{base_url}{request.path}?{query}"
    return {"data": [show(one) for one in chosen], "paging": paging}


def inner_edge(
    items: Sequence[T],
    show: Callable[[T], object],
    *,
    key: Callable[[T], str],
    address: str,
    most: int = 50,
) -> dict[str, object]:
    """The first page of an edge that stands inside of a node.

    Args:
        items: All that there are, in the order of the edge.
        show: How one is shown.
        key: What tells one from the others.
        address: That of the edge itself, where the rest is read.
        most: How many are shown.
    """
    chosen = items[:most]
    paging: dict[str, object] = {
        "cursors": {"before": _cursor(key(chosen[0])), "after": _cursor(key(chosen[-1]))}
    }
    if len(items) > most:
        paging["next"] = f"{address}?{urlencode({'after': _cursor(key(chosen[-1]))})}"
    return {"data": [show(one) for one in chosen], "paging": paging}


def _start(items: Sequence[T], key: Callable[[T], str], params: Params) -> int:
    after = params.text("after")
    if after is None:
        return 0
    try:
        wanted = urlsafe_b64decode(after.encode()).decode()
    except ValueError:
        wanted = ""
    for number, one in enumerate(items):
        if key(one) == wanted:
            return number + 1
    reason = "Invalid cursors values"
    raise bad_parameter(reason)


def _cursor(key: str) -> str:
    return urlsafe_b64encode(key.encode()).decode()
