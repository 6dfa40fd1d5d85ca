"""The file that describes a workspace: brands and their accounts, and of secrets only where they are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Self

from pydantic import AfterValidator, ConfigDict, Field, ValidationError

from socialkit.auth import SecretRef, TokenStore
from socialkit.authority import Authority
from socialkit.errors import ConfigurationError, InvalidDraftError
from socialkit.models import Document, Model, Problem, Retention, RetentionRule
from socialkit.models._document import problem_at
from socialkit.models._formats import Tree
from socialkit.models._language import Language
from socialkit.models._names import instead
from socialkit.models._shared import Several
from socialkit.models._told import told
from socialkit.models._walltime import Zone
from socialkit.platforms._arguments import Argument, login_arguments
from socialkit.workspace._account import Account, identity
from socialkit.workspace._brand import Brand
from socialkit.workspace._hosts_table import HostTable
from socialkit.workspace._hours_table import HoursTable
from socialkit.workspace._names import (
    DEPARTMENT_PATTERN,
    ID_PATTERN,
    NAME_PATTERN,
    checked,
    checked_departments,
    checked_id,
)
from socialkit.workspace._tokens import TokensTable

if TYPE_CHECKING:
    from socialkit.platforms.base import MediaHost

__all__ = ["AccountTable", "WorkspaceFile", "arguments_of"]

MAIN: Final = "main"

VARIANT: Final = re.compile(r"^(tokens|media_host)\.(file|keyring|folder|s3)(?=\.)")
"""Where pydantic puts what is wrong with a table of several kinds: below one that no file has."""

Department = Annotated[str, told(pattern=DEPARTMENT_PATTERN)]


def _id(own: str) -> str:
    try:
        return checked_id(own)
    except ConfigurationError as error:
        problem = error.message
    raise ValueError(problem)


AccountId = Annotated[str, AfterValidator(_id), told(pattern=ID_PATTERN)]

Found = Iterator[tuple[str, str]]
"""Where something is wrong, and what."""


def _departments(names: Sequence[str]) -> Sequence[str]:
    try:
        return checked_departments(names)
    except ConfigurationError as error:
        problem = error.message
    raise ValueError(problem)


class AccountTable(Model):
    """An account; what its platform takes besides stands there as extra fields."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow")

    platform: str
    name: Annotated[str, told(pattern=NAME_PATTERN)] = MAIN
    """What it is called among the brand's accounts on the platform."""
    id: AccountId | None = None
    """The platform's own id: credentials of another account are refused. `socialkit health` tells it."""

    def to_account(self) -> Account:
        """Return the account, whose arguments were checked before."""
        opened: Any = Account  # which arguments the platform takes, its class says
        account: Account = opened(self.platform, name=self.name, id=self.id, **self.given())
        return account

    def given(self) -> dict[str, Any]:
        """Return what the file gives its client; of secrets, where they are kept."""
        arguments = login_arguments(self.platform)
        return {name: _read(arguments[name], value) for name, value in (self.model_extra or {}).items()}


class BrandTable(Model):
    """A brand."""

    zone: Zone
    """The time zone in which it plans, such as `Europe/Paris`."""
    hours: HoursTable | None = None
    """When its people work; round the clock if not given."""
    languages: Several[Language] = ()
    """In which it writes, the first one first."""
    departments: Annotated[Several[Department], AfterValidator(_departments), told(uniqueItems=True)] = ()
    """Those that answer for it."""
    accounts: Sequence[AccountTable] = ()

    def to_brand(self, key: str) -> Brand:
        """Return the brand."""
        hours = None if self.hours is None else self.hours.to_hours(self.zone)
        accounts = [account.to_account() for account in self.accounts]
        return Brand(
            key,
            *accounts,
            zone=self.zone,
            hours=hours,
            languages=self.languages,
            departments=self.departments,
        )


class WorkspaceFile(Document):
    """What a file says of a workspace."""

    brands: Annotated[Mapping[str, BrandTable], told(propertyNames={"pattern": NAME_PATTERN})]
    """By their keys, such as `acme`."""
    tokens: TokensTable | None = None
    """Where tokens are kept."""
    media_host: HostTable | None = None
    """Where local files are put for platforms that fetch them."""
    authority: Authority | None = None
    """Who may do what without asking."""
    retention: Several[RetentionRule] = ()
    """How long what others wrote is kept; of several rules that fit, the shortest counts."""
    schema_at: Annotated[str | None, Field(alias="$schema")] = None
    """Where editors find the schema of the file; nobody else asks."""

    def to_brands(self) -> list[Brand]:
        """Return the brands, in the order in which they stand there."""
        return [brand.to_brand(key) for key, brand in self.brands.items()]

    def to_store(self, folder: Path) -> TokenStore | None:
        """Return the token store that is named, if one is; `folder` is where the file lies."""
        return None if self.tokens is None else self.tokens.to_store(folder)

    def to_media_host(self, folder: Path) -> MediaHost | None:
        """Return the media host that is named, if one is; `folder` is where the file lies.

        Raises:
            ConfigurationError: A library is missing.
        """
        return None if self.media_host is None else self.media_host.to_host(folder)

    def to_retention(self) -> Retention | None:
        """Return how long what others wrote is kept, if the file says so."""
        return Retention(rules=self.retention) if self.retention else None

    def _contradictions(self) -> Found:
        if self.authority is None:
            return
        # A line for a brand that is not there is passed over, and what it forbids allowed by a later one.
        for table in ("team", "lines"):
            for number, entry in enumerate(getattr(self.authority, table)):
                for place, brand in enumerate(entry.brands or ()):
                    if brand not in self.brands:
                        where = f"authority.{table}[{number}].brands[{place}]"
                        yield where, f"{brand[:40]!r} is no brand of the file{instead(brand, self.brands)}"

    @classmethod
    def _checked(cls, tree: Tree, file: Path, beside: Mapping[str, Document | None]) -> Self:
        # What is wrong with an argument is told even where the fields beside it are wrong too, so the tree
        # is looked through as it was read.
        problems: list[Problem] = [problem_at(place, message) for place, message in _wrong(tree)]
        try:
            read = super()._checked(tree, file, beside)
        except InvalidDraftError as error:
            problems = [*map(_where_it_stands, error.problems), *problems]
        else:
            if not problems:
                return read
        raise cls._refused(file, problems)


def _where_it_stands(problem: Problem) -> Problem:
    return problem.model_copy(update={"field": VARIANT.sub(r"\1", problem.field or "")})


def arguments_of(platform: str) -> Mapping[str, Argument]:
    """Return the arguments of a platform that a file can give, by name.

    Raises:
        ConfigurationError: There is no such platform.
    """
    arguments = login_arguments(platform)
    return {name: one for name, one in arguments.items() if one.secret or one.reader is not None}


def _wrong(tree: Tree) -> Found:
    """Yield what is wrong with names, platforms and their arguments, wherever the rest can be read."""
    identities: dict[str, str] = {}
    for key, brand in _table(_table(tree).get("brands")).items():
        place = f"brands.{key}"
        yield from _misnamed(key, "a brand", place)
        names: dict[object, str] = {}
        accounts = _table(brand).get("accounts")
        for number, entry in enumerate(accounts if isinstance(accounts, list) else ()):
            account, at = _table(entry), f"{place}.accounts[{number}]"
            yield from _account_wrong(account, at)
            yield from _repeated(account, at, names, identities)


def _repeated(
    account: Mapping[str, Tree], at: str, names: dict[object, str], identities: dict[str, str]
) -> Found:
    platform, name = account.get("platform"), account.get("name", MAIN)
    first = names.setdefault(f"{platform}/{name}", at)
    if first != at:
        yield f"{at}.name", f"is that of {first} too: accounts on one platform need names of their own"
    own = _identity(account)
    if own is not None:
        first = identities.setdefault(own, at)
        if first != at:
            yield f"{at}.id", f"is that of {first} too: nothing can belong to two accounts"


def _identity(account: Mapping[str, Tree]) -> str | None:
    platform, own, base_url = account.get("platform"), account.get("id"), account.get("base_url")
    if not isinstance(platform, str) or not isinstance(own, str):
        return None
    try:
        return identity(platform, base_url if isinstance(base_url, str) else None, own)
    except ConfigurationError:  # there is no such platform, which is told beside
        return None


def _account_wrong(account: Mapping[str, Tree], at: str) -> Found:
    platform, name = account.get("platform"), account.get("name", MAIN)
    if isinstance(name, str):
        yield from _misnamed(name, "an account", f"{at}.name")
    if not isinstance(platform, str):
        return
    try:
        usable = arguments_of(platform)
    except ConfigurationError as error:
        yield f"{at}.platform", error.message
        return
    given = {key: value for key, value in account.items() if key not in AccountTable.model_fields}
    for key, value in given.items():
        if key in usable:
            yield from _unreadable(usable[key], value, f"{at}.{key}")
        else:
            fields = [*usable, *AccountTable.model_fields]
            yield f"{at}.{key}", f"is not known on {platform}{instead(key, fields)}"
    for key, one in usable.items():
        if one.required and key not in given:
            yield f"{at}.{key}", "is missing"


def _unreadable(argument: Argument, value: Tree, place: str) -> Found:
    try:
        _read(argument, value)
    except ConfigurationError as error:
        yield place, error.message
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[0]
        inside = [str(one) for one in found["loc"]] if isinstance(value, dict) else []
        yield ".".join([place, *inside]), f"is wrong: {found['msg']}"


def _read(argument: Argument, value: Any) -> Any:
    """Return what a file says of an argument; of a secret, where it is kept.

    Raises:
        ConfigurationError: It is a secret in clear.
        ValidationError: It is of another type.
    """
    if argument.reader is None:
        return SecretRef(value if isinstance(value, str) else "")
    return argument.reader.validate_python(value)


def _misnamed(name: str, what: str, place: str) -> Found:
    try:
        checked(name, what)
    except ConfigurationError as error:
        yield place, error.message


def _table(tree: Tree) -> Mapping[str, Tree]:
    return tree if isinstance(tree, dict) else {}
