"""Letting an app act for somebody: codes that are worth a token once."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlencode, urlsplit

from pixelwall.sandbox._records import RefusedError

__all__ = ["Consent"]


class Consent:
    """Who agreed to what."""

    def __init__(self) -> None:
        self._codes: dict[str, tuple[str, str]] = {}

    def agree(self, url: str, account: str) -> str:
        """Agree in a browser, and return the address that it is sent back to."""
        asked = {
            name: values[0]
            for name, values in parse_qs(urlsplit(url).query).items()
        }
        code = f"made-up-code-{len(self._codes)}"
        self._codes[code] = (account, asked["code_challenge"])
        answer = urlencode({"code": code, "state": asked["state"]})
        return f"{asked['redirect_uri']}?{answer}"

    def account(self, code: str, verifier: str) -> str:
        """Return whose account a code stands for; it is used up."""
        account, challenge = self._codes.pop(code, ("", ""))
        digest = hashlib.sha256(verifier.encode()).digest()
        if urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
            raise RefusedError(400, "code_over")
        return account
