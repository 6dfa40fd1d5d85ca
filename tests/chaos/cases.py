"""What may happen to a delivery, drawn from a seed or counted out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Final, Literal

from socialkit.sandbox import Fault
from tests.chaos.cast import PLATFORMS, Shape
from tests.chaos.worker import Stop

__all__ = [
    "STEP",
    "TROUBLED",
    "TWICE",
    "Case",
    "Change",
    "Trouble",
    "drawn",
    "every_fault",
    "every_pair",
    "every_stop",
]

TROUBLED: Final = 4
"""Rounds in which something may go wrong."""
STEP: Final = timedelta(minutes=16)
"""Between two rounds when all is well: as long as the longest pause between two tries."""
STEPS: Final = (timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=6), STEP)
"""Between two rounds in trouble: shorter and longer than a lease, and than the time a write may land in."""
PAUSES: Final = (timedelta(seconds=20), timedelta(minutes=6), timedelta(minutes=40))
"""How long a worker stands still: shorter and longer than its lease."""
LATEST: Final = 150.0
"""Seconds after which a late write has landed: each platform here says that it may be as late as that."""

TWICE: Final = "twice"
"""The line hands the request over twice, and the second answer comes back."""
OF_READS: Final = (
    Fault.DROP_AFTER_COMMIT,
    Fault.RATE_LIMITED,
    Fault.SERVER_ERROR,
    Fault.SLOW,
    Fault.GARBAGE,
    Fault.TRUNCATED,
)
"""What can go wrong with a read: when the line broke is all the same there."""

Change = Literal["media", "flow"]
"""What is another one after the first round: the kept files, or the version of the platform's steps."""


@dataclass(frozen=True)
class Trouble:
    """Something that goes wrong with a call."""

    call: str
    fault: Fault | Literal["twice"]
    after: int = 0
    """How many calls of that name go well before."""
    times: int = 1
    late: float = 30.0
    """For a late write: after how many seconds it lands."""


@dataclass(frozen=True)
class Case:
    """One delivery, or two equal ones, and all that goes wrong."""

    platform: str
    """Of `PLATFORMS`."""
    kind: str
    """Of the platform's kinds."""
    asynchronous: bool = False
    twins: bool = False
    """Whether an equal one is planned a minute later."""
    troubles: tuple[Trouble, ...] = ()
    stops: tuple[Stop | None, ...] = ()
    """What happens to the worker of each of the first rounds."""
    steps: tuple[timedelta, ...] = ()
    """The time after each of the first rounds."""
    freeze: int | None = None
    """In which round all is frozen: while its worker stands still, or else before it begins."""
    change: Change | None = None
    seed: int = 0


CALLS: Final = {
    "mastodon": (
        *("account_statuses", "delete_scheduled_status", "delete_status", "get_status", "post_media"),
        *("post_status", "post_status", "post_status", "scheduled_statuses", "status_source"),
        "verify_credentials",
    ),
    "bluesky": (
        *("apply_writes", "create_session", "delete_record", "get_messages", "get_post_thread"),
        *("get_posts", "get_record", "get_session", "put_record", "put_record", "put_record"),
        *("send_message", "send_message", "upload_blob"),
    ),
    "x": (
        *("append_upload", "conversation_events", "create_post", "create_post", "create_post"),
        *("delete_post", "finalize_upload", "get_post", "initialize_upload", "post_metadata"),
        *("send_message", "send_message", "user_posts", "users_me"),
    ),
    "facebook": (
        *("conversations", "delete_node", "get_comment", "get_comments", "get_page", "get_post"),
        *("post_comment", "post_comments", "post_feed", "post_feed", "post_feed", "post_messages"),
        *("post_photos", "published_posts", "tagged", "post_stories", "get_stories"),
    ),
    "instagram": (
        *("conversations", "delete_comment", "get_comment", "get_container", "get_me", "get_media"),
        *("list_comments", "list_media", "list_replies", "media_publish", "media_publish"),
        *("media_publish", "post_comment", "post_comments", "post_media", "post_messages", "post_replies"),
        "take_bytes",
    ),
    "threads": (
        *("conversation", "delete_node", "get_container", "get_me", "get_media", "manage_reply", "mentions"),
        *("own_replies", "own_threads", "post_container", "post_media_container"),
        *("threads_publish", "threads_publish", "threads_publish"),
    ),
    "pixelwall": (
        *("delete_pin", "delete_remark", "get_me", "get_pin", "get_remark", "hide_remark", "list_pins"),
        *("list_remarks", "post_picture", "post_pin", "post_pin", "post_remark", "show_remark"),
    ),
}
"""What a drawn fault may hit; writes more often than reads."""
OF_FILMS: Final = {
    "mastodon": ("get_media", "post_media", "post_status"),
    "facebook": ("get_video", "post_videos", "post_video"),
    "instagram": ("get_container", "post_media", "take_bytes", "media_publish"),
    "threads": ("get_container", "post_media_container", "threads_publish"),
    "bluesky": ("get_job_status", "get_service_auth", "upload_video", "put_record"),
    "x": ("initialize_upload", "append_upload", "finalize_upload", "upload_status", "create_post"),
}
"""What it may hit of a post with a film, which is worked on for a while."""


WRITES: Final = {
    "mastodon": "post_status",
    "bluesky": "put_record",
    "facebook": "post_feed",
    "instagram": "media_publish",
    "threads": "threads_publish",
    "pixelwall": "post_pin",
    "x": "create_post",
}
"""What makes a post public."""


def drawn(seed: int) -> Case:
    """Return the case of a seed."""
    random = Random(seed)
    platform = random.choice(sorted(PLATFORMS))
    kind = random.choice(sorted(PLATFORMS[platform].kinds))
    twins = _may_be_twins(platform, kind) and random.random() < 0.25
    count = random.choice((0, 1, 1, 2, 3))
    troubles = [_drawn_trouble(random, platform, kind) for _ in range(count)]
    if twins:  # each has its own trouble
        troubles += [_drawn_trouble(random, platform, kind, WRITES[PLATFORMS[platform].name]) for _ in "ab"]
    stops = tuple(_drawn_stop(random) for _ in range(random.randrange(TROUBLED)))
    return Case(
        platform,
        kind,
        asynchronous=random.random() < 0.2,
        twins=twins,
        troubles=tuple(one for one in troubles if one is not None),
        stops=stops,
        steps=tuple(random.choice(STEPS) for _ in range(TROUBLED)),
        freeze=random.randrange(TROUBLED - 1) if random.random() < 0.15 else None,
        change=random.choice(("media", "flow")) if random.random() < 0.05 else None,
        seed=seed,
    )


def _may_be_twins(platform: str, kind: str) -> bool:
    # What is scheduled gets another id when it goes out: which of two equal ones it was, nobody could tell.
    return isinstance(PLATFORMS[platform].kinds[kind], Shape) and not kind.startswith("scheduled")


def _drawn_trouble(random: Random, platform: str, kind: str, call: str | None = None) -> Trouble | None:
    name = PLATFORMS[platform].name
    call = call or random.choice(OF_FILMS[name] if kind == "film" else CALLS[name])
    fault: Fault | Literal["twice"] = random.choice((*Fault, TWICE))
    times, after = random.choice((1, 1, 1, 2)), random.choice((0, 0, 0, 1, 2))
    late = random.uniform(1, LATEST)
    if fault == TWICE and not guarded(platform, kind, call):
        return None
    return Trouble(call, fault, after, times, late)


def _drawn_stop(random: Random) -> Stop | None:
    if random.random() < 0.35:
        return None
    pause = random.choice((*PAUSES, PAUSES[-1])) if random.random() < 0.4 else None
    return Stop(random.randrange(1, 14), before=random.random() < 0.5, pause=pause)


def guarded(platform: str, kind: str, call: str) -> bool:
    """Return whether a call that is handed over twice does its work once, and says so.

    What no key guards is doubled by a line that doubles it, whoever sends it: nobody can help that.
    """
    planned = PLATFORMS[platform].name == "mastodon" and kind.startswith("scheduled")
    return call not in PLATFORMS[platform].unguarded and not (planned and call == "post_status")


def every_fault(platform: str, kind: str, calls: list[str], reads: frozenset[str]) -> Iterator[Case]:
    """Count out every fault at every call of a flow."""
    for place, call in enumerate(calls):
        before = calls[:place].count(call)
        for fault in OF_READS if call in reads else Fault:
            yield Case(platform, kind, troubles=(Trouble(call, fault, before),))
        if call not in reads and guarded(platform, kind, call):
            yield Case(platform, kind, troubles=(Trouble(call, TWICE, before),))


def every_pair(platform: str, kind: str) -> Iterator[Case]:
    """Count out what may go wrong with the writes of two equal posts, planned a minute apart."""
    call = WRITES[PLATFORMS[platform].name]
    for first in Fault:
        for second in Fault:
            troubles = (Trouble(call, first), Trouble(call, second))
            yield Case(platform, kind, twins=True, troubles=troubles, steps=(timedelta(minutes=1),))


def every_stop(platform: str, kind: str, writes: int) -> Iterator[Case]:
    """Count out a kill and a pause beyond the lease at every write to the journal."""
    for write in range(1, writes + 1):
        for before in (True, False):
            for pause in (None, PAUSES[-1]):
                yield Case(platform, kind, stops=(Stop(write, before, pause),))
