"""Taking out of an answer what a client holds or has just sent: a server may repeat it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final, NoReturn

from socialkit.transport._redact import spellings
from socialkit.transport._request import Request, Response
from socialkit.transport._secret import MASK, Secret, looked_up

__all__ = ["Echoes"]

SHORTEST: Final = 8
"""Shorter secrets are left: in an answer that is kept, words and ids would go with them."""
NEEDLESS: Final = re.compile(rb"\\u00(?:2[013-589a-fA-F]|3[0-9abdfABDF]|[467]|5[0-9abdefABDEF])")
"""A character that JSON need not escape, and that servers do not for the sake of HTML either."""
ESCAPED: Final = re.compile(rb"\\(?:u00([2-7][0-9a-fA-F])|.)", re.DOTALL)
KEPT: Final = frozenset(b'"\\')
COMMON: Final = b"0123456789eatoinrsldcumhpgfbwvy-_./kTSAIMCDPRELNxjFBGOHUVWKYJqzXZQ"
"""What answers are made of, the most frequent first."""
END: Final = 12
"""How much of the end of a secret is looked for first; how they begin, many have in common."""
MASKED: Final = MASK.encode()


class Echoes:
    """Looks for the secrets of a client in what comes. Without any, an answer stays as it is.

    Example:
        >>> answer = Response(200, {}, b'{"id": "1", "sent": "Bearer not-a-real-token"}')
        >>> request = Request(method="GET", url="https://pixelwall.example/pins/1")
        >>> Echoes().masked(answer, request, (Secret("not-a-real-token"),)).content
        b'{"id": "1", "sent": "Bearer ***"}'
    """

    def __init__(self) -> None:
        self._known: tuple[tuple[Secret, ...], _Marks] = (), _Marks(())

    def masked(self, response: Response, request: Request, held: tuple[Secret, ...]) -> Response:
        """Return an answer without the secrets that are held or went with its request."""
        marks = self._marks(held)
        response = _masked(response, marks)
        words = _words(request)
        # What was sent and is not held: a proof, or a token for this one call.
        return response if marks.covers(words) else _masked(response, _Marks(map(Secret, words)))

    def without(self, content: bytes, held: tuple[Secret, ...]) -> bytes:
        """Return what came without the secrets that are held."""
        return self._marks(held).without(content)

    def _marks(self, held: tuple[Secret, ...]) -> _Marks:
        known, marks = self._known
        if known != held:
            marks = _Marks(held)
            self._known = held, marks
        return marks


class _Marks:
    """What is looked for: every spelling of some secrets. It is shown by nothing, as they are."""

    __slots__ = ("__plain", "__signs", "__written")

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self.__plain = set(map(looked_up, secrets))
        told = {word for one in self.__plain if len(one) >= SHORTEST for word in spellings(one)}
        # The longest first: a secret may hold another one, and half of it would stay.
        spelled = sorted(told, key=len, reverse=True)
        self.__written = tuple(one.encode("utf-8", "surrogatepass") for one in spelled)
        self.__signs = tuple(map(_signs, self.__written))

    def __reduce__(self) -> NoReturn:
        message = "what secrets are looked for by cannot be pickled"
        raise TypeError(message)

    def covers(self, texts: Iterable[str]) -> bool:
        """Return whether all of these are looked for already."""
        return self.__plain.issuperset(texts)

    def without(self, content: bytes) -> bytes:
        """Return bytes without what is looked for; the same object where nothing of it is in them."""
        opened = ESCAPED.sub(_unescaped, content) if NEEDLESS.search(content) else content
        if not self._may_be_in(opened) or not any(one in opened for one in self.__written):
            return content
        for written in self.__written:
            opened = opened.replace(written, MASKED)
        return opened

    def _may_be_in(self, content: bytes) -> bool:
        # One letter is looked for many times as fast as a text, and a short text as a long one.
        for rarest, rare, end in self.__signs:
            if rarest in content and rare in content and content.find(end) >= 0:
                return True
        return False


def _signs(written: bytes) -> tuple[int, int, bytes]:
    """Return the two letters of a text that answers have least, and its end."""
    letters = sorted(set(written), key=COMMON.find)
    return letters[-1], letters[-2 % len(letters)], written[-END:]


def _words(request: Request) -> list[str]:
    """Return the secrets of a request, without the names of schemes that stand before them."""
    found = [one for one in request.headers.values() if isinstance(one, Secret)]
    if request.params or request.form:
        found += [one for _, one in (*request.params, *request.form) if isinstance(one, Secret)]
    return [looked_up(one).rpartition(" ")[2] for one in found]


def _masked(response: Response, marks: _Marks) -> Response:
    headers = response.headers
    whole = b"\n".join((response.content, "\n".join(headers.values()).encode()))
    if marks.without(whole) is whole:
        return response
    shown = {name: marks.without(value.encode()).decode() for name, value in headers.items()}
    return replace(response, content=marks.without(response.content), headers=shown)


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = int(found[1], 16) if found[1] else None
    return found[0] if code is None or code in KEPT else bytes((code,))
