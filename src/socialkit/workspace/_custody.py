"""The part of a workspace that lets go of what its brands keep of others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from asyncio import to_thread
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from socialkit.models import Author, Retention
from socialkit.workspace._brand import Brand
from socialkit.workspace._map import Results, run_all, run_all_async

if TYPE_CHECKING:
    from socialkit.publishing import Journal, LetGo
    from socialkit.workspace._keeping import Calls

__all__ = ["Custody"]

T = TypeVar("T")

ONE_BY_ONE: Final = 1
"""All brands write to one database."""
ASKED: Final = "they asked to be forgotten"


class Custody(ABC):
    """Brands that keep what others wrote in a journal."""

    _brands: Mapping[str, Brand]

    @property
    @abstractmethod
    def retention(self) -> Retention | None:
        """How long the brands keep what others wrote; None where only platforms say so."""

    @abstractmethod
    def now(self) -> datetime:
        """Return the time to go by, aware UTC."""

    def let_go(
        self,
        journal: Journal,
        /,
        *,
        retention: Retention | None = None,
        actor: str | None = None,
        dry_run: bool = False,
    ) -> Results[LetGo]:
        """Let go of what has been kept of others for as long as it may be, and return what, by brand.

        A case's messages count from when they came in; the copy that an answer holds, from when the message
        was written, or the answer planned if that was before; what a platform sent, from when its delivery
        came to stand as it stands. Words, authors and `raw` go; ids, times, a digest of each author's id and
        what people of ours wrote stay. All of a brand's goes or none of it. The history tells of it, so that
        `journal.verify()` finds nothing wrong.

        Args:
            journal: Where it is kept.
            retention: An agency's own rules; those of the workspace if not given. What platforms ask for by
                their own pages counts besides, and the shorter time does.
            actor: Who does it, for the history.
            dry_run: Whether to tell only what would go.

        Raises:
            ConfigurationError: A rule names a brand or a platform that neither the workspace nor the journal
                has: misspelt, it would keep everything.

        Example:
            >>> from datetime import timedelta
            >>> from socialkit import Brand, Journal, Retention, RetentionRule, Workspace
            >>> policy = Retention(rules=[RetentionRule(longest=timedelta(days=365), because="our policy")])
            >>> with Workspace(Brand("acme")) as workspace, Journal.open("sqlite://") as journal:
            ...     workspace.let_go(journal, retention=policy, dry_run=True).succeeded()["acme"].items
            ()
        """
        return run_all(self._letting_go(journal, retention, actor, dry_run=dry_run), ONE_BY_ONE)

    async def let_go_async(
        self,
        journal: Journal,
        /,
        *,
        retention: Retention | None = None,
        actor: str | None = None,
        dry_run: bool = False,
    ) -> Results[LetGo]:
        """Let go of what has been kept for as long as it may be; otherwise as `let_go`.

        Raises:
            ConfigurationError: As `let_go`.
        """
        calls = await to_thread(self._letting_go, journal, retention, actor, dry_run=dry_run)
        return await run_all_async(_in_threads(calls), ONE_BY_ONE)

    def forget(
        self,
        author: Author | str,
        /,
        *,
        platform: str,
        journal: Journal,
        host: str | None = None,
        because: str = ASKED,
        actor: str | None = None,
        dry_run: bool = False,
    ) -> Results[LetGo]:
        """Forget one person, and return what went, what stays and why, by brand.

        What they wrote goes, with their cases, our answers to them, the notes on them, and what platforms
        sent that names them. What anybody else wrote stays as it is. What is not decided yet, such as an
        answer of which nobody knows whether it is out, stays until it is: call it again then. It may be
        called any number of times: when nothing is kept of anybody with that id, `left` says so, and it is
        either done or not their id. What they write from now on is taken in as before.

        Args:
            author: Who, or their id on the platform: no handle and no address.
            platform: The platform's name.
            journal: Where it is kept.
            host: The server whose people have such ids, where the platform has many and the brands' accounts
                are on several.
            because: Why, for the history; name nobody in it.
            actor: Who does it, for the history.
            dry_run: Whether to tell only what would go.

        Raises:
            ConfigurationError: The author has no id or is an account of ours; it is no id but a handle, an
                address or a message's id; there is no such platform; no account is on that server; or people
                of several servers have that id.

        Example:
            >>> from socialkit import Brand, Journal, Workspace
            >>> with Workspace(Brand("acme")) as workspace, Journal.open("sqlite://") as journal:
            ...     found = workspace.forget("109", platform="mastodon", journal=journal).succeeded()
            >>> found["acme"].left[0].partition(":")[0]
            "nothing is kept of anybody with the id '109' on mastodon"
            >>> found["acme"].beyond[0]
            'what is on the platform itself: delete it there'
        """
        calls = self._forgetting(author, platform, journal, host, because, actor, dry_run=dry_run)
        return run_all(calls, ONE_BY_ONE)

    async def forget_async(
        self,
        author: Author | str,
        /,
        *,
        platform: str,
        journal: Journal,
        host: str | None = None,
        because: str = ASKED,
        actor: str | None = None,
        dry_run: bool = False,
    ) -> Results[LetGo]:
        """Forget one person; otherwise as `forget`.

        Raises:
            ConfigurationError: As `forget`.
        """
        calls = await to_thread(
            self._forgetting, author, platform, journal, host, because, actor, dry_run=dry_run
        )
        return await run_all_async(_in_threads(calls), ONE_BY_ONE)

    def _letting_go(
        self, journal: Journal, retention: Retention | None, actor: str | None, *, dry_run: bool
    ) -> Calls:
        from socialkit.workspace._keeping import letting_go  # noqa: PLC0415 - few who load this need it

        rules = self.retention if retention is None else retention
        return letting_go(self._brands, journal, rules, now=self.now(), actor=actor, dry_run=dry_run)

    def _forgetting(
        self,
        author: Author | str,
        platform: str,
        journal: Journal,
        host: str | None,
        because: str,
        actor: str | None,
        *,
        dry_run: bool,
    ) -> Calls:
        from socialkit.workspace._keeping import forgetting  # noqa: PLC0415 - as above

        return forgetting(
            self._brands,
            journal,
            author,
            platform=platform,
            host=host,
            because=because,
            now=self.now(),
            actor=actor,
            dry_run=dry_run,
        )


def _in_threads(calls: Mapping[str, Callable[[], T]]) -> dict[str, Callable[[], Awaitable[T]]]:
    return {key: partial(to_thread, call) for key, call in calls.items()}
