"""What other people do on a simulated Page."""

from dataclasses import dataclass

from socialkit.sandbox.facebook._records import Person, Post
from socialkit.sandbox.facebook._state import State


@dataclass(slots=True)
class Visit:
    """Somebody does something."""

    state: State
    page: Person
    visitor: Person
    text: str
    about: str | None

    def make(self, kind: str, *, private: bool) -> str:
        """Do it; returns the id of what came of it."""
        if private:
            return self.state.hear(self.page.id, self.visitor.id, self.text)
        if kind == "mention":
            return self._write()
        if kind == "post":
            post = self.state.publish(self.visitor.id, self.text)
            post.wall = self.page.id
            self._push("feed", {"item": "post", "post_id": post.id})
            return post.id
        if kind not in {"like", "share"}:
            message = f"nobody can {kind!r} on a Page: mention, post, like or share"
            raise ValueError(message)
        post = self._post()
        if kind == "like":
            post.likes.add(self.visitor.id)
        else:
            post.shares += 1
        return post.id

    def _write(self) -> str:
        if self.about is not None:
            made = self.state.comment(self.about, self.visitor.id, self.text)
            above = {"post_id": made.post, "comment_id": made.id, "parent_id": made.parent or made.post}
            self._push("feed", {"item": "comment", **above})
            return made.id
        post = self.state.publish(self.visitor.id, self.text)
        post.tagged.append(self.page.id)
        self._push("mention", {"item": "post", "post_id": post.id})
        return post.id

    def _push(self, field: str, value: dict[str, object]) -> None:
        now = self.state.now
        told: dict[str, object] = {
            "verb": "add",
            "from": {"id": self.visitor.id, "name": self.visitor.name},
            "message": self.text,
            "created_time": int(now.timestamp()),
        }
        self.state.pushes.changed(self.page.id, field, {**told, **value}, now)

    def _post(self) -> Post:
        found = self.state.posts.get(self.about or "") or next(iter(self.state.visible(self.page.id)), None)
        if found is None:
            message = "there is no post to like or share"
            raise ValueError(message)
        return found
