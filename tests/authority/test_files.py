"""Tables in files: read with every problem at once, and written back."""

from __future__ import annotations

from pathlib import Path

import pytest

from socialkit.authority import Authority, AuthorityLine, Permission, Risk, RiskWords, TeamMember
from tests.support import faults_in

WHOLE = """
default = "ask"

[[team]]
actor = "maria"
roles = ["manager"]

[[team]]
actor = "sam"
roles = ["writer"]
brands = ["acme"]

[[risks]]
risk = "high"
phrases = ["recall"]

[[lines]]
roles = ["writer"]
actions = ["publish", "delete comment"]
platforms = ["mastodon"]
max_risk = "medium"
own = false
permission = "yes"
"""

TABLE = Authority(
    team=[
        TeamMember(actor="maria", roles=["manager"]),
        TeamMember(actor="sam", roles=["writer"], brands=["acme"]),
    ],
    risks=[RiskWords(risk=Risk.HIGH, phrases=["recall"])],
    lines=[
        AuthorityLine.model_validate(
            {
                "roles": ["writer"],
                "actions": ["publish", "delete comment"],
                "platforms": ["mastodon"],
                "max_risk": "medium",
                "own": False,
                "permission": "yes",
            }
        )
    ],
    default=Permission.ASK,
)


def test_a_file_says_what_a_table_says(tmp_path: Path) -> None:
    file = tmp_path / "authority.toml"
    file.write_text(WHOLE, "utf-8")

    assert Authority.load(file) == TABLE


@pytest.mark.parametrize("ending", ["toml", "yaml", "json"])
def test_a_table_survives_a_file(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"authority.{ending}"
    TABLE.save(file)

    assert Authority.load(file) == TABLE


def test_a_bare_yes_or_no_of_yaml_is_an_answer(tmp_path: Path) -> None:
    file = tmp_path / "authority.yaml"
    file.write_text("default: no\nlines:\n- permission: yes\n  actions: [hide]\n", "utf-8")
    table = Authority.load(file)

    assert [table.default, table.lines[0].permission] == [Permission.NO, Permission.YES]


def test_every_problem_is_told_with_its_place(tmp_path: Path) -> None:
    text = """
    default = "perhaps"
    [[risks]]
    risk = "high"
    phrases = ["recall", "..."]
    [[lines]]
    actions = ["publish", "aprove"]
    brands = []
    [[lines]]
    permission = "no"
    action = ["hide"]
    """
    found = faults_in(tmp_path / "authority.toml", text, Authority.load)

    assert len(found) == 6
    assert found[0] == "risks[0].phrases[1] '...' has nothing to look for: no word, emoji or sign of money"
    assert "lines[0].permission is missing" in found
    assert "lines[0].actions[1] 'aprove' is no action: did you mean 'approve'?" in found
    assert "lines[0].brands is empty: leave it out where it makes no difference" in found
    assert "lines[1].action is not known here" in found
    assert any(one.startswith("default ") for one in found)


def test_a_line_for_a_role_or_a_person_that_nobody_is_is_refused(tmp_path: Path) -> None:
    lines = '[[lines]]\nroles = ["manger"]\nactors = ["sma"]\npermission = "no"\n'
    team = '[[team]]\nactor = "sam"\nroles = ["manager"]\n'

    assert faults_in(tmp_path / "authority.toml", lines + team, Authority.load) == [
        "lines[0].roles[0] is 'manger', which nobody in the team has: did you mean 'manager'?",
        "lines[0].actors[0] is not in the team: did you mean 'sam'?",
    ]
    assert faults_in(tmp_path / "authority.toml", lines, Authority.load) == [
        "lines[0].roles[0] is 'manger', which nobody in the team has; there are: none"
    ]
