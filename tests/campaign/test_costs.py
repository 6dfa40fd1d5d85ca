"""What campaigns cost: exact to the cent, by currency; every bad line of a table at once."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import socialkit as sk
from socialkit.errors import ConfigurationError, InvalidDraftError
from tests.docs.blocks import DOCS, blocks

DAY = date(2026, 10, 1)
PLACE = re.compile(r"^line \d+(?:, (?:day|amount|currency|kind|campaign))?")
SECRET = "hunter2-not-a-real-one"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
keys = st.none() | st.sampled_from(["autumn", "winter", "été"])
moneys = st.builds(sk.Money.of_minor, st.integers(-(10**9), 10**9), st.sampled_from(["EUR", "JPY", "KWD"]))
costs = st.builds(
    sk.Cost,
    day=st.dates(),
    amount=moneys,
    kind=st.sampled_from(sk.CostKind),
    campaign=keys,
    platform=st.sampled_from([None, "x"]),
    account=st.sampled_from([None, "acme/x/main", "Acme Shop/x/a b"]),
    post=st.none() | texts.filter(bool),
    note=texts,
)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The first example builds the models, which takes its time."""
ledgers = st.builds(sk.CostLedger, entries=st.lists(costs, max_size=8))


def cost(amount: str, currency: str = "EUR", **fields: Any) -> sk.Cost:
    return sk.Cost(day=DAY, amount=sk.Money(amount, currency), kind=sk.CostKind.ADS, **fields)


def problems(folder: Path, text: str | bytes) -> list[str]:
    file = folder / "costs.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(InvalidDraftError) as caught:
        sk.CostLedger.load(file)
    assert SECRET not in f"{caught.value} {caught.value.__cause__}"
    return [str(problem) for problem in caught.value.problems]


@unhurried
@given(ledgers, st.sampled_from(["csv", "toml", "yaml", "json"]))
def test_a_ledger_is_read_as_it_was_written(ledger: sk.CostLedger, form: str) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, f"costs.{form}")
        ledger.save(file)

        assert sk.CostLedger.load(file) == ledger


@unhurried
@given(ledgers)
def test_the_groups_are_together_the_total(ledger: sk.CostLedger) -> None:
    total = {currency: money.minor for currency, money in ledger.total().items()}

    for groups in (list(ledger.by_campaign().values()), list(ledger.by_platform().values())):
        assert {
            currency: sum(sums[currency].minor for sums in groups if currency in sums) for currency in total
        } == total
    assert sum(entry.post is not None for entry in ledger) >= len(ledger.by_post())


@unhurried
@given(ledgers, st.lists(st.integers(0, 100), min_size=1, max_size=5).filter(any))
def test_what_is_allocated_is_the_total_to_the_cent(ledger: sk.CostLedger, weights: list[int]) -> None:
    parts = ledger.allocate(dict(enumerate(weights)))

    assert parts.keys() == set(range(len(weights)))
    for currency, total in ledger.total().items():
        assert sum(part[currency].minor for part in parts.values()) == total.minor


def test_currencies_are_never_added_up() -> None:
    ledger = sk.CostLedger(entries=[cost("1.10"), cost("2.20"), cost("3", "USD", campaign="autumn")])

    assert ledger.total() == {"EUR": sk.Money("3.30", "EUR"), "USD": sk.Money(3, "USD")}
    assert ledger.by_campaign() == {
        (None, None): {"EUR": sk.Money("3.30", "EUR")},
        (None, "autumn"): {"USD": sk.Money(3, "USD")},
    }


def test_campaigns_of_two_brands_may_have_one_key() -> None:
    ledger = sk.CostLedger(
        entries=[
            cost("1", brand="acme", campaign="autumn"),
            cost("2", account="acme/x/main", campaign="autumn"),
            cost("4", brand="bolt", campaign="autumn"),
            cost("8", brand="bolt"),
        ]
    )

    assert ledger.by_campaign() == {
        ("acme", "autumn"): {"EUR": sk.Money(3, "EUR")},
        ("bolt", "autumn"): {"EUR": sk.Money(4, "EUR")},
        ("bolt", None): {"EUR": sk.Money(8, "EUR")},
    }


def test_posts_of_two_platforms_may_have_one_id() -> None:
    ledger = sk.CostLedger(
        entries=[
            cost("1", platform="x", post="7"),
            cost("2", account="acme/threads/main", post="7"),
            cost("4"),
        ]
    )

    assert ledger.by_post() == {
        ("x", "7"): {"EUR": sk.Money(1, "EUR")},
        ("threads", "7"): {"EUR": sk.Money(2, "EUR")},
    }


def test_an_account_says_the_platform_and_the_brand_and_never_another() -> None:
    one = cost("1", account="acme/x/main")
    assert (one.platform, one.brand) == ("x", "acme")
    assert cost("1").brand is None
    for fields, words in (
        ({"account": "acme/x/main", "platform": "threads"}, "has an account that is on another platform"),
        ({"account": "acme/x/main", "brand": "rival"}, "has an account that is another brand's"),
        ({"account": "x"}, "is no account's key"),
    ):
        with pytest.raises(ValidationError, match=words):
            cost("1", **fields)


def test_every_bad_line_is_told_at_once(tmp_path: Path) -> None:
    text = (
        "day,campaign,amount,currency,kind,note\n"
        "2026-10-01,autumn,19.99,EUR,ads,fine\n"
        '2026-10-02,autumn,"19,99",EUR,ads,comma\n'
        "\n"
        "2026-10-32,two words,1.999,EUR,bribes,\n"
        '2026-10-03,autumn,1,EUR,ads,"two\nlines"\n'
        "2026-10-03,autumn,1,euro,ads,\n"
        "2026-10-03,autumn\n"
        f"2026-10-03,autumn,1,EUR,ads,{SECRET},{SECRET}\n"
        ",,,,,\n"
    )
    found = problems(tmp_path, text)

    assert [" ".join(PLACE.findall(one)) for one in found] == [
        "line 3, amount",
        "line 5, day",
        "line 5, amount",
        "line 5, kind",
        "line 5, campaign",
        "line 8, currency",
        "line 9",
        "line 10",
        "line 11, day",
        "line 11, amount",
        "line 11, currency",
        "line 11, kind",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1 has no column 'day'"),
        ("day,amount,currency,kind,kind\n", "line 1 has the column 'kind' twice"),
        (f"day,amount,currency,kind,{SECRET}\n", "line 1, column 5 is not known"),
        ('day,amount,currency,kind\n"2026', "line 2 cannot be read"),
        (b"day,amount,currency,kind\n\xff", "is not text in UTF-8"),
    ],
)
def test_what_is_no_table_of_costs_is_refused(text: str | bytes, words: str, tmp_path: Path) -> None:
    assert words in problems(tmp_path, text)[0]


def test_tables_of_other_spreadsheets_are_read(tmp_path: Path) -> None:
    text = "\ufeffday; amount ;currency;kind;note\r\n 2026-10-01 ; 1.50;EUR; ads;a, b\r\n"
    (tmp_path / "costs.CSV").write_bytes(text.encode())

    assert sk.CostLedger.load(tmp_path / "costs.CSV").entries == (cost("1.50", note="a, b"),)


@pytest.mark.parametrize("ending", ["csv", "toml", "json"])
def test_costs_that_say_no_brand_are_whose_the_loader_says(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"costs.{ending}"
    entries = [cost("1"), cost("2", brand="rival"), cost("3", account="other/x/main")]
    sk.CostLedger(entries=entries).save(file)

    assert [one.brand for one in sk.CostLedger.load(file)] == [None, "rival", "other"]
    assert [one.brand for one in sk.CostLedger.load(file, brand="acme")] == ["acme", "rival", "other"]


@unhurried
@given(
    st.lists(st.sampled_from(["day,amount,currency,kind\n", ",", '"', "\n", "\r", "EUR", "1", ";", "\x00"]))
)
def test_whatever_stands_in_a_table_it_is_read_or_refused(pieces: list[str]) -> None:
    found: object
    with TemporaryDirectory() as folder:
        Path(folder, "costs.csv").write_bytes("".join(pieces).encode())
        try:
            found = sk.CostLedger.load(Path(folder, "costs.csv"))
        except InvalidDraftError as error:
            found = error.problems

    assert isinstance(found, sk.CostLedger) or found


def test_a_table_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"costs\.csv cannot be written"):
        sk.CostLedger(entries=[cost("1")]).save(tmp_path / "nowhere" / "costs.csv")
    assert not list(tmp_path.iterdir())


def test_the_table_in_the_reference_is_read(tmp_path: Path) -> None:
    (block,) = [one for one in blocks(DOCS / "reference" / "campaign.md") if one.language == "text"]
    (tmp_path / "costs.csv").write_text(block.code)
    ledger = sk.CostLedger.load(tmp_path / "costs.csv")

    assert [(entry.campaign, entry.platform, entry.amount.amount) for entry in ledger] == [
        ("autumn", "instagram", Decimal(350)),
        (None, None, Decimal(49)),
    ]
