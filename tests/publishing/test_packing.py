"""Drafts in a journal: whole, and with the pictures that were chosen."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError

from socialkit.errors import ConfigurationError, InvalidDraftError, MediaStoreError
from socialkit.models import Attempt, Draft, Media, Model, PlatformOptions, Variant
from socialkit.models._base import GivenModel
from socialkit.platforms import BlueskyOptions, LinkCard, MastodonOptions
from socialkit.publishing import FolderMediaStore
from socialkit.publishing._packing import pack, peek, unpack
from socialkit.testing import picture, png
from tests.publishing.strategies import OPTIONS, MuralOptions, attempts, drafts, of


@pytest.fixture
def store(tmp_path: Path) -> FolderMediaStore:
    return FolderMediaStore(tmp_path / "media")


@pytest.fixture(scope="module")
def shared() -> Iterator[FolderMediaStore]:
    """One store for many generated examples."""
    with tempfile.TemporaryDirectory() as folder:
        yield FolderMediaStore(folder)


def seen(value: object) -> object:
    """Return all that counts in a model: what is in it, what was given, and the bytes of its files."""
    if isinstance(value, Media):
        fields = {name: one for name, one in dict(value).items() if name not in {"path", "content"}}
        return Media, fields, None if value.url is not None else value.sha256()
    if isinstance(value, BaseModel):
        given_ = frozenset(value.model_fields_set) if isinstance(value, GivenModel) else None
        return type(value), given_, {name: seen(one) for name, one in value}
    if isinstance(value, Mapping):
        return {name: seen(one) for name, one in cast("Mapping[str, object]", value).items()}
    if isinstance(value, list | tuple):
        return [seen(one) for one in cast("list[object]", value)]
    return value


def files_of(value: object) -> list[Media]:
    """Return every file in a model."""
    if isinstance(value, Media):
        return [value]
    inner: list[Any] = []
    if isinstance(value, BaseModel):
        inner = [one for _, one in value]
    elif isinstance(value, Mapping):
        inner = list(cast("Mapping[str, object]", value).values())
    elif isinstance(value, list | tuple):
        inner = list(cast("list[object]", value))
    return [media for one in inner for media in files_of(one)]


def contents(model: Model) -> list[bytes]:
    """Return the bytes of every local file in a model, as they would be sent."""
    found: list[bytes] = []
    for media in files_of(model):
        if media.url is None:
            with media.stream() as file:
                found.append(file.read())
    return found


@settings(max_examples=60, deadline=None)
@given(draft=drafts)
def test_a_draft_comes_back_as_it_was(shared: FolderMediaStore, draft: Draft) -> None:
    text = pack(draft, shared)
    restored = unpack(Draft, text, shared)

    assert seen(restored) == seen(draft)
    assert all(one.content is None for one in files_of(restored))
    assert contents(restored) == contents(draft)
    assert pack(restored, shared) == text
    assert pack(peek(Draft, text), shared) == text


@settings(max_examples=20, deadline=None)
@given(attempt=attempts)
def test_an_attempt_comes_back_as_it_was(shared: FolderMediaStore, attempt: Attempt) -> None:
    text = pack(attempt, shared)

    assert seen(unpack(Attempt, text, shared)) == seen(attempt)
    assert seen(peek(Attempt, text)) == seen(attempt)


@pytest.mark.parametrize("kind", OPTIONS, ids=lambda kind: kind.__name__)
def test_every_option_of_every_platform_comes_back_as_it_was(
    shared: FolderMediaStore, kind: type[PlatformOptions]
) -> None:
    @settings(max_examples=40, deadline=None)
    @given(options=of(kind))
    def comes_back(options: PlatformOptions) -> None:
        draft = Draft(text="1", options=[options], thread=[Draft(text="2", options=[options])])
        restored = unpack(Draft, pack(draft, shared), shared)

        assert type(restored.options[0]) is kind
        assert seen(restored) == seen(draft)

    comes_back()


def test_the_options_of_each_platform_are_among_those_that_are_tried() -> None:
    assert {BlueskyOptions, MastodonOptions, MuralOptions} < set(OPTIONS)


def everywhere(one: Media) -> Draft:
    """Return a draft that has a file wherever a draft can have one."""
    card = BlueskyOptions(card=LinkCard(uri="https://shop.example", title="The shop", thumb=one))
    mural = MuralOptions(
        cover=one,
        sketches=(one,),
        by_name={"left": one},
        panels=[{"picture": one}],  # type: ignore[list-item]
    )
    return Draft(
        media=[one],
        thread=[Draft(media=[one])],
        variants={"x": Variant(media=[one], thread=[Draft(media=[one])])},
        options=[card, mural],
    )


@pytest.mark.parametrize("held", ["in memory", "on disk"])
def test_no_file_is_left_out_of_the_store(store: FolderMediaStore, tmp_path: Path, held: str) -> None:
    path = tmp_path / "jacket.png"
    path.write_bytes(png(3, 2))
    one = picture(width=3, height=2) if held == "in memory" else Media.open(path)
    text = pack(everywhere(one), store)
    path.unlink()

    assert str(tmp_path) not in text
    assert '"content"' not in text
    assert '"path"' not in text
    assert text.count(one.sha256() if held == "in memory" else next(store.digests())) == 9
    assert contents(unpack(Draft, text, store)) == [png(3, 2)] * 9


class CountingStore(FolderMediaStore):
    """Counts how often it is asked."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.kept = self.opened = 0

    def keep(self, media: Media, /) -> str:
        self.kept += 1
        return super().keep(media)

    def open(self, digest: str, /) -> Path:
        self.opened += 1
        return super().open(digest)


def test_a_file_that_stands_in_many_places_is_read_once(tmp_path: Path) -> None:
    store = CountingStore(tmp_path)
    unpack(Draft, pack(everywhere(picture()), store), store)

    assert (store.kept, store.opened) == (1, 1)


def test_a_file_that_was_not_fetched_is_not_packed(store: FolderMediaStore) -> None:
    draft = Draft(media=[Media.from_url("https://shop.example/a.png", alt_text="A jacket")])

    with pytest.raises(InvalidDraftError, match=r"'a\.png' lies behind a URL and was not fetched"):
        pack(draft, store)
    assert list(store.digests()) == []


def test_a_packed_name_holds_nothing_that_cannot_be_written(store: FolderMediaStore) -> None:
    named = Media.from_bytes(png(), filename="caf\udce9.png")
    (media,) = unpack(Draft, pack(Draft(media=[named]), store), store).media

    assert named.filename == media.filename == "caf\N{REPLACEMENT CHARACTER}.png"


def altered(store: FolderMediaStore, media: Media) -> None:
    path = store.open(media.sha256())
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def test_a_draft_whose_picture_was_altered_is_not_unpacked(store: FolderMediaStore) -> None:
    text = pack(Draft(media=[picture()]), store)
    altered(store, picture())

    with pytest.raises(MediaStoreError, match=r"altered.*dot\.png") as caught:
        unpack(Draft, text, store)
    assert (caught.value.digest, caught.value.filename) == (picture().sha256(), "dot.png")
    assert (caught.value.written, caught.value.repeatable) == (False, False)


def test_a_draft_whose_picture_is_gone_is_not_unpacked(store: FolderMediaStore) -> None:
    text = pack(Draft(media=[picture()]), store)
    store.open(picture().sha256()).unlink()

    with pytest.raises(MediaStoreError, match=r"not in the media store any more.*dot\.png"):
        unpack(Draft, text, store)


def test_a_file_that_changes_after_it_was_unpacked_is_refused(store: FolderMediaStore) -> None:
    (media,) = unpack(Draft, pack(Draft(media=[picture()]), store), store).media
    assert media.path is not None
    media.path.write_bytes(png(40, 40))

    with pytest.raises(InvalidDraftError, match="changed since"):
        media.stream()


def test_a_draft_is_shown_without_its_files(store: FolderMediaStore, tmp_path: Path) -> None:
    text = pack(Draft(text="Autumn", media=[picture()]), store)
    shutil.rmtree(tmp_path / "media")
    shown = peek(Draft, text)
    (media,) = shown.media

    assert seen(shown) == seen(Draft(text="Autumn", media=[picture()]))
    with pytest.raises(InvalidDraftError, match="lies in a media store and was not fetched"):
        media.stream()
    with pytest.raises(MediaStoreError, match="no media store"):
        pack(shown, store)


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://shop.example/a.png"},
        {"path": "/etc/hostname"},
        {"content": "AAAA"},
        {"path": "/etc/hostname", "sha256": "0" * 64},
    ],
)
def test_a_packed_draft_cannot_name_where_a_file_lies(
    store: FolderMediaStore, change: dict[str, str]
) -> None:
    document = json.loads(pack(Draft(media=[picture()]), store))
    document["media"] = [{"filename": "a.png", "size": 3, **change}]

    with pytest.raises(ValidationError, match="never by where it lies"):
        unpack(Draft, json.dumps(document), store)


@pytest.mark.parametrize("digest", ["../../../etc/hostname", "", "0" * 63, "A" * 64, None, 7])
def test_a_digest_that_is_none_leads_nowhere(store: FolderMediaStore, digest: object) -> None:
    document = json.loads(pack(Draft(media=[picture()]), store))
    document["media"][0]["sha256"] = digest

    with pytest.raises(MediaStoreError, match="no SHA-256"):
        unpack(Draft, json.dumps(document), store)
    with pytest.raises(MediaStoreError, match="no SHA-256"):
        peek(Draft, json.dumps(document))


def test_a_packed_draft_that_is_read_without_its_store_is_refused(store: FolderMediaStore) -> None:
    with pytest.raises(ValidationError, match="sha256"):
        Draft.model_validate_json(pack(Draft(media=[picture()]), store))


def test_a_file_that_cannot_be_kept_says_why(store: FolderMediaStore, tmp_path: Path) -> None:
    path = tmp_path / "jacket.png"
    path.write_bytes(png())
    draft = Draft(thread=[Draft(media=[Media.open(path)])])
    path.write_bytes(png(40, 40))

    with pytest.raises(InvalidDraftError, match=r"jacket\.png.*changed since"):
        pack(draft, store)
    path.unlink()
    with pytest.raises(InvalidDraftError, match=r"jacket\.png.*cannot be read"):
        pack(draft, store)


def test_options_that_would_not_be_read_back_are_not_packed(store: FolderMediaStore) -> None:
    class Quiet(MastodonOptions):
        volume: int = 0

    with pytest.raises(PydanticSerializationError, match="Quiet cannot be serialised"):
        pack(Draft(options=[Quiet()]), store)


def test_options_of_a_platform_that_is_not_installed_say_so(store: FolderMediaStore) -> None:
    with pytest.raises(ConfigurationError, match="no platform 'farwall'"):
        unpack(Draft, '{"options": [{"platform": "farwall"}]}', store)


@pytest.mark.parametrize("kind", [Draft, Attempt])
@settings(max_examples=20, deadline=None)
@given(text=st.text() | st.recursive(st.none() | st.text(), st.lists).map(json.dumps))
def test_what_nobody_packed_is_refused(shared: FolderMediaStore, kind: type[Model], text: str) -> None:
    with pytest.raises(ValidationError):
        unpack(kind, text, shared)


def test_somebody_elses_context_changes_nothing() -> None:
    draft = Draft(media=[picture()])

    for context in ({"tenant": "acme"}, "acme", None):
        text = draft.model_dump_json(context=context)
        assert text == draft.model_dump_json()
        assert Draft.model_validate_json(text, context=context) == draft
