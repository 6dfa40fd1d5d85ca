"""What it came to: readings, sums, money, and the lines that lead from a number to its reason."""

from __future__ import annotations

from collections.abc import Sequence

import socialkit as sk
from examples.agency_quarter.office import Office
from examples.agency_quarter.plan import Brief
from examples.agency_quarter.telling import clock, say
from socialkit.reports import Orphan, OrphanReason, TracePath

__all__ = ["account", "quarter_of", "read", "table_of"]


# --8<-- [start:read]
def read(office: Office, brand: sk.Brand, day: str) -> None:
    """Read a client's numbers, once on a day; what fails is read an hour later."""
    file = office.folder / f"{brand.key}-{day}.csv"
    if file.exists():
        return
    collected = sk.collect.observations(brand, since=quarter_of(brand).start)
    for (whose, part), error in collected.failed().items():
        say(f"{whose}, {part} not read: {error}", 2)
    if not collected.failed():
        sk.metrics.Table(collected.observations).save(file)
        show_reading(office, brand, collected.observations)


def table_of(office: Office, brief: Brief) -> sk.metrics.Table:
    """Return the newest readings and all orders, each post with what it is for."""
    brand, now = brief.brand.key, office.workspace.now()
    files = sorted(office.folder.glob(f"{brand}-*.csv"))
    rows = [row for file in files for row in sk.metrics.Table.read(file)]
    orders = brief.orders.observations(now=now, brand=brand)
    table = sk.metrics.Table([*rows, *orders]).latest()
    return table.label(office.journal.purposes())


# --8<-- [end:read]


def show_reading(office: Office, brand: sk.Brand, rows: Sequence[sk.Observation]) -> None:
    """Print how much was read, and how much of it the networks do not tell."""
    now, lacking = clock(office.workspace.now()), sum(row.missing is not None for row in rows)
    say(f"{now}  {brand.key}: {len(rows)} values read, {lacking} of them missing", 2)


# --8<-- [start:account]
def account(office: Office, brief: Brief) -> sk.Report:
    """Say what the quarter came to for a client, and return the report."""
    say(brief.brand.key, 2)
    trace(office, brief, table_of(office, brief))
    table = table_of(office, brief)  # with what was adopted
    for total in table.total("engagement", by=["pillar"]):
        show_total(total)
    for one in sk.metrics.roi(table, brief.ledger, rules=["first", "last"]):
        show_return(one)
    say(f"left of the budget: {brief.campaign.remaining(brief.ledger)}", 4)
    return sk.Report(
        brief.brand,
        quarter_of(brief.brand),
        reader="general management",
        table=table,
        strategy=brief.strategy,
        journal=office.journal,
        ledger=brief.ledger,
        campaigns=[brief.campaign],
        cases=office.desk.cases(),
        now=office.workspace.now(),
    )


# --8<-- [end:account]


def quarter_of(brand: sk.Brand) -> sk.Period:
    """Return the quarter as the client's clocks show it."""
    return sk.Period.quarter(2026, 1, zone=brand.zone)


def show_total(total: sk.metrics.Total) -> None:
    """Print a sum; answers have no pillar, and nothing is counted as zero that is not known."""
    value = "not known" if total.value is None else f"{total.value:.0f}"
    say(f"engagement, {total.group['pillar'] or 'answers':10}{value:>9}", 4)


def show_return(one: sk.metrics.Return) -> None:
    """Print what came of the money by one rule of attribution."""
    platform = one.platform or ("overhead" if one.overhead else "no platform")
    where = f"{one.campaign or 'no campaign'}, {platform}"
    roi = "" if one.roi is None else f"ROI {one.roi:+.0%}"
    say(f"{one.rule:5} visit  {where:26}{one.cost or '-'!s:>12}{one.revenue or '-'!s:>12}  {roi}", 4)


# --8<-- [start:trace]
def trace(office: Office, brief: Brief, table: sk.metrics.Table) -> None:
    """Follow a value up and an objective down, and find what hangs in the air."""
    lines = sk.Trace(brief.strategy, office.journal, table)
    aim = brief.strategy.objectives[0].key
    values = lines.observations_of(aim)
    likes = [row for row in values if row.metric == "likes"]
    show_path(lines.path_of(max(likes, key=lambda row: row.value or 0)))
    posts = lines.posts_of(aim)
    say(f"down: {aim} -> {len(posts)} posts -> {len(values)} values", 4)
    for orphan in lines.orphans(brief.ledger):
        say(f"in the air: {orphan}", 4)
        if orphan.reason is OrphanReason.NO_DELIVERY:
            adopt(office, brief, orphan)


def adopt(office: Office, brief: Brief, orphan: Orphan) -> None:
    """Have Robin say why a post exists that somebody made by hand."""
    (ref,) = brief.brand.accounts_for(orphan.account or "")
    client = brief.brand.client_for(ref)
    if isinstance(client, sk.HasPosts):
        post = client.posts.get(orphan.post or "")
        office.robin.adopt(post, brief.campaign.purpose("shop"))
        say(f"adopted: {post.text!r} counts for {brief.campaign.objective} now", 4)


# --8<-- [end:trace]


def show_path(path: TracePath) -> None:
    """Print the line from a value up to its objective."""
    if path.observation and path.post and path.objective:
        value, post = path.observation, path.post
        say(f"up: {value.value:.0f} {value.metric} <- {post.text[:30]!r}", 4)
        say(f"<- campaign {path.campaign} <- objective {path.objective.key}", 8)
