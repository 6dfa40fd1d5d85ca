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

Place = Literal["refused", "passed over", "offline", "own", "by brand=", "of all brands"]
"""`refused`: it refuses what is another account's. `passed over`: it finds nothing to do, and tells nothing.
`offline`: it reckons with it, and sends nothing, ever. `own`: it takes nothing that says whose it is, and
reaches and tells of its own account alone. `by brand=`: asked for one brand, it tells or takes of that one
alone. `of all brands`: whoever holds the whole journal or workspace may, and of no brand beyond them."""

CLIENTS: Final[dict[str, Place]] = {
    "can": "own",
    "close": "own",
    "now": "own",
    "account.accounts": "own",
    "account.inspect": "own",
    "account.me": "own",
    "account.pages": "own",
    "account.publishing_limit": "own",
    "account.quotas": "own",
    "account.refresh_limits": "own",
    "account.register_webhook": "own",
    "account.remove_webhook": "own",
    "account.subscribe": "own",
    "account.subscriptions": "own",
    "account.unsubscribe": "own",
    "account.usage": "own",
    "account.webhooks": "own",
    "ads.insights": "own",
    "inbox.approve": "refused",
    "inbox.comments": "refused",
    "inbox.delete": "refused",
    "inbox.hide": "refused",
    "inbox.ignore": "refused",
    "inbox.iterate": "own",
    "inbox.iterate_pending": "refused",
    "inbox.like": "refused",
    "inbox.reply": "refused",
    "inbox.stream": "own",
    "inbox.unhide": "refused",
    "insights.account": "own",
    "insights.audience": "own",
    "insights.posts": "refused",
    "insights.private": "refused",
    "listening.events": "own",
    "listening.places": "own",
    "listening.posts_of": "own",
    "listening.profile": "own",
    "listening.search": "own",
    "listening.search_top": "own",
    "listening.trends": "own",
    "listening.volume": "own",
    "media.get": "refused",
    "media.upload": "own",
    "posts.adapt": "own",
    "posts.check": "own",
    "posts.cost": "own",
    "posts.delete": "refused",
    "posts.differences": "offline",
    "posts.edit": "refused",
    "posts.find": "refused",
    "posts.get": "refused",
    "posts.iterate": "own",
    "posts.iterate_replies": "own",
    "posts.iterate_ghosts": "own",
    "posts.iterate_scheduled": "own",
    "posts.iterate_stories": "own",
    "posts.publish": "own",
    "posts.repost": "refused",
    "posts.reschedule": "refused",
    "posts.switch_comments": "refused",
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
    "Journal.audit": "by brand=",
    "Journal.close": "of all brands",
    "Journal.deliveries": "of all brands",
    "Journal.events": "of all brands",
    "Journal.export": "of all brands",
    "Journal.export_audit": "by brand=",
    "Journal.freezes": "of all brands",
    "Journal.open": "of all brands",
    "Journal.purposes": "of all brands",
    "Journal.share_budgets": "of all brands",
    "Journal.tidy": "of all brands",
    "Journal.verify": "of all brands",
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
    "Workspace.accounts": "of all brands",
    "Workspace.accounts_for": "of all brands",
    "Workspace.brand": "of all brands",
    "Workspace.brand_keys": "of all brands",
    "Workspace.client_async_for": "of all brands",
    "Workspace.client_for": "of all brands",
    "Workspace.close": "of all brands",
    "Workspace.close_async": "of all brands",
    "Workspace.departments_for": "of all brands",
    "Workspace.forget": "of all brands",
    "Workspace.forget_async": "of all brands",
    "Workspace.health": "of all brands",
    "Workspace.health_async": "of all brands",
    "Workspace.hours_for": "of all brands",
    "Workspace.let_go": "of all brands",
    "Workspace.let_go_async": "of all brands",
    "Workspace.load": "of all brands",
    "Workspace.map": "of all brands",
    "Workspace.map_async": "of all brands",
    "Workspace.now": "of all brands",
    "Workspace.schema": "of all brands",
    "collect.observations": "own",
    "collect.observations_async": "own",
    "metrics.Table.within": "by brand=",
}
WHOLE: Final = ("Journal.", "Workspace.")
"""What holds all brands, so that its calls may be of all of them."""

BOUND: Final = frozenset(
    {"AccountRef", "Attempt", "Case", "Delivery", "Freeze", "HasSlots", "Message", "Post", "PostMedia"}
    | {"PostingSchedule", "Scope", "Target"}
)
"""Types that say whose something is."""
PLAIN: Final = frozenset(
    {"Any", "Callable", "Capability", "Collection", "Draft", "Iterable", "Media", "MessageKind", "None"}
    | {
        "Granularity",
        "Purpose",
        "Recurrence",
        "Sequence",
        "WallTime",
        "XSubscription",
        "XWebhook",
        "bool",
        "date",
        "datetime",
        "int",
        "str",
    }
    | {"timedelta", "tuple", "CaseState", "DeliveryState", "Native", "Backlog", "Progress", "Stop"}
    | {"AsyncClient", "Brand", "Client", "Journal", "Workspace"}
    | {
        "AsyncMediaHost",
        "AsyncTokenStore",
        "AuditForm",
        "Author",
        "Authority",
        "Awaitable",
        "IO",
        "LoginPage",
    }
    | {"MediaHost", "MediaStore", "PathLike", "Retention", "T", "TokenStore", "Transports"}
)
"""Types that do not; a draft names what it answers by the platform's id alone."""
BY_ID: Final = {"case": "Case", "delivery": "Delivery"}
LATER: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
FILLERS: Final[dict[str, Any]] = {
    "ad_account": "17",
    "on": True,
    "at": LATER,
    "backlog": "hold",
    "draft": "Hello",
    "platform": "mastodon",
    "purpose": sk.Purpose(campaign="autumn"),
    "reason": "recall",
    "since": LATER.date(),
    "slots": Recurrence("FREQ=DAILY", start=WallTime("2026-03-02 09:00", zone="Europe/Paris")),
    "text": "Hello",
    "to": "maria",
    "until": LATER.date(),
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
    owners: dict[str, Any] = {"Brand": sk.Brand, "Publisher": sk.Publisher, "Desk": sk.Desk}
    owners |= {"Journal": sk.Journal, "Workspace": sk.Workspace}
    found = {f"{key}.{name}": call for key, owner in owners.items() for name, call in calls_of(owner).items()}
    functions = {name: getattr(collect, name) for name in collect.__all__}
    found |= {f"collect.{name}": one for name, one in functions.items() if inspect.isfunction(one)}
    return found | {"metrics.Table.within": sk.metrics.Table.within}


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
        if not _fits(name, table[name], words, {one.name for one in _parameters(calls[name])}):
            yield f"{name}: is no {table[name]!r} by its types {sorted(words)}"


def _fits(name: str, place: Place, words: set[str], taken: set[str]) -> bool:
    match place:
        case "by brand=":
            return "brand" in taken or "Retention" in words  # whose rules name brands
        case "of all brands":
            return name.startswith(WHOLE) and "brand" not in taken
        case "own":
            return words.isdisjoint(BOUND)
        case _:
            return not words.isdisjoint(BOUND)


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
