"""`Trace`: from a value up to the objective that it counts for, and from an objective down to its values."""

from __future__ import annotations

from collections import Counter
from typing import Final

from socialkit.campaign import Cost, CostLedger
from socialkit.errors import ConfigurationError
from socialkit.metrics import Row, Table
from socialkit.models import Model, Observation, Post, SubjectKind
from socialkit.publishing import Delivery, DeliveryState, Journal
from socialkit.reports._costs import brands_of_campaigns
from socialkit.reports._orphans import (
    Orphan,
    cost_orphans,
    objective_orphans,
    post_orphans,
    value_orphans,
)
from socialkit.reports._owned import PUBLISH, Key, key_of, owned
from socialkit.strategy import KPI, Objective, Pillar, Strategy

__all__ = ["Trace", "TracePath"]

NOBODY: Final[Key] = ("", "")
"""No account has an empty key."""
UNDECIDED: Final = frozenset({DeliveryState.SENDING, DeliveryState.UNKNOWN, DeliveryState.NEEDS_DECISION})
"""Something may be out that the journal does not know."""


class TracePath(Model):
    """The line from a value to the objective that it counts for; it ends where the next part is None.

    Example:
        >>> path = TracePath(campaign="autumn")
        >>> path.campaign, path.objective, path.kpi
        ('autumn', None, None)
    """

    observation: Observation | None = None
    """The value; None where the line begins with a post."""
    post: Post | None = None
    """None for values of no post that the journal knows."""
    delivery: Delivery | None = None
    """How the post went out."""
    pillar: Pillar | None = None
    """None too where the strategy has no such pillar."""
    campaign: str | None = None
    """The campaign's key."""
    objective: Objective | None = None
    """None too where the strategy has no such objective."""

    @property
    def kpi(self) -> KPI | None:
        """What measures the objective."""
        return None if self.objective is None else self.objective.kpi


class Trace:
    """Reads both ways between a strategy's objectives and what was measured.

    The lines lead through the journal: it knows which post was made for what. It is read once, so a trace
    does not change. Only the brand of the strategy is seen; accounts without a brand (of a client that was
    opened with `connect()` alone) are nobody's.

    Args:
        strategy: Of one brand.
        journal: May hold other brands' deliveries too.
        table: May hold other brands' values too.

    Example:
        >>> from datetime import date
        >>> from socialkit import Draft, Publisher, Purpose, Sandbox, collect
        >>> kpi = KPI(metric="likes", target=50, baseline=0, by=date(2026, 12, 31))
        >>> strategy = Strategy(brand="acme", objectives=[Objective(key="liked", goal="be liked", kpi=kpi)])
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     workspace = world.workspace(acme=["mastodon"])
        ...     publisher = Publisher(workspace, journal)
        ...     draft = Draft(text="Autumn is here", purpose=Purpose(objective="liked"))
        ...     (delivery,) = publisher.plan(draft, to="mastodon")
        ...     _ = publisher.deliver(delivery)
        ...     table = Table(collect.observations(workspace, journal).observations)
        ...     trace = Trace(strategy, journal, table)
        >>> likes = next(row for row in trace.observations_of("liked") if row.metric == "likes")
        >>> trace.objective_of(likes).goal, trace.orphans()
        ('be liked', ())
    """

    def __init__(self, strategy: Strategy, journal: Journal, table: Table) -> None:
        self._strategy = strategy
        self._rows = table.where("brand", strategy.brand).rows()
        deliveries = list(journal.deliveries())
        self._campaigns = brands_of_campaigns(deliveries, table)
        own = [one for one in deliveries if one.account.brand == strategy.brand]
        self._posts = owned(own, strategy.brand)
        self._undecided = frozenset(one.account.key for one in own if one.state in UNDECIDED)
        self._objectives = {one.key: one for one in strategy.objectives}
        self._pillars = {one.key: one for one in strategy.pillars}

    def path_of(self, thing: Observation | Post) -> TracePath:
        """Return the whole line from a value or a post up to its objective.

        Raises:
            ConfigurationError: A post does not say through which account it was written or read.
        """
        observation = thing if isinstance(thing, Observation) else None
        one = self._posts.get(self._key(thing))
        if one is None:
            return TracePath(observation=observation)
        purpose = one.purpose
        return TracePath(
            observation=observation,
            post=one.post,
            delivery=one.delivery,
            pillar=self._pillars.get(purpose.pillar or ""),
            campaign=purpose.campaign,
            objective=self._objectives.get(purpose.objective or ""),
        )

    def objective_of(self, thing: Observation | Post) -> Objective | None:
        """Return the objective that a value or a post counts for; None where the line breaks off.

        Raises:
            ConfigurationError: A post does not say through which account it was written or read.
        """
        one = self._posts.get(self._key(thing))
        return None if one is None else self._objectives.get(one.purpose.objective or "")

    def observations_of(self, objective: str) -> tuple[Row, ...]:
        """Return all values that count for an objective, in the order of the table.

        They are those of whose rows `objective_of()` returns it, no more and no fewer.

        Args:
            objective: The objective's key.

        Raises:
            ConfigurationError: The strategy has no such objective.
        """
        wanted = self._strategy.objective(objective)
        return tuple(row for row in self._rows if self.objective_of(row) == wanted)

    def posts_of(self, objective: str) -> tuple[Post, ...]:
        """Return the posts that serve an objective, in the order of their times, each part of a thread.

        Args:
            objective: The objective's key.

        Raises:
            ConfigurationError: The strategy has no such objective.
        """
        wanted = self._strategy.objective(objective).key
        return tuple(one.post for one in self._posts.values() if one.purpose.objective == wanted)

    def orphans(self, ledger: CostLedger | None = None) -> tuple[Orphan, ...]:
        """Return what no line leads on from: posts, values, objectives, and costs if a ledger is given.

        Args:
            ledger: The brand's costs; those of other brands, and of campaigns that are theirs alone, are left
                out.
        """
        values: Counter[Key] = Counter((row.account or "", row.subject) for row in self._rows)
        posts = self._posts.values()
        served = (one.purpose.objective or "" for one in posts if one.delivery.kind == PUBLISH)
        return (
            *post_orphans(posts, values, self._strategy),
            *value_orphans(self._rows, self._posts, self._undecided),
            *objective_orphans(self._strategy, served),
            *cost_orphans(self._costs(ledger), posts),
        )

    def _costs(self, ledger: CostLedger | None) -> tuple[Cost, ...]:
        """Return the costs that are not known to be another brand's."""
        brand = self._strategy.brand
        entries = () if ledger is None else ledger.entries
        owners = ({one.brand} if one.brand else self._campaigns.get(one.campaign or "") for one in entries)
        return tuple(one for one, whose in zip(entries, owners, strict=True) if not whose or brand in whose)

    def _key(self, thing: Observation | Post) -> Key:
        if isinstance(thing, Observation):
            ours = thing.brand == self._strategy.brand and thing.subject_kind is SubjectKind.POST
            return (thing.account, thing.subject) if ours and thing.account is not None else NOBODY
        if thing.account is None:
            message = "the post does not say whose it is: read it through its account's client"
            raise ConfigurationError(message)
        return key_of(thing.account, thing.id)

    def __repr__(self) -> str:
        return f"Trace({self._strategy.brand!r}: {len(self._posts)} posts, {len(self._rows)} observations)"
