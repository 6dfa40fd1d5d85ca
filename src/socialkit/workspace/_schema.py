"""The JSON schema of a workspace's file: made of the models that read it, and of what platforms take."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pydantic.json_schema import GenerateJsonSchema

from socialkit.auth._references import REFERENCE_PATTERN
from socialkit.models import Kept, RetentionRule
from socialkit.platforms._arguments import Argument
from socialkit.platforms._registry import each
from socialkit.workspace._file import AccountTable, WorkspaceFile, arguments_of

if TYPE_CHECKING:
    from pydantic import BaseModel, JsonValue
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

    from socialkit.platforms import Registration

__all__ = ["file_schema"]

SECRET: Final[JsonSchemaValue] = {
    "type": "string",
    "pattern": REFERENCE_PATTERN,
    "description": "Where it is kept, such as `env:NAME`: never the secret itself.",
}


DURATION: Final = (
    r"^P(?=.*[1-9])(?=[0-9T])([0-9]{1,6}W|([0-9]{1,4}Y)?([0-9]{1,5}M)?([0-9]{1,6}D)?"
    r"(T(?=[0-9])([0-9]{1,6}H)?([0-9]{1,6}M)?([0-9]{1,6}S)?)?)$(?!\n)"
)
"""Times above zero, as ISO 8601 writes them."""
KINDS: Final[JsonSchemaValue] = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "string", "enum": [kind.value for kind in Kept]},
}
"""What may be let go of: a rule for what is never kept would keep everything."""


class _Generator(GenerateJsonSchema):
    """Describes fields by the strings below them, and accounts by what their platforms take."""

    def field_title_should_be_set(self, schema: object) -> bool:
        del schema
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        kind: type[BaseModel] = schema["cls"]
        made = super().model_schema(schema)
        for field, text in _documented(kind):
            made["properties"][kind.model_fields[field].alias or field]["description"] = text
        if kind is RetentionRule:
            made["properties"]["longest"] |= {"pattern": DURATION}
            made["properties"]["kinds"] = {"anyOf": [KINDS, {"type": "null"}]}
        return _accounts(made) if kind is AccountTable else made


def file_schema() -> dict[str, JsonValue]:
    """Return the schema."""
    made = _brief(WorkspaceFile.model_json_schema(schema_generator=_Generator))
    made["$defs"] = {name: _brief(part) for name, part in made["$defs"].items()}
    return {"$schema": _Generator.schema_dialect, **made, "title": "A workspace of socialkit"}


def _accounts(common: JsonSchemaValue) -> JsonSchemaValue:
    """Return the schema of an account on one of the platforms."""

    def on(registration: Registration) -> JsonSchemaValue:
        platform, arguments = registration.name, arguments_of(registration.name)
        own = {"platform": {"const": platform}} | {name: _told(one) for name, one in arguments.items()}
        needed = [name for name, one in arguments.items() if one.required]
        return {
            "title": f"An account on {registration.load_facts().title}",
            "type": "object",
            "properties": common["properties"] | own,
            "required": ["platform", *needed],
            "additionalProperties": False,
        }

    return {"oneOf": list(each(on))}


def _told(argument: Argument) -> JsonSchemaValue:
    return SECRET if argument.reader is None else argument.reader.json_schema()


def _brief(made: JsonSchemaValue) -> JsonSchemaValue:
    """Leave out of a description the examples, which are Python."""
    told = str(made.get("description", "")).partition("\n\nExample:")[0]
    return made | ({"description": told} if told else {})


def _documented(kind: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield the fields of a model that have a string below them."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    for field, below in pairwise(body.body if isinstance(body, ast.ClassDef) else ()):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ) if name in kind.model_fields:
                yield name, inspect.cleandoc(text)
            case _:
                pass
