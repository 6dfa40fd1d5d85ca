"""Measure everything, and print the table: `python -m benchmarks`, or `python -m benchmarks page call`."""

from __future__ import annotations

import argparse
import os
import platform

from benchmarks import (
    agency,
    budgets,
    burst,
    call,
    carried,
    clients,
    facets,
    feeds,
    imports,
    journal,
    metrics,
    page,
    report,
    routing,
    sandbox,
    tokens,
    upload,
)
from benchmarks.figures import table

ALL = {
    "page": page.measure,
    "feeds": feeds.measure,
    "call": call.measure,
    "burst": burst.measure,
    "imports": imports.measure,
    "clients": clients.measure,
    "sandbox": sandbox.measure,
    "facets": facets.measure,
    "routing": routing.measure,
    "upload": upload.measure,
    "journal": journal.measure,
    "carried": carried.measure,
    "budgets": budgets.measure,
    "metrics": metrics.measure,
    "tokens": tokens.measure,
    "report": report.measure,
    "agency": agency.measure,
}


def main() -> None:
    """Run the benchmarks that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(ALL)}; all if none")
    names: list[str] = parser.parse_args().names or list(ALL)
    if unknown := [name for name in names if name not in ALL]:
        parser.error(f"no such benchmark: {', '.join(unknown)}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}\n")
    print(table([figure for name in names for figure in ALL[name]()]))


if __name__ == "__main__":
    main()
