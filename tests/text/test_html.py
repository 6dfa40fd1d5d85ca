"""Reading the HTML of a post."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialkit.text import html_to_text

TAGS = [
    "<p>",
    "</p>",
    "<br>",
    "<br />",
    "<pre>",
    "</pre>",
    '<a href="https://example.com/?a=1&amp;b=2">',
    "</a>",
    '<span class="invisible">',
    "</span>",
    "<li>",
    "<ul>",
    "</ul>",
    "&amp;",
    "&lt;",
    "&#39;",
    "&#",
    "&",
    "<",
    ">",
    '"',
    "'",
    "\n",
    " ",
    "a",
    "<!--",
    "-->",
]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("plain", "plain"),
        ("<p>One.</p>", "One."),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<p>One.</p>\n<p>Two.</p>\n", "One.\n\nTwo."),
        ('<p>One.</p><p dir="auto" class="x">Two.</p>', "One.\n\nTwo."),
        ("a<br>b<br/>c<br />d", "a\nb\nc\nd"),
        ("a<br><br>b", "a\n\nb"),
        ("<P>A<BR>B</P>", "A\nB"),
        ("<p>a<br></p><p>b</p>", "a\n\nb"),
        ("<p>a</p><ul><li>b</li><li>c</li></ul><p>d</p>", "a\n\nb\nc\n\nd"),
        ("<p>a</p>\n<ol>\n<li>b</li>\n<li>c</li>\n</ol>", "a\n\nb\nc"),
        ("said<blockquote><p>quoted</p></blockquote>so", "said\n\nquoted\n\nso"),
        ("<p>a <strong>b</strong> <em>c</em></p>", "a b c"),
        ("<pre><code>if x:\n    y\n</code></pre>", "if x:\n    y"),
        ("<p>a</p><pre>  b<br>  c</pre>", "a\n\n  b\n c"),
        ("one\ntwo  three", "one two  three"),
        ("one\n  <p>two</p>", "one\n\ntwo"),
        ("<parody>a</parody><b>c</b>", "ac"),
        ("1 < 2 > 0 and <3", "1 < 2 > 0 and <3"),
        ('<a title="a > b">c</a>', "c"),
        ('<a title="a>b</a>', "b"),
        ("a<br", "a<br"),
        ("a<!-- b -->c", "ac"),
    ],
)
def test_structure_becomes_lines(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("&lt;p&gt;", "<p>"),
        ("&amp;amp;", "&amp;"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("Ben &#38; Ad&#x61; &quot;&apos;", "Ben & Ada \"'"),
        ("a &unknown; b & c", "a &unknown; b & c"),
        ("&#0;&#xD800;&#99999999;", "\ufffd\ufffd\ufffd"),
        ("&#" + "9" * 5000 + ";&amp;", "\ufffd&"),
    ],
)
def test_entities_are_read_once(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_the_whole_text_of_a_link_is_kept() -> None:
    html = (
        '<p><a href="https://example.com/a/very/long/path?x=1&amp;y=2" rel="nofollow">'
        '<span class="invisible">https://</span><span class="ellipsis">example.com/a/very/</span>'
        '<span class="invisible">long/path?x=1&amp;y=2</span></a></p>'
    )

    assert html_to_text(html) == "https://example.com/a/very/long/path?x=1&y=2"


def test_a_mention_reads_as_typed() -> None:
    html = '<p><span class="h-card"><a href="https://a.example/@ada">@<span>ada</span></a></span> hi</p>'

    assert html_to_text(html) == "@ada hi"


@given(st.one_of(st.text(), st.lists(st.sampled_from(TAGS), max_size=40).map("".join)))
def test_any_string_is_read(html: str) -> None:
    assert len(html_to_text(html)) <= len(html)


@given(st.text(st.characters(exclude_characters="<&\n")))
def test_text_without_markup_is_kept(text: str) -> None:
    assert html_to_text(text) == text.strip()


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<p",
        "<p ",
        "<p><",
        "<a \"'",
        "<a'\"",
        "<br> ",
        "<pre>",
        "<pre",
        " ",
        " \n",
        "&",
        "&#",
        "&#9",
        "&#99;",
    ],
)
@pytest.mark.parametrize("start", ["", "<p>", '<a title="', "\n", "&#"])
def test_hostile_html_ends(start: str, unit: str) -> None:
    html = start + unit * (100_000 // len(unit))

    assert len(html_to_text(html)) <= len(html)
