"""Rows of observations from a platform's counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from socialkit.models import AccountRef, Missing, Observation, SubjectKind

__all__ = ["observations"]

T = TypeVar("T")


def observations(
    subject: T | None,
    metrics: Mapping[str, Callable[[T], int | None] | None],
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
