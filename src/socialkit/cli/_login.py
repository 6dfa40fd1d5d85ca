"""`socialkit login`: a person lets socialkit act for an account, and the token goes where tokens are kept."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from socialkit.cli._answers import Answer, Column, Item, of, say
from socialkit.cli._asking import DeclinedError, at_terminal
from socialkit.cli._command import READS, command
from socialkit.cli._completing import accounts
from socialkit.cli._session import Session
from socialkit.errors import ConfigurationError, NotSupportedError, WrongAccountError

if TYPE_CHECKING:
    from socialkit.auth import Credentials, TokenStore
    from socialkit.models import AccountRef
    from socialkit.platforms._login import Login
    from socialkit.workspace._file import AccountTable, WorkspaceFile

__all__ = ["add_login", "logins"]

HERE: Final = "http://127.0.0.1/"
SECRET: Final = "SOCIALKIT_CLIENT_SECRET"
"""Where the app's secret is read from: what stands on a command line, everybody on the machine sees."""
COLUMNS: Final = (
    Column("account", of("account")),
    Column("logged in as", of("handle")),
    Column("scopes", of("scopes")),
    Column("expires", of("expires_at")),
)

AccountName = Annotated[
    str,
    typer.Argument(
        metavar="ACCOUNT",
        autocompletion=accounts,
        help="Which one of the workspace's file: acme/mastodon/main.",
    ),
]


def add_login(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "login", *READS)(login)


def login(
    session: Session,
    account: AccountName,
    *,
    redirect_uri: Annotated[
        str,
        typer.Option(
            "--redirect-uri",
            help="Where people are sent back to: by default a page of this machine; "
            "urn:ietf:wg:oauth:2.0:oob shows a code, for a browser on another one.",
        ),
    ] = HERE,
    client_id: Annotated[
        str | None, typer.Option("--client-id", help="The app's id; where apps register by themselves, none.")
    ] = None,
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="What to ask for; what socialkit needs if not given.")
    ] = None,
) -> Answer:
    """Log an account in, and keep its token in the store that the workspace's file names.

    The app's id and secret may stand in the file; the secret is read from SOCIALKIT_CLIENT_SECRET else.
    """
    from socialkit.workspace._file import WorkspaceFile

    path = session.file()
    file = WorkspaceFile.load(path)
    with session.load() as workspace:
        (ref,) = workspace.accounts_for(account)
    table = _table(file, ref)
    # What is kept is kept for real, and goes by the file's id even in a world, where no id counts.
    ref = ref.model_copy(update={"id": table.id})
    store = _place(file, path.parent, table, ref)
    scopes = scope or _usual(table)
    flow = _flow(ref, table, redirect_uri, client_id, scopes)
    if session.dry_run:
        item: Item = {"account": ref.key, "redirect_uri": redirect_uri, "scopes": [*scopes]}
        return Answer(items=[item], columns=COLUMNS[::2], said=["nobody was asked, and nothing was kept"])
    credentials = _granted(flow, redirect_uri)
    handle = _who(table, ref, credentials, store)
    return Answer(
        items=[_item(ref, handle, credentials)], columns=COLUMNS, said=_registered(client_id, credentials)
    )


def _flow(
    ref: AccountRef, table: AccountTable, redirect_uri: str, client_id: str | None, scopes: Sequence[str]
) -> Login:
    from socialkit.platforms._arguments import OF_APPS
    from socialkit.platforms._login import Login
    from socialkit.platforms._registry import find

    given = _looked_up(table)
    return Login(
        ref.platform,
        redirect_uri=redirect_uri,
        base_url=given.get("base_url"),
        client_id=client_id or given.get("client_id"),
        client_secret=os.environ.get(SECRET) or next((given[one] for one in OF_APPS if one in given), None),
        scopes=scopes,
        flow=find(ref.platform).load_login(given.get("login")),
    )


def _usual(table: AccountTable) -> Sequence[str]:
    """Return what to ask for by what the file says of an account; empty for what its platform asks for."""
    from socialkit.platforms._registry import find
    from socialkit.platforms.base import AsksByAccount

    flow: object = find(table.platform).load_login()
    return flow.scopes_for(table.given()) if isinstance(flow, AsksByAccount) else ()


def _looked_up(table: AccountTable) -> dict[str, Any]:
    """Return what the file gives an account's client, with the secrets themselves."""
    from socialkit.auth import SecretRef
    from socialkit.transport import Secret

    given = table.given().items()
    return {name: Secret(one.reveal()) if isinstance(one, SecretRef) else one for name, one in given}


def _item(ref: AccountRef, handle: str | None, credentials: Credentials) -> Item:
    expires = credentials.expires_at
    return {
        "account": ref.key,
        "handle": handle,
        "scopes": [*credentials.scopes],
        "expires_at": None if expires is None else expires.isoformat(),
        "client_id": credentials.client_id,
    }


def _registered(given: str | None, credentials: Credentials) -> Sequence[str]:
    """Say that an application was made on the way: with each login one more."""
    if given is not None or credentials.client_id is None or credentials.client_secret is None:
        return ()
    message = (
        f"the application {credentials.client_id} was registered for this login alone, and its secret is not"
        f" shown; to use one for all, register it yourself and give --client-id and {SECRET}"
    )
    return [message]


def _granted(flow: Login, redirect_uri: str) -> Credentials:
    """Send somebody to the platform, and take what they come back with.

    Raises:
        DeclinedError: There is nobody at the terminal.
    """
    from socialkit.auth._loopback import leads_here
    from socialkit.transport import Secret

    if not at_terminal():
        message = "nobody is there to log in: run it in a terminal"
        raise DeclinedError(message)
    if leads_here(redirect_uri):
        say("Open this address in a browser on this machine, and agree:")
        return flow.in_terminal(say)
    url, state = flow.start()
    say("Open this address, agree, and paste the code, or the address that you are sent to:")
    say(url)
    # Not shown: whoever reads the terminal's history could use it before we do.
    back = Secret(typer.prompt("Code or address", hide_input=True, err=True))
    return flow.finish(back.reveal(), state)


def _place(file: WorkspaceFile, folder: Path, table: AccountTable, ref: AccountRef) -> TokenStore:
    """Return where the token is kept: it is opened before anybody is sent to the platform.

    Raises:
        ConfigurationError: The file names no store, or a secret of the account, or the store cannot be read.
    """
    from socialkit.auth import FileTokenStore

    store = file.to_store(folder)
    if store is None:
        message = (
            "the workspace's file names no place for tokens: write a table [tokens], as in 'socialkit init'"
        )
        raise ConfigurationError(message)
    for name in _secrets(table):
        message = f"{name} of {ref.key} stands in the file and comes before a kept token: remove it there"
        raise ConfigurationError(message)
    if isinstance(store, FileTokenStore):
        store.require_place()
    store.load(ref.key)
    return store


def _secrets(table: AccountTable) -> Sequence[str]:
    """Return the names of the secrets that an account logs in with by its file; an app's own are none."""
    from socialkit.platforms._arguments import logs_in

    return [name for name in table.model_extra or {} if logs_in(table.platform, name)]


def logins(session: Session) -> Mapping[str, str]:
    """Return with what people log each account in, by its key; without those that log in by other means."""
    from socialkit.platforms._registry import find
    from socialkit.workspace._file import WorkspaceFile

    file = WorkspaceFile.load(session.file())
    if file.tokens is None:
        return {}
    return {
        (key := f"{brand}/{table.platform}/{table.name}"): f"socialkit login {shlex.quote(key)}"
        for brand, one in file.brands.items()
        for table in one.accounts
        if find(table.platform).login is not None and not _secrets(table)
    }


def _table(file: WorkspaceFile, ref: AccountRef) -> AccountTable:
    tables = file.brands[ref.brand or ""].accounts
    return next(one for one in tables if (one.platform, one.name) == (ref.platform, ref.name))


def _who(table: AccountTable, ref: AccountRef, credentials: Credentials, store: TokenStore) -> str | None:
    """Ask whose the credentials are, and only then have them kept.

    Raises:
        WrongAccountError: They are another account's.
    """
    from socialkit.platforms._connect import connect
    from socialkit.platforms.base import HasAccount

    if None not in (ref.id, credentials.account_id) and ref.id != credentials.account_id:
        message = f"whoever agreed is {credentials.account_id!r}, not {ref.id!r}: nothing was kept"
        raise WrongAccountError(message, platform=ref.platform)
    opened: Any = connect  # which arguments the platform takes, its class says
    given, handle = _looked_up(table), None
    # The client itself knows under which name its token is kept.
    for keeping in ({}, {"tokens": store}):
        with opened(ref.platform, credentials, account=ref, **given, **keeping) as client:
            if not isinstance(client, HasAccount):
                message = "the platform cannot tell whose a token is: hand it to the workspace in code"
                raise NotSupportedError(message, platform=ref.platform)
            handle = client.account.me().handle
    return handle
