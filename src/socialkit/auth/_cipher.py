"""Encryption of tokens at rest: AES-256-GCM, with a key that is kept elsewhere."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Final, NoReturn

from socialkit.auth._sealed import require_whole
from socialkit.errors import ConfigurationError, TokenStoreError
from socialkit.transport import Secret, hide

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["TokenCipher"]

KEY: Final = 32
"""Bytes of a key."""
NONCE: Final = 12
"""Bytes that are drawn anew for each text."""
MARK: Final = 4
"""Bytes by which a text tells its key: enough to tell keys apart, and of no use to find one."""
HEAD: Final = MARK + NONCE
BAD_KEY: Final = (
    "the key of the token store must be 32 random bytes in URL-safe Base64: make one with "
    "`python -c 'import secrets; print(secrets.token_urlsafe(32))'`"
)


class TokenCipher:
    """Seals texts with a key: they open with that key alone, and under the name for which they were sealed.

    Args:
        key: 32 random bytes in URL-safe Base64; a `SecretRef` is looked up at each use.

    Example:
        >>> import secrets
        >>> cipher = TokenCipher(secrets.token_urlsafe(32))
        >>> sealed = cipher.sealed(Secret("not-a-real-token"), "acme")
        >>> cipher.opened(sealed, "acme", "the file", "delete it and log in again")
        Secret('***')

    Raises:
        ConfigurationError: The extra `auth` is missing.
    """

    def __init__(self, key: str | Secret) -> None:
        self._key = hide(key) or Secret("")
        del key  # it would stand in the traceback
        if not _is_installed():
            message = "tokens are encrypted by another library: pip install 'socialkit[auth]'"
            raise ConfigurationError(message)

    def sealed(self, text: Secret, name: str) -> bytes:
        """Return a text that tells nothing without the key.

        Raises:
            TokenStoreError: The key is none.
            ConfigurationError: The key is not where it should be, or the name cannot be encoded.
        """
        require_whole({"the name of the account": name})
        found = _cipher(self._key)
        if found is None:
            raise TokenStoreError(BAD_KEY)
        mark, cipher = found
        nonce = os.urandom(NONCE)
        return mark + nonce + cipher.encrypt(nonce, text.reveal().encode(), mark + name.encode())

    def opened(self, sealed: bytes, name: str, where: str, remedy: str) -> Secret:
        """Return the text again.

        Args:
            sealed: What `sealed` returned.
            name: What it was sealed for.
            where: What an error calls the place where it was kept.
            remedy: What to do where neither the key nor a copy is left.

        Raises:
            TokenStoreError: It was sealed with another key, was cut or altered, or belongs elsewhere.
            ConfigurationError: The key is not where it should be.
        """
        found = _cipher(self._key)
        if found is None:
            raise TokenStoreError(BAD_KEY)
        mark, cipher = found
        text = _opened(cipher, sealed, name)
        if text is not None:
            return text
        whole = len(sealed) > HEAD
        if whole and sealed[:MARK] != mark:
            message = f"{where} was encrypted with another key: give that one, or {remedy}"
            raise TokenStoreError(message)
        message = f"{where} was cut or altered: restore it from a copy, or {remedy}"
        raise TokenStoreError(message)

    def __repr__(self) -> str:
        return "TokenCipher()"

    def __reduce__(self) -> NoReturn:
        message = "a token store holds its key and cannot be pickled: make it where it is needed"
        raise TypeError(message)


def _is_installed() -> bool:
    return importlib.util.find_spec("cryptography") is not None


# These two raise nothing of their own: the key and the text would stand in the traceback.
def _cipher(key: Secret) -> tuple[bytes, AESGCM] | None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - of an extra

    raw = _decoded(key.reveal())
    if raw is None:
        return None
    return hashlib.sha256(b"socialkit token key" + raw).digest()[:MARK], AESGCM(raw)


def _decoded(text: str) -> bytes | None:
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return raw if len(raw) == KEY else None


def _opened(cipher: AESGCM, sealed: bytes, name: str) -> Secret | None:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - of an extra

    try:
        bound = sealed[:MARK] + name.encode()
        return Secret(cipher.decrypt(sealed[MARK:HEAD], sealed[HEAD:], bound).decode())
    except (InvalidTag, ValueError):
        return None
