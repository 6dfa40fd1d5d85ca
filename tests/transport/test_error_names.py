"""Errors show themselves under the name by which callers import them."""

from __future__ import annotations

import pickle
import traceback

import pytest

from socialkit import errors


@pytest.mark.parametrize("name", errors.__all__)
def test_a_kind_of_error_is_found_where_it_says_that_it_lies(name: str) -> None:
    kind: type[object] = getattr(errors, name)
    assert pickle.loads(pickle.dumps(kind)) is kind
    assert f"{kind.__module__}.{kind.__qualname__}" == f"socialkit.errors.{name}"


def test_a_traceback_names_the_place_that_callers_import_from() -> None:
    shown = traceback.format_exception_only(errors.NotFoundError("it is gone", status=404, platform="x"))
    assert shown[0].startswith("socialkit.errors.NotFoundError: x: it is gone")
