"""What strangers wrote is shown, and obeyed by no terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialkit.text import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "ab"),
        ("a\x1b]0;your bank\x07b", "ab"),
        ("a\x9b31mb", "a 31mb"),
        ("one\r\ntwo\tthree", "one two three"),
        ("\u202eevil", "evil"),
        ("a\x00b", "a b"),
        ("\ud800", "\ufffd"),
        ("\U0001f469\u200d\U0001f33e", "\U0001f469\u200d\U0001f33e"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
    ],
)
def test_nothing_is_left_that_a_terminal_obeys(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
def test_whatever_is_written_no_control_code_is_shown(text: str) -> None:
    assert not {unicodedata.category(one) for one in plain(text)} & {"Cc", "Cs", "Zl", "Zp"}
