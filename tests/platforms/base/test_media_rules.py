"""What a platform takes of each kind of file, by its table of limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from socialkit.models import Basis, Draft, Limits, Media, MediaKind, MediaLimit, Severity
from socialkit.platforms.base import DraftRules

SECOND = timedelta(seconds=1)
FILM = Media(
    filename="film.mp4",
    kind=MediaKind.VIDEO,
    mime_type="video/mp4",
    size=1_000,
    width=540,
    height=960,
    duration=5 * SECOND,
    frame_rate=30,
    video_codec="h264",
    audio_codec="aac",
    alt_text="A film",
    content=b"x",
)
STRICT = MediaLimit(
    bytes=1_000,
    pixels=600_000,
    mime_types=frozenset({"video/mp4"}),
    alone=True,
    smallest=(540, 900),
    largest=(600, 1_080),
    narrowest=(9, 16),
    widest=(9, 16),
    shortest=3 * SECOND,
    longest=90 * SECOND,
    slowest=24,
    fastest=60,
    bit_rate=3_000,
    video_codecs=frozenset({"h264", "h265"}),
    audio_codecs=frozenset({"aac"}),
)
LIMITS = Limits(text=100, media=3, video=STRICT)


def problems(*files: Media, limits: Limits = LIMITS) -> list[str]:
    return [str(one) for one in DraftRules("made-up").check(Draft(media=files), "made-up", limits)]


def changed(**given: Any) -> Media:
    return FILM.model_copy(update=given)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"size": 1_001}, "is too large: 1001, at most 1000 bytes"),
    ({"mime_type": "video/quicktime"}, "has a type that is not taken: video/quicktime"),
    ({"duration": 2.9 * SECOND}, "is shorter than 3 seconds: 2.9 seconds"),
    ({"duration": 90.5 * SECOND}, "lasts too long: 90.5, at most 90.0 seconds"),
    ({"width": 640, "height": 1_080}, "is too large: 691200, at most 600000 pixels"),
    ({"width": 612, "height": 1_088}, "is too large: 612x1088, at most 600x1080 pixels"),
    ({"width": 500, "height": 889}, "is smaller than 540x900: 500x889 pixels"),
    ({"width": 540, "height": 1_000}, "is narrower than 9:16: 540x1000"),
    ({"width": 560, "height": 960}, "is wider than 9:16: 560x960"),
    ({"frame_rate": 20.0}, "has fewer than 24 frames a second: 20.0"),
    ({"frame_rate": 120.0}, "has too many frames: 120.0, at most 60.0 frames a second"),
    ({"duration": 2.6 * SECOND}, "has too many bits: 3077, at most 3000 bits a second"),
    (
        {"video_codec": "mpeg-4 visual"},
        "has pictures of an encoding that is not taken (h264, h265 are): mpeg-4 visual",
    ),
    ({"audio_codec": "opus"}, "has sound of an encoding that is not taken (aac are): opus"),
]


@pytest.mark.parametrize(("given", "problem"), WRONG)
def test_each_limit_of_a_file_is_judged(given: dict[str, Any], problem: str) -> None:
    assert problems(FILM) == []
    assert f"media[0] {problem}" in problems(changed(**given))


@pytest.mark.parametrize(
    "given",
    [
        {"duration": 3 * SECOND},
        {"duration": 90 * SECOND},
        {"width": 607, "height": 1_080, "frame_rate": 23.976},
        {"frame_rate": 59.94},
        {"audio_codec": None},
    ],
)
def test_a_file_at_its_limits_is_taken(given: dict[str, Any]) -> None:
    wide = LIMITS.model_copy(update={"video": STRICT.model_copy(update={"largest": None, "pixels": None})})

    assert problems(changed(**given), limits=wide) == []


def test_what_nobody_knows_is_no_fault_and_is_said() -> None:
    unknown = changed(width=None, height=None, duration=None, frame_rate=None, video_codec=None)
    (problem,) = DraftRules("made-up").check(Draft(media=[unknown]), "made-up", LIMITS)

    assert (problem.field, problem.severity, problem.basis) == ("media[0]", Severity.WARNING, Basis.DEFAULT)
    assert "was not judged by duration, width and height, frame rate, encoding" in problem.message
    assert problems(unknown, limits=Limits(text=100, media=1)) == []


def test_a_file_that_lies_behind_an_address_is_judged_when_it_is_fetched() -> None:
    assert problems(Media.from_url("https://shop.example/film.mp4", alt_text="A film")) == []


def test_a_file_that_stands_alone_is_not_mixed_with_others() -> None:
    still = Media(filename="a.png", kind=MediaKind.IMAGE, mime_type="image/png", alt_text="A", content=b"x")

    assert problems(FILM, still) == ["media mixes a video with other files"]
    assert problems(still, still) == []


def test_limits_of_a_kind_hold_in_place_of_the_usual_ones() -> None:
    class Reels(DraftRules):
        def limit_name(self, draft: Draft, media: Media) -> str:
            return "reel" if draft.text == "a reel" else super().limit_name(draft, media)

    loose = Limits(text=100, media=1, kinds={"reel": STRICT, "animation": MediaLimit(bytes=9)})
    long, gif = changed(duration=100 * SECOND), changed(kind=MediaKind.ANIMATION, size=10)

    def found(text: str, media: Media) -> list[str]:
        return [str(one) for one in Reels("made-up").check(Draft(text=text, media=[media]), "made-up", loose)]

    assert found("a reel", long) == ["media[0] lasts too long: 100.0, at most 90.0 seconds"]
    assert found("a post", long) == []
    assert found("a post", gif) == ["media[0] is too large: 10, at most 9 bytes"]
