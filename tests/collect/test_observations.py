"""The numbers of all accounts at once, whoever fails."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from socialkit.collect import Collected, observations, observations_async
from socialkit.testing import settle

HOUR = timedelta(hours=1)
MAIN = "acme/mastodon/main"


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def blocking(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def workspace(socialkit_world: sk.Sandbox) -> sk.Workspace:
    return socialkit_world.workspace(acme=["mastodon", "bluesky"], other=["mastodon"])


async def read(accounts: Any, blocking: bool, *args: Any, **given: Any) -> Collected:
    if blocking:
        return observations(accounts, *args, **given)
    return await observations_async(accounts, *args, **given)


def client_of(brand: sk.Brand, platform: str, blocking: bool) -> Any:
    return brand.client(platform) if blocking else brand.client_async(platform)


async def publish(workspace: sk.Workspace, key: str, text: str, blocking: bool) -> sk.Post:
    brand, platform, _ = key.split("/")
    post = await settle(client_of(workspace.brand(brand), platform, blocking).posts.publish(text))
    assert isinstance(post, sk.Post)
    return post


def values(collected: Collected, metric: str) -> dict[tuple[str | None, str], float | None]:
    return {(row.account, row.subject): row.value for row in collected.observations if row.metric == metric}


async def test_each_account_gives_its_own_numbers_and_those_of_its_posts(
    workspace: sk.Workspace, socialkit_world: sk.Sandbox, blocking: bool
) -> None:
    keys = (MAIN, "acme/bluesky/main", "other/mastodon/main")
    posts = {key: await publish(workspace, key, "Autumn is here", blocking) for key in keys}
    socialkit_world.receive("mastodon", kind="like", reply_to=posts[MAIN].id)

    collected = await read(workspace, blocking)

    assert collected.failed() == {}
    assert values(collected, "likes") == {(key, post.id): float(key == MAIN) for key, post in posts.items()}
    assert {row.account for row in collected.observations if row.metric == "followers"} == set(keys)
    assert all(row.brand == (row.account or "").split("/")[0] for row in collected.observations)
    assert {row.observed_at for row in collected.observations} == {socialkit_world.clock.now()}


async def test_an_account_that_fails_is_told_and_stops_no_other(
    workspace: sk.Workspace, socialkit_world: sk.Sandbox, blocking: bool
) -> None:
    await publish(workspace, "acme/bluesky/main", "Autumn is here", blocking)
    await publish(workspace, MAIN, "Autumn is here", blocking)
    socialkit_world.fail("mastodon", "account", sk.Fault.SERVER_ERROR, times=99)

    collected = await read(workspace.brand("acme"), blocking)

    assert {what: type(error) for what, error in collected.failed().items()} == {
        (MAIN, "account"): sk.ServerError
    }
    assert (MAIN, "followers") not in {(row.account, row.metric) for row in collected.observations}
    assert {account for account, _ in values(collected, "likes")} == {MAIN, "acme/bluesky/main"}


async def test_a_login_that_is_missing_fails_its_account_alone(
    socialkit_world: sk.Sandbox, blocking: bool
) -> None:
    acme = sk.Brand("acme", sk.Account("mastodon", base_url="https://mastodon.example"))
    with sk.Workspace(acme) as workspace:
        collected = await read(workspace, blocking)

    assert collected.observations == ()
    assert {what: type(error) for what, error in collected.failed().items()} == {
        (MAIN, "account"): sk.ConfigurationError,
        (MAIN, "posts"): sk.ConfigurationError,
    }


async def test_only_posts_since_a_time_are_read(
    workspace: sk.Workspace, socialkit_world: sk.Sandbox, blocking: bool
) -> None:
    await publish(workspace, MAIN, "Old", blocking)
    socialkit_world.clock.advance(HOUR)
    since = socialkit_world.clock.now()
    socialkit_world.clock.advance(HOUR)
    new = await publish(workspace, MAIN, "New", blocking)

    assert set(values(await read(workspace, blocking, since=since), "likes")) == {(MAIN, new.id)}
    assert len(values(await read(workspace, blocking), "likes")) == 2
    with pytest.raises(ValueError, match="since"):
        await read(workspace, blocking, since=since.replace(tzinfo=None))


async def test_a_journal_says_which_posts_and_each_account_reads_its_own(
    workspace: sk.Workspace, blocking: bool, tmp_path: Path
) -> None:
    by_hand = await publish(workspace, MAIN, "By hand", blocking)
    draft = sk.Draft(text="One", thread=[sk.Draft(text="Two")])
    with sk.Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        publisher = sk.Publisher(workspace, journal, actor="maria")
        planned = publisher.plan(draft, to=[MAIN, "other/mastodon/main"])
        carried = [publisher.deliver(one) for one in planned]

        collected = await read(workspace, blocking, journal)
        later = await read(workspace, blocking, journal, since=workspace.now() + HOUR)

    expected = {
        (one.account.key, post.id)
        for one in carried
        if one.post is not None
        for post in (one.post, *one.post.thread)
    }
    assert set(values(collected, "likes")) == expected
    assert len(expected) == 4
    assert (MAIN, by_hand.id) not in expected
    assert values(later, "likes") == {}


async def test_a_post_that_is_gone_gives_rows_that_say_so(
    workspace: sk.Workspace, blocking: bool, tmp_path: Path
) -> None:
    with sk.Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        publisher = sk.Publisher(workspace, journal, actor="maria")
        (sent,) = map(publisher.deliver, publisher.plan("One", to=MAIN))
        assert sent.post is not None
        await settle(client_of(workspace.brand("acme"), "mastodon", blocking).posts.delete(sent.post))

        collected = await read(workspace, blocking, journal)

    assert {row.missing for row in collected.observations if row.subject == sent.post.id} == {
        sk.Missing.NOT_FOUND
    }


async def test_one_client_is_enough(socialkit_world: sk.Sandbox, blocking: bool) -> None:
    connect: Any = socialkit_world.connect if blocking else socialkit_world.connect_async
    client = connect("bluesky")
    post = await settle(client.posts.publish("Autumn is here"))

    collected = await read(client, blocking)

    assert set(values(collected, "likes")) == {(client.ref.key, post.id)}


async def test_posts_of_another_brand_or_of_none_are_not_read_as_ones_own(
    workspace: sk.Workspace, socialkit_world: sk.Sandbox, blocking: bool, tmp_path: Path
) -> None:
    with sk.Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        own = {
            brand: _sent(sk.Publisher(workspace.brand(brand), journal), brand) for brand in ("acme", "other")
        }
        _sent(sk.Publisher(socialkit_world.connect("mastodon"), journal), "nobody")

        collected = await read(workspace, blocking, journal)

    assert collected.failed() == {}
    assert set(values(collected, "likes")) == {(f"{brand}/mastodon/main", own[brand]) for brand in own}


def _sent(publisher: sk.Publisher, text: str) -> str:
    (delivery,) = map(publisher.deliver, publisher.plan(text, to="mastodon"))
    assert delivery.post is not None
    return delivery.post.id


async def test_what_is_no_account_is_refused(socialkit_world: sk.Sandbox, blocking: bool) -> None:
    other = socialkit_world.connect_async("mastodon") if blocking else socialkit_world.connect("mastodon")
    with pytest.raises(sk.ConfigurationError, match="AsyncMastodon" if blocking else "Mastodon is no"):
        await read(other, blocking)


async def test_engagement_by_pillar_comes_out_for_every_platform_at_once(
    workspace: sk.Workspace, socialkit_world: sk.Sandbox, blocking: bool, tmp_path: Path
) -> None:
    with sk.Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        publisher = sk.Publisher(workspace.brand("acme"), journal, actor="maria")
        for platform, pillar, likes in (
            ("mastodon", "craft", 2),
            ("bluesky", "craft", 1),
            ("bluesky", "team", 3),
        ):
            draft = sk.Draft(text=f"{pillar} on {platform}", purpose=sk.Purpose(pillar=pillar))
            (sent,) = map(publisher.deliver, publisher.plan(draft, to=platform))
            assert sent.post is not None
            for number in range(likes):
                socialkit_world.receive(
                    platform, kind="like", reply_to=sent.post.id, author=f"customer{number}"
                )
        collected = await read(workspace.brand("acme"), blocking, journal)
        table = sk.metrics.Table(collected.observations).label(journal.purposes())

    totals = table.total("engagement", by=["pillar"])
    by_platform = table.total("engagement", by=["pillar", "platform"])

    assert {one.group["pillar"]: one.value for one in totals} == {"craft": 3, "team": 3}
    assert [(one.group["pillar"], one.group["platform"], one.value) for one in by_platform] == [
        ("craft", "bluesky", 1),
        ("craft", "mastodon", 2),
        ("team", "bluesky", 3),
    ]
    assert by_platform[1].reasons["not offered"] == 1
    assert table.rate("engagement_rate_by_impressions", by=["pillar"])[0].reasons == {
        "impressions: not offered": 2
    }
