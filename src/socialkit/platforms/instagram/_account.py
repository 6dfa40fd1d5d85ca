"""`account` of Instagram: whose client it is, what a login opens, and what is left of the day's posts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, Generic

from socialkit.auth import Credentials
from socialkit.errors import BadRequestError, ConfigurationError, NotSupportedError
from socialkit.models import Capability, Limits, Model, Profile
from socialkit.operations import ModeT, operation
from socialkit.platforms._graph import (
    App,
    GraphCalls,
    Inspected,
    WireList,
    cursor_of,
    granted_to,
    inspected,
    learned,
    page_params,
    token_in_use,
)
from socialkit.platforms.base import Account, Core, acted
from socialkit.platforms.instagram._facts import LoginKind
from socialkit.platforms.instagram._map import PROFILE_FIELDS, USER_FIELDS, to_profile
from socialkit.platforms.instagram._owners import Owners
from socialkit.platforms.instagram._token import InstagramToken, granted_for
from socialkit.platforms.instagram._wire import WireLimits, WireMade, WirePage, WireUser
from socialkit.transport import Pipeline, Safety, Secret

__all__ = ["OWN", "InstagramAccount", "LinkedAccount", "PublishingLimit", "linked_of"]

OWN: Final = "me"
"""The node of whoever's token it is: a Page's, a person's, or the account's own."""
MOST: Final = 100
NAME: Final = re.compile(r"[a-z_]+")
LONGEST: Final = 366 * 24 * 60 * 60
"""Seconds of a quota; no platform counts longer than a year."""
LINK: Final = "instagram_business_account"
SUBSCRIBED: Final[dict[LoginKind, tuple[str, ...]]] = {
    "facebook": ("feed", "mention", "messages"),
    "instagram": ("comments", "messages"),
}
"""What is pushed and can be read, as the Page calls it or the account."""
UNLINKED: Final = (
    "no professional account is linked to what the token opens, and nothing can be published without: make "
    "the account a business or creator account, and link it to a Page"
)
PERSONAL: Final = (
    "the account is a personal one, and nothing can be published to it: make it a business or creator "
    "account in the app"
)
SEVERAL: Final = (
    "the token opens several accounts: take the credentials of one of account.accounts(), or say with "
    "account= which one is meant, by its id"
)
PERSONAL_TYPES: Final = frozenset({"PERSONAL"})
OF_PAGES: Final = frozenset({Capability.DIRECT_MESSAGES, Capability.REPLY_PRIVATELY})
"""What the token of the Page alone opens, with Facebook's login."""
PAGES_TOKEN: Final = "account.accounts(), whose credentials hold the token of the Page"


class LinkedAccount(Model):
    """A professional account that a login opens.

    Example:
        >>> LinkedAccount(id="17841400000000000", page="The shop").page
        'The shop'
    """

    id: str
    handle: str = ""
    page: str = ""
    """The name of the Page that it is linked to; empty with Instagram's own login."""


class PublishingLimit(Model):
    """How much of what may be published is used; None where Instagram does not tell.

    Example:
        >>> PublishingLimit(used=3, total=50, per=timedelta(hours=24)).left
        47
    """

    used: int | None = None
    total: int | None = None
    per: timedelta | None = None

    @property
    def left(self) -> int | None:
        """How many posts may still go out."""
        return None if self.used is None or self.total is None else max(0, self.total - self.used)


class InstagramAccount(Account[ModeT], Generic[ModeT]):
    """The professional account behind a client."""

    def __init__(
        self,
        mode: type[ModeT],
        core: Core,
        calls: GraphCalls,
        login: LoginKind,
        app: App,
        owners: Owners,
    ) -> None:
        super().__init__(mode, core)
        self._calls = calls
        self._owners = owners
        self._login: LoginKind = login
        self._app = app
        self._whole = core.facts

    async def _me(self) -> Profile:
        if self._login == "instagram":
            answer = await self._core.pipeline.call(self._calls.get(OWN, fields=USER_FIELDS), WireUser)
            wire = answer.value
            if wire.account_type in PERSONAL_TYPES:
                raise ConfigurationError(PERSONAL, platform="instagram")
            identity = wire.user_id or wire.id  # `id` is another one for each app
        else:
            identity = await self._linked()
            answer = await self._core.pipeline.call(
                self._calls.get(identity, fields=PROFILE_FIELDS), WireUser
            )
            wire = answer.value
        if identity is None:
            raise ConfigurationError(UNLINKED, platform="instagram")
        return to_profile(wire, identity, answer.raw, self._core.ref)

    async def _linked(self) -> str:
        """Return the id of the account: that of the token's Page, or the one that a person's token opens."""
        try:
            request = self._calls.get(OWN, fields=("id", LINK))
            page = (await self._core.pipeline.call(request, WirePage)).value
        except BadRequestError:
            chosen = await self._chosen()  # people have no such field
            self._note(of_person=True)
            return chosen
        self._note(of_person=False)
        if page.instagram_business_account is None:
            raise ConfigurationError(UNLINKED, platform="instagram")
        return page.instagram_business_account.id

    def _note(self, *, of_person: bool) -> None:
        """Have `can` go by whose token it is: after another login it may be a Page's again."""
        self._owners.several, whole = of_person, self._whole
        if of_person:
            instead = {**whole.instead, **dict.fromkeys(OF_PAGES, PAGES_TOKEN)}
            whole = replace(whole, capabilities=whole.capabilities - OF_PAGES, instead=instead)
        self._core.facts = whole

    async def _chosen(self) -> str:
        known = [one.id for one, _ in await linked_of(self._core.pipeline, self._calls, self._app)]
        wanted = self._core.ref.id
        if not known:
            raise ConfigurationError(UNLINKED, platform="instagram")
        if wanted is not None and wanted in known:
            return wanted
        if len(known) > 1 and wanted is None:
            raise ConfigurationError(SEVERAL, platform="instagram")
        return known[0]

    async def _limits(self) -> Limits:
        return self._core.limits  # Instagram tells none of drafts: those that were given stay

    @operation
    async def accounts(self) -> tuple[tuple[LinkedAccount, Credentials], ...]:
        """Return the professional accounts that a person's token opens, each with credentials of its own.

        `GET /me/accounts`
        ([reference](https://developers.facebook.com/docs/graph-api/reference/user/accounts)). A login with
        Instagram itself opens one account, and has no such call. The credentials name the scopes that were
        granted where the client has the app's id and secret.

        Raises:
            ConfigurationError: The client is one of Instagram's own login.
            MissingScopeError: The token lacks `pages_show_list`.
        """
        if self._login == "instagram":
            message = "a login with Instagram itself opens one account: account.me() tells which"
            raise ConfigurationError(message, platform="instagram")
        core = self._core
        told = await granted_to(core.pipeline, self._calls, self._app, await token_in_use(core))
        return tuple(await linked_of(core.pipeline, self._calls, self._app, told=told))

    @operation
    async def inspect(self) -> InstagramToken:
        """Return what Facebook says of the client's token; `can` and its health go by that from now on.

        `GET /debug_token` ([reference](https://developers.facebook.com/docs/graph-api/reference/debug_token)).
        A login with Instagram itself tells what was granted, and has no such call.

        Raises:
            ConfigurationError: The client is one of Instagram's own login, or was opened without the app's
                id and secret.
        """
        if self._login == "instagram":
            message = (
                "Facebook tells nothing of a login with Instagram itself: its credentials name the scopes"
            )
            raise ConfigurationError(message, platform="instagram")
        core = self._core
        told = await inspected(core.pipeline, self._calls, self._app, await token_in_use(core))
        scopes = granted_for(told, core.ref.id, told.data.profile_id)
        learned(core, told, scopes)
        return InstagramToken(
            valid=told.data.is_valid,
            kind=told.data.type,
            scopes=scopes or (),
            ends_at=told.data.expires_at,
            data_access_ends_at=told.data.data_access_expires_at,
        )

    @operation
    async def publishing_limit(self) -> PublishingLimit:
        """Return how many posts may still go out, as Instagram counts them.

        `GET /{account}/content_publishing_limit` ([reference](https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/content_publishing_limit)).

        Raises:
            MissingScopeError: The token lacks the scope for publishing.
        """
        owner = (await self._core.known()).id or OWN
        fields = ("quota_usage", "config{quota_total,quota_duration}")
        request = self._calls.get(owner, "content_publishing_limit", fields=fields)
        told = (await self._core.pipeline.call(request, WireList[WireLimits])).value.data
        if not told:
            return PublishingLimit()
        config = told[0].config
        seconds = config.quota_duration if config is not None else None
        return PublishingLimit(
            used=told[0].quota_usage,
            total=config.quota_total if config is not None else None,
            per=None if seconds is None or seconds > LONGEST else timedelta(seconds=seconds),
        )

    @operation
    async def subscribe(self, fields: tuple[str, ...] | None = None) -> None:
        """Have Instagram push what happens on the account to the app's webhook.

        `POST /me/subscribed_apps`
        ([reference](https://developers.facebook.com/docs/instagram-platform/webhooks)). Asking twice is
        asking once. With Facebook's login it is the linked Page that is subscribed, by the names of what a
        Page pushes.

        Args:
            fields: What to push; if not given `feed`, `mention` and `messages` of the Page, and with
                Instagram's own login `comments` and `messages`: what `mentions` pushes cannot be read by it.

        Raises:
            MissingScopeError: The token lacks a scope for what is to be pushed.
            NotSupportedError: With Facebook's login, it is a person's token.
            ConfigurationError: There is nothing among `fields`, or something that is no name.
        """
        chosen = SUBSCRIBED[self._login] if fields is None else fields
        _require_fields(chosen)
        values = {"subscribed_fields": ",".join(chosen)}
        request = self._calls.post(OWN, "subscribed_apps", values={**values}, safety=Safety.REPEATABLE)
        await self._require_page()
        await acted(self._core, request, WireMade)

    async def _require_page(self) -> None:
        """Raise for a person's token: what it calls itself is no Page."""
        await self._core.identify()
        if self._owners.several:
            message = "a person's token subscribes nothing: the linked Page is what is subscribed"
            raise NotSupportedError(message, platform="instagram", instead=PAGES_TOKEN)


def _require_fields(fields: Sequence[str]) -> None:
    """Raise for what names nothing to push: the letters of one name would be as many names."""
    if isinstance(fields, str) or not fields or not all(NAME.fullmatch(one) for one in fields):
        message = f'fields={fields!r} are no names of what is pushed, such as ("messages",)'
        raise ConfigurationError(message, platform="instagram")


async def linked_of(
    pipeline: Pipeline,
    calls: GraphCalls,
    app: App,
    sign: Secret | None = None,
    *,
    told: Inspected | None = None,
) -> list[tuple[LinkedAccount, Credentials]]:
    """Return the accounts that are linked to the Pages of a person.

    Args:
        pipeline: What sends the requests.
        calls: What makes them.
        app: For the credentials to name.
        sign: The token, where the pipeline has none of its own.
        told: What Facebook says of it, for the credentials to name the scopes.
    """
    fields = ("id", "name", "access_token", f"{LINK}{{id,username}}")
    found: list[WirePage] = []
    cursor: str | None = None
    while True:
        request = calls.get(OWN, "accounts", fields=fields, params=page_params(cursor, None, MOST))
        if sign is not None:
            request = request.replace(params=(*request.params, ("access_token", sign)), signed=False)
        answer = (await pipeline.call(request, WireList[WirePage])).value
        found += answer.data
        before, cursor = cursor, cursor_of(answer.paging)
        if cursor in {None, before}:
            return [one for page in found if (one := _linked(page, app, told)) is not None]


def _linked(page: WirePage, app: App, told: Inspected | None) -> tuple[LinkedAccount, Credentials] | None:
    user = page.instagram_business_account
    if user is None:
        return None
    credentials = Credentials(
        access_token=page.access_token,
        account_id=user.id,
        scopes=granted_for(told, user.id, page.id) or (),
        client_id=app.client_id,
        client_secret=app.client_secret,
        extra=None if told is None else told.extra,
    )
    return LinkedAccount(id=user.id, handle=user.username or "", page=page.name), credentials
