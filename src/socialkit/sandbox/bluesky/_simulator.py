"""A Bluesky network that lives in memory."""

import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._simulator import SimMedia, SimPost, Simulator
from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky import _video as video
from socialkit.sandbox.bluesky._admission import admit
from socialkit.sandbox.bluesky._errors import RefusedError, broken
from socialkit.sandbox.bluesky._gate import find_route, pass_through
from socialkit.sandbox.bluesky._index import owner_of, parent_of
from socialkit.sandbox.bluesky._names import doings
from socialkit.sandbox.bluesky._rates import budget_headers, exceeded
from socialkit.sandbox.bluesky._records import Indexed, Json, Record, part
from socialkit.sandbox.bluesky._state import State
from socialkit.sandbox.bluesky._text import when
from socialkit.sandbox.bluesky._views import Views
from socialkit.sandbox.bluesky._visitors import Visit

_WRITES = frozenset({"create_record", "put_record", "apply_writes"})


class BlueskySimulator(Simulator):
    """A Bluesky network: server, app's view, directory of identities, videos, private messages, events.

    They are found under one address. The clock stands still: move it to finish the processing of videos, to
    let tokens run out and budgets renew, and to let the app's view catch up where it lags.

    Example:
        >>> from socialkit.sandbox import Clock, SimRequest
        >>> from socialkit.sandbox.bluesky import BlueskySimulator
        >>> import json, random
        >>> network = BlueskySimulator(Clock(), random.Random(7))
        >>> login = json.dumps(network.connection("main")).encode()
        >>> request = SimRequest.of(
        ...     "POST",
        ...     "/xrpc/com.atproto.server.createSession",
        ...     headers={"Content-Type": "application/json"},
        ...     body=login,
        ... )
        >>> json.loads(network.handle(request).body)["handle"]
        'main.bluesky.sandbox.example'
    """

    name: ClassVar[str] = "bluesky"
    operations: ClassVar[Mapping[str, frozenset[str]]] = {
        "publish": _WRITES,
        "reply": _WRITES | {"send_message"},
        "like": frozenset({"create_record", "put_record"}),
        "hide": frozenset({"put_record", "create_record"}),
        "unhide": frozenset({"put_record", "create_record"}),
        "delete": frozenset({"delete_record", "apply_writes"}),
        "get": frozenset({"get_posts", "get_post_thread", "get_record"}),
        "find": frozenset({"get_record", "list_records"}),
        "iterate": frozenset(
            {
                "get_author_feed",
                "list_records",
                "list_notifications",
                "list_convos",
                "get_messages",
                "get_log",
            }
        ),
        "comments": frozenset({"get_post_thread"}),
        "upload": frozenset({"upload_blob", "upload_video", "get_job_status", "get_service_auth"}),
        "me": frozenset({"get_session", "get_profile"}),
        "refresh_limits": frozenset({"describe_server", "get_upload_limits"}),
        "account": frozenset({"get_profile"}),
        "posts": frozenset({"get_posts"}),
        "search": frozenset({"search_posts"}),
        "trends": frozenset({"get_trends", "get_trending_topics"}),
        "profile": frozenset({"get_profile", "resolve_handle"}),
        "events": frozenset({"subscribe"}),
        "login": frozenset({"create_session", "par", "authorize", "token"}),
    }

    def __init__(self, clock: Clock, random: random.Random) -> None:
        super().__init__(clock, random)
        self._state = State(clock, random)

    def call_name(self, request: SimRequest) -> str | None:
        """Name the call that method and path lead to; None when there is no such route."""
        found = find_route(request.path)
        return found[0].name if found and found[0].method == request.method else None

    def names(self, request: SimRequest) -> frozenset[str]:
        """Every name under which a fault can be ordered: what a write does follows from its records."""
        names = super().names(request)
        found = find_route(request.path)
        if not names or found is None:
            return names
        with self.lock:
            narrowed = doings(request, found[0].name)
        if narrowed is not None:
            names = names - self.operations.keys() | narrowed
        return names | {found[0].nsid}

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer a request as the network would; never raises."""
        with self.lock:
            try:
                self.tick()
                return pass_through(self._state, request)
            except RefusedError as refusal:
                return refusal.response()
            except Exception:  # noqa: BLE001 - a server answers 500 whatever broke
                return self.server_error(request)

    # accounts and tokens

    def connection(self, account: str = "main") -> dict[str, str]:
        """Keyword arguments of `connect` besides `base_url`; makes the account when it is new."""
        with self.lock:
            owner = self._state.account(account)
            known = owner.app_passwords.get("sandbox")
            made = known or self._state.add_app_password(owner, "sandbox", privileged=True)
            return {"identifier": owner.handle, "password": made.password}

    def admit(self, request: SimRequest) -> None:
        """Take an unknown password or token for that of an account."""
        with self.lock:
            admit(self._state, request)

    def app_password(self, account: str = "main", *, privileged: bool = False) -> str:
        """Make another app password; only a privileged one opens private messages."""
        with self.lock:
            owner = self._state.account(account)
            name = f"app {len(owner.app_passwords) + 1}"
            return self._state.add_app_password(owner, name, privileged=privileged).password

    def password(self, account: str = "main") -> str:
        """The account's own password, which may do what app passwords may not."""
        with self.lock:
            return self._state.account(account).password

    def did(self, account: str = "main") -> str:
        """The lasting identifier of an account."""
        with self.lock:
            return self._state.account(account).did

    def expire_session(self, account: str = "main", *, refresh: bool = False) -> None:
        """Let every access token of an account run out; with `refresh` its refresh tokens too."""
        with self.lock:
            state = self._state
            did = state.account(account).did
            for access in state.access.values():
                access.expired = access.expired or access.did == did
            if refresh:
                self._end(did)

    def _end(self, did: str) -> None:
        for token in self._state.refresh.values():
            token.expires_at = self._state.now if token.did == did else token.expires_at
        for session in self._state.sessions:
            session.expires_at = self._state.now if session.did == did else session.expires_at

    def revoke(self, account: str = "main") -> None:
        """Take back every token and app password of an account; `connection` hands a new one out."""
        with self.lock:
            state = self._state
            owner = state.account(account)
            owner.app_passwords.clear()
            for access in state.access.values():
                access.revoked = access.revoked or access.did == owner.did
            for session in state.sessions:
                session.revoked = session.revoked or session.did == owner.did
        self.expire_session(account, refresh=True)

    def unconfirm_email(self, account: str = "main") -> None:
        """Let an account have a mail address that nobody confirmed: the video service refuses it."""
        with self.lock:
            self._state.account(account).email_confirmed = False

    # settings

    def set_lag(self, lag: timedelta) -> None:
        """Let the app's view see writes only after a while."""
        with self.lock:
            self._state.lag = lag

    def set_image_size(self, limit: int, *, named: bool = False) -> None:
        """Ask for smaller pictures, as servers with older lexicons do (`1_000_000`).

        The oldest refuse a file by a name of its own (`named`): `BlobTooLarge`.
        """
        with self.lock:
            self._state.image_size = limit
            self._state.names_large_files = named

    def set_refresh_grace(self, grace: timedelta) -> None:
        """Say how long a used refresh token still gives the same successor; zero lets it die at once."""
        with self.lock:
            self._state.refresh_grace = grace

    def set_public_reads(self, *, public: bool = True) -> None:
        """Answer reads without a token, as the public host of the app's view does."""
        with self.lock:
            self._state.public_reads = public

    def set_video_service(self, *, served: bool) -> None:
        """Say whether there is a video service; without one, calls and tokens for it are not known."""
        with self.lock:
            self._state.serves_videos = served

    def set_wrapped_job_status(self, *, wrapped: bool = True) -> None:
        """Answer an upload of a video as its lexicon says, not as the real service does."""
        with self.lock:
            self._state.wraps_job_status = wrapped

    def set_shows_edits(self, *, shows: bool = True) -> None:
        """Let readers see changed posts, as the reference implementation of the app's view does."""
        with self.lock:
            self._state.index.shows_edits = shows

    def fail_processing(self, times: int = 1) -> None:
        """Let the processing of the next videos fail."""
        with self.lock:
            self._state.failing_videos += times

    # truth

    def posts(self, account: str | None = "main") -> list[SimPost]:
        """Every post that an account, or everyone, has in its repository; no reposts."""
        with self.lock:
            self.tick()
            state = self._state
            owner = None if account is None else state.account(account).did
            return [self._post(one) for one in self._written() if owner in {None, one.did}]

    def _written(self) -> list[Record]:
        every = [one for repo in self._state.repos.values() for one in repo.records.values()]
        posts = [one for one in every if one.collection == facts.POST]
        return sorted(posts, key=lambda one: one.number)

    def _post(self, one: Record) -> SimPost:
        parent, root = parent_of(one.value, "parent"), parent_of(one.value, "root")
        own = all(uri is not None and owner_of(uri) == one.did for uri in (parent, root))
        return SimPost(
            id=one.uri,
            account=self._state.accounts[one.did].name,
            text=str(one.value["text"]),
            media=tuple(_media(one.value)),
            reply_to=parent,
            thread=root if own else None,
            published_at=one.written_at,
            language=next(iter(one.value.get("langs", [])), None),
            raw=self._raw(one),
        )

    def _raw(self, one: Record) -> Json:
        state = self._state
        seen = state.index.get(one.uri) or Indexed(one, one.written_at, one.number)
        return Views(state, one.did).post(seen)

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
            author: Their name; a handle is taken as it is.
            private: Whether they write a private message.
            reply_to: The post they answer, quote, like or share; for notices the newest own one if not given.
            account: To whom.
            kind: `mention`, `post` (in public, to nobody), `quote`, `follow`, `like` or `share`.

        Raises:
            ValueError: The kind is unknown, or there is no post to react to.
        """
        with self.lock:
            self.tick()
            state = self._state
            visit = Visit(state, state.account(account), state.account(author), text, reply_to)
            return visit.make(kind, private=private)

    def announce(self, account: str = "customer", *, status: str | None = None) -> None:
        """Have Jetstream tell of an account: its handle, or why it is not active; nothing else changes.

        Args:
            account: Whose.
            status: `deactivated`, `deleted`, `suspended` or `takendown`; None tells the handle.
        """
        with self.lock:
            state = self._state
            owner = state.account(account)
            told: Json = {"did": owner.did, "seq": state.number(), "time": when(state.now)}
            if status is None:
                state.happen(owner.did, "identity", {**told, "handle": owner.handle})
            else:
                state.happen(owner.did, "account", {**told, "active": False, "status": status})

    def interrupt(self) -> None:
        """Break the line of everybody who follows Jetstream; what happens now is told to nobody."""
        with self.lock:
            for feed, _ in self._state.listeners:
                feed.cut()
            self._state.listeners.clear()

    def tick(self) -> None:
        """Catch up with the clock: the app's view takes in what is due, videos are finished."""
        with self.lock:
            self._state.catch_up()
            video.finish_jobs(self._state)

    def rate_limited(self, request: SimRequest) -> SimResponse:
        """Answer as the server does when a budget is spent."""
        family = "login" if self.call_name(request) == "create_session" else "all"
        limit, length = facts.RATES[family][-1]
        headers = budget_headers(limit, 0, length, self._state.now + length)
        return exceeded(headers, length).response()

    def server_error(self, request: SimRequest) -> SimResponse:
        """Answer as the server does when it broke."""
        del request
        return broken().response()


def _media(value: Json) -> Iterator[SimMedia]:
    embed = part(value, "embed")
    embed = part(embed, "media") or embed
    kind = str(embed.get("$type", "")).rpartition(".")[2]
    items: list[dict[str, Any]] = embed.get("images") or embed.get("items") or []
    for one in items:
        yield SimMedia(one["image"]["ref"]["$link"], "image", one.get("alt") or None)
    if kind == "video":
        kind = "gifv" if embed.get("presentation") == "gif" else "video"
        yield SimMedia(embed["video"]["ref"]["$link"], kind, embed.get("alt") or None)
