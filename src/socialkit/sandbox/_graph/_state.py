"""What every simulated Graph API knows: the time, ids, tokens, and what is to go wrong."""

import random
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._graph._tokens import Token, Tokens
from socialkit.sandbox._graph._versions import Versions

_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ0123456789"


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody agreed to in the browser."""

    scopes: str
    back: str
    """Where they are sent back to."""
    until: datetime
    who: str
    """The account that agreed, where it is one that does."""

    @property
    def granted(self) -> tuple[str, ...]:
        """The permissions one by one."""
        return tuple(one for one in self.scopes.split(",") if one)


class GraphState(ABC):
    """The part of a platform's state that is the same on all of them.

    Args:
        clock: Tells the time.
        chance: What ids and tokens are drawn from.
        app_secret: The app's secret.
        versions: Those of the API.
        numbers: What ids are counted from.
        stride: How far two ids stand apart at most.
    """

    def __init__(
        self,
        clock: Clock,
        chance: random.Random,
        *,
        app_secret: str,
        versions: Versions,
        numbers: int,
        stride: int = 1_000,
    ) -> None:
        self.clock = clock
        self.chance = chance
        self.tokens = Tokens(app_secret)
        self.versions = versions
        self.codes: dict[str, Grant] = {}
        self.failing_videos = 0
        self.dead_metrics: set[str] = set()
        self._numbers = numbers
        self._stride = stride

    @property
    def now(self) -> datetime:
        """The time, in whole seconds as the platform tells it."""
        return self.clock.now().replace(microsecond=0)

    def number(self) -> str:
        """A new id."""
        self._numbers += self.chance.randrange(1, self._stride)
        return str(self._numbers)

    def mint(
        self, start: str, kind: str, owner: str, scopes: tuple[str, ...], life: timedelta | None
    ) -> Token:
        """A new token, which reads `start` and something that nobody guesses."""
        value = start + "".join(self.chance.choices(_LETTERS, k=40))
        now = self.clock.now()
        return self.tokens.add(Token(value, kind, owner, scopes, now, None if life is None else now + life))

    @abstractmethod
    def kind_of(self, node: str) -> str | None:
        """Of what kind a node is; None when there is no such node."""
