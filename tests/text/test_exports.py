"""The face of the package."""

from __future__ import annotations

import inspect

import socialkit.text


def test_all_names_everything_public() -> None:
    public = {
        name
        for name, value in vars(socialkit.text).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }

    assert sorted(public) == sorted(socialkit.text.__all__)
