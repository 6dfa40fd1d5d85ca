"""A brand: accounts that belong together, apart from those of all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, overload
from zoneinfo import ZoneInfo, available_timezones

from socialkit.errors import ConfigurationError, WrongAccountError
from socialkit.models import AccountRef, BusinessHours
from socialkit.models._language import require_language
from socialkit.models._names import instead
from socialkit.platforms.base._things import of_type
from socialkit.workspace._account import Account, identity_of, opener_of, ref_of, vouched
from socialkit.workspace._names import checked, checked_departments, quoted, require_distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from socialkit.authority import Authority, TeamMember
    from socialkit.platforms.base import AsyncClient, Client
    from socialkit.platforms.bluesky import AsyncBluesky, Bluesky
    from socialkit.platforms.facebook import AsyncFacebook, Facebook
    from socialkit.platforms.instagram import AsyncInstagram, Instagram
    from socialkit.platforms.mastodon import AsyncMastodon, Mastodon
    from socialkit.platforms.threads import AsyncThreads, Threads
    from socialkit.platforms.x import AsyncX, X
    from socialkit.workspace._clients import Clients, ClientT

__all__ = ["Brand", "bound", "identities", "is_vouched"]

PARTS: Final = 3
"""Of an account's key: brand, platform, name."""


class Brand:
    """A brand and its accounts; in a workspace, where its clients come from.

    A brand that was just made belongs to no workspace and opens nothing: take it from `workspace.brand(key)`.

    Args:
        key: What it is called, such as `acme`.
        *accounts: Its accounts; several on one platform need names of their own.
        zone: The time zone in which it plans, such as `Europe/Paris`.
        hours: When its people work: promised times run only then, unless the router has hours of its own;
            round the clock if not given.
        languages: The languages in which it writes, the first one first: tags such as `fr` or `pt-BR`.
        departments: Those that answer for it, such as `customer service`. Where they are given, a desk sends
            cases of the brand only to one of them, or to somebody of its team.

    Raises:
        ConfigurationError: Two accounts or departments have the same name, there is no such time zone, or
            something is no language.

    Example:
        >>> acme = Brand("acme", Account("bluesky", identifier="acme.example", password="not-a-real-one"))
        >>> acme.account("bluesky").key
        'acme/bluesky/main'
    """

    def __init__(
        self,
        key: str,
        /,
        *accounts: Account,
        zone: str = "UTC",
        hours: BusinessHours | None = None,
        languages: Iterable[str] = (),
        departments: Iterable[str] = (),
    ) -> None:
        self.key: Final = checked(key, "a brand")
        self.zone: Final = _zone(zone)
        self.hours: Final = BusinessHours.always() if hours is None else hours
        self.languages: Final = _languages(languages)
        self.departments: Final = checked_departments(departments)
        refs = [ref_of(of_type(account, Account, "accounts"), key) for account in accounts]
        require_distinct((ref.key for ref in refs), "accounts")
        self._accounts = {ref.key: account for ref, account in zip(refs, accounts, strict=True)}
        self._refs = {ref.key: ref for ref in refs}
        self._clients: Clients | None = None

    def account(self, platform: str, name: str | None = None) -> AccountRef:
        """Return one account: what drafts are planned to.

        Args:
            platform: The platform's name.
            name: Which one, where the brand has several there.

        Raises:
            ConfigurationError: There is none, or there are several and no name was given.
        """
        there = {ref.name: ref for ref in self._on(platform)}
        names = [str(one) for one in there]
        if name is not None:
            if name not in there:
                message = f"brand {self.key!r} has no account {name!r} on {platform}{instead(name, names)}"
                raise ConfigurationError(message)
            return there[name]
        if len(there) > 1:
            message = f"brand {self.key!r} has {len(there)} accounts on {platform}, name one: {quoted(names)}"
            raise ConfigurationError(message)
        return next(iter(there.values()))

    def accounts(self, *platforms: str) -> tuple[AccountRef, ...]:
        """Return all accounts on some platforms; of the whole brand if none is named.

        Raises:
            ConfigurationError: The brand has no account on one of them.
        """
        if not platforms:
            return tuple(self._refs.values())
        return tuple(ref for platform in dict.fromkeys(platforms) for ref in self._on(platform))

    def _on(self, platform: str) -> list[AccountRef]:
        found = [ref for ref in self._refs.values() if ref.platform == platform]
        if not found:
            known = dict.fromkeys(ref.platform for ref in self._refs.values())
            message = f"brand {self.key!r} has no account on {platform!r}{instead(platform, known)}"
            raise ConfigurationError(message)
        return found

    @overload
    def client(self, platform: Literal["bluesky"], name: str | None = None) -> Bluesky: ...
    @overload
    def client(self, platform: Literal["facebook"], name: str | None = None) -> Facebook: ...
    @overload
    def client(self, platform: Literal["instagram"], name: str | None = None) -> Instagram: ...
    @overload
    def client(self, platform: Literal["mastodon"], name: str | None = None) -> Mastodon: ...
    @overload
    def client(self, platform: Literal["threads"], name: str | None = None) -> Threads: ...
    @overload
    def client(self, platform: Literal["x"], name: str | None = None) -> X: ...
    @overload
    def client(self, platform: str, name: str | None = None) -> Client: ...
    def client(self, platform: str, name: str | None = None) -> Any:
        """Return the blocking client of an account, the same one each time.

        It may be shared between threads. The workspace closes it: no `with` block is needed.

        Args:
            platform: The platform's name.
            name: Which account, where the brand has several there.

        Raises:
            ConfigurationError: There is no such account, or several; or its login is missing.
        """
        return self._blocking(self.account(platform, name))

    @overload
    def client_async(self, platform: Literal["bluesky"], name: str | None = None) -> AsyncBluesky: ...
    @overload
    def client_async(self, platform: Literal["facebook"], name: str | None = None) -> AsyncFacebook: ...
    @overload
    def client_async(self, platform: Literal["instagram"], name: str | None = None) -> AsyncInstagram: ...
    @overload
    def client_async(self, platform: Literal["mastodon"], name: str | None = None) -> AsyncMastodon: ...
    @overload
    def client_async(self, platform: Literal["threads"], name: str | None = None) -> AsyncThreads: ...
    @overload
    def client_async(self, platform: Literal["x"], name: str | None = None) -> AsyncX: ...
    @overload
    def client_async(self, platform: str, name: str | None = None) -> AsyncClient: ...
    def client_async(self, platform: str, name: str | None = None) -> Any:
        """Return the async client of an account, the same one each time; otherwise as `client`.

        Raises:
            ConfigurationError: There is no such account, or several; or its login is missing.
        """
        return self._awaited(self.account(platform, name))

    def accounts_for(self, target: AccountRef | str, /) -> tuple[AccountRef, ...]:
        """Return the accounts that a target means.

        Args:
            target: `acme/mastodon/main`; a platform, where the brand has one account; or a ref.

        Raises:
            ConfigurationError: It means no account of this brand, or a platform with several.
            WrongAccountError: The ref is another account's than the one of that name.
        """
        if isinstance(target, AccountRef):
            return (self._resolved(target),)
        parts = target.split("/")
        if len(parts) == 1:
            return (self.account(target),)
        if len(parts) != PARTS:
            message = f"{target!r} is neither a platform, such as 'x', nor an account, such as 'acme/x/main'"
            raise ConfigurationError(message)
        brand, platform, name = parts
        self._require_ours(brand)
        return (self.account(platform, name),)

    def client_for(self, ref: AccountRef, /) -> Client:
        """Return the blocking client of an account of this brand.

        Raises:
            ConfigurationError: The account is not of this brand, or its login is missing.
            WrongAccountError: The ref is another account's than the one of that name.
        """
        return _same(self._blocking(self._resolved(ref)), ref)

    def client_async_for(self, ref: AccountRef, /) -> AsyncClient:
        """Return the async client of an account of this brand; otherwise as `client_for`.

        Raises:
            ConfigurationError: The account is not of this brand, or its login is missing.
            WrongAccountError: The ref is another account's than the one of that name.
        """
        return _same(self._awaited(self._resolved(ref)), ref)

    def hours_for(self, ref: AccountRef, /) -> BusinessHours:
        """Return when somebody works who answers for an account of this brand.

        Raises:
            ConfigurationError: The account is not of this brand.
        """
        self._require_ours(ref.brand)
        return self.hours

    def departments_for(self, ref: AccountRef, /) -> tuple[str, ...]:
        """Return the departments that answer for an account of this brand; none where nobody named them.

        Raises:
            ConfigurationError: The account is not of this brand.
        """
        self._require_ours(ref.brand)
        return self.departments

    @property
    def authority(self) -> Authority | None:
        """Who may do what for it without asking: the workspace's table; None where there is none."""
        return None if self._clients is None else self._clients.authority

    @property
    def team(self) -> tuple[TeamMember, ...]:
        """Those who have roles for it, as the workspace's table of authority says."""
        return () if self.authority is None else self.authority.team_of(self.key)

    def now(self) -> datetime:
        """Return the time to go by, aware UTC: the workspace's clock's."""
        return self._home().now()

    def brand_keys(self) -> tuple[str, ...]:
        """Return whose deliveries may be carried out with these accounts: this brand's alone."""
        return (self.key,)

    def _resolved(self, ref: AccountRef) -> AccountRef:
        self._require_ours(ref.brand)
        ours = self._here(self.account(ref.platform, ref.name or "main"))
        _refuse(ours, ref)
        # The id that a caller knows stays with the ref, so that whoever uses it next compares it too.
        return ours if ours.id is not None else ours.model_copy(update={"id": ref.id})

    def _here(self, ref: AccountRef) -> AccountRef:
        """Return an account as it is where its client would be opened now."""
        return ref if self._clients is None else self._clients.here(ref, opener_of(self._accounts[ref.key]))

    def _require_ours(self, brand: str | None) -> None:
        if brand != self.key:
            whose = f"brand {brand!r}" if brand is not None else "no brand"
            message = f"the account is of {whose}, not of {self.key!r}"
            raise ConfigurationError(message)

    def _blocking(self, ref: AccountRef) -> Client:
        return self._home().blocking(self._refs[ref.key], opener_of(self._accounts[ref.key]))

    def _awaited(self, ref: AccountRef) -> AsyncClient:
        return self._home().awaited(self._refs[ref.key], opener_of(self._accounts[ref.key]))

    def _home(self) -> Clients:
        if self._clients is None:
            message = (
                f"brand {self.key!r} is in no workspace: take it from one, workspace.brand({self.key!r})"
            )
            raise ConfigurationError(message)
        return self._clients

    def _bound(self, clients: Clients) -> Brand:
        copy = Brand(
            self.key,
            *self._accounts.values(),
            zone=self.zone,
            hours=self.hours,
            languages=self.languages,
            departments=self.departments,
        )
        copy._clients = clients
        for key, account in self._accounts.items():
            if clients.host is not None and clients.moves(opener_of(account)):
                copy._refs[key] = clients.here(copy._refs[key], opener_of(account))
                clients.host.admit(copy._refs[key])
        return copy

    def _is_vouched(self, ref: AccountRef) -> bool:
        account = self._accounts[ref.key]
        return vouched(account) or (self._clients is not None and self._clients.moves(opener_of(account)))

    def __repr__(self) -> str:
        accounts = [f"{ref.platform}/{ref.name}" for ref in self._refs.values()]
        return f"Brand({', '.join(map(repr, [self.key, *accounts]))})"

    def __reduce__(self) -> NoReturn:
        message = (
            "a brand holds what its accounts log in with and cannot be pickled: make it where it is needed"
        )
        raise TypeError(message)


def bound(brand: Brand, clients: Clients) -> Brand:
    """Return a brand as a workspace has it; the one given stays as it is."""
    return brand._bound(clients)  # pyright: ignore[reportPrivateUsage] - not for users


def identities(brand: Brand) -> Iterator[tuple[str, str]]:
    """Yield what no other account may have in common with one of a brand, and that one's key."""
    for key, account in brand._accounts.items():  # pyright: ignore[reportPrivateUsage] - as above
        identity = identity_of(account)
        if identity is not None:
            yield identity, key


def is_vouched(brand: Brand, ref: AccountRef) -> bool:
    """Return whether somebody said whose the login of a brand's account is."""
    return brand._is_vouched(ref)  # pyright: ignore[reportPrivateUsage] - as above


def _same(client: ClientT, ref: AccountRef) -> ClientT:
    _refuse(client.ref, ref)
    return client


def _refuse(ours: AccountRef, other: AccountRef) -> None:
    conflict = ours.conflict(other)
    if conflict is not None:
        message = f"the ref is another account's than {ours.key!r}: {conflict}"
        raise WrongAccountError(message, platform=ours.platform)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        pass
    else:
        return name
    message = f"there is no time zone {name!r}{instead(name, available_timezones())}"
    raise ConfigurationError(message)


def _languages(tags: Iterable[str]) -> tuple[str, ...]:
    known = tuple(dict.fromkeys((tags,) if isinstance(tags, str) else tags))
    for tag in known:
        try:
            require_language(tag)
        except ValueError as error:
            raise ConfigurationError(str(error)) from None
    return known
