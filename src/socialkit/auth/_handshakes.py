"""How a webhook shows a platform that its address is ours: what a `GET` is answered with."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from socialkit.auth._proofs import Digest, TextForm, keyed_digest, same
from socialkit.auth._pushed import Pushed
from socialkit.errors import WebhookError, WebhookSignatureError
from socialkit.transport import Secret

__all__ = ["Challenge", "Handshake", "HandshakeAnswer", "HashedChallenge"]

# Neither a document nor markup: a digest of one would be the signature of a push that the platform never
# sent, made by ourselves for whoever asks, and a page could be shown in our name.
CHALLENGE: Final = re.compile(r"[A-Za-z0-9._~+/=:-]{1,512}")


class HandshakeAnswer(NamedTuple):
    """What is answered."""

    body: bytes
    content_type: str


class Handshake(Protocol):
    """Answers one kind of question."""

    @property
    def needs_token(self) -> bool:
        """Whether it compares a token that the application chose."""
        ...

    def answer(
        self, push: Pushed, secrets: Sequence[Secret], verify_token: Secret | None
    ) -> HandshakeAnswer | None:
        """Return the answer; None if the request asks something else.

        Raises:
            WebhookError: It asks for what is not answered.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A text that is sent back, if whoever asks knows the token that the application chose.

    Example:
        >>> meta = Challenge(
        ...     parameter="hub.challenge", token="hub.verify_token", mode=("hub.mode", "subscribe")
        ... )
    """

    parameter: str
    token: str
    """The parameter with the token."""
    mode: tuple[str, str] | None = None
    """A parameter and what must stand there."""

    @property
    def needs_token(self) -> bool:
        """It does."""
        return True

    def answer(
        self, push: Pushed, secrets: Sequence[Secret], verify_token: Secret | None
    ) -> HandshakeAnswer | None:
        """Return the text; None if there is none.

        Raises:
            WebhookSignatureError: The token is another one.
            WebhookError: The text or the mode is none that platforms send.
        """
        del secrets
        text = push.parameter(self.parameter)
        if text is None:
            return None
        if verify_token is None or not same(verify_token, push.parameter(self.token) or ""):
            message = f"the token in {self.token} is not the one that was chosen"
            raise WebhookSignatureError(message, status=403)
        if self.mode is not None and push.parameter(self.mode[0]) != self.mode[1]:
            message = f"{self.mode[0]} is not {self.mode[1]}"
            raise WebhookError(message)
        return HandshakeAnswer(_required(text).encode(), "text/plain; charset=utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedChallenge:
    """A text whose digest is sent back, keyed with the secret: only who knows it can answer.

    Example:
        >>> x = HashedChallenge(
        ...     parameter="crc_token", field="response_token", form="base64", prefix="sha256="
        ... )
        >>> linkedin = HashedChallenge(
        ...     parameter="challengeCode", field="challengeResponse", echo="challengeCode"
        ... )
    """

    parameter: str
    field: str
    """What the digest is called in the answer."""
    digest: Digest = "sha256"
    form: TextForm = "hex"
    prefix: str = ""
    echo: str | None = None
    """What the text itself is called in the answer, where it is asked for."""

    @property
    def needs_token(self) -> bool:
        """It does not."""
        return False

    def answer(
        self, push: Pushed, secrets: Sequence[Secret], verify_token: Secret | None
    ) -> HandshakeAnswer | None:
        """Return the digest by the first secret; None if there is no text.

        Raises:
            WebhookError: The text is none that platforms send.
        """
        del verify_token
        text = push.parameter(self.parameter)
        if text is None:
            return None
        code = keyed_digest(secrets[0], _required(text).encode(), self.digest, self.form)
        answer = {} if self.echo is None else {self.echo: text}
        body = json.dumps({**answer, self.field: self.prefix + code}).encode()
        return HandshakeAnswer(body, "application/json")


def _required(text: str) -> str:
    if CHALLENGE.fullmatch(text) is None:
        message = "the challenge holds what no platform sends"
        raise WebhookError(message)
    return text
