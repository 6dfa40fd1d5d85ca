"""Build the navigation from the pages that are there, in the order of the sections below."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

SECTIONS = {
    "Home": "index.md",
    "Tutorials": "tutorials",
    "How-to guides": "how-to",
    "Concepts": "concepts",
    "Platforms": "platforms",
    "Reference": "reference",
    "Performance": "performance.md",
    "Security": "security.md",
    "Glossary": "glossary.md",
    "Changelog": "changelog.md",
    "Decisions": "decisions",
}
FIRST = ("index.md", "client.md", "first-post.md", "publish-through-a-journal.md", "inbox-with-routing.md")
"""Pages that come before the others of their section, which follow by name."""
LAST = ("add-a-platform.md",)
"""Pages for fewer readers, which come after the others."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Name the pages and sections that exist."""
    docs = Path(config.docs_dir)
    config.nav = [{title: entry} for title, place in SECTIONS.items() if (entry := pages(docs, place))]
    return config


def pages(docs: Path, place: str) -> str | list[str]:
    """Return a page, or the pages of a folder; nothing where there is none."""
    path = docs / place
    if path.is_file():
        return place
    found = sorted(path.rglob("*.md"), key=rank)
    return [page.relative_to(docs).as_posix() for page in found]


def rank(page: Path) -> tuple[int, str]:
    """Return where a page stands in its section."""
    place = FIRST.index(page.name) if page.name in FIRST else len(FIRST) + (page.name in LAST)
    return (place, page.as_posix())
