"""Which files Instagram takes, by what a post becomes: at the edges of the declared limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from socialkit.models import Draft, Media, MediaLimit, Severity
from socialkit.platforms.instagram import InstagramOptions, InstagramRules
from socialkit.platforms.instagram._facts import LIMITS
from socialkit.testing import gif, mp4, picture
from tests.platforms.instagram.conftest import Open

MIB = 2**20
STORY = InstagramOptions(kind="story")
RULES = InstagramRules("instagram")


def jpeg(width: int = 1080, height: int = 1080, size: int = 1000, mime_type: str = "image/jpeg") -> Media:
    known = {"width": width, "height": height, "size": size, "mime_type": mime_type}
    return picture(alt_text=None).model_copy(update=known)


def film(size: int = 1000, **given: Any) -> Media:
    made = Media.from_bytes(mp4(**given), filename="film.mp4")
    return made.model_copy(update={"size": size})


def lasting(seconds: float, **given: Any) -> Media:
    return film(duration=timedelta(seconds=seconds), **given)


def messages(draft: Draft) -> list[str]:
    found = RULES.check(draft, "instagram", LIMITS)
    return [one.message for one in found if one.severity is Severity.ERROR]


def judged(kind: str, file: Media) -> list[str]:
    drafts = {
        "post": Draft(text="x", media=[file]),
        "carousel": Draft(text="x", media=[jpeg(), file]),
        "story": Draft(text="", media=[file], options=[STORY]),
    }
    return messages(drafts[kind])


TAKEN: list[tuple[str, Media]] = [
    ("post", jpeg(1080, 1350)),
    ("post", jpeg(1910, 1000)),
    ("post", jpeg(size=8 * MIB)),
    ("post", jpeg(100, 100)),
    ("post", jpeg(9000, 9000)),
    ("post", lasting(3)),
    ("post", lasting(15 * 60)),
    ("post", film(300 * MIB)),
    ("post", film(width=1920, height=1080)),
    ("post", film(width=10, height=1000)),
    ("post", film(width=1000, height=100)),
    ("post", film(frame_rate=23.976)),
    ("post", film(frame_rate=60)),
    ("post", film(codec="hvc1", sound="mp4a")),
    ("carousel", jpeg(1080, 1350)),
    ("carousel", lasting(2)),
    ("story", jpeg(1080, 1920)),
    ("story", jpeg(3000, 1000)),
    ("story", lasting(3, size=100 * MIB)),
    ("story", lasting(60)),
    ("story", film(width=3840, height=2160)),
]
REFUSED: list[tuple[str, Media, str]] = [
    ("post", jpeg(mime_type="image/png"), "type that is not taken: image/png"),
    ("post", jpeg(1000, 1300), "narrower than 4:5"),
    ("post", jpeg(2000, 1000), "wider than 191:100"),
    ("post", jpeg(size=8 * MIB + 1), "too large"),
    ("post", lasting(2.9), "shorter than 3 seconds"),
    ("post", lasting(15 * 60 + 1), "lasts too long"),
    ("post", film(300 * MIB + 1), "too large"),
    ("post", film(width=1922, height=1080), "too wide"),
    ("post", film(width=9, height=1000), "narrower than 1:100"),
    ("post", film(width=1000, height=90), "wider than 10:1"),
    ("post", film(frame_rate=22), "fewer than 23 frames"),
    ("post", film(frame_rate=61), "too many frames"),
    ("post", film(codec="mp4v"), "pictures of an encoding that is not taken"),
    ("post", film().model_copy(update={"mime_type": "video/webm"}), "type that is not taken: video/webm"),
    ("post", Media.from_bytes(gif(frames=2), filename="a.gif"), "type that is not taken: image/gif"),
    ("carousel", jpeg(2000, 1000), "wider than 191:100"),
    ("carousel", jpeg(mime_type="image/webp"), "type that is not taken: image/webp"),
    ("carousel", film(300 * MIB + 1), "too large"),
    ("story", jpeg(mime_type="image/png"), "type that is not taken: image/png"),
    ("story", jpeg(size=8 * MIB + 1), "too large"),
    ("story", lasting(2.9), "shorter than 3 seconds"),
    ("story", lasting(61), "lasts too long"),
    ("story", film(100 * MIB + 1), "too large"),
]


@pytest.mark.parametrize(("kind", "file"), TAKEN)
def test_what_just_fits_is_taken(kind: str, file: Media) -> None:
    assert judged(kind, file) == []


@pytest.mark.parametrize(("kind", "file", "reason"), REFUSED, ids=[f"{a} {c}" for a, _, c in REFUSED])
def test_what_is_a_little_over_is_refused_once_and_says_why(kind: str, file: Media, reason: str) -> None:
    (message,) = judged(kind, file)

    assert reason in message


def test_what_a_film_does_not_tell_is_a_warning_and_what_lies_behind_an_address_is_not_judged() -> None:
    silent = film().model_copy(update={"duration": None, "frame_rate": None})
    found = RULES.check(Draft(text="x", media=[silent]), "instagram", LIMITS)
    behind = Media.from_url("https://shop.example/film.mp4", alt_text=None)

    (unknown,) = [one for one in found if "was not judged" in one.message]
    assert (unknown.severity, "duration, frame rate" in unknown.message) == (Severity.WARNING, True)
    assert messages(Draft(text="x", media=[behind])) == []


@pytest.mark.parametrize(
    "draft",
    [
        Draft(text="", media=[jpeg().model_copy(update={"alt_text": "A leaf"})], options=[STORY]),
        Draft(text="x", media=[film().model_copy(update={"alt_text": "A leaf"})]),
    ],
    ids=["story", "video"],
)
def test_a_description_that_nobody_would_hear_is_a_warning(draft: Draft) -> None:
    (found,) = [one for one in RULES.check(draft, "instagram", LIMITS) if "left out" in one.message]

    assert (found.field, found.severity) == ("media[0].alt_text", Severity.WARNING)


def test_limits_that_somebody_knows_better_hold_by_kind(opened: Open) -> None:
    longer = MediaLimit(longest=timedelta(minutes=20))
    limits = LIMITS.model_copy(update={"kinds": {**LIMITS.kinds, "reel": longer}})
    reel = Draft(text="x", media=[lasting(16 * 60)])

    assert opened(limits=limits).posts.check(reel) == ()
    assert Severity.ERROR in {one.severity for one in opened().posts.check(reel)}
