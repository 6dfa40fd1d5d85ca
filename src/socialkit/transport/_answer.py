"""An answer's body as the type that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, Generic, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from socialkit.errors import UnexpectedResponseError
from socialkit.models import Raw
from socialkit.transport._errors import describe
from socialkit.transport._request import Request, Response

__all__ = ["Answer", "validate"]

T = TypeVar("T")

NO_CONTENT: Final = 204


@dataclass(frozen=True)
class Answer(Generic[T]):
    """An answer as the type that was asked for, with the whole of what the platform sent."""

    value: T
    response: Response

    @cached_property
    def raw(self) -> Raw:
        """What the platform sent, parsed when first looked at."""
        return Raw.of(self.response.content)


def validate(response: Response, request: Request, returns: type[T]) -> Answer[T] | UnexpectedResponseError:
    """Return the body as a type, or the error that names the place where it is another.

    Where a status says that there is no body, the type is given null: what can stand for nothing takes it.
    """
    bodiless = response.status == NO_CONTENT
    body = b"null" if bodiless else response.content
    try:
        return Answer(cast("T", _adapter(cast("Any", returns)).validate_json(body)), response)
    except ValidationError as problems:
        # Not chained: pydantic's own text quotes the input, and an answer may hold tokens.
        first = problems.errors(include_url=False, include_context=False, include_input=False)[0]
    kind = "json_invalid" if bodiless else first["type"]
    error = UnexpectedResponseError(
        _misfit(first["loc"], kind, first["msg"], response),
        status=response.status,
        body=response.content,
        request=request.shown(),
    )
    error.repeatable = kind == "json_invalid"
    return error


def _misfit(place: tuple[int | str, ...], kind: str, message: str, response: Response) -> str:
    if kind == "json_invalid":
        return f"the answer is {describe(response)}"
    where = ".".join(str(part) for part in place) or "the whole answer"
    return f"the answer is not what was expected at {where}: {message}"


@lru_cache(maxsize=1_024)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
