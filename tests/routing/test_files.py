"""Rules in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from socialkit.models import BusinessHours
from socialkit.routing import Router
from tests.routing.rules import SHOP
from tests.support import faults_in

FILE = """
[default]
key = "common"
department = "manager"

[hours]
zone = "Europe/Paris"
week = { MO = ["09:00-18:00"] }

[[rules]]
key = "prices"
any_of = ["price", "how much"]
department = "sales"
first_response = "PT4H"
"""


def test_a_file_says_what_a_router_says(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(FILE, "utf-8")
    router = Router.load(file)

    assert router.hours == BusinessHours(week={"MO": ["09:00-18:00"]}, zone="Europe/Paris")
    assert [(one.key, one.first_response and one.first_response.seconds) for one in router.rules] == [
        ("prices", 4 * 3600)
    ]


@pytest.mark.parametrize("ending", ["toml", "yaml", "json"])
def test_a_router_survives_a_file(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"rules.{ending}"
    SHOP.save(file)

    assert Router.load(file) == SHOP


def test_every_problem_is_told_with_its_place(tmp_path: Path) -> None:
    text = """
    [[rules]]
    key = "prices"
    any_of = ["price", "?!"]
    all_of = []
    [[rules]]
    key = "press"
    department = "PR"
    accounts = ["acme"]
    stance = "secret"
    first_response = "-PT1H"
    [[rules]]
    key = "jobs"
    department = "HR"
    any_of = ["job"]
    none_of = ["job"]
    [[rules]]
    key = "spam"
    department = "manager"
    stance = "none"
    suggested_reply = "Go away"
    [[rules]]
    key = "elsewhere"
    department = "manager"
    platforms = ["x"]
    accounts = ["acme/mastodon/main"]
    """
    found = faults_in(tmp_path / "rules.toml", text, Router.load)

    assert "rules[0].any_of[1] '?!' has nothing to look for: no word, emoji or sign of money" in found
    assert "rules[0].all_of is empty: leave it out where it makes no difference" in found
    assert "rules[0].department is missing" in found
    assert "rules[1].accounts[0] 'acme' is no account's key: write it as 'acme/mastodon/main'" in found
    assert "rules[2] wants 'job' and refuses it: it is in none_of too" in found
    assert "rules[3] promises an answer with a stance of none" in found
    assert "rules[4] names accounts, and none of them is of its brands and platforms" in found
    assert "default is missing" in found
    places = [one.split(" ")[0] for one in found]
    assert {"rules[1].stance", "rules[1].first_response"} <= set(places)
    assert len(found) == 10


def test_rules_that_do_not_go_together_are_told(tmp_path: Path) -> None:
    rule = '[[rules]]\nkey = "a"\ndepartment = "any"\n'
    default = '[default]\nkey = "a"\ndepartment = "any"\nnone_of = ["b"]\n'

    assert faults_in(tmp_path / "rules.toml", rule + rule + default, Router.load) == [
        "rules[1].key 'a' stands there twice",
        "default.key is 'a', as that of another rule",
        "default has a condition, and must catch all that is left",
    ]
