"""How long something is kept: the shortest rule that fits, and never by a time that nobody named."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import socialkit as sk

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = sk.Retention(
    rules=[
        sk.RetentionRule(longest=365 * DAY, because="policy"),
        sk.RetentionRule(longest=30 * DAY, because="contract", kinds=[sk.Kept.RAW], brands=["acme"]),
        sk.RetentionRule(longest=2 * DAY, because="page", platforms=["pixelwall"]),
    ]
)


@pytest.mark.parametrize(
    ("kind", "platform", "brand", "because"),
    [
        (sk.Kept.RAW, "mastodon", "acme", "contract"),
        (sk.Kept.RAW, "pixelwall", "acme", "page"),
        (sk.Kept.RAW, "mastodon", "other", "policy"),
        (sk.Kept.RAW, "mastodon", None, "policy"),
        (sk.Kept.MESSAGES, "mastodon", "acme", "policy"),
    ],
)
def test_the_shortest_rule_that_fits_counts(
    kind: sk.Kept, platform: str, brand: str | None, because: str
) -> None:
    rule = RULES.rule_for(kind, platform=platform, brand=brand)

    assert rule is not None
    assert rule.because == because
    for age, over in ((rule.longest, None), (rule.longest + DAY / 24, rule)):
        found = RULES.is_over(kind, platform=platform, brand=brand, since=NOW - age, now=NOW)
        assert found == over


def test_a_time_that_no_page_names_makes_no_rule() -> None:
    (entry,) = (one for one in sk.catalogue() if one.name == "mastodon")
    named = sk.RetentionLimit(kind=sk.Kept.RAW, longest=DAY, source="https://pixelwall.example/terms")
    documented = sk.Retention.documented(
        [entry, entry.model_copy(update={"name": "pixelwall", "retention": (named, *entry.retention)})]
    )

    assert {limit.kind for limit in entry.retention} == set(sk.Kept)
    assert [(rule.longest, rule.because, rule.platforms, rule.kinds) for rule in documented.rules] == [
        (DAY, "https://pixelwall.example/terms", ("pixelwall",), (sk.Kept.RAW,))
    ]


@pytest.mark.parametrize("platform", ["bluesky", "facebook", "instagram", "mastodon", "x"])
def test_of_every_kind_it_is_said_where_the_terms_stand_and_when_they_were_read(platform: str) -> None:
    (entry,) = (one for one in sk.catalogue() if one.name == platform)

    assert [limit.kind for limit in entry.retention] == list(sk.Kept)
    for limit in entry.retention:
        assert re.fullmatch(r"https://\S+ .*\d{4}-\d\d-\d\d\)", limit.source)
        assert limit.longest is None
        assert limit.note


def test_a_file_is_read_back_and_no_time_at_all_is_refused(tmp_path: Path) -> None:
    RULES.save(tmp_path / "retention.json")
    assert sk.Retention.load(tmp_path / "retention.json") == RULES

    (tmp_path / "wrong.toml").write_text('[[rules]]\nlongest = "PT0S"\nbecause = "none"\n', "utf-8")
    with pytest.raises(sk.InvalidDraftError, match=r"rules\[0\]\.longest"):
        sk.Retention.load(tmp_path / "wrong.toml")


@pytest.mark.parametrize("longest", ["30", "30.5", "true", '"30"', '"30 days"', '"1:30"', '"-P1D"', '"P"'])
def test_a_time_that_is_not_told_with_its_unit_is_refused(tmp_path: Path, longest: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(f'[[rules]]\nlongest = {longest}\nbecause = "our policy"\n', "utf-8")

    with pytest.raises(sk.InvalidDraftError, match=r"rules\[0\]\.longest"):
        sk.Retention.load(file)


@pytest.mark.parametrize(("kind", "meant"), [("Raw", "raw"), ("private_messages", "private messages")])
def test_a_kind_that_nothing_is_of_is_refused(tmp_path: Path, kind: str, meant: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(f'[[rules]]\nlongest = "P30D"\nbecause = "b"\nkinds = ["{kind}"]\n', "utf-8")

    with pytest.raises(sk.InvalidDraftError, match=rf"rules\[0\]\.kinds.*did you mean '{meant}'"):
        sk.Retention.load(file)


def test_a_table_keeps_the_rows_that_may_stay() -> None:
    rows = [
        sk.Observation(
            metric="likes",
            subject_kind=sk.SubjectKind.POST,
            subject=str(age),
            brand="acme",
            platform=platform,
            value=1,
            unit="count",
            observed_at=NOW - age * DAY,
            native="likes",
        )
        for age in (1, 3, 400)
        for platform in ("mastodon", "pixelwall")
    ]
    kept = sk.metrics.Table(rows).within(RULES, now=NOW)

    assert [(row.subject, row.platform) for row in kept] == [
        ("1", "mastodon"),
        ("1", "pixelwall"),
        ("3", "mastodon"),
    ]
    with pytest.raises(ValueError, match="now"):
        kept.within(RULES, now=datetime(2026, 11, 2))  # noqa: DTZ001 - what is refused
