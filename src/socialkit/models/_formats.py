"""The forms of files that people write by hand: TOML, YAML, JSON. They build plain values alone."""

from __future__ import annotations

import importlib
import json
import re
import tomllib
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias

from socialkit.errors import ConfigurationError

__all__ = ["NotReadableError", "Tree", "reader", "writer"]

Tree: TypeAlias = "dict[str, Tree] | list[Tree] | str | int | float | bool | date | Decimal | None"
"""What a file may hold."""

_NUMBER: Final = re.compile(r"[-+]?(0|[1-9]\d*)(\.\d*)?([eE][-+]?\d+)?", re.ASCII)

_DATE: Final = re.compile(r"\d{4}-\d\d?-\d\d?", re.ASCII)
_BREAKS: Final = re.compile("[\r\x85\u2028\u2029]")
_TAG: Final = "tag:yaml.org,2002:"
_TRUTH: Final = {"true": True, "false": False}

_MOST_ZEROS: Final = 400

DEPTH: Final = 100
"""How deep lists and tables may stand in one another."""


_DOTTED: Final = re.compile(
    rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{DEPTH}}}""", re.ASCII
)
"""A name in TOML of so many parts that Python takes minutes to read it."""


class NotReadableError(Exception):
    """The text is not of its form; `place` says where, if that is known."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.place = place


def reader(suffix: str) -> Callable[[str], Tree]:
    """Return what reads files of an ending.

    Raises:
        ConfigurationError: The ending is unknown.
    """
    return _FORMS[_known(suffix)][0]


def writer(suffix: str) -> Callable[[Tree], str]:
    """Return what writes files of an ending.

    Raises:
        ConfigurationError: The ending is unknown.
    """
    return _FORMS[_known(suffix)][1]


def _known(suffix: str) -> str:
    if suffix.lower() in _FORMS:
        return suffix.lower()
    message = f"files that end in {suffix!r} are not known: use one of {', '.join(_FORMS)}"
    raise ConfigurationError(message)


def _library(name: str, what: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        message = f"{what} needs another library: pip install 'socialkit[files]'"
        raise ConfigurationError(message) from None


def _read_toml(text: str) -> Tree:
    if _DOTTED.search(text):
        message = f"has names of more than {DEPTH} parts"
        raise NotReadableError(message)
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise NotReadableError(f"is no TOML: {error}") from None


def _write_toml(tree: Tree) -> str:
    for place in _nothings(tree, ""):
        message = f"TOML has no word for nothing, and {place} is None: use .json or .yaml"
        raise ConfigurationError(message)
    text: str = _library("tomli_w", "writing TOML").dumps(tree)
    return text


def _nothings(tree: Tree, place: str) -> Iterable[str]:
    if tree is None:
        yield place
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from _nothings(value, f"{place}.{key}" if place else key)
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from _nothings(value, f"{place}[{number}]")


def _read_json(text: str) -> Tree:
    try:
        tree: Tree = json.loads(
            text, parse_float=_decimal, parse_constant=_no_number, object_pairs_hook=_no_key_twice
        )
    except (ValueError, RecursionError) as error:
        raise NotReadableError(f"is no JSON: {error}") from None
    return tree


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if number.is_finite() and abs(int(number.as_tuple().exponent)) > _MOST_ZEROS:
        # Written out, a few bytes of it fill the memory.
        message = "a number has too large an exponent"
        raise ValueError(message)
    return number


def _no_number(text: str) -> Tree:
    message = f"{text} is no number in JSON"
    raise ValueError(message)


def _no_key_twice(pairs: list[tuple[str, Tree]]) -> Tree:
    tree: dict[str, Tree] = {}
    for key, value in pairs:
        if key in tree:
            raise NotReadableError("stands twice in one object", key)
        tree[key] = value
    return tree


def _write_json(tree: Tree) -> str:
    return json.dumps(tree, indent=2, ensure_ascii=False) + "\n"


def _read_yaml(text: str) -> Tree:
    yaml = _library("yaml", "reading YAML")
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, where it was compiled in
        _require_plain(yaml, text, loader)
        return _tree(yaml, yaml.compose(text, Loader=loader), "")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NotReadableError(f"is no YAML: {_said(error)}") from None


def _require_plain(yaml: Any, text: str, loader: Any) -> None:
    """Refuse aliases, which can blow a few bytes up to gigabytes, and depths that take minutes to read."""
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.AliasEvent):
            raise NotReadableError("has aliases, which are not read: write out what they stand for")
        opens = isinstance(event, yaml.CollectionStartEvent)
        depth += opens - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            message = f"has lists or tables more than {DEPTH} deep in one another"
            raise NotReadableError(message)


def _said(error: Exception) -> str:
    """Return what a parser says without the lines that it quotes: they may hold a secret."""
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    if mark is not None:
        return f"line {mark.line + 1}, column {mark.column + 1} cannot be read"
    return "it cannot be read" if problem is not None else " ".join(str(error).split())


def _write_yaml(tree: Tree) -> str:
    yaml = _library("yaml", "writing YAML")

    def quoted(dumper: Any, text: str) -> Any:
        # Line breaks of other kinds than "\n" come back as that one, unless they are escaped.
        style = '"' if _BREAKS.search(text) else None
        return dumper.represent_scalar(f"{_TAG}str", text, style=style)

    dumper: Any = type("Dumper", (yaml.SafeDumper,), {})
    dumper.add_representer(str, quoted)
    text: str = yaml.dump(tree, Dumper=dumper, sort_keys=False, allow_unicode=True)
    return text


def _tree(yaml: Any, node: Any, place: str) -> Tree:
    """Build plain values from a node that holds no alias."""
    if node is None:
        return {}
    kind = node.tag.removeprefix(_TAG)
    if isinstance(node, yaml.MappingNode) and kind == "map":
        return _mapping(yaml, node, place)
    if isinstance(node, yaml.SequenceNode) and kind == "seq":
        return [_tree(yaml, one, f"{place}[{number}]") for number, one in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(yaml, node, kind, place)
    raise _unread(kind, place)


def _mapping(yaml: Any, node: Any, place: str) -> Tree:
    tree: dict[str, Tree] = {}
    for name, value in node.value:
        if not isinstance(name, yaml.ScalarNode):
            raise NotReadableError("has a key that is no text", place)
        key: str = name.value
        inner = f"{place}.{key}" if place else key
        if key in tree:
            raise NotReadableError("stands twice in one mapping", inner)
        tree[key] = _tree(yaml, value, inner)
    return tree


def _scalar(yaml: Any, node: Any, kind: str, place: str) -> Tree:
    text: str = node.value
    if kind in {"int", "float"} and _NUMBER.fullmatch(text):
        return int(text) if kind == "int" else _decimal(text)
    if kind == "bool" and text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
    if kind in {"str", "int", "float", "bool"}:
        # 10:30 is half past ten, whatever YAML says, and 007 no seven; `no` is Norwegian.
        return text
    if kind == "null":
        return None
    if kind == "timestamp" and _DATE.match(text):
        built: Tree = yaml.constructor.SafeConstructor().construct_object(node, deep=True)
        return built
    raise _unread(kind, place)


def _unread(kind: str, place: str) -> NotReadableError:
    return NotReadableError(f"has a value of a kind that is not read: {kind[:40]}", place)


_FORMS: Final[dict[str, tuple[Callable[[str], Tree], Callable[[Tree], str]]]] = {
    ".toml": (_read_toml, _write_toml),
    ".yaml": (_read_yaml, _write_yaml),
    ".yml": (_read_yaml, _write_yaml),
    ".json": (_read_json, _write_json),
}
