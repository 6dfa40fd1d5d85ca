"""What every simulator offers to the world around it."""

import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._http import SimRequest, SimResponse


class LineDropped(Exception):  # noqa: N818 - an event of the line, not an error of ours
    """The connection broke before an answer came."""

    def __init__(self, *, sent: bool) -> None:
        super().__init__("the line dropped " + ("after" if sent else "before") + " the request was sent")
        self.sent = sent
        """Whether bytes of the request had left."""


class TimedOut(Exception):  # noqa: N818 - an event of the line, not an error of ours
    """No answer came in time, though the request was carried out."""

    def __init__(self, response: SimResponse) -> None:
        super().__init__("no answer came in time")
        self.response = response
        """What the platform would have answered."""


@dataclass(frozen=True, slots=True)
class SimMedia:
    """A file attached to a simulated post."""

    id: str
    kind: str
    """`image`, `video`, `gifv` or `audio`."""
    alt_text: str | None = None


@dataclass(frozen=True, slots=True)
class SimPost:
    """A post as it exists on a simulated platform now.

    Example:
        >>> SimPost(id="1", account="main", text="Hello").scheduled_at is None
        True
    """

    id: str
    account: str
    text: str
    media: tuple[SimMedia, ...] = ()
    reply_to: str | None = None
    thread: str | None = None
    """Id of the first post of the author's thread that this post continues, if it continues one."""
    visibility: str = "public"
    published_at: datetime | None = None
    """None while the post is only scheduled."""
    scheduled_at: datetime | None = None
    """None once the post is published."""
    language: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The post as the platform's API shows it to its author."""


class Simulator(ABC):
    """A platform that lives in memory: it accepts requests and remembers what they did."""

    name: ClassVar[str]
    operations: ClassVar[Mapping[str, frozenset[str]]]
    """For an operation of the common interface the platform's calls that it may make."""

    def __init__(self, clock: Clock, random: random.Random) -> None:
        self.clock = clock
        self.random = random
        self.lock: AbstractContextManager[bool] = threading.RLock()

    @abstractmethod
    def call_name(self, request: SimRequest) -> str | None:
        """Name the call that method and path lead to; None when there is no such route."""

    def names(self, request: SimRequest) -> frozenset[str]:
        """Every name under which a fault can be ordered for this request."""
        call = self.call_name(request)
        if call is None:
            return frozenset()
        return frozenset({call, *(name for name, calls in self.operations.items() if call in calls)})

    def orderable(self) -> frozenset[str]:
        """Every name under which a fault can be ordered on this platform."""
        return frozenset(self.operations).union(*self.operations.values())

    @abstractmethod
    def handle(self, request: SimRequest) -> SimResponse:
        """Answer a request as the platform would; never raises."""

    @abstractmethod
    def connection(self, account: str = "main") -> dict[str, str]:
        """Keyword arguments of `connect` besides `base_url`; makes the account when it is new."""

    @abstractmethod
    def admit(self, request: SimRequest) -> None:
        """Take the credentials of a request for those of an account, when nobody knows them.

        The first unknown ones are the account `main`'s, each further ones a new account's. Credentials that
        are known, revoked ones included, stay what they are.
        """

    @abstractmethod
    def posts(self, account: str | None = "main") -> list[SimPost]:
        """Everything that an account, or everyone, has published or scheduled and kept, oldest first."""

    @abstractmethod
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
        """Have somebody else write to the account, or make a notice; returns the new thing's id."""

    def interrupt(self) -> None:  # noqa: B027 - most platforms have no streams
        """Break the line of every stream that goes on; what happens now is not repeated to anybody."""

    @abstractmethod
    def tick(self) -> None:
        """Catch up with the clock: processing finishes, scheduled posts go out."""

    def rate_limited(self, request: SimRequest) -> SimResponse:
        """Answer as the platform does when a caller sent too many requests."""
        del request
        return SimResponse.json({"error": "Too many requests"}, 429)

    def server_error(self, request: SimRequest) -> SimResponse:
        """Answer as the platform does when it broke."""
        del request
        return SimResponse.json({"error": "Internal server error"}, 500)
