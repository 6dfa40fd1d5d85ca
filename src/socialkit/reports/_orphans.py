"""What hangs in the air: posts, values, objectives and costs that no line leads on from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final

from socialkit.campaign import Cost
from socialkit.metrics import Row
from socialkit.models import Model, OpenEnum, SubjectKind
from socialkit.models._names import instead
from socialkit.reports._owned import PUBLISH, Key, Owned
from socialkit.strategy import Strategy

__all__ = ["Orphan", "OrphanReason", "cost_orphans", "objective_orphans", "post_orphans", "value_orphans"]

ADOPT: Final = "say why it exists, with publisher.adopt(post, purpose)"
RECONCILE: Final = "a delivery of its account is undecided: publisher.reconcile() first"


class OrphanReason(OpenEnum):
    """Why the line ends."""

    NO_OBJECTIVE = "no objective"
    """A post whose purpose names none."""
    UNKNOWN_OBJECTIVE = "unknown objective"
    """A post whose purpose names one that the strategy does not have."""
    NO_DELIVERY = "no delivery"
    """Values of a post that the journal does not know: made by hand, or of a delivery that is undecided."""
    NO_POSTS = "no posts"
    """An objective that no post serves."""
    NO_CAMPAIGN = "no campaign"
    """Money that was spent for no campaign."""
    UNUSED_CAMPAIGN = "unused campaign"
    """Money that was spent for a campaign of which no post is out."""


class Orphan(Model):
    """Something that no line leads on from, and what to do about it."""

    reason: OrphanReason
    advice: str
    """What to do."""
    account: str | None = None
    """The account's key, of posts and values."""
    post: str | None = None
    """The post's id, of posts and values."""
    objective: str | None = None
    """The objective's key; of a post, the one that it names."""
    observations: int = 0
    """How many values hang on it."""
    cost: Cost | None = None

    def __str__(self) -> str:
        what = self.cost.amount if self.cost is not None else self.objective
        subject = f"{self.account}, post {self.post}" if self.post is not None else what
        return f"{subject}: {self.reason}; {self.advice}"


def post_orphans(posts: Iterable[Owned], values: Mapping[Key, int], strategy: Strategy) -> Iterator[Orphan]:
    """Yield posts that lead up to no objective."""
    known = [one.key for one in strategy.objectives]
    for one in posts:
        named = one.purpose.objective
        if one.delivery.kind != PUBLISH or named in known:
            continue
        lost = named is not None
        yield Orphan(
            reason=OrphanReason.UNKNOWN_OBJECTIVE if lost else OrphanReason.NO_OBJECTIVE,
            advice=instead(named, known).lstrip(":; ") if named is not None else "plan it with a purpose",
            account=one.key[0],
            post=one.key[1],
            objective=named,
            observations=values.get(one.key, 0),
        )


def value_orphans(
    rows: Iterable[Row], posts: Mapping[Key, Owned], undecided: Container[str | None]
) -> Iterator[Orphan]:
    """Yield posts that have values and no delivery, once each.

    Args:
        rows: The values.
        posts: What the journal knows to be out.
        undecided: Accounts with a delivery of which nobody knows whether it is out.
    """
    found = Counter(
        (row.account, row.subject)
        for row in rows
        if row.subject_kind is SubjectKind.POST and (row.account or "", row.subject) not in posts
    )
    for (account, post), number in sorted(found.items(), key=lambda item: (item[0][0] or "", item[0][1])):
        yield Orphan(
            reason=OrphanReason.NO_DELIVERY,
            # Were it the undecided delivery's post, adopting it would have that one sent again.
            advice=RECONCILE if account in undecided else ADOPT,
            account=account,
            post=post,
            observations=number,
        )


def objective_orphans(strategy: Strategy, served: Iterable[str]) -> Iterator[Orphan]:
    """Yield objectives that no post serves."""
    known = set(served)
    for one in strategy.objectives:
        if one.key not in known:
            advice = "plan posts for it, or drop it"
            yield Orphan(reason=OrphanReason.NO_POSTS, advice=advice, objective=one.key)


def cost_orphans(costs: Iterable[Cost], posts: Iterable[Owned]) -> Iterator[Orphan]:
    """Yield costs that lead to no post."""
    campaigns = {one.purpose.campaign for one in posts}
    for cost in costs:
        if cost.campaign is None:
            advice = "name its campaign, unless it serves all"
            yield Orphan(reason=OrphanReason.NO_CAMPAIGN, advice=advice, cost=cost)
        elif cost.campaign not in campaigns:
            advice = f"no post of {cost.campaign!r} is out"
            yield Orphan(reason=OrphanReason.UNUSED_CAMPAIGN, advice=advice, cost=cost)
