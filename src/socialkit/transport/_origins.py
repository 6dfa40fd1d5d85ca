"""Where requests may go: addresses of servers, and what lies below them."""

from __future__ import annotations

import re
from typing import Final, cast
from urllib.parse import urlsplit

from socialkit.errors import ConfigurationError

__all__ = ["ORIGIN_PATTERN", "InsideError", "base_address", "is_below", "is_whole", "origin_of"]

WHOLE: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
STRANGE: Final = re.compile(r"[\s\\\x00-\x1f\x7f]")
"""What parsers of addresses disagree about."""
TELLING: Final = frozenset("@?#")
"""What stands before or behind a secret in an address, and has no place in that of a server."""
UNSHOWN: Final = "one with a user name, a password, a query or a fragment"


PORT: Final = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
ORIGIN_PATTERN: Final = rf"^https?://[A-Za-z0-9._~-]+(:{PORT})?(/[^\s\\\x00-\x1f\x7f@?#]*)?$(?!\n)"
"""What addresses look like that `origin_of` takes, for schemas; those of other than ASCII are not told."""


class InsideError(ConfigurationError):
    """What is asked for lies on this machine or in an inside network."""


def base_address(given: str) -> str:
    """Return a server's address as it was given; for one that may hold a secret, words that are none.

    `Pipeline` refuses those. Called first thing, so that a traceback with captured locals shows nothing.

    Example:
        >>> base_address("https://social.example"), base_address("https://shop:secret@social.example")
        ('https://social.example', 'one with a user name, a password, a query or a fragment')
    """
    if not isinstance(cast("object", given), str):
        return f"a value of type {type(given).__name__}"
    return UNSHOWN if TELLING.intersection(given) else given


def origin_of(url: str, platform: str) -> str:
    """Return the scheme, host and port of a server's address.

    Raises:
        ConfigurationError: It is none.
    """
    url = base_address(url)
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not STRANGE.search(url)
        good = good and parts.port != 0  # asking for the port checks it
    except ValueError:
        good, parts = False, urlsplit("")
    if not good:
        message = f"base_url must look like https://social.example/api, not {url}"
        raise ConfigurationError(message, platform=platform)
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_whole(url: str) -> bool:
    """Tell whether an address names its scheme, and is no path."""
    return WHOLE.match(url) is not None


def is_below(url: str, origins: tuple[str, ...]) -> bool:
    """Tell whether an address lies at one of the origins."""
    # Compared as text: two parsers may disagree about where a strange address leads.
    return any(
        url[: len(origin)].lower() == origin and url[len(origin) : len(origin) + 1] in {"", "/", "?", "#"}
        for origin in origins
    )
