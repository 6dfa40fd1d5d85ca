"""An Instagram that lives in memory, with its accounts."""

import random
from collections.abc import Mapping
from typing import ClassVar

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._graph import GraphApi, PageSimulator, Token, Uploads
from socialkit.sandbox._simulator import SimMedia, SimPost
from socialkit.sandbox.instagram import _calls, _numbers, _oauth, _publishing, _visitors
from socialkit.sandbox.instagram import _render as show
from socialkit.sandbox.instagram._records import Comment, Media, User
from socialkit.sandbox.instagram._state import (
    INSTAGRAM,
    OWN_SCOPES,
    PAGE,
    SCOPES,
    State,
)

API: GraphApi[State] = GraphApi(
    "https://instagram.sandbox.example",
    (*_oauth.ROUTES, *_numbers.ROUTES, *_publishing.ROUTES, *_calls.ROUTES),
    {
        ("GET", "dialog/oauth"): ("dialog", _oauth.dialog),
        ("GET", "oauth/access_token"): ("access_token", _oauth.access_token),
        ("GET", "oauth/authorize"): ("authorize", _oauth.authorize),
        ("POST", "oauth/access_token"): ("short_token", _oauth.short_token),
        ("GET", "access_token"): ("long_token", _oauth.long_token),
        ("GET", "debug_token"): ("debug_token", _oauth.debug_token),
        ("GET", "refresh_access_token"): ("refreshed_token", _oauth.refreshed_token),
    },
    Uploads("ig-api-upload/", _publishing.take_bytes),
)
TOLD = (
    "caption,media_type,media_product_type,media_url,permalink,timestamp,username,like_count,comments_count"
)


class InstagramSimulator(PageSimulator[State]):
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
        "delete": frozenset({"delete_comment", "delete_media"}),
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
        "inspect": frozenset({"debug_token"}),
        "search": frozenset({"hashtag_search", "recent_media"}),
        "search_top": frozenset({"hashtag_search", "top_media"}),
        "profile": frozenset({"get_user"}),
        "login": frozenset({"dialog", "access_token", "authorize", "short_token", "long_token", "accounts"}),
    }

    def __init__(self, clock: Clock, random: random.Random) -> None:
        state = State(clock, random)
        super().__init__(state, API, state.pushes)
        self.login: str = "facebook"
        """With which login accounts are opened from now on: `facebook` or `instagram`."""

    def _credentials(self, token: str) -> dict[str, str]:
        given = super()._credentials(token)
        return given if self.login == "facebook" else {**given, "login": self.login}

    def _ours(self, account: str) -> User:
        return self._state.user(account, ours=True)

    def _owners(self, account: str) -> tuple[str, ...]:
        user = self._ours(account)
        return (user.id, user.page or "")

    def _issue(self, account: str, scopes: tuple[str, ...] | None) -> Token:
        user = self._ours(account)
        if self.login == "instagram":
            return self._state.issue(user.id, INSTAGRAM, scopes or OWN_SCOPES, None)
        return self._state.issue(user.page or "", PAGE, scopes or SCOPES, None)

    def block_next(self) -> None:
        """Say of the next publish that it was blocked, though it goes out, as Instagram was seen to do."""
        with self.lock:
            self._state.blocking = True

    def make_personal(self, account: str = "main") -> None:
        """Make an account a personal one, to which nothing can be published."""
        with self.lock:
            self._ours(account).personal = True

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
