"""Fields that are asked for, with what stands in their brackets and braces."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """One field."""

    name: str
    argument: str
    """What stands in the brackets of `username(ada)`."""
    inner: str
    """What stands in the braces."""


def asked(text: str) -> list[Asked]:
    """The fields of `id,comments.limit(50){id,replies{id}}`, outermost alone."""
    return [_field(part) for part in _parts(text) if part.strip()]


def _parts(text: str) -> list[str]:
    parts, depth, part = list[str](), 0, ""
    for letter in text:
        if letter == "," and depth == 0:
            parts.append(part)
            part = ""
            continue
        depth += (letter in "{(") - (letter in "})")
        part += letter
    return [*parts, part]


def _field(part: str) -> Asked:
    head, _, inner = part.strip().partition("{")
    name = head.partition(".")[0].partition("(")[0]
    argument = head.partition("(")[2].rpartition(")")[0]
    return Asked(name, argument, inner.removesuffix("}"))
