"""How platforms count, split, shorten and link text: pure functions and declared rules."""

from socialkit.text._entities import Entity, EntityKind, extract_entities
from socialkit.text._graphemes import count_graphemes, graphemes
from socialkit.text._html import html_to_text
from socialkit.text._measure import TextRules, TextUnit, measure
from socialkit.text._split import UnsplittableError, split, truncate

__all__ = [
    "Entity",
    "EntityKind",
    "TextRules",
    "TextUnit",
    "UnsplittableError",
    "count_graphemes",
    "extract_entities",
    "graphemes",
    "html_to_text",
    "measure",
    "split",
    "truncate",
]
