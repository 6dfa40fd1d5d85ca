"""`Webhook` and `AsyncWebhook`: the address to which one platform pushes."""

from __future__ import annotations

from collections.abc import Sequence

from socialkit.models import AccountRef
from socialkit.operations import Async, Sync
from socialkit.platforms.base import AsyncClient, Client
from socialkit.publishing import Accounts
from socialkit.transport import Secret
from socialkit.webhooks._receiving import WebhookBase
from socialkit.webhooks._stores import PushStore

__all__ = ["AsyncWebhook", "Webhook"]


class Webhook(WebhookBase[Sync]):
    """Takes what a platform pushes to one address, under any web framework.

    Make one for each address. What decides for which account a push is: what the platform signed, and the
    address itself through `accounts` and `account`; never what nobody signed.

    Args:
        platform: The platform's name.
        accounts: Whose accounts may be pushed to: a workspace, a brand, or a client.
        secret: What proves that the platform pushes: the app's secret, or the public key where signatures
            are of that kind; best a `SecretRef`. Several, while one takes the place of another.
        verify_token: What you told the platform to send when it asks whether the address is yours.
        account: The only account that is pushed to this address, as a brand's `accounts_for` takes it. Needed
            where pushes are not signed and there are several.
        base_url: The server that pushes to this address, where each of many has its own webhooks.
        store: Remembers what was pushed already; within this process if not given.

    Raises:
        NotSupportedError: The platform pushes nothing; the error says what it has instead.
        ConfigurationError: There is no such platform or account, or something is missing.

    Example:
        >>> from socialkit import Sandbox, WebhookSignatureError
        >>> with Sandbox() as world:
        ...     hook = Webhook(
        ...         "mastodon",
        ...         world.workspace(acme=["mastodon"]),
        ...         base_url=world.address("mastodon"),
        ...         secret="not-a-real-secret",
        ...     )
        ...     try:
        ...         hook.receive(method="POST", headers={}, body=b"{}")
        ...     except WebhookSignatureError as error:
        ...         print(error.status, error.message)
        401 the header x-hub-signature is missing
    """

    def __init__(
        self,
        platform: str,
        accounts: Accounts | Client,
        *,
        secret: str | Secret | Sequence[str | Secret] = (),
        verify_token: str | Secret | None = None,
        account: AccountRef | str | None = None,
        base_url: str | None = None,
        store: PushStore | None = None,
    ) -> None:
        super().__init__(
            Sync,
            platform,
            accounts,
            secret=secret,
            verify_token=verify_token,
            account=account,
            base_url=base_url,
            store=store,
        )


class AsyncWebhook(WebhookBase[Async]):
    """The same as `Webhook`, awaited.

    Args:
        platform: The platform's name.
        accounts: Whose accounts may be pushed to: a workspace, a brand, or an async client.
        secret: What proves that the platform pushes; several, while one takes the place of another.
        verify_token: What you told the platform to send when it asks whether the address is yours.
        account: The only account that is pushed to this address.
        base_url: The server that pushes to this address, where each of many has its own webhooks.
        store: Remembers what was pushed already; within this process if not given.

    Raises:
        NotSupportedError: The platform pushes nothing; the error says what it has instead.
        ConfigurationError: There is no such platform or account, or something is missing.

    Example:
        >>> import asyncio
        >>> from socialkit import Sandbox, WebhookError
        >>> async def status() -> int:
        ...     with Sandbox() as world:
        ...         hook = AsyncWebhook(
        ...             "mastodon",
        ...             world.workspace(acme=["mastodon"]),
        ...             base_url=world.address("mastodon"),
        ...             secret="not-a-real-secret",
        ...         )
        ...         try:
        ...             return (await hook.receive(method="PUT", headers={})).status
        ...         except WebhookError as error:
        ...             return error.status
        >>> asyncio.run(status())
        405
    """

    def __init__(
        self,
        platform: str,
        accounts: Accounts | AsyncClient,
        *,
        secret: str | Secret | Sequence[str | Secret] = (),
        verify_token: str | Secret | None = None,
        account: AccountRef | str | None = None,
        base_url: str | None = None,
        store: PushStore | None = None,
    ) -> None:
        super().__init__(
            Async,
            platform,
            accounts,
            secret=secret,
            verify_token=verify_token,
            account=account,
            base_url=base_url,
            store=store,
        )
