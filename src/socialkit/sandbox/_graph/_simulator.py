"""What the simulators of Graph APIs do alike: finding the call, judging the token, answering, breaking."""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeAlias, TypeVar

from socialkit.sandbox._graph._call import GraphCall, Route, find_route
from socialkit.sandbox._graph._errors import GraphRefusal, missing, server_error, too_many
from socialkit.sandbox._graph._pushes import SignedPushes
from socialkit.sandbox._graph._state import GraphState
from socialkit.sandbox._graph._tokens import Token
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._params import BadBodyError
from socialkit.sandbox._simulator import Simulator

StateT = TypeVar("StateT", bound=GraphState)
T = TypeVar("T")
OpenCalls: TypeAlias = Mapping[tuple[str, str], tuple[str, Callable[[T, SimRequest], SimResponse]]]
"""By method and path the name of a call, and what answers it."""
USED_UP = '{"call_count":100,"total_cputime":25,"total_time":25}'


@dataclass(frozen=True)
class Uploads(Generic[T]):
    """The host that takes bytes: another one, which counts no calls and says nothing of versions."""

    prefix: str
    """What its paths begin with; behind the last slash stands what the bytes are for."""
    take: Callable[[T, SimRequest, str], SimResponse]


@dataclass(frozen=True)
class GraphApi(Generic[T]):
    """What a simulated Graph API answers."""

    base_url: str
    routes: tuple[Route[T], ...]
    """Literal paths stand before those with parameters."""
    opened: OpenCalls[T]
    """Calls that look after tokens by themselves."""
    uploads: Uploads[T] | None = None

    def takes_bytes(self, path: str) -> bool:
        """Whether a path is one of the host that takes bytes."""
        return self.uploads is not None and path.startswith(self.uploads.prefix)


class GraphSimulator(Simulator, Generic[StateT]):
    """A simulated Graph API; what stands in it is the platform's.

    Args:
        state: What the platform knows.
        api: What it answers.
        pushes: How it tells an address what happened.
    """

    _revoked: ClassVar[int] = 460
    """The subcode of refusals of a token that was taken back."""

    def __init__(self, state: StateT, api: GraphApi[StateT], pushes: SignedPushes) -> None:
        super().__init__(state.clock, state.chance)
        self._state = state
        self._api = api
        self._pushes = pushes
        self._connections: dict[str, dict[str, str]] = {}
        self._admitted = 0

    @abstractmethod
    def _issue(self, account: str, scopes: tuple[str, ...] | None) -> Token:
        """A new token of an account, with the usual permissions if none are given."""

    @abstractmethod
    def _owners(self, account: str) -> tuple[str, ...]:
        """The ids as which an account's tokens act, its own first."""

    def _credentials(self, token: str) -> dict[str, str]:
        """How a client is connected with a token."""
        return {"access_token": token}

    def _admits(self, value: str) -> bool:
        """Whether an unknown token may be that of an account."""
        return self._state.tokens.find(value) is None

    def _told(self, path: str) -> Mapping[str, str]:
        """What the headers of every answer to a path say."""
        del path
        return {}

    def _spend(self, token: Token) -> Mapping[str, str]:
        """Count a call; returns what the headers of its answer say of that."""
        del token
        return {}

    def _called(self, name: str, request: SimRequest) -> str:
        """Name the call of a route, where one route is several calls."""
        del request
        return name

    def call_name(self, request: SimRequest) -> str | None:
        """Name the call that method and path lead to; None when there is no such route."""
        _, path = self._state.versions.split(request.path)
        if self._api.takes_bytes(path):
            return "take_bytes"
        if (request.method, path) in self._api.opened:
            return self._api.opened[request.method, path][0]
        with self.lock:
            found = find_route(self._api.routes, request.method, path, self._state.kind_of)
        return None if found is None else self._called(found[0].name, request)

    def orderable(self) -> frozenset[str]:
        """Every name under which a fault can be ordered: operations and calls."""
        return super().orderable().union(route.name for route in self._api.routes)

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer a request as the platform would; never raises."""
        with self.lock:
            told = self._told(request.path)
            try:
                self.tick()
                answer = self._answer(request)
            except GraphRefusal as refusal:
                answer = refusal.response(self._trace(request))
            except BadBodyError:
                broken = GraphRefusal(100, "(#100) The request could not be parsed")
                answer = broken.response(self._trace(request))
            except Exception:  # noqa: BLE001 - a platform answers 500 whatever broke
                answer = self.server_error(request)
            return answer.with_headers(told)

    def _answer(self, request: SimRequest) -> SimResponse:
        state, uploads = self._state, self._api.uploads
        _, path = state.versions.split(request.path)
        if (request.method, path) in self._api.opened:
            return self._api.opened[request.method, path][1](state, request)
        token = state.tokens.authenticate(request, state.clock.now())
        if uploads is not None and self._api.takes_bytes(path):
            return uploads.take(state, request, path.rpartition("/")[2])
        used = self._spend(token)
        try:
            return self._routed(request, path, token).with_headers(used)
        except GraphRefusal as refusal:
            refusal.headers = {**used, **refusal.headers}
            raise

    def _routed(self, request: SimRequest, path: str, token: Token) -> SimResponse:
        found = find_route(self._api.routes, request.method, path, self._state.kind_of)
        if found is None:
            raise missing(path.partition("/")[0] or "?", request.method)
        route, values = found
        base = request.base_url or self._api.base_url
        return route.call(GraphCall(self._state, request, request.params(), values, token, base))

    def _trace(self, request: SimRequest) -> str:
        """The id of a request: the same one for the same request at the same time."""
        text = f"{self._state.clock.now().isoformat()} {request.method} {request.path}"
        return "A" + hashlib.sha256(text.encode()).hexdigest()[:22]

    def connection(self, account: str = "main") -> dict[str, str]:
        """Keyword arguments of `connect` besides `base_url`; makes the account when it is new."""
        with self.lock:
            if account not in self._connections:
                self._connections[account] = self._credentials(self._issue(account, None).value)
            return {**self._connections[account]}

    def admit(self, request: SimRequest) -> None:
        """Take an unknown token for that of an account."""
        with self.lock:
            value = self._state.tokens.given(request)
            if value is None or not self._admits(value):
                return
            self._admitted += 1
            token = self._issue("main" if self._admitted == 1 else f"account{self._admitted}", None)
            token.value, token.proven = value, False
            self._state.tokens.add(token)

    def issue_token(self, account: str = "main", *, scopes: tuple[str, ...] | None = None) -> str:
        """Make another token of an account, with the permissions that a test needs."""
        with self.lock:
            return self._issue(account, scopes).value

    def expire_token(self, account: str = "main") -> None:
        """Let every token of an account run out."""
        self._spoil(account, 463)

    def revoke_token(self, account: str = "main") -> None:
        """Take every token of an account back, as when somebody changes the password or removes the app."""
        self._spoil(account, self._revoked)

    def _spoil(self, account: str, subcode: int) -> None:
        with self.lock:
            for owner in self._owners(account):
                for token in self._state.tokens.of(owner):
                    token.dead = subcode
            self._connections.pop(account, None)

    def fail_processing(self, times: int = 1) -> None:
        """Let the processing of the next videos fail."""
        with self.lock:
            self._state.failing_videos += times

    def kill_metrics(self, *names: str) -> None:
        """Let metrics end: a call that asks for one of them is refused whole."""
        with self.lock:
            self._state.dead_metrics.update(names)

    def subscribe_webhook(self, verify_token: str) -> SimRequest:
        """Push what others write from now on; returns the request that asks the address for consent."""
        with self.lock:
            return self._pushes.subscribe(verify_token)

    def due_pushes(self) -> list[SimRequest]:
        """What the address is sent now, signed with the app's secret."""
        with self.lock:
            return self._pushes.due()

    def push_answered(self, status: int) -> None:
        """Take note of what the address answered; what it did not take is sent again."""
        with self.lock:
            self._pushes.answered(status)

    def tick(self) -> None:
        """Catch up with the clock: nothing waits but what is judged when it is looked at."""

    def rate_limited(self, request: SimRequest) -> SimResponse:
        """Answer as the platform does when the app asked too often."""
        refusal = too_many()
        refusal.headers["x-app-usage"] = USED_UP
        return refusal.response(self._trace(request))

    def server_error(self, request: SimRequest) -> SimResponse:
        """Answer as the platform does when it broke."""
        return server_error().response(self._trace(request))
