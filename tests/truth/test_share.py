"""What share of the recorded answers of each platform is read; nobody adds a recording without saying."""

from __future__ import annotations

import json
import re

import pytest

from tests.support import ROOT
from tests.truth import sharing

PLATFORMS = list(sharing.SHARES)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_somebody_says_of_every_recorded_file_what_becomes_of_it(platform: str) -> None:
    found = sharing.classified(platform)

    assert [one.name for one in found if one.kind is None] == []
    assert [one.name for one in found] == sharing.files(platform) != []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_not_read_has_a_reason_and_what_others_read_a_test(platform: str) -> None:
    for one in sharing.classified(platform):
        if one.kind == sharing.NOT_OFFERED:
            assert one.why, one.name
        if one.kind == sharing.ELSEWHERE:
            assert (ROOT / one.why).is_file(), one.name


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_reason_is_of_files_that_nothing_reads_and_each_of_them_has_one(platform: str) -> None:
    rules, unread = sharing.NOT_READ[platform], dict.fromkeys(sharing.files(platform), 0)
    for pattern in rules:
        found = [name for name in unread if re.fullmatch(pattern, name)]
        unread |= {name: unread[name] + 1 for name in found}
        assert found, pattern
    reasons = {one.name: one.kind == sharing.NOT_OFFERED for one in sharing.classified(platform)}

    assert {name: bool(count) for name, count in unread.items()} == reasons
    assert [name for name, count in unread.items() if count > 1] == []


def test_the_committed_shares_are_what_is_found_now() -> None:
    told = sharing.counts()
    for platform, kinds in told.items():
        shares = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
        print(f"{platform}: {shares}")  # noqa: T201 - the report is for whoever runs it with -s

    assert json.loads(sharing.TARGET.read_text()) == told


def test_a_file_that_nobody_knows_is_told() -> None:
    assert sharing.first("new/shape.json", [(sharing.NOT_OFFERED, sharing.TABLES)]).kind is None
