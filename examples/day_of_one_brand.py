"""A day of one brand: check, publish, find out, answer, measure.

Without arguments the day happens in a simulator, and nothing leaves this process:

    python examples/day_of_one_brand.py

With an address it happens on a real server. The token is read from SOCIALKIT_TOKEN, so that it does not
stand in the list of processes. What was published is deleted at the end unless --keep is given, and people
are answered only if --answer is given.

    SOCIALKIT_TOKEN=... python examples/day_of_one_brand.py --base-url https://mastodon.example
"""

from __future__ import annotations

import argparse
import os
import shutil
import struct
import sys
import textwrap
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

import socialkit as sk
from socialkit.platforms import Mastodon

T = TypeVar("T")

BRAND = "Kettle & Finch"
TOKEN = "SOCIALKIT_TOKEN"
BLEND = (
    "The autumn blend is roasted: plum, walnut, a little smoke. Free shipping until Sunday. "
    "https://kettle-and-finch.example/autumn"
)
TASTING = "Tasting on Saturday at four, in the shop on the quay. Ten places, first come, first served."
COMPLAINTS = ("broken", "late", "refund", "wrong")
"""Words by which this little shop knows a complaint; a real team routes with more care."""


# What is printed ---------------------------------------------------------------------------


class Report:
    """Plain text in two columns; in a narrow terminal, one below the other."""

    def __init__(self, width: int) -> None:
        self._width = max(24, min(width, 80))
        self._indent = 11 if self._width >= 60 else 2

    def title(self, text: str) -> None:
        """Print the first line."""
        print("\n".join(textwrap.wrap(text, self._width)))

    def section(self, name: str, text: str) -> None:
        """Begin a part of the day."""
        print()
        if self._indent > len(name):
            print(self._wrapped(text, name.ljust(self._indent), " " * self._indent))
        else:
            print(name)
            self.line(text)

    def line(self, text: str, mark: str = "") -> None:
        """Print one line below the part's name, behind a mark if it has one."""
        first = " " * self._indent + (f"{mark} " if mark else "")
        print(self._wrapped(text, first, " " * (self._indent + (2 if mark else 0))))

    def rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Print a small table: words to the left, numbers to the right."""
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for first, *rest in rows:
            cells = [
                first.ljust(widths[0]),
                *(cell.rjust(w) for cell, w in zip(rest, widths[1:], strict=True)),
            ]
            print(" " * self._indent + "  ".join(cells).rstrip())

    def _wrapped(self, text: str, first: str, rest: str) -> str:
        lines = textwrap.wrap(
            text,
            self._width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return "\n".join(lines)


# The day -----------------------------------------------------------------------------------


@dataclass
class Day:
    """What happens in a day, and what came of it."""

    client: Mastodon
    report: Report
    published: list[sk.Post] = field(default_factory=list[sk.Post])
    answered: int = 0
    undecided: int = 0
    lacking: list[str] = field(default_factory=list[str])

    def offered(self, what: str, call: Callable[[], T]) -> T | None:
        """Return what a call gives; where the server lacks it, note its name and go on."""
        try:
            return call()
        except (sk.NotSupportedError, sk.NotFoundError):
            self.lacking.append(what)
        except sk.PermissionDeniedError:
            self.lacking.append(f"{what} (not with this token)")
        except sk.ServerError as error:
            self.lacking.append(f"{what} (it fails with status {error.status})")
        return None


def check(day: Day, media: Sequence[sk.Media]) -> sk.Draft:
    """Show what is wrong with a hasty draft, and return one that can go out."""
    report = day.report
    day.offered("reading its limits", day.client.account.refresh_limits)
    bare = [one.model_copy(update={"alt_text": None}) for one in media]
    hasty = sk.Draft(text=" ".join([BLEND] * 6), media=bare)
    report.section("CHECK", "Before anything is sent, the hasty draft shows:")
    for problem in day.client.posts.check(hasty):
        report.line(str(problem), mark="!" if problem.severity is sk.Severity.WARNING else "x")
    draft = sk.Draft(text=BLEND, media=media, language="en")
    left = len(day.client.posts.check(draft))
    report.line(f"Judged by: {day.client.limits.basis.value}. After mending it: {left or 'no'} problems.")
    return draft


def publish(day: Day, draft: sk.Draft) -> sk.Post | None:
    """Publish once. If no answer decides whether it is out, look; never send it again."""
    post: sk.Post | None
    try:
        post = day.client.posts.publish(draft)
    except sk.OutcomeUnknownError as error:
        day.report.line("The post was sent, and no answer came back. Is it out? Look, and do not send again.")
        post = find_out(day, error)
    if post is not None:
        day.published.append(post)
        pictures = f" with {len(post.media)} picture" if post.media else ""
        day.report.line(f"Published{pictures}: {post.url or post.id}")
    return post


def find_out(day: Day, error: sk.OutcomeUnknownError) -> sk.Post | None:
    """Ask the platform what became of a post."""
    found = day.client.posts.find(error.attempt)
    day.report.line(f"posts.find says: {found.state.value}, {found.because}.")
    if found.state is sk.FoundState.UNDECIDED:
        day.undecided += 1
        day.report.line(
            f"Look again at {found.ask_again:%H:%M} UTC." if found.ask_again else "A human decides."
        )
    return found.post


def publish_both(day: Day, draft: sk.Draft, world: sk.Sandbox | None) -> None:
    """Publish the blend with its picture, then the tasting."""
    day.report.section("PUBLISH", "The autumn blend, with a picture.")
    before = len(day.lacking)
    day.offered("pictures", partial(publish, day, draft))
    if len(day.lacking) > before:  # a server says what it lacks only when it is asked
        publish(day, draft.model_copy(update={"media": ()}))
    if world is None:
        day.report.section("SECOND", "The tasting.")
        publish(day, sk.Draft(text=TASTING, language="en"))
        return
    day.report.section("LOST LINE", "The tasting, while the network fails: ordered for this demo.")
    world.fail("mastodon", "publish", sk.Fault.DROP_AFTER_COMMIT)
    publish(day, sk.Draft(text=TASTING, language="en"))
    texts = [post.text for post in world.posts("mastodon")]
    twice = len(texts) - len(set(texts))
    day.report.line(f"The simulator itself holds {len(texts)} posts, {twice or 'none'} of them twice.")


def answer(day: Day, *, may_answer: bool) -> None:
    """Read the inbox; answer a complaint in private, and somebody's thanks in public."""
    messages = day.offered("an inbox", partial(newest, day)) or []
    day.report.section("INBOX", f"{len(messages)} message{'' if len(messages) == 1 else 's'}.")
    for message in messages:
        day.report.line(
            message.text, mark=f"@{message.author.handle}{' (private)' if message.private else ''}:"
        )
    if messages and not may_answer:
        day.report.line("Nobody was answered: people read the answers, so --answer must be given.")
        return
    for message in messages:
        if day.offered("replies", partial(answer_one, day, message)) is None:
            return


def newest(day: Day) -> list[sk.Message]:
    """Return the newest messages."""
    return list(day.client.inbox.iterate(limit=10))


def answer_one(day: Day, message: sk.Message) -> sk.Post:
    """Answer one message as its words ask for."""
    complaint = any(word in message.text.lower() for word in COMPLAINTS)
    if complaint:
        text = "We are sorry. A new one leaves today; please send us your order number."
    else:
        text = "Thank you! That makes our day."
    post = day.client.inbox.reply(message, text, private=complaint)
    day.answered += 1
    where = "in private" if post.visibility is sk.Visibility.DIRECT else "in public"
    day.report.line(f"{where}, to @{message.author.handle}: {text}", mark="->")
    return post


def measure(day: Day) -> None:
    """Show what the posts did, and what the platform does not count."""
    observed = day.offered("numbers of posts", partial(numbers, day)) or []
    day.report.section("MEASURE", "What the posts did so far:" if observed else "No numbers of posts.")
    metrics = dict.fromkeys(one.metric for one in observed if one.missing is None)
    names = ["blend", "tasting"][: len(day.published)]
    rows = [["", *names], *([metric, *values(observed, metric, day.published)] for metric in metrics)]
    if metrics:
        day.report.rows(rows)
    absent = sorted({one.metric for one in observed if one.missing is sk.Missing.NOT_OFFERED})
    if absent:
        day.report.line(f"The platform does not count: {', '.join(absent)}.")
    account = day.offered("numbers of the account", day.client.insights.account) or ()
    followers = next((one.value for one in account if one.metric == "followers"), None)
    if followers is not None:
        day.report.line(f"Followers: {followers:.0f}.")


def numbers(day: Day) -> list[sk.Observation]:
    """Return what is counted of the published posts."""
    return list(day.client.insights.posts(day.published)) if day.published else []


def values(observed: Iterable[sk.Observation], metric: str, posts: Iterable[sk.Post]) -> list[str]:
    """Return one metric's values by post; a missing one is a dash, never zero."""
    by_post = {one.subject: one.value for one in observed if one.metric == metric}
    found = [by_post.get(post.id) for post in posts]
    return ["-" if value is None else f"{value:.0f}" for value in found]


def tidy(day: Day) -> None:
    """Delete what was published, as a visitor on somebody's server should."""
    deleted = [day.offered("deleting posts", partial(delete, day, post)) for post in day.published]
    day.report.section("TIDY UP", f"{deleted.count(True)} posts deleted (--keep keeps them).")


def delete(day: Day, post: sk.Post) -> bool:
    """Delete one post."""
    day.client.posts.delete(post)
    return True


def summary(day: Day) -> None:
    """Say what the day came to."""
    open_ends = f"{day.undecided} undecided" if day.undecided else "nothing undecided"
    day.report.section("SUMMARY", f"{len(day.published)} posts out, {day.answered} answers, {open_ends}.")
    if day.lacking:
        day.report.line(f"Not offered by this server: {', '.join(dict.fromkeys(day.lacking))}.")


# What the world does ----------------------------------------------------------------------


def customers_write(world: sk.Sandbox, day: Day) -> None:
    """Let an afternoon pass in the simulator."""
    world.clock.advance(timedelta(hours=5))
    blend = day.published[0]
    thanks = "The plum is really there. Best cup this year!"
    world.receive("mastodon", text=thanks, author="robin", reply_to=blend.id)
    world.receive("mastodon", text="My jar arrived broken :(", author="sam", private=True)
    for author in ("robin", "kim", "noor"):
        world.receive("mastodon", kind="like", author=author, reply_to=blend.id)
    world.receive("mastodon", kind="share", author="kim", reply_to=blend.id)
    world.receive("mastodon", kind="follow", author="kim")


def picture(width: int = 480, height: int = 320) -> bytes:
    """Draw autumn stripes, and return them as a PNG."""
    colours = [bytes(colour) for colour in ((38, 70, 83), (231, 111, 81), (244, 162, 97), (233, 196, 106))]
    rows = [b"\0" + colours[y * len(colours) // height] * width for y in range(height)]
    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


# The command ------------------------------------------------------------------------------


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return what the caller asks for."""
    parser = argparse.ArgumentParser(description="A day of one brand, simulated unless an address is given.")
    parser.add_argument("--base-url", help="a server that speaks Mastodon's API")
    parser.add_argument("--token", default=os.environ.get(TOKEN), help=f"its access token; better in {TOKEN}")
    parser.add_argument("--answer", action="store_true", help="answer the people in the server's inbox")
    parser.add_argument("--keep", action="store_true", help="leave the posts on the server")
    given = parser.parse_args(argv)
    if given.base_url and not given.token:
        parser.error(f"a server needs a token: set {TOKEN}")
    return given


def main(argv: Sequence[str] | None = None) -> int:
    """Run the day; return 1 when something went wrong that the day does not expect."""
    given = arguments(argv)
    report = Report(shutil.get_terminal_size().columns)
    with ExitStack() as stack:
        world = None if given.base_url else stack.enter_context(sk.Sandbox(seed=7))
        if world is None:
            client = sk.connect("mastodon", base_url=given.base_url, access_token=given.token)
        else:
            client = world.connect("mastodon")
        day = Day(stack.enter_context(client), report)
        where = "a simulated Mastodon; nothing leaves this process" if world else day.client.ref.host
        report.title(f"A day of {BRAND}, on {where}")
        try:
            live(
                day, world, may_answer=world is not None or given.answer, keep=world is not None or given.keep
            )
        except sk.SocialKitError as error:
            report.section("STOPPED", str(error))
            return 1
    return 0


def live(day: Day, world: sk.Sandbox | None, *, may_answer: bool, keep: bool) -> None:
    """Go through the day from morning to evening."""
    stripes = sk.Media.from_bytes(
        picture(), filename="autumn.png", alt_text="Four stripes in the colours of autumn"
    )
    draft = check(day, [stripes])
    publish_both(day, draft, world)
    if world is not None:
        customers_write(world, day)
    answer(day, may_answer=may_answer)
    measure(day)
    if not keep:
        tidy(day)
    summary(day)


if __name__ == "__main__":
    sys.exit(main())
