"""What other people do to an account of the simulated instance."""

from collections.abc import Callable
from dataclasses import dataclass

from socialkit.sandbox.mastodon._publish import LANGUAGE, publish
from socialkit.sandbox.mastodon._records import Account, Content, Notice, Status
from socialkit.sandbox.mastodon._state import State
from socialkit.sandbox.mastodon._text import entities


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody does something to an account."""

    state: State
    account: Account
    author: Account
    text: str
    reply_to: str | None

    def make(self, kind: str, *, private: bool) -> str:
        """Do it; returns the id of the status or of the notification."""
        if kind in {"mention", "post", "quote"}:
            return self._write(kind, "direct" if private else "public").id
        notices: dict[str, Callable[[], Notice | None]] = {
            "follow": self._follow,
            "like": self._like,
            "share": self._share,
        }
        if kind not in notices:
            message = f"no such kind: {kind}"
            raise ValueError(message)
        notice = notices[kind]()
        return notice.id if notice else ""

    def _write(self, kind: str, visibility: str) -> Status:
        frame = Status("", self.author.id, self.state.now, visibility=visibility)
        parent = self.state.statuses.get(self.reply_to or "")
        if self.reply_to and parent is None:
            message = f"no status {self.reply_to} to answer"
            raise ValueError(message)
        if kind == "quote":
            frame.quote_of_id = self._subject().id
        elif parent is not None:
            frame.reply_to_id, frame.reply_to_account_id = parent.id, parent.account_id
            frame.root_id = parent.root_id
        named = [
            self.state.find_account(one.value, one.domain)
            for one in entities(self.text)
            if one.kind == "mention"
        ]
        text = (
            self.text if kind != "mention" or self.account in named else f"@{self.account.acct} {self.text}"
        )
        return publish(self.state, frame, Content(text, "", False, LANGUAGE, [], None, "public"), None)

    def _subject(self) -> Status:
        own = [one for one in self.state.by_author(self.account.id) if one.reblog_of_id is None]
        asked = self.state.statuses.get(self.reply_to or "") if self.reply_to else own[-1] if own else None
        if asked is None:
            message = "there is no status to react to"
            raise ValueError(message)
        return asked

    def _follow(self) -> Notice | None:
        self.state.follows.setdefault((self.author.id, self.account.id), self.state.number())
        return self.state.notify(self.account.id, "follow", self.author.id)

    def _like(self) -> Notice | None:
        status = self._subject()
        status.favourites.setdefault(self.author.id, self.state.number())
        return self.state.notify(status.account_id, "favourite", self.author.id, status.id)

    def _share(self) -> Notice | None:
        status, state = self._subject(), self.state
        boost = Status(state.snowflake(), self.author.id, state.now, reblog_of_id=status.id)
        state.statuses[boost.id] = boost
        return state.notify(status.account_id, "reblog", self.author.id, status.id)


def announce_polls(state: State) -> None:
    """Tell author and voters of polls that have ended."""
    for status in state.statuses.values():
        poll = status.poll
        if poll is not None and not poll.announced and poll.expires_at <= state.now:
            poll.announced = True
            for account_id in dict.fromkeys([status.account_id, *poll.votes]):
                state.notify(account_id, "poll", status.account_id, status.id)
