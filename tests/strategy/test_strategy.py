"""What a brand wants: objectives, KPIs, shares; every contradiction at once, with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import socialkit as sk
from socialkit.errors import ConfigurationError
from tests.docs.blocks import DOCS, blocks
from tests.support import faults_in

DAY = date(2026, 12, 31)
CLICKS = sk.KPI(metric="clicks", target=5000, baseline=3100, by=DAY)
TRAFFIC = sk.Objective(key="traffic", goal="more visits", kpi=CLICKS)


def test_progress_is_the_share_of_the_way() -> None:
    kpi = sk.KPI(metric="clicks", target=5000, baseline=3000, by=DAY)

    assert [kpi.progress(value) for value in (3000, 3500, 5000, 6000, 2000)] == [0, 0.25, 1, 1.5, -0.5]


def test_progress_of_what_falls_counts_downwards() -> None:
    kpi = sk.KPI(metric="response_time", target=30, baseline=90, by=DAY, better="lower")

    assert [kpi.progress(value) for value in (90, 60, 30)] == [0, 0.5, 1]
    assert [kpi.reached(value) for value in (90, 31, 30, 29)] == [False, False, True, True]


def test_a_value_that_is_known_in_part_decides_only_what_the_rest_cannot_change() -> None:
    more = sk.KPI(metric="clicks", target=50, by=DAY)
    less = sk.KPI(metric="response_time", target=50, by=DAY, better="lower")
    bounds = [(50, None), (49, None), (None, 50), (None, 49), (49, 51), (51, 52), (48, 49), (None, None)]

    assert [more.reached_between(*one) for one in bounds] == [
        True, None, None, False, None, True, False, None,
    ]  # fmt: skip
    assert [less.reached_between(*one) for one in bounds] == [
        None, None, True, True, None, False, True, None,
    ]  # fmt: skip


def test_what_is_missing_is_never_zero() -> None:
    unmeasured = sk.KPI(metric="clicks", target=5000, by=DAY)

    assert CLICKS.progress(None) is None
    assert CLICKS.reached(None) is None
    assert unmeasured.progress(2500) is None
    assert unmeasured.reached(0) is False
    assert sk.KPI(metric="clicks", target=5000, baseline=0, by=DAY).progress(2500) == 0.5


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_no_measured_value(value: float) -> None:
    for ask in (CLICKS.progress, CLICKS.reached):
        with pytest.raises(ValueError, match="give None for what is missing"):
            ask(value)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"target": 3}, "is worse than the baseline 5: better='lower'"),
        ({"target": 9, "better": "lower"}, "is worse than the baseline 5: better='higher'"),
        ({"target": 5}, "is the baseline itself"),
        ({"target": float("nan")}, "finite"),
        ({"target": 9, "metric": "link clicks"}, "no name of a metric"),
    ],
)
def test_a_target_is_better_than_the_baseline(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        sk.KPI.model_validate({"metric": "clicks", "baseline": 5, "by": DAY} | fields)


def test_every_contradiction_is_told_with_its_place(tmp_path: Path) -> None:
    text = """
        brand = "acme"
        pillars = [{key = "craft", share = 0.6}, {key = "craft", share = 0.6}]
        segments = [{key = "hikers"}, {key = "hikers"}]
        rules = [{key = "calm", reason = "so", alt_text = true}, {key = "calm", reason = "so", never = ["x"]}]
        """

    assert faults_in(tmp_path / "strategy.toml", text, sk.Strategy.load) == [
        "pillars[1].key 'craft' stands there twice",
        "segments[1].key 'hikers' stands there twice",
        "rules[1].key 'calm' stands there twice",
        "pillars have shares that are 1.2 together, not 1",
    ]


@pytest.mark.parametrize(
    ("shares", "right"),
    [
        ([0.1] * 10, True),
        ([1 / 3] * 3, True),
        ([None, None], True),
        ([1.0, 0.0], True),
        ([0.5, 0.49], False),
        ([0.5, None], False),
        ([1.1, -0.1], False),
    ],
)
def test_shares_are_a_whole_or_not_given(shares: list[float | None], right: bool) -> None:
    pillars = [{"key": f"p{number}", "share": share} for number, share in enumerate(shares)]
    document: dict[str, Any] = {"brand": "acme", "pillars": pillars}
    if right:
        assert len(sk.Strategy.model_validate(document).pillars) == len(shares)
    else:
        with pytest.raises(ValidationError, match=r"shares|less than or equal"):
            sk.Strategy.model_validate(document)


def test_an_unknown_objective_is_told_with_the_nearest() -> None:
    strategy = sk.Strategy(brand="acme", objectives=[TRAFFIC])

    assert strategy.objective("traffic") == TRAFFIC
    with pytest.raises(ConfigurationError, match="did you mean 'traffic'"):
        strategy.objective("trafic")


@pytest.mark.parametrize("key", ["", "a b", "a/b", "-a", "x" * 65, "a\n"])
def test_keys_stand_in_links_and_journals(key: str) -> None:
    with pytest.raises(ValidationError, match="is no key"):
        sk.Pillar(key=key)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "asks for nothing"),
        ({"never": ["x"], "alt_text": True}, "asks for never and alt_text"),
        ({"where": ["organic"], "never": ["x"]}, "has where without needs"),
        ({"never": [" "]}, "nothing to look for"),
        ({"alt_text": True, "severity": "mild"}, "neither error nor warning"),
        ({"alt_text": True, "reason": ""}, "at least 1 character"),
    ],
)
def test_a_rule_asks_for_one_thing(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        sk.EditorialRule.model_validate({"key": "rule", "reason": "so"} | fields)


def test_a_mix_is_a_whole_with_reasons() -> None:
    mix = sk.Mix(
        parts=[
            sk.MixPart(target="instagram", share=0.75, reason="hikers are there"),
            sk.MixPart(target="acme/x/main", share=0.25, reason="the press is there"),
        ]
    )

    assert mix.shares == {"instagram": 0.75, "acme/x/main": 0.25}
    assert mix.reasons["instagram"] == "hikers are there"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([("x", 0.5)], "0.5 together, not 1"),
        ([("x", 0.5), ("x", 0.5)], "'x' stands there twice"),
        ([("x", 0.5), ("acme/x/main", 0.5)], "account of x, which has a share itself"),
        ([], "at least 1 item"),
        ([("a b", 1)], "neither a platform"),
    ],
)
def test_a_mix_that_contradicts_itself_is_refused(parts: list[tuple[str, float]], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        sk.Mix.model_validate(
            {"parts": [{"target": target, "share": share, "reason": "so"} for target, share in parts]}
        )


@given(st.sampled_from(["toml", "yaml", "json"]), st.booleans())
def test_a_strategy_is_read_as_it_was_written(form: str, shared: bool) -> None:
    from tempfile import TemporaryDirectory

    strategy = sk.Strategy(
        brand="Acme Shop",
        objectives=[TRAFFIC],
        pillars=[
            sk.Pillar(key="craft", share=1 / 3 if shared else None),
            sk.Pillar(key="é", share=2 / 3 if shared else None),
        ],
        segments=[sk.Segment(key="hikers", size=40_000, platforms={"instagram": 0.6})],
        rules=[sk.EditorialRule(key="calm", reason="so", never=["10:30"], severity=sk.Severity.WARNING)],
    )
    with TemporaryDirectory() as folder:
        file = Path(folder, f"strategy.{form}")
        strategy.save(file)

        assert sk.Strategy.load(file) == strategy


def test_the_file_in_the_reference_is_read(tmp_path: Path) -> None:
    (block,) = [one for one in blocks(DOCS / "reference" / "strategy.md") if one.language == "toml"]
    (tmp_path / "strategy.toml").write_text(block.code)
    strategy = sk.Strategy.load(tmp_path / "strategy.toml")

    assert [rule.demand for rule in strategy.rules] == ["never", "needs", "alt_text"]
    assert strategy.objectives == (sk.Objective(key="traffic", goal="More visits of the shop", kpi=CLICKS),)


def test_a_key_that_stands_there_twice_is_told_beside_a_wrong_value(tmp_path: Path) -> None:
    text = 'brand = "acme"\nvoice = 3\n[[pillars]]\nkey = "craft"\n[[pillars]]\nkey = "craft"\n'
    voice, pillar = faults_in(tmp_path / "strategy.toml", text, sk.Strategy.load)

    assert voice.startswith("voice ")
    assert pillar == "pillars[1].key 'craft' stands there twice"
