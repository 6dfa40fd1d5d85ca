"""What a platform's client takes, told by the types that its class declares."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, SimpleNamespace
from typing import Any, Final, cast, get_args, get_type_hints

from pydantic import TypeAdapter

from socialkit.platforms._registry import find
from socialkit.transport import Secret

__all__ = ["Argument", "login_arguments"]

PLAIN: Final = frozenset({str, int, float, bool, NoneType})
"""What can be written in a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One keyword argument of a client."""

    name: str
    required: bool
    secret: bool
    """Whether the class declares that it may be a `Secret`."""
    reader: TypeAdapter[Any] | None
    """Reads what a file says; None of what no file can say."""


def login_arguments(platform: str) -> Mapping[str, Argument]:
    """Return the keyword arguments that a platform's client takes, by name.

    Raises:
        ConfigurationError: There is no such platform, or the package that brings it is broken.
    """
    return _arguments(cast("Any", find(platform).load_client()))


@cache
def _arguments(kind: Any) -> Mapping[str, Argument]:
    parameters = inspect.signature(kind.__init__).parameters.values()
    return {one.name: _argument(kind, one) for one in parameters if one.kind is one.KEYWORD_ONLY}


def _argument(kind: Any, parameter: inspect.Parameter) -> Argument:
    declared = _declared(kind, parameter)
    types = frozenset(get_args(declared) or [declared])
    return Argument(
        name=parameter.name,
        required=parameter.default is parameter.empty,
        secret=Secret in types,
        reader=TypeAdapter(declared) if types <= PLAIN else None,
    )


def _declared(kind: Any, parameter: inspect.Parameter) -> Any:
    alone = SimpleNamespace(__annotations__={parameter.name: parameter.annotation})
    try:
        return get_type_hints(alone, kind.__init__.__globals__)[parameter.name]
    except NameError:  # imported for type checkers alone: nothing that a file can say
        return object
