"""Syntax of the identifiers of the AT Protocol, on which Bluesky runs (https://atproto.com/specs)."""

import re
from datetime import UTC, datetime

__all__ = [
    "is_at_identifier",
    "is_at_uri",
    "is_atproto_datetime",
    "is_did",
    "is_handle",
    "is_language",
    "is_nsid",
    "is_record_key",
    "is_tid",
]

_MAXIMUM_HANDLE = 253
_MAXIMUM_DID = 2048
_MAXIMUM_NSID = 253 + 1 + 63
_MAXIMUM_URI = 8192
_MAXIMUM_DATETIME = 64
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_HANDLE = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]){_LABEL}")
_DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]")
_NSID = re.compile(rf"(?![0-9]){_LABEL}(?:\.{_LABEL})+\.[a-zA-Z][a-zA-Z0-9]{{0,62}}")
_RECORD_KEY = re.compile(r"[a-zA-Z0-9_~.:-]{1,512}")
_TID = re.compile(r"[234567a-j][234567a-z]{12}")
_DATETIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,20})?"
    r"(?:Z|[+-]([0-9]{2}):([0-9]{2}))"
)
_LANGUAGE = re.compile(
    r"(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
    r"(?P<extensions>(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*)(?:-x(?:-[a-z0-9]{1,8})+)?|x(?:-[a-z0-9]{1,8})+)",
    re.IGNORECASE,
)
_SINGLETON = re.compile(r"-([0-9a-z])(?=-)", re.IGNORECASE)
# Registered before the grammar was, and against it.
_IRREGULAR_LANGUAGES = frozenset(
    {
        "en-gb-oed",
        "i-ami",
        "i-bnn",
        "i-default",
        "i-enochian",
        "i-hak",
        "i-klingon",
        "i-lux",
        "i-mingo",
        "i-navajo",
        "i-pwn",
        "i-tao",
        "i-tay",
        "i-tsu",
        "sgn-be-fr",
        "sgn-be-nl",
        "sgn-ch-de",
        "art-lojban",
        "cel-gaulish",
        "no-bok",
        "no-nyn",
        "zh-guoyu",
        "zh-hakka",
        "zh-min",
        "zh-min-nan",
        "zh-xiang",
    }
)


def is_handle(text: str) -> bool:
    """Tell whether a text can be a handle: a domain name in ASCII, without a leading `@`.

    Example:
        >>> is_handle("ada.example.com"), is_handle("ada"), is_handle("@ada.example.com")
        (True, False, False)
    """
    return len(text) <= _MAXIMUM_HANDLE and _HANDLE.fullmatch(text) is not None


def is_did(text: str) -> bool:
    """Tell whether a text can be a decentralised identifier, which stays when a handle changes.

    Example:
        >>> is_did("did:web:example.com"), is_did("did:web:")
        (True, False)
    """
    return len(text) <= _MAXIMUM_DID and _DID.fullmatch(text) is not None


def is_at_identifier(text: str) -> bool:
    """Tell whether a text can name an account: a handle or a DID.

    Example:
        >>> is_at_identifier("ada.example.com"), is_at_identifier("did:web:example.com")
        (True, True)
    """
    return is_handle(text) or is_did(text)


def is_nsid(text: str) -> bool:
    """Tell whether a text can name a method or a kind of record: a domain backwards and a name.

    Example:
        >>> is_nsid("com.example.getThing"), is_nsid("com.example")
        (True, False)
    """
    return len(text) <= _MAXIMUM_NSID and _NSID.fullmatch(text) is not None


def is_record_key(text: str) -> bool:
    """Tell whether a text can be the key of a record in its collection.

    Example:
        >>> is_record_key("self"), is_record_key("..")
        (True, False)
    """
    return _RECORD_KEY.fullmatch(text) is not None and text not in {".", ".."}


def is_tid(text: str) -> bool:
    """Tell whether a text can be a timestamp identifier, the key of posts and most other records.

    Example:
        >>> is_tid("3jzfcijpj2z2a"), is_tid("zzzzzzzzzzzzz")
        (True, False)
    """
    return _TID.fullmatch(text) is not None


def is_at_uri(text: str) -> bool:
    """Tell whether a text can be the address of an account, a collection or a record.

    Example:
        >>> is_at_uri("at://did:web:example.com/com.example.thing/self"), is_at_uri("at://ada")
        (True, False)
    """
    scheme, _, rest = text.partition("//")
    parts = rest.split("/")
    checks = (is_at_identifier, is_nsid, is_record_key)
    if scheme != "at:" or len(text) > _MAXIMUM_URI or len(parts) > len(checks):
        return False
    return all(check(part) for check, part in zip(checks, parts, strict=False))


def is_atproto_datetime(text: str) -> bool:
    """Tell whether a text is a time as records hold it: RFC 3339 and ISO 8601 at once, with a zone.

    Example:
        >>> is_atproto_datetime("2026-11-21T09:30:00.000Z"), is_atproto_datetime("2026-11-21 09:30")
        (True, False)
    """
    found = _DATETIME.fullmatch(text)
    if found is None or len(text) > _MAXIMUM_DATETIME or text.endswith("-00:00") or text.startswith("000"):
        return False
    year, month, day, hour, minute, second, zone_hours, zone_minutes = map(int, found.groups(default="0"))
    try:
        datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return False
    return zone_hours < 24 and zone_minutes < 60


def is_language(text: str, *, strict: bool = False) -> bool:
    """Tell whether a text is a language tag (BCP 47), as posts name their languages.

    With `strict` no variant or extension may stand twice and the language has two or three small letters.
    Whether a language of that name exists is not asked.

    Example:
        >>> is_language("pt-BR"), is_language("zh-Hant"), is_language("english please")
        (True, True, False)
    """
    if text.lower() in _IRREGULAR_LANGUAGES:
        return True
    found = _LANGUAGE.fullmatch(text)
    if found is None or not strict:
        return found is not None
    if found["variants"] is None:
        return True
    repeated = (
        found["variants"].lower().split("-")[1:],
        [singleton.lower() for singleton in _SINGLETON.findall(found["extensions"])],
    )
    language = text.partition("-")[0]
    return len(language) < 4 and language.islower() and all(len(set(tags)) == len(tags) for tags in repeated)
