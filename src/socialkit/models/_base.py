"""What all models share: frozen pydantic classes, open enums, aware times, lazy raw answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Self, TypeVar, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    JsonValue,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_serializer,
)
from pydantic_core import core_schema, to_jsonable_python

__all__ = [
    "AwareTime",
    "GivenModel",
    "Lenient",
    "Model",
    "OpenEnum",
    "Raw",
    "Timestamp",
    "WireModel",
    "require_aware",
]

T = TypeVar("T")


class Model(BaseModel):
    """A frozen model that a user makes or gets: wrong names and types are refused.

    Example:
        >>> class Shelf(Model):
        ...     books: int
        >>> Shelf(books=3).model_copy(update={"books": 4})
        Shelf(books=4)
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, ser_json_bytes="base64", val_json_bytes="base64"
    )


class GivenModel(Model):
    """A model in which a field that was not given means something else than one that was given empty.

    Only what was given is serialised, so that it is all that counts as given when it is read back.
    """

    @model_serializer(mode="wrap")
    def _given(self, serialise: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        names, aliases = _names(type(self))
        hidden = names - self.model_fields_set
        if aliases:
            hidden |= {aliases[name] for name in hidden & aliases.keys()}
        shown = {name: value for name, value in serialise(self).items() if name not in hidden}
        return shown | self._defaults_given(info) if info.exclude_defaults else shown

    def _defaults_given(self, info: SerializationInfo) -> dict[str, Any]:
        # A default that was given says something, such as that a variant has no media.
        fields = type(self).model_fields
        given = {name: getattr(self, name) for name in fields if name in self.model_fields_set}
        return {
            (info.by_alias and fields[name].serialization_alias) or name: value
            if info.mode == "python"
            else to_jsonable_python(value)
            for name, value in given.items()
            if value == fields[name].get_default(call_default_factory=True)
        }


@cache
def _names(kind: type[BaseModel]) -> tuple[frozenset[str], Mapping[str, str]]:
    """Return the names of a model's fields, and under which other ones some are serialised."""
    fields = kind.model_fields
    aliases = {name: alias for name, field in fields.items() if (alias := field.serialization_alias)}
    return frozenset(fields), aliases


class WireModel(BaseModel):
    """The part of a platform's answer that is read; `Raw` keeps the whole of it, byte for byte.

    Unknown fields never refuse an answer, and numbers that should be ids become texts.

    Example:
        >>> class WirePin(WireModel):
        ...     id: str
        >>> WirePin.model_validate({"id": 17, "colour": "red"})
        WirePin(id='17')
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="ignore", defer_build=True, coerce_numbers_to_str=True
    )


class OpenEnum(StrEnum):
    """An enumeration that keeps a value it does not know, so that a new one breaks nobody.

    Example:
        >>> class Colour(OpenEnum):
        ...     RED = "red"
        >>> Colour("red") is Colour.RED, Colour("infrared").value, Colour("infrared").known
        (True, 'infrared', False)
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value.upper()
        member._value_ = value
        return member

    @property
    def known(self) -> bool:
        """Whether this version of socialkit knows the value."""
        return type(self).__members__.get(self._name_) is self


def require_aware(value: datetime, name: str = "time") -> datetime:
    """Return the time in UTC, refusing one without a time zone.

    Example:
        >>> require_aware(datetime(2026, 3, 1, 9), "since")
        Traceback (most recent call last):
            ...
        ValueError: since=2026-03-01T09:00:00 has no time zone: give it one, such as tzinfo=datetime.UTC
    """
    if value.utcoffset() is None:
        message = f"{name}={value.isoformat()} has no time zone: give it one, such as tzinfo=datetime.UTC"
        raise ValueError(message)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        message = f"{name}={value.isoformat()} lies outside the calendar"
        raise ValueError(message) from None


def _tolerant_time(value: object, parse: ValidatorFunctionWrapHandler) -> datetime:
    # Nearly all times look like this, and a listing has hundreds; the general way costs twice as much.
    if isinstance(value, str) and value[10:11] == "T" and value[-1:] == "Z":
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass  # it is read below, or refused as any other text
    try:
        time: datetime = parse(value)
    except ValidationError:
        if not isinstance(value, str):
            raise
        time = _mail_time(value)
    try:
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError:
        message = "the time lies outside the calendar"
        raise ValueError(message) from None


def _mail_time(text: str) -> datetime:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, LookupError, OverflowError):
        # Python's own message quotes the text, and nobody knows what a platform put there.
        message = "not a time"
    raise ValueError(message)


AwareTime = Annotated[datetime, AfterValidator(require_aware)]
"""A time given by a user: aware, kept as UTC."""

Timestamp = Annotated[datetime, WrapValidator(_tolerant_time)]
"""A time sent by a platform: ISO 8601, epoch seconds or milliseconds, or RFC 2822; kept as UTC."""


class _OrNone:
    """Reads what does not fit as None, without a call into Python for each value."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


Lenient = Annotated[T | None, _OrNone()]
"""A value sent by a platform that is None when it is missing, null, or not what it should be."""


class Body:
    """The bytes of one answer, parsed when somebody first asks."""

    __slots__ = ("_content", "_document", "_parsed")

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._document: JsonValue = None
        self._parsed = False

    @property
    def document(self) -> JsonValue:
        """The whole answer as Python values."""
        if not self._parsed:
            self._document = json.loads(self._content)
            self._parsed = True
        return self._document


class Raw(Mapping[str, JsonValue]):
    """What the platform sent for one object, read only, parsed when first looked at.

    A page of a hundred posts keeps one body; nobody pays for the hundred dictionaries until they are wanted.

    Example:
        >>> Raw.of(b'{"id": "1", "new_field": true}')["new_field"]
        True
    """

    __slots__ = ("_body", "_path")

    def __init__(self, body: Body, path: tuple[str | int, ...] = ()) -> None:
        self._body = body
        self._path = path

    @classmethod
    def of(cls, content: bytes) -> Raw:
        """Return the raw answer of a whole body."""
        return cls(Body(content))

    def at(self, *path: str | int) -> Raw:
        """Return a part of it, still unparsed."""
        return Raw(self._body, self._path + path)

    def _value(self) -> dict[str, JsonValue]:
        value: Any = self._body.document
        for key in self._path:
            value = value[key]
        return cast("dict[str, JsonValue]", value) if isinstance(value, dict) else {"value": value}

    def __getitem__(self, key: str) -> JsonValue:
        return self._value()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._value())

    def __len__(self) -> int:
        return len(self._value())

    def __repr__(self) -> str:
        return "Raw(…)"

    def __hash__(self) -> int:
        return hash(json.dumps(self._value(), sort_keys=True))

    def __reduce__(self) -> tuple[Any, ...]:
        return _raw_from, (self._value(),)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> Any:
        return core_schema.no_info_plain_validator_function(
            _raw_from, serialization=core_schema.plain_serializer_function_ser_schema(dict)
        )


def _raw_from(value: object) -> Raw:
    if isinstance(value, Raw):
        return value
    if isinstance(value, Mapping):
        return Raw.of(json.dumps(dict(value)).encode())  # pyright: ignore[reportUnknownArgumentType]
    message = "raw is what a platform sent: a mapping"
    raise ValueError(message)


EMPTY_RAW = Raw.of(b"{}")
