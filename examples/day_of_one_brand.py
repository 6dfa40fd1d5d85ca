r"""A day of one brand on two networks at once: check, publish, find out, answer, measure.

Without arguments the day happens in a simulator, and nothing leaves this process:

    python examples/day_of_one_brand.py

With addresses it happens on real servers, on one or on both. Secrets are read from the environment, so that
they do not stand in the list of processes. What was published is deleted at the end unless --keep is given,
and people are answered only if --answer is given.

    SOCIALKIT_MASTODON_TOKEN=... python examples/day_of_one_brand.py --mastodon https://mastodon.example
    SOCIALKIT_BLUESKY_PASSWORD=... python examples/day_of_one_brand.py --bluesky https://bsky.social \
        --identifier shop.example
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import textwrap
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

import socialkit as sk
from socialkit.platforms import AsyncBluesky, AsyncMastodon
from socialkit.testing import picture

T = TypeVar("T")

BRAND = "Kettle & Finch"
TOKEN, PASSWORD = "SOCIALKIT_MASTODON_TOKEN", "SOCIALKIT_BLUESKY_PASSWORD"
BLEND = "The autumn blend is roasted: plum, walnut, a little smoke. Free shipping until Sunday."
SHOP = "https://kettle-and-finch.example/autumn"
TASTING = "Tasting on Saturday at four, in the shop on the quay. Ten places, first come, first served."
CHECK = "One draft for all. Its hasty version, before anything is sent:"
LOST = (
    "The tasting, while both lines break before the answer, as ordered. Bluesky promises to write a post's "
    "key once, so its client sends it again; Mastodon promises less, so its client looks:"
)
SORRY = "We are sorry. A new one leaves today; please send us your order number."
COMPLAINTS = ("broken", "late", "refund", "wrong")
"""Words by which this little shop knows a complaint; a real team routes with more care."""


# What is printed ---------------------------------------------------------------------------


class Report:
    """Plain text, at most 80 columns wide: parts of the day, the networks in them, what happened there."""

    def __init__(self, width: int) -> None:
        self._width = max(24, min(width, 80))

    def line(self, text: str, indent: int = 0, hang: int = 2) -> None:
        """Print one line, folded where it is too long; an address stays whole."""
        first, rest = " " * indent, " " * (indent + hang)
        fill = partial(textwrap.fill, break_long_words=False, break_on_hyphens=False)
        print(fill(text, self._width, initial_indent=first, subsequent_indent=rest))

    def section(self, name: str, text: str, accounts: Iterable[Account]) -> None:
        """Print a part of the day, network by network."""
        print()
        self.line(f"{name}  {text}", hang=len(name) + 2)
        for account in accounts:
            self.line(account.client.facts.title, 2)
            for line in account.lines:
                self.line(line, 4)
            account.lines = []


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay out a small table: words to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    cells = [[cell.rjust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    return ["  ".join([row[0].ljust(widths[0]), *right[1:]]) for row, right in zip(rows, cells, strict=True)]


# The day -----------------------------------------------------------------------------------


@dataclass
class Account:
    """The brand on one network: its client, and what came of the day there."""

    client: AsyncMastodon | AsyncBluesky
    lines: list[str] = field(default_factory=list[str])
    published: list[sk.Post] = field(default_factory=list[sk.Post])
    answered: int = 0
    undecided: int = 0
    lacking: list[str] = field(default_factory=list[str])
    stopped: bool = False

    async def offered(self, what: str, call: Awaitable[T]) -> T | None:
        """Return what a call gives; where the server lacks it, note its name and go on."""
        try:
            return await call
        except (sk.NotSupportedError, sk.NotFoundError):
            self.lacking.append(what)
        except sk.PermissionDeniedError:
            self.lacking.append(f"{what} (not with this token)")
        except sk.ServerError as error:
            self.lacking.append(f"{what} (it fails with status {error.status})")
        return None


@dataclass
class Day:
    """The brand on all its networks."""

    accounts: list[Account]
    report: Report

    async def together(self, name: str, text: str, step: Callable[[Account], Awaitable[None]]) -> None:
        """Take one step on every network at once, then print what happened, network by network."""
        await asyncio.gather(*(self._alone(account, step) for account in self.accounts))
        self.report.section(name, text, [account for account in self.accounts if account.lines])

    async def _alone(self, account: Account, step: Callable[[Account], Awaitable[None]]) -> None:
        """Take a step on one network; what goes wrong there stops no other."""
        if account.stopped:
            return
        try:
            await step(account)
        except sk.SocialKitError as error:
            account.stopped = True
            account.lines.append(f"STOPPED: {error}")


def drafts(picture: sk.Media) -> tuple[sk.Draft, sk.Draft]:
    """Return what was written in a hurry, and the one draft that suits both networks."""
    bare = picture.model_copy(update={"alt_text": None})
    hasty = sk.Draft(text=" ".join([BLEND] * 7), media=[bare])
    short = sk.Variant(text=f"The autumn blend is roasted: plum, walnut, a little smoke. {SHOP}")
    draft = sk.Draft(text=f"{BLEND} {SHOP}", media=[picture], language="en", variants={"bluesky": short})
    return hasty, draft


async def check(hasty: sk.Draft, draft: sk.Draft, account: Account) -> None:
    """Show what is wrong with the hasty draft, and whether the other one can go out."""
    await account.offered("reading its limits", account.client.account.refresh_limits())
    posts = account.client.posts
    for problem in posts.check(hasty):
        account.lines.append(f"{'!' if problem.severity is sk.Severity.WARNING else 'x'} {problem}")
    left = len(posts.check(draft))
    basis = account.client.limits.basis.value
    account.lines.append(f"After mending it: {left or 'no'} problems. Judged by: {basis}.")


async def publish(draft: sk.Draft, account: Account) -> None:
    """Publish once; a server without pictures gets the words."""
    before = len(account.lacking)
    await account.offered("pictures", publish_once(draft, account))
    if len(account.lacking) > before and draft.media:  # a server says what it lacks only when it is asked
        await publish_once(draft.model_copy(update={"media": ()}), account)


async def publish_once(draft: sk.Draft, account: Account) -> None:
    """Publish. If no answer decides whether it is out, look; never send it again."""
    try:
        post: sk.Post | None = await account.client.posts.publish(draft)
    except sk.OutcomeUnknownError as error:
        account.lines.append("It was sent, and no answer came. Is it out? Look, and do not send again.")
        post = await find_out(error, account)
    if post is not None:
        account.published.append(post)
        pictures = f" with {len(post.media)} picture" if post.media else ""
        account.lines += [f"Published{pictures}:", post.url or post.id]


async def find_out(error: sk.OutcomeUnknownError, account: Account) -> sk.Post | None:
    """Ask the platform what became of a post."""
    found = await account.client.posts.find(error.attempt)
    account.lines.append(f"posts.find says: {found.state.value}, {found.because}.")
    if found.state is sk.FoundState.UNDECIDED:
        account.undecided += 1
        when = f"Look again at {found.ask_again:%H:%M} UTC." if found.ask_again else "A human decides."
        account.lines.append(when)
    return found.post


async def answer(may_answer: bool, account: Account) -> None:  # noqa: FBT001 - bound before it is called
    """Read the inbox; answer a complaint in private, and somebody's thanks in public."""
    messages = await account.offered("an inbox", account.client.inbox.iterate(limit=10)) or []
    for message in messages:
        private = " (private)" if message.private else ""
        account.lines.append(f"@{message.author.handle}{private}: {message.text}")
        if may_answer:
            await account.offered("replies", answer_one(message, account))
    if not (messages and may_answer):
        unasked = "Nobody was answered: people read the answers, so --answer must be given."
        account.lines.append(unasked if messages else "No messages.")


async def answer_one(message: sk.Message, account: Account) -> None:
    """Answer one message as its words ask for."""
    complaint = any(word in message.text.lower() for word in COMPLAINTS)
    text = SORRY if complaint else "Thank you! That makes our day."
    post = await account.client.inbox.reply(message, text, private=complaint)
    account.answered += 1
    where = "in private" if post.visibility is sk.Visibility.DIRECT else "in public"
    account.lines.append(f"-> {where}: {text}")


async def measure(account: Account) -> None:
    """Show what the posts did, and what the platform does not count."""
    rows = account.client.insights.posts(account.published)
    observed = await account.offered("numbers of posts", rows) or []
    metrics = dict.fromkeys(one.metric for one in observed if one.missing is None)
    names = ["blend", "tasting"][: len(account.published)]
    if metrics:
        cells = [[metric, *values(observed, metric, account.published)] for metric in metrics]
        account.lines.extend(table([["", *names], *cells]))
    absent = sorted({one.metric for one in observed if one.missing is sk.Missing.NOT_OFFERED})
    if absent:
        account.lines.append(f"Not counted there: {', '.join(absent)}.")
    for one in await account.offered("numbers of the account", account.client.insights.account()) or ():
        if one.metric == "followers" and one.value is not None:
            account.lines.append(f"Followers: {one.value:.0f}.")


def values(observed: Iterable[sk.Observation], metric: str, posts: Iterable[sk.Post]) -> list[str]:
    """Return one metric's values by post; a missing one is a dash, never zero."""
    by_post = {one.subject: one.value for one in observed if one.metric == metric}
    found = [by_post.get(post.id) for post in posts]
    return ["-" if value is None else f"{value:.0f}" for value in found]


async def tidy(account: Account) -> None:
    """Delete what was published, as a visitor on somebody's server should."""
    for post in account.published:
        await account.offered("deleting posts", account.client.posts.delete(post))
    if "deleting posts" not in account.lacking:
        account.lines.append(f"Posts deleted: {len(account.published)}.")


async def total(account: Account) -> None:
    """Say what the day came to."""
    done = f"Posts out: {len(account.published)}. People answered: {account.answered}"
    account.lines.append(f"{done}. Undecided: {account.undecided}.")
    if account.lacking:
        account.lines.append(f"Not offered by this server: {', '.join(dict.fromkeys(account.lacking))}.")


# What the world does ----------------------------------------------------------------------


async def count_truth(world: sk.Sandbox, account: Account) -> None:
    """Ask the simulator itself what is out."""
    texts = [post.text for post in world.posts(account.client.platform)]
    twice = len(texts) - len(set(texts))
    account.lines.append(f"The simulator itself holds {len(texts)} posts, {twice or 'none'} of them twice.")


def customers_write(world: sk.Sandbox, day: Day) -> None:
    """Let an afternoon pass in the simulator."""
    world.clock.advance(timedelta(hours=5))
    for account in day.accounts:
        receive, blend = partial(world.receive, account.client.platform), account.published[0].id
        receive(text="The plum is really there. Best cup this year!", author="robin", reply_to=blend)
        receive(text="My jar arrived broken :(", author="sam", private=True)
        for author in ("robin", "kim", "noor"):
            receive(kind="like", author=author, reply_to=blend)
        receive(kind="share", author="kim", reply_to=blend)
        receive(kind="follow", author="kim")


# The command ------------------------------------------------------------------------------


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return what the caller asks for."""
    parser = argparse.ArgumentParser(description="A day of one brand, simulated unless addresses are given.")
    parser.add_argument("--mastodon", metavar="ADDRESS", help=f"a Mastodon server; its token in {TOKEN}")
    parser.add_argument("--bluesky", metavar="ADDRESS", help=f"a Bluesky server; app password in {PASSWORD}")
    parser.add_argument("--identifier", metavar="HANDLE", help="who logs in to Bluesky")
    parser.add_argument("--answer", action="store_true", help="answer the people in the servers' inboxes")
    parser.add_argument("--keep", action="store_true", help="leave the posts on the servers")
    given = parser.parse_args(argv)
    for address, name in ((given.mastodon, TOKEN), (given.bluesky, PASSWORD)):
        if address and not os.environ.get(name):
            parser.error(f"{address} asks for a secret: set {name}")
    if given.bluesky and not given.identifier:
        parser.error("--bluesky needs --identifier, the account's handle")
    return given


def connect(given: argparse.Namespace) -> list[Account]:
    """Open the accounts on real servers."""
    accounts: list[Account] = []
    if given.mastodon:
        mastodon = sk.connect_async("mastodon", base_url=given.mastodon, access_token=os.environ[TOKEN])
        accounts.append(Account(mastodon))
    if given.bluesky:
        who, password = given.identifier, os.environ[PASSWORD]
        bluesky = sk.connect_async("bluesky", base_url=given.bluesky, identifier=who, password=password)
        accounts.append(Account(bluesky))
    return accounts


def main(argv: Sequence[str] | None = None) -> int:
    """Run the day; return 1 when something went wrong that the day does not expect."""
    given = arguments(argv)
    report = Report(shutil.get_terminal_size().columns)
    with sk.Sandbox(seed=7) as world:
        if accounts := connect(given):
            where = " and ".join(filter(None, (given.mastodon, given.bluesky)))
            day, simulated = Day(accounts, report), None
        else:
            clients = (world.connect_async("mastodon"), world.connect_async("bluesky"))
            where = "simulated networks; nothing leaves this process"
            day, simulated = Day([Account(client) for client in clients], report), world
        report.line(f"A day of {BRAND}, on {where}")
        asyncio.run(live(day, simulated, may_answer=given.answer, keep=given.keep))
    return 1 if any(account.stopped for account in day.accounts) else 0


async def live(day: Day, world: sk.Sandbox | None, *, may_answer: bool, keep: bool) -> None:
    """Go through the day from morning to evening."""
    hasty, blend = drafts(picture(width=480, height=320, alt_text="A black rectangle"))
    tasting = partial(publish, sk.Draft(text=TASTING, language="en"))
    async with AsyncExitStack() as stack:
        for account in day.accounts:
            await stack.enter_async_context(account.client)
        await day.together("CHECK", CHECK, partial(check, hasty, blend))
        await day.together("PUBLISH", "The autumn blend, with a picture, at once:", partial(publish, blend))
        if world is None:
            await day.together("SECOND", "The tasting:", tasting)
        else:
            for account in day.accounts:
                world.fail(account.client.platform, "publish", sk.Fault.DROP_AFTER_COMMIT)
            await day.together("LOST LINE", LOST, tasting)
            await day.together("TRUTH", "Is anything out twice?", partial(count_truth, world))
            customers_write(world, day)
        await day.together("INBOX", "What came in:", partial(answer, may_answer or world is not None))
        await day.together("MEASURE", "What the posts did so far:", measure)
        if world is None and not keep:
            await day.together("TIDY UP", "Nothing stays (--keep keeps it):", tidy)
        await day.together("SUMMARY", "What the day came to:", total)


if __name__ == "__main__":
    sys.exit(main())
