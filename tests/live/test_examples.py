"""What the README and the examples show, against real servers."""

from __future__ import annotations

import contextlib
import io
import runpy
from typing import Any, Final

import pytest

import socialkit as sk
from tests.docs.blocks import Block, blocks
from tests.live.conftest import Prove
from tests.live.line import Line
from tests.live.servers.bluesky import BlueskyNetwork, Member
from tests.live.servers.kepi import Kepi
from tests.live.world import LiveWorld
from tests.support import ROOT

pytestmark = pytest.mark.live

README: Final = [block for block in blocks(ROOT / "README.md") if block.language == "python"]
SIMULATED: Final = 'with sk.Sandbox() as world, world.connect("mastodon") as client:'
REAL: Final = 'with sk.connect("bluesky", base_url=url, **who) as client:'
DAY: Final = ROOT / "examples" / "day_of_one_brand.py"
POST: Final = "app.bsky.feed.post"


def printed(block: Block, code: str, **names: Any) -> str:
    """Run a block, changed as its reader would change it, and return what it prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, str(block), "exec"), names)
    return out.getvalue()


async def test_the_example_of_the_readme_runs_on_a_real_network_with_another_first_line(
    network: BlueskyNetwork, line: Line, prove: Prove
) -> None:
    world = LiveWorld(network, line, prove)
    example, first_line = README[0], "with world.install(), sk.connect"
    assert example.code.count(SIMULATED) == 1
    code = example.code.replace(SIMULATED, REAL.replace("with sk.connect", first_line))
    shown = printed(example, code, world=world, url=line.url, who=world.connection())
    (answer, post) = sorted(world.posts("bluesky"), key=lambda one: one.reply_to is None)
    await world.close()

    robin = world.member("robin").handle
    assert shown.splitlines()[:2] == [
        "text is too long: 680, at most 300 graphemes",
        f"{robin} -> Thank you!",
    ]
    assert {"likes 0.0", "replies 1.0", "reach not offered"} <= set(shown.splitlines())
    assert (post.text, answer.text) == ("Autumn is here \U0001f342", "Thank you!")


def test_what_the_readme_shows_for_real_servers_publishes_on_one(
    server: Kepi, monkeypatch: pytest.MonkeyPatch
) -> None:
    example, address = README[1], "https://mastodon.example"
    assert example.code.count(address) == 1
    monkeypatch.setenv("SOCIALKIT_TOKEN", server.bob.token)
    printed(example, example.code.replace(address, server.url), sk=sk)

    with sk.connect("mastodon", base_url=server.url, access_token=server.bob.token) as client:
        assert "Hello" in [post.text for post in client.posts.iterate(limit=5)]


def mention(network: BlueskyNetwork, writer: Member, reader: Member, text: str) -> None:
    """Have somebody write to somebody else."""
    named = f"@{reader.handle}"
    mark = {
        "index": {"byteStart": 0, "byteEnd": len(named)},
        "features": [{"$type": "app.bsky.richtext.facet#mention", "did": reader.did}],
    }
    now = "2026-01-01T00:00:00.000Z"
    network.write(writer, POST, createdAt=now, text=f"{named} {text}", facets=[mark])
    network.catch_up()


def texts(network: BlueskyNetwork, member: Member) -> list[str]:
    """Return what an account's own server keeps of it, oldest first."""
    listed = network.ask("com.atproto.repo.listRecords", repo=member.did, collection=POST, reverse="true")
    return [one["value"]["text"] for one in listed["records"]]


@pytest.mark.parametrize("keeps", [True, False], ids=["keeping", "tidying"])
def test_the_day_of_one_brand_happens_on_a_real_network(
    network: BlueskyNetwork,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    keeps: bool,
) -> None:
    shop, robin = network.join("shop"), network.join("robin")
    mention(network, robin, shop, "Lovely tea!")
    monkeypatch.setenv("SOCIALKIT_BLUESKY_PASSWORD", network.app_password(shop))
    where = ["--bluesky", network.url, "--identifier", shop.handle]
    code = runpy.run_path(str(DAY))["main"]([*where, *(["--answer", "--keep"] if keeps else [])])
    text = capsys.readouterr().out

    assert code == 0, text
    assert "STOPPED" not in text
    assert "Published with 1 picture" in text
    assert f"@{robin.handle}: " in text
    if keeps:
        blend, tasting, answer = texts(network, shop)
        assert blend.startswith("The autumn blend")
        assert tasting.startswith("Tasting on Saturday")
        assert answer.startswith("Thank you!")
        assert "Posts out: 2. People answered: 1. Undecided: 0." in text
    else:
        assert "Posts deleted: 2." in text
        assert "Nobody was answered" in text
        assert texts(network, shop) == []


def test_the_day_of_one_brand_happens_on_two_real_networks_at_once(
    network: BlueskyNetwork,
    server: Kepi,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shop = network.join("shop")
    network.catch_up()  # or the view may not know the profile yet that is asked for
    monkeypatch.setenv("SOCIALKIT_BLUESKY_PASSWORD", network.app_password(shop))
    monkeypatch.setenv("SOCIALKIT_MASTODON_TOKEN", server.alice.token)
    where = ["--bluesky", network.url, "--identifier", shop.handle, "--mastodon", server.url]
    code = runpy.run_path(str(DAY))["main"]([*where, "--keep"])
    text = capsys.readouterr().out

    assert code == 0, text
    assert text.count("Posts out: 2.") == 2
    assert "Not offered by this server: pictures" in text, "kepi takes no files"
    with sk.connect("mastodon", base_url=server.url, access_token=server.alice.token) as client:
        listed = {post.text.partition(" ")[0] for post in client.posts.iterate()}
    assert {"The", "Tasting"} <= listed
    assert [one.partition(" ")[0] for one in texts(network, shop)] == ["The", "Tasting"]
