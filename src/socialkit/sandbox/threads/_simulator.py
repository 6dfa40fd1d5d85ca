"""A Threads that lives in memory."""

import random
from collections.abc import Mapping
from typing import ClassVar

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._graph import GraphApi, GraphSimulator, Token
from socialkit.sandbox._http import SimRequest
from socialkit.sandbox._params import BadBodyError
from socialkit.sandbox._simulator import SimMedia, SimPost
from socialkit.sandbox.threads import _numbers, _oauth, _reads, _visitors, _writes
from socialkit.sandbox.threads import _render as show
from socialkit.sandbox.threads._records import Container, Post, User
from socialkit.sandbox.threads._state import LONG, SCOPES, State

API: GraphApi[State] = GraphApi(
    "https://threads.sandbox.example",
    (*_writes.ROUTES, *_numbers.ROUTES, *_reads.ROUTES),
    {
        ("GET", "oauth/authorize"): ("authorize", _oauth.authorize),
        ("POST", "oauth/access_token"): ("code_token", _oauth.code_token),
        ("GET", "access_token"): ("long_token", _oauth.long_token),
        ("GET", "refresh_access_token"): ("refreshed_token", _oauth.refreshed_token),
        ("GET", "debug_token"): ("debug_token", _oauth.debug_token),
    },
)
SHOWN = (
    *("media_type", "permalink", "username", "text", "timestamp", "alt_text", "media_url", "children"),
    *("topic_tag", "link_attachment_url", "quoted_post", "replied_to"),
)


class ThreadsSimulator(GraphSimulator[State]):
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
        "find": frozenset(
            {"get_container", "own_threads", "own_replies", "own_ghosts", "conversation", "pending_replies"}
        ),
        "iterate": frozenset({"own_threads", "mentions", "conversation"}),
        "iterate_replies": frozenset({"own_replies"}),
        "iterate_ghosts": frozenset({"own_ghosts"}),
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

    _revoked: ClassVar[int] = 458

    def __init__(self, clock: Clock, random: random.Random) -> None:
        state = State(clock, random)
        super().__init__(state, API, state.pushes)

    def _called(self, name: str, request: SimRequest) -> str:
        """Tell the containers of files, which are fetched, from those of words."""
        if name != "post_threads":
            return name
        try:
            kind = request.params().text("media_type")
        except BadBodyError:
            kind = None
        return "post_media_container" if kind in {"IMAGE", "VIDEO"} else "post_container"

    def orderable(self) -> frozenset[str]:
        """Every name under which a fault can be ordered: operations and calls."""
        return super().orderable() - {"post_threads"} | {"post_container"}  # what `_called` makes of it

    def _user(self, account: str) -> User:
        return self._state.person(account)

    def _owners(self, account: str) -> tuple[str, ...]:
        return (self._user(account).id,)

    def _issue(self, account: str, scopes: tuple[str, ...] | None) -> Token:
        return self._state.issue(self._user(account), SCOPES if scopes is None else scopes, LONG)

    def hurry(self, times: int = 1) -> None:
        """Let the next containers not be seen yet when they are to be published."""
        with self.lock:
            self._state.hasty += times

    def posts(self, account: str | None = "main") -> list[SimPost]:
        """Everything that an account, or everyone, has published and kept, oldest first."""
        with self.lock:
            owner = None if account is None else self._user(account).id
            return [self._shown(one) for one in self._state.kept() if owner in {None, one.owner}]

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
        """Whether a reply is hidden, by itself or with the one above it."""
        with self.lock:
            found = self._state.posts.get(reply)
            return found is not None and self._state.is_hidden(found)

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
