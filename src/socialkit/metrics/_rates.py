"""Rates: ratios of two sums over the same posts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from socialkit.metrics._answers import Rate
from socialkit.metrics._catalogue import Metric
from socialkit.metrics._columns import added
from socialkit.metrics._facts import NO_ROW, Facts, Group, merged
from socialkit.models import SubjectKind

__all__ = ["rates"]


@dataclass
class _Sums:
    above: list[float] = field(default_factory=list[float])
    below: list[float] = field(default_factory=list[float])
    reasons: dict[str, int] = field(default_factory=dict[str, int])
    counts: int = 0
    lacking: list[dict[str, int]] = field(default_factory=list[dict[str, int]])
    """Why counts are missing of posts that are in it."""


def rates(metric: Metric, above: Iterable[Facts], below: Iterable[Facts], by: Sequence[str]) -> list[Rate]:
    """Return a rate for each group.

    Args:
        metric: The rate's definition.
        above: Engagement, of each group and post.
        below: What it is divided by, of each post; or of each account.
        by: The columns of the groups.
    """
    of_account = metric.over_kind is SubjectKind.ACCOUNT
    divisors = {one.group[:3] if of_account else one.group: one for one in below}
    groups: dict[Group, _Sums] = {}
    for one in above:
        subject = one.group[len(by) :]
        sums = groups.setdefault(one.group[: len(by)], _Sums())
        divisor = divisors.get(subject[:3] if of_account else subject)
        reason = _reason(metric, one, divisor)
        if reason is not None or divisor is None:
            sums.reasons[reason or ""] = sums.reasons.get(reason or "", 0) + 1
        else:
            sums.above.append(one.value)
            sums.below.append(divisor.value)
            sums.counts += one.known
            sums.lacking.append(one.reasons(len(metric.parts)))
    ordered = sorted(groups.items(), key=lambda item: [(value is None, value or "") for value in item[0]])
    return [_rate(metric, dict(zip(by, group, strict=True)), sums) for group, sums in ordered]


def _reason(metric: Metric, above: Facts, below: Facts | None) -> str | None:
    if not above.known:
        return f"engagement: {next(iter(above.reasons()), NO_ROW)}"
    if below is None or not below.known:
        return f"{metric.over}: {NO_ROW if below is None else next(iter(below.reasons()), NO_ROW)}"
    return None


def _rate(metric: Metric, group: dict[str, str | None], sums: _Sums) -> Rate:
    known, missing = len(sums.above), sum(sums.reasons.values())
    engagement, over = (added(sums.above), added(sums.below)) if known else (None, None)
    reasons, lacking = dict(sorted(sums.reasons.items())), merged(sums.lacking)
    if over == 0:
        reasons[f"{metric.over}: nothing to divide by"] = known
    return Rate(
        metric=metric.key,
        group=group,
        value=engagement / over if engagement is not None and over else None,
        engagement=engagement,
        over=over,
        known=known,
        missing=missing,
        reasons=reasons,
        counts_known=sums.counts,
        counts_missing=sum(lacking.values()),
        counts_reasons=lacking,
    )
