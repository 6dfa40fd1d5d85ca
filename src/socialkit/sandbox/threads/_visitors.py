"""What other people do on a simulated Threads."""

from dataclasses import dataclass

from socialkit.sandbox.threads import _render as show
from socialkit.sandbox.threads._records import Content, Post, User
from socialkit.sandbox.threads._state import State


@dataclass(slots=True)
class Visit:
    """Somebody does something."""

    state: State
    account: User
    visitor: User
    text: str
    about: str | None

    def make(self, kind: str, *, private: bool) -> str:
        """Do it; returns the id of what came of it."""
        if private:
            message = "there are no private messages on Threads"
            raise ValueError(message)
        if kind == "mention":
            return self._write()
        if kind not in {"like", "share"}:
            message = f"nobody can {kind!r} on Threads: mention, like or share"
            raise ValueError(message)
        post = self._post()
        if kind == "like":
            post.likes.add(self.visitor.id)
        else:
            post.reposts += 1
        return post.id

    def _write(self) -> str:
        above = self.state.posts.get(self.about or "")
        content = Content(kind="TEXT", text=self.text, reply_to=None if above is None else above.id)
        named = () if above is not None else (self.account.id,)
        post = self.state.publish(self.visitor.id, content, named)
        root = self.state.posts.get(post.root or "")
        if root is not None and root.content.approvals:
            post.waits = "pending"
            return post.id
        field = "mentions" if above is None else "replies"
        self.state.pushes.happened(self.account.id, field, show.pushed(self.state, post), self.state.now)
        return post.id

    def _post(self) -> Post:
        newest = next(iter(self.state.of(self.account.id, replies=False)), None)
        found = self.state.posts.get(self.about or "") or newest
        if found is None:
            message = "there is no post to like or share"
            raise ValueError(message)
        return found
