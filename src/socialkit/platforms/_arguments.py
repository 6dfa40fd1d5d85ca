"""What a platform's client takes, told by the types that its class declares."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, SimpleNamespace
from typing import Annotated, Any, Final, Literal, cast, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, Field, JsonValue, TypeAdapter

from socialkit.errors import ConfigurationError
from socialkit.models import Limits
from socialkit.models._told import told
from socialkit.platforms._limits_table import limits_reader
from socialkit.platforms._registry import find
from socialkit.platforms.base._opening import LONGEST_WAIT, is_wait
from socialkit.transport import Secret
from socialkit.transport._origins import ORIGIN_PATTERN, origin_of

__all__ = ["Argument", "login_arguments", "logs_in"]

PLAIN: Final = frozenset({str, int, float, bool, NoneType})
"""What can be written in a file."""
OF_APPS: Final = frozenset({"app_secret", "client_secret"})
"""What platforms call the secret of an app, beside which an account still logs in."""


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


def logs_in(platform: str, name: str) -> bool:
    """Return whether an argument is what an account logs in with; an app's own secret is not.

    Raises:
        ConfigurationError: As `login_arguments`.
    """
    return name not in OF_APPS and login_arguments(platform)[name].secret


@cache
def _arguments(kind: Any) -> Mapping[str, Argument]:
    parameters = inspect.signature(kind.__init__).parameters.values()
    return {one.name: _argument(kind, one) for one in parameters if one.kind is one.KEYWORD_ONLY}


def _argument(kind: Any, parameter: inspect.Parameter) -> Argument:
    declared = _declared(kind, parameter)
    literal = get_origin(declared) is Literal
    types = [declared] if literal else list(get_args(declared) or [declared])
    reader: TypeAdapter[Any] | None = None
    if Limits in types:
        reader = limits_reader(kind.facts.limits)
    elif all(one in PLAIN or get_origin(one) is Literal for one in types):
        reader = _reader(parameter.name, declared)
    required = parameter.default is parameter.empty
    return Argument(name=parameter.name, required=required, secret=Secret in types, reader=reader)


def _reader(name: str, declared: Any) -> TypeAdapter[Any]:
    """Return what reads an argument as strictly as a client takes it, and no secret in clear."""
    annotated: Any = Annotated
    return TypeAdapter(annotated[(declared, *MEANT.get(name, CLEAR))])


def _address(value: str | None) -> str | None:
    try:
        if value is not None:
            origin_of(value, "")
    except ConfigurationError:  # it shows what was given, and a file may have a secret in the wrong place
        good = False
    else:
        good = True
    if good:
        return value
    message = "must look like https://social.example/api, without a name, a password, a query or a fragment"
    raise ConfigurationError(message)


def _wait(value: float | None) -> float | None:
    if value is None or is_wait(value):
        return value
    message = f"must be a number of seconds to wait, above 0 and up to {LONGEST_WAIT}"
    raise ConfigurationError(message)


def _clear(value: object) -> object:
    if isinstance(value, str) and re.match(NAMED, value) is not None:
        message = "must be an address without a user name and a password: they would stand there in clear"
        raise ConfigurationError(message)
    return value


NAMED: Final = "^[A-Za-z][A-Za-z0-9+.-]*://[^/]*@"
"""An address with what somebody logs in with."""
UNNAMED: Final[dict[str, JsonValue]] = {"not": {"type": "string", "pattern": NAMED}}
CLEAR: Final[tuple[object, ...]] = (AfterValidator(_clear), told(**UNNAMED))
MEANT: Final[Mapping[str, tuple[object, ...]]] = {
    "base_url": (AfterValidator(_address), told(pattern=ORIGIN_PATTERN)),
    "timeout": (
        Field(strict=True),
        AfterValidator(_wait),
        told(exclusiveMinimum=0, maximum=LONGEST_WAIT),
    ),
}
"""What every platform takes, and how it is checked where a client is opened."""


def _declared(kind: Any, parameter: inspect.Parameter) -> Any:
    alone = SimpleNamespace(__annotations__={parameter.name: parameter.annotation})
    try:
        return get_type_hints(alone, kind.__init__.__globals__)[parameter.name]
    except NameError:  # imported for type checkers alone: nothing that a file can say
        return object
