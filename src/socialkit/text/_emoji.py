"""Emoji that several code points make: one picture for a reader (Unicode Technical Standard 51)."""

import re
from collections.abc import Iterator

__all__ = ["emoji_sequences", "join_emoji"]

# Code points that can be an emoji, those included that are one only with a variation selector. Of the blocks
# made for pictures all are taken.
_PICTURES = (
    "\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa"
    "\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604\u260e\u2611\u2614\u2615\u2618\u261d\u2620\u2622\u2623"
    "\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642\u2648-\u2653\u265f\u2660\u2663\u2665\u2666\u2668\u267b\u267e"
    "\u267f\u2692-\u2697\u2699\u269b\u269c\u26a0\u26a1\u26a7\u26aa\u26ab\u26b0\u26b1\u26bd\u26be\u26c4\u26c5\u26c8"
    "\u26ce\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d\u270f\u2712"
    "\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797"
    "\u27a1\u27b0\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f004\U0001f0cf\U0001f170\U0001f171\U0001f17e\U0001f17f\U0001f18e\U0001f191-\U0001f19a\U0001f201\U0001f202"
    "\U0001f21a\U0001f22f\U0001f232-\U0001f23a\U0001f250\U0001f251\U0001f300-\U0001f3fa\U0001f400-\U0001f64f"
    "\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7eb\U0001f7f0\U0001f90c-\U0001f9ff\U0001fa70-\U0001faff"
)
# Two that are emoji only with a variation selector, and count as letters else.
_SIGNS = "\u00a9\u00ae"
# People and parts of their body, which a skin tone may follow.
_PEOPLE = (
    "\u261d\u26f9\u270a-\u270d\U0001f385\U0001f3c2-\U0001f3c4\U0001f3c7\U0001f3ca-\U0001f3cc\U0001f442\U0001f443"
    "\U0001f446-\U0001f450\U0001f466-\U0001f478\U0001f47c\U0001f481-\U0001f483\U0001f485-\U0001f487\U0001f48f"
    "\U0001f491\U0001f4aa\U0001f574\U0001f575\U0001f57a\U0001f590\U0001f595\U0001f596\U0001f645-\U0001f647"
    "\U0001f64b-\U0001f64f\U0001f6a3\U0001f6b4-\U0001f6b6\U0001f6c0\U0001f6cc\U0001f90c\U0001f90f"
    "\U0001f918-\U0001f91f\U0001f926\U0001f930-\U0001f939\U0001f93c-\U0001f93e\U0001f977\U0001f9b5\U0001f9b6"
    "\U0001f9b8\U0001f9b9\U0001f9bb\U0001f9cd-\U0001f9cf\U0001f9d1-\U0001f9dd\U0001fac3-\U0001fac5"
    "\U0001faf0-\U0001faf8"
)
_TONES = "\U0001f3fb-\U0001f3ff"
_LETTERS = "\U0001f1e6-\U0001f1ff"
_SELECTOR = "\ufe0f"
_JOINER = "\u200d"
_KEYCAP = "\u20e3"
_TAGS = "\U000e0020-\U000e007e"
_LAST_TAG = "\U000e007f"
_PICTURE = rf"(?:[{_PEOPLE}][{_TONES}]|[{_PICTURES}]){_SELECTOR}?+"
_KEYCAPS = re.compile(rf"[0-9#*]{_SELECTOR}?+{_KEYCAP}")
_SEQUENCE = re.compile(
    rf"[{_LETTERS}]{{2}}|{_KEYCAPS.pattern}|[{_SIGNS}]{_SELECTOR}|{_PICTURE}(?:[{_TAGS}]++{_LAST_TAG}|(?:{_JOINER}{_PICTURE})*+)"
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]++")
_JOINED = re.compile(rf"[{_SELECTOR}{_JOINER}{_KEYCAP}{_TONES}{_LETTERS}{_LAST_TAG}]")


def join_emoji(text: str, replacement: str) -> str:
    """Write each emoji as the replacement; a text in which none has several code points stays as it is."""
    if not _JOINED.search(text):
        return text
    # Only keycaps have ASCII in them, and what lies between emoji is passed over fastest by itself.
    text = _KEYCAPS.sub(replacement, text) if _KEYCAP in text else text
    return _NOT_ASCII.sub(lambda run: _SEQUENCE.sub(replacement, run[0]), text)


def emoji_sequences(text: str) -> Iterator[tuple[int, int]]:
    """Find the emoji of a text, as pairs of code point indices."""
    return (found.span() for found in _SEQUENCE.finditer(text))
