"""Open enums, times and raw answers."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from socialkit.models import AwareTime, OpenEnum, Post, Raw, Timestamp, WireModel, require_aware
from socialkit.models._base import Body

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TIMESTAMP: TypeAdapter[datetime] = TypeAdapter(Timestamp)
AWARE: TypeAdapter[datetime] = TypeAdapter(AwareTime)

aware = st.datetimes(
    min_value=datetime(1971, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.timezones(),
    allow_imaginary=False,
)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


class Colour(OpenEnum):
    RED = "red"


class Painted(WireModel):
    colour: Colour


@pytest.mark.parametrize("name", ["red", "infrared", "", "RED"])
def test_an_open_enum_keeps_what_it_does_not_know(name: str) -> None:
    colour = Painted.model_validate_json(json.dumps({"colour": name})).colour

    assert isinstance(colour, Colour)
    assert (colour, colour.value, str(colour)) == (name, name, name)
    assert colour.known == (name == "red")
    assert colour == Colour(name)
    assert hash(colour) == hash(name)
    assert json.loads(Painted(colour=colour).model_dump_json()) == {"colour": name}


def test_an_unknown_value_survives_a_pickle_and_joins_no_list_of_members() -> None:
    unknown = Colour("infrared")

    assert pickle.loads(pickle.dumps(unknown)) == unknown
    assert list(Colour) == [Colour.RED]


@pytest.mark.parametrize("value", [7, None, ["red"]])
def test_what_is_no_text_is_no_enum(value: Any) -> None:
    with pytest.raises(ValidationError):
        Painted(colour=value)


@pytest.mark.parametrize(
    "sent",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00.000Z",
        "2026-03-01T13:00:00+01:00",
        "2026-03-01T12:00:00",
        "2026-03-01 12:00:00+00:00",
        NOON.timestamp(),
        int(NOON.timestamp()),
        str(int(NOON.timestamp())),
        int(NOON.timestamp() * 1000),
        "Sun, 01 Mar 2026 12:00:00 GMT",
        "Sun, 01 Mar 2026 13:00:00 +0100",
    ],
)
def test_a_platforms_time_is_read_whatever_its_format(sent: Any) -> None:
    assert TIMESTAMP.validate_python(sent) == NOON
    assert TIMESTAMP.validate_json(json.dumps(sent)).tzinfo is UTC


@pytest.mark.parametrize("sent", ["yesterday", "", None, {}, "2026-13-01T00:00:00Z"])
def test_what_is_no_time_is_refused(sent: Any) -> None:
    with pytest.raises(ValidationError):
        TIMESTAMP.validate_python(sent)


@given(aware)
def test_a_time_survives_in_every_zone(time: datetime) -> None:
    assert AWARE.validate_json(AWARE.dump_json(time)) == time.astimezone(UTC)
    assert require_aware(time) == time.astimezone(UTC)
    assert require_aware(time).tzinfo is UTC


def test_a_time_without_zone_is_refused_by_name() -> None:
    naive = NOON.replace(tzinfo=None)

    with pytest.raises(ValueError, match="since=2026-03-01T12:00:00 has no time zone"):
        require_aware(naive, "since")
    with pytest.raises(ValidationError, match="no time zone"):
        AWARE.validate_python(naive)
    assert require_aware(NOON.astimezone(timezone(timedelta(hours=9)))) == NOON


def test_a_raw_answer_is_not_parsed_before_somebody_looks() -> None:
    broken = Raw.of(b"this is not JSON")
    post = Post(id="1", raw=broken)

    assert repr(post.raw) == "Raw(…)"
    with pytest.raises(ValueError, match="Expecting value"):
        len(post.raw)


def test_parts_of_a_raw_answer_share_one_body() -> None:
    whole = Raw(Body(b'{"posts": [{"id": "1"}, {"id": "2"}], "count": 2}'))

    assert whole.at("posts", 1)["id"] == "2"
    assert dict(whole.at("posts", 0)) == {"id": "1"}
    assert (set(whole), len(whole)) == ({"posts", "count"}, 2)
    assert dict(whole.at("count")) == {"value": 2}


@given(st.dictionaries(st.text(), documents, max_size=4))
def test_a_raw_answer_survives_json_and_pickle(document: dict[str, Any]) -> None:
    raw = Raw.of(json.dumps(document).encode())
    post = Post(id="1", raw=raw)

    assert dict(raw) == document
    assert pickle.loads(pickle.dumps(raw)) == raw
    assert hash(pickle.loads(pickle.dumps(raw))) == hash(raw)
    assert Post.model_validate_json(post.model_dump_json()) == post


def test_raw_takes_mappings_alone() -> None:
    assert dict(Post.model_validate({"id": "1", "raw": {"a": 1}}).raw) == {"a": 1}
    with pytest.raises(ValidationError, match="a mapping"):
        Post.model_validate({"id": "1", "raw": "text"})
