"""A Threads that lives in memory."""

import hashlib
import random
from collections.abc import Callable, Mapping
from typing import ClassVar

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._graph import GraphCall, GraphRefusal, find_route, missing, server_error, too_many
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._params import BadBodyError
from socialkit.sandbox._simulator import SimMedia, SimPost, Simulator
from socialkit.sandbox.threads import _numbers, _oauth, _reads, _visitors, _writes
from socialkit.sandbox.threads import _render as show
from socialkit.sandbox.threads._records import Container, Post, User
from socialkit.sandbox.threads._state import LONG, SCOPES, State

BASE_URL = "https://threads.sandbox.example"
ROUTES = (*_writes.ROUTES, *_numbers.ROUTES, *_reads.ROUTES)
"""Literal paths stand before those with parameters."""
OPEN: Mapping[tuple[str, str], tuple[str, Callable[[State, SimRequest], SimResponse]]] = {
    ("GET", "oauth/authorize"): ("authorize", _oauth.authorize),
    ("POST", "oauth/access_token"): ("code_token", _oauth.code_token),
    ("GET", "access_token"): ("long_token", _oauth.long_token),
    ("GET", "refresh_access_token"): ("refreshed_token", _oauth.refreshed_token),
    ("GET", "debug_token"): ("debug_token", _oauth.debug_token),
}
"""Calls that look after tokens by themselves."""
SHOWN = (
    *("media_type", "permalink", "username", "text", "timestamp", "alt_text", "media_url", "children"),
    *("topic_tag", "link_attachment_url", "quoted_post", "replied_to"),
)


class ThreadsSimulator(Simulator):
    """Accounts with posts, replies, mentions, insights and quotas; everything public passes a container.

    Its clock stands still: move it to have what Threads fetches processed.

    Example:
        >>> from socialkit.sandbox import Clock, SimRequest
        >>> import json, random
        >>> network = ThreadsSimulator(Clock(), random.Random(7))
        >>> token = network.connection("main")["access_token"]
        >>> made = network.handle(
        ...     SimRequest.of("POST", f"/v1.0/me/threads?access_token={token}&media_type=TEXT&text=Hello")
        ... )
        >>> container = json.loads(made.body)["id"]
        >>> path = f"/v1.0/me/threads_publish?access_token={token}&creation_id={container}"
        >>> network.handle(SimRequest.of("POST", path)).status
        200
        >>> [post.text for post in network.posts()]
        ['Hello']
    """

    name: ClassVar[str] = "threads"
    operations: ClassVar[Mapping[str, frozenset[str]]] = {
        "publish": frozenset({"threads_publish"}),
        "reply": frozenset({"threads_publish"}),
        "delete": frozenset({"delete_node"}),
        "repost": frozenset({"repost"}),
        "get": frozenset({"get_media", "get_nothing"}),
        "find": frozenset({"get_container", "own_threads", "own_replies", "conversation", "pending_replies"}),
        "iterate": frozenset({"own_threads", "mentions", "conversation"}),
        "iterate_replies": frozenset({"own_replies"}),
        "comments": frozenset({"conversation"}),
        "upload": frozenset({"post_media_container"}),
        "hide": frozenset({"manage_reply"}),
        "unhide": frozenset({"manage_reply"}),
        "iterate_pending": frozenset({"pending_replies"}),
        "approve": frozenset({"manage_pending_reply"}),
        "ignore": frozenset({"manage_pending_reply"}),
        "me": frozenset({"get_me"}),
        "quotas": frozenset({"publishing_limit"}),
        "inspect": frozenset({"debug_token"}),
        "account": frozenset({"threads_insights"}),
        "audience": frozenset({"threads_insights"}),
        "posts": frozenset({"insights"}),
        "search": frozenset({"keyword_search"}),
        "posts_of": frozenset({"profile_posts"}),
        "places": frozenset({"location_search"}),
        "login": frozenset({"authorize", "code_token", "long_token"}),
    }

    def __init__(self, clock: Clock, random: random.Random) -> None:
        super().__init__(clock, random)
        self._state = State(clock, random)
        self._connections: dict[str, str] = {}
        self._admitted = 0

    def call_name(self, request: SimRequest) -> str | None:
        """Name the call that method and path lead to; None when there is no such route."""
        _, path = self._state.versions.split(request.path)
        if (request.method, path) in OPEN:
            return OPEN[request.method, path][0]
        with self.lock:
            found = find_route(ROUTES, request.method, path, self._state.kind_of)
        if found is None:
            return None
        name = found[0].name
        return self._container_name(request) if name == "post_threads" else name

    def _container_name(self, request: SimRequest) -> str:
        """Tell the containers of files, which are fetched, from those of words."""
        try:
            kind = request.params().text("media_type")
        except BadBodyError:
            kind = None
        return "post_media_container" if kind in {"IMAGE", "VIDEO"} else "post_container"

    def orderable(self) -> frozenset[str]:
        """Every name under which a fault can be ordered: operations and calls."""
        return super().orderable().union((route.name for route in ROUTES), {"post_container"})

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer a request as the platform would; never raises."""
        with self.lock:
            try:
                return self._handle(request)
            except GraphRefusal as refusal:
                return refusal.response(self._trace(request))
            except BadBodyError:
                broken = GraphRefusal(100, "(#100) The request could not be parsed")
                return broken.response(self._trace(request))
            except Exception:  # noqa: BLE001 - a platform answers 500 whatever broke
                return self.server_error(request)

    def _trace(self, request: SimRequest) -> str:
        """The id of a request: the same one for the same request at the same time."""
        text = f"{self._state.clock.now().isoformat()} {request.method} {request.path}"
        return "A" + hashlib.sha256(text.encode()).hexdigest()[:22]

    def _handle(self, request: SimRequest) -> SimResponse:
        state = self._state
        _, path = state.versions.split(request.path)
        if (request.method, path) in OPEN:
            return OPEN[request.method, path][1](state, request)
        token = state.tokens.authenticate(request, state.clock.now())
        found = find_route(ROUTES, request.method, path, state.kind_of)
        if found is None:
            raise missing(path.partition("/")[0] or "?", request.method)
        route, values = found
        base = request.base_url or BASE_URL
        return route.call(GraphCall(state, request, request.params(), values, token, base))

    def connection(self, account: str = "main") -> dict[str, str]:
        """Keyword arguments of `connect` besides `base_url`; makes the account when it is new."""
        with self.lock:
            if account not in self._connections:
                self._connections[account] = self.issue_token(account)
            return {"access_token": self._connections[account]}

    def admit(self, request: SimRequest) -> None:
        """Take an unknown token for that of an account."""
        with self.lock:
            value = self._state.tokens.given(request)
            if value is None or self._state.tokens.find(value) is not None:
                return
            self._admitted += 1
            user = self._user("main" if self._admitted == 1 else f"account{self._admitted}")
            token = self._state.issue(user, SCOPES, LONG)
            token.value = value
            self._state.tokens.add(token)

    def _user(self, account: str) -> User:
        return self._state.person(account)

    def issue_token(self, account: str = "main", *, scopes: tuple[str, ...] = SCOPES) -> str:
        """Make another token of an account, with the permissions that a test needs."""
        with self.lock:
            return self._state.issue(self._user(account), scopes, LONG).value

    def expire_token(self, account: str = "main") -> None:
        """Let every token of an account run out."""
        self._spoil(account, 463)

    def revoke_token(self, account: str = "main") -> None:
        """Take every token of an account back, as when somebody removes the app."""
        self._spoil(account, 458)

    def _spoil(self, account: str, subcode: int) -> None:
        with self.lock:
            for token in self._state.tokens.of(self._user(account).id):
                token.dead = subcode
            self._connections.pop(account, None)

    def fail_processing(self, times: int = 1) -> None:
        """Let the processing of the next videos fail."""
        with self.lock:
            self._state.failing_videos += times

    def hurry(self, times: int = 1) -> None:
        """Let the next containers not be seen yet when they are to be published."""
        with self.lock:
            self._state.hasty += times

    def kill_metrics(self, *names: str) -> None:
        """Let metrics end: a call that asks for one of them is refused whole."""
        with self.lock:
            self._state.dead_metrics.update(names)

    def posts(self, account: str | None = "main") -> list[SimPost]:
        """Everything that an account, or everyone, has published and kept, oldest first."""
        with self.lock:
            owner = None if account is None else self._user(account).id
            kept = self._state.posts.values()
            return [self._shown(one) for one in kept if owner in {None, one.owner}]

    def _shown(self, one: Post) -> SimPost:
        state, content = self._state, one.content
        kinds = {"IMAGE": "image", "VIDEO": "video"}
        media = [SimMedia(one.id, kinds[content.kind], content.alt_text)] if content.kind in kinds else []
        for name in content.children:
            inner = state.containers[name].content
            media.append(SimMedia(name, kinds[inner.kind], inner.alt_text))
        return SimPost(
            id=one.id,
            account=state.people[one.owner].name,
            text=content.text,
            media=tuple(media),
            reply_to=content.reply_to,
            thread=self._thread(one),
            published_at=one.created,
            raw=show.post(state, one, SHOWN, one.owner),
        )

    def _thread(self, one: Post) -> str | None:
        """The first post of the author's own thread that a reply continues."""
        root = self._state.posts.get(one.root or "")
        return None if root is None or root.owner != one.owner else root.id

    def containers(self) -> list[Container]:
        """Every container that was made, the oldest first."""
        with self.lock:
            return list(self._state.containers.values())

    def is_hidden(self, reply: str) -> bool:
        """Whether a reply is hidden."""
        with self.lock:
            found = self._state.posts.get(reply)
            return found is not None and found.hidden

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
        """Have somebody else write to the account; returns the new thing's id.

        Args:
            text: What they write; for a like or share it is not used.
            author: Their name.
            private: Not offered.
            reply_to: The post that they answer, like or share.
            account: To whom.
            kind: `mention`, `like` or `share`.

        Raises:
            ValueError: The kind is unknown, it is private, or there is no post to like or share.
        """
        with self.lock:
            state = self._state
            visit = _visitors.Visit(state, self._user(account), state.person(author), text, reply_to)
            return visit.make(kind, private=private)

    def subscribe_webhook(self, verify_token: str) -> SimRequest:
        """Push what others write from now on; returns the request that asks the address for consent."""
        with self.lock:
            return self._state.pushes.subscribe(verify_token)

    def due_pushes(self) -> list[SimRequest]:
        """What the address is sent now, signed with the app's secret."""
        with self.lock:
            return self._state.pushes.due()

    def push_answered(self, status: int) -> None:
        """Take note of what the address answered to the first push; one that was not taken is sent again."""
        with self.lock:
            self._state.pushes.answered(status)

    def tick(self) -> None:
        """Catch up with the clock: nothing waits, containers are judged when they are looked at."""

    def rate_limited(self, request: SimRequest) -> SimResponse:
        """Answer as the platform does when the app asked too often."""
        refusal = too_many()
        refusal.headers["x-app-usage"] = '{"call_count":100,"total_cputime":25,"total_time":25}'
        return refusal.response(self._trace(request))

    def server_error(self, request: SimRequest) -> SimResponse:
        """Answer as the platform does when it broke."""
        return server_error().response(self._trace(request))
