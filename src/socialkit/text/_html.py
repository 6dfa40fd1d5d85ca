"""The text of a post that a server sent as HTML."""

import html as stdlib_html
import re

__all__ = ["html_to_text"]

_PARAGRAPHS = r"(?:p|div|ul|ol|blockquote|h[1-6]|hr|table)"
_STRUCTURE = rf"(?:{_PARAGRAPHS}|pre|br|li|tr)(?=[\s/>])"
# Quoted attributes may hold ">". No alternative reads past the next "<": the time stays linear.
_REST = r"""(?:[^<>"']*+(?:"[^"<]*+"[^<>"']*+|'[^'<]*+'[^<>"']*+)*+>|[^<>]*+>)"""
# Links and spans are nearly all inline tags of a post: they are known before all names are tried.
_INLINE_TAG = re.compile(
    rf"<(?:(?-i:/?(?:a|span)(?=[\s/>]))|(?!/?{_STRUCTURE})[a-z/!?]){_REST}", re.IGNORECASE
)
# After <pre> and <br>, indentation is part of the text.
_BREAK = rf"(?:pre(?=[\s>]){_REST}\n?|br(?=[\s/>]){_REST} ?|/?{_STRUCTURE}{_REST}\s*+)"
_BREAKS = re.compile(rf"<{_BREAK}(?:<{_BREAK})*+", re.IGNORECASE)
_PARAGRAPH_TAG = re.compile(rf"</?(?:{_PARAGRAPHS}|pre)(?=[\s/>])", re.IGNORECASE)
_LINE_TAG = re.compile(r"<br", re.IGNORECASE)
_COMMON_BREAKS = {
    "</p><p>": "\n\n",
    "<br>": "\n",
    "<br/>": "\n",
    "<br />": "\n",
    "<p>": "\n\n",
    "</p>": "\n\n",
}
_PREFORMATTED = re.compile(r"(<pre[\s>].*?(?:</pre|\Z))", re.IGNORECASE | re.DOTALL)
_SOURCE_SPACES = re.compile(rf"[ \t\r\n\f]++(?P<edge></?{_STRUCTURE})?+", re.IGNORECASE)
# Python refuses to read numbers of thousands of digits; no code point has more than seven.
_HUGE_REFERENCE = re.compile(r"&#[0-9]{100,}+;?")
_REPLACEMENT = "\ufffd"


def html_to_text(html: str) -> str:
    r"""Turn the HTML of a post into its text.

    Made for the sanitised HTML that Mastodon and its kin send; it reads any string and never raises.
    Paragraphs, lists and quotes stand a blank line apart; `br` and list items start a new line, without
    bullets. Links keep their whole text, the part that servers hide included.

    Example:
        >>> html_to_text(
        ...     '<p>Read &amp; share<br>this:</p><p><span class="invisible">https://</span>a.example</p>'
        ... )
        'Read & share\nthis:\n\nhttps://a.example'
    """
    if "\n" in html:
        html = _without_source_lines(html)
    text = _BREAKS.sub(_line_breaks, _INLINE_TAG.sub("", html)).strip()
    if "&" not in text:
        return text
    try:
        return stdlib_html.unescape(text)
    except ValueError:
        return stdlib_html.unescape(_HUGE_REFERENCE.sub(_REPLACEMENT, text))


def _line_breaks(tags: re.Match[str]) -> str:
    written = tags[0]
    if (known := _COMMON_BREAKS.get(written)) is not None:
        return known
    if _PARAGRAPH_TAG.search(written):
        return "\n\n"
    return "\n" * max(1, len(_LINE_TAG.findall(written)))


def _without_source_lines(html: str) -> str:
    """Join the lines of the source, which mean nothing outside `pre`."""
    parts = _PREFORMATTED.split(html)
    parts[::2] = [_SOURCE_SPACES.sub(_joined_line, part) for part in parts[::2]]
    return "".join(parts)


def _joined_line(spaces: re.Match[str]) -> str:
    if "\n" not in spaces[0]:
        return spaces[0]
    return spaces["edge"] or " "
