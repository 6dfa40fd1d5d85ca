"""Ask public databases whether anything of `requirements-dev.txt` has a known vulnerability.

A finding fails. Where no database answers, which on a machine without a network none does, that is said in so
many words and nothing fails: no finding then means nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

REQUIREMENTS = Path(__file__).parent.parent / "requirements-dev.txt"
TOOL = "pip-audit==2.10.1"
"""Installed for this check alone: it needs twenty packages of its own."""
SERVICES = ("pypi", "osv")
"""The databases that it knows; the second is asked where the first has no answer."""
LONGEST = 65
"""Seconds for all of it: who has not answered by then was not reached."""

Report = list[dict[str, Any]]
"""What was found out of each package: `vulns`, or `skip_reason`."""


def installed(folder: Path, until: float) -> Path | None:
    """Install the tool, and return it; None where it cannot be had."""
    venv.create(folder, with_pip=True)
    bins = folder / ("Scripts" if sys.platform == "win32" else "bin")
    command = [str(bins / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", TOOL]
    try:
        subprocess.run(command, check=True, timeout=_left(until))
    except subprocess.SubprocessError as error:
        print(f"{TOOL} cannot be installed ({type(error).__name__})")
        return None
    return bins / "pip-audit"


def ask(tool: Path, service: str, until: float) -> Report:
    """Return what a database says; nothing if it gave no answer."""
    options = ["--no-deps", "--disable-pip", "--progress-spinner=off", "--format=json", "--timeout=10"]
    command = [str(tool), f"--requirement={REQUIREMENTS}", f"--vulnerability-service={service}", *options]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_left(until))
        report: Report = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError) as error:
        print(f"{service} gave no answer ({type(error).__name__})")
        return []
    return report


def _left(until: float) -> float:
    return max(1.0, until - time.monotonic())


def judge(reports: Iterable[Report]) -> int:
    """Print what was found out; return 1 if a package has a known vulnerability.

    Args:
        reports: What each database says, the next of which is only asked where one knew no package.
    """
    report: Report = []
    for report in reports:
        if any("vulns" in one for one in report):
            break
    found = [(one["name"], one["version"], vuln) for one in report for vuln in one.get("vulns", ())]
    for name, version, vuln in found:
        mended = ", ".join(vuln.get("fix_versions") or ()) or "no version yet"
        print(f"{name} {version}: {vuln['id']}; mended in {mended}")
    unknown = [str(one["name"]) for one in report if "vulns" not in one]
    if len(unknown) == len(report):
        print("NOT CHECKED: no database of vulnerabilities was reached, so nothing is known of any package")
    elif unknown:
        print(f"NOT CHECKED: {', '.join(unknown)}")
    print(f"{len(report) - len(unknown)} packages asked about, {len(found)} known vulnerabilities")
    return 1 if found else 0


def main() -> int:
    """Ask, print what was found out, and return 1 if a package has a known vulnerability."""
    until = time.monotonic() + LONGEST
    with tempfile.TemporaryDirectory() as folder:
        tool = installed(Path(folder), until)
        return judge(ask(tool, service, until) for service in SERVICES if tool is not None)


if __name__ == "__main__":
    sys.exit(main())
