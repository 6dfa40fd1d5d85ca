"""Write tables of what the code declares: a marker such as `<!-- table: mastodon.limits -->` becomes one.

Nobody keeps these numbers by hand, so a page cannot say other things than the code does. Called as a
program, it renews the tables of pages that are read unbuilt: `python docs/_extensions/tables.py README.md`.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import socialkit as sk
from socialkit.metrics import CATALOGUE, Over
from socialkit.platforms import find
from socialkit.sandbox import Simulator
from socialkit.testing._conformance._suite import Suite

if TYPE_CHECKING:
    from socialkit.models import MediaLimit

MARKER: Final = re.compile(r"^<!-- table: ([a-z_]+)(?:\.([a-z_]+))? -->$", re.MULTILINE)
REGION: Final = re.compile(
    r"(?<=^<!-- begin: )([a-z_]+)\.([a-z_]+)( -->\n).*?(?=^<!-- end -->$)", re.MULTILINE | re.DOTALL
)
"""A table in a page that no build passes through: it is renewed in place."""
STATUSES: Final = (400, 401, 403, 404, 409, 410, 422, 429, 500, 503)
"""The statuses that a table of errors shows."""
NO_EVIDENCE: Final = "Nothing is recorded yet: every operation counts as *documented*."
NOT_OFFERED: Final = "not offered"
STRENGTH: Final = {
    sk.Evidence.SERVER: "run against a real server",
    sk.Evidence.RECORDED: "reads recorded answers of real servers",
    sk.Evidence.SPEC: "fits the published specification",
    sk.Evidence.DOCUMENTED: "written after the documentation alone",
}


def on_page_markdown(markdown: str, **kwargs: object) -> str:
    """Replace the markers of a page."""
    del kwargs
    return fill(markdown)


def fill(markdown: str) -> str:
    """Return a page with its tables in it.

    Raises:
        ValueError: There is no such table.
    """
    return MARKER.sub(lambda found: table(*found.groups()), markdown)


def renew(markdown: str) -> str:
    """Return a page that is read as it is, such as the README, with its tables as the code has them now."""
    return REGION.sub(
        lambda found: f"{found[1]}.{found[2]}{found[3]}\n{table(found[1], found[2])}\n\n", markdown
    )


def table(subject: str, name: str | None) -> str:
    """Return one table."""
    if name is None and subject in WHOLE:
        return WHOLE[subject]()
    if name is None or name not in TABLES:
        message = f"there is no table {subject}.{name}: known are {', '.join([*WHOLE, *TABLES])}"
        raise ValueError(message)
    return TABLES[name](subject)


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as Markdown writes it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def platforms() -> str:
    """Return every platform with what it is good for."""
    head = ("platform", "API", "can", "text", "files in a post")
    rows = [
        (
            f"[{find(entry.name).load_facts().title}](platforms/{entry.name}.md)",
            entry.api_version,
            f"{len(entry.capabilities)} of {len(sk.Capability)}",
            f"{count(entry.limits.text)} {entry.limits.text_unit}",
            str(entry.limits.media),
        )
        for entry in sk.catalogue()
    ]
    return markdown_table(head, rows)


def capabilities(platform: str) -> str:
    """Return what a platform can do, and what it has in place of the rest."""
    facts = find(platform).load_facts()
    offered = ", ".join(f"`{one.name}`" for one in sk.Capability if one in facts.capabilities)
    lacking = [one for one in sk.Capability if one not in facts.capabilities]
    rows = [(f"`{one.name}`", facts.instead.get(one, "")) for one in lacking]
    head = f"Offered, as members of `Capability`: {offered}."
    return f"{head}\n\n{markdown_table(('not offered', 'in its place'), rows)}" if rows else head


def scopes(platform: str) -> str:
    """Return what a token needs for what."""
    facts = find(platform).load_facts()
    needed: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for capability in sk.Capability:
        if capability in facts.scopes:
            besides = facts.scopes_besides.get(capability, ())
            groups = facts.scopes[capability], *((one,) for one in besides)
            needed.setdefault(groups, []).append(capability.value)
    rows = [
        (" and ".join(" or ".join(f"`{one}`" for one in names) for names in groups), ", ".join(what))
        for groups, what in needed.items()
    ]
    return markdown_table(("scope", "needed for"), rows)


def limits(platform: str) -> str:
    """Return how much a platform takes by its documentation."""
    most = find(platform).load_facts().limits
    rows = [
        ("text", f"{count(most.text)} {most.text_unit}"),
        ("each link counts", "as typed" if most.url_length is None else count(most.url_length)),
        ("files in a post", count(most.media)),
        ("alt text", count(most.alt_text, "characters")),
        ("picture", size(most.image)),
        ("video or audio", size(most.video)),
        *((name, size(most.kinds[name])) for name in sorted(most.kinds)),
        ("choices in a poll", count(most.poll_options)),
        ("one choice", count(most.poll_option_text, "characters")),
        ("poll lasts at least", duration(most.poll_shortest)),
        ("poll lasts at most", duration(most.poll_longest)),
        ("scheduled at least", duration(most.schedule_ahead, " ahead")),
        ("types of files", ", ".join(f"`{one}`" for one in sorted(most.mime_types))),
    ]
    return markdown_table(("limit", "documented default"), [row for row in rows if row[1]])


def retention(platform: str) -> str:
    """Return how long a platform lets what others wrote be kept, and where that is written."""
    rows = [
        (one.kind.value, duration(one.longest) or "no time is named", one.source, one.note or "")
        for one in find(platform).load_facts().retention
    ]
    return markdown_table(("what", "kept at most", "source", "note"), rows)


def errors(platform: str) -> str:
    """Return which class stands for which status and code."""
    declared = find(platform).load_facts().errors
    by_code: Mapping[str, type[sk.APIError]] = declared.codes
    rows = [(f"code `{code}`", f"`{kind.__name__}`") for code, kind in by_code.items()]
    rows += [(f"status {status}", f"`{declared.find(status, None).__name__}`") for status in STATUSES]
    return markdown_table(("answer", "class"), rows)


def evidence(platform: str) -> str:
    """Return how well each operation is known to work."""
    return evidence_table(evidence_of(platform))


def evidence_in_short(platform: str) -> str:
    """Return the operations by how well they are known to work."""
    return short_evidence_table(evidence_of(platform))


class Proof(NamedTuple):
    """How well one operation is known to work."""

    best: sk.Evidence
    by: str
    """What it was run against, or what it reads or fits."""
    offered: bool = True
    """Whether the platform has such a thing; where it has not, nothing is to be proven."""


def evidence_of(platform: str) -> dict[str, Proof]:
    """Return each operation's best evidence."""
    text = files("socialkit.platforms").joinpath("evidence.json").read_text("utf-8")
    recorded = json.loads(text).get(platform, {})
    best = next(entry.evidence for entry in sk.catalogue() if entry.name == platform)
    return {
        operation: Proof(one, str(row.get("levels", {}).get(one.value, "")), row.get("offered", True))
        for operation, one in best.items()
        for row in (recorded[operation],)
    }


def evidence_table(known: Mapping[str, Proof]) -> str:
    """Return a row for each operation: the best known first, and last what is not offered."""
    if not known:
        return NO_EVIDENCE
    order = list(STRENGTH)
    ranks = {name: (not one.offered, order.index(one.best), name) for name, one in known.items()}
    rows = [
        (f"`{name}`", known[name].best.value if known[name].offered else NOT_OFFERED, known[name].by)
        for name in sorted(known, key=ranks.__getitem__)
    ]
    return markdown_table(("operation", "best evidence", "by"), rows)


def short_evidence_table(known: Mapping[str, Proof]) -> str:
    """Return a row for each kind of evidence, and one for what is not offered."""
    if not known:
        return NO_EVIDENCE
    offered = {name: one for name, one in known.items() if one.offered}
    kinds = {best: {name: one for name, one in offered.items() if one.best is best} for best in STRENGTH}
    rows = [
        (f"{best.value}: {meaning(best, proofs.values())}", listed(proofs))
        for best, proofs in kinds.items()
        if proofs
    ]
    if refused := known.keys() - offered.keys():
        rows.append((f"{NOT_OFFERED}: refused before anything is sent", listed(refused)))
    return markdown_table(("best evidence", "operations"), rows)


def listed(operations: Iterable[str]) -> str:
    """Return names of operations in one cell."""
    return ", ".join(f"`{name}`" for name in sorted(operations))


def meaning(best: sk.Evidence, proofs: Iterable[Proof]) -> str:
    """Return what a kind of evidence means, and for servers which ones they were."""
    servers = ", ".join(sorted({one.by for one in proofs})) if best is sk.Evidence.SERVER else ""
    return f"{STRENGTH[best]} ({servers})" if servers else STRENGTH[best]


def simulator() -> str:
    """Return what every simulator must have, in the order of its class."""
    methods = [name for name in vars(Simulator) if name in Simulator.__abstractmethods__]
    rows = [(f"`{name}`", first_line(inspect.getdoc(getattr(Simulator, name)))) for name in methods]
    return markdown_table(("method", "what it does"), rows)


def suite() -> str:
    """Return what a subclass of the common suite says of its platform, in the order of the class."""
    rows = [
        (f"`{name}`", f"`{getattr(Suite, name)!r}`" if hasattr(Suite, name) else "", first_line(said))
        for name, said in documented_fields(Suite).items()
    ]
    return markdown_table(("attribute", "unless said", "what it says"), rows)


def documented_fields(kind: type) -> dict[str, str | None]:
    """Return the annotated fields of a class and the strings under them."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    return {
        field.target.id: below.value.value
        if isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
        else None
        for field, below in zip(body, [*body[1:], None], strict=True)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
    }


def first_line(docstring: str | None) -> str:
    """Return the first line of what is said of something."""
    return (docstring or "").partition("\n")[0]


def metrics() -> str:
    """Return the definition of every metric."""
    head = ("metric", "unit", "what it counts", "kind", "adds up over", "better", "version")
    rows = [
        (
            f"`{one.key}`",
            one.unit,
            one.counts.rstrip("."),
            f"{one.kind.value}, total so far" if one.cumulative else one.kind.value,
            ", ".join(over.value for over in Over if over in one.adds_up) or "nothing",
            one.direction.value,
            str(one.version),
        )
        for one in CATALOGUE.values()
    ]
    return markdown_table(head, rows)


def recordings() -> str:
    """Return what becomes of recorded answers of real servers, by platform."""
    told = json.loads((Path(__file__).parents[2] / "tests" / "truth" / "shares.json").read_text())
    kinds = list(next(iter(told.values())))
    rows = [
        (name, *map(str, kinds_of.values()), str(sum(kinds_of.values()))) for name, kinds_of in told.items()
    ]
    return markdown_table(("files of", *kinds, "all"), rows)


TABLES: Final[Mapping[str, Callable[[str], str]]] = {
    "capabilities": capabilities,
    "errors": errors,
    "evidence": evidence,
    "evidence_in_short": evidence_in_short,
    "limits": limits,
    "retention": retention,
    "scopes": scopes,
}
"""What can stand after a platform's name in a marker."""


WHOLE: Final[Mapping[str, Callable[[], str]]] = {
    "metrics": metrics,
    "platforms": platforms,
    "recordings": recordings,
    "simulator": simulator,
    "suite": suite,
}
"""What can stand alone in a marker."""


def count(number: int | None, unit: str = "") -> str:
    """Return a number as people read it; nothing where none is known."""
    return "" if number is None else f"{number:,} {unit}".strip()


def size(most: MediaLimit) -> str:
    """Return what a file may be."""
    sides = ["" if one is None else "{} by {}".format(*one) for one in (most.smallest, most.largest)]
    shapes = ["" if one is None else "{}:{}".format(*one) for one in (most.narrowest, most.widest)]
    rates = ["" if one is None else f"{one:g}" for one in (most.slowest, most.fastest)]
    parts = (
        weight(most.bytes),
        count(most.pixels, "pixels"),
        between(sides[0], sides[1], "pixels"),
        between(shapes[0], shapes[1], "wide"),
        between(lasts(most.shortest), lasts(most.longest)),
        between(rates[0], rates[1], "frames a second"),
        between("", "" if most.bit_rate is None else f"{most.bit_rate:,}", "bits a second"),
        *(
            " or ".join(f"`{one}`" for one in sorted(names))
            for names in (most.video_codecs, most.audio_codecs, most.mime_types)
        ),
        "alone" if most.alone else "",
    )
    return ", ".join(part for part in parts if part)


def weight(size: int | None) -> str:
    """Return how many bytes a file may have, in the unit in which that is a round number."""
    if size is None:
        return ""
    return f"{size // 10**6:,} MB" if size % 10**6 == 0 else f"{size // 2**20:,} MiB"


def lasts(time: timedelta | None) -> str:
    """Return how long a file lasts, in seconds as platforms name them."""
    return "" if time is None else f"{time.total_seconds():g} seconds"


def between(least: str, most: str, unit: str = "") -> str:
    """Return a range as people say it; nothing where neither end is known."""
    if least == most or not (least and most):
        told = least if least == most else f"at least {least}" if least else f"at most {most}"
    else:
        told = f"{least} to {most}"
    return f"{told} {unit}".strip() if least or most else ""


def duration(time: timedelta | None, ahead: str = "") -> str:
    """Return a duration in the largest unit that is not zero."""
    if time is None:
        return ""
    for unit, step in (
        ("days", timedelta(days=1)),
        ("hours", timedelta(hours=1)),
        ("minutes", timedelta(minutes=1)),
    ):
        if time >= step:
            return f"{time / step:.4g} {unit}{ahead}"
    return f"{time.total_seconds():g} seconds{ahead}"


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        path.write_text(renew(path.read_text("utf-8")), "utf-8")
