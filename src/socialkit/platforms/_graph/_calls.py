"""Calls of a Graph API: the version in the path, fields that are asked for, forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from json import dumps

from pydantic import JsonValue

from socialkit.transport import Request, Safety, Secret, segment

__all__ = ["GraphCalls", "form_of"]

Value = JsonValue | Secret | datetime


def form_of(values: Mapping[str, Value]) -> tuple[tuple[str, str | Secret], ...]:
    """Return the fields of a form: nothing for None, JSON for lists and objects, unix seconds for times.

    Example:
        >>> form_of({"message": "One", "published": False, "link": None, "tags": ["1", "2"]})
        (('message', 'One'), ('published', 'false'), ('tags', '["1","2"]'))
    """
    return tuple((name, _text(value)) for name, value in values.items() if value is not None)


def _text(value: Value) -> str | Secret:
    if isinstance(value, str | Secret):
        return value
    if isinstance(value, datetime):
        return str(int(value.timestamp()))
    return dumps(value, ensure_ascii=False, separators=(",", ":"))


class GraphCalls:
    """Makes the requests of one client.

    Example:
        >>> calls = GraphCalls("v26.0")
        >>> calls.get("me", "accounts", fields=("id", "name")).target()
        'v26.0/me/accounts?fields=id%2Cname'
    """

    def __init__(self, version: str) -> None:
        self.version = version

    def url(self, *path: str) -> str:
        """Return the address of a node, or of one of its edges."""
        return "/".join((self.version, *(segment(part) for part in path)))

    def get(
        self, *path: str, fields: tuple[str, ...] = (), params: tuple[tuple[str, str], ...] = ()
    ) -> Request:
        """Return a read."""
        asked = (("fields", ",".join(fields)),) if fields else ()
        return Request(method="GET", url=self.url(*path), params=(*asked, *params))

    def post(
        self,
        *path: str,
        values: Mapping[str, Value] | None = None,
        fields: tuple[str, ...] = (),
        safety: Safety = Safety.WRITE,
    ) -> Request:
        """Return a write, as a form; with `fields` it answers with what it made, and not its id alone."""
        asked = (("fields", ",".join(fields)),) if fields else ()
        form = form_of(values or {})
        return Request(method="POST", url=self.url(*path), params=asked, form=form, safety=safety)

    def delete(self, *path: str) -> Request:
        """Return a deletion."""
        return Request(method="DELETE", url=self.url(*path), safety=Safety.WRITE)
