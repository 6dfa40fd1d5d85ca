"""A Facebook that lives in memory, with its Pages."""

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._graph import GraphApi, PageSimulator, Token, Uploads
from socialkit.sandbox._http import SimRequest
from socialkit.sandbox._params import BadBodyError
from socialkit.sandbox._simulator import SimMedia, SimPost
from socialkit.sandbox.facebook import _calls, _files, _numbers, _oauth, _visitors
from socialkit.sandbox.facebook import _render as show
from socialkit.sandbox.facebook._records import Comment, Person, Post, Story
from socialkit.sandbox.facebook._state import PAGE, SCOPES, State

API: GraphApi[State] = GraphApi(
    "https://facebook.sandbox.example",
    (*_oauth.ROUTES, *_files.ROUTES, *_numbers.ROUTES, *_calls.ROUTES),
    {
        ("GET", "dialog/oauth"): ("dialog", _oauth.dialog),
        ("GET", "oauth/access_token"): ("access_token", _oauth.access_token),
        ("GET", "debug_token"): ("debug_token", _oauth.debug_token),
    },
    Uploads("video-upload/", _files.take_bytes),
)


class FacebookSimulator(PageSimulator[State]):
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
        "find": frozenset({"published_posts", "scheduled_posts", "get_video", "get_comments", "get_stories"}),
        "iterate": frozenset({"published_posts", "tagged", "visitor_posts", "conversations", "messages_of"}),
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
        "insights": frozenset({"ad_insights"}),
        "pages": frozenset({"accounts", "businesses"}),
        "login": frozenset({"dialog", "access_token", "accounts"}),
    }

    def __init__(self, clock: Clock, random: random.Random) -> None:
        state = State(clock, random)
        super().__init__(state, API, state.pushes)

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

    def names(self, request: SimRequest) -> frozenset[str]:
        """Every name under which a fault can be ordered; a comment under an own post is none of a reply's."""
        names = super().names(request)
        if "post_comments" not in names:
            return names
        with self.lock:
            _, path = self._state.versions.split(request.path)
            above = self._state.posts.get(self._state.shown(path.partition("/")[0]))
            own = above is not None and self._state.people[above.owner].page
            return names - {"reply"} | {"publish"} if own else names

    def _admits(self, value: str) -> bool:
        # A token with a stroke is the app's own.
        return "|" not in value and super()._admits(value)

    def _page(self, account: str) -> Person:
        return self._state.person(account, page=True)

    def _owners(self, account: str) -> tuple[str, ...]:
        return (self._page(account).id,)

    def _issue(self, account: str, scopes: tuple[str, ...] | None) -> Token:
        return self._state.issue(self._page(account), PAGE, SCOPES if scopes is None else scopes, None)

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

    def set_repeats(self, *, refused: bool) -> None:
        """Say whether Facebook refuses what the post before says: it does not promise to."""
        with self.lock:
            self._state.refuses_repeats = refused

    def set_posts_told(self, *, after: timedelta) -> None:
        """Say how long after its release a video tells which post shows it."""
        with self.lock:
            self._state.posts_told_after = after

    def stories(self, account: str = "main") -> list[SimPost]:
        """The stories that a Page shows now, oldest first."""
        with self.lock:
            self.tick()
            owner = self._page(account).id
            return [self._story(one) for one in self._state.stories.values() if one.owner == owner]

    def _story(self, one: Story) -> SimPost:
        photo = self._state.photos.get(one.media)
        file = SimMedia(one.media, "image", photo.alt_text) if photo else SimMedia(one.media, "video")
        name = self._state.people[one.owner].name
        return SimPost(id=one.id, account=name, text="", media=(file,), published_at=one.created)

    def comment(self, comment: str) -> Comment | None:
        """A comment as it is now; None when it is gone."""
        with self.lock:
            return self._state.comments.get(comment)

    def answers(self, thing: str) -> list[Comment]:
        """What Pages wrote under a comment or post."""
        with self.lock:
            people = self._state.people
            return [one for one in self._state.under(thing, whole=True) if people[one.owner].page]

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

    def tick(self) -> None:
        """Catch up with the clock: scheduled posts go out."""
        with self.lock:
            self._state.catch_up()
