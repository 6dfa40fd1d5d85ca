"""The memory of the simulated instance and the rules of who may see what."""

import itertools
import random
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from socialkit.sandbox._clock import Clock
from socialkit.sandbox._feed import Feed
from socialkit.sandbox.mastodon._errors import not_found
from socialkit.sandbox.mastodon._facts import BASE_URL, HOST, OUT_OF_BAND, PROCESSING_TIME, SCOPES
from socialkit.sandbox.mastodon._records import (
    Account,
    App,
    Attachment,
    Conversation,
    Grant,
    Notice,
    Report,
    Scheduled,
    Status,
    Token,
)


class State:
    """Everything that the instance knows."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self.clock = clock
        self.rng = rng
        self.accounts: dict[str, Account] = {}
        self.apps: dict[str, App] = {}
        self.tokens: dict[str, Token] = {}
        self.grants: dict[str, Grant] = {}
        self.statuses: dict[str, Status] = {}
        self.scheduled: dict[str, Scheduled] = {}
        self.media: dict[str, Attachment] = {}
        self.notices: dict[str, Notice] = {}
        self.conversations: dict[str, Conversation] = {}
        self.reports: dict[str, Report] = {}
        self.follows: dict[tuple[str, str], int] = {}
        self.blocks: dict[tuple[str, str], int] = {}
        self.mutes: dict[tuple[str, str], tuple[bool, datetime | None]] = {}
        self.idempotency: dict[tuple[str, str], tuple[str, datetime]] = {}
        self.knows_idempotency = True
        self.uses: dict[tuple[str, str], tuple[datetime, int]] = {}
        self.listeners: list[tuple[Feed, Callable[[Notice], None]]] = []
        self.processing_time = PROCESSING_TIME
        self.failing_media = 0
        self._last_id = 0
        self._numbers = itertools.count(1)

    @property
    def now(self) -> datetime:
        """The simulated time, to the millisecond as the instance keeps it."""
        now = self.clock.now()
        return now.replace(microsecond=now.microsecond // 1_000 * 1_000)

    def snowflake(self, moment: datetime | None = None) -> str:
        """Make an id that sorts by time and never repeats."""
        wanted = (int((moment or self.now).timestamp() * 1_000) << 16) + self.rng.randrange(64)
        self._last_id = max(self._last_id + 1, wanted)
        return str(self._last_id)

    def number(self) -> int:
        """Make an id for what the instance only counts."""
        return next(self._numbers)

    def secret(self) -> str:
        """Make a token, code or secret that cannot be taken for a real one."""
        return f"sandbox-{self.rng.getrandbits(160):040x}"

    # accounts and applications

    def account(self, name: str) -> Account:
        """The account of that name, made when it is new; `user@host` lives on another server."""
        username, _, domain = name.lstrip("@").partition("@")
        username = re.sub(r"\W", "_", username, flags=re.ASCII) or "nobody"
        known = self.find_account(username, domain or None)
        if known is not None:
            return known
        since = (self.now - timedelta(days=30)).replace(hour=0, minute=0, second=0, microsecond=0)
        account = Account(
            self.snowflake(), username, since, domain or None, username.replace("_", " ").title()
        )
        self.accounts[account.id] = account
        return account

    def find_account(self, username: str, domain: str | None) -> Account | None:
        """The account with that address, if there is one."""
        domain = None if domain is None or domain.lower() == HOST else domain.lower()
        for account in self.accounts.values():
            if account.username.lower() == username.lower() and account.domain == domain:
                return account
        return None

    def get_account(self, account_id: str) -> Account:
        """The account with that id, or refuse."""
        if account_id not in self.accounts:
            raise not_found()
        return self.accounts[account_id]

    def sandbox_app(self) -> App:
        """The application that the tokens of `connection` belong to."""
        return self.apps.get("sandbox") or self.add_app(
            "Sandbox", None, [OUT_OF_BAND], list(SCOPES), "sandbox"
        )

    def add_app(
        self, name: str, website: str | None, uris: list[str], scopes: list[str], client_id: str | None = None
    ) -> App:
        """Register an application."""
        app = App(str(self.number()), name, website, uris, scopes, client_id or self.secret(), self.secret())
        self.apps[app.client_id] = app
        return app

    def add_token(self, app: App, account: Account | None, scopes: list[str]) -> Token:
        """Issue an access token."""
        token = Token(self.secret(), app, account.id if account else None, scopes, self.now)
        self.tokens[token.value] = token
        return token

    def profile(self, username: str, domain: str | None) -> tuple[str, str] | None:
        """Name and URL of the account with an address, as mentions are rendered."""
        account = self.find_account(username, domain)
        return None if account is None else (account.username, account_url(account))

    # who sees what

    def blocked(self, one: str, other: str) -> bool:
        """Whether one of the two blocks the other."""
        return (one, other) in self.blocks or (other, one) in self.blocks

    def mute(self, account_id: str, other: str) -> tuple[bool, datetime | None] | None:
        """Whether notifications are muted too, and until when; None when nothing is muted (any more)."""
        mute = self.mutes.get((account_id, other))
        return None if mute is None or (mute[1] is not None and mute[1] <= self.now) else mute

    def sees(self, viewer: str | None, status: Status) -> bool:
        """Whether somebody may see a status; None stands for anybody without a token."""
        if viewer == status.account_id or viewer in status.mention_ids:
            return True
        if viewer is not None and self.blocked(viewer, status.account_id):
            return False
        if status.visibility == "private":
            return viewer is not None and (viewer, status.account_id) in self.follows
        return status.visibility in {"public", "unlisted"}

    def status(self, status_id: str | None, viewer: str | None) -> Status:
        """The status with that id, or refuse when it is not there for this viewer."""
        status = self.statuses.get(status_id or "")
        if status is None or not self.sees(viewer, status):
            reason = "Not Found"
            raise not_found(reason)
        return status

    def by_author(self, account_id: str) -> Iterator[Status]:
        """Statuses and boosts of an account."""
        return (one for one in self.statuses.values() if one.account_id == account_id)

    def boosts(self, status_id: str) -> list[Status]:
        """Boosts of a status."""
        return [one for one in self.statuses.values() if one.reblog_of_id == status_id]

    def replies(self, status_id: str) -> list[Status]:
        """Direct replies to a status, oldest first."""
        return [one for one in self.statuses.values() if one.reply_to_id == status_id]

    def quotes(self, status_id: str) -> list[Status]:
        """Statuses that quote a status."""
        return [one for one in self.statuses.values() if one.quote_of_id == status_id]

    def notify(self, account_id: str, kind: str, from_id: str, status_id: str | None = None) -> Notice | None:
        """Tell a local account of something, unless it blocked or muted the other."""
        mute = self.mute(account_id, from_id)
        silenced = self.blocked(account_id, from_id) or (mute is not None and mute[0])
        if (account_id == from_id and kind != "poll") or silenced or self.accounts[account_id].domain:
            return None
        if status_id is not None and account_id in self.statuses[status_id].muted_by:
            return None
        notice = Notice(str(self.number()), account_id, kind, from_id, self.now, status_id)
        self.notices[notice.id] = notice
        for _, tell in self.listeners:
            tell(notice)
        return notice


def account_url(account: Account) -> str:
    """Where people find an account."""
    return (
        f"https://{account.domain}/@{account.username}"
        if account.domain
        else f"{BASE_URL}/@{account.username}"
    )
