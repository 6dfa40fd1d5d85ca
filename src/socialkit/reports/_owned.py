"""What of a journal is one brand's: its posts, by account and id, and why each exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from socialkit.models import AccountRef, Purpose
from socialkit.models import Post as PublishedPost
from socialkit.publishing import Delivery

__all__ = ["PUBLISH", "Key", "Owned", "key_of", "out_at", "owned"]

PUBLISH: Final = "publish"

Key = tuple[str, str]
"""An account's key and a post's id: two accounts may have the same id."""


@dataclass(frozen=True, slots=True)
class Owned:
    """A post that is out, and the delivery that it came from."""

    key: Key
    post: PublishedPost
    delivery: Delivery

    @property
    def purpose(self) -> Purpose:
        """Why it exists; empty where nobody said."""
        return self.delivery.purpose or Purpose()


def out_at(delivery: Delivery) -> datetime:
    """Return when a delivery counts as out: as planned, or as its post says if that was adopted later.

    What was planned and not when it arrived, so that an outage which delays a post moves it to no other day.
    """
    published = None if delivery.post is None else delivery.post.published_at
    return delivery.at if published is None else min(published, delivery.at)


def key_of(account: AccountRef, post: str) -> Key:
    """Return by what a post is known in journals and tables."""
    return account.key, post


def owned(deliveries: Iterable[Delivery], brand: str) -> dict[Key, Owned]:
    """Return a brand's posts, in the order of their times.

    Accounts without a brand are nobody's: two strangers may have them in one journal.
    """
    found: dict[Key, Owned] = {}
    for one in _each(deliveries, brand):
        # As in Journal.purposes(): who said why a post exists counts, and among those the last.
        if one.key not in found or one.delivery.purpose is not None:
            found[one.key] = one
    return dict(sorted(found.items(), key=lambda item: _order(item[1])))


def _each(deliveries: Iterable[Delivery], brand: str) -> Iterator[Owned]:
    for delivery in deliveries:
        if delivery.account.brand == brand:
            for post in delivery.out:
                account = delivery.account if post.account is None else post.account
                yield Owned(key_of(account, post.id), post, delivery)


def _order(one: Owned) -> tuple[datetime, str, str, str]:
    return out_at(one.delivery), one.key[0], one.post.text, one.key[1]
