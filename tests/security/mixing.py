"""Which public calls there are, what each may be given of another brand, and what it does then."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

import socialkit as sk
from socialkit import collect
from socialkit.models import Recurrence, WallTime
from socialkit.platforms import names
from socialkit.platforms.base import Namespace

__all__ = [
    "CLIENTS",
    "LATER",
    "OTHERS",
    "Place",
    "arguments",
    "calls_of",
    "client_calls",
    "found_calls",
    "misplaced",
    "operations_of",
    "own_arguments",
]

Place = Literal["refused", "passed over", "offline", "own"]
"""`refused`: it refuses what is another account's. `passed over`: it finds nothing to do, and tells nothing.
`offline`: it reckons with it, and sends nothing, ever. `own`: it takes nothing that says whose it is, and
reaches and tells of its own account alone."""

CLIENTS: Final[dict[str, Place]] = {
    "can": "own",
    "close": "own",
    "now": "own",
    "account.me": "own",
    "account.refresh_limits": "own",
    "inbox.comments": "refused",
    "inbox.delete": "refused",
    "inbox.hide": "refused",
    "inbox.iterate": "own",
    "inbox.like": "refused",
    "inbox.reply": "refused",
    "inbox.stream": "own",
    "inbox.unhide": "refused",
    "insights.account": "own",
    "insights.audience": "own",
    "insights.posts": "refused",
    "listening.events": "own",
    "listening.profile": "own",
    "listening.search": "own",
    "listening.trends": "own",
    "media.get": "own",
    "media.upload": "own",
    "posts.adapt": "own",
    "posts.check": "own",
    "posts.delete": "refused",
    "posts.differences": "offline",
    "posts.edit": "refused",
    "posts.find": "refused",
    "posts.get": "refused",
    "posts.iterate": "own",
    "posts.iterate_scheduled": "own",
    "posts.publish": "own",
    "posts.reschedule": "refused",
    "posts.unsettled": "own",
}
OTHERS: Final[dict[str, Place]] = {
    "Brand.account": "own",
    "Brand.accounts": "own",
    "Brand.accounts_for": "refused",
    "Brand.brand_keys": "own",
    "Brand.client": "own",
    "Brand.client_async": "own",
    "Brand.client_async_for": "refused",
    "Brand.client_for": "refused",
    "Brand.departments_for": "refused",
    "Brand.hours_for": "refused",
    "Brand.now": "own",
    "Desk.assign": "refused",
    "Desk.case": "refused",
    "Desk.cases": "own",
    "Desk.close": "refused",
    "Desk.escalate": "refused",
    "Desk.history": "refused",
    "Desk.receive": "refused",
    "Desk.reply": "refused",
    "Desk.sweep": "own",
    "Publisher.adopt": "refused",
    "Publisher.approve": "refused",
    "Publisher.cancel": "refused",
    "Publisher.delete": "refused",
    "Publisher.deliver": "refused",
    "Publisher.deliveries": "own",
    "Publisher.due": "own",
    "Publisher.estimate": "offline",
    "Publisher.events": "own",
    "Publisher.freeze": "refused",
    "Publisher.freezes": "own",
    "Publisher.hide": "refused",
    "Publisher.plan": "refused",
    "Publisher.plan_calendar": "refused",
    "Publisher.preview": "refused",
    "Publisher.queue": "refused",
    "Publisher.reconcile": "passed over",
    "Publisher.reject": "refused",
    "Publisher.reply": "refused",
    "Publisher.reschedule": "refused",
    "Publisher.resolve": "refused",
    "Publisher.run_due": "passed over",
    "Publisher.thaw": "refused",
    "Publisher.unhide": "refused",
    "collect.observations": "own",
    "collect.observations_async": "own",
}

BOUND: Final = frozenset(
    {"AccountRef", "Attempt", "Case", "Delivery", "Freeze", "HasSlots", "Message", "Post", "PostingSchedule"}
    | {"Scope", "Target"}
)
"""Types that say whose something is."""
PLAIN: Final = frozenset(
    {"Any", "Callable", "Capability", "Collection", "Draft", "Iterable", "Media", "MessageKind", "None"}
    | {"PostMedia", "Purpose", "Recurrence", "Sequence", "WallTime", "bool", "datetime", "int", "str"}
    | {"timedelta", "CaseState", "DeliveryState", "Native", "Backlog", "Progress", "Stop"}
    | {"AsyncClient", "Brand", "Client", "Journal", "Workspace"}
)
"""Types that do not; a draft names what it answers by the platform's id alone."""
BY_ID: Final = {"case": "Case", "delivery": "Delivery"}
LATER: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
FILLERS: Final[dict[str, Any]] = {
    "at": LATER,
    "backlog": "hold",
    "draft": "Hello",
    "platform": "mastodon",
    "purpose": sk.Purpose(campaign="autumn"),
    "reason": "recall",
    "slots": Recurrence("FREQ=DAILY", start=WallTime("2026-03-02 09:00", zone="Europe/Paris")),
    "text": "Hello",
    "to": "maria",
}
"""What stands where nothing of anybody is asked for, by the parameter's name."""

FILTERS: Final = {"account": "rival/mastodon/main", "assignee": "rivals", "brand": "rival"}
"""What a listing may be asked for, and does not give."""
VAR: Final = inspect.Parameter.VAR_POSITIONAL


def operations_of(client: sk.Client | sk.AsyncClient) -> dict[str, Callable[..., Any]]:
    """Return the public calls of a client, its namespaces' too."""
    found: dict[str, Callable[..., Any]] = {}
    for name in dir(client):
        value: Any = None if name.startswith("_") else getattr(client, name)
        if issubclass(type(value), Namespace):
            found |= {f"{name}.{one}": call for one, call in calls_of(value).items()}
        elif inspect.isroutine(value):
            found[name] = value
    return found


def calls_of(owner: object) -> dict[str, Callable[..., Any]]:
    """Return what can be called on something, by its public names."""
    named = {name: getattr(owner, name) for name in dir(owner) if not name.startswith("_")}
    return {name: call for name, call in named.items() if callable(call)}


def found_calls() -> dict[str, Callable[..., Any]]:
    """Return every public call that is bound to accounts, but those of clients."""
    owners = {"Brand": sk.Brand, "Publisher": sk.Publisher, "Desk": sk.Desk}
    found = {f"{key}.{name}": call for key, owner in owners.items() for name, call in calls_of(owner).items()}
    functions = {name: getattr(collect, name) for name in collect.__all__}
    return found | {f"collect.{name}": one for name, one in functions.items() if inspect.isfunction(one)}


def client_calls() -> dict[str, Callable[..., Any]]:
    """Return the public calls of the clients of every platform."""
    with sk.Sandbox() as world:
        return {key: call for name in names() for key, call in operations_of(world.connect(name)).items()}


def _words(parameter: inspect.Parameter) -> set[str]:
    """Return the names of the types that a parameter takes; the id of a thing in a journal counts as it."""
    words = set(re.findall(r"[A-Za-z_]\w*(?![\w.])", str(parameter.annotation)))
    return words | {BY_ID[parameter.name]} if parameter.name in BY_ID else words


def misplaced(calls: Mapping[str, Callable[..., Any]], table: Mapping[str, Place]) -> Iterator[str]:
    """Yield what is wrong with a table: calls without a place, places without a call, unknown types."""
    for name in calls.keys() ^ table.keys():
        yield f"{name}: {'has no place' if name in calls else 'does not exist any more'}"
    for name in calls.keys() & table.keys():
        words = {word for one in _parameters(calls[name]) for word in _words(one)}
        for word in words - BOUND - PLAIN:
            yield f"{name}: does {word} say whose something is?"
        if (table[name] == "own") is not words.isdisjoint(BOUND):
            yield f"{name}: is no {table[name]!r} by its types {sorted(words)}"


def _parameters(call: Callable[..., Any]) -> list[inspect.Parameter]:
    return [one for one in inspect.signature(call).parameters.values() if one.name not in {"self", "cls"}]


def arguments(
    call: Callable[..., Any], theirs: Mapping[str, Sequence[object]], own: Mapping[str, object]
) -> Iterator[inspect.BoundArguments]:
    """Yield arguments of a call, each time with one thing of another brand's in one place."""
    filled = _needed(call, own)
    for one in _parameters(call):
        words = _words(one)
        for word in sorted(words & BOUND):
            for thing in theirs[word]:
                if isinstance(thing, str) and "str" not in words and word != "Target":
                    continue
                several = f"Iterable[{word}" in str(one.annotation)
                yield _bound(call, filled | {one.name: [thing] if several else thing})


def own_arguments(call: Callable[..., Any]) -> Iterator[inspect.BoundArguments]:
    """Yield arguments of a call that takes nothing of anybody, with each filter set to the other brand."""
    filled, taken = _needed(call, {}), {one.name for one in _parameters(call)}
    yield _bound(call, filled)
    for name in taken & FILTERS.keys():
        yield _bound(call, filled | {name: FILTERS[name]})


def _needed(call: Callable[..., Any], own: Mapping[str, object]) -> dict[str, Any]:
    needed = (
        one for one in _parameters(call) if one.default is inspect.Parameter.empty and one.kind is not VAR
    )
    return {one.name: _filled(one, own) for one in needed}


def _bound(call: Callable[..., Any], given: Mapping[str, object]) -> inspect.BoundArguments:
    bound = inspect.signature(call).bind_partial()
    bound.arguments |= given
    return bound


def _filled(parameter: inspect.Parameter, own: Mapping[str, object]) -> object:
    bound = sorted(_words(parameter) & BOUND & own.keys())
    return own[bound[0]] if bound else FILLERS.get(parameter.name)
