"""A Mastodon server that lives in memory."""

import random
from collections.abc import Mapping
from typing import ClassVar

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._params import BadBodyError
from socialkit.sandbox._simulator import SimMedia, SimPost, Simulator
from socialkit.sandbox.mastodon import _render_status as show
from socialkit.sandbox.mastodon import _visitors as visitors
from socialkit.sandbox.mastodon._call import Call
from socialkit.sandbox.mastodon._errors import RefusedError, not_found
from socialkit.sandbox.mastodon._facts import DEFAULT_SCOPES
from socialkit.sandbox.mastodon._gate import (
    ROUTES,
    authenticate,
    budget_headers,
    find_route,
    spend,
    window_end,
)
from socialkit.sandbox.mastodon._publish import publish
from socialkit.sandbox.mastodon._records import Scheduled, Status
from socialkit.sandbox.mastodon._state import State

_SPLIT = frozenset({"publish", "reply"})


class MastodonSimulator(Simulator):
    """A Mastodon 4.6 server with its accounts, statuses, files, notifications and limits.

    Its clock stands still: move it to finish the processing of videos, to publish what is scheduled and to
    renew budgets.

    Example:
        >>> from socialkit.sandbox import Clock, MastodonSimulator, SimRequest
        >>> import random
        >>> server = MastodonSimulator(Clock(), random.Random(7))
        >>> token = server.connection("main")["access_token"]
        >>> request = SimRequest.of(
        ...     "POST",
        ...     "/api/v1/statuses?status=Hello",
        ...     headers={"Authorization": f"Bearer {token}"},
        ... )
        >>> server.handle(request).status
        200
        >>> [post.text for post in server.posts()]
        ['Hello']
    """

    name: ClassVar[str] = "mastodon"
    operations: ClassVar[Mapping[str, frozenset[str]]] = {
        "publish": frozenset({"post_status"}),
        "reply": frozenset({"post_status"}),
        "edit": frozenset({"put_status"}),
        "reschedule": frozenset({"put_scheduled_status"}),
        "delete": frozenset({"delete_status", "delete_scheduled_status"}),
        "get": frozenset({"get_status", "get_statuses", "get_media", "get_scheduled_status"}),
        "find": frozenset({"account_statuses", "scheduled_statuses", "status_source"}),
        "iterate": frozenset({"account_statuses", "notifications", "conversations"}),
        "stream": frozenset({"stream_notifications"}),
        "comments": frozenset({"status_context"}),
        "upload": frozenset({"post_media", "get_media"}),
        "like": frozenset({"favourite"}),
        "me": frozenset({"verify_credentials"}),
        "refresh_limits": frozenset({"instance", "instance_v1"}),
        "account": frozenset({"verify_credentials"}),
        "posts": frozenset({"get_status", "get_statuses"}),
        "search": frozenset({"search", "tag_timeline"}),
        "trends": frozenset({"trending_tags", "trending_statuses", "trending_links"}),
        "profile": frozenset({"lookup_account", "get_account"}),
        "login": frozenset({"post_app", "authorize", "post_token"}),
    }

    def __init__(self, clock: Clock, random: random.Random) -> None:
        super().__init__(clock, random)
        self._state = State(clock, random)
        self._connections: dict[str, str] = {}
        self._admitted = 0

    def call_name(self, request: SimRequest) -> str | None:
        """Name the call that method and path lead to; None when there is no such route."""
        found = find_route(request.method, request.path)
        return found[0].name if found else None

    def orderable(self) -> frozenset[str]:
        """Every name under which a fault can be ordered: operations and calls."""
        return super().orderable().union(route.name for route in ROUTES)

    def names(self, request: SimRequest) -> frozenset[str]:
        """Every name under which a fault can be ordered; only an answer to somebody else is a reply."""
        names = super().names(request)
        if not names >= _SPLIT:
            return names
        with self.lock:
            return names - {"publish" if self._answers_somebody(request) else "reply"}

    def _answers_somebody(self, request: SimRequest) -> bool:
        try:
            parent = self._state.statuses.get(request.params().text("in_reply_to_id") or "")
        except BadBodyError:
            return False
        value = request.headers.get("authorization", "").partition(" ")[2]
        token = self._state.tokens.get(value)
        return parent is not None and token is not None and parent.account_id != token.account_id

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer a request as the server would; never raises."""
        with self.lock:
            try:
                self.tick()
                return self._handle(request)
            except RefusedError as refusal:
                return refusal.response()
            except BadBodyError:
                return SimResponse.json({"error": "The request parameters could not be parsed"}, 400)
            except Exception:  # noqa: BLE001 - a server answers 500 whatever broke
                return self.server_error(request)

    def _handle(self, request: SimRequest) -> SimResponse:
        state, found = self._state, find_route(request.method, request.path)
        if found is None:
            reason = "Not Found"
            raise not_found(reason)
        route, values = found
        budget = spend(state, route, request)
        if route.deprecated:
            budget["deprecation"] = route.deprecated
        try:
            token = authenticate(state, route, request)
            answer = route.call(Call(state, request, request.params(), values, token))
        except RefusedError as refusal:
            refusal.headers = {**budget, **refusal.headers}
            raise
        return answer.with_headers(budget)

    def connection(self, account: str = "main") -> dict[str, str]:
        """Keyword arguments of `connect` besides `base_url`; makes the account when it is new."""
        with self.lock:
            if account not in self._connections:
                self._connections[account] = self.issue_token(account)
            return {"access_token": self._connections[account]}

    def admit(self, request: SimRequest) -> None:
        """Take an unknown bearer token for that of an account."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        with self.lock:
            if scheme.lower() != "bearer" or not value or value in self._state.tokens:
                return
            self._admitted += 1
            owner = self._state.account("main" if self._admitted == 1 else f"account{self._admitted}")
            token = self._state.add_token(self._state.sandbox_app(), owner, list(DEFAULT_SCOPES))
            token.value = value
            self._state.tokens[value] = token

    def issue_token(self, account: str = "main", *, scopes: tuple[str, ...] = DEFAULT_SCOPES) -> str:
        """Make another access token of an account, with the scopes that a test needs."""
        with self.lock:
            owner = self._state.account(account)
            return self._state.add_token(self._state.sandbox_app(), owner, list(scopes)).value

    def expire_token(self, account: str = "main") -> None:
        """Let every token of an account run out, as after an administrator's intervention."""
        self._spoil(account, revoked=False)

    def revoke_token(self, account: str = "main") -> None:
        """Revoke every token of an account; `connection` hands a new one out."""
        self._spoil(account, revoked=True)

    def _spoil(self, account: str, *, revoked: bool) -> None:
        with self.lock:
            owner = self._state.account(account).id
            for token in self._state.tokens.values():
                if token.account_id == owner:
                    token.revoked, token.expired = token.revoked or revoked, token.expired or not revoked
            self._connections.pop(account, None)

    def set_idempotency(self, *, known: bool) -> None:
        """Say whether the server knows `Idempotency-Key`; forks and other servers of the API may not."""
        with self.lock:
            self._state.knows_idempotency = known

    def fail_processing(self, times: int = 1) -> None:
        """Let the processing of the next videos or audio files fail."""
        with self.lock:
            self._state.failing_media += times

    def posts(self, account: str | None = "main") -> list[SimPost]:
        """Everything that an account, or everyone, has published or scheduled and kept; no boosts."""
        with self.lock:
            self.tick()
            state = self._state
            owner = None if account is None else state.account(account).id
            published = [one for one in state.statuses.values() if one.reblog_of_id is None]
            planned = sorted(state.scheduled.values(), key=lambda one: one.scheduled_at)
            return [
                *(self._published(one) for one in published if owner in {None, one.account_id}),
                *(self._planned(one) for one in planned if owner in {None, one.account_id}),
            ]

    def _published(self, one: Status) -> SimPost:
        state = self._state
        root = state.statuses.get(one.root_id)
        continues = root is not None and root is not one and root.account_id == one.account_id
        return SimPost(
            id=one.id,
            account=state.accounts[one.account_id].acct,
            text=one.text,
            media=self._files(one.media_ids),
            reply_to=one.reply_to_id,
            thread=one.root_id if continues and one.reply_to_account_id == one.account_id else None,
            visibility=one.visibility,
            published_at=one.created_at,
            language=one.language,
            raw=show.status(state, one, one.account_id),
        )

    def _planned(self, one: Scheduled) -> SimPost:
        return SimPost(
            id=one.id,
            account=self._state.accounts[one.account_id].acct,
            text=one.content.text,
            media=self._files(one.content.media_ids),
            reply_to=one.status.reply_to_id,
            visibility=one.status.visibility,
            scheduled_at=one.scheduled_at,
            language=one.content.language,
            raw=show.scheduled(self._state, one),
        )

    def _files(self, ids: list[str]) -> tuple[SimMedia, ...]:
        found = [self._state.media[one] for one in ids if one in self._state.media]
        return tuple(SimMedia(one.id, one.kind, one.description) for one in found)

    def receive(
        self,
        *,
        text: str,
        author: str = "customer",
        private: bool = False,
        reply_to: str | None = None,
        account: str = "main",
        kind: str = "mention",
    ) -> str:
        """Have somebody else write to the account, or make a notice; returns the new thing's id.

        Args:
            text: What they write; for notices it is not used.
            author: Their name; `name@host.example` lives on another server.
            private: Whether they write a direct message.
            reply_to: The status they answer, like or share; notices without it concern the newest own status.
            account: To whom.
            kind: `mention`, `post` (in public, to nobody), `quote`, `follow`, `like` or `share`.

        Raises:
            ValueError: The kind is unknown, or there is no status to like or share.
        """
        with self.lock:
            self.tick()
            state = self._state
            visit = visitors.Visit(state, state.account(account), state.account(author), text, reply_to)
            return visit.make(kind, private=private)

    def interrupt(self) -> None:
        """Break the line of every stream that goes on; what happens now is not repeated to anybody."""
        with self.lock:
            for feed, _ in self._state.listeners:
                feed.cut()
            self._state.listeners.clear()

    def tick(self) -> None:
        """Catch up with the clock: scheduled statuses go out, polls end."""
        with self.lock:
            state = self._state
            due = [one for one in state.scheduled.values() if one.scheduled_at <= state.now]
            for one in sorted(due, key=lambda one: (one.scheduled_at, int(one.id))):
                del state.scheduled[one.id]
                if one.content.poll is not None:
                    one.content.poll.expires_at += one.scheduled_at - one.status.created_at
                publish(state, one.status, one.content, one.status.app, at=one.scheduled_at)
            visitors.announce_polls(state)

    def rate_limited(self, request: SimRequest) -> SimResponse:
        """Answer as the server does when a budget is spent."""
        del request
        headers = budget_headers(300, 0, window_end(self._state.now, "call"))
        return SimResponse.json({"error": "Too many requests"}, 429, headers)

    def server_error(self, request: SimRequest) -> SimResponse:
        """Answer as the server does when it broke."""
        del request
        return SimResponse.json({"error": "Something went wrong on our end"}, 500)
