"""Deliveries that have become more than they were to be: what must never happen, and is told if it does."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from socialkit.publishing._database import Session

__all__ = ["doubles"]

DOUBLED: Final = """
SELECT deliveries.id, count(*) FROM posts JOIN deliveries ON deliveries.id = posts.delivery
WHERE deliveries.single GROUP BY deliveries.id, place LIKE '% scheduled %' HAVING count(*) > 1
ORDER BY deliveries.id
"""
"""What was scheduled gets another id once it is out: it may be known by both."""


def doubles(session: Session) -> Generator[str]:
    """Find deliveries of one post that have become several."""
    for delivery, count in session.run(DOUBLED):
        yield f"delivery {delivery}: it has become {count} posts"
