"""An agency with two clients, from the strategy to the report: plan, approve, publish, answer, measure.

Everything happens in a simulator, and nothing leaves this process. In the folder above `examples`:

    python -m examples.agency_quarter

The clients' files lie beside the modules: strategies, campaigns, posts and costs of a coffee roaster and of a
weaver. Two reports are left in the folder `agency-report`, or in another one:

    python -m examples.agency_quarter /tmp/reports
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import socialkit as sk
from examples.agency_quarter.month import month
from examples.agency_quarter.numbers import account, quarter_of
from examples.agency_quarter.office import Office, agency
from examples.agency_quarter.plan import approve, brief_of, hasty, plan
from examples.agency_quarter.strangers import people
from examples.agency_quarter.telling import part, say

__all__ = ["main", "quarter"]


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
