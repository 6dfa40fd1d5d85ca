"""The formats that texts of the protocol have."""

import re
from collections.abc import Callable
from datetime import datetime

from socialkit.sandbox.bluesky._ids import to_bytes

_HANDLE = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]")
_NSID = re.compile(
    r"[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
    r"\.[a-zA-Z][a-zA-Z0-9]{0,62}"
)
_TID = re.compile(r"[234567abcdefghij][234567a-z]{12}")
_KEY = re.compile(r"[a-zA-Z0-9_~.:-]{1,512}")
_TIME = re.compile(
    r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,20})?(Z|[+-][0-2][0-9]:[0-5][0-9])"
)
_LANGUAGE = re.compile(
    r"(i-[a-z]+(-[a-z0-9]+)*|x(-[a-z0-9]{1,8})+|([a-z]{2,3}(-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})(-[a-z]{4})?"
    r"(-([a-z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(-[a-wyz0-9](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?)",
    re.IGNORECASE,
)
_URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s]{1,8192}", re.IGNORECASE)


def is_handle(text: str) -> bool:
    """Whether a text can be somebody's handle."""
    return len(text) <= 253 and _HANDLE.fullmatch(text) is not None


def is_did(text: str) -> bool:
    """Whether a text can be somebody's lasting identifier."""
    return len(text) <= 2_048 and _DID.fullmatch(text) is not None


def is_identifier(text: str) -> bool:
    """Whether a text is a handle or a DID."""
    return is_handle(text) or is_did(text)


def is_nsid(text: str) -> bool:
    """Whether a text can name a method or a collection."""
    return len(text) <= 317 and _NSID.fullmatch(text) is not None


def is_key(text: str) -> bool:
    """Whether a text can be the key of a record."""
    return text not in {".", ".."} and _KEY.fullmatch(text) is not None


def is_tid(text: str) -> bool:
    """Whether a text is a key made from time."""
    return _TID.fullmatch(text) is not None


def is_uri(text: str) -> bool:
    """Whether a text is an address."""
    return _URI.fullmatch(text) is not None


def is_language(text: str) -> bool:
    """Whether a text is a language tag."""
    return _LANGUAGE.fullmatch(text) is not None


def is_cid(text: str) -> bool:
    """Whether a text identifies content."""
    try:
        raw = to_bytes(text)
    except ValueError:
        return False
    return len(raw) == 36 and raw[:2] in {b"\x01\x71", b"\x01\x55"}


def is_time(text: str) -> bool:
    """Whether a text is a moment: RFC 3339 with seconds and a zone."""
    if _TIME.fullmatch(text) is None or text.endswith("-00:00"):
        return False
    try:
        datetime.fromisoformat(re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text))
    except ValueError:
        return False
    return True


def is_record_uri(text: str) -> bool:
    """Whether a text is the address of a repository, a collection or a record."""
    if not text.startswith("at://"):
        return False
    who, *rest = text.removeprefix("at://").split("/")
    checks: tuple[Callable[[str], bool], ...] = (is_nsid, is_key)
    known = len(rest) <= 2 and all(check(part) for check, part in zip(checks, rest, strict=False))
    return known and is_identifier(who)


def split_uri(uri: str) -> tuple[str, str, str]:
    """Return whose record, of which collection and under which key; empty texts for what is left out."""
    who, _, rest = uri.removeprefix("at://").partition("/")
    collection, _, key = rest.partition("/")
    return who, collection, key


FORMATS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "at-identifier": ("AT identifier", is_identifier),
    "at-uri": ("at-uri", is_record_uri),
    "cid": ("CID string", is_cid),
    "datetime": ("datetime", is_time),
    "did": ("DID", is_did),
    "handle": ("handle", is_handle),
    "language": ("language", is_language),
    "nsid": ("NSID", is_nsid),
    "record-key": ("record key", is_key),
    "tid": ("TID string", is_tid),
    "uri": ("uri", is_uri),
}
"""By the name in lexicons: the name in messages, and the test."""
