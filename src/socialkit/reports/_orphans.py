"""What hangs in the air: posts, values, objectives and costs that no line leads on from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import partial
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
    UNKNOWN_PILLAR = "unknown pillar"
    """A post whose purpose names one that the strategy does not have."""
    NO_CAMPAIGN = "no campaign"
    """Money that was spent for no campaign."""
    UNUSED_CAMPAIGN = "unused campaign"
    """Money that was spent for a campaign of which no post is out."""
    UNUSED_PLATFORM = "unused platform"
    """Money that was spent for a campaign on a platform where no post of it is out."""
    UNKNOWN_POST = "unknown post"
    """Money that was spent for a post that is none of the campaign's."""


class Orphan(Model):
    """Something that no line leads on from, and what to do about it.

    Example:
        >>> advice = "plan posts for it, or drop it"
        >>> print(Orphan(reason=OrphanReason.NO_POSTS, advice=advice, objective="liked"))
        liked: no posts; plan posts for it, or drop it
    """

    reason: OrphanReason
    advice: str
    """What to do."""
    account: str | None = None
    """The account's key, of posts and values."""
    post: str | None = None
    """The post's id, of posts and values."""
    objective: str | None = None
    """The objective's key; of a post, the one that it names."""
    pillar: str | None = None
    """The pillar that a post names and the strategy does not have."""
    observations: int = 0
    """How many values hang on it."""
    cost: Cost | None = None

    def __str__(self) -> str:
        what = self.cost.amount if self.cost is not None else self.objective
        subject = f"{self.account}, post {self.post}" if self.post is not None else what
        return f"{subject}: {self.reason}; {self.advice}"


def post_orphans(posts: Iterable[Owned], values: Mapping[Key, int], strategy: Strategy) -> Iterator[Orphan]:
    """Yield posts that lead up to no objective, or to a pillar that is not there."""
    objectives = [one.key for one in strategy.objectives]
    pillars = [one.key for one in strategy.pillars]
    for one in posts:
        if one.delivery.kind != PUBLISH:
            continue
        orphan = partial(Orphan, account=one.key[0], post=one.key[1], observations=values.get(one.key, 0))
        named, pillar = one.purpose.objective, one.purpose.pillar
        if named is None:
            yield orphan(reason=OrphanReason.NO_OBJECTIVE, advice="plan it with a purpose")
        elif named not in objectives:
            advice = _instead(named, objectives)
            yield orphan(reason=OrphanReason.UNKNOWN_OBJECTIVE, advice=advice, objective=named)
        if pillar is not None and pillar not in pillars:
            advice = f"pillar {pillar!r}: {_instead(pillar, pillars)}"
            yield orphan(reason=OrphanReason.UNKNOWN_PILLAR, advice=advice, pillar=pillar)


def _instead(name: str, known: Iterable[str]) -> str:
    return instead(name, known).lstrip(":; ")


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
    served = _Served(posts)
    for cost in costs:
        found = served.lost(cost)
        if found is not None:
            yield Orphan(reason=found[0], advice=found[1], cost=cost)


class _Served:
    """What costs may be for."""

    def __init__(self, posts: Iterable[Owned]) -> None:
        self._campaigns: set[str | None] = set()
        self._places: set[tuple[str | None, str | None]] = set()
        self._posts: set[tuple[str | None, str | None, str]] = set()
        for one in posts:
            campaign, platform = one.purpose.campaign, one.delivery.account.platform
            self._campaigns.add(campaign)
            self._places |= {(campaign, platform), (campaign, one.key[0])}
            self._posts |= {(campaign, place, one.key[1]) for place in (platform, one.key[0], None)}

    def lost(self, cost: Cost) -> tuple[OrphanReason, str] | None:
        """Return why a cost leads to no post, and what to do."""
        campaign, place = cost.campaign, cost.account or cost.platform
        if campaign is None:
            return OrphanReason.NO_CAMPAIGN, "name its campaign, unless it serves all"
        if campaign not in self._campaigns:
            return OrphanReason.UNUSED_CAMPAIGN, f"no post of {campaign!r} is out"
        if place is not None and (campaign, place) not in self._places:
            return OrphanReason.UNUSED_PLATFORM, f"no post of {campaign!r} is out on {place}"
        if cost.post is not None and (campaign, place, cost.post) not in self._posts:
            return OrphanReason.UNKNOWN_POST, f"{campaign!r} has no post {cost.post!r} there"
        return None
