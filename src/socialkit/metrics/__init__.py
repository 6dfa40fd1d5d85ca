"""Observations in tables: what each metric means, what may be added up, and what the money brought in."""

from __future__ import annotations

from socialkit.metrics._answers import Answers, Rate, Row, Total
from socialkit.metrics._catalogue import CATALOGUE, Direction, Metric, MetricKind, Over
from socialkit.metrics._columns import NativeFrame, TextColumn
from socialkit.metrics._conversions import Conversion, Conversions, Touch
from socialkit.metrics._orders import AttributionRule
from socialkit.metrics._roi import LedgerEntry, Return, roi
from socialkit.metrics._table import Library, Table

__all__ = [
    "CATALOGUE",
    "Answers",
    "AttributionRule",
    "Conversion",
    "Conversions",
    "Direction",
    "LedgerEntry",
    "Library",
    "Metric",
    "MetricKind",
    "NativeFrame",
    "Over",
    "Rate",
    "Return",
    "Row",
    "Table",
    "TextColumn",
    "Total",
    "Touch",
    "roi",
]
