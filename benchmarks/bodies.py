"""Answers in the shape of Mastodon's documentation, made up here: a page of statuses, and smaller ones.

Field names and nesting follow https://docs.joinmastodon.org/entities/Status/.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any, Final

__all__ = ["ME", "WORDS", "account_body", "dumped", "instance_body", "media_body", "page_body", "status_body"]

Json = dict[str, Any]

ME: Final = "109000000000000001"
HOST: Final = "https://social.example"
FIRST: Final = datetime(2026, 11, 1, 8, tzinfo=UTC)
TEXT: Final = (
    "autumn jacket waxed cotton river morning workshop thread button repair walk rain colour sample ready "
    "shop window evening coffee bread open early thanks question answer photo made slowly by hand again"
)
WORDS: Final = TEXT.split()


def _name(number: int) -> str:
    return f"{WORDS[number % len(WORDS)]}_{number}"


def _account(number: int, handle: str) -> Json:
    url = f"{HOST}/@{handle}"
    picture = f"https://files.example/accounts/avatars/{number:018d}/original/0f1e2d3c4b5a6978.png"
    return {
        "id": str(109_000_000_000_000_000 + number),
        "username": handle,
        "acct": handle,
        "display_name": f"{handle.title()} 🍂",
        "locked": False,
        "bot": False,
        "discoverable": True,
        "indexable": True,
        "group": False,
        "created_at": "2022-11-04T00:00:00.000Z",
        "note": '<p>We make jackets. <a href="https://shop.example" rel="nofollow noopener" '
        'target="_blank"><span class="invisible">https://</span><span class="">shop.example</span></a></p>',
        "url": url,
        "uri": f"{HOST}/users/{handle}",
        "avatar": picture,
        "avatar_static": picture,
        "header": f"{HOST}/headers/original/missing.png",
        "header_static": f"{HOST}/headers/original/missing.png",
        "followers_count": 4_210,
        "following_count": 312,
        "statuses_count": 1_845,
        "last_status_at": "2026-11-20",
        "hide_collections": None,
        "noindex": False,
        "emojis": [],
        "roles": [],
        "fields": [{"name": "Shop", "value": "<p>shop.example</p>", "verified_at": None}],
    }


def _mention(number: int) -> Json:
    name = _name(number)
    return {
        "id": str(110_000_000_000_000_000 + number),
        "username": name,
        "url": f"{HOST}/@{name}",
        "acct": f"{name}@elsewhere.example",
    }


def _content(draw: random.Random, mentions: list[Json], tag: str) -> str:
    said = " ".join(draw.choices(WORDS, k=draw.randint(12, 45)))
    called = "".join(
        f'<span class="h-card" translate="no"><a href="{one["url"]}" class="u-url mention">'
        f"@<span>{one['username']}</span></a></span> "
        for one in mentions
    )
    return (
        f"<p>{called}{said} &amp; more<br />{' '.join(draw.choices(WORDS, k=8))}</p>"
        f'<p><a href="{HOST}/tags/{tag}" class="mention hashtag" rel="tag">#<span>{tag}</span></a></p>'
    )


def _attachment(number: int) -> Json:
    place = f"https://files.example/media_attachments/files/{number:018d}"
    return {
        "id": str(111_000_000_000_000_000 + number),
        "type": "image",
        "url": f"{place}/original/5d6e7f8091a2b3c4.jpeg",
        "preview_url": f"{place}/small/5d6e7f8091a2b3c4.jpeg",
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": {
            "original": {"width": 1920, "height": 1280, "size": "1920x1280", "aspect": 1.5},
            "small": {"width": 588, "height": 392, "size": "588x392", "aspect": 1.5},
            "focus": {"x": 0.0, "y": 0.25},
        },
        "description": "A waxed green jacket on a wooden hanger, in front of a white wall",
        "blurhash": "UeKUpFxuo~R%0nW;WCnhF6RjaJt757oJodS$",
    }


def _card(draw: random.Random) -> Json:
    return {
        "url": f"https://shop.example/journal/{draw.randint(1, 9_999)}",
        "title": " ".join(draw.choices(WORDS, k=7)).capitalize(),
        "description": " ".join(draw.choices(WORDS, k=22)).capitalize(),
        "language": "en",
        "type": "link",
        "author_name": "",
        "author_url": "",
        "provider_name": "The journal",
        "provider_url": "",
        "html": "",
        "width": 1200,
        "height": 630,
        "image": "https://files.example/cache/preview_cards/images/000/000/007/original/1a2b3c4d.png",
        "image_description": "",
        "embed_url": "",
        "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
        "published_at": "2026-10-30T07:00:00.000Z",
        "authors": [],
    }


def _status(number: int, draw: random.Random) -> Json:
    identity, tag = str(115_000_000_000_000_000 + number), draw.choice(WORDS)
    mentions = [_mention(draw.randint(1, 500)) for _ in range(draw.choice((0, 0, 1, 2)))]
    pictures = [_attachment(number * 4 + one) for one in range(draw.choice((0, 1, 1, 2)))]
    return {
        "id": identity,
        "created_at": (FIRST - timedelta(hours=number)).isoformat(timespec="milliseconds")[:-6] + "Z",
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": f"{HOST}/users/atelier/statuses/{identity}",
        "url": f"{HOST}/@atelier/{identity}",
        "replies_count": draw.randint(0, 20),
        "reblogs_count": draw.randint(0, 60),
        "favourites_count": draw.randint(0, 300),
        "quotes_count": draw.randint(0, 5),
        "edited_at": "2026-11-02T09:30:00.000Z" if draw.random() < 0.1 else None,
        "favourited": False,
        "reblogged": False,
        "muted": False,
        "bookmarked": False,
        "pinned": False,
        "content": _content(draw, mentions, tag),
        "filtered": [],
        "reblog": None,
        "application": {"name": "Web", "website": None},
        "account": _account(1, "atelier"),
        "media_attachments": pictures,
        "mentions": mentions,
        "tags": [{"name": tag, "url": f"{HOST}/tags/{tag}"}],
        "emojis": [],
        "quote": None,
        "card": None if pictures else _card(draw),
        "poll": None,
    }


def page_body(count: int = 100) -> bytes:
    """Return a page of statuses; the same each time."""
    draw = random.Random(7)
    return dumped([_status(number, draw) for number in range(count)])


def status_body() -> bytes:
    """Return the smallest status that is one: what a fixed cost is measured with."""
    author = {"id": ME, "acct": "atelier"}
    return dumped({"id": "1", "created_at": "2026-11-01T08:00:00.000Z", "account": author, "content": "Hi"})


def account_body() -> bytes:
    """Return the account whose client asks."""
    return dumped({**_account(1, "atelier"), "source": {"note": "", "privacy": "public", "fields": []}})


def instance_body() -> bytes:
    """Return what a server tells of itself."""
    return dumped({"domain": "social.example", "version": "4.3.0", "api_versions": {"mastodon": 2}})


def media_body() -> bytes:
    """Return an uploaded film that needs no more work."""
    return dumped({**_attachment(1), "type": "video"})


def dumped(value: object) -> bytes:
    """Return an answer's bytes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
