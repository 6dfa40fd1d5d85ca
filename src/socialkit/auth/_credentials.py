"""What a user logs in with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from socialkit.auth._sealed import SKEW, Sealed, frozen, is_expired, require_whole, secrets_in
from socialkit.auth._stores import Stored
from socialkit.models import require_aware
from socialkit.transport import Secret, hide, require_text

__all__ = ["Credentials"]


@dataclass(frozen=True, slots=True, init=False)
class Credentials(Sealed):
    """Hold the tokens of one account and the app they were made for.

    Texts given for tokens are wrapped at once; nothing shows them, and the object cannot be pickled.

    Example:
        >>> credentials = Credentials(access_token="not-a-real-token", scopes="read write")
        >>> credentials.access_token, credentials.scopes
        (Secret('***'), ('read', 'write'))

    Raises:
        ConfigurationError: A token is empty or no text, or a text holds half a character.
    """

    access_token: Secret | None
    refresh_token: Secret | None
    expires_at: datetime | None
    """When the access token ends, aware UTC; None when it does not, or when nobody said."""
    scopes: tuple[str, ...]
    token_type: str
    app_id: str | None
    """The app's own number, where a platform has one beside the client id."""
    client_id: str | None
    client_secret: Secret | None
    account_id: str | None
    """The platform's id of the account, where it is known."""
    extra: Mapping[str, str | Secret] = field(repr=False, hash=False)
    """What only one platform needs: an app password, an organisation's id."""

    # Written out: secrets are wrapped and all is set before anything fails, for tracebacks that show locals.
    def __init__(
        self,
        *,
        access_token: str | Secret | None = None,
        refresh_token: str | Secret | None = None,
        expires_at: datetime | None = None,
        scopes: str | Iterable[str] = (),
        token_type: str = "Bearer",
        app_id: str | None = None,
        client_id: str | None = None,
        client_secret: str | Secret | None = None,
        account_id: str | None = None,
        extra: Mapping[str, str | Secret] | None = None,
    ) -> None:
        access_token, refresh_token = hide(access_token), hide(refresh_token)
        client_secret = hide(client_secret)
        given = {"access_token": access_token, "refresh_token": refresh_token, "client_secret": client_secret}
        values = given | {
            "expires_at": expires_at,
            "scopes": tuple(scopes.split() if isinstance(scopes, str) else scopes),
            "token_type": token_type,
            "app_id": app_id,
            "client_id": client_id,
            "account_id": account_id,
            "extra": frozen(extra or {}),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        for name, secret in given.items():
            require_text(name, secret)
        require_whole(values)
        if expires_at is not None:
            object.__setattr__(self, "expires_at", require_aware(expires_at, "expires_at"))

    def expired(self, now: datetime, skew: timedelta = SKEW) -> bool:
        """Return whether the access token is over, or will be within `skew`.

        Example:
            >>> from datetime import UTC, datetime
            >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
            >>> Credentials(access_token="not-a-real-token", expires_at=noon).expired(noon)
            True
        """
        return is_expired(self.expires_at, now, skew)

    def secrets(self) -> tuple[Secret, ...]:
        """Return everything that must not be shown."""
        return secrets_in([self.access_token, self.refresh_token, self.client_secret, *self.extra.values()])

    def to_stored(self) -> Stored:
        """Return the part that a token store keeps: the account's, not the app's."""
        return Stored(
            access_token=self.access_token,
            refresh_token=self.refresh_token,
            expires_at=self.expires_at,
            scopes=self.scopes,
            token_type=self.token_type,
            account_id=self.account_id,
            extra=self.extra,
        )
