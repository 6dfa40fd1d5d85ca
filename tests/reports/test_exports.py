"""The public face of the package."""

from __future__ import annotations

import types

import socialkit as sk
import socialkit.reports


def test_all_lists_every_public_name_in_order() -> None:
    public = [
        name
        for name, value in vars(socialkit.reports).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType) and name != "annotations"
    ]

    assert sorted(public) == socialkit.reports.__all__


def test_report_and_trace_are_reached_from_the_public_face() -> None:
    assert (sk.Report, sk.Trace) == (socialkit.reports.Report, socialkit.reports.Trace)
