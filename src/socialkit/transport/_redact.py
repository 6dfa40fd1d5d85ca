"""Taking secrets out of what an error or a log line shows."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, quote_plus, unquote

from socialkit.transport._request import Request
from socialkit.transport._secret import MASK, Secret, mask

__all__ = ["redact", "redact_body", "secrets_of", "spellings"]

BODY_READ: Final = 32_000
"""Far more than an error keeps, so that no secret is cut in two where it ends."""
SECRET_FIELDS: Final = re.compile(
    # A word is tried from its beginning alone: otherwise the time would grow with the square of its length.
    r"""(["']?(?<!\w)\w*(?:token|secret|password|jwt|assertion|code_verifier)["']?\s*[:=]\s*["']?)"""
    r"""[^"'&\s<>,}]{4,}""",
    re.IGNORECASE,
)
"""A field of a JSON document or a form whose value nobody must see, known or not."""

PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]+")
"""What most tokens are made of, and nobody has to spell in another way."""
QUOTED: Final = re.compile("(?:%[0-9A-F]{2})+")
FIRST_OWN: Final = (0, 2, 3)
"""Which letter of its Base64 is the first to hold nothing of what stands before, by the bytes before it."""
IN_ADDRESSES: Final = str.maketrans("+/", "-_")
SIGNED_WITH: Final = re.compile(r'\boauth_(?:token|verifier|signature)="([^"]+)"')
"""The parts of a header of OAuth 1.0a that are secret by themselves."""


def secrets_of(request: Request) -> tuple[Secret, ...]:
    """Return what a request holds that must not be shown, in every spelling an answer may echo."""
    return tuple(Secret(text) for text in sorted(set(_spellings(request)), key=len, reverse=True))


def _spellings(request: Request) -> Iterator[str]:
    pairs = (*request.headers.items(), *request.params, *request.form)
    for whole in (value.reveal() for _, value in pairs if isinstance(value, Secret)):
        for value in (whole, whole.rpartition(" ")[2], *map(unquote, SIGNED_WITH.findall(whole))):
            yield from spellings(value)


def spellings(value: str) -> Iterator[str]:
    """Yield a secret as JSON, HTML, addresses and Base64 spell it."""
    yield value
    yield from _in_base64(value)
    if PLAIN.fullmatch(value):  # spelled the same everywhere
        return
    yield html.escape(value)
    # JSON writes a slash, and what is not ASCII, with and without a backslash before it.
    for written in (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]):
        yield from (written, written.replace("/", "\\/"))
    for quoted in (_quoted(value, "/"), _quoted(value, ""), quote_plus(value, errors="replace")):
        # Twice: an address inside an address. Some write the digits of what they quote in small letters.
        for whole in (quoted, _quoted(quoted, "")):
            yield from (whole, QUOTED.sub(lambda found: found[0].lower(), whole))


def _in_base64(value: str) -> Iterator[str]:
    """Yield what is the same of a text's Base64 whatever stands around it, as a name before a password."""
    data = value.encode("utf-8", "surrogatepass")
    for before, first in enumerate(FIRST_OWN):
        told = b64encode(bytes(before) + data).decode()[first : (before + len(data)) * 4 // 3]
        yield from (told, told.translate(IN_ADDRESSES))


def _quoted(value: str, safe: str) -> str:
    return quote(value, safe=safe, errors="replace")


def redact(text: str, secrets: tuple[Secret, ...]) -> str:
    """Return a text without secrets: neither those that are known nor those that a field's name gives away.

    Example:
        >>> redact('{"access_token": "abcdefgh", "id": "1"}', ())
        '{"access_token": "***", "id": "1"}'
    """
    return SECRET_FIELDS.sub(rf"\g<1>{MASK}", mask(text, secrets))


def redact_body(content: bytes, secrets: tuple[Secret, ...]) -> bytes:
    """Return the beginning of an answer's bytes without secrets."""
    return redact(content[:BODY_READ].decode("utf-8", "backslashreplace"), secrets).encode()
