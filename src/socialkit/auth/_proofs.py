"""How platforms prove that a push is theirs. Each way is a value that platforms declare."""

from __future__ import annotations

import hashlib
import hmac
import importlib
from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from typing import Any, Final, Literal, Protocol, TypeAlias

from socialkit.auth._pushed import HeaderValue, Pushed
from socialkit.errors import ConfigurationError, WebhookSignatureError
from socialkit.transport import Secret

__all__ = [
    "AnyOf",
    "Digest",
    "Ed25519",
    "HeaderToken",
    "Hmac",
    "Part",
    "Proof",
    "Proven",
    "Stamp",
    "TextForm",
    "Unsigned",
    "keyed_digest",
]

Digest: TypeAlias = Literal["sha1", "sha256", "sha384", "sha512"]
"""How a digest is made."""
TextForm: TypeAlias = Literal["hex", "base64"]
"""How a digest is written."""

WINDOW: Final = timedelta(minutes=5)
"""How far a push's time may lie from ours, on either side."""
LONGEST_STAMP: Final = 16
"""Digits; later than any calendar, and short enough to be read at once."""
SECOND: Final = timedelta(seconds=1)


class Proven(IntEnum):
    """What a push proves, the least first."""

    NOTHING = 0
    """Anybody may have sent it: it is a hint, and what it is about is read again."""
    SENDER = 1
    """Whoever sent it knows the secret; of the body nothing is proven."""
    BODY = 2
    """Nobody without the secret wrote this body."""


class Part(Enum):
    """What a signature is of, besides fixed bytes."""

    BODY = "body"
    STAMP = "stamp"
    """The time, as it stands in its header."""


class Proof(Protocol):
    """Decides whether a platform sent a push."""

    @property
    def proves(self) -> Proven:
        """What is proven once `check` has passed."""
        ...

    def check(self, push: Pushed, secrets: Sequence[Secret], now: datetime) -> None:
        """Pass, or raise; any one of the secrets will do.

        Raises:
            WebhookSignatureError: Nothing proves that the platform sent it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a push was signed: what is older is somebody's repetition.

    Example:
        >>> Stamp(HeaderValue("pixelwall-signature", "t")).window
        datetime.timedelta(seconds=300)
    """

    value: HeaderValue
    unit: timedelta = SECOND
    """What it counts, since 1970."""
    window: timedelta = WINDOW

    def read(self, push: Pushed) -> str:
        """Return the time as it was sent.

        Raises:
            WebhookSignatureError: It is none.
        """
        text = self.value.read(push)
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_STAMP):
            message = "the time of the signature is no time"
            raise WebhookSignatureError(message)
        return text

    def require_now(self, text: str, now: datetime) -> None:
        """Raise unless a time lies within the window.

        Raises:
            WebhookSignatureError: It is too long ago, or too far ahead.
        """
        apart = now.timestamp() - int(text) * self.unit.total_seconds()
        if abs(apart) > self.window.total_seconds():
            message = f"it was signed more than {self.window} {'ago' if apart > 0 else 'ahead'}"
            raise WebhookSignatureError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed(ABC):
    """What the kinds of signatures share."""

    signature: HeaderValue
    signs: tuple[Part | bytes, ...] = (Part.BODY,)
    """What is signed, in order."""
    stamp: Stamp | None = None

    def __post_init__(self) -> None:
        if Part.BODY not in self.signs or (Part.STAMP in self.signs) is (self.stamp is None):
            message = "a signature is of the body, and of the time exactly where a time is sent"
            raise ConfigurationError(message)

    @property
    def proves(self) -> Proven:
        """The body."""
        return Proven.BODY

    def check(self, push: Pushed, secrets: Sequence[Secret], now: datetime) -> None:
        """Pass, or raise; any one of the secrets will do.

        Raises:
            WebhookSignatureError: The signature is missing, wrong or too old.
        """
        stamp = "" if self.stamp is None else self.stamp.read(push)
        given = self.signature.read(push)
        values = {Part.BODY: push.body, Part.STAMP: stamp.encode()}
        content = b"".join(part if isinstance(part, bytes) else values[part] for part in self.signs)
        # All of them, so that no time tells which one it was.
        fits = [self._fits(secret, content, given) for secret in secrets]
        if not any(fits):
            message = "the signature is wrong"
            raise WebhookSignatureError(message)
        if self.stamp is not None:
            self.stamp.require_now(stamp, now)

    @abstractmethod
    def _fits(self, secret: Secret, content: bytes, given: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hmac(_Signed):
    """A digest that is keyed with a shared secret.

    Example:
        >>> meta = Hmac(signature=HeaderValue("x-hub-signature-256", "sha256"))
        >>> tiktok = Hmac(
        ...     signature=HeaderValue("tiktok-signature", "s"),
        ...     stamp=Stamp(HeaderValue("tiktok-signature", "t")),
        ...     signs=(Part.STAMP, b".", Part.BODY),
        ... )
        >>> websub = Hmac(signature=HeaderValue("x-hub-signature", "sha1"), digest="sha1")
    """

    digest: Digest = "sha256"
    form: TextForm = "hex"

    def _fits(self, secret: Secret, content: bytes, given: str) -> bool:
        text = given.lower() if self.form == "hex" else given
        expected = keyed_digest(secret, content, self.digest, self.form)
        return hmac.compare_digest(expected.encode(), text.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ed25519(_Signed):
    """A signature in hexadecimal by a key whose public half is given in place of a secret, in hexadecimal.

    Needs the extra `auth`.

    Example:
        >>> discord = Ed25519(
        ...     signature=HeaderValue("x-signature-ed25519"),
        ...     stamp=Stamp(HeaderValue("x-signature-timestamp")),
        ...     signs=(Part.STAMP, Part.BODY),
        ... )
    """

    def _fits(self, secret: Secret, content: bytes, given: str) -> bool:
        try:
            keys: Any = importlib.import_module("cryptography.hazmat.primitives.asymmetric.ed25519")
            invalid: Any = importlib.import_module("cryptography.exceptions").InvalidSignature
        except ImportError:
            message = "signatures of this kind need another library: pip install 'socialkit[auth]'"
            raise ConfigurationError(message) from None
        try:
            key = keys.Ed25519PublicKey.from_public_bytes(bytes.fromhex(secret.reveal()))
        except ValueError:
            message = "the public key is none: give its 32 bytes in hexadecimal"
            raise ConfigurationError(message) from None
        try:
            key.verify(bytes.fromhex(given), content)
        except (invalid, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class HeaderToken:
    """The secret itself, in a header. It says who sent the push, and nothing about its body.

    Example:
        >>> telegram = HeaderToken("x-telegram-bot-api-secret-token")
    """

    name: str

    @property
    def proves(self) -> Proven:
        """Who sent it."""
        return Proven.SENDER

    def check(self, push: Pushed, secrets: Sequence[Secret], now: datetime) -> None:
        """Pass, or raise; any one of the secrets will do.

        Raises:
            WebhookSignatureError: The token is missing or wrong.
        """
        del now
        given = HeaderValue(self.name).read(push)
        fits = [same(secret, given) for secret in secrets]
        if not any(fits):
            message = f"the token in the header {self.name} is wrong"
            raise WebhookSignatureError(message)


@dataclass(frozen=True, slots=True)
class Unsigned:
    """Nothing at all: whatever such a push says is read again from the platform."""

    @property
    def proves(self) -> Proven:
        """Nothing."""
        return Proven.NOTHING

    def check(self, push: Pushed, secrets: Sequence[Secret], now: datetime) -> None:
        """Pass."""
        del push, secrets, now


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of several ways, where a platform changes from one to the next, or lets its users choose.

    Example:
        >>> websub = AnyOf(
        ...     (
        ...         Hmac(signature=HeaderValue("x-hub-signature", "sha1"), digest="sha1"),
        ...         Hmac(signature=HeaderValue("x-hub-signature", "sha256")),
        ...     )
        ... )
        >>> websub.proves.name
        'BODY'
    """

    proofs: tuple[Proof, ...]

    @property
    def proves(self) -> Proven:
        """The least that any of them proves."""
        return min(proof.proves for proof in self.proofs)

    def check(self, push: Pushed, secrets: Sequence[Secret], now: datetime) -> None:
        """Pass if one of them does, or raise what the last one says.

        Raises:
            WebhookSignatureError: None of them passes.
        """
        for proof in self.proofs[:-1]:
            try:
                return proof.check(push, secrets, now)
            except WebhookSignatureError:
                continue
        return self.proofs[-1].check(push, secrets, now)


def same(secret: Secret, given: str) -> bool:
    """Return whether somebody gave the secret; how long that takes tells nothing about it."""
    return hmac.compare_digest(secret.reveal().encode(), given.encode("utf-8", "surrogatepass"))


def keyed_digest(secret: Secret, content: bytes, digest: Digest, form: TextForm) -> str:
    """Return the digest of some bytes, keyed with a secret, as text.

    Example:
        >>> keyed_digest(Secret("not-a-real-secret"), b"{}", "sha1", "base64")
        'Xb0yX1AX/+kUkvZiI4khuI3gtgU='
    """
    code = hmac.new(secret.reveal().encode(), content, getattr(hashlib, digest)).digest()
    return code.hex() if form == "hex" else b64encode(code).decode()
