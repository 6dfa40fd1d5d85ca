"""Mastodon counts some calls apart, and clients of one account share what is left."""

from __future__ import annotations

import pytest

from socialkit.platforms.mastodon import FACTS, Mastodon
from socialkit.transport import Request


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "api/v1/statuses", "statuses"),
        ("PUT", "https://mastodon.example/api/v1/statuses/7", "statuses"),
        ("POST", "https://mastodon.example/api/v1/statuses/7/favourite", ""),
        ("POST", "api/v2/media", "media"),
        ("POST", "https://mastodon.example/under/a/path/api/v1/media", "media"),
        ("DELETE", "api/v1/statuses/7", "deletions"),
        ("GET", "api/v1/statuses/7", ""),
        ("GET", "api/v1/media/7", ""),
    ],
)
def test_calls_count_against_the_budget_that_the_server_keeps_for_them(
    method: str, path: str, name: str
) -> None:
    assert FACTS.bucket is not None
    assert FACTS.bucket(Request(method=method, url=path)) == name


def test_clients_of_one_account_share_a_budget_and_others_do_not() -> None:
    address = "https://mastodon.example"
    one, same = (Mastodon(base_url=address, access_token="not-a-real-token") for _ in range(2))
    other = Mastodon(base_url=address, access_token="another-unreal-token")
    elsewhere = Mastodon(base_url="https://elsewhere.example", access_token="not-a-real-token")
    budgets = [client._core.pipeline.budget for client in (one, same, other, elsewhere)]

    for client in (one, same, other, elsewhere):
        client.close()

    assert budgets[0] is budgets[1]
    assert len({id(budget) for budget in budgets}) == 3
