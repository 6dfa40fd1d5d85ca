"""What other people do on a simulated account."""

from dataclasses import dataclass

from socialkit.sandbox.instagram._records import Media, User
from socialkit.sandbox.instagram._state import State


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
            return self.state.hear(self.account.id, self.visitor.id, self.text)
        if kind == "mention":
            return self._mention() if self.about is None else self._comment(self.about)
        if kind == "like":
            post = self._post()
            post.likes.add(self.visitor.id)
            return post.id
        message = f"nobody can {kind!r} on Instagram: mention or like"
        raise ValueError(message)

    def _mention(self) -> str:
        """Publish a picture on which the account is tagged."""
        state = self.state
        new = Media(state.number(), self.visitor.id, state.now, "IMAGE", "FEED", "", self.text)
        new.tagged.append(self.account.id)
        state.media[new.id] = new
        state.pushes.changed(self.account.id, "mentions", {"media_id": new.id}, state.now)
        return new.id

    def _comment(self, about: str) -> str:
        state = self.state
        made = state.comment(about, self.visitor.id, self.text)
        above = state.media[made.media]
        if above.owner == self.account.id:
            state.pushes.changed(self.account.id, "comments", state.told(made), state.now)
        else:
            named = {"media_id": above.id, "comment_id": made.id}
            state.pushes.changed(self.account.id, "mentions", {**named}, state.now)
        return made.id

    def _post(self) -> Media:
        newest = next(iter(self.state.of(self.account.id, stories=False)), None)
        found = self.state.media.get(self.about or "") or newest
        if found is None:
            message = "there is no post to like"
            raise ValueError(message)
        return found
