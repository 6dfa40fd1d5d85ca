"""How platforms count, split, shorten and link text: pure functions and declared rules."""

from socialkit.text._atproto import (
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
from socialkit.text._bluesky import Facet, FacetKind, detect_facets
from socialkit.text._entities import extract_entities
from socialkit.text._entity import Dialect, Entity, EntityKind
from socialkit.text._graphemes import count_graphemes, graphemes
from socialkit.text._html import html_to_text
from socialkit.text._measure import TextRules, TextUnit, fits, measure
from socialkit.text._phrases import PhraseHit, PhraseMatch, Phrases
from socialkit.text._plain import plain
from socialkit.text._split import UnsplittableError, split, truncate
from socialkit.text._tagging import tag_link, tag_links
from socialkit.text._url_syntax import is_url
from socialkit.text._weights import X_WEIGHTS, WeightedText, Weights, weigh

__all__ = [
    "X_WEIGHTS",
    "Dialect",
    "Entity",
    "EntityKind",
    "Facet",
    "FacetKind",
    "PhraseHit",
    "PhraseMatch",
    "Phrases",
    "TextRules",
    "TextUnit",
    "UnsplittableError",
    "WeightedText",
    "Weights",
    "count_graphemes",
    "detect_facets",
    "extract_entities",
    "fits",
    "graphemes",
    "html_to_text",
    "is_at_identifier",
    "is_at_uri",
    "is_atproto_datetime",
    "is_did",
    "is_handle",
    "is_language",
    "is_nsid",
    "is_record_key",
    "is_tid",
    "is_url",
    "measure",
    "plain",
    "split",
    "tag_link",
    "tag_links",
    "truncate",
    "weigh",
]
