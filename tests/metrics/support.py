"""Observations, tables in every library that is installed, and strategies for both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import Any, Final

import pytest
from hypothesis import strategies as st

import socialkit as sk
from socialkit.metrics import Library, Table

NOON: Final = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
ACME: Final = "acme/mastodon/main"
LIBRARIES: Final[tuple[Library, ...]] = ("polars", "pandas", "pyarrow")
DUCKDB: Final = "duckdb"


def observation(metric: str = "likes", value: float | None = 3, **given: Any) -> sk.Observation:
    missing = None if value is not None else sk.Missing.NOT_OFFERED
    defaults: dict[str, Any] = {
        "subject_kind": sk.SubjectKind.POST,
        "subject": "1",
        "brand": "acme",
        "platform": "mastodon",
        "account": ACME,
        "unit": "count",
        "observed_at": NOON,
        "missing": missing,
        "native": metric,
    }
    return sk.Observation(metric=metric, value=value, **defaults | given)


def revenue(subject: str, amount: sk.Money | None, **given: Any) -> sk.Observation:
    return observation(
        "revenue",
        None if amount is None else float(amount.amount),
        subject=subject,
        subject_kind=sk.SubjectKind.ORDER,
        platform="shop",
        account=None,
        unit="money",
        currency=None if amount is None else amount.currency,
        money=None if amount is None else amount.minor,
        **given,
    )


def require(*libraries: str) -> None:
    for library in ("narwhals", *libraries):
        if find_spec(library) is None:
            pytest.skip(f"{library} is not installed")


def table_on(library: str | None, observations: list[sk.Observation]) -> Table:
    """Return a table in plain Python, or in a library; duckdb gets its rows from pyarrow."""
    table = Table(observations)
    if library is None:
        return table
    require(library)
    if library != DUCKDB:
        return table.on(library)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    require("pyarrow")
    import duckdb

    relation: Any = duckdb.from_arrow(table.on("pyarrow").to_native())
    return Table(relation)


TEXTS: Final = st.sampled_from(["a", "b", "1", "é|=%"])
VALUES: Final = (
    st.none() | st.integers(0, 1000) | st.floats(0, 1e6) | st.sampled_from([0.1, 0.2, 1e16, 2.0**53])
)


@st.composite
def posts(draw: st.DrawFn) -> sk.Observation:
    """Return a reading of a post's metric."""
    platform = draw(st.sampled_from(["mastodon", "bluesky"]))
    name = draw(st.sampled_from(["main", "fr"]))
    return observation(
        draw(st.sampled_from(["likes", "replies", "shares", "impressions", "reach", "sunshine"])),
        draw(VALUES),
        subject=draw(TEXTS),
        platform=platform,
        account=draw(st.sampled_from([None, f"acme/{platform}/{name}"])),
        brand=draw(st.sampled_from([None, "acme"])),
        observed_at=NOON + draw(st.integers(0, 2)) * HOUR,
    )


def tables(**given: Any) -> st.SearchStrategy[list[sk.Observation]]:
    return st.lists(posts(), max_size=12, **given)


PURPOSES: Final = st.dictionaries(
    st.tuples(st.sampled_from([ACME, "acme/mastodon/fr", "acme/bluesky/main"]), TEXTS),
    st.builds(
        sk.Purpose,
        pillar=st.none() | TEXTS,
        campaign=st.none() | TEXTS,
        tags=st.lists(TEXTS, max_size=2, unique=True),
    ),
    max_size=5,
)
