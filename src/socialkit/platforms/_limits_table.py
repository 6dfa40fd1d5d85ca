"""Limits as a file gives them: some of a platform's, in the place of the documented ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

from pydantic import BeforeValidator, JsonValue, TypeAdapter

from socialkit.models import Limits

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

__all__ = ["limits_reader"]

DEFINITION: Final = "#/$defs/"
UNSAID: Final = frozenset({"default", "description"})
"""What a model says of itself: here a platform's own limits stand in the place of what is left out."""


class _Inlined:
    """Tells the schema of limits without references, of which each field may be left out."""

    def __get_pydantic_json_schema__(
        self, _core: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        made = Limits.model_json_schema()
        whole = cast("JsonSchemaValue", _inlined(made, made.pop("$defs", {})))
        whole.pop("required")
        return whole


def limits_reader(documented: Limits) -> TypeAdapter[Any]:
    """Return what reads a platform's limits: what a file leaves out stays as it is documented.

    Example:
        >>> reader = limits_reader(Limits(text=500, media=4))
        >>> reader.validate_python({"media": 10}).text
        500
    """
    known = documented.model_dump(mode="json")

    def completed(value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        told = _merged(known, cast("Mapping[str, Any]", value))
        # As strict as a schema: numbers are numbers, and only what no file can say is text.
        return Limits.model_validate_json(json.dumps(told, default=str), strict=True)

    annotated: Any = Annotated
    return TypeAdapter(annotated[Limits, BeforeValidator(completed), _Inlined()])


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    deeper = {
        name: _merged(old[name], cast("Mapping[str, Any]", value))
        for name, value in new.items()
        if isinstance(value, Mapping) and isinstance(old.get(name), Mapping)
    }
    return {**old, **new, **deeper}


def _inlined(tree: JsonValue, definitions: Mapping[str, JsonValue]) -> JsonValue:
    if isinstance(tree, list):
        return [_inlined(one, definitions) for one in tree]
    if not isinstance(tree, dict):
        return tree
    reference = str(tree.get("$ref", ""))
    if reference.startswith(DEFINITION):
        return _inlined(definitions[reference.removeprefix(DEFINITION)], definitions)
    return {name: _inlined(one, definitions) for name, one in tree.items() if name not in UNSAID}
