from __future__ import annotations

import types

import socialkit.auth


def test_all_lists_every_public_name_in_order() -> None:
    public = [
        name
        for name, value in vars(socialkit.auth).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    ]

    listed = socialkit.auth.__all__
    assert sorted(public) == sorted(listed)
    assert listed == sorted(listed, key=lambda name: (not name.isupper(), name[0].islower(), name))
