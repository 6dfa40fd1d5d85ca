"""Taking out of an answer what a client holds or has just sent: a server may repeat it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, NoReturn

from socialkit.transport._redact import spellings
from socialkit.transport._request import Request, Response
from socialkit.transport._secret import MASK, Secret

__all__ = ["Echoes"]

SHORTEST: Final = 8
"""Shorter secrets are left: in an answer that is kept, words and ids would go with them."""
NEEDLESS: Final = re.compile(rb"\\u00(?:2[013-589a-fA-F]|3[0-9abdfABDF]|[467]|5[0-9abdefABDEF])")
"""A character that JSON need not escape, and that servers do not for the sake of HTML either."""
ESCAPED: Final = re.compile(rb"\\(?:u00([2-7][0-9a-fA-F])|.)", re.DOTALL)
KEPT: Final = frozenset(b'"\\')
COMMON: Final = b"0123456789eatoinrsldcumhpgfbwvy-_./kTSAIMCDPRELNxjFBGOHUVWKYJqzXZQ"
"""What answers are made of, the most frequent first."""
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
        for sent in _only_sent(request, marks):
            response = _masked(response, sent)
        return response

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

    __slots__ = ("__plain", "__written")

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self.__plain = {one.reveal() for one in secrets}
        told = {word for one in self.__plain if len(one) >= SHORTEST for word in spellings(one)}
        # The longest first: a secret may hold another one, and half of it would stay.
        written = (one.encode("utf-8", "surrogatepass") for one in sorted(told, key=len, reverse=True))
        self.__written = tuple((bytes((max(one, key=COMMON.find),)), one) for one in written)

    def __reduce__(self) -> NoReturn:
        message = "what secrets are looked for by cannot be pickled"
        raise TypeError(message)

    def covers(self, texts: Iterable[str]) -> bool:
        """Return whether all of these are looked for already."""
        return self.__plain.issuperset(texts)

    def without(self, content: bytes) -> bytes:
        """Return bytes without what is looked for; the same object where nothing of it is in them."""
        opened = ESCAPED.sub(_unescaped, content) if NEEDLESS.search(content) else content
        found = False
        for rarest, written in self.__written:
            # One letter is looked for many times as fast as a text.
            if rarest in opened and written in opened:
                opened, found = opened.replace(written, MASKED), True
        return opened if found else content


def _only_sent(request: Request, held: _Marks) -> Iterator[_Marks]:
    """Yield what to look for of a request that is not held: of a proof, or of a token for this one call."""
    pairs = (*request.headers.items(), *request.params, *request.form)
    words = [one.reveal().rpartition(" ")[2] for _, one in pairs if isinstance(one, Secret)]
    if not held.covers(words):
        yield _Marks(map(Secret, words))


def _masked(response: Response, marks: _Marks) -> Response:
    content, told = marks.without(response.content), "\n".join(response.headers.values()).encode()
    if content is response.content and marks.without(told) is told:
        return response
    headers = {name: marks.without(value.encode()).decode() for name, value in response.headers.items()}
    return replace(response, content=content, headers=headers)


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = int(found[1], 16) if found[1] else None
    return found[0] if code is None or code in KEPT else bytes((code,))
