"""Rows of observations from a platform's counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TypeVar

from socialkit.models import AccountRef, Missing, Observation, SubjectKind
from socialkit.operations import Page
from socialkit.platforms.base._core import Core
from socialkit.platforms.base._paging import offset_of

__all__ = ["observations", "post_observations"]

T = TypeVar("T")

Metrics = Mapping[str, Callable[[T], int | None] | None]
"""How each canonical metric is read from an answer; None where the platform counts no such thing."""


def observations(
    subject: T | None,
    metrics: Metrics[T],
    native: Mapping[str, str],
    *,
    kind: SubjectKind,
    subject_id: str,
    account: AccountRef,
    now: datetime,
) -> tuple[Observation, ...]:
    """Return one row a metric; a subject that is not there gives rows that say so.

    Args:
        subject: What the platform answered; None when it is not there.
        metrics: How each canonical metric is read; None where the platform counts no such thing.
        native: The platform's own names of the metrics.
        kind: What was measured.
        subject_id: Its id.
        account: Through which account it was read.
        now: When.
    """
    rows: list[Observation] = []
    for metric, read in metrics.items():
        value = read(subject) if read is not None and subject is not None else None
        missing = None
        if value is None:
            missing = Missing.NOT_FOUND if subject is None else Missing.NOT_OFFERED
        rows.append(
            Observation(
                metric=metric,
                subject_kind=kind,
                subject=subject_id,
                brand=account.brand,
                platform=account.platform,
                account=account.key,
                value=value,
                missing=missing,
                unit="count",
                observed_at=now,
                native=native.get(metric, ""),
            )
        )
    return tuple(rows)


async def post_observations(
    core: Core,
    posts: tuple[str, ...],
    cursor: str | None,
    read: Callable[[tuple[str, ...]], Awaitable[Mapping[str, T]]],
    *,
    at_once: int,
    metrics: Metrics[T],
    native: Mapping[str, str],
) -> Page[Observation]:
    """Return a page of the metrics of posts, in the posts' order: of as many as are read together.

    Args:
        core: The client's.
        posts: The ids of all that are asked for.
        cursor: Where the page begins.
        read: Reads some of them; what it leaves out is not there.
        at_once: How many it reads.
        metrics: How each canonical metric is read; None where the platform counts no such thing.
        native: The platform's own names of the metrics.
    """
    start = offset_of(cursor)
    chunk = posts[start : start + at_once]
    found, now = await read(chunk), core.now()
    kind, account = SubjectKind.POST, core.ref
    rows = [
        row
        for post in chunk
        for row in observations(
            found.get(post), metrics, native, kind=kind, subject_id=post, account=account, now=now
        )
    ]
    following = start + at_once
    return Page(tuple(rows), str(following) if following < len(posts) else None)
