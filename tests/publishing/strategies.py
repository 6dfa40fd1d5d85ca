"""Drafts of every shape: with every option of every platform, each field given or not."""

from __future__ import annotations

import collections.abc
import datetime as dt
import importlib
import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from pixelwall import PixelwallOptions
from pydantic import BaseModel, computed_field
from pydantic import Field as PydanticField

from socialkit.models import AccountRef, Attempt, Draft, Media, Model, PlatformOptions, Purpose, Variant
from socialkit.platforms import find, names
from socialkit.testing import gif, mp4, png

__all__ = ["OPTIONS", "MuralOptions", "attempts", "drafts", "media", "of"]


class Panel(Model):
    """A part of a mural."""

    picture: Media
    weight: float = 1


class MuralOptions(PlatformOptions):
    """Options of another package that hold files in every way that a model can."""

    platform = "muralwall"

    cover: Media | None = None
    sketches: tuple[Media, ...] = ()
    by_name: Mapping[str, Media] = {}
    panels: list[Panel] = []
    colour: str = PydanticField(default="white", alias="tint")

    @computed_field  # type: ignore[prop-decorator] # pydantic's own form
    @property
    def size(self) -> int:
        """How many files it holds."""
        return len(self.sketches) + len(self.by_name) + len(self.panels)


def option_classes() -> list[type[PlatformOptions]]:
    """Return the options of every platform in the registry, and those of made-up packages."""
    found: list[type[PlatformOptions]] = [PixelwallOptions, MuralOptions]
    for name in names():
        module = importlib.import_module(find(name).module)
        found += [
            one
            for one in vars(module).values()
            if isinstance(one, type) and issubclass(one, PlatformOptions) and one.platform == name
        ]
    return found


OPTIONS: Final = option_classes()

words: Final = st.text(max_size=12)
contents: Final = st.sampled_from([png(), png(3, 2), gif(), gif(frames=2), mp4()])
coordinates: Final = st.floats(-1, 1)
days: Final = st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))
times: Final = st.builds(dt.datetime.combine, days, st.times(), tzinfo=st.just(dt.UTC))
media: Final = st.builds(
    Media.from_bytes,
    contents,
    filename=st.sampled_from(["dot.png", "a b.jpg", "été.mp4"]),
    alt_text=st.none() | words,
    focus=st.none() | st.tuples(coordinates, coordinates),
)

PLAIN: Final[Mapping[Any, st.SearchStrategy[Any]]] = {
    str: words,
    bool: st.booleans(),
    int: st.integers(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bytes: st.binary(max_size=9),
    type(None): st.none(),
    dt.datetime: times,
    dt.timedelta: st.timedeltas(dt.timedelta(0), dt.timedelta(days=99)),
    Media: media,
}

SHARES: Final = st.floats(0, 1)
"""What numbers with bounds may be."""

Maker = Callable[[tuple[Any, ...]], st.SearchStrategy[Any]]
HOLDERS: Final[Mapping[Any, Maker]] = {
    Annotated: lambda inner: SHARES if inner[0] is float else values(inner[0]),
    Literal: st.sampled_from,
    Union: lambda inner: st.one_of(*map(values, inner)),
    types.UnionType: lambda inner: st.one_of(*map(values, inner)),
    list: lambda inner: st.lists(values(inner[0]), max_size=2),
    tuple: lambda inner: st.lists(values(inner[0]), max_size=2).map(tuple),
    collections.abc.Sequence: lambda inner: st.lists(values(inner[0]), max_size=2),
    collections.abc.Mapping: lambda inner: st.dictionaries(values(inner[0]), values(inner[1]), max_size=2),
}


def values(annotation: Any) -> st.SearchStrategy[Any]:
    """Return what a field may hold; a type that is not known here must be taught first."""
    if annotation in PLAIN:
        return PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return of(annotation)
    return HOLDERS[get_origin(annotation)](get_args(annotation))


def of(kind: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Return models of a class, with any of the fields given that need not be."""
    hints = get_type_hints(kind, include_extras=True)
    needed, free = dict[str, Any](), dict[str, Any]()
    for name, field in kind.model_fields.items():
        place = needed if field.is_required() else free
        place[field.alias or name] = values(hints[name])
    return st.fixed_dictionaries(needed, optional=free).map(lambda given: kind(**given))


options: Final = st.lists(st.one_of(*map(of, OPTIONS)), max_size=2)


def given(kind: type[Any], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return models with any of these fields given."""
    return st.fixed_dictionaries({}, optional=fields).map(lambda chosen: kind(**chosen))


def one_draft(
    thread: st.SearchStrategy[list[Draft]], variants: st.SearchStrategy[dict[str, Variant]]
) -> st.SearchStrategy[Draft]:
    """Return drafts over these parts and variants."""
    return given(
        Draft,
        text=words,
        media=st.lists(media, max_size=2),
        thread=thread,
        first_comment=st.none() | words,
        language=st.sampled_from([None, "en", "pt-BR"]),
        reply_to=st.none() | words,
        overflow=st.sampled_from(["refuse", "truncate", "thread"]),
        purpose=st.none() | st.builds(Purpose, campaign=words, tags=st.lists(words, max_size=2)),
        options=options,
        variants=variants,
    )


parts: Final = one_draft(st.just([]), st.just({}))
variants: Final = given(
    Variant,
    text=words,
    media=st.lists(media, max_size=2),
    thread=st.lists(parts, max_size=1),
    first_comment=st.none() | words,
)
drafts: Final = one_draft(
    st.lists(parts, max_size=2),
    st.dictionaries(st.sampled_from(["x", "mastodon", "acme/threads/fr"]), variants, max_size=2),
)
attempts: Final = st.builds(
    Attempt,
    platform=st.just("mastodon"),
    account=st.just(AccountRef(platform="mastodon", id="7")),
    kind=st.just("publish"),
    step=st.just("part 2 post"),
    key=words,
    started_at=times,
    deadline=times,
    draft=st.none() | drafts,
    results=st.dictionaries(words, st.none() | words | st.integers(-9, 9), max_size=2),
)
