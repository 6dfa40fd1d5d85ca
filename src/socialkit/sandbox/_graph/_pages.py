"""What Facebook's Pages and the accounts linked to them have in common: budgets, and private messages."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._graph._errors import GraphRefusal
from socialkit.sandbox._graph._pushes import Pushes
from socialkit.sandbox._graph._simulator import GraphSimulator
from socialkit.sandbox._graph._state import GraphState
from socialkit.sandbox._graph._tokens import Token
from socialkit.sandbox._graph._usage import Usage
from socialkit.sandbox._graph._versions import Versions

APP_ID = "1234567890"
APP_SECRET = "sandbox-app-secret"
ANSWERABLE = timedelta(hours=24)
"""How long after a person's last message they may be written to."""


@dataclass(slots=True)
class Message:
    """A private message."""

    id: str
    sender: str
    to: str
    text: str
    created: datetime
    answers: str | None = None
    """The comment that it answers in private."""


@dataclass(slots=True)
class Conversation:
    """The private messages of an account and a person."""

    id: str
    account: str
    person: str
    messages: list[Message] = field(default_factory=list[Message])


class PageState(GraphState):
    """The part of the state that is the same for Pages and for accounts linked to them.

    Args:
        clock: Tells the time.
        chance: What ids and tokens are drawn from.
        numbers: What ids are counted from.
        usage: What may be called.
        pushes: How an address is told what happened.
    """

    def __init__(
        self, clock: Clock, chance: random.Random, *, numbers: int, usage: Usage, pushes: Pushes
    ) -> None:
        versions = Versions("v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0")
        super().__init__(clock, chance, app_secret=APP_SECRET, versions=versions, numbers=numbers)
        self.usage = usage
        self.pushes = pushes
        self.conversations: dict[str, Conversation] = {}
        self.subscribed: dict[str, tuple[str, ...]] = {}

    def account_of(self, token: Token) -> str:
        """The id of the account for which a token calls."""
        return token.owner

    def conversation(self, account: str, person: str) -> Conversation:
        """The conversation of an account and a person; begun when there is none."""
        for one in self.conversations.values():
            if (one.account, one.person) == (account, person):
                return one
        new = Conversation(f"t_{self.number()}", account, person)
        self.conversations[new.id] = new
        return new

    def send(self, account: str, person: str, sender: str, text: str, answers: str | None = None) -> Message:
        """Write a private message."""
        thread = self.conversation(account, person)
        to = person if sender == account else account
        message = Message(f"m_{self.number()}", sender, to, text, self.now, answers)
        thread.messages.append(message)
        return message

    def may_write(self, account: str, person: str) -> bool:
        """Whether an account may write to a person now."""
        thread = self.conversation(account, person)
        heard = [one.created for one in thread.messages if one.sender == person]
        return bool(heard) and self.clock.now() - max(heard) <= ANSWERABLE

    def hear(self, account: str, person: str, text: str) -> str:
        """Have a person write to an account in private; returns the message's id."""
        sent = self.send(account, person, person, text)
        told: dict[str, object] = {
            "sender": {"id": person},
            "recipient": {"id": account},
            "timestamp": int(sent.created.timestamp() * 1000),
            "message": {"mid": sent.id, "text": text},
        }
        self.pushes.messaged(account, told, self.now)
        return sent.id


PageStateT = TypeVar("PageStateT", bound=PageState)


class PageSimulator(GraphSimulator[PageStateT]):
    """A simulated Graph API of Pages, or of accounts linked to them."""

    def _told(self, path: str) -> Mapping[str, str]:
        asked, rest = self._state.versions.split(path)
        return {} if self._api.takes_bytes(rest) else self._state.versions.headers(asked)

    def _spend(self, token: Token) -> Mapping[str, str]:
        return self._state.usage.spend(self._state.clock.now(), self._state.account_of(token))

    def _credentials(self, token: str) -> dict[str, str]:
        return {"access_token": token, "app_secret": APP_SECRET, "client_id": APP_ID}

    def retire(self, *versions: str) -> None:
        """Let versions of the API end: a later one answers for them."""
        with self.lock:
            self._state.versions.alive = [one for one in self._state.versions.alive if one not in versions]

    def messages(self, account: str = "main") -> list[Message]:
        """What an account wrote in private."""
        with self.lock:
            owner = self._owners(account)[0]
            threads = self._state.conversations.values()
            return [one for thread in threads for one in thread.messages if one.sender == owner]


def outside_window() -> GraphRefusal:
    """The person wrote too long ago (10/2018278)."""
    message = "(#10) This message is sent outside of allowed window."
    return GraphRefusal(10, message, subcode=2018278, status=403)
