"""Under which name an account's tokens are kept."""

from __future__ import annotations

from socialkit.errors import ConfigurationError
from socialkit.models import AccountRef
from socialkit.platforms.base._opening import host_of

__all__ = ["token_key"]


def token_key(platform: str, account: AccountRef | None, base_url: str) -> str:
    """Return under which name an account's tokens are kept: never a name that two accounts share.

    Args:
        platform: The platform's name.
        account: Whose tokens they are, as the client was given it.
        base_url: Where the client sends them.

    Raises:
        ConfigurationError: Nobody said whose they are.

    Example:
        >>> token_key("mastodon", AccountRef(platform="mastodon", brand="acme", name="main"), "")
        'acme/mastodon/main'
    """
    if account is not None and account.brand is not None:
        return account.key
    if account is not None and account.id is not None:
        return AccountRef(platform=platform, host=host_of(base_url) or None, id=account.id).key
    message = (
        "account= is missing: a token store holds many accounts, so say whose tokens these are, "
        f'such as AccountRef(platform="{platform}", brand="acme", name="main")'
    )
    raise ConfigurationError(message, platform=platform)
