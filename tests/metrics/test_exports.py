from __future__ import annotations

import subprocess
import sys
import types

import socialkit as sk
import socialkit.collect
import socialkit.metrics


def test_all_lists_every_public_name_in_order() -> None:
    for package in (socialkit.metrics, socialkit.collect):
        public = [
            name
            for name, value in vars(package).items()
            if not name.startswith("_") and not isinstance(value, types.ModuleType) and name != "annotations"
        ]

        assert sorted(public) == sorted(package.__all__)
        assert package.__all__ == sorted(
            package.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name)
        )


def test_the_packages_are_reached_from_the_public_face() -> None:
    assert sk.metrics is socialkit.metrics
    assert sk.collect is socialkit.collect
    assert {"metrics", "collect"} <= set(dir(sk))


def test_metrics_load_neither_a_platform_nor_a_library_of_frames() -> None:
    program = (
        "import socialkit as sk, sys; assert 'socialkit.metrics' not in sys.modules; sk.metrics.Table([]);"
        "print([n for n in ('httpx', 'narwhals', 'polars', 'socialkit.platforms') if n in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "[]"
