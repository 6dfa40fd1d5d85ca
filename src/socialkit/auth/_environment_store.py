"""Tokens that stand in the environment, where nothing can be kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from socialkit.auth._references import SecretRef
from socialkit.auth._stores import Stored
from socialkit.errors import ConfigurationError, ReadOnlyStoreError
from socialkit.transport import Secret, hide

__all__ = ["EnvironmentTokenStore"]


class EnvironmentTokenStore:
    """Read tokens from environment variables, and keep nothing.

    It serves tokens that last. One that is renewed would have to be kept: that is refused with
    `ReadOnlyStoreError` before the platform is asked, so that no refresh token is used up. Until its end
    such a token is used.

    Args:
        variables: For each account's key, where its token stands: a bare access token, or what
            `Stored.dumps()` returned.

    Example:
        >>> EnvironmentTokenStore({"acme/mastodon/main": SecretRef("env:SOCIALKIT_ACME_MASTODON")})
        EnvironmentTokenStore({'acme/mastodon/main': SecretRef('env:SOCIALKIT_ACME_MASTODON')})

    Raises:
        ConfigurationError: What is given for an account is no `SecretRef`.
    """

    def __init__(self, variables: Mapping[str, SecretRef]) -> None:
        wrong = [key for key, given in variables.items() if not isinstance(cast("object", given), SecretRef)]
        self._variables = {} if wrong else dict(variables)
        if wrong:
            del variables  # tokens in clear would stand in the traceback
            message = (
                f"what is given for {wrong[0]} is no SecretRef: name the variable, such as env:ACME_TOKEN"
            )
            raise ConfigurationError(message)

    def load(self, key: str, /) -> Stored | None:
        """Return what stands in a key's variable; None where no variable is named for it.

        Raises:
            ConfigurationError: The variable is not set, or holds what `Stored.dumps()` did not write.
        """
        reference = self._variables.get(key)
        if reference is None:
            return None
        stored = _read(reference)
        if stored is None:
            message = f"what {reference!r} names was not written by Stored.dumps()"
            raise ConfigurationError(message)
        return stored

    def swap(self, key: str, _old: Stored | None, _new: Stored, /) -> bool:
        """Refuse.

        Raises:
            ReadOnlyStoreError: Always.
        """
        message = (
            f"the environment cannot keep new tokens of {key}: put them into a store that can be written, "
            "such as FileTokenStore"
        )
        raise ReadOnlyStoreError(message)

    def __repr__(self) -> str:
        return f"EnvironmentTokenStore({self._variables})"


def _read(reference: SecretRef) -> Stored | None:
    text = hide(reference.reveal()) or Secret("")
    if not text.reveal().startswith("{"):
        return Stored(access_token=text)
    try:
        return Stored.loads(text.reveal())
    except ConfigurationError:
        return None
