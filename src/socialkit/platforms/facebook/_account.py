"""`account` of Facebook: the Page, the Pages of a login, and what a token is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from socialkit.auth import Credentials
from socialkit.errors import BadRequestError, ConfigurationError, PermissionDeniedError
from socialkit.models import AwareTime, Limits, Model, Profile
from socialkit.operations import ModeT, operation
from socialkit.platforms._graph import (
    App,
    GraphCalls,
    Inspected,
    WireList,
    appsecret_proof,
    cursor_of,
    granted_to,
    inspected,
    learned,
    page_params,
    token_in_use,
)
from socialkit.platforms.base import Account, Core, acted
from socialkit.platforms.facebook._facts import SCOPES
from socialkit.platforms.facebook._map import PAGE_FIELDS, to_profile
from socialkit.platforms.facebook._uploads import OWN
from socialkit.platforms.facebook._wire import WireId, WireMade, WirePage
from socialkit.transport import Answer, Pipeline, Request, Safety, Secret

__all__ = ["PERSON", "FacebookAccount", "FacebookPage", "TokenReport", "opened", "pages_of", "scopes_of"]

T = TypeVar("T")

PERSON: Final = "USER"
PEOPLE: Final = frozenset({PERSON, "SYSTEM_USER"})
"""Kinds of tokens that are no Page's."""
OF_PAGES: Final = frozenset(scope for scopes in SCOPES.values() for scope in scopes)
"""Scopes of what is done as a Page."""

MOST: Final = 100
MOST_PAGES: Final = 50
"""Of a listing of Pages: five thousand of them."""
PAGES_ALONE: Final = "category"
"""A field that every Page has, and nobody else."""
OWNED_FIELDS: Final = ("id", "name", "access_token", "tasks")
SUBSCRIBED: Final = ("feed", "mention", "messages")
PERSONAL: Final = (
    "the token is not a Page's, and nothing can be published with it: take the credentials of one of "
    "account.pages()"
)


class FacebookPage(Model):
    """A Page that somebody's login opens.

    Example:
        >>> FacebookPage(id="1", name="The shop", tasks=("CREATE_CONTENT",)).can_publish
        True
    """

    id: str
    name: str
    tasks: tuple[str, ...] = ()
    """What the person may do there: `CREATE_CONTENT`, `MODERATE`, `MESSAGING`, `ANALYZE`, `MANAGE`."""

    @property
    def can_publish(self) -> bool:
        """Whether the person may publish there."""
        return bool({"CREATE_CONTENT", "MANAGE"} & set(self.tasks))


class TokenReport(Model):
    """What Facebook says of a token.

    Example:
        >>> TokenReport(valid=True, kind="PAGE", scopes=("read_insights",)).kind
        'PAGE'
    """

    valid: bool
    kind: str
    """`PAGE`, `USER` or `SYSTEM_USER`."""
    scopes: tuple[str, ...] = ()
    """What it may do, without what was allowed for other Pages alone."""
    ends_at: AwareTime | None = None
    """When it ends; None when it does not by itself."""
    data_access_ends_at: AwareTime | None = None
    """Until when data may be read, 90 days after somebody's last consent."""


class FacebookAccount(Account[ModeT], Generic[ModeT]):
    """The Page behind a client."""

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls, app: App) -> None:
        super().__init__(mode, core)
        self._calls = calls
        self._app = app

    async def _me(self) -> Profile:
        try:
            answer = await self._own(*PAGE_FIELDS)
        except BadRequestError as error:
            answer = await self._own("id", "name")  # what refuses this too is about something else
            try:
                await self._own(PAGES_ALONE)
            except BadRequestError:
                self._core.granted(opened(self._core.scopes or (), PERSON))
                raise ConfigurationError(PERSONAL, platform="facebook") from error
            # It is a Page: one of the fields is none any more, and must not take the Page with it.
        return to_profile(answer.value, answer.raw, self._core.ref)

    async def _limits(self) -> Limits:
        return self._core.limits  # Facebook tells none: those that were given stay

    async def _own(self, *fields: str) -> Answer[WirePage]:
        return await self._core.pipeline.call(self._calls.get(OWN, fields=fields), WirePage)

    @operation
    async def pages(self) -> tuple[tuple[FacebookPage, Credentials], ...]:
        """Return the Pages that a person's token opens, each with credentials of its own.

        `GET /me/accounts`
        ([reference](https://developers.facebook.com/docs/graph-api/reference/user/accounts)), and the Pages
        of the person's businesses, which are missing there. The credentials name the scopes that were granted
        for their Page, where the client knows the app's id and secret.

        Raises:
            MissingScopeError: The token lacks `pages_show_list`.
        """
        pipeline = self._core.pipeline
        granted = await granted_to(pipeline, self._calls, self._app, await token_in_use(self._core))
        return tuple(await pages_of(pipeline, self._calls, self._app, granted=granted))

    @operation
    async def inspect(self) -> TokenReport:
        """Return what Facebook says of the client's token; `can` and its health go by that from now on.

        What a Page's token alone opens is closed to a person's, whatever that person allowed.

        `GET /debug_token` ([reference](https://developers.facebook.com/docs/graph-api/reference/debug_token)).

        Raises:
            ConfigurationError: The client was opened without the app's id and secret.
        """
        token = await token_in_use(self._core)
        answer = await inspected(self._core.pipeline, self._calls, self._app, token)
        told = answer.data
        scopes = told.scopes_for(self._core.ref.id or told.profile_id)
        learned(self._core, answer, None if scopes is None else opened(scopes, told.type))
        return TokenReport(
            valid=told.is_valid,
            kind=told.type,
            scopes=scopes or (),
            ends_at=told.expires_at,
            data_access_ends_at=told.data_access_expires_at,
        )

    @operation
    async def subscribe(self, fields: tuple[str, ...] = SUBSCRIBED) -> None:
        """Have Facebook push what happens on the Page to the app's webhook.

        `POST /{page}/subscribed_apps`
        ([reference](https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps)). Asking
        twice is asking once.

        Args:
            fields: What to push: `feed` is comments and posts, `mention` and `messages` what they say.

        Raises:
            MissingScopeError: The token lacks `pages_manage_metadata`.
        """
        request = self._calls.post(
            OWN, "subscribed_apps", values={"subscribed_fields": ",".join(fields)}, safety=Safety.REPEATABLE
        )
        await acted(self._core, request, WireMade)


def scopes_of(granted: Inspected | None, page: str | None = None) -> tuple[str, ...]:
    """Return what was granted, for a Page or at all, as credentials hold it: empty where nobody said."""
    return (None if granted is None else granted.data.scopes_for(page)) or ()


async def pages_of(
    pipeline: Pipeline,
    calls: GraphCalls,
    app: App,
    sign: Secret | None = None,
    *,
    granted: Inspected | None = None,
) -> list[tuple[FacebookPage, Credentials]]:
    """Return the Pages that a token opens, with those of businesses: the person's own listing lacks them.

    Args:
        pipeline: What sends the requests.
        calls: What makes them.
        app: For the credentials to name.
        sign: The token, where the pipeline has none of its own.
        granted: What was granted to the token, for the credentials to name; None where that is not known.
    """
    reader = _Reader(pipeline, calls, app, sign)
    own = await reader.pages(OWN, "accounts")
    try:
        businesses = await reader.all((OWN, "businesses"), ("id",), WireList[WireId])
    except PermissionDeniedError:
        if not own:
            raise
        businesses = []  # it takes a permission that whoever has Pages of their own needs not have
    for business in businesses:
        for edge in ("owned_pages", "client_pages"):
            own += await reader.pages(business.id, edge)
    unique = {one.id: one for one in reversed(own) if one.access_token}
    return [(_page(one), _credentials(one, app, granted)) for one in reversed(unique.values())]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads whole listings, with a token that the pipeline may not have."""

    pipeline: Pipeline
    calls: GraphCalls
    app: App
    token: Secret | None

    async def pages(self, *path: str) -> list[WirePage]:
        return await self.all(path, OWNED_FIELDS, WireList[WirePage])

    async def all(self, path: tuple[str, ...], fields: tuple[str, ...], kind: type[WireList[T]]) -> list[T]:
        found: list[T] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            request = self.calls.get(*path, fields=fields, params=page_params(cursor, None, MOST))
            answer = (await self.pipeline.call(self._signed(request), kind)).value
            found += answer.data
            cursor = cursor_of(answer.paging)
            if cursor is None:
                break
        return found

    def _signed(self, request: Request) -> Request:
        if self.token is None:
            return request
        proof = self.app.client_secret and appsecret_proof(self.app.client_secret, self.token)
        params = (("access_token", self.token), *([("appsecret_proof", proof)] if proof else []))
        return request.replace(params=(*request.params, *params), signed=False)


def opened(scopes: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """Return the scopes of a token that open something with it: Pages are for their own tokens."""
    return tuple(one for one in scopes if one not in OF_PAGES) if kind in PEOPLE else scopes


def _page(wire: WirePage) -> FacebookPage:
    return FacebookPage(id=wire.id, name=wire.name, tasks=wire.tasks or ())


def _credentials(wire: WirePage, app: App, granted: Inspected | None) -> Credentials:
    return Credentials(
        access_token=wire.access_token,
        account_id=wire.id,
        scopes=scopes_of(granted, wire.id),
        client_id=app.client_id,
        client_secret=app.client_secret,
        extra=None if granted is None else granted.extra,
    )
