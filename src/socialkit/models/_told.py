"""What a JSON schema says of a type, beyond what pydantic knows of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import JsonValue

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

__all__ = ["Told", "told"]

Keywords = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Told:
    """Keywords of a type's JSON schema: what its validator refuses, editors shall tell while somebody writes.

    They are only made when a schema is: some take a look at the machine.
    """

    keywords: Callable[[], Keywords]

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(core), **self.keywords()}


def told(**keywords: JsonValue) -> Told:
    """Return keywords that are the same on each machine."""
    return Told(lambda: dict(keywords))
