"""An agency with two clients, from the strategy to the report: plan, approve, publish, answer, measure.

Everything happens in a simulator, and nothing leaves this process:

    python examples/agency_quarter.py

The clients' files lie beside this script: strategies, campaigns, posts and costs of a coffee roaster and of a
weaver. Two reports and a table are left in the folder `agency-report`, or in another one:

    python examples/agency_quarter.py /tmp/reports
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import socialkit as sk
from socialkit.reports import Orphan, OrphanReason, TracePath
from socialkit.testing import picture

FILES = Path(__file__).with_name("agency_quarter")
FOLLOWERS = 90
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PARIS = ZoneInfo("Europe/Paris")
FRIDAY = 4
DESK_HOURS = (9, 12, 15)
"""When the agency reads its inboxes, as clocks in Paris show it."""
LOOK = timedelta(hours=36)
"""How long the roaster needs to look at every bag after a complaint about glass."""


# The agency --------------------------------------------------------------------------------


# --8<-- [start:agency]
def agency() -> sk.Workspace:
    """Return two brands with two accounts each; no secret stands here."""
    kettle = sk.Brand("kettle", *accounts_of("kettle"), zone="Europe/Paris")
    loom = sk.Brand("loom", *accounts_of("loom"), zone="America/New_York")
    return sk.Workspace(kettle, loom)


def accounts_of(brand: str) -> tuple[sk.Account, sk.Account]:
    """Return a brand's accounts on two networks."""
    server = "https://mastodon.example"
    token = sk.SecretRef(f"env:{brand.upper()}_MASTODON")
    password = sk.SecretRef(f"env:{brand.upper()}_BLUESKY")
    return (
        sk.Account("mastodon", base_url=server, access_token=token),
        sk.Account("bluesky", identifier=f"{brand}.example", password=password),
    )


# --8<-- [end:agency]


class Office:
    """Three people and a worker, who share a journal and a table of authority.

    Args:
        workspace: The clients of the agency.
        journal: What is remembered when the process ends.
        folder: Where the readings of each week are kept.
    """

    def __init__(self, workspace: sk.Workspace, journal: sk.Journal, folder: Path) -> None:
        # --8<-- [start:office]
        table = sk.Authority.load(FILES / "authority.toml")
        rules = sk.Router.load(FILES / "rules.toml")
        publisher = partial(sk.Publisher, workspace, journal, authority=table)
        desk = partial(sk.Desk, workspace, journal, router=rules, authority=table)
        self.workspace, self.journal, self.folder = workspace, journal, folder
        self.maria = publisher(actor="maria")
        """Writes and plans."""
        self.robin = publisher(actor="robin")
        """Approves, and ends what was frozen."""
        self.worker = publisher(actor="worker")
        """Sends what is due; in real life it runs day and night."""
        self.desk = desk(actor="kim")
        """Kim reads the inboxes."""
        self.robins_desk = desk(actor="robin")
        # --8<-- [end:office]


# The plan ----------------------------------------------------------------------------------


# --8<-- [start:brief]
@dataclass(frozen=True)
class Brief:
    """What stands in the files of a client."""

    brand: sk.Brand
    strategy: sk.Strategy
    campaign: sk.Campaign
    mix: sk.Mix
    ledger: sk.CostLedger
    orders: sk.metrics.Conversions


def brief_of(brand: sk.Brand) -> Brief:
    """Read the files of a client; a mistake in one is told with its place."""
    folder = FILES / brand.key
    strategy = sk.Strategy.load(folder / "strategy.toml")
    return Brief(
        brand,
        strategy,
        sk.Campaign.load(folder / "campaign.toml", strategy=strategy),
        sk.Mix.load(folder / "mix.toml"),
        sk.CostLedger.load(folder / "costs.csv", brand=brand.key),
        sk.metrics.Conversions.read(folder / "orders.csv"),
    )


# --8<-- [end:brief]


def rows_of(file: str) -> list[dict[str, str]]:
    """Return the lines of a table among the files."""
    with (FILES / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


# --8<-- [start:calendar]
def drafts_of(brand: str, pillar: str | None) -> Iterator[sk.Draft]:
    """Yield what was written for a pillar; links say what brought a visit."""
    for row in rows_of(f"{brand}/posts.csv"):
        if row["pillar"] == pillar:
            text, shown = row["text"], row["alt_text"]
            media = [picture(alt_text=shown)] if shown else []
            yield sk.Draft(text=text, media=media, language="en", utm=sk.UTM())


def calendar_of(brief: Brief) -> sk.Calendar:
    """Return the slots of the campaign, each with a draft of its pillar."""
    brand = brief.brand
    accounts, zone = brand.accounts(), brand.zone
    calendar = brief.campaign.calendar(brief.mix, accounts=accounts, zone=zone)
    written: dict[tuple[str, str | None], Iterator[sk.Draft]] = {}
    for slot in calendar.slots:
        pillar = slot.purpose.pillar if slot.purpose else None
        place = slot.account.key, pillar
        drafts = written.setdefault(place, drafts_of(brand.key, pillar))
        calendar = calendar.fill(slot, next(drafts))
    return calendar


# --8<-- [end:calendar]


def show_plan(brief: Brief, calendar: sk.Calendar) -> None:
    """Print what the client wants, and what becomes of it."""
    campaign, slots = brief.campaign, calendar.slots
    say(f"{brief.brand.key}: campaign {campaign.key}, {campaign.budget}, {len(slots)} posts", 2)
    for objective in brief.strategy.objectives:
        kpi = objective.kpi
        say(f"{objective.key}: {objective.goal}: {kpi.target:g} {kpi.metric} by {kpi.by}", 4)
    for slot in (slots[0], slots[1], slots[-1]):
        pillar = slot.purpose.pillar if slot.purpose else None
        say(f"{slot.at}  {slot.account.platform:8}  {pillar}", 6)


def hasty(brief: Brief) -> None:
    """Print how a draft is read against the editorial line, before anybody else sees it."""
    draft = sk.Draft(text="The best coffee of the spring", media=[picture(alt_text=None)])
    say(f"{brief.brand.key}, a hasty draft: {draft.text!r}", 2)
    for problem in brief.strategy.lint(draft):
        say(f"x {problem}", 4)


# --8<-- [start:plan]
def plan(office: Office, brief: Brief) -> None:
    """Have Maria plan the month; a calendar with a problem is not planned."""
    calendar = calendar_of(brief)
    show_plan(brief, calendar)
    if problems := calendar.check():
        raise sk.InvalidDraftError("nothing is planned", problems=problems)
    office.maria.plan_calendar(calendar, not_after=DAY)


def approve(office: Office) -> int:
    """Have Robin approve what waits for a second person, and count it."""
    waiting = list(office.robin.deliveries(state=sk.DeliveryState.PROPOSED))
    for delivery in waiting:
        office.robin.approve(delivery)
    return len(waiting)


# --8<-- [end:plan]


# The month ---------------------------------------------------------------------------------


# --8<-- [start:month]
def month(world: sk.Sandbox, office: Office, end: datetime) -> None:
    """Go through the month: send, answer, and read the numbers."""
    while (now := world.clock.now()) < end:
        office.worker.reconcile()
        office.worker.run_due()
        local = now.astimezone(PARIS)
        if local.weekday() <= FRIDAY and local.hour in DESK_HOURS:
            answer(office)
            decide(office)
        evening = local.weekday() == FRIDAY and local.hour >= 21
        if evening or end - now <= 3 * HOUR:
            for brand in office.workspace.brands:
                read(office, brand, f"{local:%Y-%m-%d}")
        full = now.replace(minute=0, second=0, microsecond=0)
        world.clock.advance(full + HOUR - world.clock.now())


# --8<-- [end:month]


# --8<-- [start:answer]
def answer(office: Office) -> None:
    """Have Kim read all inboxes, and answer where a rule suggests an answer."""
    for case in office.desk.sweep():
        show_case(case)
    for case in list(office.desk.cases()):
        text = case.decision.suggested_reply
        if text is not None and wants_answer(case):
            show_answer(case, office.desk.reply(case, text))
    if approve(office):
        say("Robin approves it.", 4)
        office.worker.run_due()


def wants_answer(case: sk.Case) -> bool:
    """Tell whether a case is open, or its answer was begun and never planned."""
    if case.state is sk.CaseState.ANSWERING:
        return len(case.answers) < case.answers_begun
    return case.state is sk.CaseState.OPEN


def decide(office: Office) -> None:
    """Have Robin end a freeze once every bag was looked at."""
    now = office.workspace.now()
    for freeze in office.robin.freezes():
        if now - freeze.at >= LOOK:
            close_escalated(office, freeze)
            free = len(office.robin.thaw(freeze, backlog="reschedule"))
            say(f"{clock(now)}  Robin ends the freeze: {free} posts may leave.", 2)


def close_escalated(office: Office, freeze: sk.Freeze) -> None:
    """Have Robin close the cases for which all was held back."""
    note = "a jar broke in a kitchen; no bag had glass in it"
    for case in list(office.robins_desk.cases(brand=freeze.scope.brand)):
        if case.escalated and case.state is sk.CaseState.OPEN:
            office.robins_desk.close(case, note=note)


# --8<-- [end:answer]


def show_answer(case: sk.Case, delivery: sk.Delivery) -> None:
    """Print an answer, and how it stands."""
    say(f"-> {name_of(case)}, in {case.decision.stance}: {delivery.state}", 4)
    say(case.decision.suggested_reply or "", 7)


def show_case(case: sk.Case) -> None:
    """Print what came in, and where it goes."""
    decision, message = case.decision, case.message
    say(f"{clock(message.created_at)}  {case.account.key}, {name_of(case)}: {message.text}", 2)
    promised = decision.first_response_due
    due = f", first answer by {clock(promised)}" if promised else ""
    say(f"{decision.because.rule} -> {case.assignee}{due}", 4)
    if decision.freeze:
        say(f"Escalated; all posts of {case.account.brand} are held back.", 4)


def name_of(case: sk.Case) -> str:
    """Return how somebody is called, without the server."""
    return f"@{case.message.author.handle.partition('.')[0]}"


def clock(moment: datetime) -> str:
    """Return a time as the agency's clock shows it."""
    return f"{moment.astimezone(PARIS):%a %d %b %H:%M}"


# What it came to ---------------------------------------------------------------------------


# --8<-- [start:read]
def read(office: Office, brand: sk.Brand, day: str) -> None:
    """Read a client's numbers, once on a day; what fails is read an hour later."""
    file = office.folder / f"{brand.key}-{day}.csv"
    if file.exists():
        return
    collected = sk.collect.observations(brand, since=quarter_of(brand).start)
    for failure in collected.failed:
        say(f"{failure.account}, {failure.part} not read: {failure.error}", 2)
    if not collected.failed:
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


# What the world does -----------------------------------------------------------------------


def people(world: sk.Sandbox) -> None:
    """Order what strangers will do: messages at their times, likes and shares each evening."""
    # The first account of a world is called "main" there: the agency's own.
    world.workspace(agency=["mastodon", "bluesky"])
    with world.install(), agency() as workspace:
        closed = "We are closed on Monday: we count every single bean."
        workspace.brand("kettle").client("mastodon").posts.publish(closed)
        accounts = workspace.accounts()
    for ref in accounts:
        for number in range(FOLLOWERS):
            world.receive(ref.platform, kind="follow", author=f"reader{number}", account=ref)
    for row in rows_of("messages.csv"):
        world.clock.at(datetime.fromisoformat(row["at"]), partial(write, world, row))
    evening, seen = world.clock.now().astimezone(PARIS).replace(hour=20), set[str]()
    for day in range(30):
        world.clock.at(evening + day * DAY, partial(react, world, accounts, seen))


def write(world: sk.Sandbox, row: dict[str, str]) -> None:
    """Have somebody write to a client."""
    account, private = f"{row['brand']}/{row['platform']}/main", row["private"] == "yes"
    world.receive(row["platform"], text=row["text"], author=row["author"], private=private, account=account)


def react(world: sk.Sandbox, accounts: Sequence[sk.AccountRef], seen: set[str]) -> None:
    """Have people like, share and answer the posts of the day; the same ones whatever else happens."""
    for ref in accounts:
        for post in world.posts(ref.platform, ref):
            if post.reply_to is None and post.visibility == "public" and post.id not in seen:
                seen.add(post.id)
                readers(world, ref, post.id, Random(f"{ref.key} {post.text}"))


def readers(world: sk.Sandbox, ref: sk.AccountRef, post: str, chance: Random) -> None:
    """Have some people react to a post."""
    receive = partial(world.receive, ref.platform, account=ref, reply_to=post)
    for kind, most in (("like", 18), ("share", 5)):
        for number in chance.sample(range(FOLLOWERS), chance.randint(0, most)):
            receive(kind=kind, author=f"reader{number}")
    if chance.random() < 0.2:
        receive(text="I love this!", author=f"reader{chance.randrange(FOLLOWERS)}")


# The command -------------------------------------------------------------------------------


def say(text: str, indent: int = 0) -> None:
    """Print a line of the story, folded where it is too long."""
    rest = " " * (indent + 2)
    fill = partial(textwrap.fill, width=80, break_long_words=False, break_on_hyphens=False)
    print(fill(text, initial_indent=" " * indent, subsequent_indent=rest))


def part(title: str) -> None:
    """Print the title of a part."""
    print(f"\n{title}\n{'-' * len(title)}")


# --8<-- [start:quarter]
Reports = dict[str, sk.Report]


def quarter(world: sk.Sandbox, journal: sk.Journal, folder: Path) -> Reports:
    """Play the whole story, and return a report for each client.

    What is done is not done again: after a crash call it once more, with the same
    journal.
    """
    with world.install(), agency() as workspace:
        office = Office(workspace, journal, folder)
        briefs = [brief_of(brand) for brand in workspace.brands]
        part("The plan")
        hasty(briefs[0])
        for brief in briefs:
            plan(office, brief)
        say(f"Robin approves {approve(office)} posts.", 2)
        part("The month, by the clock in Paris")
        month(world, office, quarter_of(briefs[0].brand).end)
        part("What it came to")
        return {brief.brand.key: account(office, brief) for brief in briefs}


# --8<-- [end:quarter]


def main(argv: Sequence[str] | None = None) -> int:
    """Play the story in a world of its own, and leave the reports in a folder."""
    parser = argparse.ArgumentParser(description="A quarter of an agency with two clients, simulated.")
    parser.add_argument("folder", nargs="?", default="agency-report", type=Path, help="for the reports")
    target: Path = parser.parse_args(argv).folder
    target.mkdir(parents=True, exist_ok=True)
    with sk.Sandbox(seed=7) as world, tempfile.TemporaryDirectory() as folder:
        people(world)
        with sk.Journal.open(f"sqlite:///{folder}/journal.db") as journal:
            reports = quarter(world, journal, Path(folder))
    for brand, report in reports.items():
        part(f"The report for {brand}")
        print(report)
        report.to_html(target / f"{brand}.html")
    part("Left behind")
    for brand in reports:
        say(str(target / f"{brand}.html"), 2)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
