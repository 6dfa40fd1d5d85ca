"""Reading drafts against editorial rules: offline, each place where something is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final

from pydantic import BaseModel

from socialkit.models import Basis, Draft, Media, MediaKind, Problem, Severity
from socialkit.models._language import covers
from socialkit.models._names import instead
from socialkit.strategy._line import EditorialRule
from socialkit.text import Phrases

__all__ = ["rule_problems", "unknown_purpose"]

DESCRIBED: Final = frozenset({MediaKind.IMAGE, MediaKind.ANIMATION, MediaKind.VIDEO, MediaKind.UNKNOWN})
"""What a description is for; behind a URL may lie a picture too."""


def _views(draft: Draft) -> Iterator[tuple[str, Draft]]:
    """Yield what is published: the draft itself, then what each target gets that has a variant."""
    yield "", draft
    targets = dict.fromkeys(target for part in draft.parts for target in part.variants)
    for target in targets:
        yield f"variants.{target}.", draft.for_(target)


def rule_problems(rules: Sequence[EditorialRule], draft: Draft) -> Iterator[Problem]:
    """Yield what breaks the rules; what a variant only inherits is said once, of the draft."""
    told: set[tuple[str, str]] = set()
    for prefix, view in _views(draft):
        found = [problem for rule in rules for problem in _broken(rule, view)]
        for problem in found:
            if (problem.field, problem.message) not in told:
                yield problem.model_copy(update={"field": f"{prefix}{problem.field}"})
        if not prefix:
            told = {(problem.field, problem.message) for problem in found}


def _broken(rule: EditorialRule, draft: Draft) -> Iterator[Problem]:
    """Yield where one draft breaks one rule, whatever its variants."""
    for place, message in _DEMANDS[rule.demand](rule, draft):
        yield Problem(
            field=place,
            message=f"{message} ({rule.key}: {rule.reason})",
            severity=rule.severity,
            basis=Basis.STRATEGY,
        )


def _never(rule: EditorialRule, draft: Draft) -> Iterator[tuple[str, str]]:
    for place, phrase in _found(rule.never, _texts(draft)):
        yield place, f"has {phrase!r}, which is never used"


def _needs(rule: EditorialRule, draft: Draft) -> Iterator[tuple[str, str]]:
    texts = list(_texts(draft))
    if any(_found(rule.needs, texts)):
        return
    needed = " or ".join(map(repr, rule.needs))
    if not rule.where:
        yield "text", f"needs {needed}"
    for place, phrase in _found(rule.where, texts):
        yield place, f"has {phrase!r}, which needs {needed}"


def _found(phrases: Iterable[str], texts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield which phrases stand in texts, each once in a place."""
    sought = Phrases(phrases)
    for place, text in texts:
        for number in sorted({number for number, _, _ in sought.hits(text)}):
            yield place, sought.given[number]


def _alt_text(_rule: EditorialRule, draft: Draft) -> Iterator[tuple[str, str]]:
    for place, media in _media(draft):
        if media.kind in DESCRIBED and not (media.alt_text or "").strip():
            yield f"{place}.alt_text", "is missing"


def _languages(rule: EditorialRule, draft: Draft) -> Iterator[tuple[str, str]]:
    for number, part in enumerate(draft.parts):
        if number and part.language is None:
            continue  # as the first part
        if not covers(rule.languages, part.language):
            said = "is not said" if part.language is None else f"is {part.language!r}"
            yield f"{_part(number)}language", f"{said}: write in {' or '.join(rule.languages)}"


_DEMANDS: Final = {"never": _never, "needs": _needs, "alt_text": _alt_text, "languages": _languages}


def _part(number: int) -> str:
    return f"thread[{number - 1}]." if number else ""


def _texts(draft: Draft) -> Iterator[tuple[str, str]]:
    """Yield every text that is published, with its place."""
    for number, part in enumerate(draft.parts):
        place = _part(number)
        yield f"{place}text", part.text
        if part.first_comment:
            yield f"{place}first_comment", part.first_comment
        for option in part.options:
            yield from _strings(option, f"{place}options.{option.platform}")
    for place, media in _media(draft):
        if media.alt_text:
            yield f"{place}.alt_text", media.alt_text


def _media(draft: Draft) -> Iterator[tuple[str, Media]]:
    for number, part in enumerate(draft.parts):
        for place, media in enumerate(part.media):
            yield f"{_part(number)}media[{place}]", media


def _strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield the texts in options, such as a title or the answers of a poll; they have no common names."""
    if isinstance(value, str):
        if not isinstance(value, Enum):
            yield place, value
    elif isinstance(value, Media):
        yield f"{place}.alt_text", value.alt_text or ""
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _strings(getattr(value, name), f"{place}.{name}")
    elif isinstance(value, Mapping):
        for name, inner in value.items():  # pyright: ignore[reportUnknownVariableType]
            yield from _strings(inner, f"{place}.{name}")
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        for number, inner in enumerate(value):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            yield from _strings(inner, f"{place}[{number}]")


def unknown_purpose(draft: Draft, known: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """Yield what a purpose names that is not there.

    Args:
        draft: Whose purpose, and whose parts'.
        known: The keys that there are, by the purpose's field.
    """
    for number, part in enumerate(draft.parts):
        for field, keys in known.items():
            name = None if part.purpose is None else getattr(part.purpose, field)
            if name is not None and name not in keys:
                yield Problem(
                    field=f"{_part(number)}purpose.{field}",
                    message=f"names {name!r}, which is none of the strategy's{instead(name, keys)}",
                    severity=Severity.ERROR,
                    basis=Basis.STRATEGY,
                )
