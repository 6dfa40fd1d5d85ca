"""Two real processes that share a store: one renews, and what happens when it is killed.

Those that share a journal are beside the journal's tests.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from socialkit.auth import FileTokenStore
from socialkit.errors import TokenExpiredError
from tests.auth.places import TOKEN_KEY
from tests.auth.process import HANDLE, KEY
from tests.auth.processes import LOGIN, RENEWAL, Stage, assert_both_went_on, staged

LOST = rf"a process ended while it renewed the token of {KEY}, and the old one is void: .*log in again"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged("file", str(tmp_path)) as stage:
        yield stage


@pytest.mark.parametrize("asynchronous", [False, True], ids=["blocking", "async"])
def test_one_of_two_processes_renews_and_both_go_on(stage: Stage, asynchronous: bool) -> None:
    assert_both_went_on(stage, asynchronous, asynchronous)


@pytest.mark.usefixtures("file_keyring")
def test_one_of_two_processes_with_a_keyring_renews_and_both_go_on(tmp_path: Path) -> None:
    with staged("keyring", str(tmp_path)) as stage:
        assert_both_went_on(stage, False, True)


def killed(stage: Stage, dies: str) -> None:
    (victim,) = stage.run(replace(stage.job, dies=dies))
    assert victim.ended() == (-signal.SIGKILL, "")


def test_what_a_killed_process_renewed_and_did_not_keep_asks_for_a_login_and_then_all_go_on(
    stage: Stage,
) -> None:
    before = stage.kept()
    killed(stage, "unkept")
    assert stage.simulator.asked == [RENEWAL]

    with stage.client() as client:
        with pytest.raises(TokenExpiredError, match=LOST) as caught:
            client.account.me()
        with pytest.raises(TokenExpiredError):
            client.account.me()
    assert stage.simulator.asked == [RENEWAL, RENEWAL]  # the dead one's, and one that found the token void
    assert stage.kept().refresh_token == before.refresh_token
    assert before.refresh_token is not None
    assert before.refresh_token.reveal() not in str(caught.value)

    with stage.client(stage.password) as client, stage.client() as other:
        assert client.account.me().handle == other.account.me().handle == HANDLE
    assert stage.simulator.asked == [RENEWAL, RENEWAL, RENEWAL, LOGIN]


def test_where_a_platform_gives_the_successor_again_nothing_is_lost(stage: Stage) -> None:
    stage.simulator.set_refresh_grace(timedelta(hours=2))
    killed(stage, "unkept")
    with stage.client() as client:
        assert client.account.me().handle == HANDLE

    assert stage.simulator.asked == [RENEWAL, RENEWAL]


def test_a_process_that_is_killed_while_it_writes_leaves_the_old_file_and_no_lock(
    stage: Stage, tmp_path: Path
) -> None:
    before = stage.kept()
    killed(stage, "writing")

    assert stage.simulator.asked == []
    assert (tmp_path / ".tokens.part").exists()
    assert stage.kept() == before
    assert FileTokenStore(tmp_path / "tokens", key=TOKEN_KEY).swap(KEY, before, before)
    assert not (tmp_path / ".tokens.part").exists()
