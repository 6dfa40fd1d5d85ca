"""What only one platform understands about a draft."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, cast

from pydantic import (
    BeforeValidator,
    SerializationInfo,
    SerializeAsAny,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    model_serializer,
)
from pydantic_core import PydanticSerializationError

from socialkit.models._base import GivenModel

__all__ = ["AnyOptions", "PlatformOptions"]

TAG: Final = "platform"
"""The key under which serialised options name their platform."""

_TYPES: Final[dict[str, type[PlatformOptions]]] = {}


class PlatformOptions(GivenModel):
    """The base of the options of one platform; a subclass names its `platform`.

    Options are serialised with their platform's name and read back as the class that names it: the first
    one that does. Those of any other class, such as a subclass of it, can be used but not serialised.

    Example:
        >>> class ChalkwallOptions(PlatformOptions):
        ...     platform = "chalkwall"
        ...     colour: str
        ...     width: int = 1
        >>> ChalkwallOptions(colour="white").model_dump()
        {'platform': 'chalkwall', 'colour': 'white'}
    """

    platform: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if not hasattr(cls, TAG):
            message = f"{cls.__qualname__} must name its platform"
            raise TypeError(message)
        # A subclass must not take the place of the class that others store their options by.
        if TAG in cls.__dict__ and _is(cls, _TYPES.get(cls.platform, cls)):
            _TYPES[cls.platform] = cls

    @model_serializer(mode="wrap")
    def _given(self, serialise: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        known = _TYPES.get(self.platform)
        if known is None or not _is(type(self), known):
            options = "no class" if known is None else known.__qualname__
            message = (
                f"{type(self).__qualname__} cannot be serialised: it would not be read back,"
                f" since the options of {self.platform!r} are {options}"
            )
            raise PydanticSerializationError(message)
        return {TAG: self.platform, **super()._given(serialise, info)}


def _is(one: type[PlatformOptions], other: type[PlatformOptions]) -> bool:
    # By name: a module that is loaded again makes its class anew.
    return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)


def _read(value: Any, info: ValidationInfo) -> Any:
    given: object = value
    if not isinstance(given, Mapping) or TAG not in given:
        return value
    fields: dict[str, Any] = dict(cast("Mapping[str, Any]", given))
    name = str(fields.pop(TAG))
    if name not in _TYPES:
        # Only the registry knows where a platform's options live, and it stands above the models.
        importlib.import_module("socialkit.platforms").load_options(name)
    if name not in _TYPES:
        message = f"platform {name!r} has no options"
        raise ValueError(message)
    # They are written by their names, whatever aliases another package's fields have.
    return _TYPES[name].model_validate(fields, context=info.context, by_alias=True, by_name=True)


AnyOptions = Annotated[SerializeAsAny[PlatformOptions], BeforeValidator(_read)]
"""Options of any platform, kept whole when serialised."""
