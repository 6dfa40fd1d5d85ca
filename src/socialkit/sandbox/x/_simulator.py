"""An X that lives in memory."""

import random
from collections.abc import Mapping
from typing import Any, ClassVar

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._params import BadBodyError, Params
from socialkit.sandbox._simulator import SimMedia, SimPost, Simulator
from socialkit.sandbox.x import _render as render
from socialkit.sandbox.x._call import Call
from socialkit.sandbox.x._errors import RefusedError
from socialkit.sandbox.x._facts import SCOPES
from socialkit.sandbox.x._gate import (
    ROUTES,
    authenticate,
    budgets_of,
    check_query,
    find_route,
    leave,
    spend,
    window_headers,
)
from socialkit.sandbox.x._oauth import fields_of
from socialkit.sandbox.x._pushes import Pushes
from socialkit.sandbox.x._records import Post, Token, User
from socialkit.sandbox.x._state import State

_WRITES = frozenset({"publish", "reply"})
_KINDS = {"photo": "image", "animated_gif": "gifv", "video": "video"}


class XSimulator(Simulator):
    """X with its accounts, posts, files, private messages and windows, as an app sees it that pays per use.

    Its clock stands still: move it to finish the processing of videos and to begin new windows.

    Example:
        >>> from socialkit.sandbox import Clock, SimRequest, XSimulator
        >>> import random
        >>> x = XSimulator(Clock(), random.Random(7))
        >>> token = x.connection("main")["access_token"]
        >>> request = SimRequest.of(
        ...     "POST",
        ...     "/2/tweets",
        ...     headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        ...     body=b'{"text": "Hello"}',
        ... )
        >>> x.handle(request).status
        201
        >>> [post.text for post in x.posts()]
        ['Hello']
    """

    name: ClassVar[str] = "x"
    operations: ClassVar[Mapping[str, frozenset[str]]] = {
        "publish": frozenset({"create_post"}),
        "reply": frozenset({"create_post", "send_message"}),
        "edit": frozenset({"create_post"}),
        "delete": frozenset({"delete_post"}),
        "get": frozenset({"get_post", "upload_status"}),
        "find": frozenset({"user_posts", "conversation_events", "liked_posts"}),
        "iterate": frozenset({"user_posts", "user_mentions", "dm_events"}),
        "comments": frozenset({"search_recent"}),
        "upload": frozenset(
            {"initialize_upload", "append_upload", "finalize_upload", "upload_status", "post_metadata"}
        ),
        "like": frozenset({"like_post"}),
        "hide": frozenset({"hide_reply"}),
        "unhide": frozenset({"hide_reply"}),
        "me": frozenset({"users_me"}),
        "account": frozenset({"users_me"}),
        "posts": frozenset({"get_posts"}),
        "private": frozenset({"get_posts"}),
        "usage": frozenset({"usage"}),
        "webhooks": frozenset({"get_webhooks"}),
        "register_webhook": frozenset({"create_webhook"}),
        "remove_webhook": frozenset({"delete_webhook"}),
        "subscriptions": frozenset({"get_subscriptions"}),
        "subscribe": frozenset({"create_subscription"}),
        "unsubscribe": frozenset({"delete_subscription"}),
        "search": frozenset({"search_recent"}),
        "volume": frozenset({"counts_recent"}),
        "profile": frozenset({"user_by_username"}),
        "login": frozenset({"authorize", "post_token", "request_token", "consent", "access_token"}),
    }

    def __init__(self, clock: Clock, random: random.Random) -> None:
        super().__init__(clock, random)
        self._state = State(clock, random)
        self._pushes = Pushes(self._state)
        self._connections: dict[str, str] = {}
        self._admitted = 0

    # What tests set ---------------------------------------------------------------------

    def set_tier(self, *, self_serve: bool) -> None:
        """Say whether the app's access is one that anybody can buy; such apps quote and like nothing."""
        with self.lock:
            self._state.self_serve = self_serve

    def set_premium(self, *, pays: bool) -> None:
        """Say whether the accounts pay X, as `premium=True` tells a client: for longer posts, and edits."""
        with self.lock:
            self._state.premium = pays

    def set_vocabulary(self, vocabulary: str) -> None:
        """Say in which names X speaks: `tweet` or `post`; it knows no others then."""
        with self.lock:
            self._state.vocabulary = vocabulary

    def set_repeats(self, *, refused: bool) -> None:
        """Say whether X refuses the same text twice: it does not promise to."""
        with self.lock:
            self._state.refuses_repeats = refused

    def set_cap(self, posts: int) -> None:
        """Say how many posts the app may read in a month; then X answers nothing more with posts in it."""
        with self.lock:
            self._state.cap = posts

    def set_left_today(self, call: str, calls: int, account: str = "main") -> None:
        """Leave so many calls of a kind, such as `create_post` or `send_message`, until the day is over."""
        with self.lock:
            leave(self._state, call, self._state.user(account).id, calls)

    def forget_field(self, name: str) -> None:
        """Have X not know a field of posts any more: asking for it is an error."""
        with self.lock:
            self._state.dead_fields.add(name)

    def fail_processing(self, times: int = 1) -> None:
        """Let the processing of the next videos fail."""
        with self.lock:
            self._state.failing += times

    def app(self) -> dict[str, str]:
        """The id and the secret of the app for which people can log in."""
        return {"client_id": self._state.client_id, "client_secret": self._state.client_secret}

    # Tokens -------------------------------------------------------------------------------

    def connection(self, account: str = "main") -> dict[str, str]:
        """Keyword arguments of `connect` besides `base_url`; makes the account when it is new."""
        with self.lock:
            if account not in self._connections:
                self._connections[account] = self.issue_token(account)
            more = {} if self._state.self_serve else {"tier": "enterprise"}
            spoken = {} if self._state.vocabulary == "tweet" else {"vocabulary": self._state.vocabulary}
            return {"access_token": self._connections[account], **more, **spoken}

    def issue_token(self, account: str = "main", *, scopes: tuple[str, ...] = SCOPES) -> str:
        """Make another access token of an account, with the scopes that a test needs."""
        with self.lock:
            return self._state.token(self._state.user(account), scopes).value

    def issue_keys(self, account: str = "main") -> dict[str, str]:
        """Make a token of OAuth 1.0a, as the developer console does; keyword arguments of `connect`."""
        with self.lock:
            state = self._state
            user = state.user(account)
            token = Token(f"{user.id}-{state.secret()}", user.id, (), state.secret())
            state.tokens[token.value] = token
            return {"access_token": token.value, "access_token_secret": token.secret, **self.app()}

    def admit(self, request: SimRequest) -> None:
        """Take an unknown token, of either OAuth, for that of an account."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        signed = fields_of(request).get("oauth_token", "")
        value = signed or (bearer if scheme.lower() == "bearer" else "")
        with self.lock:
            if not value or value in self._state.tokens or value in self._state.requested:
                return
            self._admitted += 1
            owner = self._state.user("main" if self._admitted == 1 else f"account{self._admitted}")
            secret = "never told" if signed else ""
            self._state.tokens[value] = Token(value, owner.id, SCOPES, secret, taken_on_trust=bool(signed))

    def expire_token(self, account: str = "main") -> None:
        """Let every token of an account run out."""
        self._spoil(account)

    def revoke_token(self, account: str = "main") -> None:
        """Revoke every token of an account; `connection` hands a new one out."""
        self._spoil(account)

    def _spoil(self, account: str) -> None:
        with self.lock:
            owner = self._state.user(account).id
            for token in self._state.tokens.values():
                token.dead = token.dead or token.user == owner
            self._connections.pop(account, None)

    # Requests -----------------------------------------------------------------------------

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
        if not names >= _WRITES:
            return names
        with self.lock:
            meant = (
                "edit" if self._edits(request) else "reply" if self._answers_somebody(request) else "publish"
            )
        return names - ({*_WRITES, "edit"} - {meant})

    def _edits(self, request: SimRequest) -> bool:
        try:
            return request.params().group("edit_options") is not None
        except BadBodyError:
            return False

    def _answers_somebody(self, request: SimRequest) -> bool:
        try:
            reply = request.params().group("reply")
        except BadBodyError:
            return False
        parent = self._state.posts.get((reply or Params({})).text("in_reply_to_tweet_id") or "")
        value = request.headers.get("authorization", "").partition(" ")[2]
        token = self._state.tokens.get(value)
        return parent is not None and token is not None and parent.author != token.user

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer a request as X would; never raises."""
        with self.lock:
            try:
                return self._handle(request)
            except RefusedError as refusal:
                return refusal.response()
            except BadBodyError:
                return RefusedError(400, "The body could not be read").response()
            except Exception:  # noqa: BLE001 - a server answers 500 whatever broke
                return self.server_error(request)

    def _handle(self, request: SimRequest) -> SimResponse:
        state, found = self._state, find_route(request.method, request.path)
        if found is None:
            reason = "Not Found"
            raise RefusedError(404, reason)
        route, values = found
        token = authenticate(state, route, request)
        headers = spend(state, route, token)
        try:
            check_query(state, route, request)
            answer = route.call(Call(state, request, request.params(), values, token))
        except RefusedError as refusal:
            refusal.headers = {**headers, **refusal.headers}
            raise
        return answer.with_headers(headers)

    def rate_limited(self, request: SimRequest) -> SimResponse:
        """Answer as X does when a window is spent."""
        del request
        refusal = RefusedError(429, "Too Many Requests")
        (quarter, *_) = budgets_of("create_post", "")
        refusal.headers.update(window_headers(self._state, quarter, 0))
        return refusal.response()

    def server_error(self, request: SimRequest) -> SimResponse:
        """Answer as X does when it broke."""
        del request
        return RefusedError(503, "Service Unavailable").response()

    # Truth --------------------------------------------------------------------------------

    def posts(self, account: str | None = "main") -> list[SimPost]:
        """Everything that an account, or everyone, has published and kept, oldest first; no reposts."""
        with self.lock:
            state = self._state
            owner = None if account is None else state.user(account).id
            found = [one for one in state.posts.values() if one.repost_of is None]
            return [self._shown(one) for one in found if owner in {None, one.author}]

    def _shown(self, one: Post) -> SimPost:
        state = self._state
        parent, root = state.posts.get(one.reply_to or ""), state.posts.get(one.root)
        continues = parent is not None and root is not None and parent.author == root.author == one.author
        fields = (*("public_metrics", "referenced_tweets", "reply_settings", "entities", "conversation_id"),)
        query = (("tweet.fields", ",".join(fields)),)
        call = Call(state, SimRequest("GET", "/"), Params.of(query), {}, None)
        raw: dict[str, Any] = render.post(call, one) | {"hidden": one.hidden, "poll": one.poll}
        return SimPost(
            id=one.id,
            account=state.users[one.author].name,
            text=one.text,
            media=tuple(
                SimMedia(file, _KINDS[state.files[file].kind], state.files[file].alt_text)
                for file in one.files
            ),
            reply_to=one.reply_to,
            thread=one.root if continues else None,
            published_at=one.created_at,
            raw=raw,
        )

    def messages(self, account: str = "main") -> list[SimPost]:
        """The private messages that an account sent, oldest first; `reply_to` is whom they went to."""
        with self.lock:
            me = self._state.user(account).id
            return [
                SimPost(
                    id=one.id,
                    account=account,
                    text=one.text,
                    reply_to=next((other for other in one.conversation.split("-") if other != me), None),
                    visibility="direct",
                    published_at=one.created_at,
                )
                for one in self._state.events.values()
                if one.sender == me
            ]

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
        """Have somebody else write to the account, or react; returns the new thing's id.

        Args:
            text: What they write; for reactions it is not used.
            author: Their name.
            private: Whether they write a private message.
            reply_to: The post they answer, like or repost; reactions without it concern the newest own post.
            account: To whom.
            kind: `mention`, `post` (in public, to nobody), `quote`, `follow`, `like` or `share`.

        Raises:
            ValueError: The kind is unknown, or there is no post to react to.
        """
        with self.lock:
            state = self._state
            me, who = state.user(account), state.user(author)
            if private:
                event = state.say(who, state.conversation(me.id, who.id), text)
                self._pushes.said(me, event)
                return event.id
            return self._react(kind, me, who, text, reply_to)

    def _react(self, kind: str, me: User, who: User, text: str, reply_to: str | None) -> str:
        state = self._state
        if kind in {"mention", "post"}:
            parent = state.posts.get(reply_to or "")
            if reply_to and parent is None:
                message = f"no post {reply_to} to answer"
                raise ValueError(message)
            named = text if kind == "post" or parent is not None else f"@{me.username} {text}"
            return self._told(me, state.write(who, named, reply_to=parent))
        if kind == "follow":
            me.followers.add(who.id)
            self._pushes.followed(me, who)
            return who.id
        subject = self._subject(me, reply_to)
        if kind == "quote":
            return self._told(me, state.write(who, text, quote_of=subject))
        if kind == "like":
            subject.likes.add(who.id)
            self._pushes.liked(me, who, subject)
            return subject.id
        if kind == "share":
            repost = state.write(who, f"RT @{me.username}: {subject.text}")
            repost.repost_of = subject.id
            return self._told(me, repost)
        message = f"no such kind: {kind}"
        raise ValueError(message)

    def _told(self, me: User, post: Post) -> str:
        self._pushes.posted(me, post)
        return post.id

    def _subject(self, me: User, identity: str | None) -> Post:
        own = [one for one in self._state.posts.values() if one.author == me.id]
        asked = self._state.posts.get(identity) if identity else own[-1] if own else None
        if asked is None:
            message = "there is no post to react to"
            raise ValueError(message)
        return asked

    def due_pushes(self) -> list[SimRequest]:
        """What the app's addresses are sent now, each thing by itself, signed with the app's secret.

        A new address is asked first whether it is the app's; then it gets what `receive` brings to accounts
        that are subscribed to it there.
        """
        with self.lock:
            return self._pushes.due()

    def push_answered(self, status: int, body: bytes = b"") -> None:
        """Take note of what was answered to the first of them; what was not taken is sent again."""
        with self.lock:
            self._pushes.answered(status, body)

    def tick(self) -> None:
        """Do nothing: all that depends on the time is told when it is asked for."""
