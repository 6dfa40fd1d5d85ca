"""An Instagram that lives in memory, with its accounts."""

import hashlib
import random
from collections.abc import Callable, Mapping
from typing import ClassVar

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._graph import GraphCall, GraphRefusal, find_route, missing, server_error, too_many
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._params import BadBodyError
from socialkit.sandbox._simulator import SimMedia, SimPost, Simulator
from socialkit.sandbox.instagram import _calls, _numbers, _oauth, _publishing, _visitors
from socialkit.sandbox.instagram import _render as show
from socialkit.sandbox.instagram._records import Comment, Media, Message, User
from socialkit.sandbox.instagram._state import (
    APP_ID,
    APP_SECRET,
    INSTAGRAM,
    OWN_SCOPES,
    PAGE,
    SCOPES,
    State,
)

BASE_URL = "https://instagram.sandbox.example"
ROUTES = (*_oauth.ROUTES, *_numbers.ROUTES, *_publishing.ROUTES, *_calls.ROUTES)
"""Literal paths stand before those with parameters."""
OPEN: Mapping[tuple[str, str], tuple[str, Callable[[State, SimRequest], SimResponse]]] = {
    ("GET", "dialog/oauth"): ("dialog", _oauth.dialog),
    ("GET", "oauth/access_token"): ("access_token", _oauth.access_token),
    ("GET", "oauth/authorize"): ("authorize", _oauth.authorize),
    ("POST", "oauth/access_token"): ("short_token", _oauth.short_token),
    ("GET", "access_token"): ("long_token", _oauth.long_token),
    ("GET", "refresh_access_token"): ("refreshed_token", _oauth.refreshed_token),
}
"""Calls that look at no token of an account."""
UPLOAD = "ig-api-upload/"
TOLD = (
    "caption,media_type,media_product_type,media_url,permalink,timestamp,username,like_count,comments_count"
)


class InstagramSimulator(Simulator):
    """Accounts with posts, reels, stories, comments, private messages, insights and limits.

    Accounts are linked to Pages, and opened with Facebook's login; set `login` to open new ones with
    Instagram's own. Its clock stands still: move it to finish the processing of videos.

    Example:
        >>> from socialkit.sandbox import Clock, SimRequest
        >>> import random
        >>> meta = InstagramSimulator(Clock(), random.Random(7))
        >>> token = meta.connection("main")["access_token"]
        >>> request = SimRequest.of(
        ...     "GET",
        ...     "/v26.0/me?fields=instagram_business_account{username}",
        ...     headers={"Authorization": f"Bearer {token}"},
        ... )
        >>> meta.handle(request).status
        200
    """

    name: ClassVar[str] = "instagram"
    operations: ClassVar[Mapping[str, frozenset[str]]] = {
        "publish": frozenset({"media_publish", "post_comments"}),
        "reply": frozenset({"post_replies", "post_mentions", "post_messages"}),
        "delete": frozenset({"delete_comment"}),
        "get": frozenset({"get_media", "get_nothing"}),
        "find": frozenset({"get_container", "list_media", "list_stories", "list_comments", "list_replies"}),
        "iterate": frozenset({"list_media", "list_tags", "conversations"}),
        "iterate_stories": frozenset({"list_stories"}),
        "comments": frozenset({"list_comments"}),
        "upload": frozenset({"post_media", "take_bytes"}),
        "hide": frozenset({"post_comment"}),
        "unhide": frozenset({"post_comment"}),
        "me": frozenset({"get_me", "get_user"}),
        "account": frozenset({"get_user", "insights"}),
        "posts": frozenset({"get_media", "insights"}),
        "audience": frozenset({"insights"}),
        "accounts": frozenset({"accounts"}),
        "search": frozenset({"hashtag_search", "recent_media"}),
        "search_top": frozenset({"hashtag_search", "top_media"}),
        "profile": frozenset({"get_user"}),
        "login": frozenset({"dialog", "access_token", "authorize", "short_token", "long_token", "accounts"}),
    }

    def __init__(self, clock: Clock, random: random.Random) -> None:
        super().__init__(clock, random)
        self._state = State(clock, random)
        self._connections: dict[str, tuple[str, str]] = {}
        self._admitted = 0
        self.login: str = "facebook"
        """With which login accounts are opened from now on: `facebook` or `instagram`."""

    def call_name(self, request: SimRequest) -> str | None:
        """Name the call that method and path lead to; None when there is no such route."""
        _, path = self._state.versions.split(request.path)
        if path.startswith(UPLOAD):
            return "take_bytes"
        if (request.method, path) in OPEN:
            return OPEN[request.method, path][0]
        with self.lock:
            found = find_route(ROUTES, request.method, path, self._state.kind_of)
        return None if found is None else found[0].name

    def orderable(self) -> frozenset[str]:
        """Every name under which a fault can be ordered: operations and calls."""
        return super().orderable().union(route.name for route in ROUTES)

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer a request as the platform would; never raises."""
        with self.lock:
            asked, path = self._state.versions.split(request.path)
            # The host that takes bytes is another one, and says nothing of versions.
            headers = {} if path.startswith(UPLOAD) else {**self._state.versions.headers(asked)}
            try:
                answer, used = self._handle(request)
            except GraphRefusal as refusal:
                answer, used = refusal.response(self._trace(request)), {}
            except BadBodyError:
                broken = GraphRefusal(100, "(#100) The request could not be parsed")
                answer, used = broken.response(self._trace(request)), {}
            except Exception:  # noqa: BLE001 - a platform answers 500 whatever broke
                answer, used = self.server_error(request), {}
            return answer.with_headers({**headers, **used})

    def _trace(self, request: SimRequest) -> str:
        """The id of a request: the same one for the same request at the same time."""
        text = f"{self._state.clock.now().isoformat()} {request.method} {request.path}"
        return "A" + hashlib.sha256(text.encode()).hexdigest()[:22]

    def _handle(self, request: SimRequest) -> tuple[SimResponse, Mapping[str, str]]:
        state = self._state
        _, path = state.versions.split(request.path)
        if (request.method, path) in OPEN:
            return OPEN[request.method, path][1](state, request), {}
        token = state.tokens.authenticate(request, state.clock.now())
        if path.startswith(UPLOAD):
            return _publishing.take_bytes(state, request, path.rpartition("/")[2]), {}
        used = state.usage.spend(state.clock.now(), state.pages.get(token.owner, token.owner))
        found = find_route(ROUTES, request.method, path, state.kind_of)
        try:
            if found is None:
                raise missing(path.partition("/")[0] or "?", request.method)
            route, values = found
            base = request.base_url or BASE_URL
            call = GraphCall(state, request, request.params(), values, token, base)
            return route.call(call), used
        except GraphRefusal as refusal:
            refusal.headers = {**used, **refusal.headers}
            raise

    def connection(self, account: str = "main") -> dict[str, str]:
        """Keyword arguments of `connect` besides `base_url`; makes the account when it is new."""
        with self.lock:
            if account not in self._connections:
                self._connections[account] = (self.issue_token(account), self.login)
            token, login = self._connections[account]
            given = {"access_token": token, "app_secret": APP_SECRET, "client_id": APP_ID}
            return given if login == "facebook" else {**given, "login": login}

    def admit(self, request: SimRequest) -> None:
        """Take an unknown token for that of an account."""
        with self.lock:
            value = self._state.tokens.given(request)
            if value is None or self._state.tokens.find(value) is not None:
                return
            self._admitted += 1
            user = self._ours("main" if self._admitted == 1 else f"account{self._admitted}")
            token = self._state.tokens.find(self._issued(user, None))
            assert token is not None, "it was made just now"
            token.value, token.proven = value, False
            self._state.tokens.add(token)

    def _ours(self, account: str) -> User:
        return self._state.user(account, ours=True)

    def _issued(self, user: User, scopes: tuple[str, ...] | None) -> str:
        if self.login == "instagram":
            return self._state.issue(user.id, INSTAGRAM, scopes or OWN_SCOPES, None).value
        return self._state.issue(user.page or "", PAGE, scopes or SCOPES, None).value

    def issue_token(self, account: str = "main", *, scopes: tuple[str, ...] | None = None) -> str:
        """Make another token of an account, with the permissions that a test needs."""
        with self.lock:
            return self._issued(self._ours(account), scopes)

    def expire_token(self, account: str = "main") -> None:
        """Let every token of an account run out."""
        self._spoil(account, 463)

    def revoke_token(self, account: str = "main") -> None:
        """Take every token of an account back, as when somebody changes the password."""
        self._spoil(account, 460)

    def _spoil(self, account: str, subcode: int) -> None:
        with self.lock:
            user = self._ours(account)
            for token in (*self._state.tokens.of(user.id), *self._state.tokens.of(user.page or "")):
                token.dead = subcode
            self._connections.pop(account, None)

    def fail_processing(self, times: int = 1) -> None:
        """Let the processing of the next videos fail."""
        with self.lock:
            self._state.failing_films += times

    def block_next(self) -> None:
        """Say of the next publish that it was blocked, though it goes out, as Instagram was seen to do."""
        with self.lock:
            self._state.blocking = True

    def kill_metrics(self, *names: str) -> None:
        """Let metrics end: a call that asks for one of them is refused whole."""
        with self.lock:
            self._state.dead_metrics.update(names)

    def make_personal(self, account: str = "main") -> None:
        """Make an account a personal one, to which nothing can be published."""
        with self.lock:
            self._ours(account).personal = True

    def retire(self, *versions: str) -> None:
        """Let versions of the API end: a later one answers for them."""
        with self.lock:
            self._state.versions.alive = [one for one in self._state.versions.alive if one not in versions]

    def posts(self, account: str | None = "main") -> list[SimPost]:
        """Everything that an account, or every one of ours, has published, oldest first; no stories."""
        with self.lock:
            owner = None if account is None else self._ours(account).id
            found = [one for one in self._state.media.values() if one.product != "STORY"]
            ours = [one for one in found if self._state.users[one.owner].page is not None]
            return [self._shown(one) for one in ours if owner in {None, one.owner}]

    def stories(self, account: str = "main") -> list[SimPost]:
        """The stories that an account shows now, oldest first."""
        with self.lock:
            found = self._state.of(self._ours(account).id, stories=True)
            return [self._shown(one) for one in reversed(found)]

    def _shown(self, one: Media) -> SimPost:
        files = one.children or [one]
        media = [SimMedia(each.id, each.kind.lower(), each.alt_text) for each in files]
        return SimPost(
            id=one.id,
            account=self._state.users[one.owner].name,
            text=one.caption,
            media=tuple(media),
            published_at=one.created,
            raw=show.media(self._state, one, TOLD),
        )

    def comment(self, comment: str) -> Comment | None:
        """A comment as it is now; None when it is gone."""
        with self.lock:
            return self._state.comments.get(comment)

    def answers(self, thing: str) -> list[Comment]:
        """What accounts of ours wrote under a post or comment."""
        with self.lock:
            users, comments = self._state.users, self._state.comments.values()
            found = [
                one for one in comments if one.parent == thing or (one.media == thing and not one.parent)
            ]
            return [one for one in found if users[one.owner].page is not None]

    def messages(self, account: str = "main") -> list[Message]:
        """What an account wrote in private."""
        with self.lock:
            owner = self._ours(account).id
            threads = self._state.conversations.values()
            return [one for thread in threads for one in thread.messages if one.sender == owner]

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
            text: What they write; for a like it is not used.
            author: Their name.
            private: Whether they write a private message.
            reply_to: The post or comment that they answer or like; else they tag the account on a picture.
            account: To which account.
            kind: `mention` or `like`.

        Raises:
            ValueError: The kind is unknown, or there is no post to like.
        """
        with self.lock:
            visit = _visitors.Visit(
                self._state, self._ours(account), self._state.user(author), text, reply_to
            )
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
        """Take note of what the address answered; what it did not take is sent again."""
        with self.lock:
            self._state.pushes.answered(status)

    def tick(self) -> None:
        """Catch up with the clock: nothing waits here but for the clock itself."""

    def rate_limited(self, request: SimRequest) -> SimResponse:
        """Answer as the platform does when the app asked too often."""
        refusal = too_many()
        usage = '{"call_count":100,"total_cputime":25,"total_time":25}'
        refusal.headers["x-app-usage"] = usage
        return refusal.response(self._trace(request))

    def server_error(self, request: SimRequest) -> SimResponse:
        """Answer as the platform does when it broke."""
        return server_error().response(self._trace(request))
