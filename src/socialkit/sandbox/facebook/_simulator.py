"""A Facebook that lives in memory, with its Pages."""

import hashlib
import random
from collections.abc import Callable, Mapping
from typing import ClassVar

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._graph import GraphCall, GraphRefusal, find_route, missing, server_error, too_many
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._params import BadBodyError
from socialkit.sandbox._simulator import SimMedia, SimPost, Simulator
from socialkit.sandbox.facebook import _calls, _files, _numbers, _oauth, _visitors
from socialkit.sandbox.facebook import _render as show
from socialkit.sandbox.facebook._records import Comment, Message, Person, Post
from socialkit.sandbox.facebook._state import APP_ID, APP_SECRET, PAGE, SCOPES, State

BASE_URL = "https://facebook.sandbox.example"
ROUTES = (*_oauth.ROUTES, *_files.ROUTES, *_numbers.ROUTES, *_calls.ROUTES)
"""Literal paths stand before those with parameters."""
OPEN: Mapping[tuple[str, str], tuple[str, Callable[[State, SimRequest], SimResponse]]] = {
    ("GET", "dialog/oauth"): ("dialog", _oauth.dialog),
    ("GET", "oauth/access_token"): ("access_token", _oauth.access_token),
    ("GET", "debug_token"): ("debug_token", _oauth.debug_token),
}
"""Calls that look at no token of an account."""
UPLOAD = "video-upload/"


class FacebookSimulator(Simulator):
    """Pages with posts, comments, private messages, videos, insights and limits.

    Its clock stands still: move it to finish the processing of videos and to publish what is scheduled.

    Example:
        >>> from socialkit.sandbox import Clock, SimRequest
        >>> import random
        >>> meta = FacebookSimulator(Clock(), random.Random(7))
        >>> token = meta.connection("main")["access_token"]
        >>> request = SimRequest.of(
        ...     "POST",
        ...     "/v26.0/me/feed?message=Hello",
        ...     headers={"Authorization": f"Bearer {token}"},
        ... )
        >>> meta.handle(request).status
        200
        >>> [post.text for post in meta.posts()]
        ['Hello']
    """

    name: ClassVar[str] = "facebook"
    operations: ClassVar[Mapping[str, frozenset[str]]] = {
        "publish": frozenset(
            {"post_feed", "post_video", "post_video_reels_finish", "post_stories", "post_first_comment"}
        ),
        "reply": frozenset({"post_comments", "post_messages"}),
        "edit": frozenset({"post_post"}),
        "reschedule": frozenset({"post_post"}),
        "delete": frozenset({"delete_node"}),
        "get": frozenset({"get_post", "get_video", "get_photo", "get_nothing"}),
        "find": frozenset({"published_posts", "scheduled_posts", "get_video", "get_comments"}),
        "iterate": frozenset({"published_posts", "tagged", "visitor_posts", "conversations"}),
        "comments": frozenset({"get_comments"}),
        "upload": frozenset(
            {"post_photos", "post_videos", "post_video_reels", "post_video_stories", "take_bytes"}
        ),
        "like": frozenset({"post_likes"}),
        "hide": frozenset({"post_comment"}),
        "unhide": frozenset({"post_comment"}),
        "me": frozenset({"get_page"}),
        "account": frozenset({"get_page", "insights"}),
        "posts": frozenset({"get_post", "get_video", "insights", "video_insights"}),
        "days": frozenset({"ad_insights"}),
        "pages": frozenset({"accounts", "businesses"}),
        "login": frozenset({"dialog", "access_token", "accounts"}),
    }

    def __init__(self, clock: Clock, random: random.Random) -> None:
        super().__init__(clock, random)
        self._state = State(clock, random)
        self._connections: dict[str, str] = {}
        self._admitted = 0

    def call_name(self, request: SimRequest) -> str | None:
        """Name the call that method and path lead to; None when there is no such route."""
        _, path = self._state.versions.split(request.path)
        if path.startswith(UPLOAD):
            return "take_bytes"
        if (request.method, path) in OPEN:
            return OPEN[request.method, path][0]
        with self.lock:
            found = find_route(ROUTES, request.method, path, self._state.kind_of)
        return None if found is None else self._called(found[0].name, request)

    def _called(self, name: str, request: SimRequest) -> str:
        """Tell the end of an upload, which is seen, from its beginning."""
        if name == "post_photo_stories":
            return "post_stories"
        if name not in {"post_video_reels", "post_video_stories"}:
            return name
        try:
            finishes = request.params().text("upload_phase") == "finish"
        except BadBodyError:
            return name
        if not finishes:
            return name
        return "post_stories" if name == "post_video_stories" else "post_video_reels_finish"

    def orderable(self) -> frozenset[str]:
        """Every name under which a fault can be ordered: operations and calls."""
        return super().orderable().union(route.name for route in ROUTES)

    def names(self, request: SimRequest) -> frozenset[str]:
        """Every name under which a fault can be ordered; a comment under an own post is none of a reply's."""
        names = super().names(request)
        if "post_comments" not in names:
            return names
        with self.lock:
            _, path = self._state.versions.split(request.path)
            above = self._state.posts.get(path.partition("/")[0])
            own = above is not None and self._state.people[above.owner].page
            return names - {"reply"} | {"publish"} if own else names

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer a request as the platform would; never raises."""
        with self.lock:
            asked, path = self._state.versions.split(request.path)
            # The host that takes bytes is another one, and says nothing of versions.
            headers = {} if path.startswith(UPLOAD) else {**self._state.versions.headers(asked)}
            try:
                self.tick()
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
            return _files.take_bytes(state, request, path.rpartition("/")[2]), {}
        used = state.usage.spend(state.clock.now(), token.owner)
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
        """Keyword arguments of `connect` besides `base_url`; makes the Page when it is new."""
        with self.lock:
            if account not in self._connections:
                self._connections[account] = self.issue_token(account)
            token = self._connections[account]
            return {"access_token": token, "app_secret": APP_SECRET, "client_id": APP_ID}

    def admit(self, request: SimRequest) -> None:
        """Take an unknown token for that of a Page."""
        with self.lock:
            value = self._state.tokens.given(request)
            if value is None or "|" in value or self._state.tokens.find(value) is not None:
                return
            self._admitted += 1
            page = self._page("main" if self._admitted == 1 else f"account{self._admitted}")
            token = self._state.issue(page, PAGE, SCOPES, None)
            token.value, token.proven = value, False
            self._state.tokens.add(token)

    def _page(self, account: str) -> Person:
        return self._state.person(account, page=True)

    def issue_token(self, account: str = "main", *, scopes: tuple[str, ...] = SCOPES) -> str:
        """Make another token of a Page, with the permissions that a test needs."""
        with self.lock:
            return self._state.issue(self._page(account), PAGE, scopes, None).value

    def expire_token(self, account: str = "main") -> None:
        """Let every token of a Page run out."""
        self._spoil(account, 463)

    def revoke_token(self, account: str = "main") -> None:
        """Take every token of a Page back, as when somebody changes the password."""
        self._spoil(account, 460)

    def _spoil(self, account: str, subcode: int) -> None:
        with self.lock:
            for token in self._state.tokens.of(self._page(account).id):
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

    def retire(self, *versions: str) -> None:
        """Let versions of the API end: a later one answers for them."""
        with self.lock:
            self._state.versions.alive = [one for one in self._state.versions.alive if one not in versions]

    def posts(self, account: str | None = "main") -> list[SimPost]:
        """Everything that a Page, or every Page, has published or scheduled and kept, oldest first."""
        with self.lock:
            self.tick()
            state = self._state
            owner = None if account is None else self._page(account).id
            pages = {one.id for one in state.people.values() if one.page}
            found = [one for one in state.posts.values() if one.owner in pages]
            return [self._shown(one) for one in found if owner in {None, one.owner}]

    def _shown(self, one: Post) -> SimPost:
        media = [SimMedia(name, "image", self._state.photos[name].alt_text) for name in one.photos]
        if one.video is not None:
            media.append(SimMedia(one.video, "video"))
        return SimPost(
            id=one.id,
            account=self._state.people[one.owner].name,
            text=one.message,
            media=tuple(media),
            published_at=None if one.scheduled is not None else one.created,
            scheduled_at=one.scheduled,
            raw=show.post(self._state, one, sorted(show.POST)),
        )

    def stories(self, account: str = "main") -> list[str]:
        """The ids of the files that a Page shows as stories now."""
        with self.lock:
            self.tick()
            owner = self._page(account).id
            return [one.media for one in self._state.stories.values() if one.owner == owner]

    def comment(self, comment: str) -> Comment | None:
        """A comment as it is now; None when it is gone."""
        with self.lock:
            return self._state.comments.get(comment)

    def answers(self, thing: str) -> list[Comment]:
        """What Pages wrote under a comment or post."""
        with self.lock:
            people = self._state.people
            return [one for one in self._state.under(thing, whole=True) if people[one.owner].page]

    def messages(self, account: str = "main") -> list[Message]:
        """What a Page wrote in private."""
        with self.lock:
            page = self._page(account).id
            threads = self._state.conversations.values()
            return [one for thread in threads for one in thread.messages if one.sender == page]

    def likers(self, thing: str) -> set[str]:
        """Who likes a post or comment."""
        with self.lock:
            found = self._state.posts.get(thing) or self._state.comments.get(thing)
            return set() if found is None else set(found.likes)

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
        """Have somebody else write to the Page; returns the new thing's id.

        Args:
            text: What they write; for a like or share it is not used.
            author: Their name.
            private: Whether they write a private message.
            reply_to: The post or comment that they answer, like or share.
            account: To which Page.
            kind: `mention`, `post` (on the Page), `like` or `share`.

        Raises:
            ValueError: The kind is unknown, or there is no post to like or share.
        """
        with self.lock:
            self.tick()
            state = self._state
            visit = _visitors.Visit(state, self._page(account), state.person(author), text, reply_to)
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
        """Catch up with the clock: scheduled posts go out."""
        with self.lock:
            self._state.catch_up()

    def rate_limited(self, request: SimRequest) -> SimResponse:
        """Answer as the platform does when the app asked too often."""
        refusal = too_many()
        usage = '{"call_count":100,"total_cputime":25,"total_time":25}'
        refusal.headers["x-app-usage"] = usage
        return refusal.response(self._trace(request))

    def server_error(self, request: SimRequest) -> SimResponse:
        """Answer as the platform does when it broke."""
        return server_error().response(self._trace(request))
