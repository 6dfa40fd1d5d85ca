"""Options: which class stands for a platform."""

from __future__ import annotations

import pytest
from pydantic import Field
from pydantic_core import PydanticSerializationError

from socialkit.models import Draft, PlatformOptions
from socialkit.platforms import MastodonOptions


def stored(options: PlatformOptions) -> PlatformOptions:
    """Return the options as they are read back in a draft."""
    draft = Draft(text="One", options=[options])
    return Draft.model_validate_json(draft.model_dump_json()).options[0]


def brickwall(width: int) -> type[PlatformOptions]:
    """Make the same class again, as a module does that is loaded again."""

    class BrickwallOptions(PlatformOptions):
        platform = "brickwall"
        height: int = width

    return BrickwallOptions


def test_a_subclass_does_not_take_the_place_of_a_platforms_options() -> None:
    class Quiet(MastodonOptions):
        volume: int = 0

    class Loud(MastodonOptions):
        platform = "mastodon"

    options = MastodonOptions(content_warning="Spiders")

    assert Draft(text="One", options=[Quiet(volume=1)]).option(MastodonOptions) == Quiet(volume=1)
    assert type(stored(options)) is MastodonOptions
    assert stored(options) == options
    for other, name in ((Quiet(volume=1), "Quiet"), (Loud(), "Loud")):
        with pytest.raises(
            PydanticSerializationError, match=f"{name} cannot be serialised.*are MastodonOptions"
        ):
            stored(other)
        with pytest.raises(PydanticSerializationError, match=f"{name} cannot be serialised"):
            Draft(text="One", options=[other]).model_dump()


def test_the_first_class_that_names_a_platform_is_read_back() -> None:
    class First(PlatformOptions):
        platform = "hedgewall"

    class Second(PlatformOptions):
        platform = "hedgewall"

    assert type(stored(First())) is First
    with pytest.raises(PydanticSerializationError, match=r"'hedgewall' are .*First"):
        stored(Second())


def test_a_class_that_is_made_again_is_the_same_class() -> None:
    old, new = brickwall(1), brickwall(2)

    assert old is not new
    assert type(stored(new())) is new
    assert type(stored(old())) is new


def test_options_without_a_platform_are_refused_when_they_are_declared() -> None:
    with pytest.raises(TypeError, match="Nameless must name its platform"):

        class Nameless(PlatformOptions):  # pyright: ignore[reportUnusedClass]
            board: str


def test_bytes_in_options_survive_json() -> None:
    class SealOptions(PlatformOptions):
        platform = "sealwall"
        seal: bytes

    assert stored(SealOptions(seal=b"\xffwax")) == SealOptions(seal=b"\xffwax")


def test_options_are_serialised_as_they_were_given_under_whatever_name() -> None:
    class FenceOptions(PlatformOptions):
        platform = "fencewall"
        board: str = "walls"
        tint: str | None = Field(default=None, alias="colour")

    assert FenceOptions().model_dump(by_alias=True) == {"platform": "fencewall"}
    assert FenceOptions(colour="red").model_dump(by_alias=True) == {"platform": "fencewall", "colour": "red"}
    assert FenceOptions(board="walls").model_dump() == {"platform": "fencewall", "board": "walls"}


def test_options_with_other_names_outside_are_read_back() -> None:
    class GateOptions(PlatformOptions):
        platform = "gatewall"
        tint: str | None = Field(default=None, alias="colour")

    options = GateOptions(colour="red")

    assert stored(options) == options
    assert stored(GateOptions()).model_fields_set == set()
