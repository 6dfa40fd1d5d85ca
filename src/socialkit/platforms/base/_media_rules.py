"""Whether a file fits what a platform takes of its kind: pure functions over declared limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from socialkit.models import Basis, Media, MediaKind, MediaLimit, Problem, Severity
from socialkit.platforms.base._place import Place

__all__ = ["SLACK", "file_problems", "limit_of", "mixed"]

MOVING: Final = frozenset({MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.ANIMATION})
"""Kinds of files that have a length in time."""

SLACK: Final = Fraction(1, 100)
"""How far proportions and rates may be off: 608x1080 is meant as 9:16, and 23.976 as 24."""

NAMES: Final = {MediaKind.VIDEO: "a video", MediaKind.AUDIO: "a sound", MediaKind.ANIMATION: "an animation"}


def limit_of(name: str, media: Media, place: Place) -> MediaLimit:
    """Return what holds for a file, by the name of its kind or of the kind of post that it is for."""
    usual = place.limits.video if media.kind in MOVING else place.limits.image
    return place.limits.kinds.get(name, usual)


def mixed(files: Sequence[tuple[Media, MediaLimit]], place: Place) -> Iterator[Problem]:
    """Find a file that has to stand alone and does not."""
    alone = next((media for media, limit in files if limit.alone), None)
    if alone is not None and len(files) > 1:
        what = NAMES.get(alone.kind, "a file that stands alone")
        yield place.problem("media", f"mixes {what} with other files", basis=Basis.DRAFT)


def file_problems(media: Media, limit: MediaLimit, field: str, place: Place) -> Iterator[Problem]:
    """Find what a platform would refuse of one file, and say what nobody could judge."""
    if media.mime_type is None:
        return  # nobody has looked at it yet: that happens when it is fetched
    yield from _type(media, limit, field, place)
    yield from _size(media, limit, field, place)
    yield from _shape(media, limit, field, place)
    yield from _time(media, limit, field, place)
    yield from _bits(media, limit, field, place)
    yield from _encoding(media, limit, field, place)
    unknown = [name for name, missing in _unjudged(media, limit) if missing]
    if unknown:
        yield place.problem(
            field,
            f"was not judged by {', '.join(unknown)}: the file tells nothing of it, or the media extra is "
            "not installed",
            severity=Severity.WARNING,
        )


def _type(media: Media, limit: MediaLimit, field: str, place: Place) -> Iterator[Problem]:
    types = limit.mime_types or place.limits.mime_types
    if types and media.mime_type not in types:
        yield place.problem(field, f"has a type that is not taken: {media.mime_type}")


def _size(media: Media, limit: MediaLimit, field: str, place: Place) -> Iterator[Problem]:
    pixels = media.width * media.height if media.width and media.height else None
    for unit, most, actual in (("bytes", limit.bytes, media.size), ("pixels", limit.pixels, pixels)):
        if most is not None and actual is not None and actual > most:
            yield place.problem(field, "is too large", limit=most, actual=actual, unit=unit)


def _shape(media: Media, limit: MediaLimit, field: str, place: Place) -> Iterator[Problem]:
    if not media.width or not media.height:
        return
    shown, least, most = f"{media.width}x{media.height}", limit.smallest, limit.largest
    if most is not None and (media.width > most[0] or media.height > most[1]):
        # Where the width alone is over, the height is not named: some declare one that nothing reaches.
        wide = media.height <= most[1]
        limit_, actual = (most[0], media.width) if wide else ("{}x{}".format(*most), shown)
        yield place.problem(
            field, "is too wide" if wide else "is too large", limit=limit_, actual=actual, unit="pixels"
        )
    if least is not None and (media.width < least[0] or media.height < least[1]):
        yield place.problem(field, "is smaller than {}x{}".format(*least), actual=shown, unit="pixels")
    shape = Fraction(media.width, media.height)
    if limit.narrowest is not None and shape < Fraction(*limit.narrowest) * (1 - SLACK):
        yield place.problem(field, "is narrower than {}:{}".format(*limit.narrowest), actual=shown)
    if limit.widest is not None and shape > Fraction(*limit.widest) * (1 + SLACK):
        yield place.problem(field, "is wider than {}:{}".format(*limit.widest), actual=shown)


def _time(media: Media, limit: MediaLimit, field: str, place: Place) -> Iterator[Problem]:
    lasts, rate = media.duration, media.frame_rate
    if lasts is not None and limit.shortest is not None and lasts < limit.shortest:
        message = f"is shorter than {limit.shortest.total_seconds():g} seconds"
        yield place.problem(field, message, actual=lasts.total_seconds(), unit="seconds")
    if lasts is not None and limit.longest is not None and lasts > limit.longest:
        most = limit.longest.total_seconds()
        yield place.problem(field, "lasts too long", limit=most, actual=lasts.total_seconds(), unit="seconds")
    if rate is not None and limit.slowest is not None and rate < limit.slowest * (1 - SLACK):
        message = f"has fewer than {limit.slowest:g} frames a second"
        yield place.problem(field, message, actual=rate)
    if rate is not None and limit.fastest is not None and rate > limit.fastest * (1 + SLACK):
        yield place.problem(
            field, "has too many frames", limit=limit.fastest, actual=rate, unit="frames a second"
        )


def _bits(media: Media, limit: MediaLimit, field: str, place: Place) -> Iterator[Problem]:
    """Judge the average of a whole file: what is above the limit at times alone is not seen."""
    most, lasts = limit.bit_rate, media.duration
    if most is None or media.size is None or not lasts:
        return
    bits = round(media.size * 8 / lasts.total_seconds())
    if bits > most * (1 + SLACK):
        yield place.problem(field, "has too many bits", limit=most, actual=bits, unit="bits a second")


def _encoding(media: Media, limit: MediaLimit, field: str, place: Place) -> Iterator[Problem]:
    for what, codec, taken in (
        ("pictures", media.video_codec, limit.video_codecs),
        ("sound", media.audio_codec, limit.audio_codecs),
    ):
        if codec is not None and taken and codec not in taken:
            message = f"has {what} of an encoding that is not taken ({', '.join(sorted(taken))} are)"
            yield place.problem(field, message, actual=codec)


def _unjudged(media: Media, limit: MediaLimit) -> Iterator[tuple[str, bool]]:
    """Yield what the limits ask of a file, and whether it is unknown; a film without sound is whole."""
    yield "duration", media.duration is None and bool(limit.shortest or limit.longest or limit.bit_rate)
    if media.kind is MediaKind.AUDIO:
        return
    sides = (limit.pixels, limit.smallest, limit.largest, limit.narrowest, limit.widest)
    yield "width and height", None in {media.width, media.height} and any(sides)
    yield "frame rate", media.frame_rate is None and bool(limit.slowest or limit.fastest)
    yield "encoding", media.video_codec is None and bool(limit.video_codecs)
