"""What the simulated Instagram refuses of a container, before it looks at the file."""

import json
import re
from collections.abc import Mapping
from typing import cast

from socialkit.sandbox._graph import GraphRefusal, bad_parameter

CAPTION = 2_200
ALT_TEXT = 1_000
HASHTAGS, MENTIONS = 30, 20
MOST = {"collaborators": 3, "product_tags": 5, "branded_content_sponsor_ids": 2}
STRATEGIES = frozenset({"MANUAL", "SS_PERFORMANCE"})
NOT_IN = {
    "a story": ("caption", "collaborators", "location_id"),
    "a carousel item": ("caption", "collaborators", "location_id"),
}

Values = Mapping[str, str]


def require_fitting(values: Values) -> None:
    """Refuse what is documented as too much, or as not for this kind of post."""
    _require_words(values)
    story, item = values.get("media_type") == "STORIES", values.get("is_carousel_item") == "true"
    for kind in [name for name, is_so in (("a story", story), ("a carousel item", item)) if is_so]:
        for name in NOT_IN[kind]:
            if values.get(name):
                raise bad_parameter(f"{name} is not for {kind}")
    for name, most in MOST.items():
        if len(_array(values, name)) > most:
            raise bad_parameter(f"Too many {name}")
    if not values.get("location_id", "0").isdecimal():
        raise bad_parameter("location_id must be the id of a Page")
    _require_tags(values)
    _require_reel(values)


def _require_words(values: Values) -> None:
    caption = values.get("caption", "")
    if len(caption) > CAPTION:
        raise GraphRefusal(36004, "The caption was too long", subcode=2207010)
    if len(values.get("alt_text", "")) > ALT_TEXT:
        raise bad_parameter("The alt text is too long")
    hashtags = sum(run.count("#") for run in re.findall(r"(?<!\w)(?:#\w+)+", caption))
    mentions = len(re.findall(r"(?<!\w)@\w", caption))
    for found, most, what in ((hashtags, HASHTAGS, "hashtags"), (mentions, MENTIONS, "mentions")):
        if found > most:
            raise GraphRefusal(36004, f"The caption has too many {what}", subcode=2207010)


def _require_tags(values: Values) -> None:
    """On pictures people stand somewhere; in reels and stories they need not."""
    picture = bool(values.get("image_url")) and values.get("media_type", "") != "STORIES"
    for tag in _array(values, "user_tags"):
        named = cast("dict[str, object]", tag) if isinstance(tag, dict) else {}
        if not named.get("username") or (picture and not {"x", "y"} <= named.keys()):
            raise bad_parameter("Each of user_tags needs a username, and on a picture x and y", 2207035)


def _require_reel(values: Values) -> None:
    if not values.get("thumb_offset", "0").isascii() or not values.get("thumb_offset", "0").isdigit():
        raise GraphRefusal(1, "The thumb offset is not within the video", subcode=2207057)
    if not re.match(r"https?://", values.get("cover_url", "https://"), re.IGNORECASE):
        raise GraphRefusal(9004, "The cover could not be fetched", subcode=2207052)
    trial = _read(values.get("trial_params", "{}"))
    wanted = cast("dict[str, object]", trial).get("graduation_strategy") if isinstance(trial, dict) else None
    if "trial_params" in values and wanted not in STRATEGIES:
        raise bad_parameter("graduation_strategy must be MANUAL or SS_PERFORMANCE")


def _array(values: Values, name: str) -> list[object]:
    found = _read(values.get(name) or "[]")
    if not isinstance(found, list):
        raise bad_parameter(f"{name} must be a JSON array", 2207035)
    return cast("list[object]", found)


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
