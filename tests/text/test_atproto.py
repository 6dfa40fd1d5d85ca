"""Syntax of the identifiers of the AT Protocol."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from socialkit.text import (
    is_at_identifier,
    is_at_uri,
    is_atproto_datetime,
    is_did,
    is_handle,
    is_language,
    is_nsid,
    is_record_key,
    is_tid,
)

LABEL = "a" * 63
HOST = "at://did:web:example.com"


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (is_handle, "ada.example.com"),
        (is_handle, "ADA.Example.COM"),
        (is_handle, "4ada.b--c.xn--p1ai"),
        (is_handle, f"{LABEL}.com"),
        (is_handle, f"{LABEL}.{LABEL}.{LABEL}.{'a' * 61}"),
        (is_did, "did:web:example.com%3A8080"),
        (is_did, "did:plc:abc:.-_"),
        (is_did, "did:plc:" + "a" * 2040),
        (is_at_identifier, "did:plc:abc"),
        (is_at_identifier, "ada.example.com"),
        (is_nsid, "com.example.getThing"),
        (is_nsid, "com.4ever.a-b.thing2"),
        (is_nsid, f"com.example.{LABEL}"),
        (is_record_key, "self"),
        (is_record_key, "a" * 512),
        (is_record_key, "a:b~c.d_e-f"),
        (is_record_key, "..."),
        (is_tid, "2222222222222"),
        (is_tid, "jzzzzzzzzzzzz"),
        (is_at_uri, HOST),
        (is_at_uri, "at://ada.example.com/com.example.thing"),
        (is_at_uri, f"{HOST}/com.example.thing/{'a' * 512}"),
        (is_atproto_datetime, "2024-02-29T23:59:59Z"),
        (is_atproto_datetime, "2024-02-29T23:59:59.12345678901234567890+14:00"),
        (is_atproto_datetime, "0010-01-01T00:00:00-12:30"),
        (is_language, "fr"),
        (is_language, "en-GB-oxendict"),
        (is_language, "sr-Latn-RS"),
        (is_language, "es-419"),
        (is_language, "zh-yue-HK"),
        (is_language, "i-KLINGON"),
        (is_language, "x-ours"),
        (is_language, "en-a-bbb-x-a"),
        (is_language, "EN"),
    ],
)
def test_well_formed_identifiers_pass(check: Callable[[str], bool], text: str) -> None:
    assert check(text) is True


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (is_handle, ""),
        (is_handle, "com"),
        (is_handle, "@ada.example.com"),
        (is_handle, "ada.example.com."),
        (is_handle, "ada..com"),
        (is_handle, "ada_l.example.com"),
        (is_handle, "-ada.example.com"),
        (is_handle, "ada.4com"),
        (is_handle, "ada.exämple.com"),
        (is_handle, "ada.example.com\n"),
        (is_handle, f"{LABEL}a.com"),
        (is_handle, f"{LABEL}.{LABEL}.{LABEL}.{'a' * 62}"),
        (is_did, "did:plc:"),
        (is_did, "did:PLC:abc"),
        (is_did, "did:plc:abc:"),
        (is_did, "did:plc:abc/x"),
        (is_did, "did:plc:" + "a" * 2041),
        (is_at_identifier, "@ada.example.com"),
        (is_nsid, "com.example"),
        (is_nsid, "com.example.get-thing"),
        (is_nsid, "com.example.2get"),
        (is_nsid, "4com.example.get"),
        (is_nsid, f"com.example.{LABEL}a"),
        (is_nsid, "com." + "example." * 40 + "getThing"),
        (is_record_key, ""),
        (is_record_key, "."),
        (is_record_key, ".."),
        (is_record_key, "a" * 513),
        (is_record_key, "a/b"),
        (is_record_key, "é"),
        (is_tid, "k222222222222"),
        (is_tid, "222222222222"),
        (is_tid, "2222222222221"),
        (is_tid, "A222222222222"),
        (is_at_uri, "at://"),
        (is_at_uri, f"{HOST}/"),
        (is_at_uri, f"{HOST}/thing"),
        (is_at_uri, f"{HOST}/com.example.thing/"),
        (is_at_uri, f"{HOST}/com.example.thing/a/b"),
        (is_at_uri, f"{HOST}#part"),
        (is_at_uri, f"AT{HOST[2:]}"),
        (is_at_uri, "at:did:web:example.com"),
        (is_atproto_datetime, "2023-02-29T00:00:00Z"),
        (is_atproto_datetime, "2024-01-01T24:00:00Z"),
        (is_atproto_datetime, "2024-01-01T00:00:60Z"),
        (is_atproto_datetime, "2024-01-01T00:00:00"),
        (is_atproto_datetime, "2024-01-01T00:00:00-00:00"),
        (is_atproto_datetime, "2024-01-01T00:00:00+24:00"),
        (is_atproto_datetime, "2024-01-01T00:00:00+00:60"),
        (is_atproto_datetime, "2024-01-01T00:00:00.Z"),
        (is_atproto_datetime, "2024-01-01T00:00:00.123456789012345678901Z"),
        (is_atproto_datetime, "0009-01-01T00:00:00Z"),
        (is_atproto_datetime, "٢٠٢٤-01-01T00:00:00Z"),
        (is_language, ""),
        (is_language, "e"),
        (is_language, "fr-"),
        (is_language, "fr_FR"),
        (is_language, "en-GB-US"),
        (is_language, "en-a"),
        (is_language, "fr-muchtoolong"),
    ],
)
def test_ill_formed_identifiers_fail(check: Callable[[str], bool], text: str) -> None:
    assert check(text) is False


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("fr", True),
        ("x-ours", True),
        ("i-klingon", True),
        ("en-a-bbb-c-ddd", True),
        ("de-1901-1996", True),
        ("EN", False),
        ("abcd", False),
        ("de-1901-1901", False),
        ("en-a-bbb-A-ccc", False),
    ],
)
def test_a_strict_look_at_languages_refuses_what_stands_twice(text: str, valid: bool) -> None:
    assert is_language(text) is True
    assert is_language(text, strict=True) is valid
