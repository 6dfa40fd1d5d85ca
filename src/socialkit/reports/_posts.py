"""Sections about posts: what they are about, what people did with them, which did best, what went out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from socialkit.metrics import Rate, Table, Total
from socialkit.metrics._table import rates_of
from socialkit.models import SubjectKind
from socialkit.publishing import Delivery, DeliveryState
from socialkit.reports._numbers import count, day, plural, rate, share, total
from socialkit.reports._owned import PUBLISH, out_at
from socialkit.reports._page import Bar, Bars, Block, Cell, Grid, said, worded
from socialkit.reports._plain import clipped
from socialkit.reports._scope import Scope

__all__ = ["best", "engagement", "outcomes", "pillars", "undecided"]

BEST: Final = 5
"""How many posts are named."""
EXCERPT: Final = 90
"""Columns of a post's text."""
REASON: Final = 160
"""Columns of what a platform said."""
RATES: Final = {
    "engagement_rate_by_impressions": "by impressions",
    "engagement_rate_by_reach": "by reach",
    "engagement_rate_by_followers": "by followers",
}
NO_PILLAR: Final = "no pillar"

_S = DeliveryState
OUTCOMES: Final[Mapping[str, frozenset[DeliveryState]]] = {
    "Out": frozenset({_S.CONFIRMED}),
    "Out in part": frozenset({_S.INCOMPLETE}),
    "Refused": frozenset({_S.REFUSED}),
    "Not known whether out": frozenset({_S.UNKNOWN, _S.NEEDS_DECISION}),
    "Missed": frozenset({_S.MISSED}),
    "Held back": frozenset({_S.HELD}),
    "Still to come": frozenset({_S.PROPOSED, _S.APPROVED, _S.PLANNED, _S.DUE, _S.SENDING}),
    "Cancelled": frozenset({_S.CANCELLED}),
}
"""How deliveries stand, in the order of the table."""
ATTENTION: Final = ("Out in part", "Refused", "Not known whether out", "Missed", "Held back")
"""What somebody has to look at."""


def pillars(scope: Scope) -> list[Block]:
    """Return what the posts are about, beside what was planned."""
    counts = Counter(one.purpose.pillar for one in scope.first_parts)
    planned = {one.key: one.share for one in scope.strategy.pillars} if scope.strategy else {}
    names = [*planned, *sorted(name for name in counts if name is not None and name not in planned)]
    named: list[str | None] = [*names, *([None] if None in counts else [])]
    whole = counts.total()
    if not whole:
        return ["No post of the journal is out in this period."]
    bars = [
        Bar(name or NO_PILLAR, counts[name] / whole, share(counts[name], whole), planned.get(name or ""))
        for name in named
    ]
    line = "planned share" if any(one is not None for one in planned.values()) else None
    rows = [
        (said(name or NO_PILLAR), count(counts[name]), share(counts[name], whole), _planned(planned, name))
        for name in named
    ]
    head = ("Pillar", "Posts", "Share", "Planned")
    return [Bars("Share of posts by pillar", tuple(bars), line), Grid("Posts by pillar", head, tuple(rows))]


def _planned(planned: Mapping[str, float | None], name: str | None) -> Cell:
    given = planned.get(name or "")
    if given is not None:
        return Cell(f"{100 * given:.1f} %", number=True)
    return Cell("not planned", "" if name in planned else "not in the strategy", missing=True, number=True)


def engagement(scope: Scope) -> list[Block]:
    """Return what people did with the posts of each pillar, and rates of it."""
    table = _of_posts(scope)
    if table is None:
        return ["No post has values in this period."]
    sums = {one.group["pillar"]: one for one in table.total("engagement", by=["pillar"])}
    most = max((one.value or 0 for one in sums.values()), default=0)
    bars = [
        Bar(name or NO_PILLAR, _part(one.value, most), total(one)) for name, one in _last_none(sums).items()
    ]
    blocks: list[Block] = [Bars("Engagement by pillar", tuple(bars))]
    return [*blocks, *_rates(scope.table, list(_last_none(sums)))]


def _last_none(sums: Mapping[str | None, Total]) -> dict[str | None, Total]:
    return dict(sorted(sums.items(), key=lambda item: (item[0] is None, item[0] or "")))


def _part(value: float | None, most: float) -> float | None:
    if value is None:
        return None
    return value / most if most else 0.0


def _rates(table: Table | None, names: list[str | None]) -> list[Block]:
    if table is None:
        return []
    computed = rates_of(table, list(RATES), by=["pillar"])
    found = {title: {one.group["pillar"]: one for one in computed[key]} for key, title in RATES.items()}
    known = [title for title, rates in found.items() if any(one.value is not None for one in rates.values())]
    blocks: list[Block] = []
    if known:
        head = ("Pillar", *(one.capitalize() for one in known))
        rows = [(said(name or NO_PILLAR), *(rate(found[one].get(name)) for one in known)) for name in names]
        blocks.append(Grid("Engagement rate by pillar", head, tuple(rows)))
    if lacking := [f"{one} ({_why(found[one].values())})" for one in found if one not in known]:
        blocks.append(f"Engagement rate, not known: {'; '.join(lacking)}.")
    return blocks


def _why(rates: Iterable[Rate]) -> str:
    return ", ".join(sorted({worded(why) for one in rates for why in one.reasons})) or "nothing measured"


def _of_posts(scope: Scope) -> Table | None:
    if scope.table is None:
        return None
    posts = scope.table.where("subject_kind", SubjectKind.POST.value)
    return posts if len(posts) else None


def best(scope: Scope) -> list[Block]:
    """Return the posts with which people did most."""
    table = _of_posts(scope)
    if table is None:
        return ["No post has values in this period."]
    sums = table.total("engagement", by=["account", "subject"])
    known = [one for one in sums if one.value is not None]
    named = sorted(known, key=lambda one: (-(one.value or 0), *_when(scope, one)))[:BEST]
    if not named:
        return ["Nothing is known of what people did with the posts of this period."]
    rows = tuple((_post(scope, one), total(one)) for one in named)
    caption = f"{plural(len(named), 'post')} of {len(sums):,}, by engagement"
    return [Grid(caption, ("Post", "Engagement"), rows)]


def _when(scope: Scope, one: Total) -> tuple[str, str, str]:
    own = (scope.posts or {}).get(_key(one))
    if own is None:
        return ("", *_key(one))
    return out_at(own.delivery).isoformat(), _key(one)[0], own.post.text


def _key(one: Total) -> tuple[str, str]:
    return one.group["account"] or "", one.group["subject"] or ""


def _post(scope: Scope, one: Total) -> Cell:
    own = (scope.posts or {}).get(_key(one))
    if own is None:
        return said(f"post {one.group['subject']}", one.group["account"] or "")
    text = clipped(own.post.text, EXCERPT) or "(no text)"
    when = day(scope.period.day_of(out_at(own.delivery)))
    return said(text, f"{own.delivery.account.key}, {when}")


def outcomes(scope: Scope) -> list[Block]:
    """Return how many deliveries stand how, and those that somebody has to look at."""
    deliveries = scope.deliveries or ()
    posts, others = (
        Counter(_outcome(one) for one in deliveries if (one.kind == PUBLISH) is wanted)
        for wanted in (True, False)
    )
    rows = [
        (said(name), count(posts[name]), count(others[name]))
        for name in OUTCOMES
        if posts[name] or others[name]
    ]
    if not rows:
        return ["Nothing of the journal was planned for this period."]
    head = ("Stands", "Posts", "Answers and moderation")
    blocks: list[Block] = [Grid("What was planned, and how it stands", head, tuple(rows))]
    if open_ := undecided(deliveries):
        lines = tuple((_text(one), said(_outcome(one), clipped(one.because or "", REASON))) for one in open_)
        blocks.append(Grid("Somebody has to look at", ("What", "Stands"), lines))
    return blocks


def undecided(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Return the deliveries that somebody has to look at."""
    return [one for one in deliveries if _outcome(one) in ATTENTION]


def _outcome(one: Delivery) -> str:
    return next((name for name, states in OUTCOMES.items() if one.state in states), str(one.state))


def _text(one: Delivery) -> Cell:
    text = one.draft.text if one.draft is not None else one.post.text if one.post is not None else ""
    kind = "" if one.kind == PUBLISH else f", {one.kind}"
    return said(clipped(text, EXCERPT) or "(no text)", f"{one.account.key}{kind}")
