"""The files that pages show are read as the pages say."""

from __future__ import annotations

from pathlib import Path

import pytest

import socialkit as sk
from tests.docs.blocks import DOCS, blocks

SHOWN = [
    ("route-messages.md", sk.Router),
    ("limit-authority.md", sk.Authority),
    ("keep-and-forget.md", sk.Retention),
]


@pytest.mark.parametrize(("page", "model"), SHOWN)
def test_a_file_that_a_page_shows_can_be_loaded(
    page: str, model: type[sk.Router | sk.Authority | sk.Retention], tmp_path: Path
) -> None:
    (block,) = [one for one in blocks(DOCS / "how-to" / page) if one.language == "toml"]
    file = tmp_path / "shown.toml"
    file.write_text(block.code, "utf-8")

    assert isinstance(model.load(file), model)
