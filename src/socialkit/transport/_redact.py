"""Taking secrets out of what an error or a log line shows."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, quote_plus, unquote

from socialkit.transport._request import Request
from socialkit.transport._secret import MASK, Secret, mask

__all__ = ["redact", "redact_body", "secrets_of"]

BODY_READ: Final = 32_000
"""Far more than an error keeps, so that no secret is cut in two where it ends."""
SECRET_FIELDS: Final = re.compile(
    # A word is tried from its beginning alone: otherwise the time would grow with the square of its length.
    r"""(["']?(?<!\w)\w*(?:token|secret|password|jwt|assertion|code_verifier)["']?\s*[:=]\s*["']?)"""
    r"""[^"'&\s<>,}]{4,}""",
    re.IGNORECASE,
)
"""A field of a JSON document or a form whose value nobody must see, known or not."""

SIGNED_WITH: Final = re.compile(r'\boauth_(?:token|verifier|signature)="([^"]+)"')
"""The parts of a header of OAuth 1.0a that are secret by themselves."""


def secrets_of(request: Request) -> tuple[Secret, ...]:
    """Return what a request holds that must not be shown, in every spelling an answer may echo."""
    return tuple(Secret(text) for text in sorted(set(_spellings(request)), key=len, reverse=True))


def _spellings(request: Request) -> Iterator[str]:
    pairs = (*request.headers.items(), *request.params, *request.form)
    for whole in (value.reveal() for _, value in pairs if isinstance(value, Secret)):
        for value in (whole, whole.rpartition(" ")[2], *map(unquote, SIGNED_WITH.findall(whole))):
            yield from (value, html.escape(value))
            # JSON writes a slash with and without a backslash before it.
            yield from (written := json.dumps(value)[1:-1], written.replace("/", "\\/"))
            for quoted in (_quoted(value, "/"), _quoted(value, ""), quote_plus(value, errors="replace")):
                yield from (quoted, _quoted(quoted, ""))  # twice: an address inside an address


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
