"""Files on disk that are not what they were when they were opened, on every platform."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from socialkit.errors import InvalidDraftError
from socialkit.models import Draft, Media
from socialkit.platforms import find, names
from socialkit.sandbox import Sandbox
from socialkit.testing import mp4, png, settle

FILES = {"dot.png": png(), "dot.mp4": mp4()}
TYPES = {"dot.png": "image/png", "dot.mp4": "video/mp4"}
TAKEN = [
    (one, name)
    for one in names()
    for name in FILES
    if TYPES[name] in find(one).load_facts().limits.mime_types
]
"""Each platform, with each of the files that it takes."""


def _connect(world: Sandbox, platform: str, *, blocking: bool) -> Any:
    return world.connect(platform) if blocking else world.connect_async(platform)


@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "async"])
@pytest.mark.parametrize(("platform", "name"), TAKEN)
async def test_a_file_on_disk_is_published_whole(
    platform: str, name: str, tmp_path: Path, *, blocking: bool
) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    with Sandbox(seed=7) as world:
        client = _connect(world, platform, blocking=blocking)
        draft = Draft(text="Look", media=[Media.open(path, alt_text="A dot")])
        post = await settle(client.posts.publish(draft))

    assert [one.kind for one in post.media] == [draft.media[0].kind]
    assert {one.alt_text for one in post.media} <= {"A dot", None}  # of videos some take none


@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "async"])
@pytest.mark.parametrize(("after", "why"), [(None, "cannot be read"), (b"GIF89a", "changed since")])
@pytest.mark.parametrize(("platform", "name"), TAKEN)
async def test_a_file_that_is_not_what_it_was_is_refused_and_nothing_is_published(
    platform: str, name: str, after: bytes | None, why: str, tmp_path: Path, *, blocking: bool
) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    with Sandbox(seed=7) as world:
        client = _connect(world, platform, blocking=blocking)
        draft = Draft(text="Look", media=[Media.open(path, alt_text="A dot")])
        if after is None:
            path.unlink()
        else:
            path.write_bytes(after)
        with pytest.raises(InvalidDraftError, match=f"'{name}' {why}"):
            await settle(client.posts.publish(draft))

        assert world.simulator(platform).posts() == []
