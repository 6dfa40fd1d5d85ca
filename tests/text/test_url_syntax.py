"""Whether a whole string is a web address."""

from __future__ import annotations

import pytest

from socialkit.text import is_url


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com",
        "HTTP://EXAMPLE.COM/A",
        "https://a_b.example.com",
        "https://ada:secret@example.com:8080/",
        "https://10.0.0.255/a",
        "https://[2001:db8::1]:80/a",
        "https://例え.みんな/a",
        "https://example.com/a;b=c/%20?d=(e)#f/?g",
    ],
)
def test_web_addresses_pass(text: str) -> None:
    assert is_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://",
        "example.com",
        "ftp://example.com",
        "https://localhost",
        "https://example.com ",
        "https://exam ple.com",
        "https://example_a.com",
        "https://-a.example.com",
        "https://a-.example.com",
        "https://a..example.com",
        "https://10.0.0.256",
        "https://example.com:123456",
        "https://example.com/%zz",
        "https://example.com/漢字",
        "https://a@b@example.com",
        "https://example.com\n",
    ],
)
def test_other_strings_fail(text: str) -> None:
    assert not is_url(text)


def test_the_scheme_may_be_optional() -> None:
    assert is_url("example.com/a", scheme_required=False)
    assert not is_url("ftp://example.com", scheme_required=False)
