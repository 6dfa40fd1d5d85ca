"""Writes how well each operation is known to work: `python -m tests.truth.evidence [--live]`.

Recorded answers are read and requests are checked anew, here and now; what real servers prove is taken from
their last run, which `--live` repeats first.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from socialkit.models import Evidence
from socialkit.platforms import find
from socialkit.platforms._registry import BUILT_IN
from socialkit.sandbox import Sandbox
from tests.live.proof import PROVEN, read
from tests.support import ROOT
from tests.truth.bluesky import cases as bluesky_cases
from tests.truth.bluesky import lexicons as bluesky_lexicons
from tests.truth.bluesky import recordings as bluesky_recordings
from tests.truth.bluesky import repertoire as bluesky_repertoire
from tests.truth.cases import CASES
from tests.truth.facebook import recordings as facebook_recordings
from tests.truth.facebook import repertoire as facebook_repertoire
from tests.truth.facebook import specification as facebook_specification
from tests.truth.instagram import recordings as instagram_recordings
from tests.truth.instagram import repertoire as instagram_repertoire
from tests.truth.instagram import specification as instagram_specification
from tests.truth.operations import LOGIN, offered, public_operations
from tests.truth.recorded import Recorded, Recording
from tests.truth.recordings import connector, recordings
from tests.truth.repertoire import Stage, play
from tests.truth.specification import document, problems
from tests.truth.threads import recordings as threads_recordings
from tests.truth.threads import repertoire as threads_repertoire
from tests.truth.threads import specification as threads_specification
from tests.truth.x import cases as x_cases
from tests.truth.x import recordings as x_recordings
from tests.truth.x import repertoire as x_repertoire
from tests.truth.x import specification as x_specification

TARGET: Final = ROOT / "src" / "socialkit" / "platforms" / "evidence.json"
ORDER: Final = (Evidence.SERVER, Evidence.RECORDED, Evidence.SPEC, Evidence.DOCUMENTED)
SERVERS: Final[Mapping[str, Mapping[str, str]]] = {
    "bluesky": {"bluesky": "the AT Protocol's own servers, @atproto/dev-env 0.6.7"},
    "mastodon": {"kepi": "kepi 0.7"},
    "x": {},
}
"""By platform: the servers that were asked, by the name under which their proof is written down."""
PRISM: Final = "Prism 5.16.0"

Levels = dict[str, dict[str, str]]
"""By operation: what proves it on each level."""


def evidence() -> dict[str, dict[str, object]]:
    """Return the rows of every platform; skips where recordings or specification are missing."""
    return {one.name: _rows(one.name) for one in sorted(BUILT_IN, key=lambda one: one.name)}


def text(found: Mapping[str, object]) -> str:
    """Return rows as they stand in the file."""
    return json.dumps(found, indent=2, sort_keys=True) + "\n"


def _rows(platform: str) -> dict[str, object]:
    with Sandbox() as world:
        client = world.connect(platform)
        everything, able = public_operations(platform, client), offered(platform, client)
    facts, levels = find(platform).load_facts(), PROVERS.get(platform, dict[str, dict[str, str]])()
    rows: dict[str, object] = {}
    for operation in everything:
        # What only some accounts have proves nothing of what the rest is refused.
        found = dict(levels.get(operation, {})) if operation in able else dict[str, str]()
        refused = f"{facts.title} does not offer it: it is refused before anything is sent"
        found[Evidence.DOCUMENTED.value] = facts.documentation if operation in able else refused
        row: dict[str, object] = {"best": _best(found), "levels": found}
        rows[operation] = row if operation in able else row | {"offered": False}
    return rows


def _best(levels: Mapping[str, str]) -> str:
    return next(one.value for one in ORDER if one.value in levels)


def _mastodon() -> Levels:
    return asyncio.run(_mastodon_levels())


async def _mastodon_levels() -> Levels:
    read_well, fitting = await _recorded(), await _specified()
    proven = _proven()
    fits = "requests and simulated answers fit the OpenAPI document"
    more = f"; {PRISM} accepts the requests"
    specified = {one: fits + (more if one in proven.get("prism", ()) else "") for one in fitting}
    return _levels("mastodon", read_well, specified)


def _bluesky() -> Levels:
    return asyncio.run(_bluesky_levels())


async def _bluesky_levels() -> Levels:
    stage = bluesky_repertoire.Stage("blocking")
    await bluesky_repertoire.play(stage)
    wrong = {one.operation for one in stage.exchanges if bluesky_lexicons.problems(one)}
    fitting = {one.operation for one in stage.exchanges} - wrong
    specified = dict.fromkeys(fitting, "requests, records and simulated answers fit the lexicons")
    return _levels("bluesky", await _bluesky_recorded(), specified)


def _x() -> Levels:
    return asyncio.run(_x_levels())


async def _x_levels() -> Levels:
    spec, stage = x_specification.document(), x_repertoire.Stage("blocking", "post")
    await x_repertoire.play(stage)
    wrong = {one.operation for one in stage.exchanges if x_specification.problems(spec, one)}
    fitting = {one.operation for one in stage.exchanges} - wrong - LOGIN
    fits = "requests and simulated answers fit the OpenAPI document"
    accepted = _proven().get("prism x", ())
    specified = {
        one: fits + (f"; {PRISM} accepts the requests" if one in accepted else "") for one in fitting
    }
    connect, recorded = x_recordings.connector("blocking"), x_recordings.recordings()
    calls = ((case, one) for case in x_cases.CASES for one in recorded if case.takes(one))
    read_well = await _counted(
        (case.operation, one.name, partial(case.call, connect, one)) for case, one in calls
    )
    return _levels("x", read_well, specified)


def _facebook() -> Levels:
    return asyncio.run(_facebook_levels())


async def _facebook_levels() -> Levels:
    stage = facebook_repertoire.Stage("blocking")
    await facebook_repertoire.play(stage)
    wrong: set[str] = set()
    for one in stage.exchanges:
        spec = facebook_specification.specification(facebook_specification.of(stage.kinds, one))
        wrong |= {one.operation} if facebook_specification.problems(spec, one) else set[str]()
    fitting = {one.operation for one in stage.exchanges} - wrong
    specified = dict.fromkeys(fitting, "requests and simulated answers fit the node specifications")
    return _levels("facebook", await _facebook_recorded(), specified)


async def _facebook_recorded() -> Counter[str]:
    return await _proven_by(facebook_recordings.RECORDED, facebook_recordings.connector("blocking"))


def _instagram() -> Levels:
    return asyncio.run(_instagram_levels())


async def _instagram_levels() -> Levels:
    done, wrong = set[str](), set[str]()
    for login in ("facebook", "instagram"):
        stage = instagram_repertoire.Stage("blocking", login)
        await instagram_repertoire.play(stage)
        for one in stage.exchanges:
            kinds = instagram_specification.of(stage.kinds, one)
            spec = instagram_specification.specification(kinds, login)
            wrong |= {one.operation} if instagram_specification.problems(spec, one) else set[str]()
            done.add(one.operation)
    fits = "requests and simulated answers fit the node specifications, with either login that has it"
    # Of the answer of `inspect` the specifications say nothing.
    fitting = done - wrong - {"account.inspect"}
    return _levels("instagram", await _instagram_recorded(), dict.fromkeys(fitting, fits))


async def _instagram_recorded() -> Counter[str]:
    return await _proven_by(instagram_recordings.RECORDED, instagram_recordings.connector("blocking"))


def _threads() -> Levels:
    return asyncio.run(_threads_levels())


async def _threads_levels() -> Levels:
    stage, spec = threads_repertoire.Stage("blocking"), threads_specification.collection()
    await threads_repertoire.play(stage)
    wrong = {one.operation for one in stage.exchanges if threads_specification.problems(spec, one)}
    # Operations of which it has no call at all are documented elsewhere, in words alone.
    listed = {one.operation for one in stage.exchanges if threads_specification.is_listed(spec, one)}
    # Of the answer of `inspect` the collection says nothing; renewing is no operation of its own.
    fitting = listed - wrong - {"account.inspect", "login.renew"}
    specified = dict.fromkeys(fitting, "requests and simulated answers fit Meta's collection of requests")
    return _levels("threads", await _threads_recorded(), specified)


async def _threads_recorded() -> Counter[str]:
    recorded, connect = threads_recordings.RECORDED, threads_recordings.connector("blocking")
    # The others are written after documentation, and an empty answer proves nothing.
    return await _proven_by(
        recorded,
        connect,
        lambda one: one.name.startswith("published-recordings") and one.body.get("data") != [],
    )


async def _proven_by(
    recorded: Recorded, connect: Callable[..., Any], counts: Callable[[Recording], bool] = lambda _: True
) -> Counter[str]:
    """Count what servers sent, and is read as it was sent, by operation; pushes are no operation's."""
    calls = (
        (case, one)
        for case in recorded.cases
        for one in case.mine()
        if case.operation != "webhooks" and case.proves and one.proves and counts(one)
    )
    return await _counted(
        (case.operation, one.name, partial(case.call, connect, one.body)) for case, one in calls
    )


def _levels(platform: str, read_well: Counter[str], specified: Mapping[str, str]) -> Levels:
    """Put together what proves each operation of a platform."""
    levels = _served(platform)
    for operation, count in read_well.items():
        answers = "recorded answer" if count == 1 else "recorded answers"
        levels.setdefault(operation, {})[Evidence.RECORDED.value] = f"{count} {answers} of real servers"
    for operation, how in specified.items():
        levels.setdefault(operation, {})[Evidence.SPEC.value] = how
    return levels


def _served(platform: str) -> Levels:
    """Return what real servers proved, in their last run."""
    proven = _proven()
    return {
        operation: {Evidence.SERVER.value: name}
        for server, name in SERVERS.get(platform, {}).items()
        for operation in proven.get(server, ())
    }


def _proven() -> dict[str, list[str]]:
    return read() if PROVEN.is_file() else {}


async def _recorded() -> Counter[str]:
    """Count the recorded answers that each operation reads; an operation that fails on one has none."""
    connect = connector("blocking")
    calls = ((case, one) for case in CASES for one in recordings() if case.takes(one))
    return await _counted((case.operation, one.name, partial(case.call, connect, one)) for case, one in calls)


async def _bluesky_recorded() -> Counter[str]:
    connect = bluesky_recordings.connector("blocking")
    calls = ((case, one) for case in bluesky_cases.CASES for one in case.recordings())
    return await _counted((case.operation, one.name, partial(case.call, connect, one)) for case, one in calls)


async def _counted(calls: Iterable[tuple[str, str, Callable[[], Awaitable[None]]]]) -> Counter[str]:
    """Count the calls that went well by operation; one that failed leaves its operation none."""
    counts, failed = Counter[str](), set[str]()
    for operation, name, call in calls:
        try:
            await call()
        except Exception as error:  # noqa: BLE001 - whatever a failed reading raises
            failed.add(operation)
            sys.stderr.write(f"{operation} cannot read {name}: {error!r}\n")
        counts[operation] += 1
    return Counter({operation: count for operation, count in counts.items() if operation not in failed})


async def _specified() -> set[str]:
    """Return the operations of which every request and every answer fits the document."""
    spec, stage = document(), Stage("blocking")
    await play(stage)
    wrong = {one.operation for one in stage.exchanges if problems(spec, one)}
    return {one.operation for one in stage.exchanges} - wrong


PROVERS: Final[Mapping[str, Callable[[], Levels]]] = {
    "bluesky": _bluesky,
    "facebook": _facebook,
    "instagram": _instagram,
    "mastodon": _mastodon,
    "threads": _threads,
    "x": _x,
}


def main() -> None:
    """Write the file anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--live", action="store_true", help="ask the real servers first")
    if parser.parse_args().live:
        environment = {**os.environ, "SOCIALKIT_PROVEN": str(PROVEN)}
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/live", "-m", "live"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
    TARGET.write_text(text(evidence()))


if __name__ == "__main__":
    main()
