"""No model and no clock takes a time without a zone."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel, ValidationError

import socialkit as sk
from socialkit.models import Message, Model, Profile
from socialkit.testing import message, post

NAIVE = datetime(2026, 3, 3, 12)  # noqa: DTZ001 - that is the mistake
OF_EXTRAS = {"socialkit.publishing.procrastinate"}


def models(kind: type[BaseModel] = BaseModel) -> Iterator[type[BaseModel]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith("socialkit."):
            yield one
        yield from models(one)


def has_plain_time(annotation: Any) -> bool:
    """Tell whether a plain datetime stands anywhere in an annotation, unguarded."""
    if annotation is datetime:
        return True
    if get_origin(annotation) is Annotated:
        inner, *guards = get_args(annotation)
        return inner is not datetime and has_plain_time(inner) and bool(guards)
    return any(has_plain_time(part) for part in get_args(annotation))


def test_no_field_of_any_model_is_a_plain_datetime() -> None:
    for module in pkgutil.walk_packages(sk.__path__, "socialkit."):
        if module.name not in OF_EXTRAS and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = {one: get_type_hints(one, include_extras=True) for one in models()}

    assert len(found) > 100
    assert [
        f"{kind.__qualname__}.{name}"
        for kind, hints in found.items()
        for name in kind.model_fields
        if has_plain_time(hints[name])
    ] == []


def test_a_plain_datetime_would_be_found_wherever_it_stands() -> None:
    plain = [datetime, datetime | None, tuple[datetime, ...], Annotated[datetime | None, "described"]]
    kept = get_type_hints(Message, include_extras=True)["created_at"]

    assert all(map(has_plain_time, plain))
    assert not any(map(has_plain_time, [kept, kept | None, int | str]))


@pytest.mark.parametrize(
    "make",
    [
        lambda: message(created_at=NAIVE),
        lambda: post(published_at=NAIVE),
        lambda: post(scheduled_at=NAIVE),
        lambda: sk.Post(id="1", edited_at=NAIVE),
        lambda: Profile(id="1", handle="ada", created_at=NAIVE),
    ],
)
def test_what_comes_in_and_goes_out_has_a_time_with_a_zone(make: Callable[[], Model]) -> None:
    with pytest.raises(ValidationError, match="no time zone"):
        make()
