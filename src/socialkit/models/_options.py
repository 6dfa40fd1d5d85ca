"""What only one platform understands about a draft."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, cast

from pydantic import BeforeValidator, SerializeAsAny, SerializerFunctionWrapHandler, model_serializer

from socialkit.models._base import Model

__all__ = ["AnyOptions", "PlatformOptions"]

TAG: Final = "platform"
"""The key under which serialised options name their platform."""

_TYPES: Final[dict[str, type[PlatformOptions]]] = {}


class PlatformOptions(Model):
    """The base of the options of one platform; a subclass names its `platform`.

    Options are serialised with their platform's name and read back as the class they were.

    Example:
        >>> class PixelwallOptions(PlatformOptions):
        ...     platform = "pixelwall"
        ...     board: str
        >>> PixelwallOptions(board="walls").model_dump()
        {'platform': 'pixelwall', 'board': 'walls'}
    """

    platform: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        _TYPES[cls.platform] = cls

    @model_serializer(mode="wrap")
    def _tagged(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {TAG: self.platform, **serialise(self)}


def _read(value: Any) -> Any:
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
    return _TYPES[name].model_validate(fields)


AnyOptions = Annotated[SerializeAsAny[PlatformOptions], BeforeValidator(_read)]
"""Options of any platform, kept whole when serialised."""
