"""What somebody brings back from a login: whether it is this login's answer, and the code in it."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from socialkit.auth._oauth import LoginState
from socialkit.auth._sealed import SKEW
from socialkit.errors import AuthenticationError, ConfigurationError
from socialkit.models import require_aware
from socialkit.transport import Secret

__all__ = ["LOGIN_LIFE", "belongs", "parse_callback"]

LOGIN_LIFE: Final = timedelta(hours=1)
"""How long after its beginning a login can be finished: time to find a password, and no more."""
SHOWN: Final = 200
"""How much of a platform's words a message repeats."""
ISSUER: Final = "iss"


@dataclass(frozen=True, slots=True)
class _Names:
    """How a return calls what it brings."""

    code: str
    nonce: str
    error: str


OAUTH_2: Final = _Names("code", "state", "error")
OAUTH_1: Final = _Names("oauth_verifier", "oauth_token", "denied")
"""`denied` is X's, and its value is the token."""


class _Callback:
    """The parameters of a return, secrets wrapped."""

    def __init__(self, answer: str, state: LoginState) -> None:
        answer = _whole(answer)
        names = OAUTH_2 if state.token_secret is None else OAUTH_1
        self.bare = Secret(answer.strip())
        pairs = parse_qsl(_query(answer.strip()), keep_blank_values=True)
        self.twice = _repeated(name for name, _ in pairs)
        values = dict(pairs)
        self.named = bool({names.code, names.nonce, names.error}.intersection(values))
        self.error = values.get("error")
        self.reason = values.get("error_description") or values.get("error_reason") or ""
        self.code = Secret(values.get(names.code, ""))
        self.nonce = Secret(values.get(names.nonce, ""))
        self.issuer = values.get(ISSUER)
        self.doubled = bool({names.code, names.nonce, ISSUER}.intersection(self.twice))
        if names is OAUTH_1 and names.error in values:
            self.error, self.nonce = names.error, Secret(values[names.error])

    def copied(self) -> Secret | None:
        """Return what a person copied: the code, or the address of the page that shows it."""
        if self.named:
            return None if self.nonce or self.error is not None else self.code
        return None if "://" in self.bare.reveal() else self.bare

    def is_of(self, state: LoginState) -> bool:
        """Tell whether it carries the login's own nonce, in a time that tells nothing of it."""
        same = hmac.compare_digest(self.nonce.reveal().encode(), state.nonce.reveal().encode())
        return same and bool(self.nonce)


def belongs(answer: str, state: LoginState) -> bool:
    """Tell whether an address is the answer to a login, be it a code or a refusal."""
    callback = _Callback(answer, state)
    del answer
    return not callback.doubled and callback.is_of(state) and (bool(callback.code) or bool(callback.error))


def parse_callback(answer: str, state: LoginState, *, now: datetime) -> Secret:
    """Return the code from the address that somebody came back to, or from its query.

    A login without an address to return to (`OUT_OF_BAND`) takes the bare code too.

    Raises:
        ConfigurationError: The login was refused, belongs to somebody else, or was tampered with.
        AuthenticationError: It was begun longer ago than `LOGIN_LIFE`, or another server answers it than
            the one that was asked (RFC 9207).
    """
    callback = _Callback(answer, state)
    del answer  # it would stand in the traceback
    _require_fresh(state, require_aware(now, "now"))
    if state.out_of_band and (code := callback.copied()):
        return code
    if not callback.named:
        raise _wrong(state, "the address holds neither a code nor an error: pass the whole address")
    if callback.doubled:
        raise _wrong(state, "the address holds two codes, states or issuers: start the login again")
    if not callback.is_of(state):
        raise _wrong(state, "the state of the address is not this login's: start the login again")
    if callback.error is not None:  # only now: anybody could have written its words otherwise
        raise _wrong(state, f"the login was refused: {_words(callback)}")
    _require_issuer(state, callback.issuer)
    if not callback.code:
        raise _wrong(state, "the address holds no code: start the login again")
    return callback.code


def _require_fresh(state: LoginState, now: datetime) -> None:
    age = now - state.created_at
    if age < -SKEW:
        raise _wrong(state, "the state says that the login begins in the future: start the login again")
    if age > LOGIN_LIFE:
        raise _unproven(state, f"the login was begun more than {LOGIN_LIFE} ago: start it again")


def _require_issuer(state: LoginState, named: str | None) -> None:
    """Refuse an answer of another server than the one that was asked: its code is for that one alone."""
    if state.issuer is None or (named is None and not state.names_issuer):
        return
    if named is None:
        raise _unproven(state, f"the address does not say that it comes from {state.issuer}")
    if named.rstrip("/") != state.issuer.rstrip("/"):
        message = f"the address comes from {_printable(named)}, but {state.issuer} was asked"
        raise _unproven(state, message)


def _query(text: str) -> str:
    if "://" in text or text.startswith(("/", "?")):
        return _query_of_address(text)
    return text.partition("#")[0]


def _whole(text: str) -> str:
    """Return a text without halves of characters, which nothing can compare or send."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _repeated(names: Iterable[str]) -> set[str]:
    """Return which names come more than once, in one look at each: strangers say how many there are."""
    seen: set[str] = set()
    repeated: set[str] = set()
    for name in names:
        (repeated if name in seen else seen).add(name)
    return repeated


def _query_of_address(text: str) -> str:
    try:
        return urlsplit(text).query
    except ValueError:
        return ""


def _words(callback: _Callback) -> str:
    text = f"{callback.error}: {callback.reason}" if callback.reason else f"{callback.error}"
    return _printable(text)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[:SHOWN])


def _wrong(state: LoginState, message: str) -> ConfigurationError:
    return ConfigurationError(message, platform=state.platform, operation="login")


def _unproven(state: LoginState, message: str) -> AuthenticationError:
    return AuthenticationError(message, status=401, platform=state.platform, operation="login")
