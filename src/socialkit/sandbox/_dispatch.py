"""Between a request and a simulator: the faults that were ordered."""

from collections.abc import Callable
from datetime import UTC
from email.utils import format_datetime
from functools import partial

from socialkit.sandbox._faults import Fault, FaultOrder, FaultPlan
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._simulator import LineDropped, Simulator, TimedOut

GARBAGE_PAGE = "<!doctype html><title>One moment</title><p>This page is not what you asked for.</p>"


def dispatch(
    simulator: Simulator, plan: FaultPlan, request: SimRequest, *, operation: str | None = None
) -> SimResponse:
    """Hand a request to a simulator, applying the fault that was ordered for it.

    A dropped line always counts as sent, since a caller cannot tell whether the platform acted.

    Raises:
        LineDropped: The fault breaks the line.
        TimedOut: The fault delays the answer beyond the caller's patience.
    """
    with simulator.lock:
        names = _ordered_names(simulator, request, operation)
        order = plan.draw(simulator.name, names) if names else None
        if order is None:
            return _dated(simulator, simulator.handle(request))
        return _dated(simulator, _APPLY[order.fault](simulator, request, order))


def _ordered_names(simulator: Simulator, request: SimRequest, operation: str | None) -> frozenset[str]:
    """Return the names that a fault may be ordered by.

    A client in the same process says what it is doing, so that a fault ordered for one operation does not hit
    the same call made by another.
    """
    names = simulator.names(request)
    if operation is None:
        return names
    doing = operation.rpartition(".")[2]
    if request.method != "GET" and doing not in names:
        return names  # a part of a larger operation, such as the upload of a publish
    return names & {simulator.call_name(request), doing}


def _dated(simulator: Simulator, response: SimResponse) -> SimResponse:
    """Return an answer that tells the time, as servers' answers do: the world's, whatever the caller's is."""
    return response.with_headers(
        {"date": format_datetime(simulator.clock.now().astimezone(UTC), usegmt=True)}
    )


def _drop_before(simulator: Simulator, request: SimRequest, order: FaultOrder) -> SimResponse:
    del simulator, request, order
    raise LineDropped(sent=True)


def _drop_after(simulator: Simulator, request: SimRequest, order: FaultOrder) -> SimResponse:
    del order
    simulator.handle(request)
    raise LineDropped(sent=True)


def _rate_limited(simulator: Simulator, request: SimRequest, order: FaultOrder) -> SimResponse:
    del order
    return simulator.rate_limited(request)


def _server_error(simulator: Simulator, request: SimRequest, order: FaultOrder) -> SimResponse:
    if order.fault is Fault.ERROR_AFTER_COMMIT:
        simulator.handle(request)
    return simulator.server_error(request)


def _slow(simulator: Simulator, request: SimRequest, order: FaultOrder) -> SimResponse:
    del order
    raise TimedOut(_dated(simulator, simulator.handle(request)))


def _garbage(simulator: Simulator, request: SimRequest, order: FaultOrder) -> SimResponse:
    del order
    simulator.handle(request)
    return SimResponse.html(GARBAGE_PAGE)


def _truncated(simulator: Simulator, request: SimRequest, order: FaultOrder) -> SimResponse:
    del order
    whole = simulator.handle(request)
    if whole.feed is not None:
        whole.feed.cut_in_half()
        return whole
    return SimResponse(whole.status, whole.headers, whole.body[: len(whole.body) // 2])


def _late(simulator: Simulator, request: SimRequest, order: FaultOrder) -> SimResponse:
    simulator.clock.at(simulator.clock.now() + order.delay, partial(_land, simulator, request))
    raise LineDropped(sent=True)


def _land(simulator: Simulator, request: SimRequest) -> None:
    with simulator.lock:
        simulator.handle(request)


_APPLY: dict[Fault, Callable[[Simulator, SimRequest, FaultOrder], SimResponse]] = {
    Fault.DROP_BEFORE_COMMIT: _drop_before,
    Fault.DROP_AFTER_COMMIT: _drop_after,
    Fault.RATE_LIMITED: _rate_limited,
    Fault.SERVER_ERROR: _server_error,
    Fault.ERROR_AFTER_COMMIT: _server_error,
    Fault.SLOW: _slow,
    Fault.GARBAGE: _garbage,
    Fault.TRUNCATED: _truncated,
    Fault.LATE: _late,
}
