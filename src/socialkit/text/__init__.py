"""How platforms count, split, shorten and link text: pure functions and declared rules."""

from socialkit.text._bluesky import Facet, FacetKind, detect_facets
from socialkit.text._entities import extract_entities
from socialkit.text._entity import Dialect, Entity, EntityKind
from socialkit.text._graphemes import count_graphemes, graphemes
from socialkit.text._html import html_to_text
from socialkit.text._measure import TextRules, TextUnit, measure
from socialkit.text._split import UnsplittableError, split, truncate

__all__ = [
    "Dialect",
    "Entity",
    "EntityKind",
    "Facet",
    "FacetKind",
    "TextRules",
    "TextUnit",
    "UnsplittableError",
    "count_graphemes",
    "detect_facets",
    "extract_entities",
    "graphemes",
    "html_to_text",
    "measure",
    "split",
    "truncate",
]
