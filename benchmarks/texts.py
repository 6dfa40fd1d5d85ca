"""Posts as people write them, made up here: words, links, mentions, tags, emoji, scripts without spaces."""

from __future__ import annotations

import random
from typing import Final

from benchmarks.bodies import WORDS

__all__ = ["texts"]

SPACELESS: Final = (
    "秋のジャケット",
    "手で直した",
    "新しい色です",
    "工房から",
    "今日は雨",
    "가을 재킷",
    "손으로 만든",
    "秋天的外套",
)
ACCENTED: Final = ("été", "façon", "größe", "mañana", "kabát", "żółty", "осень", "φθινόπωρο")
EMOJI: Final = ("🍂", "🧵", "👩\u200d🎨", "👍🏽", "🇨🇭", "❤️", "☕", "✂️")
LINKS: Final = (
    "https://shop.example.com/new?colour=green&size=m#pictures",
    "https://example.com/a_(b)",
    "http://example.org",
    "example.com/journal/17",
    "shop.example.com.",
    "(https://example.net/x)",
)
MENTIONS: Final = ("@atelier.example.com", "@ada.example.org,", "@nobody", "(@shop.example.net)")
TAGS: Final = ("#autumn", "#waxed_jacket", "#秋", "#2026", "#slow-made.", "#élan!", "$ACME")
TRAPS: Final = (
    "12.50",
    "v1.2.3",
    "e.g.",
    "mail@example.com",
    "and/or",
    "C#",
    "10:30",
    "...",
    "file.txt",
    "#",
)
"""What looks like a link, a mention or a tag, and is none."""


def texts(count: int = 10_000) -> list[str]:
    """Return so many posts; the same each time, and no two alike."""
    draw = random.Random(7)
    return [f"{_text(draw)} {number}" for number in range(count)]


def _text(draw: random.Random) -> str:
    words = draw.choices(WORDS, k=draw.randint(4, 30))
    for kind, share in (
        (LINKS, 0.4),
        (MENTIONS, 0.3),
        (TAGS, 0.5),
        (EMOJI, 0.5),
        (ACCENTED, 0.3),
        (TRAPS, 0.3),
    ):
        while draw.random() < share:
            words.insert(draw.randint(0, len(words)), draw.choice(kind))
    if draw.random() < 0.25:
        words[draw.randint(0, len(words) - 1)] = "".join(draw.choices(SPACELESS, k=draw.randint(1, 6)))
    text = " ".join(words)
    return text.replace(" ", "\n", 1) if draw.random() < 0.3 else text
