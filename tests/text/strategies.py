"""Texts made of what is hard to cut and count."""

from __future__ import annotations

from hypothesis import strategies as st

from socialkit.text import Dialect, TextRules, TextUnit

MASTODON = TextRules(unit=TextUnit.GRAPHEMES, url_length=23, mention_without_host=True)
X = TextRules(unit=TextUnit.WEIGHTED, url_length=23)
BLUESKY = TextRules(dialect=Dialect.BLUESKY, also=((TextUnit.UTF8_BYTES, 3_000),))

FRAGMENTS = [
    " ",
    "  ",
    "\n",
    "\r\n",
    "\n\n",
    "\u00a0",
    "\u200b",
    "word",
    "a",
    "Ends.",
    "Really?!",
    "(so)",
    "e\u0301",
    "\u0301",
    "\u200d",
    "\u0600",
    "👩\u200d👩\u200d👧",
    "🇫🇷",
    "👍🏽",
    "مرحبا",
    "السَّلَام",
    "ภาษาไทย",
    "น้ำ",
    "漢字",
    "「引用。」",
    "かな",
    "한국어",
    "नमस्ते",
    "https://example.com/a_(b).",
    "https://",
    "http://münchen.example/straße",
    "@ada",
    "@ada@example.org",
    "ada@example.org",
    "#tag",
    "#漢字",
    "#123",
    ":blobcat:",
    "example.com",
    "http://漢字.com/a_(b)",
    "みんな.みんな",
    "$ACME",
    "@ada/engines",
    "1\ufe0f\u20e3",
    "\ufb2c",
    "/",
    ".",
    "1",
]

texts = st.one_of(st.text(), st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join))

further_limits = st.lists(st.tuples(st.sampled_from(TextUnit), st.integers(4, 90)), max_size=2).map(tuple)

rules = st.builds(
    TextRules,
    unit=st.sampled_from(TextUnit),
    url_length=st.one_of(st.none(), st.integers(1, 30)),
    mention_without_host=st.booleans(),
    dialect=st.one_of(st.none(), st.sampled_from(Dialect)),
    also=further_limits,
)
