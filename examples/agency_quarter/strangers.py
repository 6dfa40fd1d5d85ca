"""What the world does: messages at their times, likes and shares each evening."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random

import socialkit as sk
from examples.agency_quarter.office import agency
from examples.agency_quarter.plan import rows_of
from examples.agency_quarter.telling import PARIS

__all__ = ["people"]

FOLLOWERS = 90
DAY = timedelta(days=1)


def people(world: sk.Sandbox) -> None:
    """Order what strangers will do: messages at their times, likes and shares each evening."""
    # The first account of a world is called "main" there: the agency's own.
    world.workspace(agency=["mastodon", "bluesky"])
    with world.install(), agency() as workspace:
        closed = "We are closed on Monday: we count every single bean."
        workspace.brand("kettle").client("mastodon").posts.publish(closed)
        accounts = workspace.accounts()
    for ref in accounts:
        for number in range(FOLLOWERS):
            world.receive(ref.platform, kind="follow", author=f"reader{number}", account=ref)
    for row in rows_of("messages.csv"):
        world.clock.at(datetime.fromisoformat(row["at"]), partial(write, world, row))
    evening, seen = world.clock.now().astimezone(PARIS).replace(hour=20), set[str]()
    for day in range(30):
        world.clock.at(evening + day * DAY, partial(react, world, accounts, seen))


def write(world: sk.Sandbox, row: dict[str, str]) -> None:
    """Have somebody write to a client."""
    account, private = f"{row['brand']}/{row['platform']}/main", row["private"] == "yes"
    world.receive(row["platform"], text=row["text"], author=row["author"], private=private, account=account)


def react(world: sk.Sandbox, accounts: Sequence[sk.AccountRef], seen: set[str]) -> None:
    """Have people like, share and answer the posts of the day; the same ones whatever else happens."""
    for ref in accounts:
        for post in world.posts(ref.platform, ref):
            if post.reply_to is None and post.visibility == "public" and post.id not in seen:
                seen.add(post.id)
                readers(world, ref, post.id, Random(f"{ref.key} {post.text}"))


def readers(world: sk.Sandbox, ref: sk.AccountRef, post: str, chance: Random) -> None:
    """Have some people react to a post."""
    receive = partial(world.receive, ref.platform, account=ref, reply_to=post)
    for kind, most in (("like", 18), ("share", 5)):
        for number in chance.sample(range(FOLLOWERS), chance.randint(0, most)):
            receive(kind=kind, author=f"reader{number}")
    if chance.random() < 0.2:
        receive(text="I love this!", author=f"reader{chance.randrange(FOLLOWERS)}")
